import { Combobox, Group, Loader, Text, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch, IconUserPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import type { Caller } from "../draft";
import { enough } from "../search";
import { fresh, known } from "./people";

const NEW = "new";

/** One field that finds a caller by number, name or mail; the first that fits is chosen with Enter. */
export function Search({ choose, touched, error }: { choose: (caller: Caller) => void; touched: () => void; error?: string }) {
  const { t, i18n } = useTranslation("calls");
  const box = useCombobox();
  const [typed, type] = useState("");
  const [asked] = useDebouncedValue(typed.trim(), 120);
  const enabled = enough(asked);
  const people = useQuery({
    queryKey: ["people", "calls", asked],
    queryFn: () => ok(api.GET("/api/identity/people", { params: { query: { q: asked } } })),
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
  });
  const settled = enabled && asked === typed.trim() && !people.isFetching && !people.isPlaceholderData;
  const items = enabled && !people.isError ? (people.data?.items ?? []).filter((person) => person.active !== false).slice(0, 8) : [];
  useEffect(() => {
    if (!settled) return box.resetSelectedOption();
    box.openDropdown();
    box.selectFirstOption();
  }, [settled, asked]); // eslint-disable-line react-hooks/exhaustive-deps
  const pick = (value: string) => {
    const person = items.find((one) => one.id === value);
    choose(person ? known(person) : fresh(typed, i18n.language));
  };
  return (
    <Combobox store={box} onOptionSubmit={pick}>
      <Combobox.Target withExpandedAttribute>
        <TextInput size="md" label={t("caller.search")} description={t("caller.search_hint")} data-field="search" autoFocus autoComplete="off" maxLength={200}
          leftSection={<IconSearch size={18} aria-hidden />} rightSection={enabled && people.isFetching ? <Loader size={16} /> : null}
          value={typed} error={error}
          onChange={(event) => { type(event.currentTarget.value); touched(); }}
          onKeyDown={(event) => { if (event.key === "Enter" && typed.trim() && !event.ctrlKey && box.getSelectedOptionIndex() < 0) event.preventDefault(); }}
          onFocus={() => settled && box.openDropdown()} onBlur={() => box.closeDropdown()} />
      </Combobox.Target>
      <Combobox.Dropdown hidden={!settled}>
        <Combobox.Options aria-label={t("caller.found")}>
          {items.map((person) => (
            <Combobox.Option key={person.id} value={person.id}>
              <Group justify="space-between" wrap="nowrap">
                <Text fw={600}>{person.contact?.name}</Text>
                <Text size="sm" c="dimmed">{[person.contact?.phone, person.contact?.mail].filter(Boolean).join(" · ")}</Text>
              </Group>
            </Combobox.Option>
          ))}
          <Combobox.Option value={NEW}>
            <Group gap="xs"><IconUserPlus size={18} aria-hidden /><Text>{t("caller.new", { text: typed.trim() })}</Text></Group>
          </Combobox.Option>
        </Combobox.Options>
        {people.isError && <Combobox.Footer><Text size="sm">{t("caller.offline")}</Text></Combobox.Footer>}
      </Combobox.Dropdown>
    </Combobox>
  );
}
