import { describe, expect, it } from "vitest";

import { counted, step, steps } from "@/features/catalog/counts";
import { added, changed, found, valuesOf, wrong } from "@/features/catalog/shelves";

const montreal = { id: "1", version: 2, name: "Store 109, Montréal", organisation: "", territory: "CA-QC", postal_code: "H2W", zone: "America/Toronto", active: true };

describe("an entry's form", () => {
  it("begins with what is there, or with what is usual", () => {
    expect(valuesOf("stores", montreal)).toEqual({ name: "Store 109, Montréal", organisation: "", territory: "CA-QC", postal_code: "H2W", zone: "America/Toronto" });
    expect(valuesOf("stores", undefined, "America/Denver")["zone"]).toBe("America/Denver");
    expect(valuesOf("organisations")).toEqual({ name: "", tier: "bronze" });
  });

  it("sends what was changed, trimmed", () => {
    const before = valuesOf("stores", montreal);

    expect(changed({ ...before, name: " Store 9 ", postal_code: "H2W " }, before)).toEqual({ name: "Store 9" });
  });

  it("gives an id where there is no code", () => {
    expect(added("organisations", { name: "A ", tier: "gold" }, "u")).toEqual({ id: "u", name: "A", tier: "gold" });
    expect(added("skills", { id: "pos", name: "Tills" }, "u")).toEqual({ id: "pos", name: "Tills" });
  });

  it.each([["", ["id"]], ["po s", ["id"]], [".pos", ["id"]], ["US-CA_2.x", []]])("judges the code %j", (id, faults) => {
    expect(wrong("skills", { id, name: "Tills" })).toEqual(faults);
  });
});

describe("the list", () => {
  it("is found by words without accents, active ones first of all", () => {
    const off = { ...montreal, id: "2", active: false };

    expect(found([montreal, off], "montreal h2w", false)).toEqual([montreal]);
    expect(found([montreal, off], "QC", true)).toHaveLength(2);
    expect(found([montreal], "toronto store x9", false)).toEqual([]);
  });
});

describe("figures of territories", () => {
  it("are put together", () => {
    const counts = counted([{ territories: ["US-CA", "US-NV"] }, { territories: ["US-CA"] }], [{ key: "US-CA", count: 4 }, { key: "CA-QC", count: 1 }]);

    expect([...counts]).toEqual([["US-CA", { consultants: 2, open: 4 }], ["US-NV", { consultants: 1, open: 0 }], ["CA-QC", { consultants: 0, open: 1 }]]);
  });

  it("have steps that are even in number, each value in one", () => {
    const ends = steps([0, 1, 1, 2, 3, 5, 8, 40, 90]);

    expect(ends).toEqual([1, 3, 8, 90]);
    expect([0, 1, 2, 3, 8, 9, 90].map((value) => step(value, ends))).toEqual([0, 1, 2, 2, 3, 4, 4]);
    expect(steps([7, 7])).toEqual([7]);
    expect(steps([])).toEqual([]);
  });
});
