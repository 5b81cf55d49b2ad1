import { useTranslation } from "react-i18next";

import { span, useLanguage } from "@/ui/when";
import { change } from "./change";
import type { Figures } from "./data";
import { number, percent } from "./numbers";
import classes from "./reports.module.css";
import { Tile } from "./Tile";

/** The figures at a glance, each with how it was in the span before. */
export function Tiles({ figures, then }: { figures: Figures; then?: Figures }) {
  const { t } = useTranslation("reports");
  const language = useLanguage();
  const count = (name: "created" | "resolved" | "closed") => (
    <Tile key={name} label={t(`tile.${name}`)} value={number(figures[name].count, language)} {...figures[name]} change={change(figures[name].count, then?.[name].count, "neither")} />
  );
  const wait = (name: "response" | "onsite" | "resolution") => {
    const { p50, p90, list, count } = figures[name];
    return (
      <Tile key={name} label={t(`tile.${name}`)} value={p50 === null ? "–" : span(p50, language)} list={list} count={count}
        note={p90 === null ? t("tile.nothing") : t("tile.most", { span: span(p90, language), count })} change={change(p50, then?.[name].p50, "less")} />
    );
  };
  const often = (name: "reassigned" | "declined" | "reopened") => {
    const { list, count, times, share } = figures[name];
    return (
      <Tile key={name} label={t(`tile.${name}`)} value={number(count, language)} list={list} count={count}
        note={share === null ? undefined : t("tile.share", { share: percent(share, language), count: times })} change={change(share, then?.[name].share, "less", true)} />
    );
  };
  const { share, met, missed } = figures.sla;
  return (
    <ul className={classes["tiles"]} aria-label={t("tile.title")}>
      <Tile label={t("tile.backlog")} value={number(figures.backlog.count, language)} {...figures.backlog} note={t("tile.now")} />
      {(["created", "resolved", "closed"] as const).map(count)}
      <Tile label={t("tile.met")} value={share === null ? "–" : percent(share, language)} list={met.list} count={met.count}
        note={share === null ? t("tile.nothing") : t("tile.of", { met: met.count, count: met.count + missed.count })} change={change(share, then?.sla.share, "more", true)} />
      <Tile label={t("tile.missed")} value={number(missed.count, language)} {...missed} change={change(missed.count, then?.sla.missed.count, "less")} />
      {(["response", "onsite", "resolution"] as const).map(wait)}
      {(["reassigned", "declined", "reopened"] as const).map(often)}
    </ul>
  );
}
