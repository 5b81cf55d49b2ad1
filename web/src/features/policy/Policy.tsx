import { Alert, Card, List, Stack, Tabs, Text, Title } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { session } from "@/sync/session";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { Waiting } from "@/ui/Waiting";
import { When } from "@/ui/When";
import { usePolicy, useSchema } from "./data";
import { Editor } from "./Editor";
import { Versions } from "./Versions";
import { GROUPS } from "./weights";

/** The weights of routing: what is in force in words, an editor, and all versions. */
export default function Policy() {
  const { t } = useTranslation("policy");
  const policy = usePolicy();
  const schema = useSchema();
  const navigate = useNavigate();
  const { tab } = useSearch({ strict: false }) as { tab?: string };
  const writes = session.has("manager", "administrator");
  const show = (name: string | null) => void navigate({ to: "/policy" as never, search: (name && name !== "words" ? { tab: name } : {}) as never, replace: true });
  const chosen = tab === "versions" || (tab === "edit" && writes) ? tab : "words";
  const { data } = policy;
  const error = policy.error ?? schema.error;
  return (
    <Page title={t("title")} lead={data && <>{t("lead", { version: data.version })} {data.promoted_at && <When at={data.promoted_at} />}</>}>
      {error && <Failure error={error} retry={() => { void policy.refetch(); void schema.refetch(); }} />}
      {!error && (!data || !schema.data) && <Waiting />}
      {!writes && data && <Alert variant="light" color="gray">{t("readonly")}</Alert>}
      {data && schema.data && (
        <Tabs value={chosen} onChange={show} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="words">{t("tab.words")}</Tabs.Tab>
            {writes && <Tabs.Tab value="edit">{t("tab.edit")}</Tabs.Tab>}
            <Tabs.Tab value="versions">{t("tab.versions")}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="words"><Words fields={data.fields} /></Tabs.Panel>
          {writes && <Tabs.Panel value="edit"><Editor policy={data} weights={schema.data} saved={() => show("versions")} /></Tabs.Panel>}
          <Tabs.Panel value="versions"><Versions active={data.version} writes={writes} /></Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}

function Words({ fields }: { fields: readonly { field: string; text: string }[] }) {
  const { t } = useTranslation("policy");
  return (
    <Stack gap="md">
      <Text>{t("rule")}</Text>
      {GROUPS.map(([group, names]) => (
        <Card key={group} withBorder component="section">
          <Title order={2} size="h4" mb="xs">{t(`group.${group}`)}</Title>
          <List spacing={4}>
            {fields.filter((one) => names.includes(one.field)).map((one) => <List.Item key={one.field}>{one.text}</List.Item>)}
          </List>
        </Card>
      ))}
    </Stack>
  );
}
