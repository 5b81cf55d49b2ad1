import { Badge, Button, Card, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useMutation, useQueryClient, type UseMutationResult } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { raw } from "@/sync/api/client";
import { type ShelfName, useShelf } from "@/sync/catalog";
import { session } from "@/sync/session";
import { Empty } from "@/ui/Empty";
import { Failure, useReason } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { done, failed } from "@/ui/toast";
import { Waiting } from "@/ui/Waiting";
import classes from "./catalog.module.css";
import { type Entry, found } from "./shelves";
import { useWords } from "./words";

const Form = lazy(() => import("./Form"));

interface Props {
  name: ShelfName;
  /** What stands above the list. */
  children?: ReactNode;
  /** What stands beside an entry. */
  beside?: (id: string) => ReactNode;
  /** Opened from outside: its id. */
  open?: string | null;
  opened?: (id: string | null) => void;
}

/** One of the four lists, with what is done to its entries. */
export function Shelf({ name, children, beside, open = null, opened }: Props) {
  const { t } = useTranslation("catalog");
  const shelf = useShelf(name);
  const [own, show] = useState<string | null>(null); // an id; "" is a new one
  const [text, write] = useState("");
  const [inactive, all] = useState(false);
  const boss = session.has("administrator");
  const chosen = open ?? own;
  const close = () => { show(null); opened?.(null); };
  const entries = found<Entry>(shelf.data ?? [], text, inactive);
  return (
    <Page title={t(`title.${name}`)} lead={t(`lead.${name}`)} wide={!!children} actions={boss && <Button leftSection={<IconPlus size={18} />} onClick={() => show("")}>{t(`add.${name}`)}</Button>}>
      {children}
      <Group gap="md" align="flex-end">
        <TextInput type="search" label={t("find")} leftSection={<IconSearch size={16} aria-hidden />} value={text} flex={1} miw={200} maw={420} onChange={(event) => write(event.currentTarget.value)} />
        <Checkbox label={t("inactive_too")} checked={inactive} mb={8} onChange={(event) => all(event.currentTarget.checked)} />
      </Group>
      {shelf.isPending && <Waiting />}
      {shelf.error && <Failure error={shelf.error} retry={() => void shelf.refetch()} />}
      {shelf.data && <Text size="sm" c="dimmed" role="status">{t("shown", { count: entries.length })}</Text>}
      {shelf.data && !entries.length && <Empty title={t("empty")} text={t("empty_text")} />}
      <Stack component="ul" gap={6} p={0} m={0} style={{ listStyle: "none" }}>
        {entries.map((entry) => <Row key={entry.id} name={name} entry={entry} beside={beside?.(entry.id)} edit={boss ? () => show(entry.id) : undefined} />)}
      </Stack>
      <Suspense fallback={null}>
        {chosen !== null && boss && shelf.data && <Form name={name} entry={shelf.data.find(({ id }) => id === chosen)} close={close} />}
      </Suspense>
    </Page>
  );
}

function Row({ name, entry, beside, edit }: { name: ShelfName; entry: Entry; beside?: ReactNode; edit?: () => void }) {
  const { t } = useTranslation("catalog");
  const words = useWords();
  const { turn, busy } = useTurn(name);
  const active = entry.active !== false;
  return (
    <Card component="li" withBorder padding="sm">
      <Group justify="space-between" gap="xs">
        <div>
          <Group gap="xs">
            <Text fw={600}>{entry.name}</Text>
            {!active && <Badge color="gray" variant="outline" className={classes["badge"]}>{t("inactive")}</Badge>}
          </Group>
          <Text size="sm" c="dimmed">{words(name, entry)}</Text>
        </div>
        <Group gap="xs">
          {beside}
          {edit && <Button size="xs" variant="default" aria-label={t("edit_one", { name: entry.name })} onClick={edit}>{t("edit")}</Button>}
          {edit && <Button size="xs" variant="subtle" loading={busy} aria-label={t(active ? "retire_one" : "revive_one", { name: entry.name })} onClick={() => turn({ entry, active: !active })}>{t(active ? "retire" : "revive")}</Button>}
        </Group>
      </Group>
    </Card>
  );
}

/** Takes an entry out of use, or back into it. */
function useTurn(name: ShelfName) {
  const { t } = useTranslation("catalog");
  const reason = useReason();
  const client = useQueryClient();
  const turn: UseMutationResult<Entry, Error, { entry: Entry; active: boolean }> = useMutation({
    mutationFn: async ({ entry, active }) => (await send(name, entry, { active })) as Entry,
    onSuccess: (entry, { active }) => done(t(active ? "revived" : "retired", { name: entry.name }), { label: t("undo"), act: () => turn.mutate({ entry, active: !active }) }),
    onError: (error) => failed(reason(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ["catalog", name] }),
  });
  return { turn: turn.mutate, busy: turn.isPending };
}

/** Changes an entry, if nobody was quicker. Raises Problem. */
async function send(name: ShelfName, { id, version }: Entry, body: object): Promise<unknown> {
  const headers = { "content-type": "application/json", "if-match": `"${version}"`, "idempotency-key": crypto.randomUUID() };
  return (await raw(`/api/identity/${name}/${encodeURIComponent(id)}`, { method: "PATCH", headers, body: JSON.stringify(body) })).json();
}
