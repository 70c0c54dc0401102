// Bundles each test with the modules that it tests, because Node 20 cannot run TypeScript and no Node can run TSX. The bundle
// also contains the packages, because happy-dom has some 700 modules, which each test would load one by one.

import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

process.chdir(fileURLToPath(new URL("../", import.meta.url)));
rmSync("build/test", { recursive: true, force: true });
await build({
  entryPoints: readdirSync("test")
    .filter((name) => /\.test\.(mjs|tsx?)$/.test(name))
    .map((name) => `test/${name}`),
  outdir: "build/test",
  bundle: true,
  splitting: true, // all parts of a test must share one copy of the signals
  format: "esm",
  platform: "node",
  // for modules in CommonJS format
  banner: { js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);' },
  jsx: "automatic",
  jsxImportSource: "preact",
  sourcemap: "linked",
  logLevel: "warning",
});
