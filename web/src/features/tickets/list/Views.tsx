import { Button, Menu } from "@mantine/core";
import { IconBookmark, IconBookmarkPlus, IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { ask } from "@/ui/ask";
import { useReason } from "@/ui/Failure";
import { done, failed } from "@/ui/toast";
import type { Query } from "../query";
import { keep, read, type View } from "./views";

const HOUR = 3_600_000;

/** Filters with a name: those that everybody needs, and one's own, kept with the account. */
export function Views({ query, go }: { query: Query; go: (next: Query) => void }) {
  const { t } = useTranslation("tickets");
  const reason = useReason();
  const queries = useQueryClient();
  const { data: own = [] } = useQuery({ queryKey: ["settings", "tickets"], queryFn: read, staleTime: 300_000, retry: false });
  const soon = () => new Date(Date.now() + HOUR).toISOString();
  const common: [string, () => Query][] = [
    ["open", () => ({ open: "true", sort: "priority" })],
    ["stuck", () => ({ status: "needs_dispatcher", sort: "priority" })],
    ["critical", () => ({ open: "true", priority: "1" })],
    ["risk", () => ({ open: "true", due_before: soon(), sort: "due" })],
    ["mine", () => ({ logged_by: "me" })],
  ];
  const change = async (next: View[], said: string) => {
    try {
      await keep(next);
      queries.setQueryData(["settings", "tickets"], next);
      done(said);
    } catch (error) {
      failed(reason(error));
    }
  };
  const save = async () => {
    const name = await ask({ title: t("views.save"), text: t("views.save_text"), yes: t("views.keep"), no: t("no"), reason: { label: t("views.name") } });
    if (name) await change([...own.filter((view) => view.name !== name), { name: name.slice(0, 60), query }], t("views.saved", { name }));
  };
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target><Button variant="default" leftSection={<IconBookmark size={18} />}>{t("views.title")}</Button></Menu.Target>
      <Menu.Dropdown>
        {common.map(([name, filters]) => <Menu.Item key={name} onClick={() => go(filters())}>{t(`views.${name}`)}</Menu.Item>)}
        {own.length > 0 && <Menu.Label>{t("views.own")}</Menu.Label>}
        {own.map((view) => (
          <Menu.Item key={view.name} leftSection={<IconBookmark size={16} />} onClick={() => go(view.query)}>{view.name}</Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconBookmarkPlus size={16} />} onClick={() => void save()}>{t("views.save")}</Menu.Item>
        {own.map((view) => (
          <Menu.Item key={view.name} color="red" leftSection={<IconTrash size={16} />} onClick={() => void change(own.filter((one) => one !== view), t("views.removed", { name: view.name }))}>
            {t("views.remove", { name: view.name })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
