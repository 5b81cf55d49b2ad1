import { Button, Group, List, Progress, Text } from "@mantine/core";
import { IconDeviceMobileDown } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import { locale } from "@/ui/language";
import { useLanguage } from "@/ui/when";
import { apple, install, installed, offered, subscribe } from "./install";
import { Section } from "./Section";

/** The app on this device: installing it, and the room that it takes. */
export function Device() {
  const { t } = useTranslation("account");
  const language = useLanguage();
  const queries = useQueryClient();
  const ready = useSyncExternalStore(subscribe, offered);
  const room = useQuery({ queryKey: ["storage"], queryFn: measure, staleTime: 0 });
  const size = (bytes: number) => new Intl.NumberFormat(locale(language), { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(bytes / 1_000_000);
  const persist = async () => {
    await navigator.storage.persist();
    await queries.invalidateQueries({ queryKey: ["storage"] });
  };
  return (
    <Section title={t("device.title")} text={t("device.text")}>
      {installed() ? <Text size="sm">{t("device.installed")}</Text> : ready ? (
        <Button leftSection={<IconDeviceMobileDown size={18} />} onClick={() => void install()}>{t("device.install")}</Button>
      ) : (
        <List size="sm" type="ordered">
          {[1, 2, 3].map((step) => <List.Item key={step}>{t(`device.${apple() ? "apple" : "other"}_${step}`)}</List.Item>)}
        </List>
      )}
      {room.data && (
        <>
          <Text size="sm" mt="md">{t("device.used", { used: size(room.data.used), free: size(room.data.quota) })}</Text>
          <Progress mt={4} value={room.data.quota ? Math.max(1, (room.data.used / room.data.quota) * 100) : 0} aria-label={t("device.room")} />
          <Group mt="sm">
            {room.data.persisted ? <Text size="sm" c="dimmed">{t("device.persisted")}</Text> : <Button variant="default" size="xs" onClick={() => void persist()}>{t("device.persist")}</Button>}
          </Group>
        </>
      )}
    </Section>
  );
}

async function measure(): Promise<{ used: number; quota: number; persisted: boolean } | null> {
  if (!navigator.storage?.estimate) return null;
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  return { used: usage, quota, persisted: (await navigator.storage.persisted?.()) ?? false };
}
