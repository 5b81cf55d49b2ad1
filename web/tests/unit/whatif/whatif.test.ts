import { describe, expect, it } from "vitest";

import { asked, differs, matching, type Member, START } from "@/features/whatif/form";
import type { Result } from "@/features/whatif/model";
import { lorenz, sign, verdict, word } from "@/features/whatif/verdict";

const TEAM: Member[] = [
  { id: "a", skills: { network: 2 }, territories: ["US-CA"] },
  { id: "b", skills: { network: 5 }, territories: ["US-CA", "US-NV"] },
  { id: "c", skills: { printer: 3 }, territories: ["US-NY"] },
  { id: "d", skills: { network: 4 }, territories: [] },
];

describe("a what-if", () => {
  it("finds people by skill and place, the most skilled first", () => {
    expect(matching(TEAM, "network", "US-CA").map((one) => one.id)).toEqual(["b", "d", "a"]);
    expect(matching(TEAM, "", "US-NY").map((one) => one.id)).toEqual(["c", "d"]);
  });

  it("adds people like those and leaves out the least skilled", () => {
    const more = asked({ ...START, people: 4, skill: "network", territory: "US-CA" }, TEAM);
    expect(more.staff.add).toEqual(["b", "d", "a", "b"].map((like, at) => ({ id: `new-${at + 1}`, like })));
    expect(asked({ ...START, people: -2, skill: "network" }, TEAM).staff.remove).toEqual(["d", "a"]);
    expect(asked({ ...START, people: 2, skill: "juggling" }, TEAM).staff.add).toEqual([]);
  });

  it("knows when nothing would differ", () => {
    expect(differs(START, TEAM)).toBe(false);
    expect([differs({ ...START, version: "2" }, TEAM), differs({ ...START, shift: -1 }, TEAM), differs({ ...START, source: "generated", people: 3 }, TEAM)]).toEqual([true, true, false]);
  });

  it("asks for a world only where one is drawn", () => {
    expect(asked({ ...START, source: "generated", demand: 1.5, travel: 60 }, TEAM)).toEqual({
      source: "generated", days: 14, consultants: 60, tickets: 300, seed: 1, staff: { add: [], remove: [], change: [{ id: "*", max_travel_min: 60 }] },
    });
    expect(asked({ ...START, version: "3" }, TEAM)).toMatchObject({ source: "recorded", version: 3 });
  });
});

describe("a result", () => {
  const result = (...figures: Result["figures"]) => ({ figures }) as Result;

  it("is told in words", () => {
    const mixed = result({ name: "met", unit: "share", values: [0.9, 0.95], better: "more" }, { name: "km", unit: "km", values: [100, 120], better: "less" }, { name: "wait", unit: "min", values: [60, 60.2], better: "less" });
    expect(verdict(mixed).map(({ key, sign: one }) => [key, one])).toEqual([["met_up", "good"], ["km_up", "bad"]]);
    expect(verdict(mixed).map(({ by }) => Math.round(100 * by))).toEqual([5, 20]);
    expect([word(mixed), word(result())]).toEqual(["mixed", "same"]);
    expect(sign({ values: [1, 2], better: "" })).toBe("neither");
  });

  it("draws how even the load is", () => {
    expect(lorenz([[1, 1], [0, 4]], 2)).toEqual([
      { people: 0, even: 0, now: 0, changed: 0 }, { people: 50, even: 50, now: 50, changed: 0 }, { people: 100, even: 100, now: 100, changed: 100 },
    ]);
  });
});
