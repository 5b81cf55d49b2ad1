/** The phone's own database, one a person. Everything unsent survives a crash of the tab or the phone. */
import { type DBSchema, type IDBPDatabase, openDB, deleteDB } from "idb";

import type { Blobbed, Pending, Visit } from "./model";

interface Tables extends DBSchema {
  visits: { key: string; value: Visit };
  outbox: { key: number; value: Pending; indexes: { id: string; ticket: string } };
  blobs: { key: string; value: Blobbed };
  facts: { key: string; value: unknown };
}

export const VERSION = 1;
const name = (person: string) => `squad-${person}`;

/**
 * Opens a person's database. A new version of the app adds stores and indexes here, step by step, and never
 * drops `outbox` or `blobs`: unsent work outlives every migration (tests/unit/store.test.ts).
 */
export async function open(person: string, version = VERSION): Promise<IDBPDatabase<Tables>> {
  return openDB<Tables>(name(person), version, {
    upgrade(db, before) {
      if (before < 1) {
        db.createObjectStore("visits", { keyPath: "id" });
        const outbox = db.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
        outbox.createIndex("id", "id", { unique: true });
        outbox.createIndex("ticket", "ticket");
        db.createObjectStore("blobs", { keyPath: "id" });
        db.createObjectStore("facts");
      }
    },
    blocking: (_now, _next, event) => (event.target as IDBDatabase).close(),
  });
}

export const wipe = (person: string) => deleteDB(name(person));

export class Full extends Error {}

/** Everything that is read and written, each in one transaction. */
export class Store {
  private constructor(readonly person: string, private readonly db: IDBPDatabase<Tables>) {}

  static async open(person: string): Promise<Store> {
    return new Store(person, await open(person));
  }

  async visits(): Promise<Visit[]> {
    return this.db.getAll("visits");
  }

  async pending(): Promise<Pending[]> {
    return this.db.getAll("outbox");
  }

  /** Adds something that was done, with its bytes if it is a file. Raises Full: no space left, nothing is kept. */
  async add(pending: Pending, blob?: Blobbed): Promise<void> {
    const tx = this.db.transaction(["outbox", "blobs"], "readwrite", { durability: "strict" });
    try {
      if (blob) await tx.objectStore("blobs").put(blob);
      await tx.objectStore("outbox").add(pending);
      await tx.done;
    } catch (error) {
      if (error instanceof DOMException && error.name === "QuotaExceededError") throw new Full();
      throw error;
    }
  }

  /** Takes what was answered: what is done leaves the outbox in the transaction that brings the new state. */
  async settle(done: Pending[], visits: Visit[]): Promise<void> {
    const tx = this.db.transaction(["outbox", "blobs", "visits"], "readwrite");
    for (const one of done) {
      if (one.seq !== undefined) void tx.objectStore("outbox").delete(one.seq);
      if (one.kind === "file") void tx.objectStore("blobs").delete(one.id);
    }
    for (const visit of visits) void tx.objectStore("visits").put(visit);
    await tx.done;
  }

  /** Writes a changed entry of the outbox: refused, or tried once more. */
  async keep(pending: Pending): Promise<void> {
    await this.db.put("outbox", pending);
  }

  async blob(id: string): Promise<Blobbed | undefined> {
    return this.db.get("blobs", id);
  }

  /** Takes a page of a pull. A visit that is gone stays while it has work of ours that the server lacks. */
  async absorb(visits: Visit[], gone: string[], cursor: string): Promise<void> {
    const tx = this.db.transaction(["visits", "outbox", "facts"], "readwrite");
    for (const visit of visits) {
      const here = await tx.objectStore("visits").get(visit.id);
      if (!here || here.ticket.version <= visit.ticket.version) void tx.objectStore("visits").put(visit);
    }
    for (const id of gone) {
      const here = await tx.objectStore("visits").get(id);
      const unsent = await tx.objectStore("outbox").index("ticket").count(id);
      if (here && unsent) void tx.objectStore("visits").put({ ...here, gone: true });
      else void tx.objectStore("visits").delete(id);
    }
    void tx.objectStore("facts").put(cursor, "cursor");
    await tx.done;
  }

  async fact<T>(key: string): Promise<T | undefined> {
    return (await this.db.get("facts", key)) as T | undefined;
  }

  async remember(key: string, value: unknown): Promise<void> {
    await this.db.put("facts", value, key);
  }

  /** Drops visits that ended more than `days` ago and have nothing unsent: makes room. */
  async prune(days: number): Promise<number> {
    const before = new Date(Date.now() - days * 86_400_000).toISOString();
    const tx = this.db.transaction(["visits", "outbox"], "readwrite");
    let dropped = 0;
    for (const visit of await tx.objectStore("visits").getAll()) {
      const over = ["resolved", "closed", "cancelled"].includes(visit.ticket.status) && visit.ticket.updated_at < before;
      if (over && !(await tx.objectStore("outbox").index("ticket").count(visit.id))) {
        void tx.objectStore("visits").delete(visit.id);
        dropped += 1;
      }
    }
    await tx.done;
    return dropped;
  }

  close(): void {
    this.db.close();
  }
}
