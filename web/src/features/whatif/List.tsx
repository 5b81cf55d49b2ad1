import { Anchor, Badge, Button, Card, Group, Progress, Stack, Text } from "@mantine/core";
import { IconArrowsSplit2, IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Waiting } from "@/ui/Waiting";
import { When } from "@/ui/When";
import { open, type Trial } from "./model";
import { useSummary } from "./useSummary";

/** All what-ifs, the newest first. */
export default function List() {
  const { t } = useTranslation("whatif");
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["simulations"],
    initialPageParam: "",
    queryFn: ({ pageParam }) => ok(api.GET("/api/routing/simulations", { params: { query: { limit: 20, ...(pageParam && { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.items.some((one) => open(one.state))) ? 2_000 : 30_000),
  });
  const trials = data?.pages.flatMap((page) => page.items) ?? [];
  const create = <Button component={Link} to="/what-if/new" leftSection={<IconPlus size={16} />}>{t("new")}</Button>;
  return (
    <Page title={t("title")} lead={t("lead")} actions={create}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {isPending && <Waiting />}
      {data && !trials.length && <Empty icon={<IconArrowsSplit2 size={40} />} title={t("empty.title")} text={t("empty.text")}>{create}</Empty>}
      <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: "none" }}>
        {trials.map((one) => <li key={one.id}><Entry trial={one} /></li>)}
      </Stack>
      {hasNextPage && <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("more")}</Button>}
    </Page>
  );
}

const COLORS: Record<string, string> = { done: "green", running: "blue", queued: "gray", failed: "red", cancelled: "gray", interrupted: "orange" };

export function State({ state }: { state: string }) {
  const { t } = useTranslation("whatif");
  return <Badge color={COLORS[state]} variant="light" styles={{ root: { textTransform: "none" } }}>{t(`state.${state}`)}</Badge>;
}

function Entry({ trial }: { trial: Trial }) {
  const { t } = useTranslation("whatif");
  const summary = useSummary();
  const { title, text } = summary(trial.asked);
  return (
    <Card withBorder padding="md">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Anchor renderRoot={(props) => <Link {...props} to={`/what-if/${trial.id}` as never} />} fw={600}>{title}</Anchor>
          <Text size="sm">{text}</Text>
          <Text size="sm" c="dimmed" component="div"><When at={trial.at} /></Text>
        </div>
        <State state={trial.state} />
      </Group>
      {trial.state === "running" && <Progress value={100 * (trial.share ?? 0)} mt="sm" aria-label={t("progress")} />}
    </Card>
  );
}
