import { engine } from "./engine";
import { session } from "./session";
import { wipe } from "./store";

/** Signs out and removes everything of the person from this device. The caller asks first if work is unsent. */
export async function leave(): Promise<void> {
  const person = session.me?.id;
  await engine.stop();
  await silence().catch(() => undefined);
  await session.leave();
  if (person) await wipe(person);
  const names = "caches" in globalThis ? await caches.keys() : [];
  await Promise.all(names.filter((name) => !name.startsWith("squad-shell-")).map((name) => caches.delete(name)));
  sessionStorage.clear();
  location.assign("/welcome");
}

/** Ends notifications on this device: they were the person's. The push service tells ours that it is over. */
async function silence(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}
