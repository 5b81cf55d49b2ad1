import { Button } from "@mantine/core";
import { IconConfetti } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Waiting } from "@/ui/Waiting";
import type { Tickets } from "./data";
import { Queue } from "./Queue";
import type { Does } from "./Row";
import { store, type Work } from "./store";
import type { Shown } from "./useShown";

interface Props {
  work: Work;
  tickets: Tickets;
  names: ReadonlyMap<string, string>;
  shown: Shown;
  narrowed: boolean;
  chosen: string | null;
  checked: ReadonlySet<string>;
  now: number;
  does: Does;
  onClear: () => void;
}

/** The queue, or what stands for it: the shape of rows, a failure, or nothing to do. */
export function Pile({ work, tickets, names, shown, narrowed, chosen, checked, now, does, onClear }: Props) {
  const { t } = useTranslation("board");
  if (work.state === "failed" && !tickets.size) return <Failure error={work.error} retry={() => void store.load()} />;
  if (!tickets.size && (work.state !== "ready" || work.tickets.size > 0)) return <Waiting rows={7} height={56} />;
  if (!shown.ids.length)
    return narrowed
      ? <Empty title={t("queue.none")} text={t("queue.none_text")}><Button variant="default" onClick={onClear}>{t("filter.clear")}</Button></Empty>
      : <Empty icon={<IconConfetti size={36} aria-hidden />} title={t("queue.empty")} text={t("queue.empty_text")} />;
  return (
    <>
      {work.state === "failed" && <Failure error={work.error} retry={() => void store.load()} />}
      <Queue ids={shown.ids} pending={shown.pending} tickets={tickets} names={names} chosen={chosen} checked={checked} now={now} does={does} onRead={shown.onRead} onApply={shown.onApply} />
    </>
  );
}
