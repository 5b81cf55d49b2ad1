import { ActionIcon, Badge, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import type { Ticket } from "@/sync/model";
import { Failure } from "@/ui/Failure";
import { Promised } from "@/ui/Promise";
import { Priority, Status } from "@/ui/Status";
import { useNow } from "@/ui/when";
import { Waiting } from "@/ui/Waiting";
import { When } from "@/ui/When";
import { callbacks, type Cause } from "./callbacks";
import classes from "./calls.module.css";
import type { Work } from "./useDesk";

const SHOWN = 10;

/** Beside the intake: what waits for the network, whom to call back, and the last calls. */
export function Queue({ work, retry }: { work: Work; retry: () => void }) {
  const { t } = useTranslation("calls");
  const now = useNow();
  const open = useCalls({ open: true, sort: "due", limit: 100 });
  const recent = useCalls({ limit: SHOWN });
  const back = callbacks(open.data ?? [], now);
  return (
    <Stack className={classes["side"]} gap="lg">
      {work.outbox.length > 0 && <Outbox work={work} retry={retry} />}
      {back.length > 0 && (
        <section aria-label={t("queue.back")}>
          <Group gap="xs" mb="xs"><Title order={2} size="h5">{t("queue.back")}</Title><Badge color="red" variant="light">{back.length}</Badge></Group>
          <ul className={classes["list"]}>{back.slice(0, SHOWN).map(({ ticket, cause }) => <Row key={ticket.id} ticket={ticket} cause={cause} />)}</ul>
        </section>
      )}
      <section aria-label={t("queue.recent")}>
        <Title order={2} size="h5" mb="xs">{t("queue.recent")}</Title>
        {recent.isPending ? <Waiting rows={3} height={56} /> : recent.error ? <Failure error={recent.error} retry={() => void recent.refetch()} /> : null}
        {recent.data?.length === 0 && <Text size="sm" c="dimmed">{t("queue.empty")}</Text>}
        <ul className={classes["list"]}>{recent.data?.map((ticket) => <Row key={ticket.id} ticket={ticket} />)}</ul>
      </section>
    </Stack>
  );
}

function useCalls(asked: { open?: boolean; sort?: "due"; limit: number }) {
  return useQuery({
    queryKey: ["tickets", "calls", asked],
    queryFn: async () => (await ok(api.GET("/api/tickets", { params: { query: { logged_by: "me", ...asked } } }))).items as Ticket[],
  });
}

function Row({ ticket, cause }: { ticket: Ticket; cause?: Cause }) {
  const { t } = useTranslation("calls");
  const { phone = "", name = "" } = ticket.contact ?? {};
  return (
    <li>
      <Group gap={4} wrap="nowrap">
        <Link to={`/tickets/${ticket.id}`} className={classes["row"]} data-queue style={{ flex: 1, minWidth: 0 }}>
          {cause && <Text size="sm" fw={650} c="var(--mantine-color-error)">{t(`cause.${cause}`)}</Text>}
          <Text size="sm" fw={600} truncate>{ticket.title}</Text>
          <Text size="xs" c="dimmed" truncate>{[name, ticket.reference].filter(Boolean).join(" · ")} · <When at={ticket.created_at} /></Text>
          <Group gap={6} mt={4}><Status status={ticket.status} size="sm" /><Priority priority={ticket.priority} />{cause && <Promised due={ticket.due_at} status={ticket.status} />}</Group>
        </Link>
        {cause && phone && <ActionIcon component="a" href={`tel:${phone.replace(/[^+\d]/g, "")}`} variant="light" size={44} aria-label={t("queue.call", { name: name || phone })}><IconPhone size={20} /></ActionIcon>}
      </Group>
    </li>
  );
}

function Outbox({ work, retry }: { work: Work; retry: () => void }) {
  const { t } = useTranslation("calls");
  return (
    <Card withBorder padding="sm" component="section" aria-label={t("outbox.title")}>
      <Title order={2} size="h5">{t("outbox.title")}</Title>
      <Text size="sm" c="dimmed">{t("outbox.text")}</Text>
      <Stack gap={6} my="xs">
        {work.outbox.map((draft) => (
          <Group key={draft.id} justify="space-between" wrap="nowrap">
            <div>
              <Text size="sm" fw={600}>{draft.title}</Text>
              <Text size="xs" c={draft.refused ? "var(--mantine-color-error)" : "dimmed"}>{draft.refused ? t("outbox.refused") : draft.caller?.name}</Text>
            </div>
            <Button size="compact-sm" variant="default" onClick={() => work.reopen(draft.id)}>{t("outbox.open")}</Button>
          </Group>
        ))}
      </Stack>
      <Button size="sm" variant="light" onClick={retry}>{t("offline.retry")}</Button>
    </Card>
  );
}
