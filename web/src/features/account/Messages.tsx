import { Button, Checkbox, Group, Switch, Table, Text, TextInput, VisuallyHidden } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok, type Schemas } from "@/sync/api/client";
import { session } from "@/sync/session";
import { Failure } from "@/ui/Failure";
import { done } from "@/ui/toast";
import { Waiting } from "@/ui/Waiting";
import classes from "./account.module.css";
import { Section } from "./Section";

type Chosen = Schemas["Chosen"];
type Channel = Chosen["channels"][number];
type Kinds = Record<string, boolean>;

const CUSTOMER = ["assigned", "accepted", "travelling", "waiting", "resolved", "closed", "survey", "cancelled", "message", "delayed"];
const CONSULTANT = ["assignment", "withdrawn", "interrupted", "message", "cancelled"];
const DESK = ["stalled", "message"];

/** The kinds that a role ever gets. */
function mine(): string[] {
  const kinds = [
    ...(session.has("customer", "store") ? CUSTOMER : []),
    ...(session.has("consultant") ? CONSULTANT : []),
    ...(session.has("dispatcher", "manager", "administrator", "receptionist", "auditor") ? DESK : []),
  ];
  return [...new Set(kinds)];
}

/** What I want to hear of, on which channel, and when not. */
export function Messages() {
  const { t } = useTranslation("account");
  const chosen = useQuery({ queryKey: ["preferences"], queryFn: () => ok(api.GET("/api/engagement/preferences")) as Promise<Chosen> });
  return (
    <Section id="messages" title={t("messages.title")} text={t("messages.text")}>
      {chosen.isPending && <Waiting rows={3} height={36} />}
      {chosen.isError && <Failure error={chosen.error} retry={() => void chosen.refetch()} />}
      {chosen.data && <Form key={chosen.data.version} chosen={chosen.data} />}
    </Section>
  );
}

function Form({ chosen }: { chosen: Chosen }) {
  const { t } = useTranslation("account");
  const queries = useQueryClient();
  const [wanted, want] = useState<Record<Channel, Kinds>>({ inbox: { ...chosen.inbox } as Kinds, mail: { ...chosen.mail } as Kinds, push: { ...chosen.push } as Kinds, sms: { ...chosen.sms } as Kinds });
  const [quiet, rest] = useState(chosen.quiet ?? null);
  const [{ busy, error }, tell] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const channels = (["inbox", "mail", "push", "sms"] as const).filter((channel) => chosen.channels.includes(channel) || channel === "push");
  const toggle = (channel: Channel, kind: string, on: boolean) => want((now) => ({ ...now, [channel]: { ...now[channel], [kind]: on } }));
  const save = async () => {
    tell({ busy: true, error: null });
    try {
      const kept = await ok(api.PUT("/api/engagement/preferences", { params: { header: { "If-Match": `"${chosen.version}"` } }, body: { ...wanted, quiet } as never }));
      queries.setQueryData(["preferences"], kept);
      tell({ busy: false, error: null });
      done(t("saved"));
    } catch (failure) {
      tell({ busy: false, error: failure });
    }
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <Table.ScrollContainer minWidth={320} type="native">
        <Table verticalSpacing={4} horizontalSpacing="xs" className={classes["matrix"]}>
          <Table.Thead><Table.Tr><Table.Th>{t("messages.what")}</Table.Th>{channels.map((channel) => <Table.Th key={channel} ta="center">{t(`messages.${channel}`)}</Table.Th>)}</Table.Tr></Table.Thead>
          <Table.Tbody>
            {mine().map((kind) => (
              <Table.Tr key={kind}>
                <Table.Th scope="row" fw={400}>{t(`kind.${kind}`)}</Table.Th>
                {channels.map((channel) => (
                  <Table.Td key={channel} ta="center"><label className={classes["box"]}><VisuallyHidden>{`${t(`kind.${kind}`)}: ${t(`messages.${channel}`)}`}</VisuallyHidden><Checkbox size="md" checked={wanted[channel][kind] ?? false} onChange={(event) => toggle(channel, kind, event.currentTarget.checked)} /></label></Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Switch mt="md" size="md" label={t("messages.quiet")} description={t("messages.quiet_text")} checked={!!quiet} onChange={(event) => rest(event.currentTarget.checked ? { start: "22:00", end: "07:00" } : null)} />
      {quiet && (
        <Group mt="xs">
          <TextInput type="time" label={t("messages.from")} value={quiet.start} onChange={(event) => rest({ ...quiet, start: event.currentTarget.value })} />
          <TextInput type="time" label={t("messages.to")} value={quiet.end} onChange={(event) => rest({ ...quiet, end: event.currentTarget.value })} />
        </Group>
      )}
      {error !== null && <Failure error={error} retry={() => void queries.invalidateQueries({ queryKey: ["preferences"] })} />}
      <Group mt="md"><Button type="submit" loading={busy}>{t("save")}</Button>{quiet && quiet.start === quiet.end && <Text size="sm" c="red">{t("messages.same")}</Text>}</Group>
    </form>
  );
}
