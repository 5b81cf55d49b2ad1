import { resolve } from "node:path";
import { signIn, type Part } from "../people";
import type { Screen } from "../screen";
import { Chromium } from "../screens/chromium";
import { story } from "../story";

const FOLDER = resolve(import.meta.dirname, "../../../../docs/img");
// Of the demo's working day (`squad demo --busy`): the visit that goes on right now, of customer@ by consultant@.
const VISIT = /Register 4 freezes at checkout/;

interface Picture {
  file: string; // docs/img/app-<file>.png
  size: "phone" | "desktop";
  part?: Part; // who looks; nobody: before the sign-in
  path?: string; // "": their home
  dark?: boolean;
  act?: (me: Screen) => Promise<void>; // what they do before
}

/** What is shown in the README and the guides. */
const PICTURES: Picture[] = [
  { file: "welcome", size: "desktop", path: "/" },
  { file: "customer-tickets", size: "desktop", part: "customer", path: "/tickets" },
  { file: "customer-new", size: "phone", part: "customer", path: "/tickets/new" },
  { file: "customer-ticket", size: "phone", part: "customer", path: "/tickets", act: (me) => me.click("link", VISIT) },
  { file: "store-counter", size: "desktop", part: "store", path: "/counter" },
  { file: "receptionist-calls", size: "desktop", part: "receptionist", path: "/calls" },
  { file: "consultant-list", size: "phone", part: "consultant", path: "/visits" },
  { file: "consultant-list-dark", size: "phone", part: "consultant", path: "/visits", dark: true },
  { file: "consultant-map", size: "phone", part: "consultant", path: "/visits?view=map" },
  { file: "consultant-visit", size: "phone", part: "consultant", path: "/visits", act: (me) => me.click("link", VISIT) },
  { file: "consultant-sign", size: "phone", part: "consultant", path: "/visits", act: sign },
  { file: "consultant-finish", size: "phone", part: "consultant", path: "/visits", act: finish },
  { file: "dispatcher-board", size: "desktop", part: "dispatcher", path: "/board" },
  { file: "dispatcher-board-dark", size: "desktop", part: "dispatcher", path: "/board", dark: true },
  { file: "dispatcher-why", size: "desktop", part: "dispatcher", path: "/board", act: why },
  { file: "manager-reports", size: "desktop", part: "manager", path: "/reports" },
  { file: "manager-reports-dark", size: "desktop", part: "manager", path: "/reports", dark: true },
  { file: "manager-whatif", size: "desktop", part: "manager", path: "/what-if", act: (me) => me.click("link", /Generated world/) },
  { file: "manager-policy", size: "desktop", part: "manager", path: "/policy" },
  { file: "admin-health", size: "desktop", part: "administrator", path: "/health" },
  { file: "admin-people", size: "desktop", part: "administrator", path: "/people" },
  { file: "admin-territories", size: "desktop", part: "administrator", path: "/territories" },
];

for (const { file, size, part, path = "", dark = false, act } of PICTURES) {
  story(file, async ({ open }) => {
    const me = await open({ size, dark, engine: "chromium" });
    if (me instanceof Chromium) await me.context.setGeolocation({ latitude: 41.884, longitude: -87.632 }); // downtown Chicago
    if (part) await signIn(me, part);
    if (path) await me.goto(path);
    await act?.(me);
    await drawn(me);
    await me.screenshot(resolve(FOLDER, `app-${file}.png`));
  });
}

const BUSY = ".mantine-Skeleton-root, .mantine-Loader-root, [data-loading=true], [aria-busy=true]";

/** Nothing is on its way any more for a while: maps and charts are drawn. */
async function drawn(me: Screen): Promise<void> {
  for (let still = 0, looks = 0; still < 4 && looks < 40; looks++) {
    const busy = await me.run<boolean>(`document.fonts.ready.then(() => new Promise((later) => setTimeout(later, 1000))).then(() => !document.querySelector("main, #root header") || !!document.querySelector(${JSON.stringify(BUSY)}))`);
    still = busy ? 0 : still + 1;
  }
}

async function sign(me: Screen): Promise<void> {
  await me.click("link", VISIT);
  await me.click("button", /^Signature/);
  await me.scribble("Field to sign in");
}

async function finish(me: Screen): Promise<void> {
  await me.click("link", VISIT);
  await me.click("button", "Finish");
}

async function why(me: Screen): Promise<void> {
  await me.fill("Find in the queue", "Register 4");
  await me.press("Tab"); // shortcuts are not for fields
  await drawn(me);
  await me.press("j");
  await me.press("w");
  await me.see("Why?");
}
