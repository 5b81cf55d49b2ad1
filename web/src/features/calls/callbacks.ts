/** Whom to call back: tickets of one's own that stand still, or whose promise is near. */
import type { Ticket } from "@/sync/model";

const STUCK = 5 * 60_000; // ms that a ticket may be without anybody
const SOON = 60 * 60_000; // ms before its promise
const BEGUN = ["on_site", "resolved", "closed", "cancelled"];

export type Cause = "dispatcher" | "stalled" | "waiting" | "late" | "soon";

/** Why somebody should be called; null: nothing is wrong. now: ms since 1970. */
export function cause(ticket: Ticket, now: number): Cause | null {
  if (ticket.status === "needs_dispatcher") return "dispatcher";
  if (BEGUN.includes(ticket.status)) return null;
  const left = Date.parse(ticket.due_at) - now;
  if (left < 0) return "late";
  if (ticket.status === "new" && now - Date.parse(ticket.created_at) > STUCK) return "stalled";
  if (ticket.status === "waiting") return ticket.waiting_for === "parts" ? null : "waiting";
  return left < SOON ? "soon" : null;
}

const ORDER: Cause[] = ["late", "dispatcher", "stalled", "soon", "waiting"];

export function callbacks(tickets: Ticket[], now: number): { ticket: Ticket; cause: Cause }[] {
  return tickets
    .flatMap((ticket) => {
      const why = cause(ticket, now);
      return why ? [{ ticket, cause: why }] : [];
    })
    .sort((one, other) => ORDER.indexOf(one.cause) - ORDER.indexOf(other.cause) || Date.parse(one.ticket.due_at) - Date.parse(other.ticket.due_at));
}
