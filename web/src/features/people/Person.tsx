import { Alert, Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import type { Problem } from "@/sync/api/problem";
import { session } from "@/sync/session";
import { Failure } from "@/ui/Failure";
import { Page } from "@/ui/Page";
import { done } from "@/ui/toast";
import { Waiting } from "@/ui/Waiting";
import { Acts } from "./Acts";
import { Badges } from "./Badges";
import { match, type Person as Record_, usePerson } from "./data";
import { Facts, Ability } from "./Facts";
import { changes, type Values, valuesOf, works } from "./form";
import { Form } from "./Form";
import classes from "./people.module.css";
import { Schedule } from "./Schedule";

/** A person: facts, abilities, hours, and what may be done about them. */
export default function Person() {
  const { t } = useTranslation("people");
  const { id } = useParams({ strict: false }) as { id: string };
  const found = usePerson(id);
  const [editing, edit] = useState(false);
  const person = found.data;
  if (!person) {
    return (
      <Page title={t("person")}>
        {found.isPending ? <Waiting /> : <Failure error={found.error} retry={() => void found.refetch()} />}
      </Page>
    );
  }
  const boss = session.has("administrator");
  const customer = person.roles.length === 1 && person.roles[0] === "customer";
  const may = boss || (customer && session.has("receptionist", "manager"));
  const gone = person.active === false && !person.contact?.name && !person.contact?.mail;
  return (
    <Page title={person.contact?.name || t("nameless")} lead={<Group gap={6}><Badges person={person} /></Group>} actions={!editing && !gone && (
      <>
        {may && <Button onClick={() => edit(true)}>{t("edit")}</Button>}
        {boss && <Acts person={person} />}
      </>
    )}>
      {gone && <Alert color="gray" title={t("gone.title")}>{t("gone.text")}</Alert>}
      {!gone && person.active === false && <Alert color="orange" title={t("off.title")}>{t("off.text")}</Alert>}
      {editing ? <Edit person={person} whole={boss} close={() => edit(false)} /> : <Shown person={person} />}
    </Page>
  );
}

function Shown({ person }: { person: Record_ }) {
  const { t } = useTranslation("people");
  const consultant = works(person.roles);
  return (
    <Stack gap="md">
      <div className={classes["pair"]}>
        <Card withBorder component="section" aria-labelledby="facts">
          <Title order={2} size="h4" mb="sm" id="facts">{t("part.facts")}</Title>
          <Facts person={person} />
          <Group mt="md" gap="xs">
            {consultant && <Button component={Link} to="/tickets" search={{ assignee: person.id, open: true } as never} variant="default" size="xs">{t("tickets_assigned")}</Button>}
            <Button component={Link} to="/tickets" search={{ requester: person.id } as never} variant="default" size="xs">{t("tickets_requested")}</Button>
          </Group>
        </Card>
        {consultant && (
          <Card withBorder component="section" aria-labelledby="ability">
            <Title order={2} size="h4" mb="sm" id="ability">{t("part.work")}</Title>
            <Ability person={person} />
          </Card>
        )}
      </div>
      {consultant && session.has("dispatcher", "manager", "administrator", "auditor") && <Schedule person={person} />}
    </Stack>
  );
}

function Edit({ person, whole, close }: { person: Record_; whole: boolean; close: () => void }) {
  const { t } = useTranslation("people");
  const client = useQueryClient();
  const [before] = useState(() => valuesOf(person)); // what the form began with: others' changes to other fields stay
  const save = useMutation<Record_ | null, Problem, Values>({
    mutationFn: async (values) => {
      const body = changes(values, before);
      if (!Object.keys(body).length) return null;
      return ok(api.PATCH("/api/identity/people/{id}", { params: { path: { id: person.id } }, ...match(person.version), body }));
    },
    onSuccess: (now) => {
      if (now) {
        client.setQueryData(["person", person.id], now);
        void client.invalidateQueries({ queryKey: ["people"] });
        done(t("saved"));
      }
      close();
    },
    onError: (problem) => { if (problem.kind === "conflict") void client.invalidateQueries({ queryKey: ["person", person.id] }); },
  });
  return (
    <Stack gap="sm">
      {save.error?.kind === "conflict" && <Text size="sm" role="status">{t("again")}</Text>}
      <Form start={before} whole={whole} busy={save.isPending} problem={save.error} label={t("edit")} save={save.mutate} cancel={close} />
    </Stack>
  );
}
