import { ActionIcon, Button, Chip, Group, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import type { Problem } from "@/sync/api/problem";
import { Failure } from "@/ui/Failure";
import { locale } from "@/ui/language";
import { done } from "@/ui/toast";
import { useLanguage } from "@/ui/when";
import { match, type Plan } from "./data";
import { type Draft, draftOf, scheduleOf } from "./draft";
import { Spans } from "./Spans";
import { Week } from "./Week";
import { type Day, dayName, DAYS, type Kind, type Weekly } from "./week";

/** Changes a schedule; all times are the consultant's own. */
export default function Hours({ plan, close }: { plan: Plan; close: () => void }) {
  const { t } = useTranslation("people");
  const client = useQueryClient();
  const [draft, set] = useState<Draft>(() => draftOf(plan));
  const change = (more: Partial<Draft>) => set((before) => ({ ...before, ...more }));
  const save = useMutation<Plan, Problem>({
    mutationFn: () => ok(api.PUT("/api/identity/people/{id}/schedule", { params: { path: { id: plan.person } }, ...match(plan.version), body: scheduleOf(draft, plan.zone) })),
    onSuccess: (now) => {
      client.setQueryData(["person", plan.person, "schedule"], now);
      done(t("schedule_saved"));
      close();
    },
    onError: (problem) => { if (problem.kind === "conflict") void client.invalidateQueries({ queryKey: ["person", plan.person, "schedule"] }); },
  });
  const fault = (path: string) => save.error?.body.errors?.find((one) => one.path === path)?.message;
  return (
    <form noValidate onSubmit={(event) => { event.preventDefault(); save.mutate(); }} aria-label={t("schedule_edit")}>
      <Stack gap="md">
        <Week weekly={draft.weekly} />
        <Title order={3} size="h5">{t("weekly")}</Title>
        {draft.weekly.map((one, place) => (
          <Pattern key={place} pattern={one} number={place + 1} error={fault(`/weekly/${place}`) ?? (one.days.length ? undefined : t("days_lack"))}
            change={(next) => change({ weekly: draft.weekly.map((old, own) => (own === place ? next : old)) })}
            drop={() => change({ weekly: draft.weekly.filter((_, own) => own !== place) })} />
        ))}
        <Button variant="default" leftSection={<IconPlus size={16} />} w="fit-content" disabled={draft.weekly.length >= 28}
          onClick={() => change({ weekly: [...draft.weekly, { days: ["mon", "tue", "wed", "thu", "fri"], start: "08:00", end: "17:00", kind: "shift" }] })}>{t("pattern_add")}</Button>
        {(["on_call", "days_off", "leave"] as const).map((name) => (
          <Spans key={name} name={name} spans={draft[name]} whole={name === "days_off"} fault={(place) => fault(`/${name}/${place}`)} change={(spans) => change({ [name]: spans })} />
        ))}
        {save.error && <Failure error={save.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{t("cancel")}</Button>
          <Button type="submit" loading={save.isPending} disabled={draft.weekly.some(({ days }) => !days.length)}>{t("schedule_save")}</Button>
        </Group>
      </Stack>
    </form>
  );
}

interface PatternProps {
  pattern: Weekly;
  number: number;
  error?: string;
  change: (pattern: Weekly) => void;
  drop: () => void;
}

function Pattern({ pattern, number, error, change, drop }: PatternProps) {
  const { t } = useTranslation("people");
  const at = locale(useLanguage());
  return (
    <div role="group" aria-label={t("pattern_number", { number })}>
      <Group gap="sm" align="flex-end">
        <Chip.Group multiple value={[...pattern.days]} onChange={(days) => change({ ...pattern, days: DAYS.filter((day) => days.includes(day)) as Day[] })}>
          <Group gap={4}>
            {DAYS.map((day) => <Chip key={day} value={day} size="xs" radius="sm" aria-label={dayName(day, at, "long")}>{dayName(day, at)}</Chip>)}
          </Group>
        </Chip.Group>
        <TextInput type="time" label={t("start")} value={pattern.start} onChange={(event) => change({ ...pattern, start: event.currentTarget.value })} />
        <TextInput type="time" label={t("end")} value={pattern.end} onChange={(event) => change({ ...pattern, end: event.currentTarget.value })} />
        <Select label={t("kind.label")} w={130} allowDeselect={false} value={pattern.kind ?? "shift"} data={(["shift", "on_call"] as const).map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
          onChange={(kind) => change({ ...pattern, kind: kind as Kind })} />
        <ActionIcon variant="subtle" color="red" size={36} aria-label={t("pattern_drop", { number })} onClick={drop}><IconTrash size={18} /></ActionIcon>
      </Group>
      {error && <Text size="sm" c="var(--mantine-color-error)" role="alert" mt={4}>{error}</Text>}
    </div>
  );
}
