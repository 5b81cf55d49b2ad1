import { Button, Group, Text } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { engine, type Status } from "@/sync/engine";
import { useSyncStatus } from "@/sync/useSync";
import { clock, relative, useLanguage, useNow } from "@/ui/when";

/** Where the sync stands, in a line, and a button that syncs now. */
export function Line() {
  const { t } = useTranslation("visits");
  const status = useSyncStatus();
  const language = useLanguage();
  const now = useNow();
  const since = status.since ? since_(status.since, now, language) : "";
  const reason = t(`line.${why(status)}`);
  const text = status.waiting
    ? t("line.waiting", { count: status.waiting, since, reason })
    : status.synced
      ? t("line.sent", { when: relative(Date.parse(status.synced), now, language), reason: status.problem || !status.online ? `, ${reason}` : "" })
      : reason;
  return (
    <Group justify="space-between" gap="xs" wrap="nowrap">
      <Text size="sm" c={status.waiting || status.problem ? undefined : "dimmed"} role="status">{text}</Text>
      <Button variant="default" flex="none" leftSection={<IconRefresh size={18} aria-hidden />} loading={status.phase !== "idle"} onClick={() => engine.kick(true)}>
        {t("line.refresh")}
      </Button>
    </Group>
  );
}

const since_ = (at: string, now: number, language: string) =>
  now - Date.parse(at) < 20 * 3_600_000 ? clock(at, language) : new Intl.DateTimeFormat(language, { weekday: "short", hour: "numeric", minute: "2-digit" }).format(new Date(at));

function why(status: Status): string {
  if (!status.online) return "offline";
  if (!status.problem) return "sending";
  return ["offline", "expired", "busy"].includes(status.problem.kind) ? status.problem.kind : "broken";
}
