import { defineConfig } from "@playwright/test";
import type { Options } from "./story";

// SQUAD_STORIES=home: roles on the screen that they work at, as far as their stories have proven steady. What .ci/run runs.
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
    { name: "phone", use: { engine: "chromium", size: "phone" }, ...only("consultant"), ...(HOME && { grep: /whole visit/ }) },
    { name: "desktop", use: { engine: "chromium", size: "desktop" }, ...only("signin", "receptionist", "store", "dispatcher", "administrator") },
    ...(HOME ? [] : [{ name: "webkit", use: { engine: "webkit" as const, size: "phone" as const } }]),
  ],
});
