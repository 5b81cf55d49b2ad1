import { Group, Select, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSparkles } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { CATEGORIES } from "../words";
import type { Draft } from "./draft";

const LEAST = 8; // letters before a guess is worth it

/** What the words seem to be about, while they are written; it can be put right. */
export function Guess({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const { t } = useTranslation("tickets");
  const [title] = useDebouncedValue(draft.title.trim(), 500);
  const [description] = useDebouncedValue(draft.description.trim(), 800);
  const enabled = title.length + description.length >= LEAST;
  const advice = useQuery({
    queryKey: ["proposal", title, description],
    queryFn: () => ok(api.POST("/api/tickets/proposal", { body: { title, description } as never })),
    enabled,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  });
  const guess = advice.data?.category;
  if (!draft.category && (!enabled || !guess || guess === "other")) return null;
  return (
    <Group gap="sm" align="center" wrap="wrap" role="status">
      <IconSparkles size={20} aria-hidden />
      <Text size="sm">{t(draft.category ? "new.it_is" : "new.we_think")}</Text>
      <Select size="sm" w={200} aria-label={t("new.category")} allowDeselect={false} value={draft.category || (guess ?? null)} onChange={(category) => change({ category: category ?? "" })}
        data={CATEGORIES.map((value) => ({ value, label: t(`category.${value}`) }))} />
      {!draft.category && advice.data && <Text size="xs" c="dimmed">{t("new.change_it")}</Text>}
    </Group>
  );
}
