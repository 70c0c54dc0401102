// Imports between the folders of the app, and the parts that each bundle contains.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

const SRC = new URL("../../src/", import.meta.url); // relative to the bundled test, which is in build/test

/** The layers from bottom to top. A module imports its own layer and those below it. A type may come from any layer. */
const LAYERS = [
  /^(catalogue|messages)\.ts$/,
  /^engine\//,
  /^i18n\//,
  /^hosts\//,
  /^models\//,
  /^figure\//,
  /^panels\//,
  /^(tools|classroom)\//,
  /^[^/]+$/, // the screen, the pages and the entries
];
const layerOf = (path: string) => LAYERS.findIndex((layer) => layer.test(path));

/** The modules of the app that a module imports, without imports of types only. */
function importsOf(path: string, text: string): string[] {
  const found = text.matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?"(\.{1,2}\/[^"]+)";/gm);
  return [...found]
    .map(([, other]) => posix.join(posix.dirname(path), other))
    .filter((other) => !other.startsWith(".."));
}

function upwards(path: string, text: string): string[] {
  return importsOf(path, text)
    .filter((other) => layerOf(other) > layerOf(path))
    .map((other) => `${path} imports ${other}`);
}

/** All modules in the bundle of a module. */
function bundledFrom(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const other of importsOf(path, readFileSync(new URL(path, SRC), "utf8"))) bundledFrom(other, found);
  return found;
}

/** The parts of the app that need a host. */
const OF_HOSTS = [
  /^(site|widget|notebook|sharedHistory)\.ts$/,
  /^hosts\/(server|kernel|siteFiles|channel|requests|customNeurons|surveys|firstEvaluations)\.ts$/,
  /^classroom\/race\.tsx$/,
  /^figure\/(plotly|rendererChoice|staticImage)\.ts$/,
  /^tools\/(hostTools|samples|onset|repertoire|stimulus|recording|reading|recorded|recordingSweeps|requestedPhasePlane|assess|exports)\.tsx?$/,
];

/** The parts that only an exercise needs. */
const OF_EXERCISES = /^classroom\/(exercise|codes|class\w+)\.tsx?$/;

test("of the pages in one file only an exercise contains the views of an exercise and of a class", () => {
  const parts = (entry: string) => [...bundledFrom(entry)].filter((path) => OF_EXERCISES.test(path)).length;
  assert.deepEqual(["fileMain.ts", "exerciseMain.ts", "main.ts"].map(parts), [0, 5, 5]);
});

test("a page in one file contains no part that needs a host, and an app with a host contains all of them", () => {
  const parts = (entry: string) => OF_HOSTS.flatMap((of) => [...bundledFrom(entry)].filter((path) => of.test(path)));
  assert.deepEqual(parts("exerciseMain.ts"), []);
  assert.equal(new Set(parts("main.ts")).size, 28);
});

test("imports point downwards", () => {
  const paths = readdirSync(SRC, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
  const modules = paths.filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts"));
  assert.ok(modules.length > 20);
  assert.deepEqual(
    modules.filter((path) => layerOf(path) < 0),
    [],
    "each folder has a layer",
  );
  const found = modules.flatMap((path) => upwards(path, readFileSync(new URL(path, SRC), "utf8")));
  assert.deepEqual(found, []);
});

test("an import that points upwards is found, and a type is not", () => {
  const text = 'import { view } from "../panels/Chip.tsx";\nimport type { Chip } from "../panels/Chip.tsx";\n';
  assert.deepEqual(upwards("models/verdict.ts", text), ["models/verdict.ts imports panels/Chip.tsx"]);
  assert.deepEqual(upwards("panels/Drawer.tsx", 'import { a } from "../models/run.ts";\n'), []);
});
