import { Button, Stack, Table, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Waiting } from "@/ui/Waiting";
import { absolute, useLanguage } from "@/ui/when";
import { type Act, useName } from "./data";
import classes from "./operations.module.css";

/** What was done to letters and to the routing policy, by whom and why. */
export function Audit() {
  const { t } = useTranslation("operations");
  const acts = useInfiniteQuery({
    queryKey: ["operations", "audit"], initialPageParam: "",
    queryFn: ({ pageParam: cursor }) => ok(api.GET("/api/monitoring/audit", { params: { query: { limit: 50, cursor } } })),
    getNextPageParam: ({ next }) => next || undefined,
  });
  const items = acts.data?.pages.flatMap((page) => page.items) ?? [];
  if (acts.isPending) return <Waiting />;
  if (acts.error) return <Failure error={acts.error} retry={() => void acts.refetch()} />;
  if (!items.length) return <Empty title={t("audit.empty")} text={t("audit.empty_text")} />;
  return (
    <Stack gap="md">
      <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table className={classes["table"]} striped>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("audit.when")}</Table.Th><Table.Th>{t("audit.who")}</Table.Th><Table.Th>{t("audit.what")}</Table.Th>
              <Table.Th>{t("audit.target")}</Table.Th><Table.Th>{t("audit.reason")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{items.map((act) => <Row key={act.id} act={act} />)}</Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {acts.hasNextPage && <Button variant="default" loading={acts.isFetchingNextPage} onClick={() => void acts.fetchNextPage()}>{t("more")}</Button>}
    </Stack>
  );
}

const DONE = ["replay", "replay_all", "discard", "promote_policy"];

function Row({ act }: { act: Act }) {
  const { t } = useTranslation("operations");
  const language = useLanguage();
  const name = useName(act.actor);
  const letters = act.action !== "promote_policy";
  return (
    <Table.Tr>
      <Table.Td>{absolute(act.at, language, undefined, true)}</Table.Td>
      <Table.Td>{act.actor ? name || act.actor.slice(0, 8) : t("journey.system")}</Table.Td>
      <Table.Td>
        {DONE.includes(act.action) ? t(`audit.did.${act.action}`) : act.action}
        {letters && <Text size="xs" c="dimmed">{act.count === null ? t("audit.cut") : t("audit.count", { count: act.count })}</Text>}
      </Table.Td>
      <Table.Td>{act.target || (letters ? t("letters.all") : "–")}</Table.Td>
      <Table.Td>{act.reason || "–"}</Table.Td>
    </Table.Tr>
  );
}
