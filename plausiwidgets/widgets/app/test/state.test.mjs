import assert from "node:assert/strict";
import test from "node:test";
import { columns, rangesOf, ticks, widened } from "../src/figure/scene.js";
import { createChannel } from "../src/hosts/channel.ts";
import { addressOf, valuesOf, wantedOf } from "../src/models/link.js";
import { moveAway } from "../src/models/practice.js";
import { perFrame } from "../src/models/schedule.js";
import { defaultsOf, patternOf, simulation, slidersOf, stored } from "../src/models/simulation.js";
import { spansOf } from "../src/models/sliderBars.js";
import { createStore } from "../src/models/store.js";
import { opened } from "../src/page.js";
import { catalogue, modelData, result } from "./app.mjs";

const data = modelData("izhikevich");
const sliders = slidersOf(patternOf(catalogue, data, "tonic_bursting"), data);

test("who hears of a change is told which, and nothing where nothing changed", () => {
  const store = createStore({ a: 1, b: 2 });
  const told = [];
  const off = store.on((_, changed) => told.push([...changed]));
  store.set({ a: 1, b: 3 });
  store.set({ b: 3 });
  off();
  store.set({ a: 9 });
  assert.deepEqual(told, [["b"]]);
});

test("what follows an occasion comes at once, and once a frame while occasions follow each other", async (t) => {
  const frames = [];
  globalThis.requestAnimationFrame = (act) => frames.push(act);
  globalThis.cancelAnimationFrame = () => frames.splice(0);
  t.after(() => delete globalThis.requestAnimationFrame && delete globalThis.cancelAnimationFrame);
  const frame = () => {
    for (const act of frames.splice(0)) act();
  };
  let count = 0;
  const soon = perFrame(() => count++);
  const occasion = async () => {
    soon();
    soon();
    await new Promise((go) => setTimeout(go));
    return count;
  };
  assert.equal(await occasion(), 1);
  assert.equal(await occasion(), 1); // the frame has not ended
  frame();
  assert.equal(count, 2);
  assert.equal(await occasion(), 2);
  frame();
  assert.equal(count, 3);
  frame();
  assert.equal(frames.length, 0); // nothing goes on where nothing happens
  assert.equal(await occasion(), 4);
  soon();
  soon.cancel();
  frame();
  assert.equal(await occasion(), 5);
});

test("a link opens on what it was made of", () => {
  const at = { ...stored(data, "tonic_bursting"), dt: 0.1 };
  at.values = { ...at.values, c: -47.5 };
  const { model, pattern, fields } = wantedOf(`#${addressOf(at, data)}`, catalogue);
  const { values, dt, notes } = valuesOf(fields, sliders);
  assert.deepEqual([model, pattern, dt, notes], ["izhikevich", "tonic_bursting", 0.1, []]);
  assert.deepEqual(values, at.values);
});

test("the defaults complete the values of a link, and a link without values opens the packaged set with its time step", () => {
  const key = "phasic_bursting";
  const open = (link) => {
    const wanted = wantedOf(link, catalogue, data);
    return opened(catalogue, data, key, wanted.fields, {}, undefined, !wanted.model && !wanted.pattern).selection;
  };
  const [packaged, plain] = [stored(data, key), defaultsOf(data, key)];
  assert.notDeepEqual(packaged.values, plain.values);
  assert.deepEqual([packaged.dt, plain.dt], [0.2, 0.25]);
  assert.deepEqual(open(`#pattern=${key}`), packaged);
  assert.deepEqual(open(`#pattern=${key}&dt=0.1`), { ...packaged, dt: 0.1 });
  assert.deepEqual(open(`#pattern=${key}&d=5`), { ...plain, values: { ...plain.values, d: 5 } });
  assert.deepEqual(open(`#pattern=${key}&d=much`), plain); // it names a value, which could not be read
  assert.deepEqual(open("#d=5"), { ...packaged, values: { ...packaged.values, d: 5 } }); // a move, as in a lesson
});

test("nonsense in a link is left out, each with a sentence", () => {
  const { model, fields, notes } = wantedOf("#model=<b>&pattern=__proto__&c=1e999&zzz=3&d=-3", catalogue);
  assert.equal(model, null);
  assert.equal(notes.length, 2);
  const read = valuesOf(fields, sliders);
  assert.deepEqual(read.values, { d: -3 });
  assert.equal(read.notes.length, 2);
});

test("a turn begins where the pattern does not hold, with at most three sliders moved", () => {
  const from = stored(data, "tonic_bursting");
  const matter = patternOf(catalogue, data, "tonic_bursting").matter.map((name) => sliders.find((one) => one.name === name));
  for (let k = 0; k < 5; k++) {
    const { values, names } = result(moveAway(catalogue, data, from, matter));
    assert.ok(names.length >= 1 && names.length <= 3);
    assert.ok(result(simulation(catalogue, data, { ...from, values }).judging()).verdict.loss > 0);
    for (const [name, value] of Object.entries(from.values)) if (!names.includes(name)) assert.equal(values[name], value);
  }
});

