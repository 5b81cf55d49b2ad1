import { Badge, Button } from "@mantine/core";
import { IconCloudUp, IconCloudX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Pending } from "@/sync/model";
import { useSyncStatus } from "@/sync/useSync";
import { showSync } from "@/ui/panel";

/** A small mark on what is not sent yet, or refused. */
export function Unsent({ of }: { of: Pending[] }) {
  const { t, i18n } = useTranslation("visits");
  const { upload } = useSyncStatus();
  if (of.length === 0) return null;
  if (of.some((one) => one.state === "refused"))
    return (
      <Button size="compact-sm" color="red" variant="light" leftSection={<IconCloudX size={16} aria-hidden />} onClick={showSync}>{t("refused")}</Button>
    );
  const share = of.some((one) => one.id === upload?.id) ? upload?.share : undefined;
  const part = share === undefined ? "" : ` ${new Intl.NumberFormat(i18n.language, { style: "percent" }).format(share)}`;
  return (
    <Badge color="orange" variant="light" styles={{ root: { textTransform: "none" } }} leftSection={<IconCloudUp size={14} aria-hidden />}>
      {t("unsent") + part}
    </Badge>
  );
}
