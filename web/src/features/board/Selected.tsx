import { Button, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import classes from "./board.module.css";
import type { Kind } from "./Bulk";
import { type Cursor, useCursor } from "./cursor";

const MORE: Kind[] = ["priority", "wait", "lock", "cancel"];

/** What can be done to all that is selected. */
export const Selected = memo(function Selected({ cursor, onAct }: { cursor: Cursor; onAct: (kind: Kind) => void }) {
  const { t } = useTranslation("board");
  const count = useCursor(cursor, () => cursor.size);
  if (!count) return null;
  return (
    <div className={classes["bulk"]} role="region" aria-label={t("bulk.selected", { count })}>
      <b>{t("bulk.selected", { count })}</b>
      <Button size="compact-md" onClick={() => onAct("best")}>{t("bulk.best")}</Button>
      <Button size="compact-md" variant="default" onClick={() => onAct("person")}>{t("assign.to")}</Button>
      <Menu position="top-end" withinPortal>
        <Menu.Target><Button size="compact-md" variant="default" leftSection={<IconDots size={16} aria-hidden />}>{t("bulk.more")}</Button></Menu.Target>
        <Menu.Dropdown>
          {MORE.map((kind) => <Menu.Item key={kind} color={kind === "cancel" ? "red" : undefined} onClick={() => onAct(kind)}>{t(`bulk.menu.${kind}`)}</Menu.Item>)}
        </Menu.Dropdown>
      </Menu>
      <Button size="compact-md" variant="subtle" color="gray" onClick={() => cursor.clear()}>{t("bulk.clear")}</Button>
    </div>
  );
});
