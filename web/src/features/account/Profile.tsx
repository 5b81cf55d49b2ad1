import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok, type Schemas } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";
import { session } from "@/sync/session";
import { Failure } from "@/ui/Failure";
import { isLanguage, LANGUAGES } from "@/ui/language";
import { done } from "@/ui/toast";
import { Section } from "./Section";

type Person = Schemas["Person"];

const CHOSEN = "squad.language"; // where the app keeps the language that was chosen on this device

/** Name, contact and language of oneself. */
export function Profile({ person }: { person: Person }) {
  const { t, i18n } = useTranslation("account");
  const queries = useQueryClient();
  const [facts, set] = useState({ name: person.contact?.name ?? "", mail: person.contact?.mail ?? "", phone: person.contact?.phone ?? "", language: person.language ?? "en" });
  const [{ busy, error }, tell] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const problem = error instanceof Problem ? error : null;
  const change = (part: Partial<typeof facts>) => set((now) => ({ ...now, ...part }));
  const save = async () => {
    tell({ busy: true, error: null });
    const contact = { name: facts.name.trim(), mail: facts.mail.trim(), phone: facts.phone.trim() };
    try {
      await ok(api.PATCH("/api/identity/people/{id}", { params: { path: { id: person.id }, header: { "If-Match": `"${person.version}"` } }, body: { contact, language: facts.language } as never }));
      localStorage.setItem(CHOSEN, facts.language);
      if (isLanguage(facts.language)) await i18n.changeLanguage(facts.language);
      await session.learn(); // the name in the frame
      done(t("saved"));
      tell({ busy: false, error: null });
    } catch (failure) {
      tell({ busy: false, error: failure });
    }
    await queries.invalidateQueries({ queryKey: ["me"] });
  };
  return (
    <Section title={t("profile.title")} text={t("profile.text")}>
      <form noValidate onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <Stack>
          <TextInput label={t("profile.name")} required autoComplete="name" maxLength={200} value={facts.name} onChange={(event) => change({ name: event.currentTarget.value })} error={problem?.fault("name")} />
          <Group grow align="flex-start" preventGrowOverflow={false}>
            <TextInput miw={220} type="email" label={t("profile.mail")} autoComplete="email" maxLength={254} value={facts.mail} onChange={(event) => change({ mail: event.currentTarget.value })} error={problem?.fault("mail")} />
            <TextInput miw={220} type="tel" label={t("profile.phone")} autoComplete="tel" maxLength={40} value={facts.phone} onChange={(event) => change({ phone: event.currentTarget.value })} error={problem?.fault("phone")} />
          </Group>
          <Select label={t("profile.language")} description={t("profile.language_text")} allowDeselect={false} value={facts.language} onChange={(language) => change({ language: (language ?? "en") as typeof facts.language })}
            data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))} />
          {error !== null && <Failure error={error} />}
          <Group><Button type="submit" loading={busy} disabled={!facts.name.trim()}>{t("save")}</Button></Group>
        </Stack>
      </form>
    </Section>
  );
}
