import "fake-indexeddb/auto";

import { IDBFactory, IDBObjectStore } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { Engine } from "@/sync/engine";
import type { Pending } from "@/sync/model";
import { accept, arrive, note, resolve, setReport, sign, travel } from "@/sync/mutations";
import { type Me, session } from "@/sync/session";
import { Full } from "@/sync/store";
import { me, OTHER, Server, TICKET } from "./server";

let server: Server;
let engines: Engine[];

beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  vi.stubGlobal("BroadcastChannel", undefined);
  server = new Server();
  engines = [];
});

afterEach(async () => {
  for (const one of engines) await one.stop();
  vi.restoreAllMocks();
});

/** A tab. */
async function open(): Promise<Engine> {
  const engine = new Engine();
  engines.push(engine);
  await engine.start(me);
  return engine;
}

/** Until the engine is at rest with what `wanted` says of it. */
async function until(engine: Engine, wanted: (one: Engine["snapshot"]) => boolean): Promise<Engine["snapshot"]> {
  await vi.waitFor(() => {
    if (engine.snapshot.status.phase !== "idle" || !wanted(engine.snapshot)) throw new Error(JSON.stringify([engine.snapshot.status, server.asked.slice(-5)]));
  }, { timeout: 3000, interval: 5 });
  return engine.snapshot;
}

const sent = (engine: Engine) => until(engine, ({ status }) => !!status.synced && !status.waiting && !status.problem);
const visit = (engine: Engine, id = TICKET) => engine.snapshot.visits.find((one) => one.id === id);
function first(pending: Pending[]): Pending {
  if (!pending[0]) throw new Error("nothing is pending");
  return pending[0];
}
/** The tab dies: nothing of it goes on, nothing is closed in good order. */
function kill(engine: Engine): void {
  engines.splice(engines.indexOf(engine), 1);
  Object.assign(engine, { run: async () => undefined, refresh: async () => undefined, later: () => undefined, timer: clearTimeout(engine["timer"]) });
}

async function wholeVisit(engine: Engine): Promise<void> {
  await engine.act(accept, TICKET, {});
  await engine.act(travel, TICKET, {});
  await engine.act(arrive, TICKET, {});
  const picture = await engine.attach(TICKET, new Blob([new Uint8Array(2500)], { type: "image/png" }), "signature.png");
  await engine.act(sign, TICKET, { name: "Ada", attachment: picture });
  await engine.act(resolve, TICKET, { resolution: "New toner" });
}
const WHOLE = ["a:accept", "a:travel", "a:arrive", "file", "a:sign", "a:resolve"];

describe("what is done without a network", () => {
  test("is shown at once and goes out in order, a file before what names it", async () => {
    const engine = await open();
    await sent(engine);
    server.off = true;
    await wholeVisit(engine);
    expect(visit(engine)?.ticket.status).toBe("resolved");
    expect(engine.snapshot.status).toMatchObject({ waiting: 6 });

    server.off = false;
    engine.kick();
    await sent(engine);

    expect(server.done).toEqual(WHOLE);
    expect(visit(engine)?.ticket.status).toBe("resolved");
  });

  test.each(["POST /api/tickets/sync", "/uploads$", "offset=1000", "offset=2000", "GET /api/tickets/sync"])("survives a tab that dies with %s on its way, once and in order", async (where) => {
    for (const lost of [true, false]) {
      vi.stubGlobal("indexedDB", new IDBFactory());
      server = new Server();
      const first = await open();
      await sent(first);
      server.off = true;
      await wholeVisit(first);
      server.off = false;
      server.fail({ path: new RegExp(where), lost, status: 0 });
      first.kick();
      await until(first, ({ status }) => server.failed && (status.problem?.kind === "offline" || !status.waiting));
      kill(first);
      const second = await open();
      await sent(second);

      expect(server.done).toEqual(WHOLE);
      expect(second.snapshot.pending).toEqual([]);
    }
  });

  test("is there in a tab that opens anew, before any network", async () => {
    const first = await open();
    await sent(first);
    server.off = true;
    await wholeVisit(first);
    kill(first);
    const second = await open();

    expect(visit(second)?.ticket.status).toBe("resolved");
    expect(second.snapshot.status.waiting).toBe(6);
    const file = second.snapshot.pending.find((one) => one.kind === "file");
    expect((await second.bytes(file?.id ?? ""))?.size).toBe(2500);
  });

  test("keeps the last text of a field alone", async () => {
    const engine = await open();
    await sent(engine);
    server.off = true;
    for (const text of ["N", "Ne", "New toner"]) await engine.act(setReport, TICKET, { field: "summary", text });
    await engine.act(setReport, TICKET, { field: "root_cause", text: "Empty" });
    server.off = false;
    engine.kick();
    await sent(engine);

    expect(server.applied.map((one) => one.args["text"])).toEqual(["New toner", "Empty"]);
  });
});

