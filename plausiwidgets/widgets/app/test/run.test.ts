// The simulation of a selection by the page or by Python, with its progress and its errors.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { effect } from "@preact/signals";
import { NEURONS } from "../src/engine/neuron.ts";
import { catalogue } from "./catalogue.ts";
import { appWithHost, custom, KEY, simulated, traces, unjudged } from "./custom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const words = ({ verdict }: ReturnType<typeof appWithHost>["app"]) => verdict.worded.value.words;

/** Counts the simulations of a neuron during an action. */
function simulationsIn(act: () => void): number {
  const neuron = NEURONS.izhikevich;
  let calls = 0;
  const simulate: typeof neuron.simulate = (...given) => {
    calls++;
    return neuron.simulate(...given);
  };
  NEURONS.izhikevich = { ...neuron, simulate };
  act();
  NEURONS.izhikevich = neuron;
  return calls;
}

test("a neuron that only Python can simulate is shown before it is simulated: name, sliders, current", (t) => {
  const { app, asked } = appWithHost();
  t.after(app.close);
  assert.equal(app.selection.data.value.model.title, "mine");
  assert.ok(app.selection.sliders.value.length > 4);
  assert.equal(words(app), "Python is simulating …");
  assert.equal(app.run.isOurs.value, false);
  assert.ok(app.run.trace.value.current.some((x) => x !== 0));
  assert.ok(app.run.trace.value.v.every(Number.isNaN));
  assert.ok(Number.isFinite(app.scene.value.v[0]));
  assert.equal(asked.filter(({ kind }) => kind === "simulate").length, 1);
});

test("the progress of Python is shown, then its line and its verdict", (t) => {
  const { app, reply } = appWithHost();
  t.after(app.close);
  reply("simulate", "running", { done: 30, total: 200 });
  assert.equal(words(app), "Python is simulating … 15 %");
  reply("simulate", "running", { done: 1234, total: 0 });
  assert.equal(words(app), "Python is simulating … 1234 time steps");
  assert.ok(app.run.isFaded.value);
  assert.ok(app.scene.value.isFaded);
  reply("simulate", "done", simulated(2), traces);
  assert.equal(app.run.waiting.value, null);
  assert.equal(app.run.trace.value.divergedAt, 2);
  assert.ok(!app.scene.value.isFaded);
  assert.equal(words(app), "✗ Criteria not met (0 of 0 met)");
});

test("rest, threshold and peak of a neuron that only Python can simulate are those of Python", (t) => {
  const { app, reply } = appWithHost();
  t.after(app.close);
  const arrays = { ...traces, "0.spikes": Float64Array.of(1) };
  reply("simulate", "done", { ...simulated(2), scale: [-71, -52, 40] }, arrays);
  const { simulation, trace } = app.run;
  assert.deepEqual(simulation.value.scale(), [-71, -52, 40]);
  assert.equal(simulation.value.span, 19);
  assert.equal(trace.value.v[1], 40); // a spike of a neuron with a reset
  reply("simulate", "done", simulated(2), traces);
  assert.ok(simulation.value.scale().every(Number.isFinite));
});

test("a simulation that was stopped leaves the former line pale, and can be repeated", (t) => {
  const { app, reply, cancelled } = appWithHost();
  t.after(app.close);
  reply("simulate", "done", simulated(2), traces);
  app.selection.put({ a: 0.05 });
  reply("simulate", "running", { done: 1, total: 10 });
  app.run.stopWaiting();
  assert.equal(cancelled.at(-1)?.kind, "simulate");
  assert.equal(words(app), "Not simulated");
  assert.ok(app.scene.value.isFaded);
  assert.equal(app.verdict.verdict.value, null);
  app.run.again();
  assert.equal(words(app), "Python is simulating …");
});

test("an error of a neuron is one sentence, which goes away with the values", (t) => {
  const { app, reply } = appWithHost();
  t.after(app.close);
  reply("simulate", "failed", { error: "mine raised an error." });
  const shown = [app.screen.notice.value, words(app), app.verdict.verdict.value];
  assert.deepEqual(shown, ["mine raised an error.", "Not simulated", null]);
  app.selection.put({ a: 0.05 });
  assert.equal(app.screen.notice.value, "");
  assert.equal(words(app), "Python is simulating …");
});

