import { Alert, Button, Card, Chip, Group, Stack, Text, Title } from "@mantine/core";
import { IconCalendarEvent } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { api, ok } from "@/sync/api/client";
import { session } from "@/sync/session";
import { ask } from "@/ui/ask";
import { Failure, useReason } from "@/ui/Failure";
import { locale } from "@/ui/language";
import { done, failed } from "@/ui/toast";
import { clock, useLanguage } from "@/ui/when";
import { Waiting } from "@/ui/Waiting";
import classes from "../chips.module.css";
import type { Namer } from "./names";
import { type Choice, type Ticket, useAppointment, useRefresh } from "./useTicket";

const BEFORE = ["new", "needs_dispatcher", "assigned", "accepted", "waiting"]; // a visit can still be moved

/** The booked window; the customer takes, moves or cancels it. */
export function Appointment({ ticket, name }: { ticket: Ticket; name: Namer }) {
  const { t } = useTranslation("tickets");
  const language = useLanguage();
  const may = session.has("customer", "store", "receptionist", "dispatcher", "manager");
  const open = BEFORE.includes(ticket.status);
  const { data: booked } = useAppointment(ticket.id, may);
  const [choosing, choose] = useState(false);
  const { cancel } = useBooking(ticket.id);
  if (!may || (!booked && !open) || ["closed", "cancelled", "resolved"].includes(ticket.status)) return null;
  return (
    <Card withBorder padding="md" component="section" aria-label={t("date.title")}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <IconCalendarEvent size={24} aria-hidden />
        <div>
          <Title order={2} size="h5">{t("date.title")}</Title>
          {booked ? <Text><strong>{day(booked, language)}</strong>, {hours(booked, language)}. {t("date.who", { who: name(booked.consultant) })}</Text> : <Text size="sm">{t("date.none")}</Text>}
          {!booked && ticket.windows && ticket.windows.length > 0 && (
            <Text size="sm" c="dimmed">{t("date.wished")} {ticket.windows.map((one) => `${day({ ...one, zone: ticket.spot.zone }, language)}, ${hours({ ...one, zone: ticket.spot.zone }, language)}`).join("; ")}</Text>
          )}
        </div>
      </Group>
      {open && !choosing && (
        <Group gap="xs" mt="sm">
          <Button variant="light" onClick={() => choose(true)}>{t(booked ? "date.move" : "date.choose")}</Button>
          {booked && <Button variant="subtle" color="red" onClick={() => void cancel()}>{t("date.cancel")}</Button>}
        </Group>
      )}
      {open && choosing && <Slots ticket={ticket} booked={booked ?? null} close={() => choose(false)} />}
    </Card>
  );
}

type When = Pick<Choice, "start" | "end" | "zone">;

const day = ({ start, zone }: When, language: string) => new Intl.DateTimeFormat(locale(language), { weekday: "long", month: "long", day: "numeric", timeZone: zone }).format(new Date(start));
const hours = ({ start, end, zone }: When, language: string) => `${clock(start, language, zone)} – ${clock(end, language, zone)}`;

function Slots({ ticket, booked, close }: { ticket: Ticket; booked: Choice | null; close: () => void }) {
  const { t } = useTranslation("tickets");
  const language = useLanguage();
  const [slot, pick] = useState(booked?.slot ?? "");
  const { book, busy } = useBooking(ticket.id);
  const free = useQuery({
    queryKey: ["ticket", ticket.id, "slots"],
    queryFn: async () => (await ok(api.GET("/api/routing/tickets/{id}/slots", { params: { path: { id: ticket.id } } }))).slots as Choice[],
    staleTime: 10_000,
  });
  const slots = [...(free.data ?? [])].sort((one, other) => Date.parse(one.start) - Date.parse(other.start));
  const days = [...new Set(slots.map((one) => day(one, language)))];
  const take = async () => {
    if (await book(slot)) close();
    else void free.refetch();
  };
  if (free.isPending) return <Waiting rows={2} height={44} />;
  if (free.isError) return <Failure error={free.error} retry={() => void free.refetch()} />;
  return (
    <Stack gap="sm" mt="sm">
      {slots.length === 0 && <Alert color="orange">{t("date.nothing")}</Alert>}
      {days.map((name) => (
        <div key={name} role="group" aria-label={name}>
          <Text size="sm" fw={600} mb={4}>{name}</Text>
          <Group gap="xs">
            {slots.filter((one) => day(one, language) === name).map((one) => (
              <Chip key={one.slot} type="radio" name={`slot-${ticket.id}`} size="md" classNames={{ label: classes["chip"] }} checked={slot === one.slot} onChange={() => pick(one.slot)}>{hours(one, language)}</Chip>
            ))}
          </Group>
        </div>
      ))}
      <Text size="xs" c="dimmed">{t("date.zone", { zone: ticket.spot.zone.replaceAll("_", " ") })}</Text>
      <Group gap="xs">
        <Button onClick={() => void take()} disabled={!slot || slot === booked?.slot} loading={busy}>{t("date.book")}</Button>
        <Button variant="default" onClick={close}>{t("no")}</Button>
      </Group>
    </Stack>
  );
}

function useBooking(ticket: string) {
  const { t } = useTranslation("tickets");
  const reason = useReason();
  const refresh = useRefresh(ticket);
  const [busy, work] = useState(false);
  const path = () => ({ params: { path: { id: ticket }, header: { "Idempotency-Key": v7() } } });
  const attempt = async (act: () => Promise<unknown>, said: string): Promise<boolean> => {
    work(true);
    try {
      await act();
      done(said);
      return true;
    } catch (error) {
      failed(reason(error));
      return false;
    } finally {
      refresh();
      work(false);
    }
  };
  const book = (slot: string) => attempt(() => ok(api.POST("/api/routing/tickets/{id}/appointment", { ...path(), body: { slot } })), t("date.booked"));
  const cancel = async () => {
    if (await ask({ title: t("date.cancel_title"), text: t("date.cancel_text"), yes: t("date.cancel"), no: t("no"), danger: true }))
      await attempt(() => ok(api.DELETE("/api/routing/tickets/{id}/appointment", path())), t("date.cancelled"));
  };
  return { book, cancel, busy };
}
