/** A schedule as its editor holds it, in local times, and what is sent. Pure. */
import type { Schemas } from "@/sync/api/client";
import type { Plan } from "./data";
import type { Weekly } from "./week";
import { toInstant, toLocal } from "./zoned";

/** From and to as inputs write them: "2026-11-23" or "2026-11-23T08:00". */
export interface Stretch {
  from: string;
  to: string;
}

export interface Draft {
  weekly: Weekly[];
  on_call: Stretch[];
  days_off: Stretch[];
  leave: Stretch[];
}

export function draftOf(plan: Plan): Draft {
  const local = (spans: Plan["on_call"]) => (spans ?? []).map(({ start, end }) => ({ from: toLocal(start, plan.zone), to: toLocal(end, plan.zone) }));
  return {
    weekly: (plan.weekly ?? []).map((one) => ({ ...one, days: [...one.days] })),
    on_call: local(plan.on_call),
    days_off: (plan.days_off ?? []).map(({ first, last }) => ({ from: first, to: last })),
    leave: local(plan.leave),
  };
}

/** Rows that say nothing at all are left out. */
export function scheduleOf(draft: Draft, zone: string): Schemas["Schedule"] {
  const said = (spans: Stretch[]) => spans.filter(({ from, to }) => from || to);
  const instants = (spans: Stretch[]) => said(spans).map(({ from, to }) => ({ start: toInstant(from, zone), end: toInstant(to, zone) }));
  return {
    weekly: draft.weekly,
    on_call: instants(draft.on_call),
    days_off: said(draft.days_off).map(({ from, to }) => ({ first: from, last: to || from })),
    leave: instants(draft.leave),
  };
}
