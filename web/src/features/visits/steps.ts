/** The steps of a visit, and what can be done next. */
import { engine } from "@/sync/engine";
import type { Entry, Pending, Ticket, Visit } from "@/sync/model";
import { accept, arrive, travel } from "@/sync/mutations";

export const STEPS = ["accept", "travel", "arrive", "finish"] as const;
export type Step = (typeof STEPS)[number];
export type Next = Step | "resume";

const DONE: Record<string, number> = { assigned: 0, accepted: 1, travelling: 2, on_site: 3, waiting: 3, resolved: 4, closed: 4 };

/** The steps of this ticket: a remote one needs no way. */
export const steps = (ticket: Ticket): Step[] => STEPS.filter((step) => step !== "travel" || ticket.mode !== "remote");

/** How many of `steps` are done. */
export function progress(ticket: Ticket): number {
  const count = DONE[ticket.status] ?? 0;
  return ticket.mode === "remote" && count > 1 ? count - 1 : count;
}

/** The one next thing to do; null: nothing. */
export function next(ticket: Ticket): Next | null {
  if (ticket.status === "waiting") return "resume";
  return ["assigned", "accepted", "travelling", "on_site"].includes(ticket.status) ? (steps(ticket)[progress(ticket)] ?? null) : null;
}

const KINDS = { accept, travel, arrive, resume: arrive };

/** Takes a step that needs no words. */
export const take = (id: string, step: Exclude<Next, "finish">): Promise<string> => engine.act(KINDS[step], id, {});

/** When each step was taken, as the server knows and as it waits here, oldest first. */
export function taken(visit: Visit, pending: Pending[]): { step: string; at: number }[] {
  const known = visit.history.map((one: Entry) => ({ step: one.step, at: Date.parse(one.at) }));
  const mine = pending.filter((one) => one.state === "waiting" && one.kind === "mutation").map((one) => ({ step: one.name, at: Date.parse(one.at) }));
  return [...known, ...mine].sort((one, other) => one.at - other.at);
}

const ENDS: Record<"travel" | "work", [string, string[]]> = {
  travel: ["travel", ["arrive", "interrupt", "wait"]],
  work: ["arrive", ["wait", "resolve", "unassign", "assign"]],
};

/** Minutes that the steps' times say; up to `now` (ms) where it is still going on. */
export function spent(kind: "travel" | "work", steps: { step: string; at: number }[], now: number): number {
  const [begin, ends] = ENDS[kind];
  let [since, total] = [0, 0];
  for (const { step, at } of steps) {
    if (step === begin) since ||= at;
    else if (since && ends.includes(step)) {
      total += at - since;
      since = 0;
    }
  }
  if (since) total += Math.max(0, now - since);
  return Math.min(1440, Math.round(total / 60_000));
}
