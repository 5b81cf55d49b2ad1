import { Alert, Button, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconQrcode } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { useMe } from "@/sync/useSession";
import { Page } from "@/ui/Page";
import { Waiting } from "@/ui/Waiting";
import { Big } from "./Big";
import { type Category, KINDS } from "./kinds";
import { Report } from "./Report";
import { Today } from "./Today";

const Code = lazy(() => import("./Code"));

/** The counter of a store: three touches log a ticket. */
export default function Counter() {
  const { t } = useTranslation("counter");
  const me = useMe();
  const [category, choose] = useState<Category | null>(null);
  const [code, show] = useState(false);
  const store = useQuery({
    queryKey: ["store", me.store],
    queryFn: () => ok(api.GET("/api/identity/stores/{id}", { params: { path: { id: me.store } } })),
    enabled: !!me.store,
    staleTime: 3_600_000,
    retry: false,
  });
  return (
    <Page
      title={store.data?.name ?? t("title")}
      lead={t("lead")}
      actions={me.store && <Button variant="default" size="md" leftSection={<IconQrcode size={20} />} onClick={() => show(true)}>{t("code.open")}</Button>}
    >
      {!me.store && <Alert color="orange" title={t("nostore.title")}>{t("nostore.text")}</Alert>}
      {category ? (
        <Report key={category} category={category} store={store.data} back={() => choose(null)} />
      ) : (
        <Stack component="section" aria-label={t("what")} gap="sm">
          <Title order={2} size="h4">{t("what")}</Title>
          <SimpleGrid cols={{ base: 2, sm: 4 }}>
            {KINDS.map(({ category: kind, icon }) => <Big key={kind} icon={icon} label={t(`kind.${kind}`)} onClick={() => choose(kind)} />)}
          </SimpleGrid>
        </Stack>
      )}
      <Group justify="space-between"><Title order={2} size="h4">{t("today.title")}</Title><Text size="sm" c="dimmed">{t("today.live")}</Text></Group>
      <Today zone={store.data?.zone ?? me.zone} />
      <Suspense fallback={<Waiting />}>{code && <Code store={me.store} name={store.data?.name ?? ""} postal={store.data?.postal_code ?? ""} close={() => show(false)} />}</Suspense>
    </Page>
  );
}
