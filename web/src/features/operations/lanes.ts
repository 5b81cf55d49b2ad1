/** Where things of a journey's picture stand. Pure. */
import type { Step } from "./data";

/** "user_created" of "squad.identity.user_created.v1". */
export const short = (type: string): string => type.split(".")[2] ?? type;
/** Whose event it is: "tickets". */
export const source = (type: string): string => type.split(".")[1] ?? type;
/** Both in words: "identity · user created". */
export const spoken = (type: string): string => `${source(type)} · ${short(type).replaceAll("_", " ")}`;

/** A place in the picture: column of the event, row of the service. */
export interface Mark {
  key: string;
  column: number;
  row: number;
  kind: "event" | "ack" | "duplicate" | "retry" | "bury";
  receives: number;
  /** Milliseconds from publishing to handled; null for the event itself. */
  latency: number | null;
}

export interface Lanes {
  services: string[];
  marks: Mark[];
}

const FIRST = ["identity", "tickets", "routing", "engagement", "search", "monitoring"];
const KINDS = ["ack", "duplicate", "retry", "bury"] as const;

/** Services from top to bottom: those that we know in their order, others after. */
export function services(events: Step[]): string[] {
  const seen = new Set(events.flatMap(({ type, handled }) => [source(type), ...handled.map(({ service }) => service)]));
  const rest = [...seen].filter((name) => !FIRST.includes(name)).sort();
  return [...FIRST.filter((name) => seen.has(name)), ...rest];
}

/** Each event in a column of its own, in its service's lane; below or above it who handled it. A later try replaces an earlier one. */
export function lanes(events: Step[]): Lanes {
  const all = services(events);
  const marks = events.flatMap((event, column): Mark[] => {
    const last = new Map(event.handled.map((one) => [one.service, one]));
    const own: Mark = { key: event.id, column, row: all.indexOf(source(event.type)), kind: "event", receives: 0, latency: null };
    const others = [...last.values()].map(({ service, outcome, receives, latency_ms }): Mark => ({
      key: event.id + service, column, row: all.indexOf(service), receives, latency: latency_ms,
      kind: KINDS.find((kind) => kind === outcome) ?? "retry",
    }));
    return [own, ...others];
  });
  return { services: all, marks };
}

/** How often a letter of the journey had to be given out again. */
export const again = (events: Step[]): number =>
  events.flatMap(({ handled }) => handled).filter(({ receives }) => receives > 1).length;

/** The longest that a service took to have an event, milliseconds; null: nobody had any. */
export function slowest(events: Step[]): number | null {
  const all = events.flatMap(({ handled }) => handled.map(({ latency_ms }) => latency_ms));
  return all.length ? Math.max(...all) : null;
}
