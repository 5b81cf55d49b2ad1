import { Badge, Button, Group, Paper, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 as uuid7 } from "uuid";

import { engine } from "@/sync/engine";
import { note } from "@/sync/mutations";
import { useMe } from "@/sync/useSession";
import { When } from "@/ui/When";
import { about, type Shared } from "./shared";
import { Unsent } from "./Unsent";
import { useAct } from "./useAct";
import { useStored } from "./useDraft";
import classes from "./visits.module.css";

/** What was written on the ticket, and a field for more. Half a note survives the tab. */
export function Notes({ visit, pending, closed }: Shared) {
  const { t } = useTranslation("visits");
  const me = useMe();
  const act = useAct();
  const [text, write, keep] = useStored(`draft:${visit.id}:note`);
  const [seen, choose] = useState<"internal" | "public">("internal");
  const who = (author: string) => (author === me.id || author === "" ? t("notes.you") : author === visit.ticket.requester ? visit.ticket.contact?.name || t("notes.customer") : t("notes.colleague"));
  const send = async () => {
    const args = { id: uuid7(), text: text.trim(), visibility: seen };
    if (!(await act(() => engine.act(note, visit.id, args)))) return;
    write("");
    keep();
  };
  return (
    <Stack>
      {visit.messages.map((one) => (
        <Paper key={one.id} withBorder p="sm" component="article">
          <Group gap="xs" mb={4}>
            <Text size="sm" fw={600}>{who(one.author)}</Text>
            <Text size="sm" c="dimmed" component="span"><When at={one.at} /></Text>
            {one.visibility === "internal" && <Badge variant="light" color="gray">{t("notes.internal")}</Badge>}
            <Unsent of={about(pending, one.id)} />
          </Group>
          <Text size="sm" className={classes["words"]}>{one.text}</Text>
        </Paper>
      ))}
      {closed && visit.messages.length === 0 && <Text size="sm">{t("notes.none")}</Text>}
      {!visit.gone && visit.ticket.status !== "cancelled" && (
        <form onSubmit={(event) => { event.preventDefault(); if (text.trim()) void send(); }}>
          <Stack gap="xs">
            <Textarea label={t("notes.write")} autosize minRows={2} maxLength={20_000} value={text} onChange={(event) => write(event.currentTarget.value)} onBlur={keep} />
            <SegmentedControl value={seen} onChange={(value) => choose(value as typeof seen)} aria-label={t("notes.who")}
              data={[{ value: "internal", label: t("notes.for_team") }, { value: "public", label: t("notes.for_all") }]} />
            <Button type="submit" disabled={!text.trim()}>{t("notes.add")}</Button>
          </Stack>
        </form>
      )}
    </Stack>
  );
}
