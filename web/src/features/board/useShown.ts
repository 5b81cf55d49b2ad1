/** Which rows the queue shows: the filter's answer, held still while somebody reads. */
import { useCallback, useDeferredValue, useMemo, useState } from "react";

import { type Filters, hold, list, matcher, type Sort, tally, type Tickets, type View } from "./data";

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
  filters: Filters;
  sort: Sort;
  now: number;
  views: View[];
  /** Something is selected: rows stay where they are. */
  busy: boolean;
}

export function useShown({ tickets, names, filters, sort, now, views, busy }: Asked): Shown {
  const [reading, read] = useState(false);
  const wanted = useDeferredValue(filters);
  const fresh = useMemo(() => list(tickets, matcher(wanted, now, names), sort), [tickets, wanted, now, names, sort]);
  const key = `${JSON.stringify(wanted)} ${sort}`;
  const [held, keep] = useState({ key, ids: fresh });
  const { ids, pending } = hold(held.key === key ? held.ids : [], fresh, reading || busy);
  if (held.key !== key || held.ids !== ids) keep({ key, ids }); // what was shown last: rendering goes on with it
  const counts = useMemo(() => tally(tickets, views.map((view) => matcher(view.filters, now, names))), [tickets, views, now, names]);
  const passing = useMemo(() => new Set(fresh), [fresh]);
  const apply = useCallback(() => {
    read(false);
    keep((before) => ({ ...before, ids: [] }));
  }, []);
  return { ids, passing, pending, counts, onRead: read, onApply: apply };
}
