import { Button, Group, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback, useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconDownload, IconFilter, IconPlus, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { raw } from "@/sync/api/client";
import { session } from "@/sync/session";
import { Empty } from "@/ui/Empty";
import { Failure, useReason } from "@/ui/Failure";
import { locale } from "@/ui/language";
import { Page } from "@/ui/Page";
import { failed } from "@/ui/toast";
import { useLanguage } from "@/ui/when";
import { Waiting } from "@/ui/Waiting";
import { asked, type Query, texts, written } from "../query";
import { Filters } from "./Filters";
import { fetchPage } from "./page";
import { Rows } from "./Rows";
import { useTitle } from "./title";
import { Views } from "./Views";

/** Everybody's tickets: what the address asks for, searched, filtered, sorted. */
export default function List() {
  const { t } = useTranslation("tickets");
  const language = useLanguage();
  const query = texts(useSearch({ strict: false }));
  const navigate = useNavigate();
  const go = (next: Query) => void navigate({ to: "/tickets", search: written(next) as never, replace: true });
  const title = useTitle(query);
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const [open, filters] = useDisclosure(false);
  const narrowed = Object.keys(query).filter((name) => name !== "q" && name !== "sort").length;
  const list = useInfiniteQuery({
    queryKey: ["tickets", "list", query],
    initialPageParam: "",
    queryFn: ({ pageParam }) => fetchPage(query, pageParam),
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total;
  const many = total === undefined || total === null ? "" : `${new Intl.NumberFormat(locale(language)).format(total)}${total === 10_000 ? "+" : ""}`;
  return (
    <Page wide title={title} lead={many ? t("list.total", { count: total ?? 0, many }) : undefined} actions={<Actions query={query} />}>
      <Group gap="sm" align="flex-end" wrap="wrap" data-no-print>
        <Words value={query.q ?? ""} change={(q) => go({ ...query, q })} />
        <Views query={query} go={go} />
      </Group>
      {phone && (
        <Button variant="default" leftSection={<IconFilter size={18} />} onClick={filters.toggle} aria-expanded={open} data-no-print>{`${t("list.filters")}${narrowed ? ` (${narrowed})` : ""}`}</Button>
      )}
      {(!phone || open) && <Filters query={query} go={go} />}
      {list.isError && <Failure error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Waiting rows={8} />}
      {rows.length > 0 && <Rows rows={rows} more={list.hasNextPage && !list.isFetchingNextPage ? () => void list.fetchNextPage() : undefined} faded={list.isPlaceholderData} />}
      {list.isSuccess && rows.length === 0 && (
        <Empty title={t("list.none")} text={t("list.none_text")}>
          {Object.keys(query).length > 0 && <Button variant="default" onClick={() => go({})}>{t("list.clear")}</Button>}
        </Empty>
      )}
      {list.isFetchingNextPage && <Text size="sm" c="dimmed" ta="center" role="status">{t("list.loading")}</Text>}
    </Page>
  );
}

function Words({ value, change }: { value: string; change: (q: string) => void }) {
  const { t } = useTranslation("tickets");
  const [text, type] = useState(value);
  const [seen, look] = useState(value);
  if (seen !== value) { // the address changed by itself (a view, the back button)
    look(value);
    type(value);
  }
  const tell = useDebouncedCallback((next: string) => { look(next); change(next); }, 250);
  return (
    <TextInput flex={1} miw={220} type="search" label={t("list.search")} placeholder={t("list.search_hint")} leftSection={<IconSearch size={18} aria-hidden />} maxLength={200}
      value={text} onChange={(event) => { type(event.currentTarget.value); tell(event.currentTarget.value.trim()); }} />
  );
}

function Actions({ query }: { query: Query }) {
  const { t } = useTranslation("tickets");
  const reason = useReason();
  const [busy, work] = useState(false);
  const save = async () => {
    work(true);
    try {
      const answer = await raw(`/api/tickets/export.csv?${asked(query)}`);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await answer.blob());
      link.download = `tickets-${new Date().toISOString().slice(0, 10)}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (error) {
      failed(reason(error));
    } finally {
      work(false);
    }
  };
  return (
    <>
      {session.has("dispatcher", "manager", "administrator", "auditor") && (
        <Button variant="default" leftSection={<IconDownload size={18} />} onClick={() => void save()} loading={busy} disabled={!!query.q} title={query.q ? t("list.csv_words") : undefined}>{t("list.csv")}</Button>
      )}
      {session.has("store", "dispatcher", "manager", "administrator") && (
        <Button component={Link} to="/tickets/new" leftSection={<IconPlus size={18} />}>{t("list.new")}</Button>
      )}
    </>
  );
}
