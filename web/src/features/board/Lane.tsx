import { Button, Group, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { memo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Promised } from "@/ui/Promise";
import { Priority } from "@/ui/Status";
import classes from "./board.module.css";
import type { Ticket } from "./data";
import { decision } from "./decision";

const SHOWN = 2;
const MOST = 30; // with their reasons; the rest is a filter away

interface Props {
  tickets: Ticket[];
  onChoose: (id: string) => void;
  onAssign: (id: string) => void;
  onAll: () => void;
}

/** On top of the queue: what the engine found nobody for, why, and what would help. */
export const Lane = memo(function Lane({ tickets, onChoose, onAssign, onAll }: Props) {
  const { t } = useTranslation("board");
  const [all, showAll] = useState(false);
  if (!tickets.length) return null;
  return (
    <section className={classes["lane"]} aria-label={t("lane.title")}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <h3>{t("lane.count", { count: tickets.length })}</h3>
        {tickets.length > SHOWN && (
          <Button size="compact-sm" variant="subtle" color="gray" aria-expanded={all} onClick={() => (tickets.length > MOST ? onAll() : showAll(!all))}>
            {t(all ? "lane.less" : "lane.all")}
          </Button>
        )}
      </Group>
      {tickets.slice(0, all ? MOST : SHOWN).map((ticket) => <Stuck key={ticket.id} ticket={ticket} onChoose={onChoose} onAssign={onAssign} />)}
    </section>
  );
});

const Stuck = memo(function Stuck({ ticket, onChoose, onAssign }: { ticket: Ticket; onChoose: (id: string) => void; onAssign: (id: string) => void }) {
  const { t, i18n } = useTranslation("board");
  const { data, isError } = useQuery(decision(ticket.id, i18n.language));
  const help = data?.counterfactuals.filter((one) => one.kind === "eligible")[0];
  return (
    <article className={classes["stuck"]} aria-label={ticket.title}>
      <Group gap={6} wrap="nowrap">
        <Priority priority={ticket.priority} />
        <Text size="sm" fw={650} truncate flex={1}>{ticket.title}</Text>
        <Promised due={ticket.due_at} status={ticket.status} />
      </Group>
      {!data && !isError && <Skeleton height={34} mt={4} />}
      {data && <p>{data.text.slice(0, 2).join(" ")}</p>}
      {help && <p><b>{t("lane.help")}</b> {help.text}</p>}
      <Group gap={6} mt={4}>
        <Button size="compact-sm" onClick={() => onAssign(ticket.id)}>{t("assign.to")}</Button>
        <Button size="compact-sm" variant="default" onClick={() => onChoose(ticket.id)}>{t("why.title")}</Button>
      </Group>
    </article>
  );
});
