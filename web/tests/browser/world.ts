import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");
const PATIENCE = 120_000; // ms for the product to be ready

/** A port that nobody listens on at this moment. */
export function port(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer().once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => found(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Starts the product with its demo world in a folder of its own; SQUAD_URL: use that one instead. */
export default async function world(): Promise<(() => Promise<void>) | undefined> {
  if (process.env["SQUAD_URL"]) return undefined;
  const home = mkdtempSync(join(tmpdir(), "squad-web-"));
  const number = await port();
  const log = openSync(join(home, "log"), "w");
  const node = spawn(resolve(ROOT, ".venv/bin/squad"), ["up", "--demo"], {
    cwd: ROOT,
    stdio: ["ignore", log, log],
    env: { ...process.env, SQUAD_HOME: home, SQUAD_PORT: String(number), SQUAD_LOG: "warning", SQUAD_DEMO: "60", SQUAD_FAST: "0" },
  });
  process.env["SQUAD_URL"] = `http://127.0.0.1:${number}`;
  process.env["SQUAD_WORLD"] = home;
  const stop = async () => {
    await stopped(node);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await ready(node, process.env["SQUAD_URL"], join(home, "log"));
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** Ends a process that we started, by its id. */
export function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    const hard = setTimeout(() => child.kill("SIGKILL"), 15_000);
    child.once("exit", () => {
      clearTimeout(hard);
      done();
    });
    child.kill("SIGTERM");
  });
}

async function ready(node: ChildProcess, url: string, log: string): Promise<void> {
  const end = Date.now() + PATIENCE;
  let waits = "";
  while (Date.now() < end && node.exitCode === null) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    waits = (await answer?.text()) ?? waits;
    await new Promise((later) => setTimeout(later, 200));
  }
  throw new Error(`The product did not become ready: ${waits}\n${readFileSync(log, "utf8").slice(-3000)}`);
}
