import { Button, VisuallyHidden } from "@mantine/core";
import { IconArrowUp } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import classes from "./board.module.css";
import type { Cursor } from "./cursor";
import type { Tickets } from "./data";
import { type Does, Row } from "./Row";

const HEIGHT = 68; // px of a row, as in board.module.css

interface Props {
  ids: string[];
  pending: number;
  tickets: Tickets;
  names: ReadonlyMap<string, string>;
  cursor: Cursor;
  now: number;
  does: Does;
  /** Told when somebody begins or ends to read further down. */
  onRead: (reading: boolean) => void;
  onApply: () => void;
}

/** The list of work: only the rows that can be seen exist. */
export const Queue = memo(function Queue({ ids, pending, tickets, names, cursor, now, does, onRead, onApply }: Props) {
  const { t } = useTranslation("board");
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: ids.length,
    getScrollElement: () => box.current,
    estimateSize: () => HEIGHT,
    overscan: 6,
    getItemKey: (at) => ids[at] ?? at,
  });
  useLayoutEffect(() => {
    cursor.show(ids);
    return () => cursor.show([]);
  }, [cursor, ids]);
  useEffect(() => {
    let last: string | null = null;
    const follow = () => { // only when another one is chosen, not when rows move
      if (cursor.chosen === last) return;
      last = cursor.chosen;
      const at = cursor.place(last);
      if (at >= 0) rows.scrollToIndex(at, { align: "auto" });
    };
    follow();
    return cursor.subscribe(follow);
  }, [cursor, rows]);
  const top = () => {
    box.current?.scrollTo({ top: 0 });
    onApply();
  };
  return (
    <div className={classes["body"]}>
      {pending > 0 && (
        <Button className={classes["pill"]} size="compact-sm" radius="xl" leftSection={<IconArrowUp size={14} aria-hidden />} onClick={top}>
          {t("queue.changes", { count: pending })}
        </Button>
      )}
      <VisuallyHidden role="status">{pending > 0 ? t("queue.changes", { count: pending }) : ""}</VisuallyHidden>
      <div ref={box} className={classes["scroll"]} onScroll={(event) => onRead(event.currentTarget.scrollTop > 8)}>
        <ul className={classes["list"]} aria-label={t("queue.title")} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const ticket = tickets.get(ids[item.index] ?? "");
            if (!ticket) return null;
            return (
              <Row key={item.key} ticket={ticket} name={names.get(ticket.assignee ?? "") ?? ""} top={item.start} place={item.index + 1} of={ids.length}
                cursor={cursor} now={now} does={does} />
            );
          })}
        </ul>
      </div>
    </div>
  );
});
