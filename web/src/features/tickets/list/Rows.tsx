import { Group, Text } from "@mantine/core";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { Link } from "@tanstack/react-router";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Promised } from "@/ui/Promise";
import { Priority, Status } from "@/ui/Status";
import { When } from "@/ui/When";
import type { Row } from "./page";
import classes from "./rows.module.css";

const HEIGHT = 76; // px of a row before it is measured
const AHEAD = 20; // rows before the end at which the next page is fetched

/** Thousands of rows, of which only those in sight are drawn. */
export function Rows({ rows, more, faded }: { rows: Row[]; more?: () => void; faded: boolean }) {
  const { t } = useTranslation("tickets");
  const list = useRef<HTMLUListElement>(null);
  const [margin, measure] = useState(0);
  useLayoutEffect(() => measure((list.current?.getBoundingClientRect().top ?? 0) + scrollY), []);
  const virtual = useWindowVirtualizer({ count: rows.length, estimateSize: () => HEIGHT, overscan: 10, scrollMargin: margin, getItemKey: (n) => rows[n]?.id ?? n });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - AHEAD) more?.();
  }, [last, rows.length]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <ul ref={list} className={classes["list"]} style={{ height: virtual.getTotalSize() }} aria-label={t("list.title")} data-faded={faded || undefined}>
      {shown.map(({ index, key, start }) => {
        const row = rows[index];
        return row && (
          <li key={key} data-index={index} ref={virtual.measureElement} className={classes["item"]} style={{ transform: `translateY(${start - margin}px)` }} aria-setsize={rows.length} aria-posinset={index + 1}>
            <Line row={row} />
          </li>
        );
      })}
    </ul>
  );
}

function Line({ row }: { row: Row }) {
  const { t } = useTranslation("tickets");
  return (
    <Link to="/tickets/$id" params={{ id: row.id }} className={classes["row"]}>
      <Priority priority={row.priority} />
      <div className={classes["what"]}>
        <Text fw={600} lineClamp={1}>{row.title}</Text>
        <Text size="xs" c="dimmed" lineClamp={1}>
          {row.reference} · {t(`category.${row.category}`, { defaultValue: row.category })} · {row.place} · <When at={row.created_at} />
        </Text>
      </div>
      <Group gap={6} justify="flex-end" className={classes["state"]}>
        {row.due_at && <Promised due={row.due_at} status={row.status} />}
        <Status status={row.status} />
      </Group>
    </Link>
  );
}
