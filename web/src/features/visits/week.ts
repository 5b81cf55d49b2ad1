/** A consultant's hours, day by day. */
export interface Interval {
  start: string;
  end: string;
  kind?: string;
}

export interface Date_ {
  /** Local date, "2026-11-23". */
  date: string;
  spans: Interval[];
}

/** Splits intervals by the local dates of `zone`; `days` from the day of `from` (ms). */
export function week(intervals: Interval[], from: number, days: number, zone: string): Date_[] {
  const name = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  const local = (at: number) => name.format(at);
  const dates: string[] = [];
  for (let at = from; dates.length < days; at += 6 * 3_600_000) if (dates.at(-1) !== local(at)) dates.push(local(at));
  const sorted = [...intervals].sort((one, other) => Date.parse(one.start) - Date.parse(other.start));
  return dates.map((date) => ({
    date,
    spans: sorted.filter((one) => local(Date.parse(one.start)) <= date && local(Date.parse(one.end) - 1) >= date),
  }));
}
