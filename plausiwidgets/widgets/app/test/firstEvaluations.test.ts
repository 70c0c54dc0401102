// Evaluations of the page during the first seconds of a search in Python.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withFirstEvaluations } from "../src/hosts/firstEvaluations.ts";
import { modelData } from "./catalogue.ts";
import { appOf, hostOf } from "./harness.ts";

const data = modelData("izhikevich");
const record = {
  ...{ model: "izhikevich", pattern: "tonic_spiking", dt: 0.25, seconds: 1, at_bounds: [], loss: 0, budget: 9 },
  ...{ best: { a: 0.03 }, sentence: "" },
};

/** An app in a notebook with a late kernel. */
function notebook(t: import("node:test").TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const kernel = hostOf("kernel");
  const page = hostOf("none");
  const limits = { bounds: { a: [0, 1] as const }, free: ["a"] };
  const app = appOf("izhikevich", "tonic_spiking", {
    host: withFirstEvaluations(kernel.host, page.host, () => limits),
    data,
  });
  t.after(app.close);
  app.search.begin("values");
  const drawn = (count: number, state = "running") => {
    const asked = page.asked.findLast(({ kind }) => kind === "search");
    const search = { ...record, id: "page-1", evaluations: count, status: "unverified" };
    asked?.listener(
      { kind: "search", id: "page-1", state, from: 0, search },
      { loss: new Float32Array(count).fill(1) },
    );
  };
  const python = (count: number, state: string, status = "rejected") => {
    const search = { ...record, id: "k", evaluations: count, status };
    const asked = kernel.asked.findLast(({ kind }) => kind === "search");
    asked?.listener({ kind: "search", id: "k", state, from: 0, search }, { loss: new Float32Array(count).fill(2) });
  };
  return { app, kernel, page, drawn, python };
}

test("the page evaluates until Python does, and its evaluations are replaced", (t) => {
  const { app, page, drawn, python } = notebook(t);
  python(0, "running");
  assert.equal(page.asked.length, 0);
  t.mock.timers.tick(300);
  const [asked] = page.asked;
  assert.deepEqual([asked.fields.free, asked.fields.bounds], [["a"], { a: [0, 1] }]);
  drawn(5);
  python(0, "running");
  const now = () => app.search.search.value;
  assert.deepEqual([now()?.id, now()?.evaluations.count, now()?.status], ["page-1", 5, "rejected"]);
  python(32, "running");
  assert.deepEqual([now()?.id, now()?.evaluations.count, now()?.state], ["k", 32, "running"]);
  assert.equal(page.cancelled.length, 1);
  drawn(9);
  assert.equal(now()?.id, "k");
});

test("a search that Python ends with its first reply is shown", (t) => {
  const { app, drawn, python } = notebook(t);
  t.mock.timers.tick(300);
  drawn(5, "done");
  assert.equal(app.search.isRunning.value, true, "the evaluations of the page end no search");
  python(40, "done", "replicated");
  const { id, state, status } = app.search.search.value ?? {};
  assert.deepEqual([id, state, status], ["k", "done", "replicated"]);
});

test("the page does not evaluate for a compiled neuron", (t) => {
  const { page, python } = notebook(t);
  python(32, "running");
  t.mock.timers.tick(1000);
  assert.equal(page.asked.length, 0);
});

test("while the page evaluates, its buttons control both searches", (t) => {
  const { app, kernel, page, drawn, python } = notebook(t);
  python(0, "running");
  t.mock.timers.tick(300);
  drawn(5);
  app.search.control("pause");
  assert.deepEqual(
    [page.asked.at(-1)?.kind, kernel.asked.at(-1)?.kind, kernel.asked.at(-1)?.fields.of],
    ["pause", "pause", "k"],
  );
  app.search.control("stop");
  assert.deepEqual([app.search.search.value?.state, kernel.cancelled.length, page.cancelled.length], ["stopped", 1, 1]);
});

test("a kernel that is silent while it prepares a search is calm progress, and a warning only after a minute", (t) => {
  const { app, kernel, python } = notebook(t);
  const { silence, isQuiet } = app.verdict;
  kernel.silent(true);
  assert.match(silence.value, /^Python is preparing the search/);
  assert.equal(isQuiet.value, true);
  python(32, "running");
  kernel.silent(false);
  assert.equal(silence.value, "");
  kernel.silent(true);
  assert.match(silence.value, /^The kernel is not responding/, "the search has begun");
  assert.equal(isQuiet.value, false);
  kernel.silent(false);
  app.search.begin("values");
  kernel.silent(true);
  assert.match(silence.value, /^Python is preparing/);
  t.mock.timers.tick(61_000);
  assert.match(silence.value, /^The kernel is not responding/);
  app.search.begin("values");
  assert.match(silence.value, /^The kernel is not responding/, "it was silent before the search");
});
