import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/ui/when";
import { Bars } from "./Bars";
import { type Figures, useTeam } from "./data";
import { number } from "./numbers";
import { Panel } from "./Panel";

const FEW = 10;

/** Who has how much, and what everybody has on average. */
export function Load({ figures, kind }: { figures: Figures; kind: "open" | "done" }) {
  const { t } = useTranslation("reports");
  const language = useLanguage();
  const team = useTeam();
  const [all, show] = useState(false);
  const items = figures.load
    .map((one) => ({ key: one.consultant, label: team.data?.get(one.consultant) ?? (team.isPending ? "…" : t("load.gone")), ...one[kind] }))
    .filter((one) => one.count > 0)
    .sort((a, b) => b.count - a.count);
  const mean = items.length ? items.reduce((sum, one) => sum + one.count, 0) / items.length : undefined;
  return (
    <Panel title={t(`load.${kind}`)} lead={mean === undefined ? undefined : t("load.mean", { mean: number(mean, language, 1), count: items.length })}>
      <Bars items={all ? items : items.slice(0, FEW)} mean={mean} empty={t("load.nobody")} />
      {items.length > FEW && <Button variant="subtle" size="sm" mt="xs" onClick={() => show(!all)} data-no-print>{all ? t("load.few") : t("load.all", { count: items.length })}</Button>}
      {items.length === 0 && kind === "open" && <Text size="sm" c="dimmed">{t("load.free")}</Text>}
    </Panel>
  );
}
