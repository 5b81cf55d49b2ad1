import { Alert, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useSync } from "@/sync/useSync";
import { locale } from "@/ui/language";
import { useLanguage } from "@/ui/when";

const LITTLE = 50 * 1024 * 1024; // bytes left: a dozen photos

async function measure(): Promise<{ used: number; left: number; safe: boolean } | null> {
  const found = await navigator.storage?.estimate?.();
  if (!found?.quota) return null;
  const used = found.usage ?? 0;
  return { used, left: Math.max(0, found.quota - used), safe: (await navigator.storage.persisted?.()) ?? false };
}

/** How much room this device has for unsent work, and whether it may throw it away. */
export function Space() {
  const { t } = useTranslation("visits");
  const language = useLanguage();
  const { pending } = useSync();
  const { data } = useQuery({ queryKey: ["space", pending.length], queryFn: measure, placeholderData: (old) => old });
  if (!data) return null;
  const size = (bytes: number) =>
    new Intl.NumberFormat(locale(language), { style: "unit", unit: bytes > 1e9 ? "gigabyte" : "megabyte", maximumFractionDigits: 1 }).format(bytes / (bytes > 1e9 ? 1e9 : 1e6));
  return (
    <>
      {data.left < LITTLE && (
        <Alert color="red" icon={<IconAlertTriangle />} title={t("space.little", { left: size(data.left) })}>{t("space.little_text")}</Alert>
      )}
      <Text size="sm" c="dimmed">{t("space.use", { used: size(data.used), left: size(data.left) })} {t(data.safe ? "space.safe" : "space.unsafe")}</Text>
    </>
  );
}
