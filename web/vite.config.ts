import react from "@vitejs/plugin-react";
import { compression } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";

const SERVER = process.env["SQUAD_URL"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), compression({ algorithms: ["gzip", "brotliCompress"], include: /\.(js|css|json|svg|html|webmanifest)$/ })],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    target: "es2022",
    manifest: true,
    sourcemap: false,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // nothing inline: the content security policy forbids it
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        // What only menus, dialogs and tooltips need must not ride along with the first screen.
        codeSplitting: {
          groups: [
            { name: "base", priority: 2, test: /node_modules\/(react|react-dom|scheduler|clsx|use-sync-external-store|@mantine\/core\/esm\/core|@mantine\/hooks)\// },
            { name: "overlays", priority: 1, test: /node_modules\/@floating-ui\// },
          ],
        },
      },
    },
  },
  html: { cspNonce: "__NONCE__" },
  server: { port: 5173, proxy: { "/api": SERVER, "/oauth2": SERVER } },
  test: { environment: "happy-dom", include: ["tests/unit/**/*.test.{ts,tsx}", "src/**/*.test.{ts,tsx}"] },
});
