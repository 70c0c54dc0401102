import assert from "node:assert/strict";
import test from "node:test";
import { createApp } from "../src/app.js";
import { begun, goTo, openLesson } from "../src/classroom/lesson.js";
import { beginMystery } from "../src/classroom/mystery.js";
import { stored } from "../src/models/simulation.js";
import { worded } from "../src/panels/verdict.js";
import { catalogue, modelData } from "./app.mjs";

globalThis.requestAnimationFrame ??= () => 0; // what a page has
globalThis.cancelAnimationFrame ??= () => {};
globalThis.document ??= { visibilityState: "hidden" };
globalThis.matchMedia ??= () => ({ matches: false });

const izhikevich = modelData("izhikevich");
const KEY = "tonic_spiking";

/** A host that keeps what it is asked; `answer(kind, …)` answers the newest question of a kind. */
function hostOf(shipped) {
  const asked = [];
  const cancelled = [];
  let silence = () => {};
  return {
    name: "kernel",
    asked,
    cancelled,
    can: () => true,
    has: () => true,
    onSilence: (listener) => {
      silence = listener;
    },
    silent: (isSilent) => silence(isSilent),
    ask(kind, fields, listener) {
      const question = { kind, fields, listener };
      asked.push(question);
      return () => cancelled.push(question);
    },
    answer(kind, state, fields = {}, arrays = {}) {
      asked.findLast((one) => one.kind === kind).listener({ kind, id: "1", state, ...fields }, arrays);
    },
    describe: async (model) => shipped[model],
    close() {},
  };
}

/** The data of a neuron that the page cannot simulate. */
function custom() {
  const { shared: _, ...data } = structuredClone({ ...izhikevich, code: undefined });
  const own = data.patterns[KEY];
  own.sets = [{ ...own.sets[0], title: "defaults", source: "", status: "unjudged", why: "" }];
  own.twin = false;
  return { ...data, model: { ...data.model, name: "mine", title: "mine" }, patterns: { [KEY]: own } };
}

function appOf(t, data = custom(), pattern = KEY, more = {}) {
  const host = hostOf({ [data.model.name]: data, izhikevich });
  const app = createApp(catalogue, host, data, stored(data, pattern), {}, more);
  t.after(() => app.close());
  return { app, host, state: app.store.get };
}

const chip = (app) => {
  const { verdict, verified, simulating } = app.store.get();
  return worded(verdict, verified, app.pattern, app.data.model, simulating).words;
};
const verdictOf = (loss) => ({ status: loss ? "rejected" : "unverified", loss, diverged: false, failed_test: "", criteria: [], parts: {} });
const traces = { "0.v": Float32Array.of(-65, -64, NaN), "0.current": Float32Array.of(0, 1, 1), "0.spikes": new Float64Array() };
const told = (loss) => [{ verdict: verdictOf(loss), sweeps: [{ name: "step", t0: 0, dt: 1, states: ["v"] }], done: 0, total: 0 }, traces];

test("a neuron in discrete time holds in steps of its dt, and nothing is said of finer ones", (t) => {
  const { app } = appOf(t);
  const verified = { status: "replicated", why: "" };
  const why = (more) => worded(verdictOf(0), verified, app.pattern, { ...app.data.model, ...more }).why;
  assert.match(why({}), /smaller time steps/);
  assert.match(why({ discrete: true, dt: 1 }), /fixed time step of 1 ms/);
  assert.doesNotMatch(why({ discrete: true, dt: 1 }), /smaller/);
});

test("each status has its own symbol and words in the chip", (t) => {
  const { app } = appOf(t);
  const chipOf = (loss, status, more = {}) =>
    worded(verdictOf(loss), status && { status, why: "x" }, { ...app.pattern, ...more }, app.data.model).words;
  assert.equal(chipOf(0, "replicated"), "✓ Verified");
  assert.equal(chipOf(0, "fragile"), "~ Not robust");
  assert.equal(chipOf(0, "pending"), "○ Criteria met, verifying …");
  assert.equal(chipOf(0, null), "○ Criteria met, not verified");
  assert.equal(chipOf(0, "rejected"), "✗ Criteria not met");
  assert.equal(chipOf(1, null, { ruled_out: "It has no bursts." }), "∅ Ruled out");
  assert.equal(chipOf(1, null, { components: [] }), "– No criteria");
});

test("a neuron that only Python can simulate is shown before anything is simulated: name, sliders, current", (t) => {
  const { app, host } = appOf(t);
  assert.equal(app.data.model.title, "mine");
  assert.ok(app.sliders.length > 4);
  assert.equal(chip(app), "Python is simulating …");
  assert.ok(app.yours.current.some((x) => x !== 0));
  assert.ok(app.yours.v.every(Number.isNaN));
  assert.match(app.described(), /Nothing has been simulated yet/);
  assert.ok(Number.isFinite(app.scene().v[0]));
  assert.equal(host.asked.filter(({ kind }) => kind === "simulate").length, 1);
});

