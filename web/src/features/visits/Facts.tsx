import { Anchor, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { IconMap2, IconMessage, IconPhone } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { kept } from "@/sync/copies";
import type { Visit } from "@/sync/model";
import { absolute, clock, useLanguage } from "@/ui/when";
import { place } from "./Card";
import classes from "./visits.module.css";

/** What is wrong, where, whom to ask for, when it suits, and why it is ours. */
export function Facts({ visit }: { visit: Visit }) {
  const { t } = useTranslation("visits");
  const language = useLanguage();
  const { ticket } = visit;
  const { contact } = ticket;
  return (
    <Card withBorder component="section" aria-label={t("facts.title")}>
      <Stack gap="md">
        <Part title={t("facts.problem")}><Text className={classes["words"]}>{ticket.description || t("facts.none")}</Text></Part>
        <Part title={t("facts.where")}>
          <Text>{ticket.mode === "remote" ? t("remote") : place(visit)}</Text>
          {ticket.mode !== "remote" && <Button component="a" href={maps(visit)} variant="light" leftSection={<IconMap2 size={18} aria-hidden />} mt="xs">{t("facts.maps")}</Button>}
        </Part>
        {contact && (
          <Part title={t("facts.contact")}>
            <Text>{contact.name}</Text>
            <Group gap="xs" mt="xs">
              {contact.phone && <Button component="a" href={`tel:${contact.phone}`} variant="light" leftSection={<IconPhone size={18} aria-hidden />}>{t("call", { name: contact.phone })}</Button>}
              {contact.phone && <Button component="a" href={`sms:${contact.phone}`} variant="light" leftSection={<IconMessage size={18} aria-hidden />}>{t("facts.text")}</Button>}
            </Group>
            {contact.mail && <Anchor href={`mailto:${contact.mail}`} display="inline-block" py={10}>{contact.mail}</Anchor>}
          </Part>
        )}
        <Part title={t("facts.when")}>
          <Text>{t("facts.due", { when: absolute(ticket.due_at, language, ticket.spot.zone) })}</Text>
          {(ticket.windows ?? []).map((one) => <Text key={one.start}>{t("facts.window", { start: absolute(one.start, language, ticket.spot.zone), end: clock(one.end, language, ticket.spot.zone) })}</Text>)}
          <Text size="sm" c="dimmed">{t("facts.minutes", { count: ticket.service })}</Text>
        </Part>
        <Why id={visit.id} />
      </Stack>
    </Card>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div>
      <Title order={2} size="h5" mb={2}>{title}</Title>
      {children}
    </div>
  );
}

/** The phone's own map: Apple's on Apple's devices, else whatever opens geo: links. */
function maps({ ticket }: Visit): string {
  const { latitude, longitude } = ticket.spot;
  const words = encodeURIComponent([ticket.address, ticket.spot.place, ticket.spot.region, ticket.spot.postal_code].filter(Boolean).join(", "));
  return /iPhone|iPad|Macintosh/.test(navigator.userAgent) ? `https://maps.apple.com/?q=${words}` : `geo:${latitude},${longitude}?q=${words}`;
}

function Why({ id }: { id: string }) {
  const { t } = useTranslation("visits");
  const language = useLanguage() as "en" | "fr" | "es";
  const { data } = useQuery({
    queryKey: ["ticket", id, "decision", language],
    queryFn: () => kept(`decision:${id}:${language}`, () => ok(api.GET("/api/routing/tickets/{id}/decision", { params: { path: { id }, query: { language } } }))),
    retry: false,
  });
  const text = data?.value.text ?? [];
  if (text.length === 0) return null;
  return <Part title={t("facts.why")}>{text.map((line) => <Text key={line} size="sm">{line}</Text>)}</Part>;
}
