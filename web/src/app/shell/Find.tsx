import { Group, Highlight, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { createSpotlight, Spotlight } from "@mantine/spotlight";
import { IconSearch, IconTicket, IconUser } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { session } from "@/sync/session";
import { Status } from "@/ui/Status";

const [store, spotlight] = createSpotlight();

interface Hit {
  type: "ticket" | "person";
  id: string;
  found: { title: string; status: string; reference: string };
}

/** Search over tickets and people, from everywhere: Ctrl-K. */
export default function Find({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [query, type] = useState("");
  const [asked] = useDebouncedValue(query.trim(), 150);
  useEffect(() => spotlight.open(), []);
  const enabled = asked.length > 1;
  const hits = useQuery({
    queryKey: ["find", asked],
    queryFn: async () => (await ok(api.GET("/api/search", { params: { query: { q: asked, limit: 12 } } }))).items as unknown as Hit[],
    enabled,
    placeholderData: keepPreviousData,
  });
  const words = useQuery({
    queryKey: ["suggest", asked],
    queryFn: () => ok(api.GET("/api/search/suggest", { params: { query: { q: asked, limit: 4 } } })),
    enabled,
    placeholderData: keepPreviousData,
  });
  const items = enabled ? (hits.data ?? []) : [];
  const open = (hit: Hit) => void navigate({ to: hit.type === "ticket" ? `/tickets/${hit.id}` : `/people/${hit.id}` });
  const group = (kind: Hit["type"]) => items.filter((hit) => hit.type === kind && (kind === "ticket" || session.has("administrator", "manager", "dispatcher", "receptionist", "auditor")));
  return (
    <Spotlight.Root store={store} query={query} onQueryChange={type} onSpotlightClose={close} shortcut={null} scrollable maxHeight={520}>
      <Spotlight.Search placeholder={t("find.placeholder")} aria-label={t("shell.find")} leftSection={<IconSearch size={20} />} maxLength={200} />
      <Spotlight.ActionsList>
        {(["ticket", "person"] as const).map((kind) =>
          group(kind).length > 0 && (
            <Spotlight.ActionsGroup key={kind} label={t(kind === "ticket" ? "find.tickets" : "find.people")}>
              {group(kind).map((hit) => (
                <Spotlight.Action key={hit.id} onClick={() => open(hit)}>
                  <Group wrap="nowrap" w="100%">
                    {kind === "ticket" ? <IconTicket size={20} /> : <IconUser size={20} />}
                    <Highlight highlight={asked.split(" ")} size="sm" flex={1}>{hit.found.title}</Highlight>
                    {hit.found.reference && <Text size="xs" c="dimmed">{hit.found.reference}</Text>}
                    {kind === "ticket" && <Status status={hit.found.status} size="sm" />}
                  </Group>
                </Spotlight.Action>
              ))}
            </Spotlight.ActionsGroup>
          ))}
        {enabled && (words.data ?? []).length > 0 && (
          <Spotlight.ActionsGroup label={t("find.suggestions")}>
            {words.data?.map((word) => <Spotlight.Action key={word} label={word} closeSpotlightOnTrigger={false} onClick={() => type(word)} />)}
          </Spotlight.ActionsGroup>
        )}
        {items.length === 0 && <Spotlight.Empty>{enabled ? (hits.isFetching ? "…" : t("find.nothing")) : t("find.start")}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
