/** The phone's own database, one a person. Everything unsent survives a crash of the tab or the phone. */
import { deleteDB } from "idb";

import type { Blobbed, Pending, Visit } from "./model";
import { type Bytes, type Copy, type Database, name, open } from "./tables";

export const wipe = (person: string) => deleteDB(name(person));

/** No space is left on the device; nothing was kept. */
export class Full extends Error {}

const ENDED = ["resolved", "closed", "cancelled"];
const BROKEN = ["InvalidStateError", "UnknownError", "AbortError"];
const named = (error: unknown, ...names: string[]) => names.includes((error as { name?: string } | null)?.name ?? "");

/** Everything that is read and written, each in one transaction. A connection that the browser drops is made anew. */
export class Store {
  private opened: Promise<Database> | null = null;
  private closed = false;

  private constructor(readonly person: string, private readonly outdated: () => void) {}

  /** outdated: told when a newer version of the app needs the database; this tab should load it. */
  static async open(person: string, outdated: () => void = () => undefined): Promise<Store> {
    const store = new Store(person, outdated);
    await store.database();
    return store;
  }

  private database(): Promise<Database> {
    if (this.closed) throw new Error("the store is closed");
    this.opened ??= open(this.person, {
      left: (newer) => {
        this.closed = !newer;
        if (newer) this.outdated();
      },
      lost: () => (this.opened = null),
    });
    this.opened.catch(() => (this.opened = null));
    return this.opened;
  }

  /** Works on the database; once more on a fresh connection where the browser had dropped it. */
  private async use<T>(work: (db: Database) => Promise<T>): Promise<T> {
    try {
      return await work(await this.database());
    } catch (error) {
      if (this.closed || !named(error, ...BROKEN)) throw error;
      this.opened = null;
      return work(await this.database());
    }
  }

  /** Visits and outbox as they are at one moment. */
  async all(): Promise<{ visits: Visit[]; pending: Pending[]; synced: string | null }> {
    return this.use(async (db) => {
      const tx = db.transaction(["visits", "outbox", "facts"]);
      const [visits, pending, synced] = await Promise.all([
        tx.objectStore("visits").getAll(), tx.objectStore("outbox").getAll(), tx.objectStore("facts").get("synced"),
      ]);
      return { visits, pending, synced: (synced as string | undefined) ?? null };
    });
  }

  async pending(): Promise<Pending[]> {
    return this.use((db) => db.getAll("outbox"));
  }

  /**
   * Adds something that was done, with its bytes if it is a file. Waiting entries that `replaced` names leave
   * in the same transaction. Raises Full: no space left, nothing is kept.
   */
  async add(pending: Pending, blob?: Blobbed, replaced?: (one: Pending) => boolean): Promise<void> {
    const bytes = blob && { ...blob, bytes: await blob.bytes.arrayBuffer() };
    try {
      await this.use((db) => added(db, pending, bytes, replaced));
    } catch (error) {
      if (named(error, "QuotaExceededError")) throw new Full();
      throw error;
    }
  }

  /** What is done leaves the outbox, what changed stays in it, and `taken` is seen in its visits: all at once. */
  async settle(done: Pending[], changed: Pending[], taken: (visit: Visit) => Visit = (visit) => visit): Promise<void> {
    await this.use(async (db) => {
      const tx = db.transaction(["outbox", "blobs", "visits"], "readwrite", { durability: "strict" });
      const [outbox, blobs, visits] = [tx.objectStore("outbox"), tx.objectStore("blobs"), tx.objectStore("visits")];
      for (const one of done) {
        if (one.seq !== undefined) await outbox.delete(one.seq);
        if (one.kind === "file") await blobs.delete(one.id);
      }
      for (const one of changed)
        if (one.seq !== undefined && (await outbox.get(one.seq))) await outbox.put(one); // unless its owner removed it meanwhile
      for (const id of new Set([...done, ...changed].map((one) => one.ticket))) {
        const visit = await visits.get(id);
        if (visit) await visits.put(taken(visit));
      }
      await tx.done;
    });
  }

