import { ActionIcon, Button, Group, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 as uuid7 } from "uuid";

import { engine } from "@/sync/engine";
import { putPart, removePart } from "@/sync/mutations";
import { useLanguage } from "@/ui/when";
import { cents, currency, money } from "./money";
import { about, type Shared } from "./shared";
import { Unsent } from "./Unsent";
import { useAct } from "./useAct";

/** Parts that were used, with what they cost. */
export function Parts({ visit, pending, closed }: Shared) {
  const { t } = useTranslation("visits");
  const language = useLanguage();
  const act = useAct();
  const { country } = visit.ticket.spot;
  const { parts } = visit.report;
  const total = parts.reduce((sum, one) => sum + one.quantity * one.cents, 0);
  return (
    <Stack>
      {parts.length === 0 && <Text size="sm">{t("parts.none")}</Text>}
      {parts.map((one) => (
        <Group key={one.id} justify="space-between" wrap="nowrap">
          <div>
            <Text fw={600}>{one.name}</Text>
            <Text size="sm">{t("parts.line", { quantity: one.quantity, price: money(one.cents, country, language), sum: money(one.cents * one.quantity, country, language) })}</Text>
            <Unsent of={about(pending, one.id)} />
          </div>
          {!closed && (
            <ActionIcon variant="subtle" color="red" size={44} aria-label={t("parts.remove", { name: one.name })} onClick={() => void act(() => engine.act(removePart, visit.id, { id: one.id }))}>
              <IconTrash size={20} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {parts.length > 1 && <Text fw={600}>{t("parts.total", { sum: money(total, country, language) })}</Text>}
      {!closed && <Form visit={visit.id} country={country} />}
    </Stack>
  );
}

function Form({ visit, country }: { visit: string; country: string }) {
  const { t } = useTranslation("visits");
  const act = useAct();
  const [name, call] = useState("");
  const [quantity, count] = useState<number | string>(1);
  const [price, ask] = useState("");
  const value = cents(price);
  const many = Number(quantity);
  const fine = name.trim() !== "" && value !== null && Number.isInteger(many) && many >= 1 && many <= 10_000;
  const add = async () => {
    if (!fine || !(await act(() => engine.act(putPart, visit, { id: uuid7(), name: name.trim(), quantity: many, cents: value })))) return;
    call("");
    count(1);
    ask("");
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void add(); }}>
      <Stack gap="xs">
        <TextInput label={t("parts.name")} maxLength={200} value={name} onChange={(event) => call(event.currentTarget.value)} />
        <Group grow align="flex-start">
          <NumberInput hideControls label={t("parts.quantity")} min={1} max={10_000} allowDecimal={false} value={quantity} onChange={count} inputMode="numeric" />
          <TextInput label={t("parts.price", { currency: currency(country) })} inputMode="decimal" value={price} onChange={(event) => ask(event.currentTarget.value)}
            error={value === null ? t("parts.no_price") : undefined} />
        </Group>
        <Button type="submit" variant="light" disabled={!fine}>{t("parts.add")}</Button>
      </Stack>
    </form>
  );
}
