import { Button, Card, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch, IconUserPlus } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useShelf } from "@/sync/catalog";
import { session } from "@/sync/session";
import { Empty } from "@/ui/Empty";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Waiting } from "@/ui/Waiting";
import { Badges } from "./Badges";
import { type Person, usePeople } from "./data";
import { type Filters, read, ROLES, STATES, wanted, worth } from "./filters";
import classes from "./people.module.css";

/** Everybody that the product knows: found by name, mail or phone, filtered, page by page. */
export default function People() {
  const { t } = useTranslation("people");
  const navigate = useNavigate();
  const filters = read(useSearch({ strict: false }) as Record<string, unknown>);
  const choose = (more: Filters) => void navigate({ to: "/people" as never, search: read({ ...filters, ...more }) as never, replace: true });
  return (
    <Page title={t("title")} lead={t("lead")} actions={session.has("administrator", "manager", "receptionist") && (
      <Button component={Link} to="/people/new" leftSection={<IconUserPlus size={18} />}>{t(session.has("administrator") ? "add" : "add_customer")}</Button>
    )}>
      <Choice filters={filters} choose={choose} />
      <List filters={filters} />
    </Page>
  );
}

function Choice({ filters, choose }: { filters: Filters; choose: (more: Filters) => void }) {
  const { t } = useTranslation("people");
  const [q, write] = useState(filters.q ?? "");
  const later = useDebouncedCallback((text: string) => choose({ q: text.trim() || undefined }), 250);
  const territories = useShelf("territories");
  const organisations = useShelf("organisations");
  return (
    <Group gap="sm" align="flex-end" role="search" aria-label={t("filters")}>
      <TextInput label={t("find")} placeholder={t("find_placeholder")} leftSection={<IconSearch size={16} aria-hidden />} value={q} flex={2} miw={220} type="search"
        error={q.trim() && !worth(q) ? t("short") : undefined} onChange={(event) => { write(event.currentTarget.value); later(event.currentTarget.value); }} />
      <Select label={t("role.label")} placeholder={t("every")} clearable flex={1} miw={150} value={filters.role ?? null} clearButtonProps={{ "aria-label": t("clear") }}
        data={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))} onChange={(role) => choose({ role: role ?? undefined })} />
      <Select label={t("territory")} placeholder={t("every")} clearable searchable flex={1} miw={150} value={filters.territory ?? null} clearButtonProps={{ "aria-label": t("clear") }}
        data={territories.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []} onChange={(territory) => choose({ territory: territory ?? undefined })} />
      <Select label={t("organisation")} placeholder={t("every")} clearable searchable flex={1} miw={150} value={filters.organisation ?? null} clearButtonProps={{ "aria-label": t("clear") }}
        data={organisations.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []} onChange={(organisation) => choose({ organisation: organisation ?? undefined })} />
      <Select label={t("state.label")} allowDeselect={false} w={130} value={filters.state ?? "active"}
        data={STATES.map((state) => ({ value: state, label: t(`state.${state}`) }))} onChange={(state) => choose({ state: STATES.find((one) => one === state) })} />
    </Group>
  );
}

function List({ filters }: { filters: Filters }) {
  const { t } = useTranslation("people");
  const found = usePeople(filters);
  if (found.isLoading) return <Waiting />;
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  const all = found.data?.pages.flatMap((page) => page.items) ?? [];
  const people = wanted(all, filters.state);
  const more = found.hasNextPage && !filters.q;
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" role="status">{t(more ? "shown_more" : "shown", { count: people.length })}</Text>
      {!people.length && !more && <Empty title={t("empty")} text={t("empty_text")} />}
      <Stack component="ul" gap={6} p={0} m={0} style={{ listStyle: "none" }}>
        {people.map((person) => <li key={person.id}><Row person={person} /></li>)}
      </Stack>
      {more && <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t("more")}</Button>}
    </Stack>
  );
}

function Row({ person }: { person: Person }) {
  const { t } = useTranslation("people");
  return (
    <Card withBorder padding="sm" component={Link} to={`/people/${person.id}`} className={classes["row"]}>
      <Group justify="space-between" gap="xs">
        <div>
          <Text fw={600}>{person.contact?.name || t("nameless")}</Text>
          <Text size="sm" c="dimmed">{[person.contact?.mail, person.contact?.phone].filter(Boolean).join(" · ")}</Text>
        </div>
        <Group gap={6}>
          {!!person.territories?.length && <Text size="sm">{person.territories.slice(0, 4).join(", ") + (person.territories.length > 4 ? " …" : "")}</Text>}
          <Badges person={person} />
        </Group>
      </Group>
    </Card>
  );
}