  /** Puts new work in the place of old: a refused change becomes a note, or is sent anew under another id. */
  async swap(old: Pending, fresh: Pending): Promise<void> {
    await this.use(async (db) => {
      const tx = db.transaction("outbox", "readwrite", { durability: "strict" });
      if (old.seq !== undefined && (await tx.store.get(old.seq))) {
        if (old.seq !== fresh.seq) await tx.store.delete(old.seq);
        await tx.store.put(fresh);
      }
      await tx.done;
    });
  }

  async blob(id: string): Promise<Blobbed | undefined> {
    const found = await this.use((db) => db.get("blobs", id));
    return found && { ...found, bytes: found.bytes instanceof ArrayBuffer ? new Blob([found.bytes], { type: found.media }) : (found.bytes as Blob) };
  }

  /** Takes a page of a pull. A visit that is gone stays while it has work of ours that the server lacks. */
  async absorb(visits: Visit[], gone: string[], cursor: string): Promise<void> {
    await this.use(async (db) => {
      const tx = db.transaction(["visits", "outbox", "facts"], "readwrite");
      const kept = tx.objectStore("visits");
      for (const visit of visits) {
        const here = await kept.get(visit.id);
        if (!here || here.ticket.version <= visit.ticket.version) await kept.put(visit);
      }
      for (const id of gone) {
        const here = await kept.get(id);
        const unsent = await tx.objectStore("outbox").index("ticket").count(id);
        if (here && unsent) await kept.put({ ...here, gone: true });
        else await kept.delete(id);
      }
      await tx.objectStore("facts").put(cursor, "cursor");
      await tx.done;
    });
  }

  /** After a pull of everything: what did not come is no longer ours. */
  async retain(ids: Set<string>): Promise<void> {
    const here = await this.use((db) => db.getAllKeys("visits"));
    await this.absorb([], here.filter((id) => !ids.has(id)), (await this.fact<string>("cursor")) ?? "");
  }

  async fact<T>(key: string): Promise<T | undefined> {
    return (await this.use((db) => db.get("facts", key))) as T | undefined;
  }

  async remember(key: string, value: unknown): Promise<void> {
    await this.use((db) => db.put("facts", value, key));
  }

  async copy(key: string): Promise<Copy | undefined> {
    return this.use((db) => db.get("copies", key));
  }

  async keep(copy: Copy): Promise<void> {
    await this.use((db) => db.put("copies", copy));
  }

  /** Drops visits that ended more than `days` ago, and those that went to others, unless work is unsent: makes room. */
  async prune(days: number): Promise<number> {
    const before = new Date(Date.now() - days * 86_400_000).toISOString();
    return this.use(async (db) => {
      const tx = db.transaction(["visits", "outbox"], "readwrite");
      let dropped = 0;
      for (const visit of await tx.objectStore("visits").getAll()) {
        const over = visit.gone || (ENDED.includes(visit.ticket.status) && Date.parse(visit.ticket.updated_at) < Date.parse(before));
        if (over && !(await tx.objectStore("outbox").index("ticket").count(visit.id))) {
          await tx.objectStore("visits").delete(visit.id);
          dropped += 1;
        }
      }
      await tx.done;
      return dropped;
    });
  }

  close(): void {
    this.closed = true;
    void this.opened?.then((db) => db.close(), () => undefined);
  }
}

async function added(db: Database, pending: Pending, bytes: Bytes | undefined, replaced?: (one: Pending) => boolean): Promise<void> {
  const tx = db.transaction(["outbox", "blobs"], "readwrite", { durability: "strict" });
  const finished = tx.done.catch((error: unknown) => error); // else a failed put leaves it unheard
  try {
    const outbox = tx.objectStore("outbox");
    if (await outbox.index("id").get(pending.id)) return; // came before, over a connection that broke
    const old = replaced ? (await outbox.index("ticket").getAll(pending.ticket)).filter(replaced) : [];
    for (const one of old) await outbox.delete(one.seq ?? -1);
    if (bytes) await tx.objectStore("blobs").put(bytes);
    await outbox.add(pending);
  } catch (error) {
    try {
      tx.abort(); // all or nothing, also where the fault does not end it
    } catch {
      // it has ended
    }
    await finished;
    throw error;
  }
  const error = await finished;
  if (error) throw error;
}
