import { defineConfig } from "@playwright/test";
import type { Options } from "./story";

// SQUAD_STORIES=home: each role on the screen that it works at, and who is outside in WebKit too. What .ci/run has time for.
const HOME = process.env["SQUAD_STORIES"] === "home";
const only = (...roles: string[]) => (HOME ? { testMatch: roles.map((role) => `**/${role}.spec.ts`) } : {});

/** One worker: a story needs a browser and the product, and a small machine has two cores. */
export default defineConfig<Options>({
  testDir: "stories",
  outputDir: "../../test-results",
  globalSetup: "./world.ts",
  workers: Number(process.env["WORKERS"] ?? 1),
  fullyParallel: false,
  forbidOnly: true,
  timeout: 150_000,
  retries: HOME ? 2 : 0, // a machine that is busy with something else
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  projects: [
    { name: "phone", use: { engine: "chromium", size: "phone" }, ...only("consultant", "customer") },
    { name: "desktop", use: { engine: "chromium", size: "desktop" }, ...only("signin", "receptionist", "store", "dispatcher", "manager", "administrator") },
    { name: "webkit", use: { engine: "webkit", size: "phone" }, ...only("consultant", "customer") },
  ],
});
