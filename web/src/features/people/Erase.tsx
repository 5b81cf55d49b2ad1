import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { Failure } from "@/ui/Failure";
import { done } from "@/ui/toast";
import { match, type Person } from "./data";

/** Erases a person for good; whoever does it types the name first. */
export default function Erase({ person, close }: { person: Person; close: () => void }) {
  const { t } = useTranslation("people");
  const client = useQueryClient();
  const [typed, type] = useState("");
  const { id, version, contact } = person;
  const wanted = contact?.name || id.slice(0, 8);
  const sure = typed.trim().toLocaleLowerCase() === wanted.trim().toLocaleLowerCase();
  const erase = useMutation({
    mutationFn: () => ok(api.POST("/api/identity/people/{id}/erase", { params: { path: { id } }, ...match(version), body: {} })),
    onSuccess: (now) => {
      client.setQueryData(["person", id], now);
      client.removeQueries({ queryKey: ["person", id, "name"] });
      client.removeQueries({ queryKey: ["person", id, "schedule"] });
      void client.invalidateQueries({ queryKey: ["people"] });
      done(t("erased"));
      close();
    },
  });
  return (
    <Modal opened onClose={close} closeButtonProps={{ "aria-label": t("cancel") }} title={t("erase_title", { name: wanted })}>
      <form onSubmit={(event) => { event.preventDefault(); if (sure) erase.mutate(); }}>
        <Stack gap="sm">
          <Text size="sm">{t("erase_text")}</Text>
          <TextInput label={t("erase_type", { name: wanted })} value={typed} autoComplete="off" data-autofocus onChange={(event) => type(event.currentTarget.value)} />
          {erase.error && <Failure error={erase.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("cancel")}</Button>
            <Button type="submit" color="red" disabled={!sure} loading={erase.isPending}>{t("erase_now")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
