import assert from "node:assert/strict";
import test from "node:test";
import { connected, placed, stepNames } from "../src/hosts/notebook.js";
import { withStill } from "../src/hosts/staticImage.js";
import { stored } from "../src/models/simulation.js";
import { catalogue, modelData } from "./app.mjs";

globalThis.requestAnimationFrame ??= (act) => setTimeout(act); // what a page has
globalThis.cancelAnimationFrame ??= clearTimeout;
globalThis.document ??= { visibilityState: "visible" };

const soon = (ms = 60) => new Promise((done) => setTimeout(done, ms));

/** Wait until a condition is met, however slow the machine is; the time limit of the test ends the wait. */
async function until(isMet) {
  while (!isMet()) await soon(5);
}

/** The widget of a kernel that keeps what the page sends, and answers when it is told to. */
function kernelOf(data, pattern) {
  const heard = new Map();
  const sent = [];
  const shown = (key, revision, by = "") => {
    const { values, dt } = stored(data, key);
    const about = { model: data.model.name, pattern: key, values, dt, bounds: {}, locked: [], mystery: null };
    return { ...about, free: Object.keys(values), step: `host-${revision}`, by, revision, before: 0, after: 0 };
  };
  const settings = { id: "1", language: "en", notes: [], lesson: null, runtime: "", texts: {}, table: null, linked: false };
  const state = {
    _catalogue: JSON.stringify(catalogue),
    _models: JSON.stringify({ [data.model.name]: data }),
    _settings: settings,
    _shown: shown(pattern, 0),
    _past: { at: 0, steps: [shown(pattern, 0)] },
    _tool: {},
  };
  const told = (kind) => sent.filter((one) => one.kind === kind);
  return {
    get: (name) => state[name],
    on: (name, hear) => heard.set(name, hear),
    off: (name) => heard.delete(name),
    send: (message) => sent.push(message),
    told,
    answer(kind, fields = {}) {
      const { id } = told(kind).at(-1);
      heard.get("msg:custom")({ kind, id, state: "done", ...fields }, []);
    },
    shows(key, revision) {
      state._shown = shown(key, revision);
      return heard.get("change:_shown")();
    },
  };
}

test("what a script shows while something of the page is on its way is what both show in the end", { timeout: 60_000 }, async (t) => {
  const data = modelData("izhikevich");
  const kernel = kernelOf(data, "tonic_bursting");
  const { app, close } = connected(kernel);
  t.after(close);
  const pattern = () => app.store.get().selection.pattern;
  app.put({ c: -60 });
  await until(() => kernel.told("select").length > 0);
  assert.deepEqual([kernel.told("select").length, kernel.told("select")[0].values.c], [1, -60]);
  await kernel.shows("resonator", 1); // the kernel takes the drag after it
  assert.equal(pattern(), "resonator");
  kernel.answer("select");
  await until(() => kernel.told("select").length > 1);
  assert.deepEqual([kernel.told("select").length, kernel.told("select")[1].pattern], [2, "resonator"]);
  kernel.answer("select");
  await soon();
  app.put({ c: -61 });
  const { describe } = app;
  app.describe = (...pair) => soon(120).then(() => describe(...pair)); // of a custom neuron the kernel tells it
  const shown = kernel.shows("integrator", 2);
  await soon();
  assert.equal(kernel.told("select").length, 2); // what is about to be left is not told any more
  await shown;
  await soon();
  assert.equal(pattern(), "integrator");
  assert.equal(kernel.told("select").length, 2); // and the kernel knows what it shows
});

test("what is not kept yet has the name of the step to come, and keeps it", () => {
  const names = stepNames();
  const [dragged, next] = [{}, {}];
  const coming = names.of(dragged);
  assert.equal(names.of({}), coming);
  names.keep(dragged);
  assert.equal(names.of(dragged), coming);
  assert.notEqual(names.of(next), coming);
  names.keep(dragged);
  assert.equal(names.of(dragged), coming);
});

test("a step that is known is gone back to, and forward", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"];
  assert.deepEqual(
    placed([a, b, c], [d], (one) => one === b),
    { past: [a, b], future: [d, c] },
  );
  assert.deepEqual(
    placed([a], [d, c, b], (one) => one === d),
    { past: [a, b, c, d], future: [] },
  );
  assert.equal(
    placed([a], [], (one) => one === d),
    null,
  );
});

test("a notebook keeps the pictures of the apps that it shows, and whatever else it has", () => {
  const still = { state: { _anywidget_id: "plausiwidgets.still" } };
  const states = { old: still, other: still, foreign: { state: {} } };
  const kept = withStill(states, new Set(["mine", "other"]), "mine", still);
  assert.deepEqual(Object.keys(kept).sort(), ["foreign", "mine", "other"]);
  assert.deepEqual(Object.keys(withStill({}, new Set(), "mine", still)), []);
});
