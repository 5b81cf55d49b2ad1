/** Midnight of a zone's day, as a moment. */
export function midnight(zone: string, now = new Date()): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(now);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const passed = ((part("hour") * 60 + part("minute")) * 60 + part("second")) * 1000;
  return new Date(Math.floor((now.getTime() - passed) / 1000) * 1000).toISOString();
}
