/** Sends a call: a new caller first, then the ticket or the message; whatever is lost on the way, each arrives once. */
import { v7 } from "uuid";

import { api, ok, type Schemas } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";
import type { Caller, Draft } from "./draft";

type Body = Omit<Schemas["NewTicket"], "id" | "requester">;
type Ticket = Schemas["TicketView"];

const TRIES = 12; // until the other services know a caller who is new
const PAUSE = 400; // ms between them

export function body(draft: Draft): Body {
  const { caller } = draft;
  return {
    title: draft.title.trim(),
    description: draft.description.trim(),
    location: { postal_code: draft.place?.postal_code ?? draft.typed.trim(), address: draft.address.trim() },
    contact: { name: caller?.name.trim() ?? "", phone: caller?.phone.trim() ?? "", mail: caller?.mail.trim() ?? "" },
    preferred_windows: draft.window ? [draft.window] : [],
    ...(caller && { language: caller.language as Body["language"] }),
    ...(draft.priority && { priority: Number(draft.priority) }),
    ...(draft.category && { category: draft.category as Body["category"] }),
  } as Body;
}

export interface Sent {
  id: string;
  reference: string;
}

/** `note` keeps what is tried before it goes out. Raises Problem. */
export async function send(draft: Draft, note: (part: Partial<Draft>) => void): Promise<Sent> {
  if (draft.caller?.fresh) await enroll(draft.caller);
  if (draft.joins) return join(draft, draft.joins);
  const wanted = body(draft);
  const text = JSON.stringify(wanted);
  if (draft.tried && draft.tried !== text) {
    const there = await find(draft.id); // its answer was lost, and the words changed since
    if (there) return change(there.id, wanted);
  }
  note({ tried: text });
  return known(draft, () => log(draft, wanted));
}

async function log(draft: Draft, wanted: Body): Promise<Ticket> {
  const key = draft.tried && draft.tried !== JSON.stringify(wanted) ? v7() : draft.id;
  const sent = { ...wanted, id: draft.id, ...(draft.caller && { requester: draft.caller.id }) };
  return (await ok(api.POST("/api/tickets", { body: sent as never, params: { header: { "Idempotency-Key": key } } }))) as Ticket;
}

/** A caller who was added this second may not have reached the tickets yet. */
async function known<T>(draft: Draft, act: () => Promise<T>): Promise<T> {
  for (let left = draft.caller?.fresh ? TRIES : 0; ; left -= 1) {
    try {
      return await act();
    } catch (problem) {
      if (!left || !(problem instanceof Problem) || !problem.fault("requester")) throw problem;
      await new Promise((later) => setTimeout(later, PAUSE));
    }
  }
}

async function join(draft: Draft, { id, reference }: Sent): Promise<Sent> {
  const text = [draft.title.trim(), draft.description.trim()].filter(Boolean).join("\n\n");
  const params = { path: { id }, header: { "Idempotency-Key": draft.id } };
  await ok(api.POST("/api/tickets/{id}/messages", { params, body: { id: draft.id, text, visibility: "public" } }));
  return { id, reference };
}

/** Adds the caller as a customer; who is there already under this id gets what was corrected since. */
async function enroll(caller: Caller): Promise<void> {
  const contact = { name: caller.name.trim(), phone: caller.phone.trim(), mail: caller.mail.trim() };
  const language = caller.language as Schemas["Person"]["language"];
  try {
    await ok(api.POST("/api/identity/people", { body: { id: caller.id, roles: ["customer"], contact, language, languages: [language] } as never }));
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.kind !== "conflict" || !(await enrolled(caller.id))) throw problem;
    await ok(api.PATCH("/api/identity/people/{id}", { params: { path: { id: caller.id } }, body: { contact, language } as never }));
  }
}

const enrolled = (id: string) => nothing(ok(api.GET("/api/identity/people/{id}", { params: { path: { id } } })));
const find = (id: string) => nothing(ok(api.GET("/api/tickets/{id}", { params: { path: { id } } })));

async function nothing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (problem) {
    if (problem instanceof Problem && problem.kind === "missing") return null;
    throw problem;
  }
}

async function change(id: string, { title, description, location, contact, preferred_windows, priority, category }: Body): Promise<Sent> {
  const changes = { title, description, location, contact, preferred_windows, ...(priority && { priority }), ...(category && { category }) };
  return (await ok(api.PATCH("/api/tickets/{id}", { params: { path: { id } }, body: changes as never }))) as Ticket;
}
