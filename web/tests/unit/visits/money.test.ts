import { expect, test } from "vitest";

import { cents, currency, money } from "@/features/visits/money";

test.each([["12", 1200], ["12.5", 1250], ["12,50", 1250], [" 0.01 ", 1], ["1000000", 100_000_000], ["0.29", 29], ["1.15", 115], ["", 0]])("%s is a price", (typed, value) => {
  expect(cents(typed)).toBe(value);
});

test.each(["-1", "1.234", "1e3", "$5", "1.000,50", "12.", ".", "1000000.01", "NaN", "Infinity"])("%s is none", (typed) => {
  expect(cents(typed)).toBeNull();
});

test("is shown as money of the place, in the reader's language", () => {
  expect(currency("CA")).toBe("CAD");
  expect(money(8950, "US", "en")).toBe("$89.50");
  expect(money(8950, "CA", "fr").replace(/\s/g, " ")).toBe("89,50 $");
});
