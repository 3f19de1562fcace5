import { defineConfig } from "vite";

export default defineConfig({
  // Relative, so that the page works under whatever path a reverse proxy shows it.
  base: "./",
  build: {
    outDir: "../src/spine/dashboard/dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    chunkSizeWarningLimit: 2000,
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: {
    proxy: {
      "/ws": { target: "ws://localhost:8000", ws: true },
      "/api": "http://localhost:8000",
      "/ready": "http://localhost:8000",
    },
  },
});
