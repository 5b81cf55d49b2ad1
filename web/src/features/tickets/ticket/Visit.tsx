import { Card, Stack, Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { locale } from "@/ui/language";
import { span, useLanguage } from "@/ui/when";
import { When } from "@/ui/When";
import classes from "./ticket.module.css";
import { useFile } from "./useFile";
import type { Report, Ticket } from "./useTicket";

/** Whether there is anything to tell. */
export const told = ({ parts = [], time = [], summary, root_cause: cause, recommendation, signature }: Report): boolean =>
  parts.length > 0 || time.length > 0 || !!(summary || cause || recommendation || signature);

/** What was done on the spot: words, parts, time, signature. */
export function Visit({ ticket, report }: { ticket: Ticket; report: Report }) {
  const { t } = useTranslation("tickets");
  if (!told(report)) return null;
  return (
    <Card withBorder padding="md" component="section" aria-label={t("visit.title")}>
      <Title order={2} size="h5" mb="sm">{t("visit.title")}</Title>
      <Told ticket={ticket} report={report} />
    </Card>
  );
}

export function Told({ ticket, report }: { ticket: Ticket; report: Report }) {
  const { t } = useTranslation("tickets");
  const language = useLanguage();
  const { parts = [], time = [], signature } = report;
  const { url } = useFile(ticket.id, signature?.attachment);
  const money = (cents: number) => new Intl.NumberFormat(locale(language), { style: "currency", currency: ticket.spot.country === "CA" ? "CAD" : "USD" }).format(cents / 100);
  const minutes = time.reduce((sum, one) => sum + one.minutes, 0);
  return (
    <Stack gap="sm">
      {(["summary", "root_cause", "recommendation"] as const).map((field) => report[field] && (
        <div key={field}><Text size="xs" c="dimmed">{t(`visit.${field}`)}</Text><Text size="sm" className={classes["said"]}>{report[field]}</Text></div>
      ))}
      {parts.length > 0 && (
        <Table verticalSpacing={4} aria-label={t("visit.parts")}>
          <Table.Thead><Table.Tr><Table.Th>{t("visit.part")}</Table.Th><Table.Th ta="right">{t("visit.quantity")}</Table.Th><Table.Th ta="right">{t("visit.price")}</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {parts.map((part) => <Table.Tr key={part.id}><Table.Td>{part.name}</Table.Td><Table.Td ta="right">{part.quantity}</Table.Td><Table.Td ta="right">{money(part.quantity * part.cents)}</Table.Td></Table.Tr>)}
            <Table.Tr><Table.Th colSpan={2}>{t("visit.total")}</Table.Th><Table.Th ta="right">{money(parts.reduce((sum, part) => sum + part.quantity * part.cents, 0))}</Table.Th></Table.Tr>
          </Table.Tbody>
        </Table>
      )}
      {minutes > 0 && <Text size="sm">{t("visit.time")}: {time.map((one) => `${t(`visit.${one.kind}`)} ${span(one.minutes * 60, language)}`).join(", ")}</Text>}
      {signature && (
        <div>
          <Text size="xs" c="dimmed">{t("visit.signed", { name: signature.name })} <When at={signature.at} /></Text>
          {url && <img src={url} alt={t("visit.signature", { name: signature.name })} className={classes["signature"]} />}
        </div>
      )}
    </Stack>
  );
}
