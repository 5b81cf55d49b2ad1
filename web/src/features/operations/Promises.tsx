import { Badge, Card, Group, SimpleGrid, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconMinus, IconUrgent } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { Failure } from "@/ui/Failure";
import { locale } from "@/ui/language";
import { Waiting } from "@/ui/Waiting";
import { useLanguage } from "@/ui/when";
import { brief } from "./brief";
import { useReadings } from "./data";
import classes from "./operations.module.css";
import { basis, FEW, judge, line, PROMISES, type Promised, type Reading, type State, trend, vital } from "./watch";

const LOOK = {
  normal: { color: "green", icon: IconCircleCheck },
  warning: { color: "yellow", icon: IconAlertTriangle },
  alarm: { color: "red", icon: IconUrgent },
  quiet: { color: "gray", icon: IconMinus },
} satisfies Record<State, object>;

/** The three promises that can be seen from here, each with its state and its way since the screen was opened. */
export function Promises() {
  const { t } = useTranslation("operations");
  const readings = useReadings();
  if (readings.isPending) return <Waiting rows={1} height={150} />;
  if (!readings.data) return <Failure error={readings.error} retry={() => void readings.refetch()} />;
  return (
    <section aria-labelledby="promises">
      <Title order={2} size="h4" mb={4} id="promises">{t("promise.title")}</Title>
      <Text size="sm" c="dimmed" mb="sm">{t("promise.lead")}</Text>
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
        {(["response", "failures", "events"] as const).map((kind) => <Figure key={kind} kind={kind} history={readings.data} />)}
      </SimpleGrid>
    </section>
  );
}

function Figure({ kind, history }: { kind: Promised; history: Reading[] }) {
  const { t } = useTranslation("operations");
  const language = useLanguage();
  const [first, last] = [history[0], history.at(-1)];
  if (!first || !last) return null;
  const recent = vital(last, first);
  const enough = basis(recent, kind) >= FEW;
  const shown = enough ? recent : vital(last);
  const state = judge(shown[kind], PROMISES[kind]);
  const { color, icon: Icon } = LOOK[state];
  const count = basis(shown, kind);
  return (
    <Card withBorder component="article" aria-label={t(`promise.${kind}`)}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={3} size="h5">{t(`promise.${kind}`)}</Title>
        <Badge color={color} variant="light" autoContrast leftSection={<Icon size={14} aria-hidden />} className={classes["state"]}>{t(`state.${state}`)}</Badge>
      </Group>
      <Text fz={28} fw={650} className={classes["figure"]}>{shown[kind] === null ? "–" : amount(kind, shown[kind], language)}</Text>
      {kind === "response" && shown.half !== null && <Text size="sm">{t("promise.half", { value: amount(kind, shown.half, language) })}</Text>}
      <Text size="sm" c="dimmed">{t(`promise.${kind}_text`)}</Text>
      <Spark values={trend(history, kind)} promise={PROMISES[kind]} state={state} label={t("promise.trend", { name: t(`promise.${kind}`) })} />
      <Text size="xs" c="dimmed">
        {t(kind === "events" ? "promise.of_events" : "promise.of_requests", { count, number: new Intl.NumberFormat(locale(language)).format(count) })}
        {" · "}
        {enough ? t("promise.recent", { span: brief(last.at - first.at, language) }) : t("promise.start")}
      </Text>
    </Card>
  );
}

/** The last minutes as a line; the dashed one is the promise. */
function Spark({ values, promise, state, label }: { values: (number | null)[]; promise: number; state: State; label: string }) {
  const top = Math.max(2 * promise, ...values.map((value) => value ?? 0));
  const level = 40 - (promise / top) * 40;
  return (
    <svg viewBox="-2 -2 204 44" preserveAspectRatio="none" className={classes["spark"]} role="img" aria-label={label} data-state={state}>
      <line x1="0" x2="200" y1={level} y2={level} className={classes["bound"]} />
      {line(values, 200, 40, top).map((points) => <polyline key={points} points={points.includes(" ") ? points : `${points} ${points}`} />)}
    </svg>
  );
}

function amount(kind: Promised, value: number, language: string): string {
  if (kind === "failures") return new Intl.NumberFormat(locale(language), { style: "percent", maximumFractionDigits: 2 }).format(value);
  const [unit, size] = value < 1 ? (["millisecond", 1000] as const) : (["second", 1] as const);
  return new Intl.NumberFormat(locale(language), { style: "unit", unit, maximumFractionDigits: value < 1 ? 0 : 1 }).format(value * size);
}
