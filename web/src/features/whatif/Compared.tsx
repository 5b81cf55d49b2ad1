import { Alert, Anchor, Badge, Card, Group, List, Skeleton, Stack, Switch, Table, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/ui/when";
import { Figures } from "./Figures";
import type { Moved, Result } from "./model";
import { amount, formatted } from "./numbers";
import { lorenz, verdict, word } from "./verdict";
import classes from "./whatif.module.css";

const Waits = lazy(() => import("./charts/Waits"));
const Loads = lazy(() => import("./charts/Loads"));
const TONES = { better: "green", worse: "red", mixed: "yellow", same: "gray" };

/** Both runs side by side: in words, in bars, by priority, and who got another ticket. */
export function Compared({ result, recorded }: { result: Result; recorded: boolean }) {
  const { t } = useTranslation("whatif");
  const language = useLanguage();
  const said = verdict(result);
  const overall = word(result);
  const [asTable, show] = useState(false);
  return (
    <Stack gap="md">
      <Alert color={TONES[overall]} variant="light" title={t(`word.${overall}`)}>
        <List size="sm">
          {said.map(({ key, by }) => <List.Item key={key}>{t(`said.${key}`, { by: amount(key, by, language) })}</List.Item>)}
        </List>
        <Text size="sm" mt={said.length ? "xs" : 0}>
          {result.assignments.identical ? t("said.identical") : t("said.changed", { count: result.assignments.changed, tickets: formatted(result.world.tickets, "", language) })}
        </Text>
      </Alert>
      <Policy result={result} />
      <Card withBorder component="section">
        <Title order={2} size="h4">{t("figures.title")}</Title>
        <Text size="sm" c="dimmed" mb="sm">{t("figures.lead")}</Text>
        <Figures figures={result.figures} />
      </Card>
      <Priorities result={result} />
      <Card withBorder component="section">
        <Group justify="space-between" mb="xs">
          <Title order={2} size="h4">{t("spread.title")}</Title>
          <Switch label={t("as_table")} checked={asTable} onChange={(event) => show(event.currentTarget.checked)} data-no-print />
        </Group>
        {asTable ? <Spread result={result} /> : (
          <div className={classes["pair"]}>
            <section>
              <Title order={3} size="h6">{t("spread.waits")}</Title>
              <Text size="sm" c="dimmed">{t("spread.waits_text")}</Text>
              <Suspense fallback={<Skeleton height={240} />}><Waits result={result} /></Suspense>
            </section>
            <section>
              <Title order={3} size="h6">{t("spread.loads")}</Title>
              <Text size="sm" c="dimmed">{t("spread.loads_text")}</Text>
              <Suspense fallback={<Skeleton height={240} />}><Loads data={lorenz(result.loads)} /></Suspense>
            </section>
          </div>
        )}
      </Card>
      {result.assignments.sample.length > 0 && <Sample moved={result.assignments.sample} recorded={recorded} />}
      <Text size="sm" c="dimmed">{t(recorded ? "notes.recorded" : "notes.generated")}</Text>
    </Stack>
  );
}

function Policy({ result }: { result: Result }) {
  const { t } = useTranslation("whatif");
  const language = useLanguage();
  const changes = result.changes[language] ?? result.changes["en"] ?? [];
  if (!changes.length) return null;
  return (
    <Card withBorder component="section">
      <Title order={2} size="h4" mb="xs">{t("policy.title", { old: result.versions[0], version: result.versions[1] })}</Title>
      <Stack gap="xs">
        {changes.map(({ field, old, new: now }) => (
          <div key={field}>
            <Text size="sm" c="dimmed" td="line-through">{old}</Text>
            <Text size="sm">{now}</Text>
          </div>
        ))}
      </Stack>
    </Card>
  );
}

function Priorities({ result }: { result: Result }) {
  const { t } = useTranslation("whatif");
  const { t: ui } = useTranslation("ui");
  const language = useLanguage();
  return (
    <Card withBorder component="section">
      <Title order={2} size="h4" mb="xs">{t("priorities.title")}</Title>
      <Table.ScrollContainer minWidth={640}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              {["priority", "tickets", "met_now", "met_changed", "wait_now", "wait_changed"].map((name, at) => <Table.Th key={name} ta={at ? "end" : undefined}>{t(`priorities.${name}`)}</Table.Th>)}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {result.by_priority.map(({ priority, tickets, met, wait }) => (
              <Table.Tr key={priority}>
                <Table.Th scope="row" fw={400} miw={120}>{ui(`priority.${priority}`)}</Table.Th>
                <Table.Td ta="end">{formatted(tickets, "", language)}</Table.Td>
                {met.map((one, at) => <Table.Td key={at} ta="end">{formatted(one, "share", language)}</Table.Td>)}
                {wait.map((one, at) => <Table.Td key={at} ta="end">{formatted(one, "min", language)}</Table.Td>)}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function Spread({ result }: { result: Result }) {
  const { t } = useTranslation("whatif");
  const language = useLanguage();
  const label = (at: number) => (at < result.edges.length ? t("spread.within", { span: formatted(result.edges[at] ?? 0, "min", language) }) : t("spread.beyond"));
  return (
    <Table>
      <Table.Thead><Table.Tr><Table.Th>{t("spread.waits")}</Table.Th><Table.Th ta="end">{t("now")}</Table.Th><Table.Th ta="end">{t("changed")}</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {result.waits[0].map((count, at) => (
          <Table.Tr key={at}><Table.Th scope="row" fw={400}>{label(at)}</Table.Th><Table.Td ta="end">{count}</Table.Td><Table.Td ta="end">{result.waits[1][at]}</Table.Td></Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Sample({ moved, recorded }: { moved: Moved[]; recorded: boolean }) {
  const { t } = useTranslation("whatif");
  const language = useLanguage();
  const why = ([name, by]: [string, number]) => t(`why.${name}${by < 0 ? "_less" : ""}`, { by: formatted(Math.abs(by), "", language) });
  return (
    <Card withBorder component="section">
      <Title order={2} size="h4" mb="xs">{t("sample.title")}</Title>
      <Stack gap="sm">
        {moved.map((one) => (
          <div key={one.ticket}>
            <Group gap="xs">
              <Badge variant="outline" color="gray">{`P${one.priority}`}</Badge>
              {recorded ? <Anchor renderRoot={(props) => <Link {...props} to={`/tickets/${one.ticket}` as never} />} size="sm">{t("sample.open")}</Anchor> : <Text size="sm">{one.ticket}</Text>}
              <Text size="sm" fw={500}>{t(one.saved >= 0 ? "sample.saves" : "sample.costs", { by: formatted(Math.abs(one.saved), "min", language) })}</Text>
            </Group>
            <Text size="sm" c="dimmed">{Object.entries(one.why).map(why).join(" · ")}</Text>
          </div>
        ))}
      </Stack>
    </Card>
  );
}
