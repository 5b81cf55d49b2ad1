import { Alert, Button, Card, Group, NumberInput, SegmentedControl, Select, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { api, ok } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { asked, differs, type Form, matching, START } from "./form";
import { useChoices } from "./useChoices";

/** Asks for a what-if: which world, and what is different in it. */
export default function New() {
  const { t } = useTranslation("whatif");
  const navigate = useNavigate();
  const given = useSearch({ strict: false }) as { version?: number };
  const [form, write] = useState<Form>({ ...START, version: given.version ? String(given.version) : "" });
  const [intent, renew] = useState(() => v7());
  const set = (change: Partial<Form>) => { renew(v7()); write((old) => ({ ...old, ...change })); };
  const choices = useChoices();
  const team = choices.team.data ?? [];
  const ask = useMutation({
    mutationFn: () => ok(api.POST("/api/routing/simulations", { body: asked(form, team) as never, headers: { "idempotency-key": intent } })),
    onSuccess: (trial) => void navigate({ to: `/what-if/${trial.id}` as never }),
  });
  const problem = ask.error instanceof Problem ? ask.error : undefined;
  return (
    <Page title={t("new")} lead={t("form.lead")}>
      <form onSubmit={(event) => { event.preventDefault(); ask.mutate(); }}>
        <Stack gap="md">
          <World form={form} set={set} problem={problem} />
          <Difference form={form} set={set} choices={choices} problem={problem} />
          {!differs(form, team) && <Alert variant="light" color="gray">{t("form.same")}</Alert>}
          {ask.error && <Failure error={ask.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={ask.isPending} disabled={form.people !== 0 && choices.team.isPending}>{t("form.start")}</Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}

interface Part {
  form: Form;
  set: (change: Partial<Form>) => void;
  problem?: Problem;
}

const number = (value: number | string, kept: number) => (typeof value === "number" ? value : kept);

function World({ form, set, problem }: Part) {
  const { t } = useTranslation("whatif");
  const field = (name: "days" | "consultants" | "tickets" | "seed", min: number, max: number) => (
    <NumberInput hideControls label={t(`form.${name}`)} min={min} max={max} value={form[name]} error={problem?.fault(`/${name}`)} allowDecimal={false} clampBehavior="blur" w={{ base: "100%", xs: 170 }} onChange={(value) => set({ [name]: number(value, form[name]) })} />
  );
  return (
    <Card withBorder component="section">
      <Title order={2} size="h4" mb="xs">{t("form.world")}</Title>
      <SegmentedControl value={form.source} onChange={(source) => set({ source: source as Form["source"] })} aria-label={t("form.world")} mb="xs"
        data={[{ value: "recorded", label: t("form.recorded") }, { value: "generated", label: t("form.generated") }]} />
      <Text size="sm" c="dimmed" mb="sm">{t(`form.${form.source}_text`)}</Text>
      <Group align="flex-start">
        {field("days", 1, 92)}
        {form.source === "generated" && (
          <>
            {field("consultants", 2, 5000)}
            {field("tickets", 1, 10_000)}
            <NumberInput hideControls label={t("form.demand")} description={t("form.demand_text", { count: Math.round(form.tickets * form.demand) })} min={0.1} max={10} step={0.1} decimalScale={2}
              value={form.demand} onChange={(value) => set({ demand: number(value, form.demand) })} w={{ base: "100%", xs: 220 }} inputWrapperOrder={["label", "input", "description", "error"]} />
            {field("seed", 0, 1_000_000_000)}
          </>
        )}
      </Group>
    </Card>
  );
}

function Difference({ form, set, choices, problem }: Part & { choices: ReturnType<typeof useChoices> }) {
  const { t } = useTranslation("whatif");
  const policies = useQuery({ queryKey: ["policies"], queryFn: () => ok(api.GET("/api/routing/policies", { params: { query: { limit: 50 } } })) });
  const versions = (policies.data?.items ?? []).filter((one) => one.state !== "active");
  const found = matching(choices.team.data ?? [], form.skill, form.territory).length;
  return (
    <Card withBorder component="section">
      <Title order={2} size="h4" mb="xs">{t("form.difference")}</Title>
      <Stack gap="sm">
        <Select label={t("form.policy")} description={t("form.policy_text")} value={form.version} onChange={(value) => set({ version: value ?? "" })} allowDeselect={false} error={problem?.fault("/version")} maw={520}
          data={[{ value: "", label: t("form.in_force") }, ...versions.map(({ version, note, state }) => ({ value: String(version), label: t("form.version", { version, note, state: t(`form.${state}`) }) }))]} />
        {form.source === "recorded" && (
          <Group align="flex-start">
            <NumberInput hideControls label={t("form.people")} description={t("form.people_text")} min={-100} max={100} allowDecimal={false} value={form.people} onChange={(value) => set({ people: number(value, form.people) })} w={{ base: "100%", xs: 230 }} />
            <Select label={t("form.skill")} description={t("form.found", { count: found })} clearable searchable placeholder={t("form.any")} value={form.skill || null} onChange={(value) => set({ skill: value ?? "" })} data={choices.skills} w={{ base: "100%", xs: 210 }} />
            <Select label={t("form.territory")} description={t("form.territory_text")} clearable searchable placeholder={t("form.anywhere")} value={form.territory || null} onChange={(value) => set({ territory: value ?? "" })} data={choices.territories} w={{ base: "100%", xs: 210 }} />
          </Group>
        )}
        <Group align="flex-start">
          <NumberInput hideControls label={t("form.shift")} description={t("form.shift_text")} min={-12} max={12} step={0.5} value={form.shift} error={problem?.fault("shift_by_h")} onChange={(value) => set({ shift: number(value, form.shift) })} w={{ base: "100%", xs: 230 }} />
          <NumberInput hideControls label={t("form.travel")} description={t("form.travel_text")} min={0} max={1440} step={10} allowDecimal={false} value={form.travel ?? ""} error={problem?.fault("max_travel_min")} onChange={(value) => set({ travel: typeof value === "number" ? value : null })} w={{ base: "100%", xs: 230 }} />
        </Group>
        {problem?.body.errors?.some((fault) => fault.path.startsWith("/staff")) && <Text size="sm" c="red">{t("form.staff_wrong")}</Text>}
      </Stack>
    </Card>
  );
}
