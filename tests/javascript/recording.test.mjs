import assert from "node:assert/strict";
import test from "node:test";
import { readingOf, readRecording } from "../../plausiwidgets/widgets/app/recording.js";

/** An app that keeps what its host is asked and which pattern it chooses. */
function appOf() {
  const [asked, chosen] = [[], []];
  const app = {
    data: { model: { name: "lif" } },
    store: { set: () => {} },
    choose: (_, pattern) => chosen.push(pattern),
    host: { ask: (_, fields, hear) => asked.push({ ...fields, hear }) },
  };
  return { app, asked, chosen, state: readingOf(app) };
}

const fileOf = (name, more = {}) => ({ name, size: 8, arrayBuffer: async () => new ArrayBuffer(8), ...more });
const done = (pattern) => ({ state: "done", pattern, choices: {}, columns: {}, protocols: [] });

test("each view of an app hears of the file that it reads", async () => {
  const { app, state } = appOf();
  const heard = [0, 0];
  heard.forEach((_, k) => {
    state.heard.add(() => heard[k]++);
  });
  await readRecording(app, fileOf("a.csv"));
  assert.ok(heard[0] > 0);
  assert.equal(heard[0], heard[1]);
});

test("the answer about a file is dropped when another one was opened after it", async () => {
  const { app, asked, chosen, state } = appOf();
  await readRecording(app, fileOf("a.csv"));
  const reading = readRecording(app, fileOf("b.csv"));
  asked[0].hear(done("of_a"));
  assert.equal(state.busy, true);
  await reading;
  asked[0].hear({ state: "failed", error: "a is no recording" });
  assert.deepEqual([state.busy, state.said, chosen], [true, "", []]);
  asked[1].hear(done("of_b"));
  assert.deepEqual([state.busy, chosen], [false, ["of_b"]]);
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
  assert.deepEqual([state.file.name, state.busy, state.said], ["b.csv", true, ""]);
});

test("a question that is stopped is not awaited any longer", async () => {
  for (const end of ["stopped", "superseded", "failed"]) {
    const { app, asked, state } = appOf();
    await readRecording(app, fileOf("a.csv"));
    asked[0].hear({ state: end });
    assert.equal(state.busy, false);
  }
});

test("a file that is too large takes the place of the one before", async () => {
  const { app, asked, chosen, state } = appOf();
  await readRecording(app, fileOf("a.csv"));
  await readRecording(app, fileOf("large.abf", { size: 2e7 }));
  assert.deepEqual([state.file, state.bytes, state.busy], [null, null, false]);
  assert.match(state.said, /^large.abf has 20 MB/);
  asked[0].hear(done("of_a"));
  assert.deepEqual(chosen, []);
});
