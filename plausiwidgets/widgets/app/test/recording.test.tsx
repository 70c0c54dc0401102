// The tool Recording: files, sweeps, detected spikes, and the comparison with a neuron.

import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";
import { agree, assign, chosenOf, readingOf, readRecording, weigh } from "../src/tools/reading.ts";
import { isBeingRead, RecordingFigure } from "../src/tools/recorded.tsx";
import { Recording } from "../src/tools/recording.tsx";
import { criteriaOf, recordedPicture, type Sweep, sweepsOf } from "../src/tools/recordingSweeps.ts";
import { modelData } from "./catalogue.ts";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf } from "./harness.ts";

/** An app that records its requests about recordings, and the patterns that it opens. */
function readerOf() {
  const { host, asked } = hostOf();
  const whole = appOf("lif", "tonic_spiking", { host });
  const chosen: string[] = [];
  const data = signal(modelData("lif"));
  const choose = async (_: string, pattern: string) => {
    chosen.push(pattern);
    return true;
  };
  const app = { ...whole, selection: { ...whole.selection, data, choose } };
  const questions = () => asked.filter(({ kind }) => kind === "recording");
  return { app, questions, chosen, state: readingOf(app), data };
}

const fileOf = (name: string) => new File([new Uint8Array(8)], name);
const sweep = (number: number) => ({
  ...{ name: `sweep ${number}`, numbers: [number], protocol: "holding 0 pA", begin: 0 },
});
const criterion = (of: string, more: object = {}) => ({
  ...{ of, sweep: "", name: of, text: "", unit: "mV", low: 1, high: "Infinity" as const, shaped: false },
  ...more,
});
const found = {
  ...{ choices: {}, columns: {}, unit: "pA", held_out: "", left_out: ["times"], firing: null, notes: [] },
  ...{ pattern: "", sweeps: [sweep(0), sweep(3)], criteria: [criterion("rest"), criterion("times")] },
};
const done = (pattern: string, more: object = {}) => ({ ...found, state: "done", pattern, ...more });

test("a reply about a file is dropped if another file was opened meanwhile", async () => {
  const { app, questions, chosen, state } = readerOf();
  await readRecording(app, [fileOf("a.csv")]);
  assert.equal(app.screen.tool.value, "data");
  const reading = readRecording(app, [fileOf("b.csv")]);
  questions()[0].listener(done("of_a"), {});
  assert.equal(state.value.isBusy, true);
  await reading;
  questions()[0].listener({ state: "failed", error: "a is no recording" }, {});
  assert.deepEqual([state.value.isBusy, state.value.notice, chosen], [true, "", []]);
  questions()[1].listener(done("of_b"), {});
  assert.deepEqual([state.value.isBusy, state.value.pattern, chosen], [false, "of_b", []]);
  agree(app);
  assert.deepEqual(chosen, ["of_b"]);
  app.close();
});

test("the error of a file does not appear if another file was opened meanwhile", async () => {
  const { app, state } = readerOf();
  let fail = () => {};
  const removed = new Promise<ArrayBuffer>((_, reject) => {
    fail = () => reject(new Error("The file was removed."));
  });
  const reading = readRecording(app, [Object.assign(fileOf("a.csv"), { arrayBuffer: () => removed })]);
  await readRecording(app, [fileOf("b.csv")]);
  fail();
  await reading;
  const { file, isBusy, notice } = state.value;
  assert.deepEqual([file?.name, isBusy, notice], ["b.csv", true, ""]);
  app.close();
});

test("the app does not wait after the end of a request", async () => {
  for (const end of ["stopped", "superseded", "failed"]) {
    const { app, questions, state } = readerOf();
    await readRecording(app, [fileOf("a.csv")]);
    questions()[0].listener({ state: "running" }, {});
    assert.equal(state.value.isBusy, true);
    questions()[0].listener({ state: end }, {});
    assert.equal(state.value.isBusy, false);
    app.close();
  }
});

