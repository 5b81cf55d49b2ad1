/** What the node's figures say of the promises of the operations handbook. Pure. */
import { type Histogram, histogram, parse, quantile, since, total } from "./prometheus";

/** A reading of the figures. at: ms since 1970. Counts are since the node started. */
export interface Reading {
  at: number;
  response: Histogram;
  requests: number;
  failures: number;
  events: Histogram;
}

/** Seconds; failures: a share. null: nothing happened. */
export interface Vital {
  requests: number;
  half: number | null;
  response: number | null;
  failures: number | null;
  handled: number;
  events: number | null;
}

export type State = "normal" | "warning" | "alarm" | "quiet";
export type Promised = "response" | "failures" | "events";

/** Seconds within which 99 of 100 are answered or handled; failures: share of requests that may fail. */
export const PROMISES: Record<Promised, number> = { response: 0.3, failures: 0.01, events: 1 };
const LIVE = "/live"; // streams last for minutes: they are not answers that somebody waits for
const KEPT = 121; // readings: ten minutes at five seconds
export const FEW = 20; // requests or events below which a share of 99 % says nothing

/** Reads the figures of a node. */
export function read(text: string, at: number): Reading {
  const samples = parse(text);
  const answers = samples.filter(({ name, labels }) => name === "squad_http_seconds_count" && !labels["route"]?.endsWith(LIVE));
  const sum = (some: typeof answers) => some.reduce((all, { value }) => all + value, 0);
  return {
    at,
    response: histogram(samples, "squad_http_seconds", ({ route }) => !route?.endsWith(LIVE)),
    requests: sum(answers),
    failures: sum(answers.filter(({ labels }) => labels["status"]?.startsWith("5"))),
    events: histogram(samples, "squad_event_seconds"),
  };
}

/** Keeps the last ten minutes; a node that started anew begins a new history. */
export function kept(history: Reading[], next: Reading): Reading[] {
  const last = history.at(-1);
  const anew = last && (next.requests < last.requests || total(next.events) < total(last.events));
  return anew ? [next] : [...history.slice(1 - KEPT), next];
}

/** What happened between two readings; since the start of the node where there is no earlier one. */
export function vital(later: Reading, earlier?: Reading): Vital {
  const response = earlier ? since(later.response, earlier.response) : later.response;
  const events = earlier ? since(later.events, earlier.events) : later.events;
  const requests = later.requests - (earlier?.requests ?? 0);
  const failures = later.failures - (earlier?.failures ?? 0);
  return {
    requests,
    half: quantile(response, 0.5),
    response: quantile(response, 0.99),
    failures: requests ? failures / requests : null,
    handled: total(events),
    events: quantile(events, 0.99),
  };
}

/** How often the figure was taken from: requests, or events. */
export const basis = (vital: Vital, kind: Promised): number => (kind === "events" ? vital.handled : vital.requests);

/** normal: the promise is kept. warning: it is not. alarm: by more than twice. */
export function judge(value: number | null, promise: number): State {
  if (value === null) return "quiet";
  return value <= promise ? "normal" : value <= 2 * promise ? "warning" : "alarm";
}

/** The figure between each reading and the one before: the trend. */
export const trend = (history: Reading[], kind: Promised): (number | null)[] =>
  history.slice(1).map((one, place) => vital(one, history[place])[kind]);

/** Points of a line, "x,y x,y", in a box of so many units; a gap where there is no value. top: the value at the upper edge. */
export function line(values: (number | null)[], width: number, height: number, top: number): string[] {
  const step = width / Math.max(values.length - 1, 1);
  const runs: string[][] = [[]];
  values.forEach((value, place) => {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push(`${(place * step).toFixed(1)},${(height - (Math.min(value, top) / top) * height).toFixed(1)}`);
  });
  return runs.filter((run) => run.length).map((run) => run.join(" "));
}
