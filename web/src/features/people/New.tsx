import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { v7 } from "uuid";

import { api, ok } from "@/sync/api/client";
import type { Problem } from "@/sync/api/problem";
import { session } from "@/sync/session";
import { isLanguage } from "@/ui/language";
import { Page } from "@/ui/Page";
import { done } from "@/ui/toast";
import { useLanguage } from "@/ui/when";
import { blank, draft, type Values } from "./form";
import { Form } from "./Form";

/** Adds a person; the desk adds customers. */
export default function New() {
  const { t } = useTranslation("people");
  const navigate = useNavigate();
  const client = useQueryClient();
  const language = useLanguage();
  const boss = session.has("administrator");
  const [id] = useState(() => v7()); // the same at each try: never added twice
  const [start] = useState(() => blank(Intl.DateTimeFormat().resolvedOptions().timeZone, isLanguage(language) ? language : "en", boss ? [] : ["customer"]));
  const add = useMutation<unknown, Problem, Values>({
    mutationFn: (values) => ok(api.POST("/api/identity/people", { body: draft(values, id) })),
    onSuccess: (_, values) => {
      done(t("added", { name: values.name.trim() }));
      void client.invalidateQueries({ queryKey: ["people"] });
      void navigate({ to: `/people/${id}` });
    },
  });
  return (
    <Page title={t(boss ? "add" : "add_customer")} lead={t("add_lead")}>
      <Form start={start} whole={boss} busy={add.isPending} problem={add.error} label={t("add")} save={add.mutate} cancel={() => void navigate({ to: "/people" })} />
    </Page>
  );
}
