import { Alert, Button, Card, Group, Switch, Textarea } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { api, ok } from "@/sync/api/client";
import { session } from "@/sync/session";
import { useMe } from "@/sync/useSession";
import { Failure } from "@/ui/Failure";
import type { Message, Ticket } from "./useTicket";

/** Writes on the ticket; what is typed stays through a reload, and a message that is sent twice stands once. */
export function Talk({ ticket, staff }: { ticket: Ticket; staff: boolean }) {
  const { t } = useTranslation("tickets");
  const key = `squad.talk.${ticket.id}`;
  const [text, write] = useState(() => sessionStorage.getItem(key) ?? "");
  const [internal, inside] = useState(false);
  const { send, busy, error } = useSending(ticket.id);
  if (!session.has("customer", "store", "receptionist", "consultant", "dispatcher", "manager", "administrator")) return null;
  const type = (value: string) => {
    write(value);
    sessionStorage.setItem(key, value);
  };
  const submit = async () => {
    if (text.trim() && (await send(text.trim(), internal ? "internal" : "public"))) type("");
  };
  return (
    <Card withBorder padding="md" component="section" aria-label={t("talk.title")}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <Textarea label={t("talk.title")} placeholder={t(internal ? "talk.hint_internal" : staff ? "talk.hint_staff" : "talk.hint")} autosize minRows={2} maxRows={12} maxLength={20_000}
          value={text} onChange={(event) => type(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit(); }} />
        <Group justify="space-between" mt="xs">
          {staff ? <Switch checked={internal} onChange={(event) => inside(event.currentTarget.checked)} label={t("talk.internal_switch")} size="md" /> : <span />}
          <Button type="submit" leftSection={<IconSend size={18} />} loading={busy} disabled={!text.trim()}>{t("talk.send")}</Button>
        </Group>
      </form>
      {internal && <Alert color="yellow" mt="xs" p="xs">{t("talk.internal_text")}</Alert>}
      {error !== null && <Failure error={error} retry={() => void submit()} />}
    </Card>
  );
}

function useSending(ticket: string) {
  const me = useMe();
  const queries = useQueryClient();
  const [id, next] = useState(() => v7());
  const [busy, work] = useState(false);
  const [error, fail] = useState<unknown>(null);
  const [tried, remember] = useState("");
  const messages = ["ticket", ticket, "messages"];
  const put = (message: Message) => queries.setQueryData<Message[]>(messages, (now = []) => [...now.filter((one) => one.id !== message.id), message]);
  const send = async (text: string, visibility: Message["visibility"]): Promise<boolean> => {
    const same = `${visibility}:${text}`;
    const mine = tried && tried !== same ? v7() : id; // other words are another message
    next(mine);
    remember(same);
    work(true);
    put({ id: mine, at: new Date().toISOString(), author: me.id, visibility, text, sending: true });
    try {
      put(await ok(api.POST("/api/tickets/{id}/messages", { params: { path: { id: ticket }, header: { "Idempotency-Key": mine } }, body: { id: mine, text, visibility } })));
      next(v7());
      remember("");
      fail(null);
      void queries.invalidateQueries({ queryKey: ["ticket", ticket] });
      return true;
    } catch (problem) {
      queries.setQueryData<Message[]>(messages, (now = []) => now.filter((one) => one.id !== mine));
      fail(problem);
      return false;
    } finally {
      work(false);
    }
  };
  return { send, busy, error };
}
