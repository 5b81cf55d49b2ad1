/** Keeps the phone and the server together: one tab at a time pushes, then pulls; again after every failure. */
import { v7 as uuid7 } from "uuid";

import { Problem } from "./api/problem";
import type { Kept } from "./copies";
import type { Blobbed, Pending, Visit } from "./model";
import { type Mutation, file, note, replaced, shown } from "./mutations";
import { pull } from "./pull";
import { push } from "./push";
import { session } from "./session";
import { Full, Store } from "./store";
import { halts } from "./wire";

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
  /** The file that is on its way, and how much of it has arrived, 0 to 1. */
  upload: { id: string; share: number } | null;
}

export interface Snapshot {
  ready: boolean;
  visits: Visit[];
  pending: Pending[];
  status: Status;
}

const SLOWEST = 300_000; // ms between tries
const LISTEN = 30_000; // ms between tries without a network: not every browser says when it is back
const EVERY = 60_000; // ms between looks when nothing tells us
const KEEP = 14; // days that ended visits stay

const STATUS: Status = {
  phase: "idle", online: true, waiting: 0, refused: 0, since: null, synced: null, problem: null, skew: 0, upload: null,
};

export class Engine extends EventTarget {
  snapshot: Snapshot = { ready: false, visits: [], pending: [], status: STATUS };
  private store: Store | null = null;
  private opening: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private rest = 0; // by performance.now(): until then the server wants to be left alone
  private latest: Promise<void> = Promise.resolve();
  private running: Promise<void> | null = null;
  private again = false;
  private stopper = new AbortController();
  private channel: BroadcastChannel | null = null;

  /** Opens the person's store and begins. Safe to call twice, also at once. */
  start(person: string): Promise<void> {
    this.opening = this.opening.catch(() => undefined).then(async () => {
      if (this.store?.person === person) return this.kick(true); // signed in again
      await this.close();
      this.store = await Store.open(person, this.outdated);
      this.stopper = new AbortController();
      [this.failures, this.rest] = [0, 0];
      if (globalThis.BroadcastChannel) this.channel = new BroadcastChannel(`squad-sync-${person}`);
      this.channel?.addEventListener("message", this.heard);
      addEventListener("online", this.woken);
      addEventListener("offline", this.lost);
      document.addEventListener("visibilitychange", this.seen);
      void navigator.storage?.persist?.().catch(() => false);
      await this.refresh();
      this.kick();
    });
    return this.opening;
  }

  /** Ends everything here; what is unsent stays in the database. */
  stop(): Promise<void> {
    this.opening = this.opening.catch(() => undefined).then(() => this.close());
    return this.opening;
  }

  private async close(): Promise<void> {
    const store = this.store;
    this.store = null;
    this.stopper.abort();
    removeEventListener("online", this.woken);
    removeEventListener("offline", this.lost);
    document.removeEventListener("visibilitychange", this.seen);
    this.channel?.close();
    this.channel = null;
    this.again = false;
    await this.running;
    clearTimeout(this.timer);
    store?.close();
    this.publish({ ready: false, visits: [], pending: [], status: STATUS });
  }

  /** Does something to a visit: kept at once, shown at once, sent when possible. Raises Full. */
  async act<Args extends object>(kind: Mutation<Args>, ticket: string, args: Args, id = uuid7()): Promise<string> {
    await this.add(entry(kind, ticket, args, id), undefined, replaced(kind, args));
    return id;
  }

  /** Adds a file, in its turn among the mutations. Raises Full. Gives the attachment's id. */
  async attach(ticket: string, bytes: Blob, name: string, visibility: "public" | "internal" = "public"): Promise<string> {
    const id = uuid7();
    const blob: Blobbed = { id, ticket, name, media: bytes.type, bytes };
    const args = { name, media: bytes.type, size: bytes.size, visibility };
    await this.add({ ...entry(file, ticket, args, id), kind: "file" }, blob);
    return id;
  }

  /** The bytes of a file that is not sent yet. */
  async bytes(id: string): Promise<Blob | undefined> {
    return (await this.store?.blob(id))?.bytes;
  }

  /** Turns refused work into an internal note, so that nobody has to do it again from memory. */
  async toNote(pending: Pending, text: string): Promise<void> {
    const args = { id: uuid7(), text: text.slice(0, 20_000), visibility: "internal" } as const;
    await this.store?.swap(pending, entry(note, pending.ticket, args, uuid7()));
    await this.changed();
  }

  /** Sends refused work once more, as new (the server remembers what it refused): the reason may have gone. */
  async retry(pending: Pending): Promise<void> {
    const id = pending.kind === "file" ? pending.id : uuid7(); // others may name the file
    await this.store?.swap(pending, { ...pending, id, state: "waiting", tries: 0, problem: undefined });
    await this.changed();
  }

  /** Removes refused work; only ever because its owner said so. */
  async discard(pending: Pending): Promise<void> {
    await this.store?.settle([pending], []);
    await this.changed();
  }

  /** Keeps the last answer to a question; a device without space goes without. */
  async keep(key: string, value: unknown): Promise<void> {
    await this.store?.keep({ key, at: now(), value }).catch(() => undefined);
  }

