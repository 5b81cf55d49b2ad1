import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { absolute, relative, useLanguage, useNow } from "./when";

const SOON = 3_600_000; // ms before the promise that it is shown as at risk
const BEGUN = ["on_site", "resolved", "closed", "cancelled"];

/** By when work is promised to begin, and how that stands. */
export function Promised({ due, status }: { due: string; status: string }) {
  const { t } = useTranslation("ui");
  const language = useLanguage();
  const now = useNow();
  if (BEGUN.includes(status)) return null;
  const left = new Date(due).getTime() - now;
  const state = left < 0 ? "late" : left < SOON ? "soon" : "fine";
  return (
    <Badge title={absolute(due, language)} variant="light" color={{ late: "red", soon: "orange", fine: "gray" }[state]} styles={{ root: { textTransform: "none" } }}>
      {t(`promise.${state}`, { when: relative(new Date(due).getTime(), now, language) })}
    </Badge>
  );
}
