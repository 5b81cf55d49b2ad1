/** Which people the list shows, as it stands in its address. Pure. */
import type { Person } from "./data";

export const ROLES = ["customer", "store", "receptionist", "consultant", "dispatcher", "manager", "administrator", "auditor"] as const;
export type Role = (typeof ROLES)[number];
export const STATES = ["active", "inactive", "all"] as const;

export interface Filters {
  q?: string;
  role?: Role;
  territory?: string;
  organisation?: string;
  state?: (typeof STATES)[number];
}

/** Reads an address; what makes no sense is left out. */
export function read(raw: Record<string, unknown>): Filters {
  const text = (name: string, most: number) => (["string", "number"].includes(typeof raw[name]) ? String(raw[name]).slice(0, most) : "");
  const found: Filters = {
    q: text("q", 200) || undefined,
    role: ROLES.find((one) => one === raw["role"]),
    territory: text("territory", 60) || undefined,
    organisation: text("organisation", 60) || undefined,
    state: STATES.find((one) => one === raw["state"] && one !== "active"),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** Whether the server would look for it: two letters, or four digits, at least. */
export function worth(q: string): boolean {
  return (q.match(/\p{L}/gu)?.length ?? 0) >= 2 || (q.match(/\d/g)?.length ?? 0) >= 4;
}

export const wanted = (people: Person[], state: Filters["state"] = "active"): Person[] =>
  people.filter((one) => state === "all" || (one.active !== false) === (state === "active"));
