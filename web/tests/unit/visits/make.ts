import type { Pending, Ticket, Visit } from "@/sync/model";

export const ME = "me";

export const ticket = (more: Partial<Ticket> = {}): Ticket =>
  ({ id: "a", status: "accepted", mode: "onsite", assignee: ME, due_at: "2026-11-23T12:00:00Z", updated_at: "2026-11-23T08:00:00Z", windows: [], ...more }) as Ticket;

export const visit = (id: string, more: Partial<Ticket> = {}, gone = false): Visit =>
  ({ id, ticket: ticket({ id, ...more }), messages: [], attachments: [], report: { ticket: id, parts: [], time: [], summary: "", root_cause: "", recommendation: "", signature: null }, history: [], touched_at: "", gone });

export const entry = (name: string, more: Partial<Pending> = {}): Pending =>
  ({ id: name, kind: "mutation", name, ticket: "a", at: "2026-11-23T09:00:00Z", args: {}, state: "waiting", tries: 0, ...more });
