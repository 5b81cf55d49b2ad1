/** The board's arithmetic: which tickets, in which order, and what live changes do to them. Pure. */
import type { Schemas } from "@/sync/api/client";

export type Ticket = Schemas["TicketView"];
export type Person = Schemas["OnDuty"];
export type Sort = "urgent" | "due" | "newest";
export type Tickets = ReadonlyMap<string, Ticket>;

export interface Filters {
  text: string;
  status: string[];
  priority: number[];
  category: string[];
  territory: string[];
  /** Ids of people; "" is nobody. */
  assignee: string[];
  risk: boolean;
}

/** A named filter. */
export interface View {
  id: string;
  name: string;
  filters: Filters;
  sort: Sort;
}

export const NONE: Filters = { text: "", status: [], priority: [], category: [], territory: [], assignee: [], risk: false };
export const STATUSES = ["new", "needs_dispatcher", "assigned", "accepted", "travelling", "on_site", "waiting", "resolved"] as const;
export const CATEGORIES = [
  "access", "email", "hardware", "network", "other", "phone", "pos", "printer", "security", "software", "storage",
] as const;
const SOON = 3_600_000; // ms before the promise that a ticket is at risk; as in ui/Promise
const ENDED = ["closed", "cancelled"];
const BEGUN = ["on_site", "resolved", ...ENDED];

export const open = (ticket: Ticket): boolean => !ENDED.includes(ticket.status);

/** fine, soon (promised within the hour) or late; begun work is fine. now: ms since 1970. */
export function promise(ticket: Ticket, now: number): "fine" | "soon" | "late" {
  if (BEGUN.includes(ticket.status)) return "fine";
  const left = Date.parse(ticket.due_at) - now;
  return left < 0 ? "late" : left < SOON ? "soon" : "fine";
}

/** Without case and accents, so that "montreal" finds Montréal. */
export const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const folded = new WeakMap<Ticket, string>();

function words(ticket: Ticket): string {
  let text = folded.get(ticket);
  if (text === undefined) {
    const { title, reference, spot, territory, category, contact } = ticket;
    text = fold([title, reference, spot.place, spot.postal_code, territory, category, contact?.name ?? ""].join(" "));
    folded.set(ticket, text);
  }
  return text;
}

/** Gives the test of a filter. names: of people, by id. */
export function matcher(filters: Filters, now: number, names: ReadonlyMap<string, string>): (ticket: Ticket) => boolean {
  const terms = fold(filters.text).split(/\s+/).filter(Boolean);
  const among = <T>(chosen: T[], value: T) => !chosen.length || chosen.includes(value);
  const called = new Map<string, string>();
  const name = (id: string) => {
    let text = called.get(id);
    if (text === undefined) called.set(id, (text = fold(names.get(id) ?? "")));
    return text;
  };
  return (ticket) =>
    among(filters.status, ticket.status)
    && among(filters.priority, ticket.priority)
    && among(filters.category, ticket.category)
    && among(filters.territory, ticket.territory)
    && among(filters.assignee, ticket.assignee ?? "")
    && (!filters.risk || promise(ticket, now) !== "fine")
    && terms.every((term) => words(ticket).includes(term) || name(ticket.assignee ?? "").includes(term));
}

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
const SORTS: Record<Sort, (one: Ticket, other: Ticket) => number> = {
  urgent: (one, other) => one.priority - other.priority || compare(one.due_at, other.due_at) || compare(one.id, other.id),
  due: (one, other) => compare(one.due_at, other.due_at) || compare(one.id, other.id),
  newest: (one, other) => compare(other.created_at, one.created_at) || compare(other.id, one.id),
};

export const ordered = (tickets: Tickets, sort: Sort): Ticket[] => [...tickets.values()].sort(SORTS[sort]);

/** Gives the ids of what passes, in the order given. */
export const list = (tickets: Ticket[], passes: (ticket: Ticket) => boolean): string[] =>
  tickets.flatMap((ticket) => (passes(ticket) ? ticket.id : []));

/** What waits for a person's decision, most urgent first. */
export function stalled(tickets: Tickets): Ticket[] {
  return [...tickets.values()].filter((ticket) => ticket.status === "needs_dispatcher").sort(SORTS.urgent);
}

/** How many tickets pass each filter. */
export function tally(tickets: Tickets, tests: ((ticket: Ticket) => boolean)[]): number[] {
  const counts = tests.map(() => 0);
  for (const ticket of tickets.values())
    tests.forEach((passes, at) => {
      if (passes(ticket)) counts[at] = (counts[at] ?? 0) + 1;
    });
  return counts;
}

/** Values that occur, most frequent first. */
export function values(tickets: Tickets, of: (ticket: Ticket) => string): string[] {
  const counts = new Map<string, number>();
  for (const ticket of tickets.values()) counts.set(of(ticket), (counts.get(of(ticket)) ?? 0) + 1);
  return [...counts].filter(([value]) => value).sort((one, other) => other[1] - one[1] || compare(one[0], other[0])).map(([value]) => value);
}

/** Takes newer versions in and drops what is no longer open. Gives the same map where nothing changed. */
export function merge(tickets: Tickets, fresh: Ticket[], gone: string[] = []): Tickets {
  const next = new Map(tickets);
  let changed = false;
  for (const ticket of fresh) {
    const known = next.get(ticket.id);
    if (known && known.version >= ticket.version && open(ticket)) continue; // what is shown early keeps its version
    if (open(ticket)) next.set(ticket.id, ticket);
    else if (!next.delete(ticket.id)) continue;
    changed = true;
  }
  for (const id of gone) changed = next.delete(id) || changed;
  return changed ? next : tickets;
}

/** While somebody reads, rows stay where they are: what is shown, and how many changes wait. */
export function hold(shown: string[], fresh: string[], reading: boolean): { ids: string[]; pending: number } {
  if (!reading || !shown.length || shown === fresh) return { ids: fresh, pending: 0 };
  const [before, after] = [new Set(shown), new Set(fresh)];
  const came = fresh.filter((id) => !before.has(id)).length;
  const left = shown.filter((id) => !after.has(id)).length;
  return came + left ? { ids: shown, pending: came + left } : { ids: keeps(shown, fresh) ? fresh : shown, pending: 0 };
}

const keeps = (one: string[], other: string[]) => one.every((id, at) => id === other[at]);

/** Who is to be seen first on the timeline: who has work, who is here, then by name. */
export function crew(people: Person[], text: string, territories: string[], busy: boolean): Person[] {
  const term = fold(text.trim());
  const weight = (one: Person) => (one.plan.length ? 0 : one.status === "on_shift" ? 1 : one.status === "on_call" ? 2 : 3);
  return people
    .filter((one) => (!busy || one.plan.length > 0) && (!term || fold(one.name).includes(term))
      && (!territories.length || one.territories.some((territory) => territories.includes(territory))))
    .sort((one, other) => weight(one) - weight(other) || one.name.localeCompare(other.name));
}

export const same = (one: Filters, other: Filters): boolean => JSON.stringify(tidy(one)) === JSON.stringify(tidy(other));
const tidy = (filters: Filters) => ({
  text: filters.text.trim(), status: filters.status.toSorted(), priority: filters.priority.toSorted(), category: filters.category.toSorted(),
  territory: filters.territory.toSorted(), assignee: filters.assignee.toSorted(), risk: filters.risk,
});
