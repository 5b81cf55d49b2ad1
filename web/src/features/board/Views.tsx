import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { IconBookmark } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import { ask } from "@/ui/ask";
import { done } from "@/ui/toast";
import classes from "./board.module.css";
import { type Filters, NONE, same, type Sort, type View } from "./data";

const MOST = 12; // own views

/** Those that everybody has. */
export const GIVEN: View[] = [
  { id: "all", name: "", filters: NONE, sort: "urgent" },
  { id: "stalled", name: "", filters: { ...NONE, status: ["needs_dispatcher"] }, sort: "urgent" },
  { id: "risk", name: "", filters: { ...NONE, risk: true }, sort: "due" },
  { id: "waiting", name: "", filters: { ...NONE, status: ["waiting"] }, sort: "due" },
];

interface Props {
  views: View[];
  counts: number[];
  filters: Filters;
  sort: Sort;
  onOpen: (view: View) => void;
  onViews: (change: (views: View[]) => View[]) => void;
}

/** Named filters with how many tickets each has; own ones are kept with the person's settings. */
export const Views = memo(function Views({ views, counts, filters, sort, onOpen, onViews }: Props) {
  const { t } = useTranslation("board");
  const all = [...GIVEN, ...views];
  const active = all.find((view) => same(view.filters, filters) && view.sort === sort) ?? all.find((view) => same(view.filters, filters));
  const own = views.find((view) => view.id === active?.id);
  const name = (view: View) => view.name || t(`view.${view.id}`);
  const save = async () => {
    const said = await ask({ title: t("view.save"), yes: t("view.keep"), no: t("cancel"), reason: { label: t("view.name") } });
    if (!said) return;
    onViews((now) => [...now, { id: crypto.randomUUID(), name: said.slice(0, 40), filters, sort }]);
    done(t("view.saved", { name: said.slice(0, 40) }));
  };
  const remove = (view: View) => {
    onViews((now) => now.filter((one) => one.id !== view.id));
    done(t("view.removed", { name: view.name }), { label: t("undo"), act: () => onViews((now) => [...now, view]) });
  };
  return (
    <>
      <div className={classes["views"]} role="group" aria-label={t("view.title")}>
        {all.map((view, at) => (
          <button key={view.id} type="button" className={classes["view"]} aria-pressed={view.id === active?.id} onClick={() => onOpen(view)}>
            {name(view)}<span className={classes["count"]}>{counts[at] ?? 0}</span>
          </button>
        ))}
      </div>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Tooltip label={t("view.menu")}><ActionIcon variant="default" size="lg" aria-label={t("view.menu")}><IconBookmark size={18} /></ActionIcon></Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item disabled={views.length >= MOST} onClick={() => void save()}>{t("view.save")}</Menu.Item>
          {views.filter((view) => view !== own).map((view) => (
            <Menu.Item key={view.id} onClick={() => onViews((now) => now.map((one) => (one.id === view.id ? { ...one, filters, sort } : one)))}>{t("view.update", { name: view.name })}</Menu.Item>
          ))}
          {own && <Menu.Item color="red" onClick={() => remove(own)}>{t("view.remove", { name: own.name })}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
    </>
  );
});
