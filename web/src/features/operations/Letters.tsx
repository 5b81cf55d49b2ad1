import { Button, Card, Group, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { session } from "@/sync/session";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Waiting } from "@/ui/Waiting";
import { When } from "@/ui/When";
import { useActs } from "./acts";
import { Audit } from "./Audit";
import { type Dead, useQueues } from "./data";
import { spoken } from "./lanes";

const Letter = lazy(() => import("./Letter"));

/** Letters that could not be processed, and what administrators did about such. */
export default function Letters() {
  const { t } = useTranslation("operations");
  const navigate = useNavigate();
  const asked = useSearch({ strict: false }) as { queue?: string; view?: string };
  const boss = session.has("administrator");
  const audit = asked.view === "audit" || !boss;
  const go = (search: object) => void navigate({ to: "/letters" as never, search: search as never, replace: true });
  return (
    <Page title={t("letters.title")} lead={t("letters.lead")} actions={boss && (
      <SegmentedControl aria-label={t("letters.view")} value={audit ? "audit" : "letters"} onChange={(view) => go(view === "audit" ? { view } : {})}
        data={[{ value: "letters", label: t("letters.letters") }, { value: "audit", label: t("letters.audit") }]} />
    )}>
      {audit ? <Audit /> : <Lying queue={asked.queue ?? ""} choose={(queue) => go(queue ? { queue } : {})} />}
    </Page>
  );
}

function Lying({ queue, choose }: { queue: string; choose: (queue: string) => void }) {
  const { t } = useTranslation("operations");
  const { replayAll, busy } = useActs();
  const queues = useQueues();
  const [open, inspect] = useState<string | null>(null);
  const letters = useInfiniteQuery({
    queryKey: ["operations", "letters", queue], initialPageParam: "", refetchInterval: 15_000, staleTime: 0,
    queryFn: ({ pageParam: cursor }) => ok(api.GET("/api/monitoring/letters", { params: { query: { limit: 50, queue, cursor } } })),
    getNextPageParam: ({ next }) => next || undefined,
  });
  const items = letters.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end">
        <Select label={t("letters.queue")} data={[{ value: "", label: t("letters.all") }, ...(queues.data ?? []).map((one) => ({ value: one.queue, label: `${one.queue} (${one.dead})` }))]}
          value={queue} onChange={(next) => choose(next ?? "")} allowDeselect={false} />
        {items.length > 0 && <Button variant="default" loading={busy} onClick={() => void replayAll(queue)}>{queue ? t("letters.replay_queue", { queue }) : t("letters.replay_all")}</Button>}
      </Group>
      {letters.isPending && <Waiting />}
      {letters.error && <Failure error={letters.error} retry={() => void letters.refetch()} />}
      {letters.isSuccess && !items.length && <Empty title={t("letters.empty")} text={t("letters.empty_text")} />}
      {items.length > 0 && <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }}>{items.map((letter) => <Row key={letter.id} letter={letter} inspect={() => inspect(letter.id)} />)}</Stack>}
      {letters.hasNextPage && <Button variant="default" loading={letters.isFetchingNextPage} onClick={() => void letters.fetchNextPage()}>{t("more")}</Button>}
      <Suspense fallback={null}>{open && <Letter id={open} close={() => inspect(null)} />}</Suspense>
    </Stack>
  );
}

function Row({ letter, inspect }: { letter: Dead; inspect: () => void }) {
  const { t } = useTranslation("operations");
  const { replay, discard, busy } = useActs();
  return (
    <Card component="li" withBorder padding="sm">
      <Group justify="space-between" align="flex-start">
        <div>
          <Text fw={600} title={letter.type}>{spoken(letter.type)}</Text>
          <Text size="sm" c="dimmed">{t("letters.facts", { queue: letter.queue, count: letter.receives })} · <When at={letter.buried_at} /></Text>
          <Text size="sm" mt={4}>{letter.reason}</Text>
        </div>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={inspect}>{t("letters.inspect")}</Button>
          <Button size="xs" loading={busy} onClick={() => void replay(letter.id)}>{t("letters.replay")}</Button>
          <Button size="xs" color="red" variant="light" onClick={() => void discard(letter.id)}>{t("letters.discard")}</Button>
        </Group>
      </Group>
    </Card>
  );
}
