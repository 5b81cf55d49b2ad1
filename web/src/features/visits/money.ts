/** Prices: kept in cents, typed and shown as money of the place. */
import { locale } from "@/ui/language";

export const currency = (country: string): string => (country === "CA" ? "CAD" : "USD");

export function money(cents: number, country: string, language: string): string {
  return new Intl.NumberFormat(locale(language), { style: "currency", currency: currency(country) }).format(cents / 100);
}

/** "12", "12.5", "12,50" in cents; null: no price. */
export function cents(typed: string): number | null {
  const text = typed.trim().replace(",", ".");
  if (text === "") return 0;
  if (!/^\d+(\.\d{1,2})?$/.test(text)) return null;
  const value = Math.round(Number(text) * 100);
  return value <= 100_000_000 ? value : null;
}
