import { useTranslation } from "react-i18next";

import type { Trial } from "./model";

/** What was asked for, in words: the world as a title, what differs as a text. */
export function useSummary(): (asked: Trial["asked"]) => { title: string; text: string } {
  const { t } = useTranslation("whatif");
  return (asked) => {
    const { source = "recorded", days = 7, consultants, tickets, seed, version, policy } = asked;
    const staff = { add: asked.staff?.add ?? [], change: asked.staff?.change ?? [], remove: asked.staff?.remove ?? [] };
    const title = source === "recorded" ? t("summary.recorded", { count: days }) : t("summary.generated", { count: days, consultants, tickets, seed });
    const everybody = staff.change.find((one) => one.id === "*");
    const parts = [
      version ? t("summary.version", { version }) : policy ? t("summary.policy") : "",
      staff.add.length ? t("summary.add", { count: staff.add.length }) : "",
      staff.remove.length ? t("summary.remove", { count: staff.remove.length }) : "",
      everybody?.shift_by_h ? t(everybody.shift_by_h > 0 ? "summary.later" : "summary.earlier", { count: Math.abs(everybody.shift_by_h) }) : "",
      everybody?.max_travel_min != null ? t("summary.travel", { count: everybody.max_travel_min }) : "",
      staff.change.some((one) => one.id !== "*") ? t("summary.changed", { count: staff.change.filter((one) => one.id !== "*").length }) : "",
    ].filter(Boolean);
    const same = !staff.change.length && !parts.length;
    return { title, text: parts.join(" · ") || t(same ? "summary.nothing" : "summary.rules") };
  };
}