describe("what the server refuses", () => {
  test("stays, stops nothing else, and becomes a note", async () => {
    server.refuse.add("travel");
    const engine = await open();
    await engine.act(accept, TICKET, {});
    await engine.act(travel, TICKET, {});
    await engine.act(accept, OTHER, {});
    const { pending } = await until(engine, ({ status }) => status.refused === 1 && !status.waiting);
    expect(pending[0]?.problem?.type).toContain("conflict");
    expect(server.done).toEqual(["a:accept", "b:accept"]);

    await engine.toNote(first(pending), "Set off at 9");
    await sent(engine);

    expect(server.applied.at(-1)).toMatchObject({ name: "note", args: { text: "Set off at 9", visibility: "internal" } });
    expect(engine.snapshot.pending).toEqual([]);
  });

  test("is taken when its reason has gone, in its old place", async () => {
    server.refuse.add("travel");
    const engine = await open();
    await engine.act(travel, TICKET, {});
    const { pending } = await until(engine, ({ status }) => status.refused === 1);
    server.refuse.clear();
    await engine.retry(first(pending));
    await sent(engine);

    expect(server.done).toEqual(["a:travel"]);
  });

  test("of a ticket that went to somebody else keeps the ticket readable until its owner decides", async () => {
    const engine = await open();
    await sent(engine);
    server.off = true;
    await engine.act(accept, TICKET, {});
    server.off = false;
    server.mine.delete(TICKET);
    engine.kick();
    const { pending } = await until(engine, ({ status, visits }) => status.refused === 1 && visits.some((one) => one.gone));
    expect(pending[0]?.problem?.type).toContain("not-yours");
    expect(visit(engine)).toMatchObject({ gone: true });

    await engine.toNote(first(pending), "I had accepted");
    await until(engine, ({ visits, status }) => !visits.some((one) => one.id === TICKET) && !status.waiting);
    expect(server.done).toEqual(["a:note"]);
  });
});

