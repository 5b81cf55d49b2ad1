import { notifications } from "@mantine/notifications";
import i18next from "i18next";

import { undoable } from "./Undo";

/** The button that closes a toast has a name for those who hear it. */
const named = () => ({ closeButtonProps: { "aria-label": i18next.t("close", { ns: "ui" }) } });

/** Says that something was done; undo: takes it back. */
export function done(message: string, undo?: { label: string; act: () => unknown }): void {
  const id = crypto.randomUUID();
  notifications.show({
    id,
    ...named(),
    color: "green",
    autoClose: undo ? 8000 : 4000,
    message: undo ? undoable(message, undo.label, () => { notifications.hide(id); undo.act(); }) : message,
  });
}

/** Says that something failed and what to do; stays until it is closed. */
export function failed(message: string): void {
  notifications.show({ ...named(), color: "red", message, autoClose: 12_000, role: "alert" });
}
