import { expect, test } from "vitest";

import { day, distance } from "@/features/visits/day";
import { entry, ME, visit } from "./make";

const ids = (visits: { id: string }[]) => visits.map((one) => one.id);

test("is sorted by what can be done", () => {
  const found = day(
    [visit("o", { status: "assigned" }), visit("n", { status: "on_site" }), visit("t", { status: "travelling" }), visit("a"), visit("w", { status: "waiting" }), visit("r", { status: "resolved" }), visit("g", {}, true)],
    ME, [], [],
  );

  expect(ids(found.offered)).toEqual(["o"]);
  expect(ids(found.now).sort()).toEqual(["n", "t"]);
  expect(ids(found.next)).toEqual(["a"]);
  expect(ids(found.waiting)).toEqual(["w"]);
  expect(ids(found.done)).toEqual(["r"]);
  expect(ids(found.gone)).toEqual(["g"]);
});

test("has its order from the plan, else from the customer's window, else from the promise", () => {
  const visits = [
    visit("late", { due_at: "2026-11-23T18:00:00Z" }),
    visit("soon", { due_at: "2026-11-23T10:00:00Z" }),
    visit("window", { due_at: "2026-11-24T10:00:00Z", windows: [{ start: "2026-11-23T09:00:00Z", end: "2026-11-23T11:00:00Z" }] }),
    visit("planned", { due_at: "2026-12-01T10:00:00Z" }),
  ];
  const found = day(visits, ME, [], ["planned"]);

  expect(ids([...found.next, ...found.later])).toEqual(["planned", "window", "soon", "late"]);
});

test("keeps what went to somebody else only while work on it is unsent", () => {
  const other = visit("a", { assignee: "other" });

  expect(ids(day([other], ME, [], []).done)).toEqual([]);
  expect(ids(day([other], ME, [entry("decline")], []).done)).toEqual(["a"]);
});

test("distances are those of the globe", () => {
  expect(distance({ latitude: 40.7128, longitude: -74.006 }, { latitude: 34.0522, longitude: -118.2437 })).toBeCloseTo(3936, -1);
  expect(distance({ latitude: 1, longitude: 1 }, { latitude: 1, longitude: 1 })).toBe(0);
});
