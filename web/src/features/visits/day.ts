/** The order of a day: what is under way, what comes next, and what is done. */
import type { Pending, Ticket, Visit } from "@/sync/model";

export type Group = "offered" | "now" | "next" | "later" | "waiting" | "gone" | "done";
export const OPEN: Group[] = ["gone", "offered", "now", "next", "later", "waiting"];

export type Day = Record<Group, Visit[]>;

const OVER = ["resolved", "closed", "cancelled"];
const when = (ticket: Ticket) => Date.parse(ticket.windows?.[0]?.start ?? ticket.due_at);

/** Sorts visits of `me`. plan: ids in the order that routing planned; what is not in it goes by time. */
export function day(visits: Visit[], me: string, pending: Pending[], plan: string[]): Day {
  const found: Day = { offered: [], now: [], next: [], later: [], waiting: [], gone: [], done: [] };
  const place = new Map(plan.map((id, index) => [id, index]));
  const order = (one: Visit, other: Visit) =>
    (place.get(one.id) ?? Infinity) - (place.get(other.id) ?? Infinity) || when(one.ticket) - when(other.ticket);
  for (const visit of [...visits].sort((one, other) => order(one, other) || 0)) {
    const group = groupOf(visit, me, pending);
    if (group) found[group].push(visit);
  }
  found.next = found.later.splice(0, 1);
  found.done.sort((one, other) => Date.parse(other.ticket.updated_at) - Date.parse(one.ticket.updated_at));
  return found;
}

function groupOf({ id, ticket, gone }: Visit, me: string, pending: Pending[]): Group | null {
  if (gone) return "gone";
  if (ticket.assignee !== me) return pending.some((one) => one.ticket === id) ? "done" : null;
  if (OVER.includes(ticket.status)) return "done";
  if (ticket.status === "assigned") return "offered";
  if (ticket.status === "waiting") return "waiting";
  return ticket.status === "accepted" ? "later" : "now";
}

/** Kilometres between two points (degrees, WGS 84), by the haversine formula. */
export function distance(from: { latitude: number; longitude: number }, to: { latitude: number; longitude: number }): number {
  const rad = Math.PI / 180;
  const [a, b] = [(to.latitude - from.latitude) * rad, (to.longitude - from.longitude) * rad];
  const h = Math.sin(a / 2) ** 2 + Math.cos(from.latitude * rad) * Math.cos(to.latitude * rad) * Math.sin(b / 2) ** 2;
  return 12_742 * Math.asin(Math.sqrt(h));
}
