import { Alert, Button, Group, List, Modal, Progress, ScrollArea, Select, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { isLanguage } from "@/ui/language";
import { useReason } from "@/ui/Failure";
import { done, failed } from "@/ui/toast";
import type { Person, Ticket } from "./data";
import { type Act, type Result, run } from "./run";

export type Kind = Act["kind"];

interface Props {
  kind: Kind;
  tickets: Ticket[];
  people: Person[];
  names: ReadonlyMap<string, string>;
  close: () => void;
}

/** One act on all that is selected: asks what it needs, shows how far it is, tells each result, takes all back. */
export default function Bulk({ kind, tickets, people, names, close }: Props) {
  const { t, i18n } = useTranslation("board");
  const why = useReason();
  const [mine] = useState(tickets); // as they were: live changes must not change what is done
  const [person, pick] = useState<string | null>(null);
  const [priority, set] = useState("2");
  const [waiting, await_] = useState<"customer" | "parts">("customer");
  const [reason, write] = useState("");
  const [results, tell] = useState<ReadonlyMap<string, Result>>(new Map());
  const [state, become] = useState<"asking" | "running" | "done">("asking");
  const needs = kind === "wait" || kind === "cancel";
  const ready = (!needs || reason.trim()) && (kind !== "person" || person);
  const act = (): Act => {
    switch (kind) {
      case "person": return { kind, id: person ?? "", reason: reason.trim(), note: t("assign.note", { name: names.get(person ?? ""), reason: reason.trim() }) };
      case "priority": return { kind, priority: Number(priority) };
      case "wait": return { kind, reason: reason.trim(), waiting };
      case "cancel": return { kind, reason: reason.trim() };
      default: return { kind };
    }
  };
  const begin = async () => {
    become("running");
    await run(mine, act(), isLanguage(i18n.language) ? i18n.language : "en", (id, result) => tell((before) => new Map(before).set(id, result)));
    become("done");
  };
  const backs = [...results.values()].flatMap((result) => ("back" in result && result.back ? [result.back] : []));
  const revert = async () => {
    const ends = await Promise.allSettled(backs.map((back) => back()));
    const bad = ends.find((end) => end.status === "rejected");
    if (bad) failed(why(bad.reason));
    else done(t("bulk.reverted", { count: backs.length }));
    close();
  };
  const told = (result: Result) =>
    result.state === "failed" ? why(result.error) : t(`bulk.${result.state}`, { name: names.get(result.to ?? "") ?? "" });
  const well = [...results.values()].filter(({ state: one }) => one === "done" || one === "kept").length;
  return (
    <Modal opened onClose={close} closeOnClickOutside={state === "asking"} size="lg" title={t(`bulk.title.${kind}`, { count: mine.length })}>
      <form onSubmit={(event) => { event.preventDefault(); void begin(); }}>
        <Stack gap="sm">
          {state === "asking" && (
            <>
              <Text size="sm">{t(`bulk.text.${kind}`)}</Text>
              {kind === "person" && <Select searchable limit={60} required label={t("assign.other")} value={person} onChange={pick} data={people.map(({ id, name }) => ({ value: id, label: name }))} />}
              {kind === "priority" && <Select required allowDeselect={false} label={t("filter.priority")} value={priority} onChange={(value) => set(value ?? "2")} data={["1", "2", "3", "4"].map((value) => ({ value, label: t(`ui:priority.${value}`) }))} />}
              {kind === "wait" && <Select required allowDeselect={false} label={t("bulk.waiting")} value={waiting} onChange={(value) => await_(value === "parts" ? "parts" : "customer")} data={(["customer", "parts"] as const).map((value) => ({ value, label: t(`bulk.${value}`) }))} />}
              {(needs || kind === "person") && (
                <Textarea label={t(needs ? "bulk.reason" : "assign.reason")} description={needs ? undefined : t("bulk.person_reason")} required={needs} autosize minRows={2} maxLength={500} value={reason} onChange={(event) => write(event.currentTarget.value)} />
              )}
            </>
          )}
          {state !== "asking" && (
            <>
              <Progress value={(results.size / mine.length) * 100} aria-label={t("bulk.progress", { done: results.size, count: mine.length })} />
              <Text size="sm" role="status">{t(state === "done" ? "bulk.ended" : "bulk.progress", { done: state === "done" ? well : results.size, count: mine.length })}</Text>
              <ScrollArea.Autosize mah={280}>
                <List size="sm">
                  {mine.map((ticket) => {
                    const result = results.get(ticket.id);
                    return <List.Item key={ticket.id} c={result && result.state !== "done" && result.state !== "kept" ? "red" : undefined}>{ticket.title}: {result ? told(result) : "…"}</List.Item>;
                  })}
                </List>
              </ScrollArea.Autosize>
              {state === "done" && backs.length === 0 && well > 0 && needs && <Alert color="gray">{t("bulk.final")}</Alert>}
            </>
          )}
          <Group justify="flex-end">
            {state === "done" && backs.length > 0 && <Button variant="light" onClick={() => void revert()}>{t("bulk.undo", { count: backs.length })}</Button>}
            <Button variant="default" disabled={state === "running"} onClick={close}>{t(state === "asking" ? "cancel" : "close")}</Button>
            {state === "asking" && <Button type="submit" color={kind === "cancel" ? "red" : undefined} disabled={!ready}>{t(`bulk.do.${kind}`, { count: mine.length })}</Button>}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
