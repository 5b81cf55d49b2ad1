import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { session } from "@/sync/session";
import { Failure } from "@/ui/Failure";
import { locale } from "@/ui/language";
import { Waiting } from "@/ui/Waiting";
import { absolute, useLanguage } from "@/ui/when";
import { type Person, type Plan, usePlan } from "./data";
import { Week } from "./Week";

const Hours = lazy(() => import("./Hours"));

/** When somebody works: the week, on-call spans and time off, in their own zone. */
export function Schedule({ person }: { person: Person }) {
  const { t } = useTranslation("people");
  const found = usePlan(person.id);
  const [editing, edit] = useState(false);
  const plan = found.data;
  const may = session.has("dispatcher", "manager", "administrator") && person.active !== false;
  return (
    <Card withBorder component="section" aria-labelledby="schedule">
      <Group justify="space-between" mb="sm">
        <div>
          <Title order={2} size="h4" id="schedule">{t("part.schedule")}</Title>
          {plan && <Text size="sm" c="dimmed">{t("times_of", { zone: plan.zone })}</Text>}
        </div>
        {may && plan && !editing && <Button variant="default" onClick={() => edit(true)}>{t("schedule_edit")}</Button>}
      </Group>
      {found.isPending && <Waiting rows={3} />}
      {found.error && <Failure error={found.error} retry={() => void found.refetch()} />}
      {plan && !editing && <Shown plan={plan} />}
      <Suspense fallback={<Waiting rows={3} />}>{plan && editing && <Hours plan={plan} close={() => edit(false)} />}</Suspense>
    </Card>
  );
}

function Shown({ plan }: { plan: Plan }) {
  const { t } = useTranslation("people");
  const language = useLanguage();
  const day = (date: string) => new Intl.DateTimeFormat(locale(language), { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
  const at = (instant: string) => absolute(instant, language, plan.zone);
  const lists = [
    ["on_call", (plan.on_call ?? []).map(({ start, end }) => `${at(start)} – ${at(end)}`)],
    ["days_off", (plan.days_off ?? []).map(({ first, last }) => (first === last ? day(first) : `${day(first)} – ${day(last)}`))],
    ["leave", (plan.leave ?? []).map(({ start, end }) => `${at(start)} – ${at(end)}`)],
  ] as const;
  if (!plan.weekly?.length && lists.every(([, all]) => !all.length)) return <Text>{t("no_hours")}</Text>;
  return (
    <Stack gap="sm">
      <Week weekly={plan.weekly ?? []} />
      {lists.filter(([, all]) => all.length).map(([name, all]) => (
        <div key={name}>
          <Title order={3} size="h5">{t(`spans.${name}`)}</Title>
          <ul>{all.map((span) => <li key={span}><Text size="sm">{span}</Text></li>)}</ul>
        </div>
      ))}
    </Stack>
  );
}
