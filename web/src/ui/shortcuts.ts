/** Keyboard shortcuts: a screen says which it has, the sheet (?) lists those of the moment. */
import { getHotkeyHandler } from "@mantine/hooks";
import { useEffect, useRef } from "react";

export interface Shortcut {
  /** As Mantine writes them: "mod+K", "J", "shift+A". */
  keys: string;
  /** What it does, translated. */
  label: string;
  act: (event: KeyboardEvent) => void;
}

const active = new Map<symbol, Shortcut[]>();

/** All shortcuts of the screens that are open, for the help sheet. */
export const listed = (): Shortcut[] => [...active.values()].flat();

/** Listens for shortcuts while the screen is open; not while somebody types (but for those with mod). */
export function useShortcuts(shortcuts: Shortcut[]): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    const key = Symbol("shortcuts");
    active.set(key, latest.current);
    const handler = (event: KeyboardEvent) => {
      active.set(key, latest.current);
      const target = event.target as HTMLElement | null;
      const typing = !!target?.closest("input, textarea, select, [contenteditable]");
      const usable = latest.current.filter((one) => !typing || one.keys.includes("mod"));
      getHotkeyHandler(usable.map((one) => [one.keys, one.act as never]))(event as never);
    };
    document.addEventListener("keydown", handler);
    return () => {
      active.delete(key);
      document.removeEventListener("keydown", handler);
    };
  }, []);
}
