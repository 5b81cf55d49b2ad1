import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** Nothing to show, and what to do about it (the children). */
export function Empty({ title, text, children, icon }: { title: string; text?: string; children?: ReactNode; icon?: ReactNode }) {
  return (
    <Stack align="center" ta="center" gap="xs" py="xl" px="md" mih={160} justify="center">
      {icon}
      <Title order={2} size="h4">{title}</Title>
      {text && <Text c="dimmed" maw={480}>{text}</Text>}
      {children}
    </Stack>
  );
}
