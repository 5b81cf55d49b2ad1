import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Visit } from "@/sync/model";
import { progress, steps } from "./steps";
import classes from "./visits.module.css";

/** How far the visit is. */
export function Bar({ visit }: { visit: Visit }) {
  const { t } = useTranslation("visits");
  const done = progress(visit.ticket);
  return (
    <ol className={classes["steps"]} aria-label={t("steps")}>
      {steps(visit.ticket).map((step, index) => (
        <li key={step} data-done={index < done || undefined} aria-current={index === done ? "step" : undefined}>
          {t(`step.${step}`)}
          {index < done && <VisuallyHidden> {t("step.done")}</VisuallyHidden>}
        </li>
      ))}
    </ol>
  );
}
