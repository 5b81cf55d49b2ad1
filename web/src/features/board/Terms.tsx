import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/sync/api/client";
import { locale } from "@/ui/language";
import classes from "./board.module.css";

const MOST = 5; // candidates side by side
const COLORS: Record<string, string> = {
  service: "#0b7c87", travel: "#3b6fd4", waiting: "#e8a410", breach: "#d6293e", lateness: "#e8710a", overtime: "#9c36b5", others: "#5b3fb5",
  rework: "#74808a", language: "#2b8a3e", continuity: "#66a80f", fairness: "#495057", idle: "#a08a60",
};

/** What each candidate costs, by reason: a bar each for the eye, figures for the rest. Minutes of paid time. */
export function Terms({ decided }: { decided: Schemas["Decided"] }) {
  const { t, i18n } = useTranslation("board");
  const people = decided.candidates.slice(0, MOST);
  const terms = decided.terms.filter(({ minutes }) => minutes.slice(0, MOST).some((one) => Math.abs(one) >= 0.05));
  const most = Math.max(1, ...people.map((one) => one.cost));
  const figure = new Intl.NumberFormat(locale(i18n.language), { maximumFractionDigits: 1 });
  const width = (minutes: number) => `${(Math.max(0, minutes) / most) * 100}%`;
  return (
    <>
      <table className={classes["terms"]}>
        <thead><tr><th scope="col">{t("terms.who")}</th><th scope="col" aria-hidden /><th scope="col">{t("terms.minutes")}</th></tr></thead>
        <tbody>
          {people.map((one, at) => (
            <tr key={one.consultant}>
              <th scope="row">{one.name}</th>
              <td width="55%" aria-hidden>
                <div className={classes["stack"]}>{terms.map(({ term, minutes }) => <i key={term} style={{ width: width(minutes[at] ?? 0), background: COLORS[term] }} />)}</div>
              </td>
              <td>{figure.format(one.cost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <details>
        <summary><Group gap={10} component="span" display="inline-flex">{terms.slice(0, 4).map((one) => <Key key={one.term} term={one.term} label={one.label} />)}{t("terms.all")}</Group></summary>
        <div style={{ overflowX: "auto" }} tabIndex={0} role="group" aria-label={t("why.terms")}>
          <table className={classes["terms"]}>
            <thead><tr><th scope="col">{t("terms.term")}</th>{people.map((one) => <th key={one.consultant} scope="col">{one.name}</th>)}</tr></thead>
            <tbody>
              {terms.map(({ term, label, minutes }) => (
                <tr key={term}>
                  <th scope="row"><Key term={term} label={label} /></th>
                  {people.map((one, at) => <td key={one.consultant}>{figure.format(minutes[at] ?? 0)}</td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

const Key = ({ term, label }: { term: string; label: string }) => (
  <span className={classes["key"]} ref={(node) => node?.style.setProperty("--dot", COLORS[term] ?? "#888")}>{label}</span>
);
