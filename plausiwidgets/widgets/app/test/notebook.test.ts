// The page and the kernel of a notebook: writes, history, and a reload of the page.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ModelData } from "../src/catalogue.ts";
import { withStill } from "../src/figure/staticImage.ts";
import type { SentHistory, Traits, WidgetModel } from "../src/hosts/kernel.ts";
import { PAGE } from "../src/hosts/requests.ts";
import type { HistoryStep, Requests } from "../src/messages.ts";
import { stored } from "../src/models/selection.ts";
import { connected } from "../src/notebook.ts";
import { catalogue, modelData } from "./catalogue.ts";
import { until } from "./harness.ts";

const soon = (ms = 60) => new Promise<void>((done) => setTimeout(done, ms));

type Message = Requests["select"] & { readonly kind: string; readonly id: string };

function stepOf(model: string, pattern: string, more: Record<string, number> = {}): HistoryStep {
  const { values, dt } = stored(modelData(model), pattern);
  return { model, pattern, values: { ...values, ...more }, dt };
}

/** A kernel that stores the messages of the page, and replies when a test requires it. */
function kernelOf(steps: readonly HistoryStep[], at = steps.length - 1, revision = 0) {
  const data: ModelData = modelData(steps[at].model);
  const listeners = new Map<string, (...given: unknown[]) => unknown>();
  const sent: Message[] = [];
  const connection = { isLost: false };
  const ranges = { bounds: {}, fixed: [], locked: [] };
  const state: Omit<Traits, "_history"> & { _history: SentHistory } = {
    _catalogue: JSON.stringify(catalogue),
    _models: JSON.stringify({ [data.model.name]: data }),
    _settings: { id: "1", language: "en", notes: [], lesson: null, runtime: "", texts: {}, table: null, linked: false },
    _history: { steps, at, ranges, exercise: null, revision, by: "" },
    _tool: {},
    _script: "",
    _slots: [],
  };
  const model = {
    get: (name: keyof Traits) => state[name],
    on: (name: string, listener: () => void) => listeners.set(name, listener),
    off: (name: string) => listeners.delete(name),
    send(message: Message) {
      if (connection.isLost) throw new Error("The connection is lost.");
      sent.push(message);
    },
  };
  const writes = () => sent.filter((one) => one.kind === "select");
  const tell = (content: object) => listeners.get("msg:custom")?.(content, []);
  return {
    model: model as unknown as WidgetModel,
    record: () => state._history,
    connection,
    writes,
    tell,
    reply(kind: string, fields: object = {}) {
      const { id } = sent.findLast((one) => one.kind === kind) ?? { id: "" };
      tell({ kind, id, state: "done", ...fields });
    },
    /** Accepts the last write of the page as Python does, and replies. */
    accept(isReplying = true) {
      const { kept, steps: given, at: place, revision: number, id } = writes()[writes().length - 1];
      const all = [...state._history.steps.slice(kept[0], kept[1]), ...given];
      assert.equal(number, state._history.revision + 1);
      state._history = { ...state._history, steps: all, at: place, revision: number, by: id };
      if (isReplying) this.reply("select");
    },
    /** Writes a change of Python. */
    write(change: Partial<SentHistory>) {
      state._history = { ...state._history, revision: state._history.revision + 1, by: "", ...change };
      return listeners.get("change:_history")?.();
    },
    add(step: HistoryStep) {
      const { steps: former, at: place } = state._history;
      return this.write({ steps: [...former.slice(0, place + 1), step], at: place + 1 });
    },
    isClosed: () => listeners.size === 0,
  };
}

type Kernel = ReturnType<typeof kernelOf>;

function opened(t: TestContext, kernel: Kernel) {
  const { app, close } = connected(kernel.model);
  t.after(() => {
    close();
    assert.ok(kernel.isClosed());
  });
  return app;
}

