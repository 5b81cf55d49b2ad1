/** Keeps the phone and the server together: one tab at a time pushes, then pulls; again after every failure. */
import { v7 as uuid7 } from "uuid";

import { Problem } from "./api/problem";
import type { Blobbed, Pending, Visit } from "./model";
import { type Mutation, file, note, shown } from "./mutations";
import { pull } from "./pull";
import { push } from "./push";
import { session } from "./session";
import { Full, Store } from "./store";

/** What is always visible. since: when the oldest unsent work was done. problem: why it is not sent. */
export interface Status {
  phase: "idle" | "sending" | "fetching";
  online: boolean;
  waiting: number;
  refused: number;
  since: string | null;
  synced: string | null;
  problem: Problem | null;
  /** Server's clock less this device's, ms; told when it is beyond two minutes. */
  skew: number;
}

export interface Snapshot {
  ready: boolean;
  visits: Visit[];
  pending: Pending[];
  status: Status;
}

const SLOWEST = 300_000; // ms between tries
const EVERY = 60_000; // ms between looks when nothing tells us
const KEEP = 14; // days that ended visits stay

const STATUS: Status = { phase: "idle", online: true, waiting: 0, refused: 0, since: null, synced: null, problem: null, skew: 0 };

export class Engine extends EventTarget {
  snapshot: Snapshot = { ready: false, visits: [], pending: [], status: STATUS };
  private store: Store | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private running: Promise<void> | null = null;
  private again = false;
  private readonly channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("squad-sync") : null;

  /** Opens the person's store and begins. Safe to call twice. */
  async start(person: string): Promise<void> {
    if (this.store?.person === person) return;
    await this.stop();
    this.store = await Store.open(person);
    await this.refresh();
    this.channel?.addEventListener("message", this.heard);
    addEventListener("online", this.woken);
    addEventListener("offline", this.lost);
    document.addEventListener("visibilitychange", this.seen);
    void navigator.storage?.persist?.().catch(() => false);
    this.kick();
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    removeEventListener("online", this.woken);
    removeEventListener("offline", this.lost);
    document.removeEventListener("visibilitychange", this.seen);
    this.channel?.removeEventListener("message", this.heard);
    await this.running?.catch(() => undefined);
    this.store?.close();
    this.store = null;
    this.publish({ ready: false, visits: [], pending: [], status: STATUS });
  }

  /** Does something to a visit: kept at once, shown at once, sent when possible. Raises Full. */
  async act<Args extends object>(kind: Mutation<Args>, ticket: string, args: Args, id = uuid7()): Promise<string> {
    await this.add({ id, kind: "mutation", name: kind.name, ticket, at: now(), args: { ...args } as Record<string, unknown>, state: "waiting", tries: 0 });
    return id;
  }

  /** Adds a file, in its turn among the mutations. Raises Full. Gives the attachment's id. */
  async attach(ticket: string, bytes: Blob, name: string, visibility: "public" | "internal" = "public"): Promise<string> {
    const id = uuid7();
    const blob: Blobbed = { id, ticket, name, media: bytes.type, bytes };
    const args = { name, media: bytes.type, size: bytes.size, visibility };
    await this.add({ id, kind: "file", name: file.name, ticket, at: now(), args, state: "waiting", tries: 0 }, blob);
    return id;
  }

  /** The bytes of a file that is not sent yet. */
  async bytes(id: string): Promise<Blob | undefined> {
    return (await this.store?.blob(id))?.bytes;
  }

  /** Turns refused work into an internal note, so that nobody has to do it again from memory. */
  async toNote(pending: Pending, text: string): Promise<void> {
    await this.act(note, pending.ticket, { id: uuid7(), text, visibility: "internal" });
    await this.discard(pending);
  }

  /** Sends refused work once more, as new: the reason may have gone. */
  async retry(pending: Pending): Promise<void> {
    await this.store?.keep({ ...pending, state: "waiting", tries: 0, problem: undefined });
    await this.refresh();
    this.kick();
  }

  /** Removes refused work; only ever because its owner said so. */
  async discard(pending: Pending): Promise<void> {
    await this.store?.settle([pending], []);
    await this.refresh();
  }

  /** Syncs now. */
  kick(): void {
    clearTimeout(this.timer);
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = this.locked().finally(() => {
      this.running = null;
      if (this.again) {
        this.again = false;
        this.kick();
      }
    });
  }

  private async add(pending: Pending, blob?: Blobbed): Promise<void> {
    if (!this.store) throw new Error("the store is not open");
    try {
      await this.store.add(pending, blob);
    } catch (error) {
      if (!(error instanceof Full)) throw error;
      await this.store.prune(0);
      await this.store.add(pending, blob);
    }
    await this.refresh();
    this.channel?.postMessage("changed");
    this.kick();
  }

  private async locked(): Promise<void> {
    const run = () => this.run();
    if (navigator.locks) await navigator.locks.request("squad-sync", run);
    else await run();
  }

  private async run(): Promise<void> {
    const store = this.store;
    if (!store || session.state === "out") return;
    try {
      this.tell({ phase: "sending" });
      await push(store, await device(store), () => this.refresh());
      this.tell({ phase: "fetching" });
      const asked = Date.now();
      const server = Date.parse(await pull(store));
      await store.prune(KEEP);
      await store.remember("synced", now());
      this.failures = 0;
      this.tell({ problem: null, online: true, skew: server - (asked + Date.now()) / 2 });
      this.later(EVERY);
    } catch (error) {
      this.failed(error);
    }
    this.tell({ phase: "idle" });
    if (store === this.store) await this.refresh();
    this.channel?.postMessage("changed");
  }

  private failed(error: unknown): void {
    const problem = error instanceof Problem ? error : new Problem(599, { title: "Unexpected", detail: String(error) });
    this.failures += 1;
    this.tell({ problem, online: problem.kind !== "offline" });
    const wait = Math.min(SLOWEST, 1000 * 2 ** Math.min(this.failures, 9)) * (0.5 + Math.random() / 2);
    this.later(Math.max(wait, problem.retryAfter * 1000));
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.kick(), ms);
  }

  private async refresh(): Promise<void> {
    const store = this.store;
    if (!store) return;
    const [visits, pending, synced] = await Promise.all([store.visits(), store.pending(), store.fact<string>("synced")]);
    const waiting = pending.filter((one) => one.state === "waiting");
    const status = {
      ...this.snapshot.status,
      waiting: waiting.length,
      refused: pending.length - waiting.length,
      since: waiting[0]?.at ?? null,
      synced: synced ?? null,
    };
    this.publish({ ready: true, visits: visits.map((visit) => shown(visit, pending)), pending, status });
  }

  private tell(change: Partial<Status>): void {
    this.publish({ ...this.snapshot, status: { ...this.snapshot.status, ...change } });
  }

  private publish(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.dispatchEvent(new Event("change"));
  }

  private readonly heard = () => void this.refresh();
  private readonly woken = () => {
    this.failures = 0;
    this.tell({ online: true });
    this.kick();
  };
  private readonly lost = () => this.tell({ online: false });
  private readonly seen = () => {
    if (document.visibilityState === "visible") this.woken();
  };
}

async function device(store: Store): Promise<string> {
  const known = await store.fact<string>("device");
  if (known) return known;
  const fresh = uuid7();
  await store.remember("device", fresh);
  return fresh;
}

const now = () => new Date().toISOString();

export const engine = new Engine();
