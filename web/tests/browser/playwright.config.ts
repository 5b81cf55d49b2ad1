import { defineConfig } from "@playwright/test";
import type { Options } from "./story";

/** One worker: a story needs a browser and the product, and a small machine has two cores. */
export default defineConfig<Options>({
  testDir: "stories",
  outputDir: "../../test-results",
  globalSetup: "./world.ts",
  workers: Number(process.env["WORKERS"] ?? 1),
  fullyParallel: false,
  forbidOnly: true,
  timeout: 150_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  projects: [
    { name: "phone", use: { engine: "chromium", size: "phone" } },
    { name: "desktop", use: { engine: "chromium", size: "desktop" } },
    { name: "webkit", use: { engine: "webkit", size: "phone" } },
  ],
});
