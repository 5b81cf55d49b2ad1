/**
 * What is being reported, kept so that a lost network, a reload or a killed tab loses nothing. The words lie in
 * sessionStorage (at once) and, with the photos, in a cache of their own, which signing out empties.
 */
import { v7 } from "uuid";

export interface Span {
  start: string;
  end: string;
}

export interface Place {
  postal_code: string;
  label: string;
  zone: string;
}

export interface Photo {
  /** UUIDv7: becomes the attachment's. */
  id: string;
  name: string;
  media: string;
  size: number;
  sent: boolean;
}

export interface Draft {
  /** UUIDv7, chosen at the start: sending twice logs once. */
  id: string;
  title: string;
  description: string;
  place: Place | null;
  typed: string;
  address: string;
  phone: string;
  /** "": proposed from the words. */
  priority: string;
  category: string;
  windows: Span[];
  photos: Photo[];
  /** The body of the last try whose answer is not known. */
  tried?: string;
  /** Once it is logged: its reference. */
  reference?: string;
}

const key = (person: string) => `squad.draft.${person}`;
const store = (person: string) => `squad-draft-${person}`;

export const empty = (): Draft => ({
  id: v7(), title: "", description: "", place: null, typed: "", address: "", phone: "", priority: "", category: "", windows: [], photos: [],
});

export const begun = (draft: Draft): boolean => !!(draft.title || draft.description || draft.photos.length || draft.tried || draft.reference);

const open = (person: string) => ("caches" in globalThis ? caches.open(store(person)).catch(() => null) : Promise.resolve(null));

/** The draft of a person; an empty one where there is none. */
export async function load(person: string): Promise<Draft> {
  const kept = sessionStorage.getItem(key(person)) ?? (await (await (await open(person))?.match("/draft"))?.text());
  try {
    return kept ? { ...empty(), ...(JSON.parse(kept) as Draft) } : empty();
  } catch {
    return empty();
  }
}

export async function save(person: string, draft: Draft): Promise<void> {
  const text = JSON.stringify(draft);
  try {
    sessionStorage.setItem(key(person), text);
    await (await open(person))?.put("/draft", new Response(text));
  } catch {
    /* no room: what is on the screen stays there */
  }
}

/** Photos that could not be kept on disk live as long as the page. */
const memory = new Map<string, Blob>();

export async function keep(person: string, id: string, bytes: Blob): Promise<void> {
  memory.set(id, bytes);
  await (await open(person))?.put(`/photo/${id}`, new Response(bytes)).catch(() => undefined);
}

export async function bytes(person: string, id: string): Promise<Blob | null> {
  return memory.get(id) ?? (await (await (await open(person))?.match(`/photo/${id}`))?.blob()) ?? null;
}

export async function drop(person: string, id: string): Promise<void> {
  memory.delete(id);
  await (await open(person))?.delete(`/photo/${id}`);
}

/** Removes all of it: it was sent, or is not wanted. */
export async function forget(person: string): Promise<void> {
  sessionStorage.removeItem(key(person));
  memory.clear();
  if ("caches" in globalThis) await caches.delete(store(person)).catch(() => false);
}
