/** When visits are likely to be: an estimate from the order of a plan, for the timeline. Pure. */
import type { Person, Ticket, Tickets } from "./data";

const MINUTE = 60_000;
const DETOUR = 1.36; // roads to the great circle, as docs/routing.md has it
const SPEED = 55 / 60; // km a minute
const FIRST = 20; // minutes to a first visit from a place that we do not know
const SHORTEST = 5; // minutes that work under way has left at least

/** A visit on the timeline; from, to: ms since 1970. */
export interface Bar {
  ticket: Ticket;
  from: number;
  to: number;
}

/** km between two spots, great circle. */
export function distance(one: Ticket["spot"], other: Ticket["spot"]): number {
  const [lat, lon] = [radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)];
  const chord = Math.sin(lat / 2) ** 2 + Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude)) * Math.sin(lon / 2) ** 2;
  return 12_742 * Math.asin(Math.sqrt(chord));
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Puts a person's visits one after another: work under way first, then the plan. now: ms since 1970. */
export function bars(person: Person, tickets: Tickets, now: number): Bar[] {
  const here = person.status === "on_shift" || person.status === "on_call";
  let [clock, last] = [here ? now : Math.max(now, person.opens ? Date.parse(person.opens) : now), null as Ticket | null];
  const found: Bar[] = [];
  for (const id of person.plan) {
    const ticket = tickets.get(id);
    if (!ticket) continue;
    const bar = place(ticket, clock, last, now);
    found.push(bar);
    clock = bar.to;
    if (ticket.mode === "onsite") last = ticket;
  }
  return found;
}

function place(ticket: Ticket, clock: number, last: Ticket | null, now: number): Bar {
  const work = ticket.service * MINUTE;
  if (ticket.status === "on_site") {
    const from = Date.parse(ticket.updated_at);
    return { ticket, from, to: Math.max(now + SHORTEST * MINUTE, from + work) };
  }
  const travel = ticket.mode === "remote" ? 0 : last ? (distance(last.spot, ticket.spot) * DETOUR) / SPEED : FIRST;
  const free = clock + travel * MINUTE;
  const window = ticket.windows?.find(({ end }) => Date.parse(end) > free);
  const from = window ? Math.max(free, Date.parse(window.start)) : free;
  return { ticket, from, to: from + work };
}

/** Where somebody is or will be next: the spot of their first visit on site. */
export function whereabouts(person: Person, tickets: Tickets): Ticket["spot"] | null {
  for (const id of person.plan) {
    const ticket = tickets.get(id);
    if (ticket?.mode === "onsite") return ticket.spot;
  }
  return null;
}

/** Full hours for the timeline's head, at most `most` of them. from, to: ms since 1970. */
export function hours(from: number, to: number, most: number): number[] {
  const hour = 60 * MINUTE;
  const every = [1, 2, 3, 4, 6, 12, 24].find((count) => (to - from) / hour / count <= most) ?? 24;
  const found: number[] = [];
  const day = new Date(from);
  day.setHours(0, 0, 0, 0);
  for (let at = day.getTime(); at < to; at += every * hour) if (at >= from) found.push(at);
  return found;
}
