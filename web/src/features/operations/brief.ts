import { locale } from "@/ui/language";
import { span } from "@/ui/when";

/** "12 ms", "1.4 s", "5 min", "2 h". milliseconds: of a span. */
export function brief(milliseconds: number, language: string): string {
  if (milliseconds >= 60_000) return span(milliseconds / 1000, language);
  const [unit, size] = milliseconds < 1000 ? (["millisecond", 1] as const) : (["second", 1000] as const);
  return new Intl.NumberFormat(locale(language), { style: "unit", unit, maximumFractionDigits: unit === "second" && milliseconds < 10_000 ? 1 : 0 }).format(milliseconds / size);
}
