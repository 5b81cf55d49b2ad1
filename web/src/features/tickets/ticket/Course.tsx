import { Card, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/ui/when";
import { next } from "../words";
import classes from "./ticket.module.css";
import type { Decided, Ticket } from "./useTicket";

const STEPS = ["new", "assigned", "travelling", "on_site", "resolved"] as const;
const AT: Record<string, number> = { new: 0, needs_dispatcher: 0, assigned: 1, accepted: 1, waiting: 1, travelling: 2, on_site: 3, resolved: 4, closed: 5 };

/** How far it has come, what happens next, and who comes, when and why, in plain words. */
export function Course({ ticket, decision, staff }: { ticket: Ticket; decision: Decided | null; staff: boolean }) {
  const { t } = useTranslation("tickets");
  const language = useLanguage();
  const at = AT[ticket.status] ?? -1;
  const coming = decision?.consultant && decision.consultant === ticket.assignee && at >= 1 && at <= 3;
  return (
    <Card withBorder padding="md" component="section" aria-label={t("course.title")}>
      {at >= 0 && (
        <ol className={classes["course"]} aria-label={t("course.title")}>
          {STEPS.map((step, n) => (
            <li key={step} data-state={n < at ? "done" : n === at ? "now" : "later"} aria-current={n === at ? "step" : undefined}>
              <span className={classes["dot"]} aria-hidden />
              <span>{t(`course.${step}`)}</span>
            </li>
          ))}
        </ol>
      )}
      <Title order={2} size="h4" aria-live="polite">{next(ticket, t, language)}</Title>
      {coming && !staff && decision.text.map((line) => <Text key={line} mt={4}>{line}</Text>)}
    </Card>
  );
}
