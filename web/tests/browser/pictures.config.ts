import { defineConfig } from "@playwright/test";
import stories from "./playwright.config";

/** `make screenshots`: the pictures of the app, taken in Chromium. */
export default defineConfig({ ...stories, testDir: "pictures", projects: [{ name: "pictures", use: {} }] });
