import { locale } from "@/ui/language";
import { span } from "@/ui/when";

/** A figure with its unit. share: 0 to 1. */
export function formatted(value: number, unit: string, language: string): string {
  const write = (options: Intl.NumberFormatOptions, number = value) => new Intl.NumberFormat(locale(language), options).format(number);
  if (unit === "share") return write({ style: "percent", maximumFractionDigits: 1 });
  if (unit === "min") return span(value * 60, language);
  if (unit === "h") return write({ style: "unit", unit: "hour", maximumFractionDigits: 1 });
  if (unit === "km") return write({ style: "unit", unit: "kilometer", maximumFractionDigits: value < 100 ? 1 : 0 });
  return write({ maximumFractionDigits: Math.abs(value) < 10 ? 2 : 0 });
}

/** By how much, as a sentence of the verdict says it. */
export function amount(key: string, by: number, language: string): string {
  const name = key.split("_")[0] ?? "";
  if (["met", "wait", "km", "cost"].includes(name)) return formatted(by, "share", language);
  if (name === "overtime") return formatted(by, "h", language);
  return formatted(by, "", language);
}
