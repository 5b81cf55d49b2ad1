import { Button, Card, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconMessageReport } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { useMe } from "@/sync/useSession";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Promised } from "@/ui/Promise";
import { Status } from "@/ui/Status";
import { useLanguage } from "@/ui/when";
import { Waiting } from "@/ui/Waiting";
import { When } from "@/ui/When";
import { Unsent } from "./new/Unsent";
import classes from "./tickets.module.css";
import { next, type Ticket } from "./words";

/** The customer's home: what is open and what happens next. */
export default function Mine() {
  const { t } = useTranslation("tickets");
  const me = useMe();
  const [open, show] = useState(true);
  const list = useInfiniteQuery({
    queryKey: ["tickets", "mine", open],
    initialPageParam: "",
    queryFn: ({ pageParam }) => ok(api.GET("/api/tickets", { params: { query: { open, limit: 30, ...(pageParam && { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const tickets = list.data?.pages.flatMap((page) => page.items) ?? [];
  const report = <Button component={Link} to="/tickets/new" size="md" leftSection={<IconMessageReport size={20} />}>{t("report")}</Button>;
  return (
    <Page title={t("mine.title")} lead={t("mine.hello", { name: me.name.split(" ")[0] })} actions={tickets.length > 0 || !open ? report : undefined}>
      <Unsent />
      <SegmentedControl value={open ? "open" : "over"} onChange={(value) => show(value === "open")} aria-label={t("mine.which")} maw={420} fullWidth
        data={[{ value: "open", label: t("mine.open") }, { value: "over", label: t("mine.over") }]} />
      {list.isError && <Failure error={list.error} retry={() => void list.refetch()} />}
      {list.isPending ? <Waiting rows={3} height={112} /> : (
        <Stack component="ul" gap="sm" className={classes["bare"]} aria-label={t(open ? "mine.open" : "mine.over")}>
          {tickets.map((ticket) => <li key={ticket.id}><One ticket={ticket} /></li>)}
        </Stack>
      )}
      {list.isSuccess && tickets.length === 0 && (
        <Empty title={t(open ? "mine.none" : "mine.none_over")} text={t(open ? "mine.none_text" : "mine.none_over_text")}>{open && report}</Empty>
      )}
      {list.hasNextPage && <Button variant="default" onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>{t("more")}</Button>}
    </Page>
  );
}

function One({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("tickets");
  const language = useLanguage();
  return (
    <Card withBorder component={Link} to={`/tickets/${ticket.id}`} className={classes["card"]} padding="md">
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="sm">
        <Text fw={650} lineClamp={2}>{ticket.title}</Text>
        <div className={classes["state"]}><Status status={ticket.status} /></div>
      </Group>
      <Text size="sm" mt={6}>{next(ticket, t, language)}</Text>
      <Group gap="xs" mt={8} justify="space-between">
        <Text size="xs" c="dimmed">{ticket.reference} · {t("logged")} <When at={ticket.created_at} /></Text>
        <Promised due={ticket.due_at} status={ticket.status} />
      </Group>
    </Card>
  );
}
