import { Button, Card, Group, Progress, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { useReason } from "@/ui/Failure";
import { failed } from "@/ui/toast";
import { When } from "@/ui/When";
import { useRebuild } from "./data";

/** The search index: how large, and filling it anew. */
export function Rebuild() {
  const { t } = useTranslation("operations");
  const client = useQueryClient();
  const reason = useReason();
  const { data: state } = useRebuild(true);
  const start = useMutation({
    mutationFn: () => ok(api.POST("/api/search/rebuild", { body: {} })),
    onSuccess: (now) => client.setQueryData(["operations", "rebuild"], now),
    onError: (error) => failed(reason(error)),
  });
  const running = state?.state === "running";
  return (
    <Card withBorder component="section" aria-labelledby="index">
      <Group justify="space-between" align="flex-start" mb="xs">
        <Title order={2} size="h4" id="index">{t("index.title")}</Title>
        <Button size="sm" variant="default" disabled={running} loading={start.isPending} onClick={() => start.mutate()}>{t("index.rebuild")}</Button>
      </Group>
      <div role="status">
        <Text size="sm">{t("index.entries", { count: state?.entries ?? 0 })}</Text>
        {running && (
          <>
            <Progress value={100} animated striped aria-label={t("index.running")} my="xs" />
            <Text size="sm">{t("index.running")}{state.began && <> · <When at={state.began} /></>}</Text>
            {Object.entries(state.received ?? {}).map(([source, count]) => <Text size="sm" key={source}>{t("index.received", { source, count })}</Text>)}
          </>
        )}
      </div>
      <Text size="sm" c="dimmed" mt={4}>{t("index.text")}</Text>
    </Card>
  );
}
