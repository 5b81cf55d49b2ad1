import { Alert, Anchor, Button, Card, Group, Progress, Stack, Text } from "@mantine/core";
import { IconArrowLeft, IconFileText, IconRosetteDiscountCheck } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { api, ok, raw } from "@/sync/api/client";
import { session } from "@/sync/session";
import { ask } from "@/ui/ask";
import { Failure, useReason } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { done, failed } from "@/ui/toast";
import { Waiting } from "@/ui/Waiting";
import { Compared } from "./Compared";
import { State } from "./List";
import { open, type Result as Found } from "./model";
import { useSummary } from "./useSummary";

/** One what-if: how far it is, and what came of it. */
export default function Result() {
  const { t } = useTranslation("whatif");
  const { id } = useParams({ strict: false }) as { id: string };
  const summary = useSummary();
  const { data, error, refetch } = useQuery({
    queryKey: ["simulation", id],
    queryFn: () => ok(api.GET("/api/routing/simulations/{id}", { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data && !open(state.data.state) ? false : 1_500),
  });
  const told = data && summary(data.asked);
  const result = data?.result as unknown as Found | null | undefined;
  return (
    <Page wide title={told?.title ?? t("title")} lead={told?.text} actions={data?.state === "done" && <Actions id={id} promotable={!!data.promote} version={data.asked.version ?? null} />}>
      <Group gap="md">
        <Anchor renderRoot={(props) => <Link {...props} to="/what-if" />} data-no-print><Group gap={4}><IconArrowLeft size={16} aria-hidden />{t("back")}</Group></Anchor>
        {data && <State state={data.state} />}
      </Group>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Waiting rows={3} />}
      {data && open(data.state) && <Running id={id} state={data.state} share={data.share ?? 0} />}
      {data && ["failed", "cancelled", "interrupted"].includes(data.state) && (
        <Alert color={data.state === "failed" ? "red" : "orange"} title={t(`state.${data.state}`)}>
          {t(`ended.${data.state}`)}{data.state === "failed" && data.reason && <Text size="sm" mt={4}>{data.reason}</Text>}
        </Alert>
      )}
      {result && <Compared result={result} recorded={data?.asked.source !== "generated"} />}
    </Page>
  );
}

function Running({ id, state, share }: { id: string; state: string; share: number }) {
  const { t } = useTranslation("whatif");
  const reason = useReason();
  const queries = useQueryClient();
  const cancel = async () => {
    if (!(await ask({ title: t("cancel.title"), text: t("cancel.text"), yes: t("cancel.yes"), no: t("cancel.no"), danger: true }))) return;
    try {
      await ok(api.POST("/api/routing/simulations/{id}/cancel", { params: { path: { id } } }));
      done(t("cancel.done"));
    } catch (error) {
      failed(reason(error));
    }
    await queries.invalidateQueries({ queryKey: ["simulation", id] });
  };
  const percent = Math.round(100 * share);
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Text role="status">{state === "queued" ? t("running.queued") : t("running.share", { percent })}</Text>
        <Progress value={percent} size="lg" animated aria-label={t("progress")} />
        <Text size="sm" c="dimmed">{t("running.text")}</Text>
        <Group><Button variant="default" onClick={() => void cancel()}>{t("cancel.button")}</Button></Group>
      </Stack>
    </Card>
  );
}

function Actions({ id, promotable, version }: { id: string; promotable: boolean; version: number | null }) {
  const { t } = useTranslation("whatif");
  const reason = useReason();
  const queries = useQueryClient();
  const [intent, renew] = useState(() => v7());
  const [busy, wait] = useState("");
  const during = async (name: string, work: () => Promise<void>) => {
    wait(name);
    try {
      await work();
    } catch (error) {
      failed(reason(error));
    } finally {
      wait("");
    }
  };
  const report = () => during("report", async () => {
    const blob = await (await raw(`/api/routing/simulations/${id}/report`)).blob();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([blob], { type: "text/html" }));
    link.download = `what-if-${id}.html`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });
  const promote = () => during("promote", async () => {
    const inForce = await ok(api.GET("/api/routing/policy"));
    const note = await ask({ title: t("promote.title"), text: t("promote.text", { old: inForce.version, version: version ?? "" }), yes: t("promote.yes"), no: t("promote.no"), reason: { label: t("promote.why") } });
    if (!note) return;
    await ok(api.POST("/api/routing/simulations/{id}/promote", { params: { path: { id } }, body: { note: note.slice(0, 400), replaces: null }, headers: { "if-match": `"${inForce.version}"`, "idempotency-key": intent } }));
    renew(v7());
    done(t("promote.done"));
    await queries.invalidateQueries({ predicate: ({ queryKey: [first] }) => first === "policy" || first === "policies" });
  });
  return (
    <>
      <Button variant="default" loading={busy === "report"} leftSection={<IconFileText size={16} />} onClick={() => void report()}>{t("report")}</Button>
      {promotable && session.has("manager", "administrator") && (
        <Button loading={busy === "promote"} leftSection={<IconRosetteDiscountCheck size={16} />} onClick={() => void promote()}>{t("promote.button")}</Button>
      )}
    </>
  );
}
