import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

/** A screen: its one heading, what it says of itself, and its buttons. The heading is the window's title too. */
export function Page({ title, lead, actions, children, wide }: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}) {
  useEffect(() => {
    document.title = `${title} · Sysops Squad`;
  }, [title]);
  return (
    <Stack gap="md" maw={wide ? undefined : 1080} mx={wide ? undefined : "auto"}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div>
          <Title order={1} size="h2">{title}</Title>
          {lead && <Text component="div" c="dimmed">{lead}</Text>}
        </div>
        {actions && <Group gap="xs" data-no-print>{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
