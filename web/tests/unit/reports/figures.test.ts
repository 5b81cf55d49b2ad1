import { describe, expect, it } from "vitest";

import { change } from "@/features/reports/change";
import { exported, rows } from "@/features/reports/recount";
import { average, ratings, weekly } from "@/features/reports/surveys";

const answer = (rating: number, answered_at: string) => ({ ticket: "t", reference: "SQ-1", consultant: "c", rating, comment: "", answered_at });

describe("figures", () => {
  it("tells the change and whether it is good", () => {
    expect(change(12, 10, "less")).toEqual({ direction: "up", by: 0.2, verdict: "bad" });
    expect(change(0.9, 0.8, "more", true)).toMatchObject({ direction: "up", verdict: "good" });
    expect(change(3, 0, "neither")).toEqual({ direction: "up", by: null, verdict: "neither" });
    expect(change(3, 3, "more")?.direction).toBe("same");
    expect(change(null, 3, "more")).toBeNull();
  });

  it("counts rows of CSV, whatever their fields hold", () => {
    expect(rows("id,title\r\n")).toBe(0);
    expect(rows('id,title\r\n1,"a\r\nb ""c"""\r\n2,d')).toBe(2);
    expect(rows("")).toBe(0);
    expect(exported("figure=created&from=2026-11-01T00%3A00%3A00Z&limit=50&cursor=x")).toBe("figure=created&from=2026-11-01T00%3A00%3A00Z");
  });

  it("puts answers into their weeks", () => {
    const answers = [answer(5, "2026-11-16T00:00:00Z"), answer(2, "2026-11-15T23:59:00Z"), answer(4, "2026-11-22T23:00:00Z")];
    expect(weekly(answers)).toEqual([{ week: "2026-11-09", count: 1, average: 2 }, { week: "2026-11-16", count: 2, average: 4.5 }]);
    expect(ratings(answers)).toEqual([0, 1, 0, 1, 1]);
    expect([average([]), average(answers)]).toEqual([null, 11 / 3]);
  });
});