test("a file that is too large replaces the one before", async () => {
  const { app, questions, chosen, state } = readerOf();
  await readRecording(app, [fileOf("a.csv")]);
  await readRecording(app, [Object.defineProperty(fileOf("large.abf"), "size", { value: 2e7 })]);
  const { file, bytes, isBusy, notice } = state.value;
  assert.deepEqual([file, bytes, isBusy], [null, null, false]);
  assert.match(notice, /^large.abf has 20 MB/);
  questions()[0].listener(done("of_a"), {});
  assert.deepEqual(chosen, []);
  app.close();
});

test("Python gets the choices of the user, without those that are the default", async () => {
  const { app, questions, chosen, state } = readerOf();
  await readRecording(app, [fileOf("a.abf")]);
  questions()[0].listener(done("usual"), {});
  assert.deepEqual(
    [...state.value.weights],
    [
      ["rest", 1],
      ["times", 0],
    ],
  );
  assert.deepEqual(chosenOf(state.value), {});
  weigh(state, "rest", 0.5);
  weigh(state, "times", 1);
  assign(state, "sweep 3", "predicted");
  agree(app);
  const { compare, sweeps, holdout } = questions()[1].fields;
  assert.deepEqual({ compare, sweeps, holdout }, { compare: { rest: 0.5, times: 1 }, sweeps: [0], holdout: [3] });
  assert.deepEqual(chosen, []);
  questions()[1].listener(done("chosen", { held_out: "others" }), {});
  assert.deepEqual([chosen, state.value.heldOut, state.value.weights.get("rest")], [["chosen"], "others", 0.5]);
  assert.equal(state.value.agreed, JSON.stringify(chosenOf(state.value)));
  app.close();
});

test("a return to the defaults and another model require a new pattern, which a later choice of the user replaces", async () => {
  const { app, questions, chosen, state, data } = readerOf();
  await readRecording(app, [fileOf("a.abf")]);
  questions()[0].listener(done("usual"), {});
  agree(app);
  assert.deepEqual([questions().length, chosen], [1, ["usual"]]);
  weigh(state, "rest", 0.5);
  agree(app);
  questions()[1].listener(done("chosen"), {});
  weigh(state, "rest", 1);
  agree(app);
  questions()[2].listener(done("usual"), {});
  data.value = modelData("adex");
  agree(app);
  assert.deepEqual([questions()[3].fields.model, questions()[3].fields.compare], ["adex", undefined]);
  app.selection.setOut(); // starts opening another pattern
  questions()[3].listener(done("of_adex"), {});
  assert.deepEqual(chosen, ["usual", "chosen", "usual"]);
  app.close();
});

const floats = (...numbers: number[]) => Float32Array.from(numbers);
const samples = {
  "0.t": floats(0, 1, 2, 3),
  "0.v": floats(-60, 20, -70, -60),
  "0.current": floats(0, 0.1, 9.9, 10),
  "0.protocol": floats(0, 0, 1.5, 0, 1.5, 10, 3, 10),
  "0.spikes": Float64Array.of(0.8),
};

test("the picture of a sweep has the recording, the detected spikes and the stimulus", () => {
  const [one] = sweepsOf({ sweeps: [sweep(0)] }, samples);
  const pictureOf = (of: Sweep) => recordedPicture(of, 400, 250, null, { isDark: false, size: 14, unit: "pA" });
  const [potential, current, ...more] = pictureOf(one).panels;
  const shapes = [potential, current].map(({ layers }) =>
    layers.map((layer) => [layer.kind, "xs" in layer && layer.xs.length]),
  );
  assert.deepEqual(shapes, [
    [
      ["line", 4],
      ["dots", 1],
    ],
    [
      ["line", 4],
      ["line", 4],
    ],
  ]);
  assert.equal(more.length, 0);
  assert.ok(current.top > potential.top + potential.height);
  const [, stimulus] = current.layers;
  assert.deepEqual("ys" in stimulus && stimulus.ys, [0, 0, 10, 10]);
  assert.equal(pictureOf({ ...one, v: floats(), current: floats(), corners: floats() }).panels.length, 1);
});

