/** Fetches what changed since the cursor. */
import { raw } from "./api/client";
import { Problem } from "./api/problem";
import { blank, type Visit } from "./model";
import type { Store } from "./store";

interface Page {
  now: string;
  cursor: string;
  more: boolean;
  tickets: Omit<Visit, "id" | "gone">[];
  gone: string[];
}

/** Brings the store up to date. Raises Problem. Gives the server's time of the last page. */
export async function pull(store: Store): Promise<string> {
  let cursor = (await store.fact<string>("cursor")) ?? "";
  for (;;) {
    const page = await ask(cursor);
    const visits = page.tickets.map((one) => ({ ...one, id: one.ticket.id, report: one.report ?? blank(one.ticket.id) }));
    await store.absorb(visits, page.gone, page.cursor);
    cursor = page.cursor;
    if (!page.more) return page.now;
  }
}

async function ask(cursor: string): Promise<Page> {
  const query = new URLSearchParams({ limit: "50", ...(cursor && { cursor }) });
  try {
    return (await (await raw(`/api/tickets/sync?${query}`)).json()) as Page;
  } catch (error) {
    if (cursor && error instanceof Problem && error.kind === "invalid") return ask(""); // not ours any more: all anew
    throw error;
  }
}
