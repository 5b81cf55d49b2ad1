/** A person's record as a form holds it, and what of it is sent. Pure. */
import type { Schemas } from "@/sync/api/client";
import type { Person } from "./data";
import type { Role } from "./filters";

type Change = Schemas["identity_people_Change"];
type Draft = Schemas["identity_people_Draft"];
type Language = NonNullable<Person["language"]>;

export interface Values {
  name: string;
  mail: string;
  phone: string;
  roles: Role[];
  organisation: string;
  store: string;
  tier: NonNullable<Person["tier"]>;
  language: Language;
  languages: Language[];
  zone: string;
  territories: string[];
  skills: Record<string, number>;
  certifications: string[];
  home: Schemas["Base"] | null;
  capacity: number;
  rating: number;
  max_travel: number;
}

/** Fields side by side stay in line when one is explained. */
export const BELOW: ("label" | "input" | "description" | "error")[] = ["label", "input", "description", "error"];
const CONTACT = ["name", "mail", "phone"] as const;

export function blank(zone: string, language: Language, roles: Role[] = []): Values {
  return valuesOf({ roles, zone, language, languages: [language] });
}

export function valuesOf(person: Partial<Person> & Pick<Person, "roles">): Values {
  return {
    name: person.contact?.name ?? "", mail: person.contact?.mail ?? "", phone: person.contact?.phone ?? "",
    roles: [...person.roles], organisation: person.organisation ?? "", store: person.store ?? "", tier: person.tier ?? "bronze",
    language: person.language ?? "en", languages: [...(person.languages ?? ["en"])], zone: person.zone ?? "Etc/UTC",
    territories: [...(person.territories ?? [])], skills: { ...person.skills }, certifications: [...(person.certifications ?? [])],
    home: person.home ?? null, capacity: person.capacity ?? 5, rating: person.rating ?? 4, max_travel: person.max_travel ?? 120,
  };
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return [...value].sort();
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).sort(([one], [other]) => one.localeCompare(other)));
  return value;
};

/** Only what was changed since the form was opened: what others changed meanwhile stays. */
export function changes(values: Values, before: Values): Change {
  const differing = (Object.keys(values) as (keyof Values)[]).filter((name) => !same(values[name], before[name]));
  const contact = Object.fromEntries(CONTACT.filter((name) => differing.includes(name)).map((name) => [name, values[name].trim()]));
  const rest = differing.filter((name) => !CONTACT.includes(name as "name") && !(name === "tier" && values.organisation));
  return { ...Object.fromEntries(rest.map((name) => [name, values[name]])), ...(Object.keys(contact).length && { contact }) };
}

/** A new person; what says nothing of their roles is left out. */
export function draft(values: Values, id: string): Draft {
  const { name, mail, phone, organisation, store, tier, home, skills, certifications, capacity, rating, max_travel, ...rest } = values;
  const contact = { name: name.trim(), ...(mail.trim() && { mail: mail.trim() }), ...(phone.trim() && { phone: phone.trim() }) };
  const work = values.roles.includes("consultant") ? { home, skills, certifications, capacity, rating, max_travel } : {};
  return { id, ...rest, contact, ...(organisation ? { organisation } : { tier }), ...(store && { store }), ...work } as Draft;
}

/** What lacks before it makes sense to send it, by field. */
export function lacking(values: Values): Set<"name" | "roles" | "home" | "languages"> {
  const found = new Set<"name" | "roles" | "home" | "languages">();
  if (!values.name.trim()) found.add("name");
  if (!values.roles.length) found.add("roles");
  if (!values.languages.length) found.add("languages");
  if (values.roles.includes("consultant") && !values.home) found.add("home");
  return found;
}

export const works = (roles: readonly string[]): boolean => roles.includes("consultant");
/** Whose sight territories bound: where they work, or what they look after. */
export const bounded = (roles: readonly string[]): boolean => roles.some((role) => ["consultant", "dispatcher", "manager"].includes(role));
