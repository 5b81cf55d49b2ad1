import { defineConfig } from "@playwright/test";
import type { Options } from "../story";

/** Measures; not a part of CI: `cd web/tests/browser && npx playwright test -c bench/playwright.config.ts`. */
export default defineConfig<Options>({
  testDir: ".",
  testMatch: "*.bench.ts",
  outputDir: "../../../test-results",
  globalSetup: "../world.ts",
  workers: 1,
  timeout: 300_000,
  reporter: [["list"]],
  projects: [{ name: "desktop", use: { engine: "chromium", size: "desktop" } }],
});
