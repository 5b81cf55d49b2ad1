import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Bars } from "./Bars";
import { type Figures, useTerritories } from "./data";
import { Panel } from "./Panel";
import classes from "./reports.module.css";

/** What is open now, counted three ways. */
export function Backlog({ figures: { backlog } }: { figures: Figures }) {
  const { t } = useTranslation("reports");
  const { t: ui } = useTranslation("ui");
  const territories = useTerritories();
  const place = (id: string) => (id ? territories.data?.find((one) => one.id === id)?.name ?? id : t("backlog.nowhere"));
  const ways = [
    { name: "status", items: backlog.by_status, label: (key: string) => ui(`status.${key}`) },
    { name: "priority", items: backlog.by_priority, label: (key: string) => ui(`priority.${key}`) },
    { name: "territory", items: [...backlog.by_territory].sort((a, b) => b.count - a.count), label: place },
  ];
  return (
    <Panel title={t("backlog.title")} lead={t("backlog.lead", { count: backlog.count })}>
      <div className={classes["pair"]}>
        {ways.map(({ name, items, label }) => (
          <section key={name}>
            <Title order={3} size="h6" mb={6}>{t(`backlog.${name}`)}</Title>
            <Bars items={items.map((one) => ({ ...one, label: label(one.key) }))} empty={t("backlog.none")} />
          </section>
        ))}
      </div>
    </Panel>
  );
}
