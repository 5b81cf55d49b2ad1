import { describe, expect, test } from "vitest";

import { next, progress, spent, steps, taken } from "@/features/visits/steps";
import { entry, ticket, visit } from "./make";

const MINUTE = 60_000;
const at = (minute: number) => (29_000_000 + minute) * MINUTE;

describe("the next thing to do", () => {
  test.each([["assigned", "accept"], ["accepted", "travel"], ["travelling", "arrive"], ["on_site", "finish"], ["waiting", "resume"], ["resolved", null], ["closed", null], ["cancelled", null], ["new", null]] as const)(
    "of a ticket that is %s is %s",
    (status, step) => expect(next(ticket({ status }))).toBe(step),
  );

  test("of a remote one has no way to go", () => {
    const remote = (status: "assigned" | "accepted" | "on_site") => next(ticket({ status, mode: "remote" }));

    expect([remote("assigned"), remote("accepted"), remote("on_site")]).toEqual(["accept", "arrive", "finish"]);
    expect(steps(ticket({ mode: "remote" }))).toEqual(["accept", "arrive", "finish"]);
    expect(progress(ticket({ status: "resolved", mode: "remote" }))).toBe(3);
  });
});

describe("the time that the steps say", () => {
  const steps = [{ step: "travel", at: at(0) }, { step: "arrive", at: at(20) }, { step: "wait", at: at(50) }, { step: "arrive", at: at(100) }, { step: "resolve", at: at(115) }];

  test("is without what was on hold", () => {
    expect(spent("travel", steps, at(999))).toBe(20);
    expect(spent("work", steps, at(999))).toBe(45);
  });

  test("goes on until now, and never back where the clock was set back", () => {
    expect(spent("work", steps.slice(0, 2), at(30))).toBe(10);
    expect(spent("work", steps.slice(0, 2), at(5))).toBe(0);
  });

  test("is a day at most", () => {
    expect(spent("work", steps.slice(0, 2), at(9999))).toBe(1440);
  });

  test("knows steps of the server and those that wait here; refused ones do not count", () => {
    const known = { ...visit("a"), history: [{ step: "accept", at: "2026-11-23T08:00:00Z" }] as never };
    const waiting = entry("arrive", { at: "2026-11-23T09:00:00Z" });
    const refused = entry("resolve", { at: "2026-11-23T10:00:00Z", state: "refused" });

    expect(taken(known, [refused, waiting]).map((one) => one.step)).toEqual(["accept", "arrive"]);
  });
});
