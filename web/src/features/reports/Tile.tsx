import { Card, Group, Text, VisuallyHidden } from "@mantine/core";
import { IconArrowDownRight, IconArrowUpRight, IconEqual } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/ui/when";
import { Opens } from "./Opens";
import type { Change } from "./change";
import { percent } from "./numbers";

const SIGNS = { up: IconArrowUpRight, down: IconArrowDownRight, same: IconEqual };
const COLORS = { good: "var(--good)", bad: "var(--bad)", neither: undefined };

/** One figure: what it is, how much, what else is known of it, and how it was before. */
export function Tile({ label, value, list, count, note, change }: {
  label: string;
  value: string;
  list: string;
  count: number;
  note?: ReactNode;
  change?: Change | null;
}) {
  const { t } = useTranslation("reports");
  return (
    <Card withBorder padding="sm" component="li">
      <Text size="sm" fw={500}>{label}</Text>
      <div><Opens big list={list} count={count} label={t("opens", { label, value, count })}>{value}</Opens></div>
      {note && <Text size="sm" c="dimmed">{note}</Text>}
      {change && <Moved change={change} />}
    </Card>
  );
}

function Moved({ change }: { change: Change }) {
  const { t } = useTranslation("reports");
  const language = useLanguage();
  const Sign = SIGNS[change.direction];
  const by = change.by === null ? t("change.from_none") : percent(Math.abs(change.by), language);
  return (
    <Group gap={4} wrap="nowrap" mt="auto" c={COLORS[change.verdict]}>
      <Sign size={16} aria-hidden />
      <Text size="sm" inherit={false}>
        <VisuallyHidden>{t(`change.${change.direction}`)} </VisuallyHidden>
        {change.direction === "same" ? t("change.same_short") : by}
        {change.verdict !== "neither" && <VisuallyHidden> {t(`change.${change.verdict}`)}</VisuallyHidden>}
      </Text>
    </Group>
  );
}
