import { describe, expect, it } from "vitest";

import { before, bucket, midnight, pieces, read, stretch } from "@/features/reports/filters";

const NOW = Date.parse("2026-11-22T15:30:00Z");

describe("filters of the dashboard", () => {
  it("leaves out what makes no sense", () => {
    expect(read({ span: "9", since: "2026-13-40", territory: "california", category: "network,nothing", priority: 2 })).toEqual({ category: "network", priority: "2" });
    expect(read({ span: "own", since: "2026-11-01", until: "soon" })).toEqual({ span: "own", since: "2026-11-01" });
  });

  it("begins days at midnight of the zone, also when clocks change", () => {
    expect(new Date(midnight("2026-11-22", "America/Toronto")).toISOString()).toBe("2026-11-22T05:00:00.000Z");
    expect(new Date(midnight("2026-03-08", "America/Toronto")).toISOString()).toBe("2026-03-08T05:00:00.000Z");
    expect(new Date(midnight("2026-03-09", "America/Toronto")).toISOString()).toBe("2026-03-09T04:00:00.000Z");
    expect(new Date(midnight("2026-11-01", "America/Los_Angeles")).toISOString()).toBe("2026-11-01T07:00:00.000Z");
  });

  it("compares with as much of the span before", () => {
    const week = stretch({ span: "7" }, NOW, "UTC");
    expect(week).toEqual({ from: "2026-11-16T00:00:00.000Z", to: null, days: 7 });
    expect(before(week, NOW)).toEqual({ from: "2026-11-09T00:00:00.000Z", to: "2026-11-15T15:30:00.000Z" });
    const own = stretch({ span: "own", since: "2026-10-01", until: "2026-10-03" }, NOW, "UTC");
    expect(own).toEqual({ from: "2026-10-01T00:00:00.000Z", to: "2026-10-04T00:00:00.000Z", days: 3 });
    expect(before(own, NOW)).toEqual({ from: "2026-09-28T00:00:00.000Z", to: "2026-10-01T00:00:00.000Z" });
  });

  it("cuts a span into few pieces without gaps", () => {
    const cut = pieces(stretch({ span: "28" }, NOW, "UTC"), NOW);
    expect(cut).toHaveLength(4);
    expect(cut.slice(1).map((one) => one.from)).toEqual(cut.slice(0, -1).map((one) => one.to));
    expect(cut.at(-1)?.to).toBe(new Date(NOW).toISOString());
    expect(pieces(stretch({ span: "today" }, NOW, "UTC"), NOW)).toEqual([]);
    expect([bucket(28), bucket(90)]).toEqual(["day", "week"]);
  });
});
