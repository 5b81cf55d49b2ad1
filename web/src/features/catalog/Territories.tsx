import { Anchor, Card, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { useShelf } from "@/sync/catalog";
import { session } from "@/sync/session";
import { Failure } from "@/ui/Failure";
import { Waiting } from "@/ui/Waiting";
import { counted, type Counts, NOTHING } from "./counts";
import { Shelf } from "./Shelf";

const Choropleth = lazy(() => import("./Choropleth"));
const FRESH = 60_000; // ms
const PAGES = 50;

/** Territories on the map and as a list, with who works there and what is open. */
export default function Territories() {
  const { t } = useTranslation("catalog");
  const allowed = session.has("dispatcher", "manager", "administrator", "auditor");
  const counts = useCounts(allowed);
  const territories = useShelf("territories");
  const [kind, show] = useState<keyof Counts>("consultants");
  const [open, opened] = useState<string | null>(null);
  const [looked, look] = useState<string | null>(null);
  const shown = counts.data ?? new Map<string, Counts>();
  const one = territories.data?.find(({ id }) => id === looked);
  const known = useMemo(() => new Set(territories.data?.filter(({ active }) => active !== false).map(({ id }) => id)), [territories.data]);
  return (
    <Shelf name="territories" open={open} opened={opened} beside={allowed ? (id) => <Numbers id={id} counts={shown.get(id) ?? NOTHING} /> : undefined}>
      {allowed && (
        <Stack gap="xs">
          {counts.error && <Failure error={counts.error} retry={() => void counts.refetch()} />}
          <SegmentedControl w="fit-content" aria-label={t("map.shows")} value={kind} onChange={(next) => show(next as keyof Counts)}
            data={(["consultants", "open"] as const).map((value) => ({ value, label: t(`map.${value}`) }))} />
          <Suspense fallback={<Waiting rows={1} height={380} />}>
            <Choropleth counts={shown} kind={kind} known={known} choose={(id) => { look(id); if (session.has("administrator") && known.has(id)) opened(id); }} />
          </Suspense>
          {looked && (
            <Card withBorder padding="sm" role="status">
              <Group justify="space-between">
                <Text fw={600}>{one?.name ?? t("map.none", { id: looked })}</Text>
                {one && <Numbers id={looked} counts={shown.get(looked) ?? NOTHING} />}
              </Group>
            </Card>
          )}
        </Stack>
      )}
    </Shelf>
  );
}

function Numbers({ id, counts }: { id: string; counts: Counts }) {
  const { t } = useTranslation("catalog");
  return (
    <Group gap="md">
      <Anchor component={Link} to="/people" search={{ role: "consultant", territory: id } as never} size="sm">{t("consultants", { count: counts.consultants })}</Anchor>
      <Anchor component={Link} to="/tickets" search={{ territory: id, open: true } as never} size="sm">{t("tickets", { count: counts.open })}</Anchor>
    </Group>
  );
}

/** How many consultants work in each territory, and how many tickets are open there. */
function useCounts(enabled: boolean) {
  return useQuery({
    queryKey: ["tickets", "territories"], enabled, staleTime: FRESH,
    queryFn: async () => {
      const from = new Date(Date.now() - 86_400_000).toISOString();
      const figures = ok(api.GET("/api/tickets/figures", { params: { query: { from } } }));
      return counted(await roster(), (await figures).backlog.by_territory);
    },
  });
}

async function roster(): Promise<{ territories: readonly string[] }[]> {
  const found: { territories: readonly string[] }[] = [];
  let cursor = "";
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await ok(api.GET("/api/routing/roster", { params: { query: { limit: 200, cursor } } }));
    found.push(...answer.items);
    if (!answer.next) break;
    cursor = answer.next;
  }
  return found;
}
