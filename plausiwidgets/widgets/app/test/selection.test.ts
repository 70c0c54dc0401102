// The selection of model, pattern and parameters, with its ranges and its undo history.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { effect } from "@preact/signals";
import { described } from "../src/figure/Figure.tsx";
import type { Host } from "../src/hosts/host.ts";
import { added, begun, type History, moved, present } from "../src/models/history.ts";
import { createSelection, defaultsOf, isSame, knownSet, type Selection, stored } from "../src/models/selection.ts";
import { catalogue, modelData } from "./catalogue.ts";
import { appWithHost, custom, KEY, simulated, traces } from "./custom.ts";

const izhikevich = modelData("izhikevich");

/** A selection model with a host whose descriptions a test can delay. */
function selecting(pattern = KEY, describe: Host["describe"] = async (model) => modelData(model)) {
  const notices: string[] = [];
  const saved: History<Selection>[] = [];
  let change: (history: History<Selection>) => void = () => {};
  const store = {
    load: () => null,
    save: (history: History<Selection>) => void saved.push(history),
    onChange(listener: typeof change) {
      change = listener;
      return () => {
        change = () => {};
      };
    },
  };
  const notify = (sentence: string) => {
    notices.push(sentence);
    return () => {};
  };
  const first = stored(izhikevich, pattern);
  const selection = createSelection(catalogue, { name: "kernel", describe }, izhikevich, first, store, notify);
  const a = () => selection.current.value.values.a;
  return { selection, a, notices, saved, change: (history: History<Selection>) => change(history) };
}

/** Moves a slider and ends the drag. */
function drag({ selection }: ReturnType<typeof selecting>, name: string, values: readonly number[]): void {
  for (const value of values) selection.put({ [name]: value });
  selection.keep();
}

test("one drag is one step of undo", async () => {
  const app = selecting();
  const { selection } = app;
  const c = () => selection.current.value.values.c;
  drag(app, "a", [0.021, 0.03, 0.05, 0.1]);
  drag(app, "c", [-60, -55]);
  assert.deepEqual([app.a(), c()], [0.1, -55]);
  await selection.undo();
  assert.deepEqual([app.a(), c()], [0.1, -65]);
  await selection.undo();
  assert.deepEqual([app.a(), c()], [0.02, -65]);
  assert.equal(selection.canUndo.value, false);
  await selection.redo();
  await selection.redo();
  assert.deepEqual([app.a(), c()], [0.1, -55]);
  assert.equal(selection.canRedo.value, false);
  selection.close();
});

test("undo during a drag returns to its start, and redo to where it was left", async () => {
  const { selection, a } = selecting();
  selection.put({ a: 0.07 });
  assert.equal(selection.canUndo.value, true);
  await selection.undo();
  assert.equal(a(), 0.02);
  await selection.redo();
  assert.equal(a(), 0.07);
  selection.close();
});

test("keys in a row are one step, and a key after a pause is another", async (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const { selection, a } = selecting();
  for (const by of [1, 1, 1]) {
    selection.nudge("a", by);
    selection.keepSoon();
    mock.timers.tick(100);
  }
  const after = a();
  mock.timers.tick(700);
  selection.nudge("a", 1);
  selection.keepSoon();
  mock.timers.tick(700);
  await selection.undo();
  assert.equal(a(), after);
  await selection.undo();
  assert.equal(a(), 0.02);
  selection.close();
});

test("a drag back to its start is no step", () => {
  const app = selecting();
  drag(app, "a", [0.05, 0.02]);
  assert.equal(app.selection.canUndo.value, false);
  assert.equal(app.saved.length, 0);
  app.selection.close();
});

test("a locked parameter keeps its value", () => {
  const { selection, a } = selecting();
  selection.configure({ locked: ["a"], fixed: ["b"] });
  selection.put({ a: 0.5, b: 0.25 });
  assert.deepEqual([a(), selection.current.value.values.b], [0.02, 0.25]);
  assert.ok(!selection.free.value.includes("a") && !selection.free.value.includes("b"));
  selection.close();
});

test("a value stays in the range of its slider, and NaN changes nothing", () => {
  const { selection } = selecting();
  const slider = selection.sliders.value.find(({ name }) => name === "a") ?? assert.fail();
  assert.equal(selection.within("a", 1e9), slider.high);
  assert.equal(selection.within("a", Number.NaN), 0.02);
  selection.configure({ bounds: { a: [0.01, 0.03] } });
  assert.equal(selection.within("a", 1e9), 0.03);
  selection.close();
});

