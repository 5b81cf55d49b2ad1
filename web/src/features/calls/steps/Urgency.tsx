import { Group, Kbd, NativeSelect, Radio, SimpleGrid, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/ui/when";
import type { Draft } from "../draft";
import { halves, spoken } from "../time";
import { useAdvice } from "./useAdvice";

export const LEVELS = ["1", "2", "3", "4"] as const;

interface Asked {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  fault: (field: string) => string | undefined;
  zone: string;
}

/** How bad it is, in plain words or with the keys 1 to 4, and when a visit suits. */
export function Urgency({ draft, change, fault, zone }: Asked) {
  const { t } = useTranslation("calls");
  const language = useLanguage();
  const advice = useAdvice(draft);
  const place = draft.place?.zone || zone;
  const offered = halves(place);
  const kept = draft.window;
  const spans = kept && !offered.some((one) => one.start === kept.start) ? [kept, ...offered] : offered;
  return (
    <>
      <Radio.Group label={t("when.priority")} description={t("when.priority_hint")} value={draft.priority} error={fault("priority")} onChange={(priority) => change({ priority })}
        onKeyDown={(event) => { if ([...LEVELS, "0"].includes(event.key)) change({ priority: event.key === "0" ? "" : event.key }); }}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing={2} verticalSpacing={0} mt={4}>
          <Radio value="" py={4} data-field="priority" label={advice ? t("when.proposed", { level: advice.priority }) : t("when.propose")} />
          {LEVELS.map((level) => (
            <Radio key={level} value={level} py={4} aria-label={`P${level}: ${t(`level.${level}`)}`} label={<Group gap={8} component="span" wrap="nowrap"><Kbd aria-hidden>{level}</Kbd><Text span size="sm">{t(`level.${level}`)}</Text></Group>} />
          ))}
        </SimpleGrid>
      </Radio.Group>
      <NativeSelect label={t("when.window")} data-field="window" maw={420} value={kept?.start ?? ""} error={fault("start") ?? fault("preferred_windows")}
        onChange={(event) => change({ window: spans.find((one) => one.start === event.currentTarget.value) ?? null })}
        data={[{ value: "", label: t("when.soon") }, ...spans.map((one) => ({ value: one.start, label: spoken(one, language, place) }))]} />
    </>
  );
}
