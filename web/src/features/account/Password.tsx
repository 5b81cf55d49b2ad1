import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { Problem } from "@/sync/api/problem";
import { useMe } from "@/sync/useSession";
import { Failure } from "@/ui/Failure";
import { done } from "@/ui/toast";
import classes from "./account.module.css";
import { Section } from "./Section";

const LEAST = 12; // characters that the server asks for

/** Changes the password; that ends all sign-ins. */
export function Password() {
  const { t } = useTranslation("account");
  const me = useMe();
  const [{ current, password, again }, set] = useState({ current: "", password: "", again: "" });
  const [{ busy, error }, tell] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const problem = error instanceof Problem ? error : null;
  const short = password.length > 0 && password.length < LEAST;
  const differs = again.length > 0 && again !== password;
  const save = async () => {
    tell({ busy: true, error: null });
    try {
      await ok(api.PUT("/api/identity/people/{id}/password", { params: { path: { id: me.id } }, body: { password, current } }));
      set({ current: "", password: "", again: "" });
      tell({ busy: false, error: null });
      done(t("password.done"));
    } catch (failure) {
      tell({ busy: false, error: failure });
    }
  };
  return (
    <Section title={t("password.title")} text={t("password.text")}>
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <input type="text" autoComplete="username" value={me.name} readOnly hidden />
        <Stack>
          <PasswordInput label={t("password.current")} autoComplete="current-password" maxLength={256} value={current} onChange={(event) => { const { value } = event.currentTarget; set((now) => ({ ...now, current: value })); }} error={problem?.fault("current")} rightSectionWidth={48} visibilityToggleButtonProps={{ "aria-label": t("password.show"), className: classes["eye"] }} />
          <PasswordInput label={t("password.new")} autoComplete="new-password" maxLength={256} description={t("password.rule", { count: LEAST })} value={password} onChange={(event) => { const { value } = event.currentTarget; set((now) => ({ ...now, password: value })); }} error={problem?.fault("password") ?? (short && t("password.rule", { count: LEAST }))} rightSectionWidth={48} visibilityToggleButtonProps={{ "aria-label": t("password.show"), className: classes["eye"] }} />
          <PasswordInput label={t("password.again")} autoComplete="new-password" maxLength={256} value={again} onChange={(event) => { const { value } = event.currentTarget; set((now) => ({ ...now, again: value })); }} error={differs && t("password.differs")} rightSectionWidth={48} visibilityToggleButtonProps={{ "aria-label": t("password.show"), className: classes["eye"] }} />
          {error !== null && <Failure error={error} />}
          <Group><Button type="submit" loading={busy} disabled={!current || password.length < LEAST || again !== password}>{t("password.save")}</Button></Group>
        </Stack>
      </form>
    </Section>
  );
}
