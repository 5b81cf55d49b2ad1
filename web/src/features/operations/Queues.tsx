import { Badge, Button, Card, Group, Progress, Table, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { session } from "@/sync/session";
import { Failure } from "@/ui/Failure";
import { Waiting } from "@/ui/Waiting";
import { span, useLanguage } from "@/ui/when";
import { useQueues } from "./data";
import classes from "./operations.module.css";

/** How full the queues are, live. */
export function Queues() {
  const { t } = useTranslation("operations");
  const language = useLanguage();
  const queues = useQueues();
  if (queues.isPending) return <Waiting rows={4} />;
  if (!queues.data) return <Failure error={queues.error} retry={() => void queues.refetch()} />;
  const most = Math.max(20, ...queues.data.map(({ waiting, hidden }) => waiting + hidden));
  const dead = queues.data.reduce((all, queue) => all + queue.dead, 0);
  return (
    <Card withBorder component="section" aria-labelledby="queues">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="queues">{t("queues.title")}</Title>
        {dead > 0 && session.has("administrator") && <Button component={Link} to="/letters" size="xs" color="red" variant="light">{t("queues.dead_open", { count: dead })}</Button>}
      </Group>
      <Table.ScrollContainer minWidth={400} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table className={classes["queues"]} verticalSpacing={6} captionSide="bottom">
          <Table.Caption>{t("queues.text")}</Table.Caption>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("queues.queue")}</Table.Th><Table.Th>{t("queues.waiting")}</Table.Th><Table.Th>{t("queues.oldest")}</Table.Th><Table.Th>{t("queues.dead")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {queues.data.map(({ queue, waiting, hidden, dead: buried, oldest }) => (
              <Table.Tr key={queue}>
                <Table.Td>{queue}</Table.Td>
                <Table.Td>
                  <Text size="sm" span>{t("queues.depth", { waiting, hidden })}</Text>
                  <Progress.Root size={6} aria-hidden>
                    <Progress.Section value={(100 * waiting) / most} color="squad" /><Progress.Section value={(100 * hidden) / most} color="gray" />
                  </Progress.Root>
                </Table.Td>
                <Table.Td>{waiting ? (oldest < 60 ? t("queues.seconds", { count: Math.round(oldest) }) : span(oldest, language)) : "–"}</Table.Td>
                <Table.Td>{buried ? <Badge color="red" variant="filled">{buried}</Badge> : "0"}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}
