import { Alert, Button, Card, Group, NumberInput, SimpleGrid, Stack, Switch, Text, Textarea, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { api, ok } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";
import { Failure } from "@/ui/Failure";
import { locale } from "@/ui/language";
import { done } from "@/ui/toast";
import { useLanguage } from "@/ui/when";
import { Changes } from "./Changes";
import { type Told, usePreview, useVersions } from "./data";
import { type Document, get, GROUPS, outside, type Value, type Weight, written } from "./weights";

type Typed = Record<string, Value | "">;

/** A field for every weight; what the change means is told while it is typed. */
export function Editor({ policy, weights, saved }: { policy: Told; weights: Weight[]; saved: () => void }) {
  const { t } = useTranslation("policy");
  const document = policy.document as Document;
  const newest = useVersions().data?.items[0]?.version ?? policy.version;
  const [typed, type] = useState<Typed>({});
  const [note, write] = useState("");
  const [intent, renew] = useState(() => v7());
  const navigate = useNavigate();
  const queries = useQueryClient();
  const changed = Object.fromEntries(Object.entries(typed).filter(([path, value]) => value !== get(document, path)));
  const bad = weights.filter((one) => one.path in typed && outside(one, typed[one.path] as Value));
  const made = Object.keys(changed).length && !bad.length ? written(document, changed as Record<string, Value>, newest + 1) : null;
  const [settled] = useDebouncedValue(JSON.stringify(made), 400);
  const preview = usePreview(JSON.parse(settled) as Document | null);
  const draft = useMutation({
    mutationFn: () => ok(api.POST("/api/routing/policies", { body: { document: made ?? {}, note: note.trim() } as never, headers: { "idempotency-key": intent } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["policies"] });
      type({});
      write("");
      renew(v7());
    },
  });
  const save = async (tried: boolean) => {
    const { version } = await draft.mutateAsync();
    done(t("saved", { version }));
    if (tried) void navigate({ to: "/what-if/new" as never, search: { version } as never });
    else saved();
  };
  const problem = [draft.error, preview.error].find((one) => one instanceof Problem);
  const set = (path: string, value: Value | "") => { renew(v7()); type((old) => ({ ...old, [path]: value })); };
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (made && note.trim()) void save(false).catch(() => undefined); }}>
      <Stack gap="md">
        {GROUPS.map(([group, names]) => (
          <Card key={group} withBorder component="section">
            <Title order={2} size="h4" mb="xs">{t(`group.${group}`)}</Title>
            <Stack gap="lg">
              {names.map((name) => (
                <Field key={name} name={name} weights={weights.filter((one) => one.field === name)} document={document} typed={typed} set={set} problem={problem}
                  text={policy.fields.find((one) => one.field === name)?.text ?? ""} />
              ))}
            </Stack>
          </Card>
        ))}
        <Card withBorder component="section" aria-live="polite">
          <Title order={2} size="h4" mb="xs">{t("preview.title")}</Title>
          {bad.length > 0 && <Alert color="red" variant="light">{t("preview.bad", { count: bad.length })}</Alert>}
          {!bad.length && !made && <Text c="dimmed">{t("preview.none")}</Text>}
          {made && preview.data && <Changes changes={preview.data.changes} />}
          {problem && !bad.length && <Failure error={problem} />}
        </Card>
        <Textarea label={t("note")} required maxLength={500} autosize minRows={2} value={note} onChange={(event) => { renew(v7()); write(event.currentTarget.value); }} />
        <Group justify="flex-end">
          {Object.keys(typed).length > 0 && <Button variant="subtle" onClick={() => type({})}>{t("reset")}</Button>}
          <Button variant="default" disabled={!made || !note.trim()} loading={draft.isPending} onClick={() => void save(true).catch(() => undefined)}>{t("try")}</Button>
          <Button type="submit" disabled={!made || !note.trim()} loading={draft.isPending}>{t("save")}</Button>
        </Group>
      </Stack>
    </form>
  );
}

function Field({ name, weights, document, typed, set, text, problem }: {
  name: string; weights: Weight[]; document: Document; typed: Typed; set: (path: string, value: Value | "") => void; text: string; problem?: Problem;
}) {
  const { t } = useTranslation("policy");
  const [first] = weights;
  if (!first) return null;
  const reason = t(`why.${first.why.replaceAll(/[.:]/g, "")}`, { defaultValue: first.why });
  return (
    <div role="group" aria-label={t(`weight.${name}`)}>
      <Text fw={600} size="sm">{t(`weight.${name}`)}</Text>
      <Text size="sm">{text}</Text>
      <Text size="sm" c="dimmed" mb={6}>{t("reason", { reason })}</Text>
      {first.kind === "boolean"
        ? <Switch label={t(`weight.${name}`)} checked={(typed[first.path] ?? get(document, first.path)) === true} onChange={(event) => set(first.path, event.currentTarget.checked)} />
        : (
          <SimpleGrid cols={{ base: weights.length > 1 ? 2 : 1, sm: 4 }}>
            {weights.map((one) => <Amount key={one.path} weight={one} value={typed[one.path] ?? get(document, one.path) ?? ""} set={set} problem={problem} />)}
          </SimpleGrid>
        )}
    </div>
  );
}

function Amount({ weight, value, set, problem }: { weight: Weight; value: Value | ""; set: (path: string, value: Value | "") => void; problem?: Problem }) {
  const { t } = useTranslation("policy");
  const number = new Intl.NumberFormat(locale(useLanguage()));
  const unit = t(`unit.${weight.unit}`, { defaultValue: weight.unit });
  const range = t(weight.kind === "integer" ? "range_whole" : "range", { least: number.format(weight.least ?? 0), most: number.format(weight.most ?? 0) });
  const label = weight.part ? t(`part.${weight.part}`) : unit;
  const wrong = outside(weight, value as Value) ? t("wrong", { range }) : problem?.fault(`/document${weight.path}`);
  return (
    <NumberInput label={label} aria-label={`${t(`weight.${weight.field}`)}, ${label}`} description={weight.part ? `${range} · ${unit}` : range} inputWrapperOrder={["label", "input", "description", "error"]}
      value={value as number | ""} error={wrong} allowDecimal={weight.kind !== "integer"} decimalScale={6} clampBehavior="none" hideControls
      onChange={(typed) => set(weight.path, typed === "" ? "" : Number(typed))} />
  );
}
