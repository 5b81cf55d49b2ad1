/** What runs beside the screens: sync, live changes, the service worker. */
import i18next from "i18next";

import { engine } from "@/sync/engine";
import { type Change, live } from "@/sync/live";
import { session } from "@/sync/session";
import { isLanguage } from "@/ui/language";
import { CHOSEN } from "./i18n";
import { queries } from "./queries";
import { router } from "./router";

const SETTLED = 3_000; // ms: the worker fetches every file, which must not compete with the first screen

/** Follows the session: opens the phone's store and the live stream for who is in, closes them for who left. */
export function follow(): void {
  const change = () => {
    if (session.state === "in" && session.me) {
      if (session.has("consultant")) void engine.start(session.me.id);
      live.start();
      const { language } = session.me;
      if (!localStorage.getItem(CHOSEN) && isLanguage(language)) void i18next.changeLanguage(language);
    } else if (session.state === "out") {
      live.stop();
      void engine.stop();
      queries.clear();
    }
    void router.invalidate();
  };
  session.addEventListener("change", change);
  change();
  live.addEventListener("change", (event) => heard((event as CustomEvent<Change>).detail));
  if ("serviceWorker" in navigator && import.meta.env.PROD) setTimeout(register, SETTLED);
}

const told = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Gathers what changed for a moment, so that a burst of events fetches a list once. */
function heard(change: Change): void {
  told.add(change.id);
  timer ??= setTimeout(() => {
    timer = undefined;
    for (const id of told) void queries.invalidateQueries({ queryKey: ["ticket", id] });
    told.clear();
    void queries.invalidateQueries({ queryKey: ["tickets"] });
    void queries.invalidateQueries({ queryKey: ["notifications"] });
    if (session.has("consultant")) engine.kick();
  }, 300);
}

function register(): void {
  const worker = navigator.serviceWorker;
  if (!worker) return;
  worker.register("/sw.js").catch(() => undefined); // an app that only works with a network still works
  worker.addEventListener("message", (event) => {
    const { type, path } = event.data as { type: string; path?: string };
    if (type === "sync") engine.kick();
    if (type === "go" && path) void router.navigate({ to: path });
  });
}
