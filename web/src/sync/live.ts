/** Live changes: one stream of server-sent events a tab, by fetch so that it carries the bearer token. */
import { raw } from "./api/client";
import { session } from "./session";

export interface Change {
  kind: "ticket" | "gone" | "reset";
  id: string;
}

const SLOWEST = 60_000; // ms between tries
const SILENT = 45_000; // ms without even a heartbeat: the line is dead

class Live extends EventTarget {
  connected = false;
  private cursor = "";
  private stopped: AbortController | null = null;

  /** Listens until `stop`; connects again by itself. */
  start(): void {
    if (this.stopped) return;
    this.stopped = new AbortController();
    void this.loop(this.stopped.signal);
  }

  stop(): void {
    this.stopped?.abort();
    this.stopped = null;
    this.cursor = "";
    this.become(false);
  }

  private async loop(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.listen(signal);
        failures = 0;
      } catch {
        failures += 1;
      }
      this.become(false);
      if (session.state === "out") return;
      const wait = Math.min(SLOWEST, 1000 * 2 ** Math.min(failures, 6)) * (0.5 + Math.random() / 2);
      await new Promise((go) => setTimeout(go, wait));
    }
  }

  private async listen(signal: AbortSignal): Promise<void> {
    const quiet = new AbortController();
    const end = () => quiet.abort(); // AbortSignal.any needs a younger Safari than ours
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true });
    const path = `/api/tickets/live${this.cursor ? `?cursor=${encodeURIComponent(this.cursor)}` : ""}`;
    const response = await raw(path, {
      headers: { accept: "text/event-stream" },
      signal: quiet.signal,
    });
    let timer = setTimeout(end, SILENT);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!reader) return;
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      clearTimeout(timer);
      timer = setTimeout(end, SILENT);
      this.become(true);
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) this.take(block);
    }
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }

  private take(block: string): void {
    const field = (name: string) => block.split("\n").find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1).trim() ?? "";
    const kind = field("event");
    if (field("id")) this.cursor = field("id");
    if (kind === "ready") this.cursor ||= (JSON.parse(field("data")) as { cursor?: string }).cursor ?? "";
    if (kind === "reset") this.cursor = "";
    if (kind !== "ticket" && kind !== "gone" && kind !== "reset") return;
    const { id = "" } = JSON.parse(field("data") || "{}") as { id?: string };
    this.dispatchEvent(new CustomEvent<Change>("change", { detail: { kind, id } }));
  }

  private become(connected: boolean): void {
    if (connected === this.connected) return;
    this.connected = connected;
    this.dispatchEvent(new Event("line"));
  }
}

export const live = new Live();