  /** The last answer to a question. */
  async copy<T>(key: string): Promise<Kept<T> | undefined> {
    const found = await this.store?.copy(key);
    return found && { value: found.value as T, at: found.at };
  }

  /** Syncs now; if the server asked for time, when that is over. asked: somebody pressed a button, so at once. */
  kick(asked = false): void {
    clearTimeout(this.timer);
    if (this.running) {
      this.again = true;
      return;
    }
    const left = this.rest - performance.now();
    if (left > 0 && !asked) return this.later(left);
    this.running = this.locked().catch((error: unknown) => this.failed(error)).finally(() => {
      this.running = null;
      if (!this.again) return;
      this.again = false;
      this.kick();
    });
  }

  private async add(pending: Pending, blob?: Blobbed, old?: (one: Pending) => boolean): Promise<void> {
    await this.opening;
    const store = this.store;
    if (!store) throw new Error("the store is not open");
    try {
      await store.add(pending, blob, old);
    } catch (error) {
      if (!(error instanceof Full)) throw error;
      await store.prune(0);
      await store.add(pending, blob, old);
    }
    await this.changed();
  }

  private async changed(): Promise<void> {
    await this.refresh();
    this.channel?.postMessage("changed");
    this.kick();
  }

  private async locked(): Promise<void> {
    const run = () => this.run();
    if (navigator.locks) await navigator.locks.request("squad-sync", { signal: this.stopper.signal }, run);
    else await run();
  }

  private async run(): Promise<void> {
    const store = this.store;
    if (!store || session.state === "out") return;
    const line = { person: store.person, signal: this.stopper.signal };
    try {
      this.tell({ phase: "sending" });
      const told = () => this.refresh();
      const share = (id: string, part: number) => this.tell({ upload: { id, share: part } });
      const problem = await push({ ...line, store, device: await device(store), told, share });
      this.tell({ phase: "fetching", upload: null });
      const skew = await pull(store, line);
      await store.prune(KEEP);
      await store.remember("synced", now());
      [this.failures, this.rest] = [problem ? this.failures : 0, 0];
      this.tell({ online: true, skew });
      if (problem) this.failed(problem);
      else this.tell({ problem: null });
    } catch (error) {
      this.failed(error);
    }
    if (store !== this.store) return;
    if (!this.failures) this.later(EVERY);
    this.tell({ phase: "idle", upload: null });
    await this.refresh();
    this.channel?.postMessage("changed");
  }

  private failed(error: unknown): void {
    if (!this.store) return; // stopped in the middle
    const problem = error instanceof Problem ? error : new Problem(599, { title: "Unexpected", detail: String(error) });
    this.failures += 1;
    this.tell({ problem, online: problem.kind !== "offline", phase: "idle", upload: null });
    const most = problem.kind === "offline" ? LISTEN : SLOWEST;
    const wait = Math.max(Math.min(most, 1000 * 2 ** Math.min(this.failures, 9)) * (0.5 + Math.random() / 2), problem.retryAfter * 1000);
    if (problem.kind !== "offline" && halts(problem)) this.rest = performance.now() + wait;
    this.later(wait);
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    if (this.store) this.timer = setTimeout(() => this.kick(), ms);
  }

  /** Shows what the store holds; of looks at the same time only the last one counts, for all. */
  private refresh(): Promise<void> {
    const mine: Promise<void> = this.look(() => mine === this.latest);
    this.latest = mine;
    return mine.then(() => (mine === this.latest ? undefined : this.latest));
  }

  private async look(newest: () => boolean): Promise<void> {
    const store = this.store;
    if (!store) return;
    const { visits, pending, synced } = await store.all();
    if (!newest() || store !== this.store) return;
    const waiting = pending.filter((one) => one.state === "waiting");
    const status = { ...this.snapshot.status, waiting: waiting.length, refused: pending.length - waiting.length, since: waiting[0]?.at ?? null, synced };
    this.publish({ ready: true, visits: visits.map((visit) => shown(visit, pending)), pending, status });
  }

  private tell(change: Partial<Status>): void {
    this.publish({ ...this.snapshot, status: { ...this.snapshot.status, ...change } });
  }

  private publish(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.dispatchEvent(new Event("change"));
  }

  /** A newer version of the app is open elsewhere. Screens write what is being typed, then this tab loads anew. */
  private readonly outdated = () => {
    this.dispatchEvent(new Event("outdated"));
    setTimeout(() => location.reload(), 400);
  };
  private readonly heard = () => void this.refresh();
  private readonly woken = () => {
    this.failures = 0;
    this.kick();
  };
  private readonly lost = () => this.tell({ online: false });
  private readonly seen = () => {
    if (document.visibilityState === "visible") this.woken();
  };
}

function entry<Args extends object>(kind: Mutation<Args>, ticket: string, args: Args, id: string): Pending {
  return { id, kind: "mutation", name: kind.name, ticket, at: now(), args: { ...args } as Record<string, unknown>, state: "waiting", tries: 0 };
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
