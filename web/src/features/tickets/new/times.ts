/** Windows that suit a customer, in the clock of the place. */
import { absolute, clock } from "@/ui/when";
import type { Span } from "./draft";

/** The moment at which the clock of a zone shows a date and an hour. */
export function zoned(date: Date, hour: number, minute: number, zone: string): Date {
  const asked = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate(), hour, minute);
  const off = (at: number) => {
    const parts = Object.fromEntries(new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" }).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(parts["year"] ?? 0, (parts["month"] ?? 1) - 1, parts["day"], parts["hour"], parts["minute"]) - at;
  };
  const first = asked - off(asked);
  return new Date(asked - off(first)); // once more: the first guess may lie across a change of the clock
}

const HALVES = [["morning", 8, 12], ["afternoon", 12, 17]] as const;
const DAYS = 3; // working days ahead that are offered

export interface Offer extends Span {
  half: "morning" | "afternoon";
  day: Date;
}

/** Halves of the next working days that still lie ahead. */
export function offers(zone: string, now = new Date()): Offer[] {
  const found: Offer[] = [];
  for (let ahead = 0, days = 0; days < DAYS && ahead < 10; ahead += 1) {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + ahead);
    if (day.getDay() === 0 || day.getDay() === 6) continue;
    days += 1;
    for (const [half, from, to] of HALVES) {
      const [start, end] = [zoned(day, from, 0, zone), zoned(day, to, 0, zone)];
      if (end.getTime() - now.getTime() > 3_600_000) found.push({ half, day, start: start.toISOString(), end: end.toISOString() });
    }
  }
  return found;
}

/** "Mon, Nov 23, 8:00 a.m. – noon" */
export const spoken = ({ start, end }: Span, language: string, zone?: string): string => `${absolute(start, language, zone)} – ${clock(end, language, zone)}`;
