import { Button, CloseButton, Group, MultiSelect, Pill, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { raw } from "@/sync/api/client";
import { session } from "@/sync/session";
import type { Field, Query } from "../query";
import { CATEGORIES, STATUSES } from "../words";

const SHOWN: Field[] = ["status", "priority", "category", "territory", "sort", "open"]; // those with a control of their own

interface Territories {
  items: { id: string; code?: string; name?: string }[];
}

/** What narrows the list; what has no control of its own stands as a tag that can be taken away. */
export function Filters({ query, go }: { query: Query; go: (next: Query) => void }) {
  const { t } = useTranslation(["tickets", "ui"]);
  const change = (field: Field, value: string) => go({ ...query, [field]: value });
  const list = (field: Field) => (query[field] ? query[field].split(",") : []);
  const desk = session.has("receptionist", "dispatcher", "manager", "administrator", "auditor");
  const territories = useQuery({
    queryKey: ["territories"],
    queryFn: async () => (await (await raw("/api/identity/territories?limit=200")).json()) as Territories,
    staleTime: Infinity,
    enabled: desk,
  });
  const others = (Object.keys(query) as (keyof Query)[]).filter((name) => name !== "q" && !SHOWN.includes(name));
  return (
    <Group gap="sm" align="flex-end" role="group" aria-label={t("list.filters")} data-no-print>
      <Select w={150} label={t("list.which")} value={query.open ?? ""} onChange={(value) => change("open", value ?? "")} allowDeselect={false}
        data={[{ value: "", label: t("list.all") }, { value: "true", label: t("list.open_only") }, { value: "false", label: t("list.over_only") }]} />
      <MultiSelect w={{ base: "100%", xs: 220 }} label={t("list.status")} placeholder={query.status ? undefined : t("list.any")} clearable value={list("status")} onChange={(value) => change("status", value.join(","))}
        data={STATUSES.map((value) => ({ value, label: t(`status.${value}`, { ns: "ui" }) }))} />
      <MultiSelect w={{ base: "100%", xs: 150 }} label={t("list.priority")} placeholder={query.priority ? undefined : t("list.any")} clearable value={list("priority")} onChange={(value) => change("priority", value.join(","))} data={["1", "2", "3", "4"].map((value) => ({ value, label: `P${value}` }))} />
      <MultiSelect w={{ base: "100%", xs: 200 }} label={t("list.category")} placeholder={query.category ? undefined : t("list.any")} clearable value={list("category")} onChange={(value) => change("category", value.join(","))}
        data={CATEGORIES.map((value) => ({ value, label: t(`category.${value}`) }))} />
      {desk && (
        <Select w={170} label={t("list.territory")} placeholder={t("list.any")} clearable searchable value={query.territory ?? null} onChange={(value) => change("territory", value ?? "")}
          data={(territories.data?.items ?? []).map(({ id, code, name }) => ({ value: code ?? id, label: name ?? code ?? id }))} />
      )}
      <Select w={190} label={t("list.sort")} value={query.sort ?? "newest"} onChange={(value) => change("sort", value === "newest" ? "" : (value ?? ""))} allowDeselect={false} disabled={!!query.q}
        data={["newest", "due", "priority"].map((value) => ({ value, label: t(`list.by_${value}`) }))} />
      {others.map((name) => (
        <Pill key={name} size="lg" component="span" styles={{ root: { display: "inline-flex", alignItems: "center" } }}>
          {t(`list.field.${name}`)}: {name === "figure" ? t(`figure.${query.figure}`) : short(query[name] ?? "")}
          <CloseButton size={24} aria-label={t("list.without", { what: t(`list.field.${name}`) })} onClick={() => go({ ...query, [name]: "" })} />
        </Pill>
      ))}
      {Object.keys(query).length > 1 && <Button variant="subtle" onClick={() => go({})}>{t("list.clear")}</Button>}
    </Group>
  );
}

/** Dates without seconds, ids by their beginning: enough to tell them apart. */
const short = (text: string) => (/^\d{4}-\d\d-\d\dT/.test(text) ? text.slice(0, 16).replace("T", " ") : text.length > 20 ? `${text.slice(0, 8)}…` : text);
