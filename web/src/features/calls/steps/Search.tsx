import { Group, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch, IconUserPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import type { Caller } from "../draft";
import { enough } from "../search";
import { fresh, known } from "./people";
import { Suggest } from "./Suggest";

const NEW = "new";
const SHOWN = 8;

/** One field that finds a caller by number, name or mail; the first that fits is chosen with Enter. */
export function Search({ choose, touched, error }: { choose: (caller: Caller) => void; touched: () => void; error?: string }) {
  const { t, i18n } = useTranslation("calls");
  const [typed, type] = useState("");
  const plain = typed.trim();
  const [asked] = useDebouncedValue(plain, 120);
  const enabled = enough(asked);
  const people = useQuery({
    queryKey: ["people", "calls", asked],
    queryFn: () => ok(api.GET("/api/identity/people", { params: { query: { q: asked } } })),
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
  });
  const settled = enabled && asked === plain && !people.isFetching;
  const items = people.isError ? [] : (people.data?.items ?? []).filter((person) => person.active !== false).slice(0, SHOWN);
  const options = items.map((person) => ({
    value: person.id,
    shown: (
      <Group justify="space-between" wrap="nowrap">
        <Text span fw={600}>{person.contact?.name}</Text>
        <Text span size="sm" truncate>{[person.contact?.phone, person.contact?.mail].filter(Boolean).join(" · ")}</Text>
      </Group>
    ),
  }));
  const add = { value: NEW, shown: <Group gap="xs"><IconUserPlus size={18} aria-hidden /><Text span>{t("caller.new", { text: plain })}</Text></Group> };
  const pick = (value: string) => {
    const person = items.find((one) => one.id === value);
    choose(person ? known(person) : fresh(typed, i18n.language));
  };
  return (
    <Suggest field="search" size="md" label={t("caller.search")} description={t("caller.search_hint")} maxLength={200} leftSection={<IconSearch size={18} aria-hidden />} error={error}
      value={typed} type={(text) => { type(text); touched(); }} settled={settled} busy={enough(plain) && !settled} options={[...options, add]} pick={pick} list={t("caller.found")}
      foot={people.isError && <Text size="sm">{t("caller.offline")}</Text>} />
  );
}
