import { Button, Card, Group, Text, TextInput, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { useReason } from "@/ui/Failure";

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Opens the journey of a ticket, by its number, its id or its words. */
export function Seek() {
  const { t } = useTranslation("operations");
  const reason = useReason();
  const navigate = useNavigate();
  const [text, write] = useState("");
  const find = useMutation({
    mutationFn: async (asked: string) => {
      if (ID.test(asked)) return asked;
      const found = await ok(api.GET("/api/search", { params: { query: { q: asked, type: "ticket", limit: 1 } } }));
      return (found.items[0] as { id: string } | undefined)?.id ?? "";
    },
    onSuccess: (id) => { if (id) void navigate({ to: `/journey/${id}` }); },
  });
  const problem = find.error ? reason(find.error) : find.data === "" ? t("seek.nothing") : undefined;
  return (
    <Card withBorder component="section" aria-labelledby="seek">
      <Title order={2} size="h4" id="seek" mb="xs">{t("seek.title")}</Title>
      <form onSubmit={(event) => { event.preventDefault(); if (text.trim()) find.mutate(text.trim()); }}>
        <Group align="flex-start" gap="xs">
          <TextInput flex={1} miw={200} label={t("seek.label")} placeholder={t("seek.placeholder")} value={text} error={problem}
            onChange={(event) => { write(event.currentTarget.value); find.reset(); }} />
          <Button type="submit" mt={25} loading={find.isPending} disabled={!text.trim()}>{t("seek.open")}</Button>
        </Group>
      </form>
      <Text size="sm" c="dimmed" mt={4}>{t("seek.text")}</Text>
    </Card>
  );
}
