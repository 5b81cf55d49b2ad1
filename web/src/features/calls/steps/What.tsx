import { NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Draft } from "../draft";
import { Alike } from "./Alike";
import { useAdvice } from "./useAdvice";

export const CATEGORIES = ["access", "email", "hardware", "network", "other", "phone", "pos", "printer", "security", "software", "storage"] as const;

interface Asked {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  fault: (field: string) => string | undefined;
  lack?: string;
}

/** What it is about, with what the words seem to mean while they are typed. */
export function What({ draft, change, fault, lack }: Asked) {
  const { t, i18n } = useTranslation("calls");
  const advice = useAdvice(draft);
  const sure = advice?.proposal?.confidence;
  const percent = sure === undefined ? "" : new Intl.NumberFormat(i18n.language, { style: "percent" }).format(sure);
  const proposed = advice ? t("what.proposed", { what: t(`category.${advice.category}`), percent }).trim() : t("what.propose");
  return (
    <>
      <TextInput size="md" label={t("what.title")} placeholder={t("what.title_hint")} required data-field="title" maxLength={200} autoComplete="off"
        value={draft.title} error={fault("title") ?? lack} onChange={(event) => change({ title: event.currentTarget.value })} />
      <Alike draft={draft} change={change} />
      <Textarea label={t("what.details")} description={t("what.details_hint")} data-field="description" autosize minRows={1} maxRows={10} maxLength={20_000}
        value={draft.description} error={fault("description")} onChange={(event) => change({ description: event.currentTarget.value })} />
      {!draft.joins && (
        <NativeSelect label={t("what.category")} data-field="category" value={draft.category} onChange={(event) => change({ category: event.currentTarget.value })}
          data={[{ value: "", label: proposed }, ...CATEGORIES.map((value) => ({ value, label: t(`category.${value}`) }))]} />
      )}
    </>
  );
}
