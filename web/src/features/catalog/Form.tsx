import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { raw } from "@/sync/api/client";
import type { Problem } from "@/sync/api/problem";
import { type ShelfName, useShelf } from "@/sync/catalog";
import { Failure } from "@/ui/Failure";
import { done } from "@/ui/toast";
import { added, changed, type Entry, FIELDS, type Field, valuesOf, wrong } from "./shelves";

const ZONES = Intl.supportedValuesOf("timeZone");

/** Adds an entry, or changes one. What was typed stays when it is refused. */
export default function Form({ name, entry, close }: { name: ShelfName; entry?: Entry; close: () => void }) {
  const { t } = useTranslation("catalog");
  const client = useQueryClient();
  const [id] = useState(() => v7()); // the same at each try: never added twice
  const [before] = useState(() => valuesOf(name, entry, Intl.DateTimeFormat().resolvedOptions().timeZone));
  const [values, set] = useState(before);
  const [tried, attempt] = useState(false);
  const faults = wrong(name, values);
  const save = useMutation<unknown, Problem>({
    mutationFn: () => send(name, entry, entry ? changed(values, before) : added(name, values, id), id),
    onSuccess: () => { done(t("saved", { name: values["name"] })); close(); },
    onSettled: () => client.invalidateQueries({ queryKey: ["catalog", name] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt(true);
    if (!faults.length) save.mutate();
  };
  const fault = (field: Field) => (tried && faults.includes(field.name) ? t(field.kind === "code" ? "code_wrong" : "lacks") : save.error?.fault(`/${field.name}`));
  return (
    <Modal opened onClose={close} closeButtonProps={{ "aria-label": t("cancel") }} title={entry ? t("edit_one", { name: entry.name }) : t(`add.${name}`)}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          {FIELDS[name].map((field) => (
            <Input key={field.name} field={field} value={values[field.name] ?? ""} error={fault(field)} fixed={!!entry && field.kind === "code"}
              change={(value) => set((old) => ({ ...old, [field.name]: value }))} />
          ))}
          {save.error && <Failure error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("cancel")}</Button>
            <Button type="submit" loading={save.isPending}>{t("save")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Raises Problem. */
async function send(name: ShelfName, entry: Entry | undefined, body: Record<string, string>, id: string): Promise<void> {
  if (entry && !Object.keys(body).length) return;
  const path = `/api/identity/${name}${entry ? `/${encodeURIComponent(entry.id)}` : ""}`;
  const headers = { "content-type": "application/json", ...(entry ? { "if-match": `"${entry.version}"`, "idempotency-key": crypto.randomUUID() } : { "idempotency-key": id }) };
  await raw(path, { method: entry ? "PATCH" : "POST", headers, body: JSON.stringify(body) });
}

function Input({ field, value, error, fixed, change }: { field: Field; value: string; error?: string; fixed: boolean; change: (value: string) => void }) {
  const { t } = useTranslation("catalog");
  const { name, kind, required, most } = field;
  const organisations = useShelf("organisations", kind === "organisation");
  const territories = useShelf("territories", kind === "territory");
  const named = (all: { id: string; name: string; active?: boolean }[] | undefined) =>
    (all ?? []).filter(({ id, active }) => active !== false || id === value).map(({ id, name: label }) => ({ value: id, label }));
  const choices = {
    tier: () => (["bronze", "silver", "gold"] as const).map((tier) => ({ value: tier, label: t(`tier.${tier}`) })),
    country: () => (["CA", "US"] as const).map((country) => ({ value: country, label: t(`country.${country}`) })),
    zone: () => ZONES.map((zone) => ({ value: zone, label: zone })),
    organisation: () => named(organisations.data),
    territory: () => named(territories.data),
  };
  if (kind === "text" || kind === "code") {
    return <TextInput label={t(`field.${name}`)} description={kind === "code" ? t("code_text") : undefined} required={required} maxLength={most} disabled={fixed} value={value} error={error} onChange={(event) => change(event.currentTarget.value)} />;
  }
  const optional = kind === "organisation" || kind === "territory";
  return (
    <Select label={t(`field.${name}`)} data={choices[kind]()} value={value || null} searchable={kind !== "tier" && kind !== "country"} clearable={optional} allowDeselect={optional} limit={80} error={error}
      clearButtonProps={{ "aria-label": t("clear") }} onChange={(next) => change(next ?? "")} />
  );
}
