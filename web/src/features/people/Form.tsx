import { Button, Group, MultiSelect, Select, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Problem } from "@/sync/api/problem";
import { useShelf } from "@/sync/catalog";
import { Failure } from "@/ui/Failure";
import { LANGUAGES } from "@/ui/language";
import { ROLES } from "./filters";
import { BELOW, bounded, lacking, type Values, works } from "./form";
import classes from "./people.module.css";
import { Work } from "./Work";

const ZONES = Intl.supportedValuesOf("timeZone");
const TIERS = ["bronze", "silver", "gold"] as const;
const SPOKEN = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }));

interface Props {
  start: Values;
  /** Whether roles and what belongs to work may be changed: an administrator's. */
  whole: boolean;
  busy: boolean;
  problem: Problem | null;
  label: string;
  save: (values: Values) => void;
  cancel: () => void;
}

/** A person's record. What was typed stays when it is refused. */
export function Form({ start, whole, busy, problem, label, save, cancel }: Props) {
  const { t } = useTranslation("people");
  const [values, set] = useState(start);
  const [tried, attempt] = useState(false);
  const lacks = lacking(values);
  const change = (more: Partial<Values>) => set((before) => ({ ...before, ...more }));
  const fault = (field: string, lacking = false) => (tried && lacking ? t(`lacks.${field}`) : problem?.fault(`/${field}`));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt(true);
    if (!lacks.size) save(values);
  };
  return (
    <form onSubmit={submit} noValidate aria-label={label}>
      <Stack gap="md">
        {problem && <Failure error={problem} />}
        <fieldset className={classes["fieldset"]}>
          <legend>{t("part.contact")}</legend>
          <div className={classes["two"]}>
            <TextInput label={t("name")} required value={values.name} maxLength={200} autoComplete="off" error={fault("name", lacks.has("name"))} onChange={(event) => change({ name: event.currentTarget.value })} />
            <TextInput label={t("mail")} type="email" value={values.mail} maxLength={254} autoComplete="off" error={fault("mail")} description={t("mail_text")} inputWrapperOrder={BELOW} onChange={(event) => change({ mail: event.currentTarget.value })} />
            <TextInput label={t("phone")} type="tel" value={values.phone} maxLength={40} autoComplete="off" error={fault("phone")} onChange={(event) => change({ phone: event.currentTarget.value })} />
            <Select label={t("language")} data={SPOKEN} allowDeselect={false} value={values.language} onChange={(language) => change({ language: language as Values["language"] })} />
            <MultiSelect label={t("languages")} data={SPOKEN} value={values.languages} error={fault("languages", lacks.has("languages"))} onChange={(languages) => change({ languages: languages as Values["languages"] })} />
            <Select label={t("zone")} data={ZONES} searchable allowDeselect={false} limit={60} value={values.zone} error={fault("zone")} onChange={(zone) => change({ zone: zone ?? values.zone })} />
          </div>
        </fieldset>
        <Belongs values={values} change={change} whole={whole} fault={fault} lacksRoles={lacks.has("roles")} />
        {whole && works(values.roles) && <Work values={values} change={change} fault={fault} lacksHome={lacks.has("home")} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={cancel}>{t("cancel")}</Button>
          <Button type="submit" loading={busy}>{t("save")}</Button>
        </Group>
      </Stack>
    </form>
  );
}

interface Part {
  values: Values;
  change: (more: Partial<Values>) => void;
  fault: (field: string, lacking?: boolean) => string | undefined;
}

function Belongs({ values, change, whole, fault, lacksRoles }: Part & { whole: boolean; lacksRoles: boolean }) {
  const { t } = useTranslation("people");
  const organisations = useShelf("organisations");
  const stores = useShelf("stores");
  const territories = useShelf("territories");
  const options = (all: { id: string; name: string; active?: boolean }[] | undefined, chosen: string[]) =>
    (all ?? []).filter(({ id, active }) => active !== false || chosen.includes(id)).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <fieldset className={classes["fieldset"]}>
      <legend>{t("part.place")}</legend>
      <div className={classes["two"]}>
        {whole && (
          <MultiSelect label={t("role.label")} required searchable data={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))} value={values.roles}
            error={fault("roles", lacksRoles)} onChange={(roles) => change({ roles: roles as Values["roles"] })} />
        )}
        <Select label={t("organisation")} clearable searchable data={options(organisations.data, [values.organisation])} value={values.organisation || null} clearButtonProps={{ "aria-label": t("clear") }}
          error={fault("organisation")} onChange={(organisation) => change({ organisation: organisation ?? "" })} />
        {!values.organisation && (
          <Select label={t("tier.label")} allowDeselect={false} data={TIERS.map((tier) => ({ value: tier, label: t(`tier.${tier}`) }))} value={values.tier}
            onChange={(tier) => change({ tier: tier as Values["tier"] })} />
        )}
        {(values.roles.includes("store") || values.store) && (
          <Select label={t("store")} clearable searchable data={options(stores.data, [values.store])} value={values.store || null} clearButtonProps={{ "aria-label": t("clear") }}
            error={fault("store")} onChange={(store) => change({ store: store ?? "" })} />
        )}
        {whole && (bounded(values.roles) || values.territories.length > 0) && (
          <MultiSelect label={t("territories")} description={t("territories_text")} inputWrapperOrder={BELOW} searchable clearable data={options(territories.data, values.territories)} value={values.territories}
            clearButtonProps={{ "aria-label": t("clear") }} error={fault("territories")} onChange={(chosen) => change({ territories: chosen })} />
        )}
      </div>
    </fieldset>
  );
}