test("the time step is a step of undo", async () => {
  const { selection } = selecting();
  selection.setTimeStep(0.1);
  await selection.undo();
  assert.equal(selection.current.value.dt, izhikevich.model.dt);
  selection.close();
});

test("undo returns to another pattern and to another model with its data", async () => {
  const { selection } = selecting();
  await selection.choose("izhikevich", "rebound_spike");
  await selection.choose("adex", "tonic_bursting");
  assert.equal(selection.data.value.model.name, "adex");
  await selection.undo();
  assert.equal(selection.data.value.model.name, "izhikevich");
  assert.equal(selection.pattern.value.key, "rebound_spike");
  await selection.undo();
  assert.equal(selection.pattern.value.key, KEY);
  selection.close();
});

test("no listener sees a model with values of another one, or a step that is not shown", async () => {
  const { selection } = selecting();
  const seen: string[] = [];
  const stop = effect(() => {
    const { model, pattern, values } = selection.current.value;
    const isKnown = selection.data.value.parameters.every(({ name }) => name in values);
    const isSettled = selection.settled.value === selection.current.value;
    const [data, shown] = [selection.data.value.model.name, selection.pattern.value.key];
    seen.push(`${model} ${data} ${pattern} ${shown} ${isKnown} ${isSettled}`);
  });
  await selection.choose("adex", "rebound_spike");
  await selection.undo();
  selection.setTimeStep(0.1);
  await selection.undo();
  stop();
  assert.deepEqual(seen, [
    "izhikevich izhikevich tonic_spiking tonic_spiking true true",
    "adex adex rebound_spike rebound_spike true true",
    "izhikevich izhikevich tonic_spiking tonic_spiking true true",
    "izhikevich izhikevich tonic_spiking tonic_spiking true false", // the new time step, before it is an undo step
    "izhikevich izhikevich tonic_spiking tonic_spiking true true",
    "izhikevich izhikevich tonic_spiking tonic_spiking true true",
  ]);
  selection.close();
});

test("undo continues from a step whose data are being fetched, and a later choice replaces it", async () => {
  const gives: (() => void)[] = [];
  const { selection } = selecting(KEY, (model) => new Promise((give) => gives.push(() => give(modelData(model)))));
  const choose = async (model: string, pattern: string) => {
    const choice = selection.choose(model, pattern);
    gives.splice(0).forEach((give) => void give());
    await choice;
  };
  await choose("adex", KEY);
  await choose("izhikevich", KEY);
  await choose("adex", "rebound_spike");
  const twice = [selection.undo(), selection.undo()];
  assert.equal(selection.history.value.at, 3, "nothing is shown yet");
  gives.splice(0).forEach((give) => void give());
  await Promise.all(twice);
  assert.deepEqual([selection.history.value.at, selection.current.value.pattern], [1, KEY]);
  const undone = selection.undo();
  await choose("izhikevich", "rebound_spike");
  await undone;
  assert.deepEqual(
    selection.history.value.steps.map(({ model, pattern }) => `${model} ${pattern}`),
    ["izhikevich tonic_spiking", "adex tonic_spiking", "izhikevich rebound_spike"],
  );
  selection.close();
});

test("a step that cannot be fetched is a sentence, and undo can go past it", async () => {
  let isGone = false;
  const { selection, notices } = selecting(KEY, async (model) => {
    if (isGone && model === "adex") throw new Error("adex is gone");
    return modelData(model);
  });
  await selection.choose("adex", KEY);
  await selection.choose("izhikevich", "rebound_spike");
  isGone = true;
  await selection.undo();
  assert.deepEqual(notices, ["adex is gone"]);
  assert.equal(selection.current.value.pattern, "rebound_spike");
  selection.close();
});

test("a pair opens at its first stored set, with kept values, with given ones, or at a selection", async () => {
  const { selection } = selecting();
  selection.put({ a: 0.07 });
  await selection.choose("izhikevich", "rebound_spike", { keep: true });
  assert.equal(selection.current.value.values.a, 0.07);
  await selection.choose("izhikevich", "rebound_spike");
  assert.deepEqual(selection.current.value, stored(izhikevich, "rebound_spike"));
  await selection.choose("izhikevich", "rebound_spike", { values: { a: 0.03 }, dt: 0.1 });
  const usual = defaultsOf(izhikevich, "rebound_spike");
  assert.deepEqual(selection.current.value, { ...usual, set: -1, values: { ...usual.values, a: 0.03 }, dt: 0.1 });
  const { length } = selection.history.value.steps;
  const to = stored(izhikevich, KEY);
  await selection.choose("izhikevich", KEY, { to });
  assert.equal(selection.current.value, to);
  assert.equal(selection.history.value.steps.length, length, "a selection adds no step");
  selection.close();
});