/** Waits until the page has sent a number of writes, and accepts the last write. */
async function accepted(kernel: Kernel, count: number): Promise<Message> {
  await until(() => kernel.writes().length === count);
  kernel.accept();
  await soon();
  assert.equal(kernel.writes().length, count);
  return kernel.writes()[count - 1];
}

const TONIC = stepOf("izhikevich", "tonic_bursting");

test("nothing is sent without a change", async (t) => {
  const kernel = kernelOf([TONIC]);
  const app = opened(t, kernel);
  await soon(100);
  assert.deepEqual(kernel.writes(), []);
  assert.equal(app.selection.canUndo.value, false);
});

test("a drag is the last step, and undo moves the position alone", async (t) => {
  const kernel = kernelOf([TONIC]);
  const { selection } = opened(t, kernel);
  selection.put({ c: -60 });
  const first = await accepted(kernel, 1);
  assert.deepEqual([first.kept, first.at, first.steps.length], [[0, 1], 1, 1]);
  assert.deepEqual([first.steps[0].values.c, first.locked], [-60, []]);
  selection.put({ c: -59 });
  assert.deepEqual([(await accepted(kernel, 2)).kept, kernel.record().at], [[0, 1], 1]);
  selection.keep();
  await soon();
  assert.equal(kernel.writes().length, 2); // Python already has the step
  selection.put({ c: -58 });
  assert.deepEqual([(await accepted(kernel, 3)).kept, kernel.record().at], [[0, 2], 2]);
  await selection.undo();
  const { kept, steps, at } = await accepted(kernel, 4);
  assert.deepEqual([kept, steps, at], [[0, 3], [], 1]);
  await selection.redo();
  await accepted(kernel, 5);
  assert.deepEqual([kernel.record().at, kernel.record().steps.map(({ values }) => values.c)], [2, [-50, -59, -58]]);
});

test("several steps during a busy kernel are all sent at once", async (t) => {
  const kernel = kernelOf([TONIC]);
  const { selection } = opened(t, kernel);
  selection.put({ c: -60 });
  await until(() => kernel.writes().length === 1);
  for (const c of [-61, -62, -63]) {
    selection.put({ c });
    selection.keep();
  }
  await selection.undo();
  await soon();
  assert.equal(kernel.writes().length, 1); // only one message is unanswered at a time
  kernel.accept();
  await accepted(kernel, 2);
  const { steps, at } = kernel.record();
  assert.deepEqual([at, steps.map(({ values }) => values.c)], [2, [-50, -61, -62, -63]]);
});

test("ranges are sent and taken without a step", async (t) => {
  const kernel = kernelOf([TONIC]);
  const { selection } = opened(t, kernel);
  selection.configure({ bounds: { c: [-70, -40] }, fixed: ["d"] });
  const { bounds, free, at, steps } = await accepted(kernel, 1);
  assert.deepEqual([bounds?.c, free?.includes("d"), at, steps], [[-70, -40], false, 0, []]);
  await kernel.write({ ranges: { bounds: {}, fixed: ["c"], locked: ["a"] } });
  assert.deepEqual([selection.ranges.value.fixed, selection.ranges.value.locked], [["c"], ["a"]]);
  await soon();
  assert.equal(kernel.writes().length, 1);
});

test("a write of Python replaces one of the page that is on its way", async (t) => {
  const kernel = kernelOf([TONIC]);
  const { selection } = opened(t, kernel);
  selection.put({ c: -60 });
  await until(() => kernel.writes().length === 1);
  await kernel.add(stepOf("izhikevich", "resonator")); // before Python has received the write of the page
  assert.equal(selection.current.value.pattern, "resonator");
  kernel.reply("select", { state: "superseded" });
  await soon();
  assert.equal(kernel.writes().length, 1);
  assert.deepEqual([selection.history.value.at, selection.history.value.steps.length], [1, 2]);
  selection.put({ c: -61 });
  assert.equal((await accepted(kernel, 2)).revision, 2);
});

