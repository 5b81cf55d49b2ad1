/** Sends what waits, in the order in which it was done. Replayed as often as needed: ids make it count once. */
import { Problem, type ProblemBody } from "./api/problem";
import type { Pending, Ticket } from "./model";
import { shown } from "./mutations";
import type { Store } from "./store";
import { upload } from "./upload";
import { ask, final, halts, type Line } from "./wire";

export const BATCH = 50; // mutations sent at once; the server takes 100
export const LARGEST = 800_000; // bytes sent at once; the server takes 1 MiB

interface Result {
  id: string | null;
  outcome: "applied" | "merged" | "repeated" | "refused" | "retry";
  problem: ProblemBody | null;
  ticket: Ticket | null;
}

/** told: after each step. share: how much of a file has arrived, 0 to 1. */
export interface Push extends Line {
  store: Store;
  device: string;
  told: () => Promise<void>;
  share: (id: string, share: number) => void;
}

/**
 * Sends everything that can be sent. Raises Problem: everything waits; what is done by then is settled.
 * Gives the problem of work that the server could not take; only the rest of its ticket waits for it.
 */
export async function push(way: Push): Promise<Problem | null> {
  const stuck = new Set<string>();
  let [size, problem]: [number, Problem | null] = [BATCH, null];
  for (;;) {
    const waiting = (await way.store.pending()).filter((one) => one.state === "waiting" && !stuck.has(one.ticket));
    const first = waiting[0];
    if (!first) return problem;
    try {
      if (first.kind === "file") await file(way, first);
      else await batch(way, run(waiting, size));
    } catch (error) {
      if (!(error instanceof Problem) || halts(error)) throw error;
      if (first.kind === "mutation" && size > 1) {
        size = 1; // one of them is what the server stumbles over: find out which
        continue;
      }
      const refused = final(error);
      if (!refused) {
        stuck.add(first.ticket);
        problem = error;
      }
      const body = { status: error.status, ...error.body };
      await way.store.settle([], [{ ...first, state: refused ? "refused" : "waiting", tries: first.tries + 1, problem: body }]);
    }
    await way.told();
  }
}

/** The mutations up to the next file: a signature names its picture, so the picture goes before it. */
function run(waiting: Pending[], size: number): Pending[] {
  let bytes = 0;
  const end = waiting.findIndex((one, index) => {
    bytes += JSON.stringify(one.args).length * 3 + 300; // a letter takes three bytes at most, but for pairs
    return one.kind === "file" || index >= size || (index > 0 && bytes > LARGEST);
  });
  return end < 0 ? waiting : waiting.slice(0, end);
}

async function batch(way: Push, pending: Pending[]): Promise<void> {
  const mutations = pending.map(({ id, name, ticket, at, args }) => ({ id, name, ticket, at, args }));
  const answer = await ask<{ results: Result[] }>(way, "/api/tickets/sync", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ device: way.device, sent_at: new Date().toISOString(), mutations }),
  });
  const tickets = new Map<string, Ticket>();
  const [done, changed]: [Pending[], Pending[]] = [[], []];
  let late: Result | undefined;
  for (const [index, one] of pending.entries()) {
    const result = answer.results?.[index] ?? { id: one.id, outcome: "retry", problem: null, ticket: null };
    if (result.outcome === "retry") {
      late = result;
      changed.push({ ...one, tries: one.tries + 1, problem: result.problem ?? undefined });
      break;
    }
    if (result.ticket) tickets.set(one.ticket, result.ticket);
    if (result.outcome === "refused") changed.push({ ...one, state: "refused", problem: result.problem ?? {} });
    else done.push(one);
  }
  // What was taken stays visible until the next pull brings it from the server.
  await way.store.settle(done, changed, (visit) => ({ ...shown(visit, done), ...(tickets.has(visit.id) && { ticket: tickets.get(visit.id) as Ticket }) }));
  if (late) throw new Problem(503, late.problem ?? {});
}

async function file(way: Push, pending: Pending): Promise<void> {
  const blob = await way.store.blob(pending.id);
  if (!blob) throw new Problem(410, { type: "/problems/lost", title: "lost", detail: "The file is not on this device any more." });
  await upload(way, blob, String(pending.args["visibility"] ?? "public"), (share) => way.share(pending.id, share));
  await way.store.settle([pending], [], (visit) => shown(visit, [pending]));
}
