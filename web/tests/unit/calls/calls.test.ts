/** The pure parts of an intake: what is typed, spelled, missing, and whom to call back. */
import { beforeEach, describe, expect, it } from "vitest";

import { callbacks, cause } from "@/features/calls/callbacks";
import { again, type Draft, empty, lacks, load, save } from "@/features/calls/draft";
import { begin, enough, means } from "@/features/calls/search";
import { body } from "@/features/calls/send";
import { spell } from "@/features/calls/spell";
import { elapsed, halves, moment } from "@/features/calls/time";
import type { Ticket } from "@/sync/model";

const NOW = Date.parse("2026-11-23T15:00:00Z"); // a Monday
const CALLER = { id: "c", fresh: false, name: "Ada", phone: "+1 312 555 0100", mail: "", language: "fr", organisation: "", store: "", tier: "gold" };
const full = (): Draft => ({ ...empty(), caller: CALLER, title: " Printer jams ", typed: "60601", place: { postal_code: "60601", label: "60601 Chicago, IL", zone: "America/Chicago" } });
const minutes = (count: number) => new Date(NOW + count * 60_000).toISOString();
const ticket = (part: Partial<Ticket>) => ({ id: "t", status: "assigned", created_at: minutes(-60), due_at: minutes(240), waiting_for: "", ...part }) as Ticket;

describe("the search", () => {
  it("tells numbers, addresses and names apart", () => {
    expect(["+1 (312) 555-0100", "0100", "ada@b.example", "Ada", "Ada 2", "O'Neil"].map(means)).toEqual(["phone", "phone", "mail", "name", "name", "name"]);
  });

  it("waits until the server would look", () => {
    expect(["A", "Ad", "é.", "Zoé", "312", "3125", "", "  "].map(enough)).toEqual([false, true, false, true, false, true, false, false]);
  });

  it("begins a new caller with what was typed", () => {
    expect(begin(" 312 555 0100 ")).toEqual({ name: "", phone: "312 555 0100", mail: "" });
    expect(begin("Ada Lovelace")).toEqual({ name: "Ada Lovelace", phone: "", mail: "" });
  });
});

describe("a draft", () => {
  beforeEach(() => sessionStorage.clear());

  it("says what is missing, in the order of the steps", () => {
    expect(lacks(empty())).toEqual(["caller", "title", "place"]);
    expect(lacks({ ...full(), caller: { ...CALLER, name: " " } })).toEqual(["name"]);
    expect(lacks(full())).toEqual([]);
  });

  it("needs no place where it joins an open ticket", () => {
    const draft = { ...full(), place: null, typed: "" };

    expect(lacks(draft)).toEqual(["place"]);
    expect(lacks({ ...draft, joins: { id: "t", reference: "R", title: "x" } })).toEqual([]);
  });

  it("is still there after a reload, with what waits", () => {
    const desk = { draft: full(), outbox: [full()] };
    save("me", desk);

    expect(load("me")).toEqual(desk);
    expect(load("other").draft.title).toBe("");
  });

  it("survives a broken store", () => {
    sessionStorage.setItem("squad.calls.me", "{");

    expect(load("me").outbox).toEqual([]);
  });

  it("goes on with the same caller under another id", () => {
    const first = full();
    const second = again(first);

    expect(second.id).not.toBe(first.id);
    expect([second.caller?.id, second.place?.postal_code, second.title]).toEqual(["c", "60601", ""]);
  });

  it("sends what was typed and leaves to the server what was not", () => {
    const sent = body(full());

    expect(sent).toMatchObject({ title: "Printer jams", language: "fr", location: { postal_code: "60601" }, contact: { name: "Ada" } });
    expect(sent).not.toHaveProperty("priority");
    expect(body({ ...full(), priority: "2", category: "printer" })).toMatchObject({ priority: 2, category: "printer" });
  });
});

describe("times", () => {
  it("are told as on a clock", () => {
    expect([0, 34_900, 61_000, -5].map(elapsed)).toEqual(["0:00", "0:34", "1:01", "0:00"]);
  });

  it("are those of the place, also across a change of its clock", () => {
    expect(moment("2026-11-23", 8, "America/Chicago").toISOString()).toBe("2026-11-23T14:00:00.000Z");
    expect(moment("2026-03-08", 8, "America/Chicago").toISOString()).toBe("2026-03-08T13:00:00.000Z");
  });

  it("offers working days, and nothing that is nearly over", () => {
    const friday = Date.parse("2026-11-20T17:30:00Z"); // 11:30 in Chicago
    const offered = halves("America/Chicago", friday).map((one) => one.start);

    expect(offered).toEqual(["2026-11-20T18:00:00.000Z", "2026-11-23T14:00:00.000Z", "2026-11-23T18:00:00.000Z", "2026-11-24T14:00:00.000Z", "2026-11-24T18:00:00.000Z"]);
  });
});

it("spells a reference", () => {
  expect(spell("qx-9").map(({ sign, word }) => `${sign} ${word}`.trim())).toEqual(["Q Quebec", "X X-ray", "-", "9"]);
});

describe("callbacks", () => {
  it.each([
    ["needs a dispatcher", { status: "needs_dispatcher" }, "dispatcher"],
    ["has nobody after five minutes", { status: "new", created_at: minutes(-6) }, "stalled"],
    ["is new", { status: "new", created_at: minutes(-4) }, null],
    ["is late", { due_at: minutes(-1) }, "late"],
    ["is promised soon", { due_at: minutes(59) }, "soon"],
    ["has time", { due_at: minutes(61) }, null],
    ["waits for an answer", { status: "waiting" }, "waiting"],
    ["waits for a part", { status: "waiting", waiting_for: "parts" }, null],
    ["is being worked on", { status: "on_site", due_at: minutes(-60) }, null],
  ] as [string, Partial<Ticket>, string | null][])("a ticket that %s", (_, part, expected) => {
    expect(cause(ticket(part), NOW)).toBe(expected);
  });

  it("come worst first", () => {
    const listed = callbacks([ticket({ id: "a", due_at: minutes(30) }), ticket({ id: "b", due_at: minutes(-30) }), ticket({ id: "c" })], NOW);

    expect(listed.map((one) => one.ticket.id)).toEqual(["b", "a"]);
  });
});
