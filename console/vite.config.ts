import { defineConfig } from "vitest/config";

/**
 * The page lives at /console/ of the API's origin. Nothing is inlined into the HTML: its policy allows no inline code.
 * `npm run dev` serves the sources and passes everything else on to a deployed stage: SWITCHBOARD_URL=http://… names it.
 */
export default defineConfig({
  base: "/console/",
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: Object.fromEntries(
      ["/agent", "/console/config.json"].map((path) => [
        path,
        { target: process.env["SWITCHBOARD_URL"] ?? "http://127.0.0.1:4566", changeOrigin: true },
      ]),
    ),
  },
  // Files share a process, which takes a third of the time: each test begins with nothing, whatever came before.
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: "src/testing/setup.ts",
    isolate: false,
    sequence: { shuffle: { files: true } },
  },
});
