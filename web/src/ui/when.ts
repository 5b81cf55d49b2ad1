/** Times in words and figures, in the viewer's language and zone. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { locale } from "./language";

// Formats are dear to make, and lists ask for the same few of them a thousand times.
const formats = new Map<string, Intl.DateTimeFormat>();

function dates(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const found = formats.get(key) ?? new Intl.DateTimeFormat(locale(language), options);
  formats.set(key, found);
  return found;
}

const spans = new Map<string, Intl.RelativeTimeFormat>();

function ago(language: string): Intl.RelativeTimeFormat {
  const found = spans.get(language) ?? new Intl.RelativeTimeFormat(locale(language), { numeric: "auto" });
  spans.set(language, found);
  return found;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

/** "in 5 minutes", "3 hours ago". at, now: ms since 1970. */
export function relative(at: number, now: number, language: string): string {
  const seconds = (at - now) / 1000;
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  return ago(language).format(Math.trunc(seconds / size), unit);
}

/** "Mon, Nov 23, 2:30 p.m." zone: IANA; the viewer's own when left out. */
export function absolute(at: string | number | Date, language: string, zone?: string, seconds = false): string {
  return dates(language, {
    weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit",
    ...(seconds && { second: "2-digit" }), ...(zone && { timeZone: zone }),
  }).format(new Date(at));
}

/** "2:30 p.m." */
export function clock(at: string | number | Date, language: string, zone?: string): string {
  return dates(language, { hour: "numeric", minute: "2-digit", ...(zone && { timeZone: zone }) }).format(new Date(at));
}

/** "2 h 5 min". seconds: of a span. */
export function span(seconds: number, language: string): string {
  const minutes = Math.round(seconds / 60);
  const unit = (value: number, name: "hour" | "minute" | "day") =>
    new Intl.NumberFormat(locale(language), { style: "unit", unit: name, unitDisplay: "short" }).format(value);
  if (minutes < 60) return unit(minutes, "minute");
  if (minutes < 2880) return `${unit(Math.floor(minutes / 60), "hour")}${minutes % 60 ? ` ${unit(minutes % 60, "minute")}` : ""}`;
  return unit(Math.round(minutes / 1440), "day");
}

/** A clock that ticks, so that "5 minutes ago" stays true. */
export function useNow(every = 30_000): number {
  const [now, tick] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

export function useLanguage(): string {
  return useTranslation("ui").i18n.language;
}
