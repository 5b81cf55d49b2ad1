import { test as base, type Browser } from "@playwright/test";
import type { Screen } from "./screen";
import { Chromium, launch, type Look } from "./screens/chromium";
import { Webkit } from "./screens/webkit";

export { expect } from "@playwright/test";

export interface Options {
  engine: "chromium" | "webkit";
  size: "phone" | "desktop";
}

interface Story {
  me: Screen; // the first one
  open: (look?: Look & Partial<Options>) => Promise<Screen>; // another, of somebody else
}

interface Shared {
  chromium: Browser;
}

/** A test with a screen; the same story runs in every engine and size (see README.md). */
export const story = base.extend<Story & Options, Shared>({
  engine: ["chromium", { option: true }],
  size: ["phone", { option: true }],
  chromium: [
    async ({}, use) => {
      const browser = await launch();
      await use(browser);
      await browser.close();
    },
    { scope: "worker" },
  ],
  open: async ({ engine, size, chromium }, use, info) => {
    const opened: Screen[] = [];
    await use(async (look = {}) => {
      const [kind, wide] = [look.engine ?? engine, look.size ?? size];
      const screen = kind === "webkit" ? await Webkit.open(wide, look.language) : await Chromium.open(chromium, wide, look);
      opened.push(screen);
      return screen;
    });
    for (const [n, screen] of opened.entries()) {
      if (info.status !== info.expectedStatus) await screen.screenshot(info.outputPath(`screen-${n}.png`)).catch(() => undefined);
      await screen.close();
    }
  },
  me: async ({ open }, use) => use(await open()),
});
