/** The arrows of the app are held by the linter: each forbidden import is planted and seen caught. */
// @vitest-environment node
import { ESLint } from "eslint";
import { join } from "node:path";
import { expect, it, vi } from "vitest";

const root = join(import.meta.dirname, "../..");
const eslint = new ESLint({ cwd: root });
vi.setConfig({ testTimeout: 60_000 }); // the first call reads the configuration

const caught = async (file: string, source: string) => {
  const [result] = await eslint.lintText(source, { filePath: join(root, file) });
  return (result?.messages ?? []).some((message) => message.message.includes("app → features → ui, sync") || message.ruleId === "no-restricted-syntax");
};

it.each([
  ["src/ui/Planted.ts", 'import "@/sync/engine";'],
  ["src/ui/Planted.ts", 'import "@/features/board";'],
  ["src/sync/planted.ts", 'import "@/ui/toast";'],
  ["src/sync/planted.ts", 'import "@/app/router";'],
  ["src/features/board/planted.ts", 'import "@/features/visits";'],
  ["src/features/board/planted.ts", 'import "../visits";'],
  ["src/features/board/panes/planted.ts", 'import "../../visits";'],
  ["src/features/board/planted.ts", 'import "@/app/queries";'],
  ["src/worker/planted.ts", 'import "@/ui/toast";'],
  ["src/features/board/Planted.tsx", 'export const a = <b dangerouslySetInnerHTML={{ __html: "x" }} />;'],
])("%s may not say %s", async (file, source) => {
  expect(await caught(file, source)).toBe(true);
});

it.each([
  ["src/features/board/planted.ts", 'import "@/ui/toast";'],
  ["src/features/board/planted.ts", 'import "@/sync/engine";'],
  ["src/features/board/panes/planted.ts", 'import "../data";'],
  ["src/app/planted.ts", 'import "@/features/board";'],
])("%s may say %s", async (file, source) => {
  expect(await caught(file, source)).toBe(false);
});
