import assert from "node:assert/strict";
import { test } from "node:test";
import { type Order, type Report, seek } from "../src/hosts/worker.ts";
import { catalogue, modelData } from "./catalogue.ts";

const data = modelData("lif");
const [stored] = data.patterns.tonic_spiking.sets;
const from = { pattern: "tonic_bursting", values: Object.fromEntries(stored.values), dt: stored.dt };
const settings = { free: ["tau_mem"], bounds: {}, begin: "random", seed: 1, budget: 100_000 } as const;
const search: Order = { order: "search", id: "a", catalogue, data, from, settings };

/** A worker's global scope, which keeps the reports. */
function worker() {
  const reports: Report[] = [];
  let receive = (_: MessageEvent<Order>) => {};
  Object.assign(globalThis, {
    addEventListener: (_: string, listener: typeof receive) => {
      receive = listener;
    },
    postMessage: (report: Report) => reports.push(report),
  });
  seek();
  return { reports, order: (order: Order) => receive({ data: order } as MessageEvent<Order>) };
}

const soon = (ms: number) => new Promise((go) => setTimeout(go, ms));

test("a search reports each evaluation once, pauses, resumes and stops", async () => {
  const { reports, order } = worker();
  order(search);
  await soon(250);
  order({ order: "pause", id: "a" });
  const paused = reports.length;
  assert.equal(reports.at(-1)?.state, "paused");
  await soon(250);
  assert.equal(reports.length, paused, "it works while it is paused");
  order({ order: "stop", id: "another" });
  assert.equal(reports.length, paused, "it reports to another search");
  order({ order: "resume", id: "a" });
  await soon(150);
  order({ order: "stop", id: "a" });
  const stopped = reports.length;
  assert.equal(reports.at(-1)?.state, "stopped");
  await soon(150);
  assert.equal(reports.length, stopped, "it works after its end");
  assert.ok(stopped > paused);
  let count = 0;
  for (const { from: first, losses, evaluations } of reports) {
    assert.equal(first, count);
    count += losses.length;
    assert.equal(evaluations, count);
  }
  const losses = reports.flatMap((report) => report.losses);
  assert.ok(losses.length > 3);
  assert.equal(reports.at(-1)?.least, Math.min(...losses));
  assert.deepEqual(Object.keys(reports.at(-1)?.best ?? {}), ["tau_mem"]);
});

test("a search that uses up its budget is done, and names the evaluations that began a restart", async () => {
  const { reports, order } = worker();
  const budget = 400;
  order({ ...search, settings: { ...settings, budget } });
  for (let k = 0; k < 200 && reports.at(-1)?.state !== "done"; k++) await soon(50);
  const last = reports.at(-1);
  assert.deepEqual([last?.state, last?.evaluations], ["done", budget]);
  assert.ok(last && last.restarts.length > 0 && last.restarts.length < 5);
  assert.ok(last.restarts.every((place, k) => place > 32 && place > (last.restarts[k - 1] ?? 0) && place < budget));
});
