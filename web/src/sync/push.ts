/** Sends what waits, in the order in which it was done. Replayed as often as needed: ids make it count once. */
import { raw } from "./api/client";
import { Problem, type ProblemBody } from "./api/problem";
import type { Pending, Ticket, Visit } from "./model";
import { shown } from "./mutations";
import type { Store } from "./store";
import { upload } from "./upload";

export const BATCH = 50; // mutations sent at once; the server takes 100

interface Result {
  id: string | null;
  outcome: "applied" | "merged" | "repeated" | "refused" | "retry";
  problem: ProblemBody | null;
  ticket: Ticket | null;
}

/** Sends everything that can be sent. Raises Problem: try later; what is done by then is settled. */
export async function push(store: Store, device: string, told: () => Promise<void>): Promise<void> {
  for (;;) {
    const waiting = (await store.pending()).filter((one) => one.state === "waiting");
    const first = waiting[0];
    if (!first) return;
    if (first.kind === "file") await file(store, first);
    else await batch(store, device, run(waiting));
    await told();
  }
}

/** The mutations up to the next file: a signature names its picture, so the picture goes before it. */
function run(waiting: Pending[]): Pending[] {
  const end = waiting.findIndex((one) => one.kind === "file");
  return waiting.slice(0, end < 0 ? BATCH : Math.min(end, BATCH));
}

async function batch(store: Store, device: string, pending: Pending[]): Promise<void> {
  const mutations = pending.map(({ id, name, ticket, at, args }) => ({ id, name, ticket, at, args }));
  const response = await raw("/api/tickets/sync", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ device, sent_at: new Date().toISOString(), mutations }),
  });
  const { results } = (await response.json()) as { results: Result[] };
  const tickets = new Map<string, Ticket>();
  const done: Pending[] = [];
  let late: Result | undefined;
  for (const [index, one] of pending.entries()) {
    const result = results[index];
    if (!result || result.outcome === "retry") {
      late = result ?? { id: one.id, outcome: "retry", problem: null, ticket: null };
      await store.keep({ ...one, tries: one.tries + 1, problem: late.problem ?? undefined });
      break;
    }
    if (result.ticket) tickets.set(result.ticket.id, result.ticket);
    if (result.outcome === "refused") await store.keep({ ...one, state: "refused", problem: result.problem ?? {} });
    else done.push(one);
  }
  const visits = (await store.visits()).filter((visit) => tickets.has(visit.id));
  await store.settle(done, visits.map((visit) => ({ ...fold(visit, done), ticket: tickets.get(visit.id) ?? visit.ticket })));
  if (late) throw new Problem(late.problem?.status ?? 503, late.problem ?? {});
}

async function file(store: Store, pending: Pending): Promise<void> {
  const blob = await store.blob(pending.id);
  try {
    if (!blob) throw new Problem(410, { title: "lost", detail: "The file is not on this device any more." });
    await upload(blob, String(pending.args["visibility"] ?? "public"));
  } catch (error) {
    if (!(error instanceof Problem) || error.transient || (error.kind === "conflict" && pending.tries < 3)) {
      await store.keep({ ...pending, tries: pending.tries + 1 });
      throw error;
    }
    await store.keep({ ...pending, state: "refused", problem: { status: error.status, ...error.body } });
    return;
  }
  const visit = (await store.visits()).find((one) => one.id === pending.ticket);
  await store.settle([pending], visit ? [fold(visit, [pending])] : []);
}
/** What was taken stays visible until the next pull brings it from the server. */
function fold(visit: Visit, done: Pending[]): Visit {
  return shown(visit, done);
}
