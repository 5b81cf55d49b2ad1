import { Anchor, Card, Group, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { LANGUAGES, isLanguage } from "@/ui/language";
import { absolute, span, useLanguage } from "@/ui/when";
import { where } from "../words";
import { Edit } from "./Edit";
import classes from "./ticket.module.css";
import type { Namer } from "./names";
import type { Ticket } from "./useTicket";

/** What is known of the ticket; contact and address only where the API gives them to the reader. */
export function Facts({ ticket, name, staff }: { ticket: Ticket; name: Namer; staff: boolean }) {
  const { t } = useTranslation("tickets");
  const language = useLanguage();
  const { contact } = ticket;
  const skills = Object.entries(ticket.skills as Record<string, number>);
  return (
    <Card withBorder padding="md" component="section" aria-label={t("facts.title")}>
      <Group justify="space-between" mb="sm"><Title order={2} size="h5">{t("facts.title")}</Title><Edit ticket={ticket} /></Group>
      {ticket.description && <Text size="sm" mb="sm" className={classes["said"]}>{ticket.description}</Text>}
      <dl className={classes["facts"]}>
        <Fact label={t("facts.where")}>{ticket.address && <>{ticket.address}<br /></>}{where(ticket)}</Fact>
        {contact && (contact.name || contact.phone || contact.mail) && (
          <Fact label={t("facts.contact")}>
            {contact.name}
            {contact.phone && <><br /><Anchor className={classes["reach"]} href={`tel:${contact.phone.replace(/[^+\d]/g, "")}`} size="sm">{contact.phone}</Anchor></>}
            {contact.mail && <><br /><Anchor className={classes["reach"]} href={`mailto:${contact.mail}`} size="sm">{contact.mail}</Anchor></>}
          </Fact>
        )}
        <Fact label={t("facts.category")}>{t(`category.${ticket.category}`, { defaultValue: ticket.category })}</Fact>
        <Fact label={t("facts.logged")}>{absolute(ticket.created_at, language)}</Fact>
        <Fact label={t("facts.due")}>{absolute(ticket.due_at, language, ticket.spot.zone)}</Fact>
        {ticket.assignee && <Fact label={t("facts.consultant")}>{name(ticket.assignee)}</Fact>}
        {staff && <Fact label={t("facts.requester")}>{name(ticket.requester)}</Fact>}
        {staff && skills.length > 0 && <Fact label={t("facts.skills")}>{skills.map(([skill, level]) => `${skill} ${level}`).join(", ")}{ticket.certification && `, ${ticket.certification}`}</Fact>}
        {staff && <Fact label={t("facts.service")}>{span(ticket.service * 60, language)}</Fact>}
        {staff && <Fact label={t("facts.tier")}>{t(`tier.${ticket.tier}`)}</Fact>}
        {staff && <Fact label={t("facts.language")}>{isLanguage(ticket.language) ? LANGUAGES[ticket.language] : ticket.language}</Fact>}
        {staff && <Fact label={t("facts.mode")}>{t(`facts.${ticket.mode}`)}</Fact>}
        {ticket.resolution && <Fact label={t("facts.resolution")}>{ticket.resolution}</Fact>}
      </dl>
    </Card>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return <><dt>{label}</dt><dd>{children}</dd></>;
}
