import { Alert, Anchor, Button, Card, Group, Radio, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconSend, IconWifiOff } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";
import { useMe } from "@/sync/useSession";
import { ask } from "@/ui/ask";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Waiting } from "@/ui/Waiting";
import { begun, type Draft, empty, forget } from "./draft";
import { Guess } from "./Guess";
import { Photos } from "./Photos";
import { filled, type Prefill } from "./prefill";
import { send } from "./send";
import { Sent } from "./Sent";
import { useDraft } from "./useDraft";
import { Where } from "./Where";
import { Windows } from "./Windows";

/** "/tickets/new": what is wrong, where, and when it suits; nothing typed is ever lost. */
export default function New() {
  const asked = useSearch({ strict: false }) as Prefill;
  const me = useMe();
  const { draft, change, become } = useDraft((found) => filled(found, asked));
  if (!draft) return <Waiting />;
  const again = async () => {
    await forget(me.id);
    become(empty());
  };
  return draft.reference ? <Sent draft={draft} change={change} again={again} /> : <Form draft={draft} change={change} clear={again} />;
}

function Form({ draft, change, clear }: { draft: Draft; change: (part: Partial<Draft>) => void; clear: () => Promise<void> }) {
  const { t } = useTranslation("tickets");
  const me = useMe();
  const { error, busy, submit } = useSending(draft, change);
  const problem = error instanceof Problem ? error : null;
  const fault = (field: string) => problem?.fault(field);
  const self = useQuery({ queryKey: ["me"], queryFn: () => ok(api.GET("/api/identity/me")), staleTime: 300_000 });
  const phone = self.data?.contact?.phone ?? "";
  useEffect(() => {
    if (phone && !draft.phone) change({ phone });
  }, [phone]); // eslint-disable-line react-hooks/exhaustive-deps
  const scrap = async () => {
    if (await ask({ title: t("new.scrap"), text: t("new.scrap_text"), yes: t("new.scrap_yes"), no: t("no"), danger: true })) await clear();
  };
  const wide = { minRows: 3, autosize: true, maxLength: 20_000 };
  return (
    <Page title={t("new.title")} lead={t("new.lead")}>
      <form noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }} aria-label={t("new.title")}>
        <Stack gap="lg" maw={640}>
          <TextInput size="md" required label={t("new.what")} placeholder={t("new.what_hint")} maxLength={200} data-autofocus
            value={draft.title} onChange={(event) => change({ title: event.currentTarget.value })} error={fault("title")} />
          <Textarea size="md" label={t("new.details")} placeholder={t("new.details_hint")} {...wide}
            value={draft.description} onChange={(event) => change({ description: event.currentTarget.value })} error={fault("description")} />
          <Guess draft={draft} change={change} />
          <Card withBorder padding="md"><Stack gap="sm"><Where draft={draft} change={change} fault={fault} />
            <TextInput type="tel" autoComplete="tel" label={t("new.phone")} description={t("new.phone_hint")} maxLength={40} value={draft.phone} onChange={(event) => change({ phone: event.currentTarget.value })} error={fault("phone")} />
          </Stack></Card>
          <Photos person={me.id} value={draft.photos} change={(photos) => change({ photos })} />
          <Windows value={draft.windows} zone={draft.place?.zone ?? me.zone} change={(windows) => change({ windows })} error={problem?.body.errors?.find(({ path }) => path.includes("preferred_windows"))?.message} />
          <Radio.Group label={t("new.urgent")} value={draft.priority} onChange={(priority) => change({ priority })} error={fault("priority")}>
            <Stack gap={4} mt={8}>
              {["", "1", "2", "3", "4"].map((level) => <Radio key={level} value={level} label={t(`new.urgency.${level || "auto"}`)} size="md" py={8} />)}
            </Stack>
          </Radio.Group>
          {problem?.kind === "offline" ? (
            <Alert color="orange" icon={<IconWifiOff />} title={t("new.offline")} role="status">{t("new.offline_text")}</Alert>
          ) : error ? <Failure error={error} /> : null}
          <Group>
            <Button type="submit" size="lg" leftSection={<IconSend size={20} />} loading={busy} disabled={!draft.title.trim() || !(draft.place ?? draft.typed.trim())}>{t("new.send")}</Button>
            {begun(draft) && <Anchor component="button" type="button" c="dimmed" size="sm" onClick={() => void scrap()}>{t("new.scrap")}</Anchor>}
          </Group>
          <Text size="sm" c="dimmed">{t("new.kept")}</Text>
        </Stack>
      </form>
    </Page>
  );
}

const AGAIN = 8_000; // ms between tries without a network

/** Sends when asked; without a network again and again by itself, always as the same ticket. */
function useSending(draft: Draft, change: (part: Partial<Draft>) => void) {
  const me = useMe();
  const queries = useQueryClient();
  const [error, fail] = useState<unknown>(null);
  const [busy, work] = useState(false);
  const latest = useRef<() => Promise<void>>(async () => undefined);
  const submit = async () => {
    if (busy) return;
    work(true);
    try {
      const ticket = await send(draft, me.name, change);
      fail(null);
      change({ id: ticket.id, reference: ticket.reference });
      void queries.invalidateQueries({ queryKey: ["tickets"] });
    } catch (problem) {
      fail(problem);
    } finally {
      work(false);
    }
  };
  useEffect(() => {
    latest.current = submit;
  });
  const offline = error instanceof Problem && error.kind === "offline";
  useEffect(() => {
    if (!offline) return;
    const again = () => void latest.current();
    const timer = setInterval(again, AGAIN);
    addEventListener("online", again);
    return () => {
      clearInterval(timer);
      removeEventListener("online", again);
    };
  }, [offline]);
  return { error, busy, submit };
}
