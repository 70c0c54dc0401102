import assert from "node:assert/strict";
import test from "node:test";
import { agree, chosenOf, readingOf, readRecording } from "../src/tools/recording.js";
import { criteriaOf, recordedPicture, sweepsOf } from "../src/tools/recordingSweeps.js";

/** An app that keeps what its host is asked and which pattern it chooses. */
function appOf() {
  const [asked, chosen] = [[], []];
  const app = {
    data: { model: { name: "lif" } },
    store: { set: () => {} },
    ways: 0,
    setOut() {
      const way = ++app.ways;
      return () => way === app.ways;
    },
    run: { sweeps: [], sweep: { name: "" } },
    choose: (_, pattern) => chosen.push(pattern),
    host: { ask: (_, fields, listener) => asked.push({ ...fields, listener }) },
  };
  return { app, asked, chosen, state: readingOf(app) };
}

const fileOf = (name, more = {}) => ({ name, size: 8, arrayBuffer: async () => new ArrayBuffer(8), ...more });
const sweep = (number) => ({ name: `sweep ${number}`, numbers: [number], protocol: "holding 0 pA", begin: 0 });
const criterion = (of, more = {}) => ({ of, sweep: "", name: of, text: "", unit: "mV", low: 1, high: "Infinity", shaped: false, ...more });
const about = { choices: {}, columns: {}, unit: "pA", held_out: "", left_out: ["times"] };
const done = (pattern, more = {}) => ({
  ...{ state: "done", pattern, sweeps: [sweep(0), sweep(3)], criteria: [criterion("rest"), criterion("times")] },
  ...about,
  ...more,
});

test("each view of an app hears of the file that it reads", async () => {
  const { app, state } = appOf();
  const heard = [0, 0];
  heard.forEach((_, k) => {
    state.listeners.add(() => heard[k]++);
  });
  await readRecording(app, fileOf("a.csv"));
  assert.ok(heard[0] > 0);
  assert.equal(heard[0], heard[1]);
});

test("the answer about a file is dropped when another one was opened after it", async () => {
  const { app, asked, chosen, state } = appOf();
  await readRecording(app, fileOf("a.csv"));
  const reading = readRecording(app, fileOf("b.csv"));
  asked[0].listener(done("of_a"), {});
  assert.equal(state.busy, true);
  await reading;
  asked[0].listener({ state: "failed", error: "a is no recording" });
  assert.deepEqual([state.busy, state.notice, chosen], [true, "", []]);
  asked[1].listener(done("of_b"), {});
  assert.deepEqual([state.busy, state.pattern, chosen], [false, "of_b", []]);
  agree(app);
  assert.deepEqual(chosen, ["of_b"]);
});

test("a file that cannot be read says nothing about the one that was opened after it", async () => {
  const { app, state } = appOf();
  let fail = () => {};
  const gone = () =>
    new Promise((_, refuse) => {
      fail = () => refuse(new Error("it has gone"));
    });
  const reading = readRecording(app, fileOf("a.csv", { arrayBuffer: gone }));
  await readRecording(app, fileOf("b.csv"));
  fail();
  await reading;
  assert.deepEqual([state.file.name, state.busy, state.notice], ["b.csv", true, ""]);
});

test("a question that is stopped is not awaited any longer", async () => {
  for (const end of ["stopped", "superseded", "failed"]) {
    const { app, asked, state } = appOf();
    await readRecording(app, fileOf("a.csv"));
    asked[0].listener({ state: end });
    assert.equal(state.busy, false);
  }
});

test("a file that is too large takes the place of the one before", async () => {
  const { app, asked, chosen, state } = appOf();
  await readRecording(app, fileOf("a.csv"));
  await readRecording(app, fileOf("large.abf", { size: 2e7 }));
  assert.deepEqual([state.file, state.bytes, state.busy], [null, null, false]);
  assert.match(state.notice, /^large.abf has 20 MB/);
  asked[0].listener(done("of_a"), {});
  assert.deepEqual(chosen, []);
});

test("what is switched, weighed and held out is asked of Python when the user agrees, and what is usual is not said", async () => {
  const { app, asked, chosen, state } = appOf();
  await readRecording(app, fileOf("a.abf"));
  asked[0].listener(done("usual"), {});
  assert.deepEqual(
    [[...state.weights], chosenOf(state)],
    [
      [
        ["rest", 1],
        ["times", 0],
      ],
      {},
    ],
  );
  state.weights.set("rest", 0.5);
  state.weights.set("times", 1);
  state.roles.set("sweep 3", "predicted");
  agree(app);
  const { compare, sweeps, holdout } = asked[1];
  assert.deepEqual({ compare, sweeps, holdout }, { compare: { rest: 0.5, times: 1 }, sweeps: [0], holdout: [3] });
  assert.deepEqual(chosen, []);
  asked[1].listener(done("chosen", { held_out: "others" }), {});
  assert.deepEqual([chosen, state.heldOut, state.weights.get("rest")], [["chosen"], "others", 0.5]);
  assert.equal(state.agreed, JSON.stringify(chosenOf(state)));
});

test("what is usual again, or of another neuron, is asked anew, and who has gone on is not fetched back", async () => {
  const { app, asked, chosen, state } = appOf();
  await readRecording(app, fileOf("a.abf"));
  asked[0].listener(done("usual"), {});
  agree(app);
  assert.deepEqual([asked.length, chosen], [1, ["usual"]]);
  state.weights.set("rest", 0.5);
  agree(app);
  asked[1].listener(done("chosen"), {});
  state.weights.set("rest", 1);
  agree(app);
  asked[2].listener(done("usual"), {});
  app.data = { model: { name: "adex" } };
  agree(app);
  assert.deepEqual([asked[3].model, asked[3].compare], ["adex", undefined]);
  app.setOut(); // to another pattern
  asked[3].listener(done("of_adex"), {});
  assert.deepEqual(chosen, ["usual", "chosen", "usual"]);
});

test("the picture of a sweep has what was recorded, what was taken for spikes, and what is injected", () => {
  const floats = (...numbers) => Float32Array.from(numbers);
  const arrays = {
    "0.t": floats(0, 1, 2, 3),
    "0.v": floats(-60, 20, -70, -60),
    "0.current": floats(0, 0.1, 9.9, 10),
    "0.protocol": floats(0, 0, 1.5, 0, 1.5, 10, 3, 10),
    "0.spikes": Float64Array.of(0.8),
  };
  const [one] = sweepsOf(done("a", { sweeps: [sweep(0)] }), arrays);
  const { panels } = recordedPicture(one, 400, 250, null, { dark: false, size: 14, unit: "pA" });
  assert.deepEqual(
    panels.map(({ layers }) => layers.map(({ kind, xs }) => [kind, xs.length])),
    [
      [
        ["line", 4],
        ["dots", 1],
      ],
      [
        ["line", 4],
        ["line", 4],
      ],
    ],
  );
  const [potential, current] = panels;
  assert.ok(current.top > potential.top + potential.height);
  assert.deepEqual(current.layers[1].ys, [0, 0, 10, 10]);
  const spikesAlone = recordedPicture({ ...one, v: floats(), current: floats(), corners: floats() }, 400, 250, null, {
    dark: true,
    size: 14,
    unit: "",
  });
  assert.equal(spikesAlone.panels.length, 1);
});

test("an end of an interval that is open comes as a text", () => {
  const [{ low, high }] = criteriaOf(done("a", { criteria: [criterion("course", { low: "-Infinity", high: 3 })] }));
  assert.deepEqual([low, high], [-Infinity, 3]);
});
