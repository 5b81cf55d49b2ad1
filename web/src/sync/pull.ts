/** Fetches what changed since the cursor. */
import { Problem } from "./api/problem";
import { blank, type Visit } from "./model";
import type { Store } from "./store";
import { ask, type Line } from "./wire";

interface Page {
  now: string;
  cursor: string;
  more: boolean;
  tickets: Omit<Visit, "id" | "gone">[];
  gone: string[];
}

/** Brings the store up to date. Raises Problem. Gives the server's clock less ours, ms. */
export async function pull(store: Store, line: Line): Promise<number> {
  let cursor = (await store.fact<string>("cursor")) ?? "";
  let all = cursor ? null : new Set<string>(); // ids, where everything comes
  for (;;) {
    const asked = Date.now();
    const [page, anew] = await next(line, cursor);
    if (anew) all = new Set();
    const skew = Date.parse(page.now) - (asked + Date.now()) / 2;
    const visits = page.tickets.map((one) => ({ ...one, id: one.ticket.id, report: one.report ?? blank(one.ticket.id) }));
    await store.absorb(visits, page.gone, page.cursor);
    for (const visit of visits) all?.add(visit.id);
    if (!page.more || page.cursor === cursor) {
      if (all) await store.retain(all);
      return skew;
    }
    cursor = page.cursor;
  }
}

/** The next page, and whether the cursor was none of the server's any more, so that everything comes anew. */
async function next(line: Line, cursor: string): Promise<[Page, boolean]> {
  const query = new URLSearchParams({ limit: "50", ...(cursor && { cursor }) });
  try {
    return [await ask<Page>(line, `/api/tickets/sync?${query}`), false];
  } catch (error) {
    if (cursor && error instanceof Problem && error.kind === "invalid") return [(await next(line, ""))[0], true];
    throw error;
  }
}
