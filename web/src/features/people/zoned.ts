/** Local times of a zone and instants, both ways. Pure. */

const formats = new Map<string, Intl.DateTimeFormat>(); // making one takes a hundred times as long as using it

function format(zone: string): Intl.DateTimeFormat {
  const made = formats.get(zone) ?? new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  });
  formats.set(zone, made);
  return made;
}

/** By how much a zone is ahead of UTC at a moment, ms. */
export function offset(at: number, zone: string): number {
  const parts = format(zone).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) - Math.floor(at / 1000) * 1000;
}

/** "2026-11-23T08:00" in the zone, as inputs of the browser write it. */
export function toLocal(instant: string, zone: string): string {
  const at = Date.parse(instant);
  return new Date(at + offset(at, zone)).toISOString().slice(0, 16);
}

/** The instant of a local time. A time that comes twice is the first one; one that is skipped is taken by the offset before (PEP 495, fold=0). */
export function toInstant(local: string, zone: string): string {
  const guess = Date.parse(`${local}Z`);
  if (Number.isNaN(guess)) return "";
  const before = offset(guess - 86_400_000, zone);
  const after = offset(guess + 86_400_000, zone);
  const fits = [before, after].find((one) => offset(guess - one, zone) === one) ?? before;
  return new Date(guess - fits).toISOString();
}
