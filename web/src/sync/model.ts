/** What the phone keeps: a ticket with everything that belongs to it, and the work that is not sent yet. */
import type { ProblemBody } from "./api/problem";
import type { Schemas } from "./api/client";

export type Ticket = Schemas["TicketView"];
export type Message = Schemas["Message"];
export type Attachment = Schemas["Attachment"];
export type Entry = Schemas["Entry"];

export interface Part {
  id: string;
  name: string;
  quantity: number;
  cents: number;
  at?: string;
}

export interface Time {
  id: string;
  kind: "work" | "travel";
  minutes: number;
  at?: string;
}

export interface Report {
  ticket: string;
  parts: Part[];
  time: Time[];
  summary: string;
  root_cause: string;
  recommendation: string;
  signature: { name: string; attachment: string | null; at?: string } | null;
  updated_at?: string | null;
}

/** A ticket as the server last sent it. gone: no longer ours, kept because of unsent work. */
export interface Visit {
  id: string;
  ticket: Ticket;
  messages: Message[];
  attachments: Attachment[];
  report: Report;
  history: Entry[];
  touched_at: string;
  gone?: boolean;
}

/** Something done here. A mutation, or a file of which `sent` bytes have arrived. */
export interface Pending {
  /** UUIDv7: the mutation's idempotency key, or the attachment's id. */
  id: string;
  /** Order of doing, given by the store. */
  seq?: number;
  kind: "mutation" | "file";
  name: string;
  ticket: string;
  /** When it was done, by this device's clock. */
  at: string;
  args: Record<string, unknown>;
  /** waiting: to be sent. refused: the server will never take it; it stays until its owner decides. */
  state: "waiting" | "refused";
  problem?: ProblemBody;
  tries: number;
}

/** A photo or signature that waits: the bytes, apart from the list of what waits. */
export interface Blobbed {
  id: string;
  ticket: string;
  name: string;
  media: string;
  bytes: Blob;
}

export function blank(ticket: string): Report {
  return { ticket, parts: [], time: [], summary: "", root_cause: "", recommendation: "", signature: null };
}
