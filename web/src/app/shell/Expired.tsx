import { Alert, Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { session } from "@/sync/session";
import { useSyncStatus } from "@/sync/useSync";

/** The sign-in ran out. Nothing is lost: unsent work waits for who did it. */
export function Expired() {
  const { t, i18n } = useTranslation();
  const { waiting } = useSyncStatus();
  return (
    <Alert color="orange" mb="md" title={t("expired.title")} role="alert">
      <Group justify="space-between">
        <Text size="sm">{waiting ? t("expired.waiting", { count: waiting }) : t("expired.text")}</Text>
        <Button size="sm" onClick={() => void session.begin("", i18n.language, location.pathname + location.search)}>{t("expired.again")}</Button>
      </Group>
    </Alert>
  );
}
