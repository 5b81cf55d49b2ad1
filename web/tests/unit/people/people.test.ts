import { describe, expect, it } from "vitest";

import type { Person, Plan } from "@/features/people/data";
import { draftOf, scheduleOf } from "@/features/people/draft";
import { read, wanted, worth } from "@/features/people/filters";
import { blank, changes, draft, lacking, valuesOf } from "@/features/people/form";
import { bars, hours, runs } from "@/features/people/week";
import { toInstant, toLocal } from "@/features/people/zoned";

const ID = "0007cd7d-d3c4-7c8f-8a20-424d0c2778b8";
const ana: Person = {
  id: ID, version: 3, roles: ["consultant"], active: true, contact: { name: "Ana", mail: "ana@example.com", phone: "" }, zone: "America/Denver",
  territories: ["US-CO", "US-UT"], skills: { pos: 4, network: 2 }, home: { latitude: 39.7, longitude: -105, country: "US", region: "CO" },
  organisation: "", store: "", tier: "bronze", language: "en", languages: ["en"], certifications: [], capacity: 5, rating: 4, max_travel: 120,
};

describe("a person's form", () => {
  it("sends only what was changed", () => {
    const before = valuesOf(ana);

    expect(changes({ ...before, territories: ["US-UT", "US-CO"], skills: { network: 2, pos: 4 } }, before)).toEqual({});
    expect(changes({ ...before, phone: " 555 ", capacity: 7 }, before)).toEqual({ contact: { phone: "555" }, capacity: 7 });
    expect(changes({ ...before, organisation: "x", tier: "gold" }, before)).toEqual({ organisation: "x" });
    expect(changes({ ...before, home: null }, before)).toEqual({ home: null });
  });

  it("leaves out what a new person's roles do not have", () => {
    const customer = { ...blank("America/Denver", "fr", ["customer"]), name: " Bo " };

    expect(draft(customer, ID)).toEqual({
      id: ID, roles: ["customer"], contact: { name: "Bo" }, tier: "bronze", language: "fr", languages: ["fr"], zone: "America/Denver", territories: [],
    });
    expect(draft(valuesOf(ana), ID)).toMatchObject({ capacity: 5, skills: { pos: 4 }, home: { region: "CO" } });
  });

  it("says what lacks", () => {
    expect([...lacking(blank("Etc/UTC", "en"))]).toEqual(["name", "roles"]);
    expect([...lacking({ ...valuesOf(ana), home: null })]).toEqual(["home"]);
    expect(lacking(valuesOf(ana)).size).toBe(0);
  });
});

describe("filters", () => {
  it("keep what makes sense", () => {
    expect(read({ q: 5551234, role: "boss", territory: "US-CA", state: "active", x: "y" })).toEqual({ q: "5551234", territory: "US-CA" });
  });

  it.each([["a", false], ["an", true], ["é ü", true], ["555", false], ["5-5-5-1", true], ["a1", false]])("%s is worth looking for: %s", (text, is) => {
    expect(worth(text)).toBe(is);
  });

  it("tell active from inactive", () => {
    const off = { ...ana, active: false };

    expect(wanted([ana, off])).toEqual([ana]);
    expect(wanted([ana, off], "inactive")).toEqual([off]);
    expect(wanted([ana, off], "all")).toHaveLength(2);
  });
});

describe("a week", () => {
  it("puts nights on two days, also from Sunday to Monday", () => {
    expect(bars([{ days: ["sun", "mon"], start: "22:00", end: "06:00", kind: "shift" }])).toEqual([
      { day: 0, from: 0, to: 360, kind: "shift" }, { day: 0, from: 1320, to: 1440, kind: "shift" },
      { day: 1, from: 0, to: 360, kind: "shift" }, { day: 6, from: 1320, to: 1440, kind: "shift" },
    ]);
    expect(bars([{ days: ["fri"], start: "09:00", end: "00:00", kind: "shift" }])).toEqual([{ day: 4, from: 540, to: 1440, kind: "shift" }]);
    expect(bars([{ days: ["fri"], start: "", end: "10:00", kind: "shift" }])).toEqual([]);
  });

  it("counts shifts only, and joins days that follow", () => {
    expect(hours([{ days: ["mon", "tue"], start: "08:00", end: "12:30", kind: "shift" }, { days: ["mon"], start: "13:00", end: "18:00", kind: "on_call" }])).toBe(9);
    expect(runs(["fri", "mon", "tue", "wed"])).toEqual([["mon", "wed"], ["fri", "fri"]]);
  });
});

describe("times of a zone", () => {
  it.each([
    ["2026-07-01T08:00", "America/Toronto", "2026-07-01T12:00:00.000Z"],
    ["2026-11-01T01:30", "America/Toronto", "2026-11-01T05:30:00.000Z"], // comes twice: the first
    ["2026-03-08T02:30", "America/Toronto", "2026-03-08T07:30:00.000Z"], // is skipped: by the offset before
    ["2026-01-01T00:00", "Pacific/Auckland", "2025-12-31T11:00:00.000Z"],
  ])("%s of %s is %s", (local, zone, instant) => {
    expect(toInstant(local, zone)).toBe(instant);
  });

  it("come back as they were typed, every hour of the weeks in which clocks change, but the skipped one", () => {
    const wrong: string[] = [];
    const weeks = [Date.UTC(2026, 2, 5), Date.UTC(2026, 9, 29)];
    for (const at of weeks.flatMap((begin) => Array.from({ length: 7 * 24 }, (_, hour) => begin + hour * 3_600_000))) {
      const local = new Date(at).toISOString().slice(0, 16);
      if (toLocal(toInstant(local, "America/Toronto"), "America/Toronto") !== local) wrong.push(local);
    }

    expect(wrong).toEqual(["2026-03-08T02:00"]);
  });

  it("make a schedule that is the same when nothing was changed", () => {
    const plan: Plan = {
      person: ID, version: 1, zone: "America/Denver", weekly: [{ days: ["mon"], start: "08:00", end: "17:00", kind: "shift" }],
      on_call: [{ start: "2026-12-24T23:00:00.000Z", end: "2026-12-25T07:00:00.000Z" }], days_off: [{ first: "2026-12-31", last: "2027-01-01" }], leave: [],
    };
    const { weekly, on_call, days_off, leave } = plan;

    expect(scheduleOf(draftOf(plan), plan.zone)).toEqual({ weekly, on_call, days_off, leave });
    expect(scheduleOf({ ...draftOf(plan), days_off: [{ from: "", to: "" }, { from: "2026-12-01", to: "" }] }, plan.zone).days_off).toEqual([{ first: "2026-12-01", last: "2026-12-01" }]);
  });
});