describe("a server that does not answer well", () => {
  test.each([[503, "busy"], [429, "busy"], [401, "expired"], [0, "offline"]])("%i: everything waits, nothing is refused", async (status, kind) => {
    const engine = await open();
    await sent(engine);
    server.fail({ path: /POST .*sync/, status, times: 99 });
    await wholeVisit(engine);
    const { pending } = await until(engine, (one) => one.status.problem?.kind === kind);

    expect(pending.map((one) => one.state)).toEqual(Array(6).fill("waiting"));
    expect(server.done).toEqual([]);
  });

  test("is left alone for as long as it asks, whatever happens here; a button does not wait", async () => {
    const engine = await open();
    await sent(engine);
    server.fail({ path: /POST .*sync/, status: 429, headers: { "retry-after": "60" } });
    await engine.act(accept, TICKET, {});
    await until(engine, ({ status }) => status.problem?.kind === "busy");
    const before = server.asked.length;
    await engine.act(travel, TICKET, {});
    dispatchEvent(new Event("online"));
    await new Promise((later) => setTimeout(later, 30));
    expect(server.asked.length).toBe(before);

    engine.kick(true);
    await sent(engine);
    expect(server.done).toEqual(["a:accept", "a:travel"]);
  });

  test("500 over one change: the rest of its ticket waits, other tickets and the pull go on", async () => {
    server.broken.add("travel");
    const engine = await open();
    await engine.act(accept, TICKET, {});
    await engine.act(travel, TICKET, {});
    await engine.act(arrive, TICKET, {});
    await engine.act(accept, OTHER, {});
    await until(engine, ({ status }) => status.waiting === 2 && status.problem?.kind === "broken" && !!status.synced);
    expect(server.done).toEqual(["a:accept", "b:accept"]);

    server.broken.clear();
    engine.kick(true);
    await sent(engine);
    expect(server.done).toEqual(["a:accept", "b:accept", "a:travel", "a:arrive"]);
  });

  test("413 over many: they go one by one; the one that is too large is refused and stays", async () => {
    const engine = await open();
    await sent(engine);
    server.off = true;
    for (const text of ["one", "two"]) await engine.act(note, TICKET, { id: crypto.randomUUID(), text });
    server.fail({ path: /POST .*sync/, status: 413, body: { type: "/api/problems/oversize", status: 413 }, times: 2 });
    server.off = false;
    engine.kick(true);
    await until(engine, ({ status }) => status.refused === 1 && !status.waiting);

    expect(server.applied.map((one) => one.args["text"])).toEqual(["two"]);
    expect(server.sent.length).toBe(1);
  });

  test("pages of a proxy or a hotel refuse nothing", async () => {
    const engine = await open();
    await sent(engine);
    server.fail({ path: /POST .*sync/, status: 403, body: "<html>blocked</html>", times: 2 });
    await engine.act(accept, TICKET, {});
    await until(engine, ({ status }) => status.problem !== null);
    expect(engine.snapshot.status).toMatchObject({ refused: 0, waiting: 1 });
    server.fail({ path: /GET .*sync/, status: 200, body: "<html>Welcome to the hotel</html>" });
    engine.kick(true);
    await until(engine, ({ status }) => status.problem?.kind === "offline");
  });

  test("a cursor that is not its own any more: everything is fetched anew, what went is dropped", async () => {
    const engine = await open();
    await sent(engine);
    server.mine.delete(OTHER);
    server.fail({ path: /GET .*cursor/, status: 422, body: { type: "/api/problems/invalid", status: 422 } });
    engine.kick(true);
    await until(engine, ({ visits }) => visits.length === 1);

    expect(visit(engine)).toBeDefined();
  });

  test("many large notes go in requests that the server takes", async () => {
    const engine = await open();
    await sent(engine);
    server.off = true;
    for (let n = 0; n < 20; n++) await engine.act(note, TICKET, { id: crypto.randomUUID(), text: "語".repeat(20_000) });
    server.off = false;
    engine.kick(true);
    await sent(engine);

    const sizes = server.sent.map((one) => new TextEncoder().encode(JSON.stringify(one)).length);
    expect(Math.max(...sizes)).toBeLessThan(1_048_576);
    expect(server.done.length).toBe(20);
  });
});

test("an expired sign-in keeps the work; it goes out after the next one", async () => {
  const engine = await open();
  await sent(engine);
  await session.token(true);
  server.fail({ path: /oauth2.token/, status: 400, body: { error: "invalid_grant" }, times: 99 });
  server.fail({ path: /POST .*sync/, status: 401 });
  await engine.act(accept, TICKET, {});
  await until(engine, ({ status }) => status.problem?.kind === "expired");
  expect(session.state).toBe("expired");
  expect(engine.snapshot.status.waiting).toBe(1);

  server.mend();
  session.state = "in";
  await engine.start(me); // what app/start does when somebody signs in
  await sent(engine);
  expect(server.done).toEqual(["a:accept"]);
});

