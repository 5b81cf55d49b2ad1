import { Button, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** The inside of a toast that can be taken back. */
export function undoable(message: string, label: string, act: () => void): ReactNode {
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text size="sm">{message}</Text>
      <Button size="compact-sm" variant="light" onClick={act}>{label}</Button>
    </Group>
  );
}
