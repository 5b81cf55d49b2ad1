import { Alert, Button, Group, SimpleGrid, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { IconArrowLeft, IconSend } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { api, ok, type Schemas } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";
import { useMe } from "@/sync/useSession";
import { Failure } from "@/ui/Failure";
import { Big } from "./Big";
import { type Category, URGENCY } from "./kinds";

/** The second and third touch: how bad it is, and send. What the store has told before is known already. */
export function Report({ category, store, back }: { category: Category; store: Schemas["Store"] | undefined; back: () => void }) {
  const { t } = useTranslation("counter");
  const me = useMe();
  const queries = useQueryClient();
  const [id] = useState(() => v7()); // chosen once: sending twice logs once
  const [priority, urge] = useState<number | null>(null);
  const [words, write] = useState("");
  const [who, name] = useState(me.name);
  const [postal, locate] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const send = useMutation({
    mutationFn: () =>
      ok(
        api.POST("/api/tickets", {
          headers: { "idempotency-key": id },
          body: {
            id, category, priority, description: words.trim(),
            title: words.trim().split("\n")[0]?.slice(0, 120) || t(`kind.${category}`),
            location: { postal_code: store?.postal_code || postal.trim() || null, address: store?.name ?? "" },
            contact: { name: who.trim() },
          } as never,
        }),
      ),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["tickets"] }),
  });
  const fault = send.error instanceof Problem ? send.error.fault("postal_code") : undefined;
  if (send.data)
    return (
      <Alert color="green" title={t("sent.title", { reference: send.data.reference })} role="status">
        <Text>{t("sent.text")}</Text>
        <Group mt="md">
          <Button size="lg" onClick={back}>{t("sent.another")}</Button>
          <Button size="lg" variant="default" component={Link} to={`/tickets/${send.data.id}`}>{t("sent.follow")}</Button>
        </Group>
      </Alert>
    );
  return (
    <Stack component="section" aria-label={t(`kind.${category}`)}>
      <Group>
        <Button variant="default" size="md" leftSection={<IconArrowLeft size={18} />} onClick={back}>{t("back")}</Button>
        <Title order={2} size="h3" tabIndex={-1} ref={heading}>{t(`kind.${category}`)}</Title>
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 3 }} role="group" aria-label={t("urgency.label")}>
        {URGENCY.map((one) => (
          <Big key={one.key} label={t(`urgency.${one.key}`)} text={t(`urgency.${one.key}_text`)} pressed={priority === one.priority} onClick={() => urge(one.priority)} />
        ))}
      </SimpleGrid>
      <Textarea size="md" label={t("words.label")} placeholder={t("words.placeholder")} autosize minRows={2} maxLength={2000} value={words} onChange={(event) => write(event.currentTarget.value)} />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput size="md" label={t("who")} value={who} maxLength={200} autoComplete="name" onChange={(event) => name(event.currentTarget.value)} />
        {!store?.postal_code && <TextInput size="md" label={t("postal")} value={postal} required maxLength={12} autoComplete="postal-code" error={fault} onChange={(event) => locate(event.currentTarget.value)} />}
      </SimpleGrid>
      {send.error && <Failure error={send.error} />}
      <Button size="xl" h="auto" mih={60} py="xs" styles={{ label: { whiteSpace: "normal" } }} leftSection={<IconSend size={22} />} disabled={!priority || (!store?.postal_code && !postal.trim())} loading={send.isPending} onClick={() => send.mutate()}>
        {priority ? t("send") : t("send_first")}
      </Button>
    </Stack>
  );
}
