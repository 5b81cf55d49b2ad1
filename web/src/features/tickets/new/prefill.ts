/** What the address brings along: the code at a store's counter, or a link of somebody's. */
import type { Draft } from "./draft";

export interface Prefill {
  title?: unknown;
  category?: unknown;
  postal_code?: unknown;
  address?: unknown;
  store?: unknown;
}

const text = (value: unknown, most: number) => (value === undefined || value === null ? "" : String(value).slice(0, most));

/** Fills what is empty; what somebody typed stays. A postal code that is all digits may have lost its zeros. */
export function filled(draft: Draft, asked: Prefill): Draft {
  const code = typeof asked.postal_code === "number" ? String(asked.postal_code).padStart(5, "0") : text(asked.postal_code, 12);
  const store = text(asked.store, 100);
  return {
    ...draft,
    title: draft.title || text(asked.title, 200),
    category: draft.category || text(asked.category, 40),
    typed: draft.typed || code,
    address: draft.address || text(asked.address, 300) || (store && !/^[0-9a-f-]{36}$/.test(store) ? store : ""),
  };
}