test("a selection that is about to be left is not sent", async (t) => {
  const kernel = kernelOf([TONIC]);
  const { selection } = opened(t, kernel);
  selection.put({ c: -61 });
  const taken = kernel.add(stepOf("adex", "integrator")); // the kernel must send the data of this model
  await soon();
  assert.equal(kernel.writes().length, 0);
  kernel.reply("describe", { data: modelData("adex"), why: "" });
  await taken;
  await soon();
  assert.equal(selection.current.value.pattern, "integrator");
  assert.equal(kernel.writes().length, 0);
});

test("a late record is dropped, and so is one that the page has written", async (t) => {
  const kernel = kernelOf([TONIC], 0, 5);
  const { selection } = opened(t, kernel);
  await kernel.write({ revision: 5, steps: [stepOf("izhikevich", "resonator")] });
  assert.equal(selection.current.value.pattern, "tonic_bursting");
  selection.put({ c: -61 });
  await until(() => kernel.writes().length === 1);
  kernel.write({ steps: [TONIC], revision: 5 });
  kernel.accept(false); // the reply gets lost
  selection.put({ c: -62 });
  await kernel.write({ revision: 6, by: `${PAGE}-9` }); // after the reconnection
  assert.equal(selection.current.value.values.c, -62);
  await accepted(kernel, 2);
  assert.deepEqual(
    kernel.record().steps.map(({ values }) => values.c),
    [-50, -62],
  );
});

test("a lost write is sent again when the kernel replies", async (t) => {
  const kernel = kernelOf([TONIC]);
  const { selection, verdict } = opened(t, kernel);
  kernel.connection.isLost = true;
  selection.put({ c: -60 });
  await until(() => verdict.isSilent.value);
  selection.keep();
  selection.put({ c: -61 });
  await soon();
  kernel.connection.isLost = false;
  kernel.tell({ kind: "alive", id: "other", state: "done" });
  await accepted(kernel, 1);
  assert.deepEqual(
    kernel.record().steps.map(({ values }) => values.c),
    [-50, -60, -61],
  );
});

test("a page that is loaded again has the steps, also those of models whose data are fetched", async (t) => {
  const kernel = kernelOf(
    [stepOf("adex", "integrator"), stepOf("izhikevich", "tonic_bursting", { c: -52 }), TONIC],
    1,
    7,
  );
  const { selection } = opened(t, kernel);
  assert.deepEqual([selection.canUndo.value, selection.canRedo.value], [true, true]);
  const undone = selection.undo();
  await soon();
  assert.equal(kernel.writes().length, 0); // no message until the step can be shown
  kernel.reply("describe", { data: modelData("adex"), why: "" });
  await undone;
  const { at, revision, steps } = await accepted(kernel, 1);
  assert.deepEqual([at, revision, steps, selection.current.value.model], [0, 8, [], "adex"]);
});

test("a selection whose data are not here is shown when they arrive", async (t) => {
  const kernel = kernelOf([TONIC], 0, 3);
  const adex = stepOf("adex", "tonic_bursting");
  await kernel.write({ steps: [TONIC, adex], at: 1 });
  const { selection } = opened(t, kernel);
  await soon();
  kernel.reply("describe", { data: modelData("adex"), why: "" });
  await until(() => selection.current.value.model === "adex");
  assert.equal(selection.history.value.steps.length, 2);
  await soon();
  assert.equal(kernel.writes().length, 0);
});

test("a notebook keeps the pictures of the apps that it shows, and everything else that it has", () => {
  const still = { state: { _anywidget_id: "plausiwidgets.still" } };
  const states = { old: still, other: still, foreign: { state: {} } };
  const kept = withStill(states, new Set(["mine", "other"]), "mine", still);
  assert.deepEqual(Object.keys(kept).sort(), ["foreign", "mine", "other"]);
  assert.deepEqual(Object.keys(withStill({}, new Set(), "mine", still)), []);
});
