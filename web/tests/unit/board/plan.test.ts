import { expect, it } from "vitest";

import { bars, distance, hours, whereabouts } from "@/features/board/plan";
import { after, map, NOW, person, ticket } from "./make";

const MINUTE = 60_000;
const BOSTON = ticket("1").spot;
const WORCESTER = { ...BOSTON, latitude: 42.26, longitude: -71.8 };

it("measures the great circle", () => {
  expect(distance(BOSTON, BOSTON)).toBe(0);
  expect(distance(BOSTON, WORCESTER)).toBeCloseTo(61.8, 0);
});

it("puts visits one after another with the drive between them", () => {
  const tickets = map(ticket("1"), ticket("2", { spot: WORCESTER }));

  const [first, second] = bars(person("p", { plan: ["1", "2"] }), tickets, NOW);

  expect(first?.from).toBe(NOW + 20 * MINUTE);
  expect(first?.to).toBe(NOW + 80 * MINUTE);
  expect((second?.from ?? 0) - (first?.to ?? 0)).toBeGreaterThan(80 * MINUTE);
});

it("begins with the hours of who is not here, and waits for a customer's window", () => {
  const plan = { plan: ["1"], status: "off" as const, opens: after(300) };
  const window = [{ start: after(400), end: after(500) }];

  expect(bars(person("p", plan), map(ticket("1", { mode: "remote" })), NOW)[0]?.from).toBe(NOW + 300 * MINUTE);
  expect(bars(person("p", plan), map(ticket("1", { windows: window })), NOW)[0]?.from).toBe(NOW + 400 * MINUTE);
});

it("shows work under way since it began, and never as over", () => {
  const late = ticket("1", { status: "on_site", updated_at: after(-200) });

  const [bar] = bars(person("p", { plan: ["1", "unknown"] }), map(late), NOW);

  expect(bar).toMatchObject({ from: NOW - 200 * MINUTE, to: NOW + 5 * MINUTE });
});

it("finds somebody at their next visit on site", () => {
  const tickets = map(ticket("1", { mode: "remote" }), ticket("2", { spot: WORCESTER }));

  expect(whereabouts(person("p", { plan: ["1", "2"] }), tickets)).toBe(WORCESTER);
  expect(whereabouts(person("p"), tickets)).toBeNull();
});

it("names no more hours than fit", () => {
  expect(hours(NOW, NOW + 24 * 60 * MINUTE, 8).length).toBeLessThanOrEqual(9);
  expect(hours(NOW, NOW + 4 * 60 * MINUTE, 8).length).toBe(4);
});
