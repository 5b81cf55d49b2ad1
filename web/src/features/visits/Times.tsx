import { ActionIcon, Button, Group, NumberInput, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconClock, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 as uuid7 } from "uuid";

import { engine } from "@/sync/engine";
import { putTime, removeTime } from "@/sync/mutations";
import { span, useLanguage, useNow } from "@/ui/when";
import { about, type Shared } from "./shared";
import { spent, taken } from "./steps";
import { Unsent } from "./Unsent";
import { useAct } from "./useAct";

type Kind = "work" | "travel";

/** Minutes of work and travel; what the steps' times say is proposed. */
export function Times({ visit, pending, closed }: Shared) {
  const { t } = useTranslation("visits");
  const language = useLanguage();
  const act = useAct();
  const now = useNow();
  const { time } = visit.report;
  const steps = taken(visit, pending);
  const proposed = (["travel", "work"] as const)
    .map((kind) => ({ kind, minutes: spent(kind, steps, now) }))
    .filter(({ kind, minutes }) => minutes > 0 && !time.some((one) => one.kind === kind));
  const put = (kind: Kind, minutes: number) => act(() => engine.act(putTime, visit.id, { id: uuid7(), kind, minutes }));
  return (
    <Stack>
      {time.length === 0 && <Text size="sm">{t("time.none")}</Text>}
      {time.map((one) => (
        <Group key={one.id} justify="space-between" wrap="nowrap">
          <div>
            <Text>{t(`time.${one.kind}`)}: {span(one.minutes * 60, language)}</Text>
            <Unsent of={about(pending, one.id)} />
          </div>
          {!closed && (
            <ActionIcon variant="subtle" color="red" size={44} aria-label={t("time.remove", { time: span(one.minutes * 60, language) })} onClick={() => void act(() => engine.act(removeTime, visit.id, { id: one.id }))}>
              <IconTrash size={20} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {!closed && proposed.map(({ kind, minutes }) => (
        <Button key={kind} variant="light" leftSection={<IconClock size={18} aria-hidden />} onClick={() => void put(kind, minutes)}>
          {t(`time.take_${kind}`, { time: span(minutes * 60, language) })}
        </Button>
      ))}
      {!closed && <Form put={put} />}
    </Stack>
  );
}

function Form({ put }: { put: (kind: Kind, minutes: number) => Promise<boolean> }) {
  const { t } = useTranslation("visits");
  const [kind, choose] = useState<Kind>("work");
  const [minutes, count] = useState<number | string>("");
  const many = Number(minutes);
  const fine = minutes !== "" && Number.isInteger(many) && many >= 1 && many <= 1440;
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (fine) void put(kind, many).then((kept) => kept && count("")); }}>
      <Stack gap="xs">
        <SegmentedControl value={kind} onChange={(value) => choose(value as Kind)} aria-label={t("time.kind")}
          data={(["work", "travel"] as const).map((value) => ({ value, label: t(`time.${value}`) }))} />
        <NumberInput hideControls label={t("time.minutes")} min={1} max={1440} allowDecimal={false} value={minutes} onChange={count} inputMode="numeric" />
        <Button type="submit" variant="light" disabled={!fine}>{t("time.add")}</Button>
      </Stack>
    </form>
  );
}
