import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import type { Problem } from "@/sync/api/problem";
import { Failure } from "@/ui/Failure";
import { done } from "@/ui/toast";
import type { Person } from "./data";

const LEAST = 12; // characters, as the server asks

/** Gives somebody a new password; their sign-ins end. */
export default function Password({ person, close }: { person: Person; close: () => void }) {
  const { t } = useTranslation("people");
  const [password, write] = useState("");
  const name = person.contact?.name ?? "";
  const set = useMutation<unknown, Problem>({
    mutationFn: () => ok(api.PUT("/api/identity/people/{id}/password", { params: { path: { id: person.id } }, body: { password, current: "" } })),
    onSuccess: () => { done(t("password_done", { name })); close(); },
  });
  return (
    <Modal opened onClose={close} closeButtonProps={{ "aria-label": t("cancel") }} title={t("password_title", { name })}>
      <form onSubmit={(event) => { event.preventDefault(); if (password.length >= LEAST) set.mutate(); }}>
        <Stack gap="sm">
          <Text size="sm">{t("password_text")}</Text>
          <PasswordInput label={t("password_new")} description={t("password_least", { count: LEAST })} autoComplete="new-password" value={password} maxLength={256} data-autofocus
            visibilityToggleButtonProps={{ "aria-label": t("password_show") }} error={set.error?.fault("/password")} onChange={(event) => write(event.currentTarget.value)} />
          {set.error && !set.error.fault("/password") && <Failure error={set.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("cancel")}</Button>
            <Button type="submit" disabled={password.length < LEAST} loading={set.isPending}>{t("password_set")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
