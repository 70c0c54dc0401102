import assert from "node:assert/strict";
import test from "node:test";
import { eigen } from "../src/engine/search/evolution.ts";
import { uniform as numbers } from "../src/engine/search/random.ts";
import { searching as seeking } from "../src/engine/search/search.ts";
import { fileHost, withSearch } from "../src/hosts/file.ts";
import { catalogue, modelData } from "./app.mjs";

const tried = (name, pattern, how, most = 4000) => {
  const data = modelData(name);
  const [set] = data.patterns[pattern].sets;
  const values = { ...Object.fromEntries(set.values), ...how.from };
  const from = { model: name, pattern, values, dt: set.dt, set: 0 };
  const tries = [];
  for (const one of seeking(catalogue, data, from, { bounds: {}, begin: "values", budget: most, ...how })) tries.push(one);
  return tries;
};

test("eigenvectors are orthogonal, ascending, and give the matrix back", () => {
  const random = numbers(3);
  const half = Array.from({ length: 6 }, () => Array.from({ length: 6 }, random));
  const matrix = half.map((row, i) => row.map((x, j) => x + half[j][i]));
  const { values, vectors } = eigen(matrix);
  assert.deepEqual(
    values,
    [...values].sort((a, b) => a - b),
  );
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) {
      const back = values.reduce((total, value, k) => total + value * vectors[i][k] * vectors[j][k], 0);
      assert.ok(Math.abs(back - matrix[i][j]) < 1e-12);
    }
  }
});

test("a search finds tonic bursting from values that fail, and ends there", () => {
  const free = ["a", "b", "c", "d", "amplitude"];
  const tries = tried("izhikevich", "tonic_bursting", { free, from: { c: -66, d: 7, amplitude: 9 } });
  assert.equal(tries.at(-1).loss, 0);
  assert.ok(tries.slice(0, -1).every(({ loss }) => loss > 0));
  assert.deepEqual(Object.keys(tries[0].values).sort(), [...free].sort());
});

test("the same seed gives the same tries, and another one others", () => {
  const how = { free: ["c", "d"], from: { c: -66 } };
  const [one, same, other] = [0, 0, 1].map((seed) => tried("izhikevich", "tonic_bursting", { ...how, seed }, 60));
  assert.deepEqual(one, same);
  assert.notDeepEqual(one, other);
});

test("what is not found takes the whole budget, in runs that begin anew, and stays within the ranges", () => {
  const tries = tried("lif", "tonic_bursting", { free: ["tau_mem", "amplitude"], bounds: { tau_mem: [10, 12] } }, 1500);
  assert.equal(tries.length, 1500);
  assert.ok(tries.some(({ isFirst }) => isFirst));
  const taus = tries.slice(1).map(({ values }) => values.tau_mem);
  assert.ok(Math.min(...taus) >= 10 && Math.max(...taus) <= 20);
});

test("the best of a search has the values that were held as well, and none before the first try", (t) => {
  const { Worker, document } = globalThis;
  t.after(() => Object.assign(globalThis, { Worker, document }));
  let worker = null;
  const made = function () {
    this.postMessage = ({ order, id }) => {
      if (order === "search") this.id = id;
    };
    worker = this;
  };
  Object.assign(globalThis, { Worker: made, document: { querySelector: () => ({ src: "app.js" }) } });
  const host = withSearch(fileHost({}), catalogue, {});
  const best = [];
  const fields = { model: "lif", pattern: "tonic_spiking", values: { tau_mem: 20, amplitude: 2 }, dt: 0.1, begin: "values" };
  const cancel = host.ask("search", { ...fields, free: ["amplitude"], bounds: {} }, ({ search }) => best.push(search.best));
  const tell = (own) =>
    worker.onmessage({ data: { id: worker.id, state: "running", from: 0, losses: [], best: own, least: 1, restarts: [], seconds: 1 } });
  tell({});
  tell({ amplitude: 3 });
  assert.deepEqual(best, [{}, { tau_mem: 20, amplitude: 3 }]);
  cancel();
  tell({ amplitude: 4 });
  assert.equal(best.length, 2, "a listener of a cancelled search is not called");
});