test("an infinite end of a range is a text in a reply", () => {
  const [{ low, high }] = criteriaOf({ criteria: [criterion("course", { low: "-Infinity", high: 3 })] });
  assert.deepEqual([low, high], [Number.NEGATIVE_INFINITY, 3]);
});

test("all views of an app show the file, its units and its features", async () => {
  const { app, questions } = readerOf();
  const views = [shown(<Recording {...app} />), shown(<Recording {...app} />)];
  assert.equal(isBeingRead(app), false);
  const texts = (selector: string) => views.map(({ find }) => find(selector).textContent);
  assert.match(texts(".pw-drop")[0] ?? "", /^Drop or open a CSV, ATF, ABF or NWB file/);
  await readRecording(app, [fileOf("a.csv")]);
  await rendered();
  assert.deepEqual(texts("[role=status]"), ["reading …", "reading …"]);
  questions()[0].listener(done("", { sweeps: [], criteria: [], choices: { v: ["mV", "V"] } }), {});
  await rendered();
  const [view] = views;
  assert.equal(view.find(".pw-at").textContent, "What are the units of a.csv?");
  const menu = view.find<HTMLSelectElement>("select");
  menu.value = "V";
  menu.dispatchEvent(new Event("change", { bubbles: true }));
  view.find(".pw-toolrow button").click();
  assert.deepEqual(questions()[1].fields.units, { v: "V" });
  questions()[1].listener(done("of_a"), samples);
  await rendered();
  assert.deepEqual(texts("[role=status]")[1], "Check the data read from the file, and correct them if necessary.");
  const chips = () => view.all("[role=group][aria-label=Sweeps] button");
  assert.deepEqual(
    chips().map((chip) => chip.getAttribute("aria-label")),
    ["sweep 0: used for fitting", "sweep 3: used for fitting"],
  );
  const features = () => view.all(".pw-compare li").map(({ className }) => className);
  assert.deepEqual(features(), ["", "off"]);
  assert.match(view.find(".pw-compare li div").textContent ?? "", /^≥ 1 mV$/);
  const box = view.find("input[type=checkbox]");
  box.click();
  await rendered();
  assert.deepEqual(features(), ["off", "off"]);
  assert.equal(view.find(".pw-wrong").textContent, "Select at least one feature to compare.");
  assert.equal(view.find<HTMLButtonElement>(".pw-agree").disabled, true);
  for (const one of views) one.remove();
  app.close();
});

test("until a recording is the target, the figure shows the recording", async () => {
  const { app, questions, chosen } = readerOf();
  const view = shown(<Recording {...app} />);
  await readRecording(app, [fileOf("a.csv")]);
  assert.equal(isBeingRead(app), false);
  questions()[0].listener(done("of_a"), samples);
  await rendered();
  assert.equal(isBeingRead(app), true);
  const figure = shown(<RecordingFigure {...app} />);
  const label = figure.find("canvas[role=img]").getAttribute("aria-label") ?? "";
  assert.match(label, /^sweep 0 as read from the file: holding/);
  assert.equal(figure.find("b").textContent, "a.csv, sweep 0");
  assert.deepEqual(
    figure.all(".pw-recordedkey span").map(({ className }) => className),
    ["v", "current", "spikes", "injected"],
  );
  assert.equal(view.all("canvas").length, 0);
  agree(app);
  await rendered();
  assert.deepEqual([isBeingRead(app), chosen, view.all("canvas").length], [false, ["of_a"], 1]);
  for (const one of [figure, view]) one.remove();
  app.close();
});

test("the main button of the tool is above everything that was read", async () => {
  const { app, questions } = readerOf();
  const view = shown(<Recording {...app} />);
  await readRecording(app, [fileOf("a.csv")]);
  questions()[0].listener(done("of_a"), samples);
  await rendered();
  const [first] = view.all("button, select, input:not([type=file])");
  assert.equal(first.textContent, "Use as target");
  view.remove();
  app.close();
});

