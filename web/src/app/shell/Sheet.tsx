import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { listed } from "@/ui/shortcuts";

/** The help sheet: every shortcut that works here and now. */
export default function Sheet({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const [shortcuts] = useState(listed);
  return (
    <Modal opened onClose={close} title={t("shell.shortcuts")}>
      <Stack gap="xs">
        {shortcuts.map(({ keys, label }) => (
          <Group key={keys + label} justify="space-between" wrap="nowrap">
            <Text size="sm">{label}</Text>
            <Group gap={4} wrap="nowrap">{keys.split("+").map((key) => <Kbd key={key}>{key === "mod" ? "Ctrl" : key}</Kbd>)}</Group>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
