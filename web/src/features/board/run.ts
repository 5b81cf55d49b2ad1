/** One act on many tickets: a result for each, and what takes each back. */
import { v7 } from "uuid";

import { assign, cancel, hold, preview, prioritise, undo, wait } from "./acts";
import type { Ticket } from "./data";

export type Act =
  | { kind: "best" }
  | { kind: "person"; id: string; reason: string; note: string }
  | { kind: "priority"; priority: number }
  | { kind: "wait"; reason: string; waiting: "customer" | "parts" }
  | { kind: "cancel"; reason: string }
  | { kind: "lock" };

/** done; kept: it was so already; nobody: nobody is eligible; warned: it breaks a constraint and no reason was given. */
export type Result = { state: "done" | "kept" | "nobody" | "warned"; to?: string; back?: () => Promise<void> } | { state: "failed"; error: unknown };

const AT_ONCE = 3;

async function one(ticket: Ticket, act: Act, language: "en" | "fr" | "es", intent: string): Promise<Result> {
  const { id } = ticket;
  const back = () => undo(id);
  switch (act.kind) {
    case "best": {
      const { engine } = await preview(id, language);
      if (!engine) return { state: "nobody" };
      if (engine === ticket.assignee) return { state: "kept", to: engine };
      await assign(id, engine, intent);
      return { state: "done", to: engine, back };
    }
    case "person": {
      if (ticket.assignee === act.id) return { state: "kept", to: act.id };
      const { candidates } = await preview(id, language, act.id);
      const breaks = (candidates[0]?.warnings.length ?? 0) > 0;
      if (breaks && !act.reason) return { state: "warned" };
      await assign(id, act.id, intent, breaks ? act.reason : "", act.note);
      return { state: "done", to: act.id, back };
    }
    case "priority": {
      const before = ticket.priority;
      if (before === act.priority) return { state: "kept" };
      await prioritise(id, act.priority, intent);
      return { state: "done", back: () => prioritise(id, before) };
    }
    case "wait":
      await wait(id, act.reason, act.waiting, intent);
      return { state: "done" };
    case "cancel":
      await cancel(id, act.reason, intent);
      return { state: "done" };
    case "lock":
      await hold(id, "lock", intent);
      return { state: "done", back };
  }
}

/** Does it to each, a few at a time; `each` is told as it goes. Nothing is raised: a failure is a result. */
export async function run(tickets: Ticket[], act: Act, language: "en" | "fr" | "es", each: (id: string, result: Result) => void): Promise<void> {
  const left = tickets.map((ticket) => ({ ticket, intent: v7() }));
  const next = async (): Promise<void> => {
    for (let item = left.shift(); item; item = left.shift()) {
      const { ticket, intent } = item;
      each(ticket.id, await one(ticket, act, language, intent).catch((error: unknown): Result => ({ state: "failed", error })));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}