test("held-out sweeps are evaluated once the recording is the target", async () => {
  const { app, questions, chosen } = readerOf();
  const view = shown(<Recording {...app} />);
  await readRecording(app, [fileOf("a.csv")]);
  questions()[0].listener(done("of_a"), samples);
  await rendered();
  view.find("[aria-label='Next sweep']").click();
  await rendered();
  assert.equal(view.find<HTMLButtonElement>("[aria-label='Next sweep']").disabled, true);
  const role = view.find<HTMLSelectElement>(".pw-sweeprole");
  role.value = "predicted";
  role.dispatchEvent(new Event("change", { bubbles: true }));
  await rendered();
  assert.equal(view.find("[aria-current=true]").getAttribute("aria-label"), "sweep 3: held out for validation");
  const agreeing = view.find(".pw-agree");
  assert.equal(agreeing.textContent, "Use as target");
  agreeing.click();
  questions()[1].listener(done("fitted", { held_out: "others" }), samples);
  await rendered();
  assert.equal(agreeing.textContent, "Apply changes");
  assert.equal(view.find("[role=status]").textContent, "a.csv is the target.");
  const [, evaluate] = view.all(".pw-agreement button");
  assert.equal(evaluate.textContent, "Evaluate held-out sweeps");
  evaluate.click();
  assert.deepEqual(chosen, ["fitted", "others"]);
  view.remove();
  app.close();
});

const firing = { level: 0, count: 1, sweeps: 2, first: "sweep 3", time: 56.2, rate: 4.1 };

test("nothing is compared before the user has stated whether the cell fires spontaneously", async () => {
  const { app, questions, state } = readerOf();
  const view = shown(<Recording {...app} />);
  await readRecording(app, [fileOf("a.abf")]);
  questions()[0].listener(done("usual", { firing, notes: ["first", "second"] }), samples);
  await rendered();
  assert.match(
    view.find(".pw-firing p").textContent ?? "",
    /holding current of 0 pA in 1 of 2 sweeps, first in sweep 3/,
  );
  assert.equal(view.all(".pw-compare").length + view.all(".pw-agree").length, 0);
  const texts = view.all(".pw-notes li").map(({ textContent }) => textContent);
  assert.deepEqual(texts, ["second"]);
  const [yes, no] = view.all(".pw-firing button");
  no.click();
  assert.equal(questions()[1].fields.spontaneous, false);
  questions()[1].listener({ state: "failed", error: "each sweep fires" }, {});
  await rendered();
  // A statement that the recording contradicts is withdrawn.
  assert.deepEqual([state.value.isSpontaneous, view.find("[role=status]").textContent], [null, "each sweep fires"]);
  yes.click();
  assert.equal(questions()[2].fields.spontaneous, true);
  questions()[2].listener(done("spontaneous", { firing, notes: ["first"] }), samples);
  await rendered();
  assert.equal(view.all(".pw-agree").length, 1);
  assert.deepEqual(
    view.all(".pw-firing button").map((one) => one.getAttribute("aria-pressed")),
    ["true", "false"],
  );
  view.remove();
  app.close();
});

test("several files are the sweeps of one cell, and the potential is corrected", async () => {
  const { app, questions } = readerOf();
  const view = shown(<Recording {...app} />);
  await readRecording(app, [fileOf("a.csv"), fileOf("b.csv")]);
  const { name, names, sizes } = questions()[0].fields;
  assert.deepEqual([name, names, sizes], ["a.csv and 1 more", ["a.csv", "b.csv"], [8, 8]]);
  questions()[0].listener(done("of_both"), samples);
  await rendered();
  const junction = view.find<HTMLInputElement>(".pw-corrections input");
  assert.equal(junction.value, "0");
  junction.value = "12.5";
  junction.dispatchEvent(new Event("change", { bubbles: true }));
  const { junction_potential: potential, series_resistance: resistance } = questions()[1].fields;
  assert.deepEqual([potential, resistance], [12.5, undefined]);
  view.remove();
  app.close();
});
