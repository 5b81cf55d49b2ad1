/** The four shelves: their fields, and what a form of theirs sends. Pure. */
import type { ShelfName, Shelves } from "@/sync/catalog";

export type Entry = Shelves[ShelfName];
export type Values = Record<string, string>;

/** kind: how a field is filled in; a code is chosen once, then part of addresses. */
export interface Field {
  name: string;
  kind: "text" | "code" | "tier" | "country" | "zone" | "organisation" | "territory";
  required?: boolean;
  most?: number;
}

export const FIELDS: Record<ShelfName, Field[]> = {
  organisations: [{ name: "name", kind: "text", required: true, most: 200 }, { name: "tier", kind: "tier" }],
  stores: [
    { name: "name", kind: "text", required: true, most: 200 }, { name: "organisation", kind: "organisation" }, { name: "territory", kind: "territory" },
    { name: "postal_code", kind: "text", most: 12 }, { name: "zone", kind: "zone" },
  ],
  skills: [
    { name: "id", kind: "code", required: true, most: 60 }, { name: "name", kind: "text", required: true, most: 200 }, { name: "french", kind: "text", most: 200 },
    { name: "spanish", kind: "text", most: 200 }, { name: "description", kind: "text", most: 500 },
  ],
  territories: [
    { name: "id", kind: "code", required: true, most: 60 }, { name: "name", kind: "text", required: true, most: 200 }, { name: "country", kind: "country" },
    { name: "region", kind: "text", most: 10 },
  ],
};

const FRESH: Record<string, string> = { tier: "bronze", country: "US" };
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/;

/** What the form of an entry begins with; of a new one without an entry. */
export function valuesOf(shelf: ShelfName, entry?: Entry, zone = "Etc/UTC"): Values {
  const held = entry as Record<string, unknown> | undefined;
  return Object.fromEntries(FIELDS[shelf].map(({ name, kind }) => [name, String(held?.[name] ?? (held ? "" : kind === "zone" ? zone : (FRESH[name] ?? "")))]));
}

/** A new entry as it is sent. id: of those that have no code. */
export function added(shelf: ShelfName, values: Values, id: string): Values {
  const said = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.trim()]));
  return { ...(FIELDS[shelf].some(({ kind }) => kind === "code") ? {} : { id }), ...said };
}

/** Only what was changed. */
export function changed(values: Values, before: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.trim()]).filter(([name, value]) => before[name ?? ""] !== value));
}

/** Fields that lack, or hold what no code may. */
export function wrong(shelf: ShelfName, values: Values): string[] {
  return FIELDS[shelf]
    .filter(({ name, kind, required }) => (required && !values[name]?.trim()) || (kind === "code" && !CODE.test(values[name]?.trim() ?? "")))
    .map(({ name }) => name);
}

/** Entries whose words hold all that was typed; active ones unless all are wanted. */
export function found<T extends Entry>(all: T[], text: string, inactive: boolean): T[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  return all.filter((entry) => (inactive || entry.active !== false) && words.every((word) => plain(Object.values(entry).join(" ")).includes(word)));
}

const plain = (text: string): string => text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