test("after an expired sign-in somebody else's starts with nothing; the work waits apart until its owner is back", async () => {
  const engine = await open();
  await sent(engine);
  server.off = true;
  await engine.act(accept, TICKET, {});
  server.off = false;
  const asked = server.asked.length;
  session.me = { ...(session.me as Me), id: "somebody-else" }; // in the middle: the engine does not know yet
  engine.kick(true);
  await until(engine, ({ status }) => status.problem?.kind === "expired");
  expect(server.asked.slice(asked).filter((line) => line.includes("sync"))).toEqual([]);

  await engine.start("somebody-else");
  await until(engine, ({ status }) => !!status.synced);
  expect(engine.snapshot.pending).toEqual([]);
  expect(server.done).toEqual([]);

  session.me = { ...session.me, id: me };
  await engine.start(me);
  await sent(engine);
  expect(server.done).toEqual(["a:accept"]);
});

test("a token of somebody else, who signed in in another tab, is never used", async () => {
  const engine = await open();
  await sent(engine);
  const assign = vi.spyOn(location, "assign").mockImplementation(() => undefined);
  localStorage.setItem("squad.me", JSON.stringify({ id: "somebody-else" }));
  server.person = "somebody-else";
  await session.token(true);
  const asked = server.asked.length;
  await engine.act(accept, TICKET, {});
  await until(engine, ({ status }) => status.problem?.kind === "expired");

  expect(assign).toHaveBeenCalledWith("/");
  expect(localStorage.getItem("squad.me")).toContain("somebody-else"); // it is theirs
  expect(server.done).toEqual([]);
  expect(server.asked.slice(asked).filter((line) => line.includes("POST /api/tickets/sync"))).toHaveLength(2);
  expect(engine.snapshot.status.waiting).toBe(1);
});

test("two tabs send everything once and in order", async () => {
  let turn: Promise<unknown> = Promise.resolve();
  const request = (_name: string, _options: unknown, run: () => Promise<void>) => (turn = turn.then(run, run));
  Object.defineProperty(navigator, "locks", { value: { request }, configurable: true });
  const [one, two] = [await open(), await open()];
  await sent(one);
  server.off = true;
  await wholeVisit(one);
  await two.act(note, TICKET, { id: crypto.randomUUID(), text: "of the other tab" });
  server.off = false;
  one.kick();
  two.kick();
  await sent(one);
  await sent(two);

  expect(server.done).toEqual([...WHOLE, "a:note"]);
  expect(server.sent.flatMap((each) => each.mutations).length).toBe(6);
  Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
});

test("starting twice at once opens one store, and stopping in the middle loses nothing", async () => {
  const engine = new Engine();
  engines.push(engine);
  await Promise.all([engine.start(me), engine.start(me)]);
  await sent(engine);
  expect(server.asked.filter((line) => line.startsWith("GET")).length).toBeLessThanOrEqual(2);
  await engine.act(accept, TICKET, {});
  await engine.stop();
  expect(engine.snapshot.ready).toBe(false);
  await engine.start(me);
  await sent(engine);
  expect(server.done).toEqual(["a:accept"]);
});

test("a wrong clock is told, and sent along so that the server can correct", async () => {
  server.ahead = 3_600_000;
  const engine = await open();
  await engine.act(accept, TICKET, {});
  await sent(engine);

  expect(engine.snapshot.status.skew).toBeGreaterThan(3_590_000);
  expect(Date.parse(server.sent[0]?.sent_at ?? "")).toBeLessThan(Date.now() + 1000);
});

test("full storage: ended visits make room; where that is not enough nothing is half kept", async () => {
  const engine = await open();
  await sent(engine);
  const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore) {
    throw new DOMException("full", "QuotaExceededError");
  });
  const photo = new Blob([new Uint8Array(10)], { type: "image/jpeg" });
  await expect(engine.attach(TICKET, photo, "a.jpg")).rejects.toBeInstanceOf(Full);
  put.mockRestore();

  expect(engine.snapshot.pending).toEqual([]);
  await engine.attach(TICKET, photo, "a.jpg");
  await sent(engine);
  expect(server.done).toEqual(["file"]);
});
