/** Installing the app: what the browser offers, and where it must be done by hand. */
interface Offer extends Event {
  prompt: () => Promise<{ outcome: "accepted" | "dismissed" }>;
}

let offer: Offer | null = null;
const listeners = new Set<() => void>();
const become = (next: Offer | null) => {
  offer = next;
  listeners.forEach((told) => told());
};

/** Keeps the browser's offer for the button; called once, at the start. */
export function listen(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    become(event as Offer);
  });
  addEventListener("appinstalled", () => become(null));
}

export const offered = (): boolean => offer !== null;
export const subscribe = (told: () => void): (() => void) => {
  listeners.add(told);
  return () => listeners.delete(told);
};

/** Shows the browser's question; it can be asked once. */
export async function install(): Promise<void> {
  await offer?.prompt();
  become(null);
}

export const installed = (): boolean => matchMedia("(display-mode: standalone)").matches || ("standalone" in navigator && navigator.standalone === true);
export const apple = (): boolean => /iPad|iPhone|iPod/.test(navigator.userAgent) || (navigator.userAgent.includes("Macintosh") && navigator.maxTouchPoints > 1);
