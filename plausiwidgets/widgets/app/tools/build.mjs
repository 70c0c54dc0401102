// Bundles src/ into static/, which is committed so that the installation of the package does not need Node. With --check,
// nothing is written, and the command fails if the committed bundle differs from the sources or if no script imports a source.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform, version } from "esbuild";
import { noticesOf } from "./notices.mjs";
import { usedStyles } from "./usedStyles.mjs";

// The paths in the result must not depend on the folder in which the command runs.
process.chdir(fileURLToPath(new URL("../", import.meta.url)));

/**
 * The entry of each bundle in static/: of an app with a host, of a standalone page, of a standalone exercise, and of the scripts
 * at the beginning of a page and of a module.
 */
const ENTRIES = {
  app: "src/main.ts",
  file: "src/fileMain.ts",
  exercise: "src/exerciseMain.ts",
  loader: "src/fileLoader.ts",
  module: "src/moduleLoader.ts",
};

/** The loader must also run in an outdated browser, because it asks the user to update it. */
const TARGETS = { loader: "es2017" };

/** A bundle with its banner, its source map, and the paths of its sources. */
async function bundle(name, entry) {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    outfile: `static/${name}.js`,
    bundle: true,
    minify: true,
    format: "iife",
    ...(name === "loader" ? {} : { globalName: "plausiwidgets" }),
    target: [TARGETS[name] ?? "es2022"],
    jsx: "automatic",
    jsxImportSource: "preact",
    sourcemap: "external", // pages inline the script, so a link to the map would not work
    sourcesContent: false,
    legalComments: "none", // the banner contains the full comments
    charset: "utf8",
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  const inputs = Object.keys(metafile.inputs);
  const [map, script] = [".js.map", ".js"].map((ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text);
  const notices = noticesOf(inputs);
  const head = notices && `/*!\n${notices}\n*/\n`;
  // The banner moves the code down, so the map gets an empty line for each line of the banner.
  const { mappings, ...rest } = JSON.parse(map);
  const moved = { ...rest, mappings: ";".repeat(head.split("\n").length - 1) + mappings };
  return { name, inputs, text: head + script, map: JSON.stringify(moved) };
}

const bundles = await Promise.all(Object.entries(ENTRIES).map((entry) => bundle(...entry)));
const bundled = new Set(bundles.flatMap(({ inputs }) => inputs));
const files = new Map(bundles.map(({ name, text }) => [`${name}.js`, text]));
files.set("notices.txt", `${noticesOf([...bundled])}\n`);
const { code: css } = await transform(readFileSync("src/app.css", "utf8"), { loader: "css", minify: true });
files.set("app.css", css);
files.set("file.css", usedStyles(css, files.get("file.js")));

function read(name) {
  try {
    return readFileSync(`static/${name}`, "utf8");
  } catch {
    return null;
  }
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

const sources = readdirSync("src", { recursive: true })
  .map((path) => `src/${path.replaceAll("\\", "/")}`)
  .filter((path) => /(?<!\.d)\.(js|tsx?)$/.test(path));
// The bundle does not contain modules with types only.
const typed = sources.flatMap((path) =>
  [...readFileSync(path, "utf8").matchAll(/^import type .*? from "(.*?)";/gms)].map(([, other]) =>
    posix.join(dirname(path), other),
  ),
);
const unused = sources.filter((path) => !bundled.has(path) && !typed.includes(path));
if (process.argv.includes("--check")) {
  const differs = [...files].filter(([name, text]) => read(name) !== text).map(([name]) => `static/${name}`);
  if (differs.length) {
    fail(`${differs.join(", ")}: differs from what the sources give with esbuild ${version}. Run npm run build.`);
  }
  if (unused.length) {
    const where = "A tool needs an entry in TOOLS of tools/tools.tsx, or a view in HOST_TOOLS of tools/hostTools.ts.";
    fail(`${unused.join(", ")}: no script imports it. ${where}`);
  }
} else {
  mkdirSync("static", { recursive: true });
  for (const [name, text] of files) writeFileSync(`static/${name}`, text);
  for (const { name, map } of bundles) writeFileSync(`static/${name}.js.map`, map); // for debugging, not committed
}
