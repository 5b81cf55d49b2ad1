import { Alert, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { IconBellRinging } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { useMe } from "@/sync/useSession";
import { Failure } from "@/ui/Failure";
import { done } from "@/ui/toast";
import { When } from "@/ui/When";
import { device, state, subscribe, trial, unsubscribe } from "./push";
import { Section } from "./Section";

/** Messages to this device, also while the app is closed. */
export function Push() {
  const { t } = useTranslation("account");
  const me = useMe();
  const queries = useQueryClient();
  const here = useQuery({ queryKey: ["push", "here"], queryFn: () => state(me.id), staleTime: 0 });
  const devices = useQuery({ queryKey: ["push", "devices"], queryFn: () => ok(api.GET("/api/engagement/push/subscriptions")) });
  const [{ busy, error }, tell] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const attempt = async (act: () => Promise<unknown>, said: string) => {
    tell({ busy: true, error: null });
    try {
      await act();
      if (said) done(said);
      tell({ busy: false, error: null });
    } catch (failure) {
      tell({ busy: false, error: failure });
    }
    await queries.invalidateQueries({ queryKey: ["push"] });
  };
  const now = here.data ?? "off";
  return (
    <Section title={t("push.title")} text={t("push.text")}>
      {now === "iphone" && <Alert color="squad" title={t("push.iphone")}>{t("push.iphone_text")}</Alert>}
      {now === "none" && <Alert color="gray">{t("push.none")}</Alert>}
      {now === "refused" && <Alert color="orange" title={t("push.refused")}>{t("push.refused_text")}</Alert>}
      <Group>
        {now === "off" && <Button leftSection={<IconBellRinging size={18} />} loading={busy} onClick={() => void attempt(() => subscribe(me.id, device()), "")}>{t("push.on")}</Button>}
        {now === "on" && (
          <>
            <Badge color="green" variant="light" size="lg" styles={{ root: { textTransform: "none" } }}>{t("push.is_on")}</Badge>
            <Button variant="default" loading={busy} onClick={() => void attempt(() => trial(me.id), t("push.sent"))}>{t("push.test")}</Button>
            <Button variant="subtle" color="red" loading={busy} onClick={() => void attempt(() => unsubscribe(me.id), t("push.ended"))}>{t("push.off")}</Button>
          </>
        )}
      </Group>
      {error !== null && <Failure error={error} />}
      {(devices.data?.items.length ?? 0) > 0 && (
        <Stack gap={4} mt="md" role="list" aria-label={t("push.devices")}>
          <Text size="sm" fw={600}>{t("push.devices")}</Text>
          {devices.data?.items.map((one) => (
            <Group key={one.id} role="listitem" justify="space-between">
              <Text size="sm">{one.name || t("sessions.unknown")} · <When at={one.since} /></Text>
              <Button variant="subtle" size="compact-sm" color="red" aria-label={t("push.remove", { name: one.name })} onClick={() => void attempt(() => ok(api.DELETE("/api/engagement/push/subscriptions/{id}", { params: { path: { id: one.id } } })), t("push.ended"))}>{t("sessions.end")}</Button>
            </Group>
          ))}
        </Stack>
      )}
    </Section>
  );
}
