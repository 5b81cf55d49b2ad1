import type { Person, Ticket } from "@/features/board/data";

export const NOW = Date.parse("2026-11-23T15:00:00Z");
export const after = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

/** A ticket in Boston, P3, promised in four hours. */
export function ticket(id: string, over: Partial<Ticket> = {}): Ticket {
  return {
    id, version: 1, turn: 1, status: "assigned", priority: 3, title: `Trouble ${id}`, description: "", category: "network", skills: {},
    certification: "", mode: "onsite", language: "en", tier: "bronze", territory: "US-MA", requester: "r", organisation: "", store: "",
    spot: { latitude: 42.36, longitude: -71.06, postal_code: "02110", place: "Boston", region: "MA", country: "US", zone: "America/New_York" },
    assignee: null, previous: null, declined: [], service: 60, created_at: after(-60), updated_at: after(-30), due_at: after(240),
    reference: `REF-${id}`, ...over,
  } as Ticket;
}

export function person(id: string, over: Partial<Person> = {}): Person {
  return {
    id, name: id, load: 0, capacity: 6, status: "on_shift", opens: after(-120), closes: after(360), territories: ["US-MA"], skills: {}, plan: [], ...over,
  } as Person;
}

export const map = (...tickets: Ticket[]): Map<string, Ticket> => new Map(tickets.map((one) => [one.id, one]));
