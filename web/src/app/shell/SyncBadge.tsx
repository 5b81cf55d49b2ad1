import { ActionIcon, Badge } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCloudCheck, IconCloudOff, IconCloudUp, IconCloudX } from "@tabler/icons-react";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";

import type { Status } from "@/sync/engine";
import { session } from "@/sync/session";
import { useSyncStatus } from "@/sync/useSync";
import { onShowSync } from "@/ui/panel";

const SyncPanel = lazy(() => import("./SyncPanel"));

/** Always visible to who works offline: whether everything is sent, and what is not. */
export function SyncBadge() {
  const { t } = useTranslation();
  const status = useSyncStatus();
  const [open, panel] = useDisclosure(false);
  useEffect(() => onShowSync(panel.open), []); // eslint-disable-line react-hooks/exhaustive-deps -- opens the same panel
  if (!session.has("consultant")) return null;
  const { key, color, icon: Icon } = look(status);
  const label = t(`sync.${key}`, { count: status.waiting || status.refused });
  return (
    <>
      <ActionIcon variant="light" color={color} size={44} onClick={panel.open} aria-label={label} title={label} data-sync={key}>
        <Icon size={22} />
        {status.waiting + status.refused > 0 && (
          <Badge size="xs" circle color={color} pos="absolute" top={2} right={2}>{status.waiting + status.refused}</Badge>
        )}
      </ActionIcon>
      <Suspense fallback={null}>{open && <SyncPanel close={panel.close} />}</Suspense>
    </>
  );
}

function look(status: Status) {
  if (status.refused > 0) return { key: "refused", color: "red", icon: IconCloudX } as const;
  if (!status.online) return { key: status.waiting ? "offline_waiting" : "offline", color: "orange", icon: IconCloudOff } as const;
  if (status.waiting > 0) return { key: "waiting", color: "orange", icon: IconCloudUp } as const;
  return { key: "fine", color: "green", icon: IconCloudCheck } as const;
}
