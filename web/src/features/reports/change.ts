/** How a figure compares with the one of the span before. Pure. */
export type Better = "more" | "less" | "neither";

export interface Change {
  direction: "up" | "down" | "same";
  /** Share of the earlier value; null where that was 0. For shares: percentage points, 0 to 1. */
  by: number | null;
  verdict: "good" | "bad" | "neither";
}

/** null: there is nothing to compare with. points: the figures are shares themselves. */
export function change(now: number | null | undefined, then: number | null | undefined, better: Better, points = false): Change | null {
  if (now == null || then == null) return null;
  const by = points ? now - then : then === 0 ? (now === 0 ? 0 : null) : (now - then) / then;
  const direction = Math.abs(now - then) < 1e-9 || (by !== null && Math.abs(by) < 0.0005) ? "same" : now > then ? "up" : "down";
  const verdict = better === "neither" || direction === "same" ? "neither" : (direction === "up") === (better === "more") ? "good" : "bad";
  return { direction, by, verdict };
}
