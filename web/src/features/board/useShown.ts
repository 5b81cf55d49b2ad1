/** Which rows the queue shows: the filter's answer, held still while somebody reads. */
import { useCallback, useMemo, useState } from "react";

import { type Cursor, useCursor } from "./cursor";
import { type Filters, hold, list, matcher, ordered, type Sort, tally, type Tickets, type View } from "./data";

export interface Look {
  filters: Filters;
  sort: Sort;
}

export interface Shown {
  ids: string[];
  /** Ids that pass now, whatever is held. */
  passing: ReadonlySet<string>;
  pending: number;
  counts: number[];
  onRead: (reading: boolean) => void;
  onApply: () => void;
}

interface Asked {
  tickets: Tickets;
  names: ReadonlyMap<string, string>;
  look: Look;
  now: number;
  views: View[];
  cursor: Cursor;
}

export function useShown({ tickets, names, look: { filters, sort }, now, views, cursor }: Asked): Shown {
  const [reading, read] = useState(false);
  const busy = useCursor(cursor, () => cursor.size > 0); // something is selected: rows stay where they are
  const all = useMemo(() => ordered(tickets, sort), [tickets, sort]);
  const fresh = useMemo(() => list(all, matcher(filters, now, names)), [all, filters, now, names]);
  const key = useMemo(() => `${JSON.stringify(filters)} ${sort}`, [filters, sort]);
  const [held, keep] = useState({ key, ids: fresh });
  const before = held.key === key ? held.ids : fresh;
  const { ids, pending } = useMemo(() => hold(before, fresh, reading || busy), [before, fresh, reading, busy]);
  if (held.key !== key || held.ids !== ids) keep({ key, ids }); // what was shown last: rendering goes on with it
  const counts = useMemo(() => tally(tickets, views.map((view) => matcher(view.filters, now, names))), [tickets, views, now, names]);
  const passing = useMemo(() => new Set(fresh), [fresh]);
  const apply = useCallback(() => {
    read(false);
    keep((last) => ({ ...last, ids: [] }));
  }, []);
  return { ids, passing, pending, counts, onRead: read, onApply: apply };
}
