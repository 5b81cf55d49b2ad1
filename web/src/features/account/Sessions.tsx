import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { engine } from "@/sync/engine";
import { leave } from "@/sync/leave";
import { ask } from "@/ui/ask";
import { Failure, useReason } from "@/ui/Failure";
import { done, failed } from "@/ui/toast";
import { Waiting } from "@/ui/Waiting";
import { When } from "@/ui/When";
import { Section } from "./Section";

/** Where one is signed in, and ending it there. */
export function Sessions() {
  const { t } = useTranslation("account");
  const reason = useReason();
  const queries = useQueryClient();
  const list = useQuery({ queryKey: ["sessions"], queryFn: () => ok(api.GET("/api/identity/sessions")) });
  const items = list.data?.items ?? [];
  const attempt = async (act: () => Promise<unknown>, said: string) => {
    try {
      await act();
      done(said);
    } catch (error) {
      failed(reason(error));
    }
    await queries.invalidateQueries({ queryKey: ["sessions"] });
  };
  const others = () => ok(api.POST("/api/identity/sessions/end-others", { body: {} as never } as never));
  const everywhere = async () => {
    const { waiting, refused } = engine.snapshot.status;
    const text = waiting + refused ? t("sessions.unsent", { count: waiting + refused }) : t("sessions.everywhere_text");
    if (!(await ask({ title: t("sessions.everywhere"), text, yes: t("sessions.everywhere"), no: t("no"), danger: true }))) return;
    try {
      await others();
      await leave();
    } catch (error) {
      failed(reason(error));
    }
  };
  return (
    <Section title={t("sessions.title")} text={t("sessions.text")}>
      {list.isPending && <Waiting rows={2} height={44} />}
      {list.isError && <Failure error={list.error} retry={() => void list.refetch()} />}
      <Stack gap="sm" role="list">
        {items.map((one) => (
          <Group key={one.id} justify="space-between" role="listitem" wrap="nowrap">
            <div>
              <Text size="sm" fw={600}>{one.device || t("sessions.unknown")} {one.current && <Badge size="sm" variant="light" styles={{ root: { textTransform: "none" } }}>{t("sessions.here")}</Badge>}</Text>
              <Text size="xs" c="dimmed">{t("sessions.used")} <When at={one.used} /> · {t("sessions.began")} <When at={one.began} /></Text>
            </div>
            {!one.current && <Button variant="default" size="xs" flex="none" onClick={() => void attempt(() => ok(api.DELETE("/api/identity/sessions/{id}", { params: { path: { id: one.id } } })), t("sessions.ended"))}>{t("sessions.end")}</Button>}
          </Group>
        ))}
      </Stack>
      <Group mt="md">
        <Button variant="default" disabled={items.length < 2} onClick={() => void attempt(others, t("sessions.others_ended"))}>{t("sessions.others")}</Button>
        <Button variant="light" color="red" onClick={() => void everywhere()}>{t("sessions.everywhere")}</Button>
      </Group>
    </Section>
  );
}
