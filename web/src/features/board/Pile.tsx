import { Button } from "@mantine/core";
import { IconConfetti } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Waiting } from "@/ui/Waiting";
import type { Cursor } from "./cursor";
import type { Tickets } from "./data";
import { Queue } from "./Queue";
import type { Does } from "./Row";
import { store, type Work } from "./store";

interface Props {
  state: Work["state"];
  error: unknown;
  /** Tickets came already, if only a moment ago. */
  some: boolean;
  tickets: Tickets;
  names: ReadonlyMap<string, string>;
  ids: string[];
  pending: number;
  narrowed: boolean;
  cursor: Cursor;
  now: number;
  does: Does;
  onRead: (reading: boolean) => void;
  onApply: () => void;
  onClear: () => void;
}

/** The queue, or what stands for it: the shape of rows, a failure, or nothing to do. */
export const Pile = memo(function Pile({ state, error, some, tickets, names, ids, pending, narrowed, cursor, now, does, onRead, onApply, onClear }: Props) {
  const { t } = useTranslation("board");
  if (state === "failed" && !tickets.size) return <Failure error={error} retry={() => void store.load()} />;
  if (!tickets.size && (state !== "ready" || some)) return <Waiting rows={7} height={56} />;
  if (!ids.length)
    return narrowed
      ? <Empty title={t("queue.none")} text={t("queue.none_text")}><Button variant="default" onClick={onClear}>{t("filter.clear")}</Button></Empty>
      : <Empty icon={<IconConfetti size={36} aria-hidden />} title={t("queue.empty")} text={t("queue.empty_text")} />;
  return (
    <>
      {state === "failed" && <Failure error={error} retry={() => void store.load()} />}
      <Queue ids={ids} pending={pending} tickets={tickets} names={names} cursor={cursor} now={now} does={does} onRead={onRead} onApply={onApply} />
    </>
  );
});
