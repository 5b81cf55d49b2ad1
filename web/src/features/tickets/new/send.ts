/** Sends the report: the ticket once, whatever is lost on the way; then its photos. */
import { v7 } from "uuid";

import { api, ok, type Schemas } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";
import { upload } from "@/sync/upload";
import { bytes, type Draft, drop, type Photo } from "./draft";

type Body = Schemas["NewTicket"];
type Ticket = Schemas["TicketView"];

function body(draft: Draft, name: string): Omit<Body, "id"> {
  return {
    title: draft.title.trim(),
    description: draft.description.trim(),
    location: { postal_code: draft.place?.postal_code ?? draft.typed.trim(), address: draft.address.trim() },
    contact: { name, phone: draft.phone.trim(), mail: "" },
    preferred_windows: draft.windows,
    skills: {}, certification: "", mode: "onsite",
    ...(draft.priority && { priority: Number(draft.priority) }),
    ...(draft.category && { category: draft.category as Body["category"] }),
  } as Omit<Body, "id">;
}

/**
 * Logs the ticket. `note` keeps what was tried before it goes out: if the answer was lost and the words changed
 * since, the ticket that is there already is changed instead of logged again. Raises Problem.
 */
export async function send(draft: Draft, name: string, note: (part: Partial<Draft>) => void): Promise<Ticket> {
  const wanted = body(draft, name);
  const text = JSON.stringify(wanted);
  let id = draft.id;
  if (draft.tried && draft.tried !== text) {
    const there = await find(id);
    if (there) return amend(there, wanted);
    id = v7();
  }
  note({ id, tried: text });
  return ok(api.POST("/api/tickets", { body: { ...wanted, id }, headers: { "idempotency-key": id } as never } as never)) as Promise<Ticket>;
}

async function find(id: string): Promise<Ticket | null> {
  try {
    return (await ok(api.GET("/api/tickets/{id}", { params: { path: { id } } }))) as Ticket;
  } catch (error) {
    if (error instanceof Problem && error.kind === "missing") return null;
    throw error;
  }
}

function amend({ id }: Ticket, { title, description, location, contact, preferred_windows, priority, category }: Omit<Body, "id">): Promise<Ticket> {
  const changes = { title, description, location, contact, preferred_windows, ...(priority && { priority }), ...(category && { category }) };
  return ok(api.PATCH("/api/tickets/{id}", { params: { path: { id } }, body: changes as never })) as Promise<Ticket>;
}

/** Sends a photo, from where it stopped. share: 0 to 1. Raises Problem. */
export async function sendPhoto(person: string, ticket: string, photo: Photo, told: (share: number) => void): Promise<void> {
  const content = await bytes(person, photo.id);
  if (content) await upload({ person, signal: new AbortController().signal }, { id: photo.id, ticket, name: photo.name, media: photo.media, bytes: content }, "public", told);
  await drop(person, photo.id);
}
