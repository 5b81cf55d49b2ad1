import { Grid, Group } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Page } from "@/ui/Page";
import { useShortcuts } from "@/ui/shortcuts";
import { Clock } from "./Clock";
import { lacks } from "./draft";
import { aim } from "./flow";
import { Intake } from "./Intake";
import { Queue } from "./Queue";
import { ReadBack } from "./ReadBack";
import { LEVELS } from "./steps/Urgency";
import { useDesk } from "./useDesk";
import { useOutbox, useSending } from "./useSending";

const FIELDS = { caller: "search", name: "name", title: "title", place: "place" } as const;

/** "/calls": one call after the other, with the keyboard alone. */
export default function Calls() {
  const { t } = useTranslation("calls");
  const work = useDesk();
  const { draft, change, next } = work;
  const { error, offline, busy, submit } = useSending(work);
  const { retry } = useOutbox(work);
  const [pressed, press] = useState(""); // the draft whose sending was tried
  const send = () => {
    press(draft.id);
    const [first] = lacks(draft);
    if (first) aim(FIELDS[first]);
    else void submit();
  };
  useShortcuts([
    { keys: "mod+Enter", label: t(draft.sent ? "back.next" : "send"), act: () => (draft.sent ? next() : send()) },
    ...(draft.sent
      ? [{ keys: "N", label: t("back.next"), act: (event: KeyboardEvent) => { event.preventDefault(); next(); } }]
      : LEVELS.map((priority) => ({ keys: priority, label: `P${priority}: ${t(`level.${priority}`)}`, act: () => change({ priority }) }))),
    { keys: "Q", label: t("queue.go"), act: () => document.querySelector<HTMLElement>("[data-queue]")?.focus() },
  ]);
  return (
    <Page wide title={t("title")} lead={t("lead")} actions={!draft.sent && <Group><Clock began={draft.began} /></Group>}>
      <Grid gap="xl">
        <Grid.Col span={{ base: 12, md: 8 }} maw={820}>
          {draft.sent
            ? <ReadBack draft={draft} sent={draft.sent} next={next} />
            : <Intake work={work} error={error} offline={offline} busy={busy} pressed={pressed === draft.id} submit={send} />}
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}><Queue work={work} retry={retry} /></Grid.Col>
      </Grid>
    </Page>
  );
}