test("how far Python is is told, then its line and its verdict are shown", (t) => {
  const { app, host, state } = appOf(t);
  host.answer("simulate", "running", { done: 30, total: 200 });
  assert.equal(chip(app), "Python is simulating … 15 %");
  host.answer("simulate", "running", { done: 1234, total: 0 });
  assert.equal(chip(app), "Python is simulating … 1234 time steps");
  assert.ok(app.scene().faded);
  host.answer("simulate", "done", ...told(2));
  assert.equal(state().simulating, null);
  assert.equal(app.yours.divergedAt, 2);
  assert.ok(!app.scene().faded);
  assert.equal(chip(app), "✗ Criteria not met (0 of 0 met)");
});

test("rest, threshold and peak of a neuron that only Python can simulate are those of its judge", (t) => {
  const { app, host } = appOf(t);
  const [answer, arrays] = told(2);
  host.answer("simulate", "done", { ...answer, scale: [-71, -52, 40] }, { ...arrays, "0.spikes": Float64Array.of(1) });
  assert.deepEqual(app.run.scale(), [-71, -52, 40]);
  assert.equal(app.run.span, 19);
  assert.equal(app.yours.v[1], 40); // a spike of a neuron that is reset
  host.answer("simulate", "done", { ...answer, scale: [] }, arrays);
  assert.ok(app.run.scale().every(Number.isFinite));
});

test("a simulation that is stopped says so, keeps the former line pale, and can be asked for again", (t) => {
  const { app, host, state } = appOf(t);
  host.answer("simulate", "done", ...told(2));
  app.put({ a: 0.05 });
  host.answer("simulate", "running", { done: 1, total: 10 });
  app.stopSimulating();
  assert.equal(host.cancelled.at(-1).kind, "simulate");
  assert.equal(chip(app), "Not simulated");
  assert.ok(app.scene().faded);
  assert.equal(state().verdict, null);
  app.again();
  assert.equal(chip(app), "Python is simulating …");
});

test("an error of a neuron is one sentence, which goes with the values that it was about", (t) => {
  const { app, host, state } = appOf(t);
  host.answer("simulate", "failed", { error: "mine raised an error." });
  assert.deepEqual([state().notice, chip(app), state().verdict], ["mine raised an error.", "Not simulated", null]);
  app.put({ a: 0.05 });
  assert.equal(state().notice, "");
  assert.equal(chip(app), "Python is simulating …");
});

test("the figure in words has the potentials of a line that ends before its sweep", (t) => {
  const { app, host } = appOf(t);
  assert.match(app.described(), /Nothing has been simulated yet/);
  host.answer("simulate", "done", ...told(0));
  assert.match(app.described(), /from −65 to −64/);
});

test("an answer to former values is not shown", (t) => {
  const { app, host } = appOf(t);
  const [first] = host.asked.filter(({ kind }) => kind === "simulate");
  app.put({ a: 0.05 });
  first.listener({ kind: "simulate", id: "1", state: "done", ...told(0)[0] }, traces);
  assert.equal(chip(app), "Python is simulating …");
});

test("what is learned of a neuron that stays without a program does not begin its simulation anew", (t) => {
  const { app, host } = appOf(t);
  app.learn(custom());
  assert.equal(host.asked.filter(({ kind }) => kind === "simulate").length, 1);
});

test("the defaults of a neuron that the page cannot simulate are put back", (t) => {
  const { app, state } = appOf(t);
  app.put({ a: 0.05 });
  app.defaults();
  assert.equal(state().selection.values.a, 0.02);
});

test("a pattern that the page cannot judge is judged by Python, beside a line of the page", (t) => {
  const data = custom();
  data.model.name = "izhikevich";
  const own = catalogue.patterns[KEY];
  const judged = { resets: own.judged.resets.map((part) => ({ ...part, tape: null })) };
  data.shared = { [KEY]: { ...own, judged } };
  const { app, host, state } = appOf(t, data);
  assert.ok(app.yours.v.some(Number.isFinite));
  host.answer("simulate", "running", { done: 1, total: 2 });
  assert.equal(chip(app), "Python is evaluating …");
  assert.ok(!app.scene().faded);
  const line = app.yours;
  host.answer("simulate", "done", ...told(2));
  assert.equal(state().verdict.loss, 2);
  assert.equal(app.yours, line);
});

