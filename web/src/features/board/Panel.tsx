import { lazy, memo, useDeferredValue } from "react";

import { type Cursor, useCursor } from "./cursor";
import type { Person, Tickets } from "./data";

const Why = lazy(() => import("./Why"));

interface Props {
  cursor: Cursor;
  tickets: Tickets;
  people: Person[];
  names: ReadonlyMap<string, string>;
  close: () => void;
  onAssign: (id: string) => void;
  onPerson: (id: string) => void;
}

/** The why panel of the chosen ticket; it follows the cursor when there is time. */
export const Panel = memo(function Panel({ cursor, tickets, ...rest }: Props) {
  const chosen = useDeferredValue(useCursor(cursor, () => cursor.chosen));
  const ticket = tickets.get(chosen ?? "");
  return ticket ? <Why ticket={ticket} {...rest} /> : null;
});
