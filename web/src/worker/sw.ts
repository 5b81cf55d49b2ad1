/// <reference lib="webworker" />
/** The service worker: the app opens without a network, and notifications arrive while it is closed. */
declare const self: ServiceWorkerGlobalScope;
declare const __FILES__: string[];
declare const __VERSION__: string;

const SHELL = `squad-shell-${__VERSION__}`;
const PAGE = "/index.html";
const MAP = "/map/";
const PUBLIC = ["/manifest.webmanifest", "/favicon.svg", "/icons/192.png", "/map/light.json", "/map/dark.json", "/map/regions.json"];

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(clean().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/api/") || url.pathname.startsWith("/oauth2/") || url.pathname === "/sw.js") return;
  if (event.request.mode === "navigate") {
    if (isApp(url.pathname)) event.respondWith(page(event.request));
  } else if (url.pathname.startsWith("/assets/") || url.pathname.startsWith(MAP) || PUBLIC.includes(url.pathname)) {
    event.respondWith(kept(event.request));
  }
});

/** Pages that the node makes itself, and downloads, are not the app's. */
function isApp(path: string): boolean {
  return !/^\/(about|sign-in|signed-in|problems|healthz|readyz|metrics)/.test(path);
}

/** The shell is whole or not there: addAll fails as one. */
async function fill(): Promise<void> {
  const cache = await caches.open(SHELL);
  await cache.put(PAGE, await fetch("/", { cache: "reload", headers: { accept: "text/html" } }));
  await cache.addAll([...__FILES__, ...PUBLIC]);
}

async function clean(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("squad-shell-") && name !== SHELL);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** From the cache at once: every file's name tells its content. The rest (maps) is kept when first used. */
async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(SHELL);
  const found = await cache.match(request, { ignoreSearch: true });
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

/** The kept page: opens in no time, on any network. A new version is installed beside it and used from the next start. */
async function page(request: Request): Promise<Response> {
  const cache = await caches.open(SHELL);
  const found = await cache.match(PAGE);
  if (found) return found;
  return fetch(request);
}

/** What engagement sends: one notification an event, so one with the same id takes its place. */
interface Told {
  id?: string;
  title: string;
  text: string;
  link?: string;
  language?: string;
}

self.addEventListener("push", (event) => {
  const told = read(event.data);
  const look = { icon: "/icons/192.png", badge: "/icons/badge.png" };
  const options = { body: told.text, tag: told.id, lang: told.language, data: { link: told.link ?? "" }, ...look };
  event.waitUntil(self.registration.showNotification(told.title, options));
});

function read(data: PushMessageData | null): Told {
  try {
    return data?.json() as Told;
  } catch {
    return { title: "Sysops Squad", text: data?.text() ?? "" };
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { link } = event.notification.data as { link: string };
  const url = new URL(link || "/", self.location.origin);
  event.waitUntil(show(url.origin === self.location.origin ? url.pathname + url.search : "/"));
});

async function show(path: string): Promise<void> {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const first = open[0];
  if (!first) {
    await self.clients.openWindow(path);
    return;
  }
  await first.focus();
  first.postMessage({ type: "go", path });
}

/** Background Sync, where there is one: wakes the open tabs, which hold the outbox. */
self.addEventListener("sync" as never, (event: ExtendableEvent) => {
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((open) => {
      for (const one of open) one.postMessage({ type: "sync" });
    }),
  );
});
export {};
