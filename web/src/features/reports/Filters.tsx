import { Group, MultiSelect, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useNow } from "@/ui/when";
import { useTerritories } from "./data";
import { CATEGORIES, dayOf, type Filters as Chosen, shifted, SPANS, type SpanName } from "./filters";

/** What the dashboard looks at; every choice is in the address. */
export function Filters({ chosen, zone, choose }: { chosen: Chosen; zone: string; choose: (filters: Chosen) => void }) {
  const { t } = useTranslation("reports");
  const { t: ui } = useTranslation("ui");
  const territories = useTerritories();
  const today = dayOf(useNow(), zone);
  const set = (change: Chosen) => choose({ ...chosen, ...change });
  const span = chosen.span ?? "28";
  const spanned = (next: SpanName) =>
    next === "own" ? set({ span: next, since: chosen.since ?? shifted(today, -13), until: chosen.until ?? today }) : set({ span: next, since: undefined, until: undefined });
  const list = (text?: string) => (text ? text.split(",") : []);
  return (
    <Group component="search" aria-label={t("filters.title")} gap="sm" align="flex-end" data-no-print>
      <SegmentedControl value={span} onChange={(value) => spanned(value as SpanName)} aria-label={t("filters.span")}
        data={SPANS.map((one) => ({ value: one, label: t(`filters.${one}`) }))} />
      {span === "own" && (
        <>
          <TextInput type="date" label={t("filters.since")} value={chosen.since ?? ""} max={today} onChange={(event) => set({ since: event.currentTarget.value || undefined })} />
          <TextInput type="date" label={t("filters.until")} value={chosen.until ?? ""} min={chosen.since} max={today} onChange={(event) => set({ until: event.currentTarget.value || undefined })} />
        </>
      )}
      <Select label={t("filters.territory")} placeholder={t("filters.all")} clearable searchable value={chosen.territory ?? null} w={180}
        data={(territories.data ?? []).map(({ id, name }) => ({ value: id, label: name }))} onChange={(value) => set({ territory: value ?? undefined })} nothingFoundMessage={t("filters.none")} />
      <MultiSelect label={t("filters.category")} placeholder={chosen.category ? undefined : t("filters.all")} clearable value={list(chosen.category)} miw={180} maw={320}
        data={CATEGORIES.map((one) => ({ value: one, label: t(`category.${one}`) }))} onChange={(value) => set({ category: value.join(",") || undefined })} />
      <MultiSelect label={t("filters.priority")} placeholder={chosen.priority ? undefined : t("filters.all")} clearable value={list(chosen.priority)} miw={150} maw={320}
        data={["1", "2", "3", "4"].map((one) => ({ value: one, label: ui(`priority.${one}`) }))} onChange={(value) => set({ priority: value.sort().join(",") || undefined })} />
    </Group>
  );
}