test("a turn begins with a neuron that rests, and has the potentials of a cell", () => {
  const from = stored(data, "tonic_bursting");
  const matter = patternOf(catalogue, data, "tonic_bursting").matter.map((name) => sliders.find((one) => one.name === name));
  let seed = 1;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  for (let k = 0; k < 12; k++) {
    const { values } = result(moveAway(catalogue, data, from, matter, random));
    const { criteria } = result(simulation(catalogue, data, { ...from, values }).judging()).verdict;
    assert.deepEqual(
      criteria.filter(({ key, passed }) => !passed && ["quiet", "at_rest", "cell"].includes(key)),
      [],
    );
  }
});

test("each sweep of a pattern can be shown, and its example with it", () => {
  const at = stored(data, "resonator");
  const { sweeps } = simulation(catalogue, data, at);
  assert.deepEqual(sweeps, ["gap T", "gap T/2", "gap 1.5 T", "single pulse"]);
  const counts = sweeps.map((name) => {
    const run = simulation(catalogue, data, at, [], null, name);
    assert.equal(run.sweep.name, name);
    assert.equal(run.example().spikes.length, run.trace("yours").spikes.length);
    return run.trace("yours").spikes.length;
  });
  assert.deepEqual(counts, [1, 0, 0, 0]);
});

test("a sweep that was chosen by a procedure can be shown", () => {
  const at = stored(data, "class_1_excitable");
  const spikes = (name) => simulation(catalogue, data, at, [], null, name).trace("yours").spikes.length;
  assert.ok(spikes("just above rheobase") < spikes("10 % above"));
});

test("the bar of a slider ends where the pattern stops to hold", () => {
  const from = stored(data, "tonic_bursting");
  const slider = sliders.find(({ name }) => name === "c");
  const spans = result(spansOf(catalogue, data, from, slider));
  assert.ok(spans.length >= 1);
  const holds = (c) => result(simulation(catalogue, data, { ...from, values: { ...from.values, c } }).judging()).verdict.loss === 0;
  const [low, high] = spans.find(([a, b]) => a < b);
  const at = (share) => slider.low + share * (slider.high - slider.low);
  assert.ok(holds(at((low + high) / 2)));
  if (low > 0.02) assert.ok(!holds(at(low - 0.01)));
});

test("ticks are round, and lie within", () => {
  assert.deepEqual(ticks([-88, 33], 6), [-80, -60, -40, -20, 0, 20]);
  assert.deepEqual(ticks([0, 0.35], 4), [0, 0.1, 0.2, 0.3]);
});

test("an axis does not move for less than a hair, and keeps room when it does", () => {
  assert.deepEqual(widened([0, 100], [-0.1, 100]), [0, 100]);
  assert.ok(widened([0, 100], [-10, 100])[0] < -15);
});

test("a spike of one sample is seen in any number of columns", () => {
  const v = new Float64Array(10_000).fill(-65);
  v[4321] = 30;
  const [, ys] = columns(0, 0.1, v, [0, 1000], 200);
  assert.ok(ys.includes(30));
  assert.ok(ys.length < 1000);
});

test("a diverged line does not take the axis with it", () => {
  const line = {
    role: "yours",
    t0: 0,
    dt: 1,
    v: Float64Array.of(-65, -60, 1e6),
    current: Float64Array.of(0, 0, 0),
    spikes: [],
    divergedAt: 2,
  };
  const about = { span: 15, low: -65, below: null, event: null };
  assert.ok(rangesOf([line], about).v[1] < 400);
  const example = { ...line, role: "example", v: Float64Array.of(-65, 20, -60), divergedAt: NaN };
  const lost = { ...line, v: Float64Array.of(-9000, -9900, NaN), divergedAt: line.t0 }; // before the onset
  assert.deepEqual(rangesOf([lost, example], about).v, rangesOf([example], about).v);
});

test("a newer question of a kind is the one that is heard, and what came late is not", () => {
  const sent = [];
  const host = createChannel("kernel", (message) => sent.push(message), {});
  const heard = [];
  host.ask("verify", { n: 1 }, () => heard.push(1));
  host.ask("verify", { n: 2 }, () => heard.push(2));
  for (const { id, kind } of sent) host.receive({ id, kind, state: "done" }, null);
  host.receive({ id: "nobody", kind: "verify", state: "done" }, null);
  host.receive(null, null);
  assert.deepEqual(heard, [2]);
});

test("after a reload, a search that this page did not ask for is heard", () => {
  const host = createChannel("kernel", () => {}, {});
  const heard = [];
  host.ask("running", {}, (answer) => heard.push(answer.id));
  host.receive({ id: "x-1", kind: "search", state: "running" }, null);
  assert.deepEqual(heard, ["x-1"]);
});

test("a link holds the values of a current, and nonsense in their place is one sentence", () => {
  const at = { ...stored(data, "tonic_bursting"), pattern: "stimulus_values" };
  const own = { ...data, patterns: { ...data.patterns, stimulus_values: { link: { samples: "0~5_100~0", lines: "1", end: "250" } } } };
  const { current, pattern, notes } = wantedOf(addressOf(at, own), catalogue);
  assert.deepEqual([current, pattern, notes], [{ text: "0 5\n100 0", lines: true, end: 250 }, null, []]);
  for (const samples of ["", "1", "1~2~3", "a~b", "1~1e999999", "0~5_", `${"1".repeat(60)}~2`]) {
    const read = wantedOf(`?samples=${samples}`, catalogue);
    assert.deepEqual([read.current, read.notes, read.fields], [null, ["The current in the link could not be read."], []], samples);
  }
});
