import { describe, expect, it } from "vitest";

import { crew, hold, list, matcher, merge, NONE, ordered, promise, same, stalled, tally, values } from "@/features/board/data";
import { after, map, NOW, person, ticket } from "./make";

const names = new Map([["p", "Zoë Lachance"]]);
const passes = (filters: Partial<typeof NONE>) => matcher({ ...NONE, ...filters }, NOW, names);

describe("filters", () => {
  it("find words without case and accents, in the assignee's name too", () => {
    const one = ticket("1", { title: "Téléphone MUET", assignee: "p" });

    expect(passes({ text: "telephone muet" })(one)).toBe(true);
    expect(passes({ text: "zoe" })(one)).toBe(true);
    expect(passes({ text: "telephone zurich" })(one)).toBe(false);
  });

  it("ask for all kinds at once, and for any within a kind", () => {
    const one = ticket("1", { status: "new", priority: 1 });

    expect(passes({ status: ["new", "waiting"], priority: [1] })(one)).toBe(true);
    expect(passes({ status: ["new"], priority: [2] })(one)).toBe(false);
    expect(passes({ assignee: [""] })(one)).toBe(true);
    expect(passes({ assignee: ["p"] })(one)).toBe(false);
  });

  it("know what is at risk: promised within the hour and not begun", () => {
    expect(promise(ticket("1", { due_at: after(59) }), NOW)).toBe("soon");
    expect(promise(ticket("1", { due_at: after(-1) }), NOW)).toBe("late");
    expect(promise(ticket("1", { due_at: after(-1), status: "on_site" }), NOW)).toBe("fine");
    expect(passes({ risk: true })(ticket("1", { due_at: after(61) }))).toBe(false);
  });

  it("are the same whatever the order of choice", () => {
    expect(same({ ...NONE, status: ["new", "waiting"] }, { ...NONE, status: ["waiting", "new"] })).toBe(true);
    expect(same({ ...NONE, risk: true }, NONE)).toBe(false);
  });
});

describe("order", () => {
  const tickets = map(ticket("1", { priority: 3, due_at: after(5) }), ticket("2", { priority: 1, due_at: after(90) }), ticket("3", { priority: 1, due_at: after(80) }));

  it("puts priority first, then the promise", () => {
    expect(list(ordered(tickets, "urgent"), () => true)).toEqual(["3", "2", "1"]);
    expect(list(ordered(tickets, "due"), ({ priority }) => priority < 4)).toEqual(["1", "3", "2"]);
  });

  it("shows what needs a dispatcher, most urgent first", () => {
    const some = map(ticket("1", { status: "needs_dispatcher" }), ticket("2", { status: "needs_dispatcher", priority: 1 }), ticket("3"));

    expect(stalled(some).map(({ id }) => id)).toEqual(["2", "1"]);
  });

  it("counts each view and lists values by frequency", () => {
    expect(tally(tickets, [() => true, ({ priority }) => priority === 1])).toEqual([3, 2]);
    expect(values(map(ticket("1", { territory: "CA-QC" }), ticket("2"), ticket("3")), (one) => one.territory)).toEqual(["US-MA", "CA-QC"]);
  });
});

describe("live changes", () => {
  const tickets = map(ticket("1", { version: 5 }), ticket("2"));

  it("take newer versions, never older ones", () => {
    expect(merge(tickets, [ticket("1", { version: 6, title: "new" })]).get("1")?.title).toBe("new");
    expect(merge(tickets, [ticket("1", { version: 4, title: "old" })])).toBe(tickets);
  });

  it("drop what ended or is no longer ours, and say when nothing changed", () => {
    expect([...merge(tickets, [ticket("1", { version: 6, status: "closed" })], ["2"]).keys()]).toEqual([]);
    expect(merge(tickets, [ticket("9", { status: "cancelled" })], ["8"])).toBe(tickets);
  });

  it("leave rows where they are while somebody reads, and count what waits", () => {
    expect(hold(["1", "2"], ["3", "1"], true)).toEqual({ ids: ["1", "2"], pending: 2 });
    expect(hold(["1", "2"], ["3", "1"], false)).toEqual({ ids: ["3", "1"], pending: 0 });
    expect(hold(["1", "2"], ["2", "1"], true)).toEqual({ ids: ["1", "2"], pending: 0 });
    expect(hold([], ["1"], true)).toEqual({ ids: ["1"], pending: 0 });
  });
});

describe("rows", () => {
  it("show who has work first, then who is here", () => {
    const people = [person("off", { status: "off" }), person("here"), person("busy", { plan: ["1"], status: "off" })];

    expect(crew(people, "", [], false).map(({ id }) => id)).toEqual(["busy", "here", "off"]);
    expect(crew(people, "", [], true).map(({ id }) => id)).toEqual(["busy"]);
    expect(crew(people, "", ["CA-QC"], false)).toEqual([]);
  });
});
