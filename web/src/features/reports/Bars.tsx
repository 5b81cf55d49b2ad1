import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/ui/when";
import { number } from "./numbers";
import { Opens } from "./Opens";
import classes from "./reports.module.css";

export interface Bar {
  key: string;
  label: string;
  list: string;
  count: number;
}

/** Counts side by side, each opening its tickets. mean: a line across, with a word for it elsewhere. */
export function Bars({ items, mean, empty }: { items: Bar[]; mean?: number; empty: ReactNode }) {
  const { t } = useTranslation("reports");
  const language = useLanguage();
  const most = Math.max(1, mean ?? 0, ...items.map((one) => one.count));
  if (!items.length) return <Text c="dimmed" size="sm">{empty}</Text>;
  return (
    <ul className={classes["bars"]}>
      {items.map(({ key, label, list, count }) => (
        <li key={key}>
          <Text size="sm">{label}</Text>
          <div className={classes["track"]} aria-hidden>
            <div className={classes["fill"]} style={{ width: `${(100 * count) / most}%` }} />
            {mean !== undefined && <div className={classes["mark"]} style={{ left: `${(100 * mean) / most}%` }} />}
          </div>
          <div className={classes["value"]}>
            <Opens list={list} count={count} label={t("opens", { label, value: count, count })}>{number(count, language)}</Opens>
          </div>
        </li>
      ))}
    </ul>
  );
}
