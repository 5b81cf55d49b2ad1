import { useCallback, useEffect, useRef, useState } from "react";

import { engine } from "@/sync/engine";

const PAUSE = 800; // ms without a key before what was typed is kept

/**
 * What is being typed, kept by `save` after a pause, and at the latest when the field, the screen or the tab is left.
 * known: what is kept already; it is shown while nobody types.
 */
export function useDraft(known: string, save: (text: string) => unknown): [string, (text: string) => void, () => void] {
  const [typed, type] = useState<string | null>(null);
  const open = useRef<string | null>(null);
  const latest = useRef(save);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    latest.current = save;
  });
  const flush = useCallback(() => {
    clearTimeout(timer.current);
    if (open.current === null) return;
    const text = open.current;
    open.current = null;
    latest.current(text);
  }, []);
  const write = useCallback((text: string) => {
    type(text);
    open.current = text;
    clearTimeout(timer.current);
    timer.current = setTimeout(flush, PAUSE);
  }, [flush]);
  useEffect(() => {
    const hide = () => {
      if (document.visibilityState === "hidden") flush();
    };
    addEventListener("pagehide", flush);
    document.addEventListener("visibilitychange", hide);
    engine.addEventListener("outdated", flush);
    return () => {
      removeEventListener("pagehide", flush);
      document.removeEventListener("visibilitychange", hide);
      engine.removeEventListener("outdated", flush);
      flush();
    };
  }, [flush]);
  useEffect(() => {
    if (open.current === null) type(null); // what is kept has caught up
  }, [known]);
  return [typed ?? known, write, flush];
}

/** Text that is not said yet, kept on the device until it is: survives the tab. Gives null until it was read. */
export function useStored(key: string): [string, (text: string) => void, () => void] {
  const [known, know] = useState("");
  useEffect(() => {
    let here = true;
    void engine.copy<string>(key).then((found) => here && found && know(found.value));
    return () => {
      here = false;
    };
  }, [key]);
  return useDraft(known, (text) => {
    know(text);
    void engine.keep(key, text);
  });
}
