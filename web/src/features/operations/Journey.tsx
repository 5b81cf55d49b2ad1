import { Badge, Button, Card, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Waiting } from "@/ui/Waiting";
import { absolute, useLanguage } from "@/ui/when";
import { brief } from "./brief";
import { type Journey as Told, type Step, useJourney, useName } from "./data";
import { again, slowest, spoken } from "./lanes";
import { Picture } from "./Picture";
import classes from "./operations.module.css";

/** Everything that happened to a ticket: which service had each event, when, how often, how long it took. */
export default function Journey() {
  const { t } = useTranslation("operations");
  const { ticket } = useParams({ strict: false }) as { ticket: string };
  const journey = useJourney(ticket);
  return (
    <Page wide title={t("journey.title")} lead={t("journey.lead")} actions={<Button component={Link} to={`/tickets/${ticket}`} variant="default">{t("journey.ticket")}</Button>}>
      {journey.error && <Failure error={journey.error} retry={() => void journey.refetch()} />}
      {journey.isPending && <Waiting rows={3} height={120} />}
      {journey.data && <Way journey={journey.data} />}
    </Page>
  );
}

function Way({ journey }: { journey: Told }) {
  const { t } = useTranslation("operations");
  const language = useLanguage();
  const { events } = journey;
  const amount = (value: number | null) => (value === null ? "–" : brief(value, language));
  const facts = [
    ["events", String(events.length)], ["routed", amount(journey.routed_ms)], ["assigned", amount(journey.assigned_ms)],
    ["slowest", amount(slowest(events))], ["again", String(again(events))],
  ] as const;
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm" component="dl" m={0}>
        {facts.map(([name, value]) => (
          <Card withBorder padding="sm" key={name}>
            <Text component="dt" size="sm" c="dimmed">{t(`journey.${name}`)}</Text>
            <Text component="dd" m={0} fz={22} fw={650} className={classes["figure"]}>{value}</Text>
          </Card>
        ))}
      </SimpleGrid>
      <Title order={2} size="h4">{t("journey.picture")}</Title>
      <Picture events={events} label={t("journey.picture_label", { count: events.length })} />
      <Title order={2} size="h4">{t("journey.table")}</Title>
      <Table.ScrollContainer minWidth={720} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table className={classes["table"]} striped>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("journey.when")}</Table.Th><Table.Th>{t("journey.event")}</Table.Th><Table.Th>{t("journey.by")}</Table.Th>
              <Table.Th>{t("journey.outbox")}</Table.Th><Table.Th>{t("journey.handled")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{events.map((event) => <Row key={event.id} event={event} />)}</Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}

function Row({ event }: { event: Step }) {
  const { t } = useTranslation("operations");
  const language = useLanguage();
  const name = useName(event.actor);
  return (
    <Table.Tr>
      <Table.Td>{absolute(event.time, language, undefined, true)}<Text size="xs" c="dimmed">{`+${brief(event.after_ms, language)}`}</Text></Table.Td>
      <Table.Td><Text size="sm" fw={600} title={event.type}>{spoken(event.type)}</Text><Text size="xs" c="dimmed">{t("journey.version", { version: event.version })}</Text></Table.Td>
      <Table.Td>{event.actor ? name || event.actor.slice(0, 8) : t("journey.system")}</Table.Td>
      <Table.Td>{event.outbox_ms === null ? "–" : brief(event.outbox_ms, language)}</Table.Td>
      <Table.Td>
        {event.handled.length === 0 && <Text size="sm" c="dimmed">{t("journey.nobody")}</Text>}
        {event.handled.map((one) => (
          <Text size="sm" key={one.service + one.at}>
            <Text span fw={600}>{one.service}</Text>
            {` ${t("journey.took", { latency: brief(one.latency_ms, language), took: brief(one.took_ms, language) })} `}
            {one.outcome !== "ack" && <Badge size="sm" color={one.outcome === "bury" ? "red" : one.outcome === "retry" ? "yellow" : "gray"} variant="light" autoContrast className={classes["state"]}>{t(`outcome.${one.outcome}`)}</Badge>}
            {one.receives > 1 && <Badge size="sm" color="yellow" variant="light" autoContrast className={classes["state"]}>{t("journey.tries", { count: one.receives })}</Badge>}
          </Text>
        ))}
      </Table.Td>
    </Table.Tr>
  );
}
