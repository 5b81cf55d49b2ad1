import { Anchor, Badge, Box, Button, Card as Frame, Group, Stack, Text, Title } from "@mantine/core";
import { IconMapPin, IconPhone } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Pending, Visit } from "@/sync/model";
import { locale } from "@/ui/language";
import { Promised } from "@/ui/Promise";
import { Priority, Status } from "@/ui/Status";
import { clock, useLanguage } from "@/ui/when";
import { Action } from "./Action";
import { distance } from "./day";
import type { Here } from "./useHere";
import { Unsent } from "./Unsent";
import classes from "./visits.module.css";

/** A visit of the list: what, who, where, by when, and the one next thing to do. */
export function Card({ visit, pending, number, here }: { visit: Visit; pending: Pending[]; number?: number; here: Here | null }) {
  const { t } = useTranslation("visits");
  const { ticket } = visit;
  const { contact } = ticket;
  return (
    <Frame withBorder padding="md" component="article" aria-label={ticket.title}>
      <Stack gap="xs">
        <Group gap={6}>
          {number !== undefined && <Badge circle size="lg" aria-label={t("number", { number })}>{number}</Badge>}
          <Priority priority={ticket.priority} />
          <Status status={ticket.status} />
          <Promised due={ticket.due_at} status={ticket.status} />
          <Unsent of={pending} />
        </Group>
        <Title order={3} size="h4">
          <Anchor component={Link} to="/visits/$id" params={{ id: visit.id } as never} inherit c="inherit" className={classes["title"]}>{ticket.title}</Anchor>
        </Title>
        <Box>
          <Hours visit={visit} />
          {ticket.mode === "remote"
            ? <Text size="sm">{t("remote")}</Text>
            : <Text size="sm"><IconMapPin size={14} aria-hidden /> {place(visit)}{here && ` · ${far(distance(here, ticket.spot), ticket.spot.country)}`}</Text>}
          <Text size="sm">{[contact?.name, ticket.category && t(`category.${ticket.category}`, { defaultValue: ticket.category })].filter(Boolean).join(" · ")}</Text>
        </Box>
        {contact?.phone && !visit.gone && (
          <Button component="a" href={`tel:${contact.phone}`} variant="light" leftSection={<IconPhone size={18} aria-hidden />}>
            {t("call", { name: contact.name || contact.phone })}
          </Button>
        )}
        <Action visit={visit} />
      </Stack>
    </Frame>
  );
}

export const place = ({ ticket }: Visit): string =>
  [ticket.address, ticket.spot.place, ticket.spot.region, ticket.spot.postal_code].filter(Boolean).join(", ");

function far(kilometres: number, country: string): string {
  const miles = country === "US";
  return new Intl.NumberFormat(locale(document.documentElement.lang.slice(0, 2)), {
    style: "unit", unit: miles ? "mile" : "kilometer", maximumFractionDigits: kilometres < 20 ? 1 : 0,
  }).format(miles ? kilometres / 1.609344 : kilometres);
}

/** The window that suits the customer, else nothing: the promise is shown beside. */
function Hours({ visit }: { visit: Visit }) {
  const language = useLanguage();
  const [first] = visit.ticket.windows ?? [];
  if (!first) return null;
  const { zone } = visit.ticket.spot;
  const date = new Intl.DateTimeFormat(locale(language), { weekday: "short", month: "short", day: "numeric", timeZone: zone }).format(new Date(first.start));
  return <Text size="sm" fw={600}>{`${date}, ${clock(first.start, language, zone)} – ${clock(first.end, language, zone)}`}</Text>;
}
