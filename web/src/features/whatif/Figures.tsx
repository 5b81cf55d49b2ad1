import { Group, Text, VisuallyHidden } from "@mantine/core";
import { IconMinus, IconThumbDown, IconThumbUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/ui/when";
import type { Figure } from "./model";
import { formatted } from "./numbers";
import { sign } from "./verdict";
import classes from "./whatif.module.css";

const SIGNS = { good: IconThumbUp, bad: IconThumbDown, neither: IconMinus };

/** Each figure as two bars: now (striped) and changed (full). */
export function Figures({ figures }: { figures: Figure[] }) {
  return <ul className={classes["figures"]}>{figures.map((one) => <li key={one.name}><Pair figure={one} /></li>)}</ul>;
}

function Pair({ figure }: { figure: Figure }) {
  const { t } = useTranslation("whatif");
  const language = useLanguage();
  const most = Math.max(...figure.values.map(Math.abs), figure.unit === "share" ? 1 : 1e-9);
  const judged = sign(figure);
  const Sign = SIGNS[judged];
  return (
    <>
      <Group gap={6} wrap="nowrap" mb={4}>
        <Sign size={16} aria-hidden className={classes[judged]} />
        <Text size="sm" fw={500}>{t(`figure.${figure.name}`)}</Text>
        {judged !== "neither" && <VisuallyHidden>{t(`judged.${judged}`)}</VisuallyHidden>}
      </Group>
      {(["now", "changed"] as const).map((name, at) => (
        <div key={name} className={classes["row"]}>
          <Text size="xs" c="dimmed">{t(name)}</Text>
          <div className={classes["track"]} aria-hidden><div className={classes[name]} style={{ width: `${(100 * Math.abs(figure.values[at] ?? 0)) / most}%` }} /></div>
          <Text size="sm" ta="end">{formatted(figure.values[at] ?? 0, figure.unit, language)}</Text>
        </div>
      ))}
    </>
  );
}