test("while the host is silent the page says so once, judges by itself and awaits no check", async (t) => {
  const { app, host, state } = appOf(t, izhikevich, "tonic_bursting");
  while (!state().verdict) await new Promise((go) => setTimeout(go, 1)); // on a busy machine in several slices
  app.store.set({ verified: { status: "pending", why: "" } });
  host.silent(true);
  assert.match(app.sentence(), /is not responding.*continues without it/);
  assert.equal(chip(app), "○ Criteria met, not verified");
  assert.equal(app.asks("plane"), false);
  app.search();
  assert.match(app.sentence(), /is not responding/);
  app.hush();
  assert.equal(app.sentence(), "");
  host.silent(false);
  assert.equal(app.asks("plane"), true);
  assert.equal(host.asked.at(-1).kind, "verify");
});

test("a neuron that waits for a silent host says that it does", (t) => {
  const { app, host } = appOf(t);
  host.silent(true);
  assert.match(app.sentence(), /this model needs it/);
  assert.equal(app.asks("plane"), true); // there is nobody else
  host.silent(false);
  assert.equal(app.sentence(), "");
});

test("a search that is starting can be stopped, and one that is refused closes its drawer", (t) => {
  const { app, host, state } = appOf(t, izhikevich, "tonic_bursting");
  app.search();
  assert.ok(app.store.get().drawer && !app.store.get().search);
  app.stopStarting();
  assert.deepEqual([state().drawer, host.cancelled.at(-1).kind], [false, "search"]);
  app.search();
  host.answer("search", "failed", { error: "nothing is free" });
  assert.deepEqual([state().drawer, state().notice], [false, "nothing is free"]);
});

test("a search begins at the values that are shown, and elsewhere where these hold", (t) => {
  const { app, host } = appOf(t);
  const begins = () => {
    app.search();
    return host.asked.findLast(({ kind }) => kind === "search").fields.begin;
  };
  const is = (loss, status) => app.store.set({ verdict: verdictOf(loss), verified: status ? { status, why: "" } : null });
  assert.equal(begins(), "values"); // nothing is known yet
  is(0.5);
  assert.equal(begins(), "values");
  is(0);
  assert.equal(begins(), "random");
  is(0, "replicated");
  assert.equal(begins(), "random");
  is(0, "fragile");
  assert.equal(begins(), "values");
});

test("of a custom neuron the next pattern is one of all", async (t) => {
  const { app, host } = appOf(t);
  const keys = Object.keys(catalogue.patterns);
  let wanted = "";
  host.describe = async (_, pattern) => {
    wanted = pattern;
    throw new Error("not found");
  };
  await app.next(1);
  assert.equal(wanted, keys[keys.indexOf(KEY) + 1]);
  assert.equal(app.store.get().notice, "not found");
});

test("undo goes back over the cards of a lesson, each with its own locks", async (t) => {
  const start = (key, set = 0) => ({ values: Object.entries(stored(izhikevich, key, set).values), dt: 0.25 });
  const card = (pattern, free) => ({ title: "", body: [], model: "izhikevich", pattern, free, start: start(pattern), until: [], tool: "" });
  const lesson = begun({ title: "T", cards: [card("tonic_spiking", ["amplitude"]), card("tonic_bursting", ["c", "d"])] });
  const { app, state } = appOf(t, izhikevich, "tonic_spiking", { lesson });
  await goTo(app, 0);
  app.put({ amplitude: 12 });
  app.keep();
  await goTo(app, 1);
  assert.ok(!state().box.locked.includes("c"));
  await app.undo();
  const { lesson: back, box, selection } = state();
  assert.deepEqual([back.at, selection.pattern, selection.values.amplitude], [0, "tonic_spiking", 12]);
  assert.ok(box.locked.includes("c") && !box.locked.includes("amplitude"));
  await app.redo();
  assert.deepEqual([state().lesson.at, state().selection.pattern], [1, "tonic_bursting"]);
  assert.ok(state().box.locked.includes("amplitude"));
});

test("a search whose kernel is silent is over for the page when it is stopped, and its best can be taken", (t) => {
  const { app, host, state } = appOf(t, izhikevich, "tonic_bursting");
  app.search();
  const record = { model: "izhikevich", pattern: "tonic_bursting", loss: 1, best: { c: -51 }, dt: 0.25, status: "rejected", seconds: 2 };
  host.answer("search", "running", { from: 0, search: record }, { loss: Float32Array.of(1) });
  host.silent(true);
  app.control("stop");
  assert.equal(state().search.state, "stopped");
  app.take();
  assert.equal(state().selection.values.c, -51);
});

test("what a search has tried on its way widens the axes no longer when it is over", (t) => {
  const { app, host } = appOf(t, izhikevich, "tonic_bursting");
  app.search();
  const record = { model: "izhikevich", pattern: "tonic_bursting", loss: 1, dt: 0.25, status: "rejected", seconds: 2 };
  const low = (state, best) => {
    host.answer("search", state, { from: 0, search: { ...record, best } }, { loss: Float32Array.of(1) });
    return app.scene().v[0];
  };
  const wide = low("running", { c: -70, d: 12, amplitude: 50 });
  assert.equal(low("running", { c: -50, d: 2, amplitude: 15 }), wide); // nothing jumps while it runs
  assert.ok(low("done", { c: -50, d: 2, amplitude: 15 }) > wide);
});

