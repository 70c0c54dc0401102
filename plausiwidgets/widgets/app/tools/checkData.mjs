// Compares data that Python writes with the types of src/catalogue.ts. Each file becomes a constant of its type, which the
// compiler checks. Without arguments, the script checks the catalogue, otherwise pairs of a type and a file.

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const APP = fileURLToPath(new URL("../", import.meta.url));
const FOLDER = `${APP}build/data/${process.pid}`;
const SHARED = { "shared.json": "Catalogue", "lessons.json": "Record<string, LessonData>" };

/** Pairs of a type and a file. */
function* catalogue() {
  for (const name of readdirSync(`${APP}catalogue`)) yield [SHARED[name] ?? "ModelData", `${APP}catalogue/${name}`];
}

function* pairsOf(words) {
  for (let k = 0; k < words.length; k += 2) yield words.slice(k, k + 2);
}

mkdirSync(FOLDER, { recursive: true });
try {
  const words = process.argv.slice(2);
  [...(words.length ? pairsOf(words) : catalogue())].forEach(([type, file], k) => {
    const [name] = type.match(/\w+(?=>?$)/);
    const text = readFileSync(file, "utf8");
    const source = `import type { ${name} } from "../../../src/catalogue.ts";\nexport const data: ${type} = ${text};\n`;
    writeFileSync(`${FOLDER}/${k}.ts`, `// ${file}\n${source}`);
  });
  writeFileSync(`${FOLDER}/tsconfig.json`, JSON.stringify({ extends: "../../../tsconfig.json", include: ["*.ts"] }));
  execFileSync(process.execPath, [`${APP}node_modules/typescript/bin/tsc`, "-p", FOLDER], { encoding: "utf8" });
} catch (error) {
  const lines = String(error.stdout ?? error).split("\n");
  console.error(lines.map((line) => line.slice(0, 300)).join("\n"));
  process.exitCode = 1;
} finally {
  rmSync(FOLDER, { recursive: true, force: true });
}