test("another sentence stays when the values change", (t) => {
  const { app, reply } = appWithHost();
  t.after(app.close);
  reply("simulate", "failed", { error: "mine raised an error." });
  app.screen.notify("Something else.");
  app.selection.put({ a: 0.05 });
  assert.equal(app.screen.notice.value, "Something else.");
});

test("a reply about former values is not shown", (t) => {
  const { app, asked } = appWithHost();
  t.after(app.close);
  const [first] = asked.filter(({ kind }) => kind === "simulate");
  app.selection.put({ a: 0.05 });
  first.listener({ kind: "simulate", id: "1", state: "done", ...simulated(0) }, traces);
  assert.equal(words(app), "Python is simulating …");
  app.selection.put({ a: 0.02 }); // the same values, but another selection
  first.listener({ kind: "simulate", id: "1", state: "done", ...simulated(0) }, traces);
  assert.equal(words(app), "Python is simulating …");
});

test("a simulation that was superseded at the host changes nothing", (t) => {
  const { app, reply } = appWithHost();
  t.after(app.close);
  reply("simulate", "superseded");
  assert.equal(words(app), "Python is simulating …");
});

test("a simulation is shown as running only if it takes long and a line is there", (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const { app, reply } = appWithHost();
  t.after(app.close);
  const state = () => app.run.waiting.value?.state ?? null;
  assert.equal(state(), "running", "there is no line yet");
  reply("simulate", "done", simulated(2), traces);
  app.selection.put({ a: 0.05 });
  assert.equal(state(), null);
  mock.timers.tick(299);
  assert.equal(state(), null);
  mock.timers.tick(1);
  assert.equal(state(), "running");
  app.selection.put({ a: 0.06 });
  assert.equal(state(), "running", "one was shown already");
});

test("more complete data of a neuron without a program do not simulate it again", (t) => {
  const { app, asked } = appWithHost();
  t.after(app.close);
  app.selection.learn(custom());
  assert.equal(asked.filter(({ kind }) => kind === "simulate").length, 1);
});

test("data that bring the program of a neuron let the page simulate it", async (t) => {
  const { app, cancelled, asked } = appWithHost();
  t.after(app.close);
  t.after(() => {
    delete NEURONS.mine;
  });
  NEURONS.mine = { ...NEURONS.izhikevich, name: "mine" };
  app.selection.learn(custom());
  assert.ok(app.run.isOurs.value);
  assert.equal(app.run.waiting.value, null);
  assert.equal(cancelled.at(-1)?.kind, "simulate");
  await until(() => app.verdict.verdict.value !== null);
  assert.equal(asked.filter(({ kind }) => kind === "simulate").length, 1);
});

test("a pattern that the page cannot evaluate is evaluated by Python, next to a line of the page", async (t) => {
  const { app, reply, asked } = appWithHost(unjudged(catalogue));
  t.after(app.close);
  assert.ok(app.run.trace.value.v.some(Number.isFinite));
  await until(() => asked.some(({ kind }) => kind === "simulate"));
  reply("simulate", "running", { done: 1, total: 2 });
  assert.equal(words(app), "Python is evaluating …");
  assert.ok(!app.scene.value.isFaded);
  const line = app.run.trace.value;
  reply("simulate", "done", simulated(2), traces);
  assert.equal(app.verdict.verdict.value?.loss, 2);
  assert.equal(app.run.trace.value, line);
});

test("a change of a parameter simulates the neuron through the sweep once, after three parts of its control", async (t) => {
  const app = appOf("izhikevich", KEY, { host: hostOf("none", () => false).host });
  t.after(app.close);
  const stop = effect(() => {
    app.scene.value;
  });
  const count = simulationsIn(() => app.selection.put({ a: 0.03 }));
  assert.equal(count, 4);
  assert.equal(
    simulationsIn(() => app.run.takeSweeps([[{ name: "other", pieces: [], end: 100, duration: 100 }]])),
    0,
    "the pattern has a sweep of its own, so found sweeps change nothing",
  );
  assert.equal(
    simulationsIn(() => app.selection.keep()),
    0,
  );
  stop();
});

