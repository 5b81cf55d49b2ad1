import { describe, expect, it } from "vitest";

import { get, outside, put, weights, written } from "@/features/policy/weights";

const rate = { type: "number", minimum: 0, maximum: 100 };
const SCHEMA = {
  $ref: "#/$defs/Policy",
  $defs: {
    Policy: {
      properties: {
        version: { type: "integer" }, detour: { type: "number", unit: "times", why: "w", minimum: 1, maximum: 10 }, waiting: { unit: "min", prefixItems: [rate, rate] },
        tiers: { unit: "times", $ref: "#/$defs/Tiers" }, language_required: { type: "boolean" }, on_call_priority: { type: "integer", minimum: 0, maximum: 4 },
      },
    },
    Tiers: { properties: { gold: rate } },
  },
};
const DOCUMENT = { version: 1, detour: 1.3, waiting: [0.5, 0.25], tiers: { gold: 1.5 }, language_required: true, on_call_priority: 4 };

describe("a policy's weights", () => {
  const all = weights(SCHEMA);
  const of = (path: string) => all.find((one) => one.path === path) ?? all[0]!; // eslint-disable-line @typescript-eslint/no-non-null-assertion

  it("are those of the schema, but not the version", () => {
    expect(all.map(({ path, part, unit }) => [path, part, unit])).toEqual([
      ["/detour", "", "times"], ["/waiting/0", "P1", "min"], ["/waiting/1", "P2", "min"], ["/tiers/gold", "gold", "times"], ["/language_required", "", ""], ["/on_call_priority", "", ""],
    ]);
  });

  it("are read and changed without touching the document", () => {
    expect(all.map(({ path }) => get(DOCUMENT, path))).toEqual([1.3, 0.5, 0.25, 1.5, true, 4]);
    const made = written(DOCUMENT, { "/waiting/1": 9, "/tiers/gold": 2, "/language_required": false }, 2);
    expect(made).toEqual({ ...DOCUMENT, version: 2, waiting: [0.5, 9], tiers: { gold: 2 }, language_required: false });
    expect(DOCUMENT.waiting).toEqual([0.5, 0.25]);
    expect(put(DOCUMENT, "/detour", 2)["detour"]).toBe(2);
  });

  it("must be inside of their range", () => {
    expect([outside(of("/detour"), 0.9), outside(of("/detour"), 1), outside(of("/on_call_priority"), 1.5), outside(of("/waiting/0"), undefined), outside(of("/language_required"), false)]).toEqual([true, false, true, true, false]);
  });
});