test("of two choices the later one counts", async () => {
  const { selection } = selecting();
  const [first, second] = [selection.choose("adex", KEY), selection.choose("izhikevich", "rebound_spike")];
  assert.deepEqual(await Promise.all([first, second]), [false, true]);
  assert.equal(selection.current.value.model, "izhikevich");
  selection.close();
});

test("another pair begins with the default ranges, and a stored set keeps them", async () => {
  const { selection } = selecting();
  selection.configure({ fixed: ["a"] });
  selection.load(0);
  assert.deepEqual(selection.ranges.value.fixed, ["a"]);
  await selection.choose("izhikevich", "rebound_spike");
  assert.deepEqual(selection.ranges.value.fixed, ["sq", "mn", "bias"], "as the model declares them");
  selection.close();
});

test("each opening is told, and whether another pair was opened", async () => {
  const { selection } = selecting();
  const seen: boolean[] = [];
  const stop = effect(() => {
    seen.push(selection.opened.value.isOther);
  });
  selection.load(0);
  selection.load(0);
  await selection.choose("izhikevich", KEY);
  await selection.undo(); // back to the same pair
  stop();
  assert.deepEqual(seen, [false, false, false, true]);
  selection.close();
});

test("a history of the other side is shown, and not saved again", async () => {
  const { selection, change, saved } = selecting();
  const steps = [stored(izhikevich, KEY), stored(izhikevich, "rebound_spike")];
  change({ steps, at: 1 });
  await new Promise((go) => setTimeout(go, 5));
  assert.equal(selection.current.value, steps[1]);
  assert.equal(selection.settled.value, steps[1]);
  assert.equal(saved.length, 0);
  await selection.undo();
  assert.equal(selection.current.value, steps[0]);
  assert.equal(saved.length, 1);
  selection.close();
  change({ steps, at: 1 });
  assert.equal(selection.current.value, steps[0], "a model that was closed follows nothing");
});

test("the next pattern of a custom neuron is one of all patterns", async (t) => {
  const { app, host } = appWithHost();
  t.after(app.close);
  const keys = Object.keys(catalogue.patterns);
  let wanted = "";
  host.describe = async (_, pattern) => {
    wanted = pattern;
    throw new Error("not found");
  };
  await app.selection.next(1);
  assert.equal(wanted, keys[keys.indexOf(KEY) + 1]);
  assert.equal(app.screen.notice.value, "not found");
});

test("the defaults of a neuron that the page cannot simulate can be loaded", (t) => {
  const { app } = appWithHost();
  t.after(app.close);
  app.selection.put({ a: 0.05 });
  app.selection.defaults();
  assert.equal(app.selection.current.value.values.a, 0.02);
});

test("the figure in words has the potentials of a line that ends before its sweep", (t) => {
  const { app, reply } = appWithHost();
  t.after(app.close);
  assert.match(described(app), /Nothing has been simulated yet/);
  reply("simulate", "done", simulated(0), traces);
  assert.match(described(app), /from −65 to −64/);
});

test("a stored set is found again from its values", () => {
  const data = custom();
  assert.equal(knownSet(data, stored(data, KEY)), 0);
  const at = stored(data, KEY);
  assert.equal(knownSet(data, { ...at, dt: 0.1 }), -1);
  assert.ok(isSame(at, { ...at, set: 3 }));
});

test("a step is added once, and drops the steps that were undone", () => {
  const history = [2, 3].reduce(added, begun(1));
  assert.equal(present(history), 3);
  const back = moved(history, -1) ?? assert.fail();
  assert.equal(present(back), 2);
  assert.deepEqual(added(back, 4), { steps: [1, 2, 4], at: 2 });
  assert.equal(moved(back, 2), null);
  assert.equal(moved(back, -2), null);
});

test("two hundred steps are kept", () => {
  let history = begun(0);
  for (let k = 1; k <= 500; k++) history = added(history, k);
  assert.equal(history.at, 200);
  assert.equal(present(history), 500);
});