test("an evaluation uses the simulations of the figure", async (t) => {
  const app = appOf("izhikevich", KEY, { host: hostOf("none", () => false).host });
  t.after(app.close);
  app.selection.put({ a: 0.021 });
  const neuron = NEURONS.izhikevich;
  app.run.trace.value;
  let calls = 0;
  const simulate: typeof neuron.simulate = (...given) => {
    calls++;
    return neuron.simulate(...given);
  };
  NEURONS.izhikevich = { ...neuron, simulate };
  t.after(() => {
    NEURONS.izhikevich = neuron;
  });
  await until(() => app.verdict.verdict.value !== null);
  assert.equal(calls, 0);
});

test("a line for comparison has the sweep and the time step that are shown", async (t) => {
  const app = appOf("izhikevich", "resonator");
  t.after(app.close);
  app.screen.pinned.value = app.selection.current.value;
  const pinned = () => app.scene.value.lines.find(({ role }) => role === "pinned");
  const first = pinned();
  assert.equal(pinned(), first); // the line is simulated only once
  app.selection.put({ a: app.selection.current.value.values.a * 1.1 });
  assert.equal(pinned(), first); // the pinned neuron keeps its values
  app.selection.setTimeStep(app.selection.current.value.dt / 2);
  assert.equal(pinned()?.dt, app.selection.current.value.dt);
  app.run.showSweep("single pulse");
  const other = pinned();
  assert.notDeepEqual(other?.current, first?.current);
  await app.selection.choose("izhikevich", KEY);
  assert.equal(pinned(), undefined);
  await app.selection.choose("izhikevich", "resonator"); // opens the main sweep
  assert.notDeepEqual(pinned()?.current, other?.current);
});

test("another pattern ends a zoom, and a stored set leaves the whole sweep shown", async (t) => {
  const app = appOf("izhikevich", "tonic_bursting");
  t.after(app.close);
  const { run, selection } = app;
  run.zoomTo({ x: [10, 20], y: null });
  run.showWhole(true);
  assert.equal(run.zoom.value, null);
  run.zoomTo({ x: [10, 20], y: null });
  selection.put({ a: 0.03 });
  assert.deepEqual(run.zoom.value, { x: [10, 20], y: null });
  selection.load(0);
  assert.deepEqual([run.zoom.value, run.isWhole.value], [null, true]);
  run.zoomTo({ x: [10, 20], y: null });
  await selection.choose("izhikevich", "rebound_spike");
  assert.deepEqual([run.zoom.value, run.isWhole.value], [null, false]);
});

test("a zoom keeps the place around which it zooms, and the whole sweep is no zoom", (t) => {
  const app = appOf("izhikevich", "tonic_bursting");
  t.after(app.close);
  const { run } = app;
  const { t0, dt, v } = run.trace.value;
  const end = t0 + v.length * dt;
  run.showWhole(true);
  run.zoomBy(0.5, t0);
  assert.deepEqual(run.zoom.value?.x, [t0, t0 + (end - t0) / 2]);
  run.zoomBy(4);
  assert.equal(run.zoom.value, null);
});

test("another sweep of a neuron that only Python can simulate is sent by the host", (t) => {
  const { app, asked, reply } = appWithHost();
  t.after(app.close);
  reply("simulate", "done", simulated(2), traces);
  app.run.showSweep("step");
  assert.deepEqual(asked.at(-1)?.fields.sweeps, ["step"]);
});

test("sweeps that were found, and a sweep that was chosen, are of one pair", async (t) => {
  const app = appOf("izhikevich", "resonator");
  t.after(app.close);
  app.run.showSweep("single pulse");
  assert.equal(app.run.sweep.value, "single pulse");
  app.run.takeSweeps([[]]);
  await app.selection.choose("izhikevich", KEY);
  await app.selection.choose("izhikevich", "resonator");
  assert.deepEqual([app.run.sweep.value, app.run.found.value], ["gap T", []]);
});

test("the names of the sweeps stay the same object during a drag", (t) => {
  const app = appOf("izhikevich", "resonator");
  t.after(app.close);
  const names = app.run.sweeps.value;
  app.selection.put({ a: 0.09 });
  assert.equal(app.run.sweeps.value, names);
});

test("a model that was closed follows nothing", () => {
  const { app, asked } = appWithHost();
  app.close();
  const { length } = asked;
  app.selection.put({ a: 0.03 });
  assert.equal(asked.length, length);
});
