/** What the dashboard looks at, as it stands in its address. Pure. */
export const SPANS = ["today", "7", "28", "own"] as const;
export type SpanName = (typeof SPANS)[number];
export const CATEGORIES = [
  "access", "email", "hardware", "network", "other", "phone", "pos", "printer", "security", "software", "storage",
] as const;

export interface Filters {
  span?: SpanName;
  /** Days of an own span, both included: "2026-11-22". */
  since?: string;
  until?: string;
  territory?: string;
  category?: string;
  priority?: string;
}

/** from, to: ISO times; to is null for "until now". days: by how many the span before is earlier. */
export interface Stretch {
  from: string;
  to: string | null;
  days: number;
}

const DAY = 86_400_000; // ms
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Reads an address; what makes no sense is left out. */
export function read(raw: Record<string, unknown>): Filters {
  const text = (name: string) => (["string", "number"].includes(typeof raw[name]) ? String(raw[name]) : "");
  const dated = (name: string) => (DATE.test(text(name)) && !Number.isNaN(Date.parse(text(name))) ? text(name) : undefined);
  const several = (name: string, known: readonly string[]) =>
    text(name).split(",").filter((one) => known.includes(one)).join(",") || undefined;
  const span = SPANS.find((one) => one === text("span"));
  const found: Filters = {
    span,
    since: span === "own" ? dated("since") : undefined,
    until: span === "own" ? dated("until") : undefined,
    territory: /^[A-Z]{2}-[A-Z0-9]{1,8}$/.test(text("territory")) ? text("territory") : undefined,
    category: several("category", CATEGORIES),
    priority: several("priority", ["1", "2", "3", "4"]),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** The day of a moment in a zone: "2026-11-22". */
export const dayOf = (at: number, zone: string): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);

/** Midnight with which a day begins in a zone, ms since 1970; also where clocks change that day. */
export function midnight(day: string, zone: string): number {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  const first = wanted - offset(wanted, zone);
  return wanted - offset(first, zone);
}

/** A day so many later, or earlier. */
export const shifted = (day: string, by: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY).toISOString().slice(0, 10);

/** What a span is in times. Days are those of the zone. now: ms since 1970. */
export function stretch(filters: Filters, now: number, zone: string): Stretch {
  const today = dayOf(now, zone);
  if (filters.span === "own" && filters.since) {
    const last = filters.until && filters.until >= filters.since ? filters.until : filters.since > today ? filters.since : today;
    const days = Math.round((Date.parse(last) - Date.parse(filters.since)) / DAY) + 1;
    const end = midnight(shifted(last, 1), zone);
    return { from: iso(midnight(filters.since, zone)), to: end > now ? null : iso(end), days };
  }
  const days = filters.span === "today" ? 1 : filters.span === "7" ? 7 : 28;
  return { from: iso(midnight(shifted(today, 1 - days), zone)), to: null, days };
}

/** The span of the same length before it, as far as this one has come. */
export function before({ from, to, days }: Stretch, now: number): { from: string; to: string } {
  const back = (text: string) => iso(Date.parse(text) - days * DAY);
  return { from: back(from), to: back(to ?? iso(now)) };
}

/** Cuts a span into at most `most` pieces of whole days, for a trend. Nothing for a single day. */
export function pieces({ from, to, days }: Stretch, now: number, most = 8): { from: string; to: string }[] {
  if (days < 2) return [];
  const [start, end] = [Date.parse(from), to ? Date.parse(to) : now];
  const step = Math.max(1, days <= most ? 1 : days <= most * 7 ? 7 : Math.ceil(days / most)) * DAY;
  const found = [];
  for (let at = start; at < end; at += step) found.push({ from: iso(at), to: iso(Math.min(at + step, end)) });
  return found;
}

/** Days, or weeks where days would be too many to see. */
export const bucket = (days: number): "day" | "week" => (days > 45 ? "week" : "day");

const iso = (at: number) => new Date(at).toISOString();

function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return wall - Math.floor(at / 1000) * 1000;
}
