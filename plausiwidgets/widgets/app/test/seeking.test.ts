import assert from "node:assert/strict";
import { test } from "node:test";
import type { Values } from "../src/catalogue.ts";
import { eigen } from "../src/engine/search/evolution.ts";
import { uniform } from "../src/engine/search/random.ts";
import { type SearchSettings, searching } from "../src/engine/search/search.ts";
import { fileHost, withSearch } from "../src/hosts/file.ts";
import type { Order, Report } from "../src/hosts/worker.ts";
import { catalogue, modelData } from "./catalogue.ts";

interface Case extends Partial<SearchSettings> {
  readonly free: readonly string[];
  /** Values that differ from the first stored set. */
  readonly from?: Values;
}

function evaluationsOf(name: string, pattern: string, { from = {}, ...how }: Case, budget = 4000) {
  const data = modelData(name);
  const [set] = data.patterns[pattern].sets;
  const start = { pattern, values: { ...Object.fromEntries(set.values), ...from }, dt: set.dt };
  return [...searching(catalogue, data, start, { bounds: {}, begin: "values", budget, ...how })];
}

test("eigenvectors are orthogonal, ascending, and give the matrix back", () => {
  const random = uniform(3);
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

test("a search finds tonic bursting from values that do not show it, and ends there", () => {
  const free = ["a", "b", "c", "d", "amplitude"];
  const found = evaluationsOf("izhikevich", "tonic_bursting", { free, from: { c: -66, d: 7, amplitude: 9 } });
  assert.equal(found.at(-1)?.loss, 0);
  assert.ok(found.slice(0, -1).every(({ loss }) => loss > 0));
  assert.deepEqual(Object.keys(found[0].values).sort(), [...free].sort());
});

test("equal seeds give equal evaluations, and different seeds different ones", () => {
  const how = { free: ["c", "d"], from: { c: -66 } };
  const [one, same, other] = [0, 0, 1].map((seed) =>
    evaluationsOf("izhikevich", "tonic_bursting", { ...how, seed }, 60),
  );
  assert.deepEqual(one, same);
  assert.notDeepEqual(one, other);
});

test("a search without success uses its whole budget, restarts, and stays within the ranges", () => {
  const how = { free: ["tau_mem", "amplitude"], bounds: { tau_mem: [10, 12] as const } };
  const found = evaluationsOf("lif", "tonic_bursting", how, 1500);
  assert.equal(found.length, 1500);
  assert.ok(found.some(({ isFirst }) => isFirst));
  const taus = found.slice(1).map(({ values }) => values.tau_mem);
  assert.ok(Math.min(...taus) >= 10 && Math.max(...taus) <= 20);
});

test("the best set of a search contains the fixed values, and is missing before the first evaluation", (t) => {
  const { Worker, document } = globalThis;
  t.after(() => Object.assign(globalThis, { Worker, document }));
  /** A worker that does nothing by itself. */
  class Silent {
    static id = "";
    static onmessage: (event: { data: Partial<Report> }) => void = () => {};
    set onmessage(listener: typeof Silent.onmessage) {
      Silent.onmessage = listener;
    }
    postMessage({ order, id }: Order) {
      if (order === "search") Silent.id = id;
    }
  }
  Object.assign(globalThis, { Worker: Silent, document: { querySelector: () => ({ src: "app.js" }) } });
  const host = withSearch(fileHost({}), catalogue, {});
  const best: (Values | undefined)[] = [];
  const values = { tau_mem: 20, amplitude: 2 };
  const begin = "values" as const;
  const fields = { model: "lif", pattern: "tonic_spiking", values, dt: 0.1, begin, free: ["amplitude"], bounds: {} };
  const cancel = host.ask("search", fields, (reply) => best.push(reply.kind === "search" ? reply.search?.best : {}));
  const report = (own: Values) =>
    Silent.onmessage({
      data: {
        id: Silent.id,
        state: "running",
        from: 0,
        losses: [],
        values: new Float32Array(),
        best: own,
        least: 1,
        restarts: [],
        seconds: 1,
      },
    });
  report({});
  report({ amplitude: 3 });
  assert.deepEqual(best, [{}, { tau_mem: 20, amplitude: 3 }]);
  cancel();
  report({ amplitude: 4 });
  assert.equal(best.length, 2, "a listener of a cancelled search is not called");
});
