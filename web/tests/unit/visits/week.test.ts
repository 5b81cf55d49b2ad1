import { expect, test } from "vitest";

import { week } from "@/features/visits/week";

const ZONE = "America/Chicago";
const at = (text: string) => Date.parse(text);
const span = (start: string, end: string) => ({ start, end });

test("has every local date once, also where the clocks change", () => {
  const spring = week([], at("2026-03-07T06:00:00Z"), 4, ZONE).map((day) => day.date);
  const autumn = week([], at("2026-10-31T05:00:00Z"), 4, ZONE).map((day) => day.date);

  expect(spring).toEqual(["2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"]);
  expect(autumn).toEqual(["2026-10-31", "2026-11-01", "2026-11-02", "2026-11-03"]);
});

test("begins with the day of the place, not of UTC", () => {
  expect(week([], at("2026-11-23T03:00:00Z"), 1, ZONE)[0]?.date).toBe("2026-11-22");
});

test("shows a shift over midnight on both days, one until midnight on one", () => {
  const night = span("2026-11-24T04:00:00Z", "2026-11-24T12:00:00Z"); // 22:00 to 6:00
  const evening = span("2026-11-24T23:00:00Z", "2026-11-25T06:00:00Z"); // 17:00 to 0:00
  const [one, two, three] = week([evening, night], at("2026-11-23T18:00:00Z"), 3, ZONE);

  expect(one?.spans).toEqual([night]);
  expect(two?.spans).toEqual([night, evening]);
  expect(three?.spans).toEqual([]);
});
