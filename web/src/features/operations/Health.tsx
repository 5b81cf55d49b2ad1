import { Alert, Anchor, Badge, Card, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { session } from "@/sync/session";
import { Failure } from "@/ui/Failure";
import { locale } from "@/ui/language";
import { Page } from "@/ui/Page";
import { Waiting } from "@/ui/Waiting";
import { span, useLanguage } from "@/ui/when";
import { useHealth, useRefused } from "./data";
import { Promises } from "./Promises";
import { Queues } from "./Queues";
import { Rebuild } from "./Rebuild";
import { Seek } from "./Seek";

/** How the node is, at this moment. */
export default function Health() {
  const { t } = useTranslation("operations");
  const health = useHealth();
  return (
    <Page title={t("health.title")} lead={t("health.lead")} wide>
      {health.error && <Failure error={health.error} retry={() => void health.refetch()} />}
      <Promises />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Node />
        <Queues />
      </SimpleGrid>
      <Refused />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Seek />
        {session.has("administrator") && <Rebuild />}
      </SimpleGrid>
    </Page>
  );
}

function Node() {
  const { t } = useTranslation("operations");
  const language = useLanguage();
  const { data: node, isPending } = useHealth();
  if (isPending) return <Waiting rows={4} />;
  if (!node) return null;
  const megabytes = new Intl.NumberFormat(locale(language), { style: "unit", unit: "megabyte", maximumFractionDigits: 0 }).format(node.memory / 1e6);
  const lag = new Intl.NumberFormat(locale(language), { style: "unit", unit: "millisecond", maximumFractionDigits: 0 }).format(node.lag);
  return (
    <Card withBorder component="section" aria-labelledby="node">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="node">{t("node.title")}</Title>
        <Badge color={node.ready ? "green" : "red"} variant="light" styles={{ root: { textTransform: "none" } }}>{t(node.ready ? "node.ready" : "node.waits")}</Badge>
      </Group>
      <Text size="sm">{t("node.facts", { version: node.version, uptime: span(node.uptime, language), memory: megabytes, lag })}</Text>
      <Stack component="ul" gap={6} p={0} mt="sm" mb={0} style={{ listStyle: "none" }}>
        {node.services.map(({ service, ready, reason, outbox }) => (
          <Group component="li" key={service} gap="xs" wrap="nowrap" align="flex-start">
            {ready ? <IconCircleCheck size={20} color="var(--mantine-color-green-7)" aria-hidden /> : <IconCircleX size={20} color="var(--mantine-color-red-7)" aria-hidden />}
            <div>
              <Text size="sm" span fw={600}>{service}</Text>
              <Text size="sm" span>{` · ${t(ready ? "node.ready" : "node.waits")}`}</Text>
              {outbox > 0 && <Text size="sm" span>{` · ${t("node.outbox", { count: outbox })}`}</Text>}
              {reason && <Text size="sm" c="dimmed">{reason}</Text>}
            </div>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}

function Refused() {
  const { t } = useTranslation("operations");
  const refused = useRefused();
  if (!refused.data?.length) return null;
  return (
    <Alert color="orange" title={t("refused.title", { count: refused.data.length })}>
      <Text size="sm">{t("refused.text")}</Text>
      <ul>
        {refused.data.map(({ person, name, part, field, reason }) => (
          <li key={person + part}><Anchor component={Link} to={`/people/${person}`}>{name || person}</Anchor>{` · ${t(`refused.${part}`)} · ${field}: ${reason}`}</li>
        ))}
      </ul>
    </Alert>
  );
}
