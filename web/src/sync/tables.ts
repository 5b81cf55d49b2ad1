/** The tables of the phone's database, and how each version of the app brings them up to date. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import type { Blobbed, Pending, Visit } from "./model";

/** Bytes lie as a buffer: Safari loses blobs of a database when the app starts anew. Version 1 kept blobs. */
export type Bytes = Omit<Blobbed, "bytes"> & { bytes: ArrayBuffer | Blob };

/** The last answer to a question, for screens that only read. at: when it came, by this device's clock. */
export interface Copy {
  key: string;
  at: string;
  value: unknown;
}

export interface Tables extends DBSchema {
  visits: { key: string; value: Visit };
  outbox: { key: number; value: Pending; indexes: { id: string; ticket: string } };
  blobs: { key: string; value: Bytes };
  facts: { key: string; value: unknown };
  copies: { key: string; value: Copy };
}

export type Database = IDBPDatabase<Tables>;

export const VERSION = 2;
export const name = (person: string) => `squad-${person}`;

/** What happens to an open database from outside. left: a newer app, or sign-out in another tab, needs it closed. */
export interface Told {
  left: (newer: boolean) => void;
  lost: () => void;
}

/**
 * Opens a person's database. A new version of the app adds stores and indexes here, step by step, and never
 * drops `outbox` or `blobs`: unsent work outlives every migration (tests/unit/sync/store.test.ts).
 */
export async function open(person: string, told: Told): Promise<Database> {
  return openDB<Tables>(name(person), VERSION, {
    upgrade(db, before) {
      if (before < 1) {
        db.createObjectStore("visits", { keyPath: "id" });
        const outbox = db.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
        outbox.createIndex("id", "id", { unique: true });
        outbox.createIndex("ticket", "ticket");
        db.createObjectStore("blobs", { keyPath: "id" });
        db.createObjectStore("facts");
      }
      if (before < 2) db.createObjectStore("copies", { keyPath: "key" });
    },
    blocking: (_now, next, event) => {
      const here = event.target as IDBDatabase;
      told.left(next !== null);
      setTimeout(() => here.close(), next === null ? 0 : 300); // what is being typed is written first
    },
    terminated: told.lost,
  });
}
