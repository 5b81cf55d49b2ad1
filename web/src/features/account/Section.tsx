import { Card, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** A part of the page with its heading. */
export function Section({ id, title, text, children }: { id?: string; title: string; text?: string; children: ReactNode }) {
  return (
    <Card withBorder padding="lg" component="section" aria-label={title} id={id}>
      <Title order={2} size="h4">{title}</Title>
      {text && <Text size="sm" c="dimmed" mb="md" mt={4}>{text}</Text>}
      {children}
    </Card>
  );
}
