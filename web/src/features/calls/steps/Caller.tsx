import { Badge, Button, Card, Group, NativeSelect, SimpleGrid, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { api, ok, type Schemas } from "@/sync/api/client";
import type { Ticket } from "@/sync/model";
import { LANGUAGES } from "@/ui/language";
import { Status } from "@/ui/Status";
import { When } from "@/ui/When";
import type { Caller as Who, Draft, Place } from "../draft";
import { aim } from "../flow";
import { Search } from "./Search";

type Change = (part: Partial<Draft>) => void;
type Fault = (field: string) => string | undefined;
const NOWHERE = { place: null, typed: "", address: "", remembered: false };

/** Who calls: found, or added. */
export function Caller({ draft, change, fault, lack }: { draft: Draft; change: Change; fault: Fault; lack?: string }) {
  const { caller } = draft;
  const choose = (who: Who) => {
    change({ caller: who, ...(draft.remembered && NOWHERE) });
    aim(!who.fresh ? "title" : who.name ? "phone" : "name");
  };
  if (!caller) return <Search choose={choose} touched={() => change({})} error={lack} />;
  const drop = () => {
    change({ caller: null, joins: null, ...(draft.remembered && NOWHERE) });
    aim("search");
  };
  const edit = (part: Partial<Who>) => change({ caller: { ...caller, ...part } });
  return caller.fresh ? <Fresh caller={caller} edit={edit} drop={drop} fault={fault} lack={lack} /> : <Known draft={draft} caller={caller} change={change} edit={edit} drop={drop} />;
}

function Fresh({ caller, edit, drop, fault, lack }: { caller: Who; edit: (part: Partial<Who>) => void; drop: () => void; fault: Fault; lack?: string }) {
  const { t } = useTranslation("calls");
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
        <TextInput label={t("caller.name")} required data-field="name" maxLength={200} autoComplete="off" value={caller.name} error={fault("name") ?? lack} onChange={(event) => edit({ name: event.currentTarget.value })} />
        <TextInput label={t("caller.phone")} type="tel" data-field="phone" maxLength={40} autoComplete="off" value={caller.phone} error={fault("phone")} onChange={(event) => edit({ phone: event.currentTarget.value })} />
        <TextInput label={t("caller.mail")} type="email" data-field="mail" maxLength={254} autoComplete="off" value={caller.mail} error={fault("mail")} onChange={(event) => edit({ mail: event.currentTarget.value })} />
        <NativeSelect label={t("caller.language")} data-field="language" value={caller.language} onChange={(event) => edit({ language: event.currentTarget.value })}
          data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))} />
      </SimpleGrid>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">{t("caller.fresh")}</Text>
        <Button variant="subtle" size="compact-sm" onClick={drop}>{t("caller.other")}</Button>
      </Group>
    </>
  );
}

interface Shown {
  draft: Draft;
  caller: Who;
  change: Change;
  edit: (part: Partial<Who>) => void;
  drop: () => void;
}

function Known({ draft, caller, change, edit, drop }: Shown) {
  const { t } = useTranslation("calls");
  const { tickets, store, organisation, ready } = useFile(caller);
  const last = tickets?.[0];
  const blank = !draft.typed && !draft.place && !draft.address && !draft.remembered;
  useEffect(() => {
    if (!blank || !ready) return;
    const place = (store && shop(store)) ?? (last && seen(last));
    if (place) change({ place, typed: place.label, address: (store ? "" : last?.address) ?? "", remembered: true });
  }, [blank, ready]); // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <Card withBorder padding="sm" role="group" aria-label={caller.name}>
      <Group justify="space-between" align="flex-start">
        <div>
          <Group gap="xs">
            <Text fw={700} size="lg">{caller.name}</Text>
            <Badge variant="light" color={{ gold: "yellow", silver: "gray" }[caller.tier] ?? "orange"} c="var(--mantine-color-text)">{t(`tier.${caller.tier}`)}</Badge>
            <Badge variant="default">{t(`speaks.${caller.language}`)}</Badge>
          </Group>
          <Text size="sm" c="dimmed">{[organisation?.name, store?.name, caller.mail].filter(Boolean).join(" · ")}</Text>
        </div>
        <Button variant="subtle" size="compact-sm" onClick={drop}>{t("caller.other")}</Button>
      </Group>
      <TextInput mt="xs" label={t("caller.reach")} type="tel" data-field="phone" maxLength={40} autoComplete="off" maw={320} value={caller.phone} onChange={(event) => edit({ phone: event.currentTarget.value })} />
      {!!tickets?.length && (
        <>
          <Text size="sm" fw={600} mt="xs">{t("caller.last")}</Text>
          {tickets.map((ticket) => (
            <Group key={ticket.id} gap="xs" wrap="nowrap" justify="space-between">
              <Text size="sm" truncate>{ticket.title}</Text>
              <Group gap={6} wrap="nowrap" flex="none"><When at={ticket.created_at} size="xs" c="dimmed" /><Status status={ticket.status} size="sm" /></Group>
            </Group>
          ))}
        </>
      )}
    </Card>
  );
}

const seen = ({ spot }: Ticket): Place => ({ postal_code: spot.postal_code, label: `${spot.postal_code} ${spot.place}, ${spot.region}`, zone: spot.zone });
const shop = (store: Schemas["Store"]): Place | undefined =>
  store.postal_code ? { postal_code: store.postal_code, label: `${store.postal_code} ${store.name}`, zone: store.zone ?? "" } : undefined;

/** What is known of a caller: company, store and the last tickets. */
function useFile({ id, organisation, store }: Who) {
  const still = { staleTime: 600_000, retry: false } as const;
  const tickets = useQuery({ queryKey: ["tickets", "caller", id], queryFn: () => ok(api.GET("/api/tickets", { params: { query: { requester: id, limit: 3 } } })) });
  const company = useQuery({ queryKey: ["organisation", organisation], queryFn: () => ok(api.GET("/api/identity/organisations/{id}", { params: { path: { id: organisation } } })), enabled: !!organisation, ...still });
  const shop = useQuery({ queryKey: ["store", store], queryFn: () => ok(api.GET("/api/identity/stores/{id}", { params: { path: { id: store } } })), enabled: !!store, ...still });
  return { tickets: tickets.data?.items as Ticket[] | undefined, organisation: company.data, store: shop.data, ready: !tickets.isPending && (!store || !shop.isPending) };
}
