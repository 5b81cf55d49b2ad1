import { useTranslation } from "react-i18next";

import { absolute, useLanguage } from "@/ui/when";
import { where } from "../words";
import classes from "./print.module.css";
import type { Namer } from "./names";
import type { Entry, Report, Ticket } from "./useTicket";
import { told, Told } from "./Visit";

const LINES = 12; // steps that fit on the page

/** The ticket on one page of paper; not seen on the screen. */
export function Print({ ticket, report, history, name }: { ticket: Ticket; report: Report | null; history: Entry[]; name: Namer }) {
  const { t } = useTranslation(["tickets", "ui"]);
  const language = useLanguage();
  const zone = ticket.spot.zone;
  const facts: [string, string][] = [
    [t("facts.status"), t(`status.${ticket.status}`, { ns: "ui" })],
    [t("list.priority"), t(`priority.${ticket.priority}`, { ns: "ui" })],
    [t("facts.category"), t(`category.${ticket.category}`, { defaultValue: ticket.category })],
    [t("facts.where"), [ticket.address, where(ticket)].filter(Boolean).join(", ")],
    [t("facts.contact"), [ticket.contact?.name, ticket.contact?.phone, ticket.contact?.mail].filter(Boolean).join(", ")],
    [t("facts.consultant"), ticket.assignee ? name(ticket.assignee) : ""],
    [t("facts.logged"), absolute(ticket.created_at, language, zone)],
    [t("facts.due"), absolute(ticket.due_at, language, zone)],
    [t("facts.resolution"), ticket.resolution ?? ""],
  ];
  return (
    <section className={classes["paper"]} aria-hidden>
      <p className={classes["reference"]}>Sysops Squad · {ticket.reference}</p>
      {ticket.description && <p className={classes["words"]}>{ticket.description}</p>}
      <dl className={classes["facts"]}>{facts.filter(([, value]) => value).map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
      {report && told(report) && <><h2>{t("visit.title")}</h2><Told ticket={ticket} report={report} /></>}
      <h2>{t("line.title")}</h2>
      <ul>
        {history.slice(-LINES).map((entry) => (
          <li key={entry.version}>{absolute(entry.at, language, zone)}: {t(`step.${entry.step}`, { who: name(entry.assignee ?? "", true), actor: name(entry.actor), defaultValue: entry.step })}</li>
        ))}
      </ul>
      <p className={classes["foot"]}>{t("print.foot", { when: absolute(new Date(), language), zone: zone.replaceAll("_", " ") })}</p>
    </section>
  );
}
