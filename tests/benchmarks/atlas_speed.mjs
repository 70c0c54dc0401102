// Fills the atlas of a model with the code of the app, and prints the filled cells for `atlas_speed.py`.

import { readFileSync } from "node:fs";

const [app, runtime, settings] = process.argv.slice(2);
const { NEURONS, filling } = await import(app);
const functions = await import(runtime);
const { catalogue, data, seed, seconds } = JSON.parse(readFileSync(settings, "utf8"));

for (const [name, text] of Object.entries(data.code)) {
  NEURONS[name] ??= new Function(...Object.keys(functions), `return ${text}`)(...Object.values(functions));
}

const { atlas } = catalogue;
const axes = ["rate", "irregularity"].map((name) => atlas.axes.find(({ key }) => key === name));
const base = Object.fromEntries(data.parameters.map((one) => [one.name, one.default]));
const cells = new Set();
const work = filling({ catalogue, atlas, data, dt: data.model.dt, axes }, base, seed, ({ column, row }) =>
  cells.add(`${column},${row}`),
);
const { user, system } = process.cpuUsage();
const used = () => {
  const now = process.cpuUsage();
  return (now.user + now.system - user - system) / 1e6;
};
while (used() < seconds) work.next();
const count = axes.reduce((product, { edges }) => product * (edges.length + 1), 1);
console.log(JSON.stringify({ filled: cells.size, cells: count, seconds: used() }));
