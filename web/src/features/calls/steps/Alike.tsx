import { Alert, Button, Group, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconCopy, IconMessagePlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { Status } from "@/ui/Status";
import { When } from "@/ui/When";
import type { Draft } from "../draft";
import { aim } from "../flow";

const SHOWN = 3;

/** Open tickets that may be the same: the words can go there instead. */
export function Alike({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const { t } = useTranslation("calls");
  const { caller, joins } = draft;
  const [title] = useDebouncedValue(draft.title.trim(), 400);
  const found = useQuery({
    queryKey: ["tickets", "similar", title, caller?.id, caller?.store],
    queryFn: () => ok(api.GET("/api/tickets/similar", { params: { query: { title, requester: caller?.id, ...(caller?.store && { store: caller.store }) } } })),
    enabled: !joins && !!caller && !caller.fresh && title.length >= 3,
    retry: false,
  });
  const join = (one: Draft["joins"]) => {
    change({ joins: one });
    aim("description");
  };
  if (joins)
    return (
      <Alert color="blue" icon={<IconMessagePlus />} title={t("alike.joins", { reference: joins.reference })} role="status">
        <Text size="sm">{t("alike.joins_text", { title: joins.title })}</Text>
        <Button mt="xs" size="compact-md" variant="default" data-stop onClick={() => join(null)}>{t("alike.apart")}</Button>
      </Alert>
    );
  const likes = title.length >= 3 ? (found.data ?? []).slice(0, SHOWN) : [];
  if (!likes.length) return null;
  return (
    <Alert color="yellow" icon={<IconCopy />} title={t("alike.title", { count: likes.length })} role="status">
      {likes.map((one) => (
        <Group key={one.id} justify="space-between" gap="xs" py={4}>
          <div>
            <Text size="sm" fw={600}>{one.title}</Text>
            <Group gap={6}><Text size="xs">{one.reference} · <When at={one.created_at} /></Text><Status status={one.status} size="sm" /></Group>
          </div>
          <Button size="compact-md" variant="default" data-stop aria-label={t("alike.join_that", { reference: one.reference })} onClick={() => join({ id: one.id, reference: one.reference, title: one.title })}>{t("alike.join")}</Button>
        </Group>
      ))}
    </Alert>
  );
}
