import { Stack, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { engine } from "@/sync/engine";
import { setReport } from "@/sync/mutations";
import type { Shared } from "./shared";
import { useAct } from "./useAct";
import { useDraft } from "./useDraft";

export const FIELDS = ["summary", "root_cause", "recommendation"] as const;
export type Field = (typeof FIELDS)[number];

/** What was found and done; kept as it is typed. */
export function Report(shared: Shared) {
  return <Stack>{FIELDS.map((field) => <Written key={field} field={field} {...shared} />)}</Stack>;
}

function Written({ field, visit, pending, closed }: Shared & { field: Field }) {
  const { t } = useTranslation("visits");
  const act = useAct();
  const known = visit.report[field];
  const [text, write, keep] = useDraft(known, (said) => {
    if (said !== known) void act(() => engine.act(setReport, visit.id, { field, text: said }));
  });
  const mine = pending.filter((one) => one.name === "report.set" && one.args["field"] === field);
  const state = mine.some((one) => one.state === "refused") ? "refused" : mine.length > 0 ? "unsent" : text !== known ? "typing" : null;
  return (
    <Textarea label={t(`report.${field}`)} description={state ? t(state) : t(`report.${field}_hint`)} autosize minRows={2} maxRows={10} maxLength={5000} readOnly={closed}
      value={text} onChange={(event) => write(event.currentTarget.value)} onBlur={keep} />
  );
}
