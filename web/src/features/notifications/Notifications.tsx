import { Button, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { IconBellOff, IconChecks, IconSettings } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok, type Schemas } from "@/sync/api/client";
import { Empty } from "@/ui/Empty";
import { Failure, useReason } from "@/ui/Failure";
import { locale } from "@/ui/language";
import { Page } from "@/ui/Page";
import { done, failed } from "@/ui/toast";
import { useLanguage } from "@/ui/when";
import { Waiting } from "@/ui/Waiting";
import { One } from "./One";
import classes from "./notifications.module.css";

type Shown = Schemas["Shown"];

/** "/notifications": by day, read and unread; live. */
export default function Notifications() {
  const { t } = useTranslation("notifications");
  const language = useLanguage();
  const reason = useReason();
  const queries = useQueryClient();
  const [unread, only] = useState(false);
  const list = useInfiniteQuery({
    queryKey: ["notifications", "list", unread],
    initialPageParam: "",
    queryFn: ({ pageParam }) => ok(api.GET("/api/engagement/notifications", { params: { query: { unread, limit: 50, ...(pageParam && { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const many = list.data?.pages[0]?.unread ?? 0;
  const readAll = async () => {
    try {
      await ok(api.POST("/api/engagement/notifications/read-all", { body: {} as never } as never));
      done(t("all_read"));
    } catch (error) {
      failed(reason(error));
    }
    await queries.invalidateQueries({ queryKey: ["notifications"] });
  };
  return (
    <Page title={t("title")} lead={t("unread", { count: many })}
      actions={<>
        {many > 0 && <Button leftSection={<IconChecks size={18} />} variant="light" onClick={() => void readAll()}>{t("read_all")}</Button>}
        <Button component={Link} to="/account" hash="messages" variant="default" leftSection={<IconSettings size={18} />}>{t("settings")}</Button>
      </>}>
      <SegmentedControl value={unread ? "unread" : "all"} onChange={(value) => only(value === "unread")} aria-label={t("which")} maw={320} fullWidth
        data={[{ value: "all", label: t("all") }, { value: "unread", label: t("only_unread") }]} />
      {list.isError && <Failure error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Waiting />}
      {list.isSuccess && items.length === 0 && <Empty icon={<IconBellOff size={40} aria-hidden />} title={t(unread ? "none_unread" : "none")} text={t("none_text")} />}
      {days(items, language, t("today"), t("yesterday")).map(([day, told]) => (
        <Stack key={day} gap="xs" component="section" aria-label={day}>
          <Title order={2} size="h5">{day}</Title>
          <ul className={classes["list"]}>{told.map((one) => <li key={one.id}><One told={one} /></li>)}</ul>
        </Stack>
      ))}
      {list.hasNextPage && <Button variant="default" onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>{t("more")}</Button>}
      {list.isFetchingNextPage && <Text size="sm" role="status">…</Text>}
    </Page>
  );
}

/** By day, in the order that they came. */
function days(items: Shown[], language: string, today: string, yesterday: string): [string, Shown[]][] {
  const format = new Intl.DateTimeFormat(locale(language), { weekday: "long", month: "long", day: "numeric" });
  const now = new Date();
  const before = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  const name = (at: Date) => (at.toDateString() === now.toDateString() ? today : at.toDateString() === before.toDateString() ? yesterday : format.format(at));
  const found = new Map<string, Shown[]>();
  for (const one of items) found.set(name(new Date(one.at)), [...(found.get(name(new Date(one.at))) ?? []), one]);
  return [...found];
}
