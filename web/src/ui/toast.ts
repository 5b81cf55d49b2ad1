import { notifications } from "@mantine/notifications";

import { undoable } from "./Undo";

/** Says that something was done; undo: takes it back. */
export function done(message: string, undo?: { label: string; act: () => unknown }): void {
  const id = crypto.randomUUID();
  notifications.show({
    id,
    color: "green",
    autoClose: undo ? 8000 : 4000,
    message: undo ? undoable(message, undo.label, () => { notifications.hide(id); undo.act(); }) : message,
  });
}

/** Says that something failed and what to do; stays until it is closed. */
export function failed(message: string): void {
  notifications.show({ color: "red", message, autoClose: 12_000, role: "alert" });
}
