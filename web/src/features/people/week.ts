/** A week of working hours as bars of days. Pure. */
import type { Schemas } from "@/sync/api/client";

export type Weekly = Schemas["Weekly"];
export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];
export type Kind = NonNullable<Weekly["kind"]>;

/** Minutes of a day, 0–1440. day: 0 is Monday. */
export interface Bar {
  day: number;
  from: number;
  to: number;
  kind: Kind;
}

const minutes = (clock: string): number => (/^\d\d:\d\d/.test(clock) ? Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5)) : NaN);

/** Bars of each day; what goes past midnight is on two days. */
export function bars(weekly: Weekly[]): Bar[] {
  return weekly
    .flatMap(({ days, start, end, kind = "shift" }) => days.flatMap((name): Bar[] => {
      const [day, from, until] = [DAYS.indexOf(name), minutes(start), minutes(end)];
      if (Number.isNaN(from) || Number.isNaN(until)) return [];
      if (until > from) return [{ day, from, to: until, kind }];
      const night: Bar[] = [{ day, from, to: 1440, kind }];
      return until > 0 ? [...night, { day: (day + 1) % 7, from: 0, to: until, kind }] : night;
    }))
    .sort((one, other) => one.day - other.day || one.from - other.from);
}

/** Working hours of a week, without being on call. */
export const hours = (weekly: Weekly[]): number =>
  bars(weekly).filter(({ kind }) => kind === "shift").reduce((all, { from, to }) => all + to - from, 0) / 60;

/** Runs of days that follow one another: ["mon","tue","wed","fri"] is [["mon","wed"],["fri","fri"]]. */
export function runs(days: readonly Day[]): [Day, Day][] {
  const found: [Day, Day][] = [];
  DAYS.forEach((day, place) => {
    if (!days.includes(day)) return;
    const last = found.at(-1);
    if (last && DAYS.indexOf(last[1]) === place - 1) last[1] = day;
    else found.push([day, day]);
  });
  return found;
}

/** "Mon", "Monday" in a language. */
export const dayName = (day: Day, locale: string, length: "short" | "long" = "short"): string =>
  new Intl.DateTimeFormat(locale, { weekday: length, timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + DAYS.indexOf(day)));
