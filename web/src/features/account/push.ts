/** Web Push on this device: the browser's subscription and ours of the same. */
import { v7 } from "uuid";

import { api, ok } from "@/sync/api/client";
import { apple, installed } from "./install";

/** Why it cannot be, or how it stands. iphone: only as an installed app. */
export type State = "none" | "iphone" | "refused" | "off" | "on";

const kept = (person: string) => `squad.push.${person}`; // id of this browser's subscription with us: nothing secret

export async function state(person: string): Promise<State> {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return apple() && !installed() ? "iphone" : "none";
  if (Notification.permission === "denied") return "refused";
  const worker = await navigator.serviceWorker.getRegistration();
  if (!worker) return "none";
  return (await worker.pushManager.getSubscription()) && localStorage.getItem(kept(person)) ? "on" : "off";
}

/** Asks the person, subscribes, and tells the server. Gives how it stands then. Raises Problem, or what the browser raises. */
export async function subscribe(person: string, name: string): Promise<State> {
  if ((await Notification.requestPermission()) !== "granted") return state(person);
  const { key } = await ok(api.GET("/api/engagement/push/key"));
  const worker = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: decode(key) };
  const subscription = await worker.pushManager.subscribe(options).catch(async () => {
    await (await worker.pushManager.getSubscription())?.unsubscribe(); // of another key
    return worker.pushManager.subscribe(options);
  });
  const { endpoint = "", keys } = subscription.toJSON();
  const id = localStorage.getItem(kept(person)) ?? v7();
  await ok(api.PUT("/api/engagement/push/subscriptions/{id}", { params: { path: { id } }, body: { endpoint, keys: { p256dh: keys?.["p256dh"] ?? "", auth: keys?.["auth"] ?? "" }, name } as never }));
  localStorage.setItem(kept(person), id);
  return "on";
}

export async function unsubscribe(person: string): Promise<State> {
  const id = localStorage.getItem(kept(person));
  const worker = await navigator.serviceWorker.getRegistration();
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
  if (id) await ok(api.DELETE("/api/engagement/push/subscriptions/{id}", { params: { path: { id } } }));
  localStorage.removeItem(kept(person));
  return "off";
}

export async function trial(person: string): Promise<void> {
  const id = localStorage.getItem(kept(person)) ?? "";
  await ok(api.POST("/api/engagement/push/subscriptions/{id}/test", { params: { path: { id } }, body: {} as never } as never));
}

/** "Chrome on Android", for the list of devices. */
export function device(): string {
  const agent = navigator.userAgent;
  const browser = ["Edg", "Firefox", "Chrome", "Safari"].find((name) => agent.includes(name)) ?? "Browser";
  const system = ["Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux"].find((name) => agent.includes(name)) ?? "";
  return [browser.replace("Edg", "Edge"), system.replace("Macintosh", "Mac")].filter(Boolean).join(", ");
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}
