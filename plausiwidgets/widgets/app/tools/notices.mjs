// The licence notices of the parts of a bundle: the package itself, npm packages and direction numbers.

import { readFileSync } from "node:fs";

const OWN = "../../../LICENSE";
const SOBOL = { path: "src/engine/search/sobol.ts", licence: "../../optimization/sobol_licence.txt" };

const read = (path) => readFileSync(path, "utf8").trim();
const plain = (text) => text.replace(/\s+/g, " ");

/** The copyright lines of a text with the MIT License, and the text of the licence after them. */
function parted(text) {
  const at = text.indexOf("Permission is hereby granted");
  const copyrights = text.slice(0, Math.max(at, 0)).match(/^Copyright .*$/gm);
  return copyrights ? { copyrights: copyrights.join("\n"), terms: text.slice(at) } : null;
}

const MIT = parted(read(OWN));

/** The copyright lines of an npm package, which must have the MIT License. */
function copyrightsOf(name) {
  const found = parted(read(`node_modules/${name}/LICENSE`));
  if (found && plain(found.terms) === plain(MIT.terms)) return found.copyrights;
  throw new Error(`${name}: its licence is not the MIT License, so tools/notices.mjs must include its text.`);
}

/** The notices of the modules with these paths, or an empty text if all of them are modules of the package without data. */
export function noticesOf(paths) {
  const names = paths.map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean);
  const hasSobol = paths.includes(SOBOL.path);
  if (!names.length && !hasSobol) return "";
  const packages = new Map([[MIT.copyrights, ["plausiwidgets"]]]); // packages with the same copyright are listed together
  for (const name of [...new Set(names)].sort()) {
    const copyrights = copyrightsOf(name);
    const { version } = JSON.parse(read(`node_modules/${name}/package.json`));
    packages.set(copyrights, [...(packages.get(copyrights) ?? []), `${name} ${version}`]);
  }
  const listed = [...packages].map(([copyrights, named]) => `${named.join(", ")}\n${copyrights}`);
  const parts = [`Software under the MIT License:\n\n${listed.join("\n\n")}\n\n${MIT.terms}`];
  if (hasSobol)
    parts.push(`Direction numbers of the Sobol sequence under the BSD 3-Clause License:\n\n${read(SOBOL.licence)}`);
  return parts.join("\n\n----\n\n");
}
