/** What a ticket's state means to the person who waits: one sentence, and what they can do. */
import type { TFunction } from "i18next";

import type { Schemas } from "@/sync/api/client";
import { absolute } from "@/ui/when";

export type Ticket = Schemas["TicketView"];

export const CATEGORIES = ["access", "email", "hardware", "network", "other", "phone", "pos", "printer", "security", "software", "storage"] as const;
export const STATUSES = ["new", "needs_dispatcher", "assigned", "accepted", "travelling", "on_site", "waiting", "resolved", "closed", "cancelled"] as const;
export const OVER = ["closed", "cancelled"];

/** The next thing that happens, in words. */
export function next(ticket: Ticket, t: TFunction, language: string): string {
  const key = ticket.status === "waiting" && ticket.waiting_for === "parts" ? "waiting_parts" : ticket.status;
  return t(`next.${key}`, { due: absolute(ticket.due_at, language, ticket.spot.zone) });
}

/** "02110 Boston, MA" */
export const where = (ticket: Ticket): string => `${ticket.spot.postal_code} ${ticket.spot.place}, ${ticket.spot.region}`.trim();
