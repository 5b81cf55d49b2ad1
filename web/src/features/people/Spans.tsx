import { ActionIcon, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Stretch } from "./draft";

interface Props {
  name: "on_call" | "days_off" | "leave";
  spans: Stretch[];
  /** Whole days rather than times. */
  whole: boolean;
  fault: (place: number) => string | undefined;
  change: (spans: Stretch[]) => void;
}

/** Rows of from and to. */
export function Spans({ name, spans, whole, fault, change }: Props) {
  const { t } = useTranslation("people");
  const type = whole ? "date" : "datetime-local";
  const put = (place: number, more: Partial<Stretch>) => change(spans.map((old, own) => (own === place ? { ...old, ...more } : old)));
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">{t(`spans.${name}`)}</Title>
      {spans.map(({ from, to }, place) => (
        <Group key={place} gap="sm" align="flex-end" role="group" aria-label={`${t(`spans.${name}`)} ${place + 1}`}>
          <TextInput type={type} label={t("from")} value={from} error={fault(place)} onChange={(event) => put(place, { from: event.currentTarget.value })} />
          <TextInput type={type} label={t("to")} value={to} onChange={(event) => put(place, { to: event.currentTarget.value })} />
          <ActionIcon variant="subtle" color="red" size={36} aria-label={t("span_drop", { name: t(`spans.${name}`), number: place + 1 })} onClick={() => change(spans.filter((_, own) => own !== place))}><IconTrash size={18} /></ActionIcon>
        </Group>
      ))}
      {!spans.length && <Text size="sm" c="dimmed">{t("none")}</Text>}
      <Button variant="subtle" size="xs" w="fit-content" leftSection={<IconPlus size={14} />} onClick={() => change([...spans, { from: "", to: "" }])}>{t(`span_add.${name}`)}</Button>
    </Stack>
  );
}
