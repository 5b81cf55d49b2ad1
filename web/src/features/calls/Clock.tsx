import { useTranslation } from "react-i18next";

import { useNow } from "@/ui/when";
import classes from "./calls.module.css";
import { elapsed, GOAL } from "./time";

/** How long this intake takes. began: ms since 1970; 0: it has not begun. */
export function Clock({ began, took }: { began: number; took?: number }) {
  const { t } = useTranslation("calls");
  const now = useNow(1000);
  const ms = took ?? (began ? Math.max(0, now - began) : 0);
  return <span role="timer" aria-label={t("clock")} className={classes["clock"]} data-over={ms > GOAL || undefined}>{elapsed(ms)}</span>;
}
