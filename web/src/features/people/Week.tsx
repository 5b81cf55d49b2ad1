import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { locale } from "@/ui/language";
import { useLanguage } from "@/ui/when";
import classes from "./people.module.css";
import { bars, dayName, DAYS, hours, runs, type Weekly } from "./week";

const [LEFT, WIDE, ROW, TOP] = [44, 576, 24, 18];
const x = (minutes: number) => LEFT + (minutes / 1440) * WIDE;

/** The week as a picture, and in words below. */
export function Week({ weekly }: { weekly: readonly Weekly[] }) {
  const { t } = useTranslation("people");
  const language = useLanguage();
  const at = locale(language);
  const all = [...weekly];
  const days = (one: Weekly) => runs(one.days).map(([first, last]) => (first === last ? dayName(first, at) : `${dayName(first, at)}–${dayName(last, at)}`)).join(", ");
  return (
    <div>
      <svg viewBox={`0 0 ${LEFT + WIDE + 20} ${TOP + 7 * ROW + 2}`} className={classes["week"]} aria-hidden="true">
        {[0, 6, 12, 18, 24].map((hour) => (
          <g key={hour}>
            <line x1={x(hour * 60)} x2={x(hour * 60)} y1={TOP} y2={TOP + 7 * ROW} className={classes["grid"]} />
            <text x={x(hour * 60)} y={12} textAnchor="middle">{`${String(hour).padStart(2, "0")}:00`}</text>
          </g>
        ))}
        {DAYS.map((day, row) => <text key={day} x={0} y={TOP + row * ROW + 16}>{dayName(day, at)}</text>)}
        {bars(all).map(({ day, from, to, kind }) => (
          <rect key={`${day}-${from}-${kind}`} x={x(from)} y={TOP + day * ROW + 4} width={Math.max(1, x(to) - x(from))} height={ROW - 8} rx={3} className={classes[kind]} />
        ))}
      </svg>
      <Group gap="md" mt={4}>
        {(["shift", "on_call"] as const).map((kind) => (
          <span key={kind} className={classes["key"]}><svg width={16} height={12} aria-hidden="true"><rect width={16} height={12} rx={3} className={classes[kind]} /></svg><Text size="sm" span>{t(`kind.${kind}`)}</Text></span>
        ))}
        <Text size="sm" c="dimmed">{t("week_hours", { count: Math.round(hours(all) * 10) / 10 })}</Text>
      </Group>
      <ul>
        {all.map((one, place) => <li key={place}><Text size="sm">{t("pattern", { days: days(one), start: one.start, end: one.end, kind: t(`kind.${one.kind ?? "shift"}`) })}</Text></li>)}
      </ul>
    </div>
  );
}
