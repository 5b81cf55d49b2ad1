import { Button, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ok } from "@/sync/api/client";
import { session } from "@/sync/session";
import { ask } from "@/ui/ask";
import { useReason } from "@/ui/Failure";
import { done, failed } from "@/ui/toast";
import { match, type Person } from "./data";

const Erase = lazy(() => import("./Erase"));
const Password = lazy(() => import("./Password"));

/** What an administrator does about a person besides changing the record. */
export function Acts({ person }: { person: Person }) {
  const { t } = useTranslation("people");
  const reason = useReason();
  const client = useQueryClient();
  const [open, show] = useState<"erase" | "password" | null>(null);
  const { id, version } = person;
  const name = person.contact?.name ?? "";
  const active = person.active !== false;
  const turn = useMutation({
    mutationFn: ({ on, at }: { on: boolean; at: number }) =>
      ok(api.POST(on ? "/api/identity/people/{id}/activate" : "/api/identity/people/{id}/deactivate", { params: { path: { id } }, ...match(at), body: {} })),
    onSuccess: (now, { on }) => {
      client.setQueryData(["person", id], now);
      void client.invalidateQueries({ queryKey: ["people"] });
      done(t(on ? "activated" : "deactivated", { name }), { label: t("undo"), act: () => turn.mutate({ on: !on, at: now.version }) });
    },
    onError: (error) => { failed(reason(error)); void client.invalidateQueries({ queryKey: ["person", id] }); },
  });
  const deactivate = async () => {
    if (await ask({ title: t("deactivate_title", { name }), text: t("deactivate_text"), yes: t("deactivate"), no: t("cancel"), danger: true })) turn.mutate({ on: false, at: version });
  };
  const own = session.me?.id === id;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target><Button variant="default" loading={turn.isPending} leftSection={<IconDots size={18} />}>{t("acts")}</Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => show("password")} disabled={own || !person.contact?.mail}>{t("password_set")}</Menu.Item>
          {active ? <Menu.Item onClick={() => void deactivate()} disabled={own}>{t("deactivate")}</Menu.Item> : <Menu.Item onClick={() => turn.mutate({ on: true, at: version })}>{t("activate")}</Menu.Item>}
          <Menu.Divider />
          <Menu.Item color="red" onClick={() => show("erase")} disabled={own}>{t("erase")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense fallback={null}>
        {open === "erase" && <Erase person={person} close={() => show(null)} />}
        {open === "password" && <Password person={person} close={() => show(null)} />}
      </Suspense>
    </>
  );
}