test("a search of another pair is watched no longer, and its values go with their own model and pattern", async (t) => {
  const { app, host, state } = appOf(t, izhikevich, "tonic_bursting");
  app.search();
  const record = { model: "izhikevich", pattern: "tonic_bursting", loss: 1, best: { c: -51 }, dt: 0.25, status: "rejected", seconds: 2 };
  const answer = (from) => host.answer("search", "running", { from, search: record }, { loss: Float32Array.of(1) });
  answer(0);
  assert.equal(state().drawer, true);
  await app.choose("izhikevich", "resonator");
  const before = state().selection;
  answer(1);
  assert.deepEqual([state().drawer, state().search.tries.count], [false, 2]);
  await app.take();
  const { pattern, values } = state().selection;
  assert.deepEqual([pattern, values.c], ["tonic_bursting", -51]);
  assert.deepEqual(Object.keys(values).sort(), Object.keys(stored(izhikevich, "tonic_bursting").values).sort());
  await app.undo();
  assert.deepEqual([state().selection.pattern, state().selection.values], ["resonator", before.values]);
  await app.redo();
  answer(2);
  assert.equal(state().drawer, true);
});

test("a line that is compared is of the sweep and the time step that are shown", async (t) => {
  const { app, state } = appOf(t, izhikevich, "resonator");
  app.store.set({ pinned: state().selection });
  const pinned = () => app.scene().lines.find(({ role }) => role === "pinned");
  const first = pinned();
  assert.equal(pinned(), first); // simulated once
  app.put({ a: state().selection.values.a * 1.1 });
  assert.equal(pinned(), first); // it has its own values
  app.step(state().selection.dt / 2);
  assert.equal(pinned().dt, state().selection.dt);
  app.showSweep("single pulse");
  const other = pinned();
  assert.notDeepEqual(other.current, first.current);
  await app.choose("izhikevich", "tonic_spiking");
  assert.equal(pinned(), undefined);
  await app.choose("izhikevich", "resonator"); // its main sweep, without a word about the lines
  assert.notDeepEqual(pinned().current, other.current);
});

test("who has gone to another pattern is fetched back neither by a mystery nor by a lesson that were asked for before", async (t) => {
  const { app, host, state } = appOf(t, izhikevich, KEY);
  const hidden = { pattern: "tonic_bursting", about: KEY, seed: 7, moved: ["a"], common: [], link: "", python: "" };
  const mystery = { ...hidden, values: stored(izhikevich, "tonic_bursting").values, dt: 0.25 };
  let teach = () => {};
  host.lesson = () => new Promise((give) => (teach = give));
  const cards = [{ model: "izhikevich", pattern: "tonic_bursting", values: [], locked: [], until: [], start: { values: [], dt: 0.25 } }];
  beginMystery(app);
  const opened = openLesson(app, "first");
  await app.choose("izhikevich", "resonator");
  host.answer("mystery", "done", mystery);
  teach({ name: "first", title: "First", cards });
  await opened;
  assert.deepEqual([state().selection.pattern, state().lesson, Object.keys(state().games)], ["resonator", null, []]);
  beginMystery(app); // the newest counts
  beginMystery(app);
  const [older, newer] = host.asked.filter(({ kind }) => kind === "mystery").slice(-2);
  await newer.listener({ state: "done", ...mystery }, {});
  await older.listener({ state: "done", ...mystery, pattern: "rebound_spike", seed: 8 }, {});
  assert.deepEqual([state().selection.pattern, state().games.tonic_bursting.seed], ["tonic_bursting", 7]);
});

test("a criterion of an unknown kind leaves no verdict, and the page names the remedy or asks its host", async (t) => {
  const newer = structuredClone(catalogue);
  newer.patterns[KEY].judged.resets[0].criteria[0].kind = "gaussian";
  for (const canSimulate of [false, true]) {
    const host = { ...hostOf({ izhikevich }), can: (kind) => kind === "simulate" && canSimulate };
    const app = createApp(newer, host, izhikevich, stored(izhikevich, KEY), {});
    t.after(() => app.close());
    await new Promise((go) => setTimeout(go, 50));
    const { verdict, notice } = app.store.get();
    assert.equal(verdict, null);
    const remedy = /^This page cannot evaluate the criteria \(unknown kind of criterion: gaussian\): update plausiwidgets/;
    if (canSimulate) assert.deepEqual([notice, host.asked.map(({ kind }) => kind)], ["", ["simulate"]]);
    else assert.match(notice, remedy);
    assert.ok(app.yours.v.length > 100, "the trace is there");
  }
});
