import { Alert, Button, Card, Drawer, Group, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { engine } from "@/sync/engine";
import type { Pending, Visit } from "@/sync/model";
import { useSync } from "@/sync/useSync";
import { ask } from "@/ui/ask";
import { Empty } from "@/ui/Empty";
import { useReason } from "@/ui/Failure";
import { When } from "@/ui/When";

/** What is unsent, since when and why; and what was refused, with what can be done about it. */
export default function SyncPanel({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const { status, pending, visits } = useSync();
  const reason = useReason();
  const refused = pending.filter((one) => one.state === "refused");
  const waiting = pending.filter((one) => one.state === "waiting");
  return (
    <Drawer opened onClose={close} position="right" title={t("sync.title")} closeButtonProps={{ "aria-label": t("close", { ns: "ui" }) }}>
      <Stack>
        <Text size="sm">
          {status.synced ? <>{t("sync.last")} <When at={status.synced} /></> : t("sync.never")}
        </Text>
        {status.problem && <Alert color="orange">{reason(status.problem)} {t("sync.again")}</Alert>}
        {Math.abs(status.skew) > 120_000 && <Alert color="orange">{t("sync.clock", { count: Math.round(Math.abs(status.skew) / 60_000) })}</Alert>}
        <Button onClick={() => engine.kick(true)} loading={status.phase !== "idle"} variant="light">{t("sync.now")}</Button>
        {refused.length > 0 && <Title order={3} size="h5">{t("sync.refused_title")}</Title>}
        {refused.map((one) => <Refused key={one.id} one={one} visit={visits.find((visit) => visit.id === one.ticket)} />)}
        {waiting.length > 0 && <Title order={3} size="h5">{t("sync.waiting_title", { count: waiting.length })}</Title>}
        {waiting.map((one) => (
          <Card key={one.id} withBorder padding="xs">
            <Line one={one} visit={visits.find((visit) => visit.id === one.ticket)} />
          </Card>
        ))}
        {pending.length === 0 && <Empty title={t("sync.empty")} text={t("sync.empty_text")} />}
      </Stack>
    </Drawer>
  );
}

function Line({ one, visit }: { one: Pending; visit: Visit | undefined }) {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm" fw={600}>{t(`sync.did.${one.name.replace(".", "_")}`)}</Text>
      <Text size="xs" c="dimmed">{visit ? `${visit.ticket.reference} ${visit.ticket.title}` : one.ticket} · <When at={one.at} /></Text>
    </>
  );
}

/** The words of a refused change, so that a note or a copy keeps what it said. */
const words = (one: Pending): string =>
  Object.entries(one.args).filter(([key, value]) => typeof value !== "object" && key !== "id").map(([key, value]) => `${key}: ${String(value)}`).join(", ");

function Refused({ one, visit }: { one: Pending; visit: Visit | undefined }) {
  const { t } = useTranslation();
  const told = `${t(`sync.did.${one.name.replace(".", "_")}`)}${words(one) ? ` (${words(one)})` : ""}`;
  const discard = async () => {
    if (await ask({ title: t("sync.discard_title"), text: `${told}. ${t("sync.discard_text")}`, yes: t("sync.discard"), no: t("sync.keep"), danger: true }))
      await engine.discard(one);
  };
  return (
    <Card withBorder padding="sm" role="group" aria-label={told}>
      <Line one={one} visit={visit} />
      <Text size="sm" mt={4}>{one.problem?.detail ?? one.problem?.title}</Text>
      {words(one) && <Text size="xs" c="dimmed">{words(one)}</Text>}
      <Group gap="xs" mt="xs">
        {one.kind === "mutation" && <Button size="xs" onClick={() => void engine.toNote(one, `${told}, ${one.at}`)}>{t("sync.note")}</Button>}
        <Button size="xs" variant="default" onClick={() => void engine.retry(one)}>{t("sync.retry")}</Button>
        <Button size="xs" variant="subtle" color="red" onClick={() => void discard()}>{t("sync.discard")}</Button>
      </Group>
    </Card>
  );
}
