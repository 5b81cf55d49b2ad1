import "fake-indexeddb/auto";

import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { beforeEach, expect, test, vi } from "vitest";

import type { Pending } from "@/sync/model";
import { Store } from "@/sync/store";
import { VERSION } from "@/sync/tables";
import { me, TICKET } from "./server";

beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
});

const entry = (id: string): Pending => ({ id, kind: "mutation", name: "accept", ticket: TICKET, at: "2026-01-01T00:00:00Z", args: {}, state: "waiting", tries: 0 });

test("unsent work of the first version of the app outlives the update", async () => {
  const old = await openDB(`squad-${me}`, 1, {
    upgrade(db) {
      db.createObjectStore("visits", { keyPath: "id" });
      const outbox = db.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
      outbox.createIndex("id", "id", { unique: true });
      outbox.createIndex("ticket", "ticket");
      db.createObjectStore("blobs", { keyPath: "id" });
      db.createObjectStore("facts");
    },
  });
  await old.add("outbox", entry("one"));
  await old.add("outbox", { ...entry("two"), kind: "file" });
  await old.put("blobs", { id: "two", ticket: TICKET, name: "a.png", media: "image/png", bytes: new Uint8Array([1, 2, 3]).buffer });
  await old.put("facts", "cursor-1", "cursor");
  old.close();
  const store = await Store.open(me);

  expect(VERSION).toBeGreaterThan(1);
  expect((await store.pending()).map((one) => one.id)).toEqual(["one", "two"]);
  expect((await store.blob("two"))?.bytes.size).toBe(3);
  expect(await store.fact("cursor")).toBe("cursor-1");
  await store.keep({ key: "schedule", at: "now", value: 1 });
  expect((await store.copy("schedule"))?.value).toBe(1);
});

test("a connection that the browser dropped is made anew, and nothing is added twice", async () => {
  const store = await Store.open(me);
  await store.add(entry("one"));
  const opened = (store as unknown as { opened: Promise<IDBDatabase> }).opened;
  (await opened).close(); // as Safari does to an app in the background
  await store.add(entry("two"));
  await store.add(entry("two"));

  expect((await store.pending()).map((one) => one.id)).toEqual(["one", "two"]);
});

test("what its owner removed meanwhile does not come back with an answer", async () => {
  const store = await Store.open(me);
  await store.add(entry("one"));
  const all = await store.pending();
  await store.settle(all, []);
  await store.settle([], all.map((one) => ({ ...one, state: "refused" })));

  expect(await store.pending()).toEqual([]);
});

test("a newer version of the app elsewhere asks this tab to load anew", async () => {
  const outdated = vi.fn();
  const store = await Store.open(me, outdated);
  await store.add(entry("one"));
  const newer = await openDB(`squad-${me}`, VERSION + 1);

  expect(outdated).toHaveBeenCalledOnce();
  expect((await newer.getAll("outbox")).length).toBe(1);
  newer.close();
});
