import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { defineConfig } from "vite";

interface Chunk {
  file: string;
  css?: string[];
  assets?: string[];
}

/** The app's files, so that the worker can keep them all. Read when the app itself was built. */
function files(): string[] {
  const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8")) as Record<string, Chunk>;
  const found = Object.values(manifest).flatMap((chunk) => [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]);
  return [...new Set(found)].sort().map((file) => `/${file}`);
}

export default defineConfig(() => {
  const shell = files();
  const version = createHash("sha256").update(shell.join()).update(readFileSync("dist/index.html")).digest("hex").slice(0, 12);
  return {
    define: { __FILES__: JSON.stringify(shell), __VERSION__: JSON.stringify(version) },
    resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
    publicDir: false as const,
    build: {
      target: "es2022",
      emptyOutDir: false,
      lib: { entry: "src/worker/sw.ts", formats: ["es" as const], fileName: () => "sw.js" },
    },
  };
});
