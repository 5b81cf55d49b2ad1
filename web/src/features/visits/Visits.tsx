import { Alert, Button, Stack, Tabs, Text, Title } from "@mantine/core";
import { IconMapPin } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { engine } from "@/sync/engine";
import { useMe } from "@/sync/useSession";
import { useSync } from "@/sync/useSync";
import { Empty } from "@/ui/Empty";
import { Page } from "@/ui/Page";
import { Waiting } from "@/ui/Waiting";
import { Card } from "./Card";
import { type Day, day, OPEN } from "./day";
import { Line } from "./Line";
import { load } from "./load";
import { Space } from "./Space";
import { type Here, useHere } from "./useHere";
import { usePull } from "./usePull";

const Map = lazy(() => import("./Map"));
const MAP = ["light", "dark", "regions", "places"].map((name) => `/map/${name}.json`);

/** Today's visits, in order: a list, a map, and what is done. */
export default function Visits() {
  const { t } = useTranslation("visits");
  const me = useMe();
  const { ready, visits, pending, status } = useSync();
  const { view } = useSearch({ strict: false }) as { view?: string };
  const navigate = useNavigate();
  const { here, find } = useHere();
  const { data } = useQuery({ queryKey: ["tickets", "load"], queryFn: load, retry: false });
  usePull(() => engine.kick(true));
  useKept(status.online && ready);
  if (!ready) return <Page title={t("title")}><Waiting /></Page>;
  const found = day(visits, me.id, pending, data?.value.plan ?? []);
  const open = OPEN.reduce((count, group) => count + found[group].length, 0);
  return (
    <Page title={t("title")} lead={t("lead", { count: open })}>
      <Line />
      <Tabs value={view ?? "list"} keepMounted={false} onChange={(to) => void navigate({ to: "/visits", search: (to === "list" ? {} : { view: to }) as never, replace: true })}>
        <Tabs.List grow mb="md">
          {["list", "map", "done"].map((tab) => <Tabs.Tab key={tab} value={tab}>{t(`tab.${tab}`, { count: found.done.length })}</Tabs.Tab>)}
        </Tabs.List>
        <Tabs.Panel value="list">
          <Stack>
            <List found={found} here={here} />
            {open === 0 && <Empty title={t("empty.title")} text={status.synced ? t("empty.text") : t("empty.never")} icon={<IconMapPin size={40} aria-hidden />} />}
            {find && open > 0 && <Button variant="subtle" onClick={find}>{t("distances")}</Button>}
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="map">
          <Suspense fallback={<Waiting rows={1} height={320} />}><Map visits={order(found)} /></Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="done">
          <Stack>
            {found.done.length === 0 && <Empty title={t("empty.done")} text={t("empty.done_text")} />}
            {found.done.map((visit) => <Card key={visit.id} visit={visit} here={null} pending={pending.filter((one) => one.ticket === visit.id)} />)}
          </Stack>
        </Tabs.Panel>
      </Tabs>
      <Space />
    </Page>
  );
}

/** Open visits in the order of the list: their numbers on the map. */
const order = (found: Day) => OPEN.filter((group) => group !== "gone").flatMap((group) => found[group]);

function List({ found, here }: { found: Day; here: Here | null }) {
  const { t } = useTranslation("visits");
  const { pending } = useSync();
  const numbers = order(found).map((visit) => visit.id);
  return OPEN.filter((group) => found[group].length > 0).map((group) => (
    <Stack key={group} component="section" gap="sm" aria-label={t(`group.${group}`)}>
      <Title order={2} size="h4">{t(`group.${group}`)}</Title>
      {group === "gone" && <Alert color="orange"><Text size="sm">{t("gone.text")}</Text></Alert>}
      {found[group].map((visit) => (
        <Card key={visit.id} visit={visit} here={here} pending={pending.filter((one) => one.ticket === visit.id)}
          number={group === "gone" ? undefined : numbers.indexOf(visit.id) + 1} />
      ))}
    </Stack>
  ));
}

/** Fetches the map and the visit's screen once, so that they are there without a network; the service worker keeps them. */
function useKept(online: boolean): void {
  const done = useRef(false);
  useEffect(() => {
    if (!online || done.current) return;
    done.current = true;
    const timer = setTimeout(() => {
      for (const path of MAP) void fetch(path).catch(() => undefined);
      void import("./Visit").catch(() => undefined);
    }, 3000);
    return () => clearTimeout(timer);
  }, [online]);
}
