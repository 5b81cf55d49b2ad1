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
  },
  html: { cspNonce: "__NONCE__" },
  server: { port: 5173, proxy: { "/api": SERVER, "/oauth2": SERVER } },
  test: { environment: "happy-dom", include: ["tests/unit/**/*.test.{ts,tsx}", "src/**/*.test.{ts,tsx}"] },
});
