import { Button, Chip, Group, Input, Pill, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { locale } from "@/ui/language";
import { useLanguage, useNow } from "@/ui/when";
import classes from "../chips.module.css";
import type { Span } from "./draft";
import { offers, spoken, zoned } from "./times";

const MOST = 10; // windows that the server takes

/** When a visit would suit: the next half days to tap, and times of one's own. */
export function Windows({ value, zone, change, error }: { value: Span[]; zone: string; change: (spans: Span[]) => void; error?: string }) {
  const { t } = useTranslation("tickets");
  const language = useLanguage();
  const [own, show] = useState(false);
  const offered = offers(zone);
  const chosen = (span: Span) => value.some((one) => one.start === span.start && one.end === span.end);
  const toggle = (span: Span) => change(chosen(span) ? value.filter((one) => one.start !== span.start || one.end !== span.end) : [...value, { start: span.start, end: span.end }]);
  const others = value.filter((span) => !offered.some((one) => one.start === span.start && one.end === span.end));
  const day = (date: Date) => new Intl.DateTimeFormat(locale(language), { weekday: "short", month: "short", day: "numeric" }).format(date);
  return (
    <Input.Wrapper label={t("new.when")} description={t("new.when_hint")} error={error} labelElement="div">
      <Group gap="xs" mt={8} role="group" aria-label={t("new.when")}>
        {offered.map((span) => (
          <Chip key={span.start} size="md" classNames={{ label: classes["chip"] }} checked={chosen(span)} onChange={() => toggle(span)} disabled={!chosen(span) && value.length >= MOST}>{`${day(span.day)}, ${t(`new.${span.half}`)}`}</Chip>
        ))}
        {others.map((span) => <Pill key={span.start} size="lg" withRemoveButton removeButtonProps={{ "aria-label": t("remove") }} onRemove={() => toggle(span)}>{spoken(span, language, zone)}</Pill>)}
        {!own && <Button variant="subtle" size="compact-md" onClick={() => show(true)} disabled={value.length >= MOST}>{t("new.other")}</Button>}
      </Group>
      {own && <Own zone={zone} add={(span) => { change([...value, span]); show(false); }} close={() => show(false)} />}
    </Input.Wrapper>
  );
}

function Own({ zone, add, close }: { zone: string; add: (span: Span) => void; close: () => void }) {
  const { t } = useTranslation("tickets");
  const [{ date, from, to }, set] = useState({ date: "", from: "09:00", to: "12:00" });
  const at = (time: string) => {
    const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
    const [hour = 0, minute = 0] = time.split(":").map(Number);
    return zoned(new Date(year, month - 1, day), hour, minute, zone);
  };
  const now = useNow();
  const ready = date && from && to;
  const wrong = ready && (at(from) >= at(to) ? t("new.end_first") : at(to).getTime() < now ? t("new.past") : "");
  return (
    <Group align="flex-end" gap="xs" mt="xs">
      <TextInput type="date" label={t("new.date")} value={date} min={new Date().toISOString().slice(0, 10)} onChange={(event) => set({ date: event.currentTarget.value, from, to })} error={wrong} />
      <TextInput type="time" label={t("new.from")} value={from} onChange={(event) => set({ date, from: event.currentTarget.value, to })} />
      <TextInput type="time" label={t("new.to")} value={to} onChange={(event) => set({ date, from, to: event.currentTarget.value })} />
      <Button variant="light" disabled={!ready || !!wrong} onClick={() => add({ start: at(from).toISOString(), end: at(to).toISOString() })}>{t("new.add")}</Button>
      <Button variant="subtle" color="gray" onClick={close}>{t("no")}</Button>
    </Group>
  );
}
