import { locale } from "@/ui/language";

export const number = (value: number, language: string, digits = 0): string =>
  new Intl.NumberFormat(locale(language), { maximumFractionDigits: digits }).format(value);

/** share: 0 to 1. */
export const percent = (share: number, language: string): string =>
  new Intl.NumberFormat(locale(language), { style: "percent", maximumFractionDigits: Math.abs(share) < 0.1 ? 1 : 0 }).format(share);

/** "Nov 16", of a moment in a zone. */
export const day = (at: string | number, language: string, zone: string): string =>
  new Intl.DateTimeFormat(locale(language), { month: "short", day: "numeric", timeZone: zone }).format(new Date(at));
