import { Anchor, Badge, Button, Card, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { session } from "@/sync/session";
import { Mark } from "@/ui/Mark";

interface Demo {
  items: { id: string; name: string; role: string; mail: string; language: string }[];
}

/** The door: sign in, or try a role of the demo world. */
export default function Welcome() {
  const { t, i18n } = useTranslation();
  const { back = "/" } = useSearch({ strict: false }) as { back?: string };
  const demo = useQuery({
    queryKey: ["demo"],
    queryFn: async () => (await (await fetch("/api/identity/demo")).json()) as Demo,
    staleTime: Infinity,
  });
  const people = demo.data?.items ?? [];
  const enter = (mail = "") => void session.begin(mail, i18n.language, back);
  return (
    <Stack maw={880} mx="auto" py="xl" gap="xl">
      <Stack align="center" ta="center" gap="sm">
        <Mark size={72} />
        <Title order={1}>{t("welcome.title")}</Title>
        <Text c="dimmed" maw={560}>{t("welcome.lead")}</Text>
        <Button size="lg" onClick={() => enter()}>{t("welcome.signin")}</Button>
      </Stack>
      {people.length > 0 && (
        <Stack>
          <Title order={2} size="h4">{t("welcome.demo")}</Title>
          <Text size="sm" c="dimmed">{t("welcome.demo_text")}</Text>
          <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
            {people.map((person) => (
              <Card key={person.id} withBorder component="button" type="button" onClick={() => enter(person.mail)} ta="left">
                <Group justify="space-between" wrap="nowrap">
                  <Text fw={650}>{t(`roles.${person.role}`)}</Text>
                  <Badge variant="default" size="xs">{person.language}</Badge>
                </Group>
                <Text size="sm">{person.name}</Text>
                <Text size="xs" c="dimmed" mt={4}>{t(`welcome.role.${person.role}`)}</Text>
              </Card>
            ))}
          </SimpleGrid>
        </Stack>
      )}
      <Group justify="center" gap="lg">
        <Anchor href="/about" size="sm">{t("welcome.about")}</Anchor>
        <Anchor href="/api/docs" size="sm">{t("welcome.api")}</Anchor>
      </Group>
    </Stack>
  );
}
