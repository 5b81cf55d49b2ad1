import { Badge, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { api, ok, type Schemas } from "@/sync/api/client";
import { ask } from "@/ui/ask";
import { Failure, useReason } from "@/ui/Failure";
import { done, failed } from "@/ui/toast";
import { Waiting } from "@/ui/Waiting";
import { When } from "@/ui/When";
import { Changes } from "./Changes";
import { useVersion, useVersions } from "./data";

/** Every version, the newest first, with what differs from the one in force. */
export function Versions({ active, writes }: { active: number; writes: boolean }) {
  const { data, error, refetch, isPending } = useVersions();
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Waiting />;
  return (
    <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
      {data.items.map((one) => <li key={one.version}><Version edition={one} active={active} writes={writes} /></li>)}
    </Stack>
  );
}

const COLORS = { active: "green", draft: "blue", retired: "gray" };

function Version({ edition, active, writes }: { edition: Omit<Schemas["Edition"], "document">; active: number; writes: boolean }) {
  const { t } = useTranslation("policy");
  const reason = useReason();
  const queries = useQueryClient();
  const [open, show] = useState(false);
  const [intent, renew] = useState(() => v7());
  const { version, state } = edition;
  const against = version === active ? Math.max(1, version - 1) : active;
  const told = useVersion(version, against, open);
  const promote = async () => {
    const note = await ask({ title: t("promote.title", { version }), text: t("promote.text", { version, old: active }), yes: t("promote.yes"), no: t("promote.no"), reason: { label: t("promote.why") } });
    if (!note) return;
    try {
      await ok(api.POST("/api/routing/policies/{version}/promote", {
        params: { path: { version: String(version) } }, body: { note: note.slice(0, 500), replaces: null }, headers: { "if-match": `"${active}"`, "idempotency-key": intent },
      }));
      done(t("promote.done", { version }));
    } catch (error) {
      failed(reason(error));
    }
    renew(v7());
    await Promise.all([queries.invalidateQueries({ queryKey: ["policy"] }), queries.invalidateQueries({ queryKey: ["policies"] })]);
  };
  return (
    <Card withBorder>
      <Group justify="space-between" align="flex-start">
        <div>
          <Group gap="xs">
            <Title order={2} size="h5">{t("version", { version })}</Title>
            <Badge color={COLORS[state]} variant="light" styles={{ root: { textTransform: "none" } }}>{t(`state.${state}`)}</Badge>
          </Group>
          <Text size="sm">{edition.note}</Text>
          <Text size="sm" c="dimmed" component="div">{t("written")} <When at={edition.at} />{edition.promoted_at && <> · {t("promoted")} <When at={edition.promoted_at} />{edition.reason && `: ${edition.reason}`}</>}</Text>
        </div>
        <Group gap="xs">
          {(version > 1 || state !== "active") && <Button variant="subtle" aria-expanded={open} onClick={() => show(!open)}>{t(open ? "hide" : "differs", { version: against })}</Button>}
          {writes && state !== "active" && <Button variant="default" component={Link} to={`/what-if/new?version=${version}`}>{t("tried")}</Button>}
          {writes && state !== "active" && <Button onClick={() => void promote()}>{t("promote.button")}</Button>}
        </Group>
      </Group>
      {open && <div>{told.data ? <Changes changes={told.data.changes} /> : told.error ? <Failure error={told.error} /> : <Waiting rows={1} />}</div>}
    </Card>
  );
}
