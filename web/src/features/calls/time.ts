/** Clocks of a call. */
import { absolute, clock } from "@/ui/when";
import type { Span } from "./draft";

export const GOAL = 60_000; // ms that an intake should stay below

/** "0:34" */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const HALVES = [[8, 12], [12, 17]] as const;
const DAYS = 3; // working days ahead that are offered

/** The moment at which the clock of a zone shows an hour of a day. day: "2026-11-23". */
export function moment(day: string, hour: number, zone: string): Date {
  const asked = Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000;
  const off = (at: number) => Date.parse(`${new Date(at).toLocaleString("sv-SE", { timeZone: zone }).replace(" ", "T")}Z`) - at;
  return new Date(asked - off(asked - off(asked)));
}

/** Half days of the next working days at a place, those that are nearly over left out. */
export function halves(zone: string, now = Date.now()): Span[] {
  const found: Span[] = [];
  for (let ahead = 0, days = 0; days < DAYS; ahead += 1) {
    const at = new Date(now + ahead * 86_400_000).toLocaleDateString("sv-SE", { timeZone: zone });
    if ([0, 6].includes(new Date(`${at}T12:00:00Z`).getUTCDay())) continue;
    days += 1;
    for (const [from, to] of HALVES) {
      const [start, end] = [moment(at, from, zone), moment(at, to, zone)];
      if (end.getTime() - now > 3_600_000) found.push({ start: start.toISOString(), end: end.toISOString() });
    }
  }
  return found;
}

export const spoken = ({ start, end }: Span, language: string, zone?: string): string => `${absolute(start, language, zone)} – ${clock(end, language, zone)}`;
