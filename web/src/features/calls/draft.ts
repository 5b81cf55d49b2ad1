/** What a caller tells, kept in sessionStorage at every change: a reload or a lost network takes nothing. */
import { v7 } from "uuid";

import type { ProblemBody } from "@/sync/api/problem";

export interface Caller {
  /** UUIDv7; of a new caller chosen here, so that adding them twice adds them once. */
  id: string;
  fresh: boolean;
  name: string;
  phone: string;
  mail: string;
  language: string;
  organisation: string;
  store: string;
  tier: string;
}

export interface Place {
  postal_code: string;
  label: string;
  zone: string;
}

export interface Span {
  start: string;
  end: string;
}

export interface Draft {
  /** UUIDv7 of the ticket, chosen at the start: sending twice logs once. */
  id: string;
  /** ms since 1970 of the first key; 0: nothing was typed. */
  began: number;
  caller: Caller | null;
  title: string;
  description: string;
  /** "": as proposed. */
  category: string;
  priority: string;
  place: Place | null;
  typed: string;
  address: string;
  /** Whether the place was filled in from what is known of the caller. */
  remembered: boolean;
  window: Span | null;
  /** An open ticket that this call is about: the words become a message there. */
  joins: { id: string; reference: string; title: string } | null;
  /** The body of the last try whose answer is not known. */
  tried?: string;
  /** Why the server refused it while it waited for the network. */
  refused?: ProblemBody;
  /** Once it is logged. took: ms. */
  sent?: { id: string; reference: string; took: number };
}

export interface Desk {
  draft: Draft;
  /** Calls that wait for the network while the next one is taken. */
  outbox: Draft[];
}

export const empty = (): Draft => ({
  id: v7(), began: 0, caller: null, title: "", description: "", category: "", priority: "",
  place: null, typed: "", address: "", remembered: false, window: null, joins: null,
});

/** The same caller at the same place, about something else. */
export const again = (draft: Draft): Draft => ({
  ...empty(),
  caller: draft.caller && { ...draft.caller, fresh: false },
  place: draft.place, typed: draft.typed, address: draft.address,
});

export type Lack = "caller" | "name" | "title" | "place";

/** What is missing before it can be sent, in the order of the steps. */
export function lacks(draft: Draft): Lack[] {
  const found: Lack[] = [];
  if (!draft.caller) found.push("caller");
  else if (!draft.caller.name.trim()) found.push("name");
  if (!draft.title.trim()) found.push("title");
  if (!draft.joins && !draft.place && !draft.typed.trim()) found.push("place");
  return found;
}

const key = (person: string) => `squad.calls.${person}`;

export function load(person: string): Desk {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key(person)) ?? "{}") as Partial<Desk>;
    return { draft: { ...empty(), ...kept.draft }, outbox: kept.outbox ?? [] };
  } catch {
    return { draft: empty(), outbox: [] };
  }
}

export function save(person: string, desk: Desk): void {
  try {
    sessionStorage.setItem(key(person), JSON.stringify(desk));
  } catch {
    /* no room: what is on the screen stays there */
  }
}
