import { Alert, Badge, Card, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { kept } from "@/sync/copies";
import { useMe } from "@/sync/useSession";
import { Failure } from "@/ui/Failure";
import { locale } from "@/ui/language";
import { Page } from "@/ui/Page";
import { Waiting } from "@/ui/Waiting";
import { When } from "@/ui/When";
import { clock, useLanguage, useNow } from "@/ui/when";
import { load } from "./load";
import classes from "./visits.module.css";
import { type Interval, week } from "./week";

const DAYS = 14;
const COLORS: Record<string, string> = { shift: "squad", on_call: "indigo", leave: "gray" };

/** Own hours, time off and load; the last copy without a network. */
export default function Availability() {
  const { t } = useTranslation("visits");
  const me = useMe();
  const midnight = new Date(new Date().setHours(0, 0, 0, 0));
  const hours = useQuery({ queryKey: ["hours", me.id, midnight.toDateString()], queryFn: () => read(me.id, midnight), retry: false });
  const copy = hours.data?.at;
  return (
    <Page title={t("hours.title")} lead={t("hours.lead", { zone: me.zone.replaceAll("_", " ") })}>
      {copy && <Alert color="orange">{t("hours.copy")} <When at={copy} /></Alert>}
      <Team />
      {hours.isPending && <Waiting />}
      {hours.error && <Failure error={hours.error} retry={() => void hours.refetch()} />}
      {hours.data && <Week intervals={hours.data.value} zone={me.zone} />}
      <Alert color="gray" title={t("hours.off_title")}>{t("hours.off_text")}</Alert>
    </Page>
  );
}

function read(id: string, from: Date) {
  const to = new Date(from.getTime() + DAYS * 86_400_000);
  const query = { from: from.toISOString(), to: to.toISOString(), person: id };
  return kept("hours", async () => (await ok(api.GET("/api/identity/shifts", { params: { query } }))).items.flatMap((one) => one.intervals));
}

function Week({ intervals, zone }: { intervals: Interval[]; zone: string }) {
  const { t } = useTranslation("visits");
  const language = useLanguage();
  const now = useNow();
  const days = week(intervals, now, DAYS - 1, zone);
  const name = new Intl.DateTimeFormat(locale(language), { weekday: "long", month: "short", day: "numeric", timeZone: "UTC" });
  return (
    <section aria-label={t("hours.week")}>
      <Title order={2} size="h4" mb="xs">{t("hours.week")}</Title>
      <ol className={classes["week"]}>
        {days.map(({ date, spans }) => (
          <Card key={date} component="li" withBorder padding="sm">
            <Text fw={600} size="sm" mb={4}>{name.format(new Date(`${date}T12:00:00Z`))}</Text>
            {spans.length === 0 && <Text size="sm">{t("hours.free")}</Text>}
            <Stack gap={6}>
              {spans.map((one) => (
                <div key={one.start + one.kind}>
                  <Badge size="sm" variant="light" color={COLORS[one.kind ?? "shift"]} styles={{ root: { textTransform: "none" } }}>{t(`hours.kind.${one.kind ?? "shift"}`)}</Badge>
                  <Text size="sm">{clock(one.start, language, zone)} – {clock(one.end, language, zone)}</Text>
                </div>
              ))}
            </Stack>
          </Card>
        ))}
      </ol>
    </section>
  );
}

/** Own work beside the team's. */
function Team() {
  const { t } = useTranslation("visits");
  const language = useLanguage();
  const { data } = useQuery({ queryKey: ["tickets", "load"], queryFn: load, retry: false });
  if (!data) return null;
  const { open, done, capacity, team, mean_open, mean_done } = data.value;
  const figure = (value: number) => new Intl.NumberFormat(locale(language), { maximumFractionDigits: 1 }).format(value);
  const share = (value: number) => Math.min(100, (100 * value) / Math.max(1, capacity));
  return (
    <Card withBorder component="section" aria-label={t("team.title")}>
      <Title order={2} size="h4" mb="xs">{t("team.title")}</Title>
      <Stack gap={6}>
        <Group justify="space-between"><Text size="sm">{t("team.mine", { count: open, capacity })}</Text></Group>
        <Progress value={share(open)} aria-label={t("team.mine", { count: open, capacity })} />
        <Text size="sm">{t("team.mean", { count: team, mean: figure(mean_open) })}</Text>
        <Progress value={share(mean_open)} color="gray" aria-label={t("team.mean", { count: team, mean: figure(mean_open) })} />
        <Text size="sm">{t("team.done", { count: done, mean: figure(mean_done) })}</Text>
      </Stack>
    </Card>
  );
}
