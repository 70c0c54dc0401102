// The rows of spikes under the potential, and a target that does not move during a drag.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../src/app.ts";
import type { Values } from "../src/catalogue.ts";
import { burstsIn } from "../src/engine/features.ts";
import { placesIn } from "../src/figure/painter.ts";
import { plotlyOf } from "../src/figure/plotly.ts";
import { createRowButtons } from "../src/figure/rowButtons.ts";
import { placesOf, rowOf, spanOf } from "../src/figure/rows.ts";
import { frame, type Scene } from "../src/figure/scene.ts";
import { type Traces, tracesOf } from "../src/figure/traces.ts";
import { fileHost } from "../src/hosts/file.ts";
import type { Line } from "../src/models/lines.ts";
import { modelData } from "./catalogue.ts";
import "./dom.ts";
import { appOf, hostOf } from "./harness.ts";

const HOW = { size: 14, dark: false };

function fileOf(model: string, pattern: string): App {
  const data = modelData(model);
  return appOf(model, pattern, { host: fileHost({ [model]: data }), data });
}

const pictureOf = ({ scene }: App): Traces => tracesOf(scene.value, 1000, 500, HOW);

/** The extrema of the target in px. */
function extremaOf(picture: Traces): number[] {
  const [panel] = picture.panels;
  const { py } = placesIn(panel);
  const target = panel.layers.find((layer) => layer.kind === "line" && layer.name?.startsWith("target"));
  assert.ok(target?.kind === "line");
  const heights = Array.from(target.ys).map(py);
  return [py(target.ys[0]), Math.min(...heights), Math.max(...heights)];
}

test("a drag of the rebound spike moves neither the target nor the axes", () => {
  const app = fileOf("izhikevich", "rebound_spike");
  const before = pictureOf(app);
  const extrema = extremaOf(before);
  const trough = () => Math.min(...(app.scene.value.lines.at(-1)?.v ?? []));
  const first = trough();
  for (const b of [0.25, 0.1225, -0.005, -0.1325, -0.26]) {
    app.selection.put({ b });
    const now = pictureOf(app);
    for (const [k, y] of extremaOf(now).entries()) assert.ok(Math.abs(y - extrema[k]) < 1, `${b}: ${y}`);
    assert.deepEqual(now.panels[0].y.range, before.panels[0].y.range);
  }
  assert.ok(trough() < first - 15, "the neuron itself has moved far");
  app.selection.keep();
  const [low] = pictureOf(app).panels[0].y.range;
  assert.ok(low < trough(), "at the end of the drag the axis contains the trace");
  app.close();
});

test("the target of another model is not moved by a drag either", () => {
  const app = fileOf("adex", "tonic_bursting");
  const target = app.run.target.value;
  app.selection.put({ E_L: -80 });
  assert.equal(app.run.target.value, target);
  app.selection.keep();
  assert.equal(app.run.target.value, target);
  app.close();
});

test("a change of the stimulus under the hand keeps the range of time", () => {
  const app = fileOf("izhikevich", "rebound_spike");
  const { x } = app.scene.value;
  app.selection.put({ width: 60 });
  assert.deepEqual(app.scene.value.x, x);
  app.close();
});

test("bursts are cut as the criteria cut them", () => {
  const train = [0, 2, 4, 50, 52, 54, 100, 103];
  assert.deepEqual(burstsIn(train), [
    [0, 4],
    [50, 54],
  ]);
  assert.deepEqual(burstsIn([0, 10, 21, 30, 40]), [], "no pause is twice as long as the intervals");
  assert.deepEqual(burstsIn([0, 2, 50, 52]), [], "doublets are no bursts");
  assert.deepEqual(burstsIn([5, 9, 15, 24], 25), [[5, 24]], "a pattern with one compact burst sets the interval");
});

const lineOf = (spikes: readonly number[], change: Partial<Line> = {}): Line => ({
  ...{ role: "yours", t0: -50, dt: 1, v: new Float64Array(900).fill(-65), current: new Float64Array(900) },
  ...{ spikes, divergedAt: Number.NaN },
  ...change,
});

/** A scene in which the neuron has another line. */
function sceneWith(line: Line): Scene {
  const app = fileOf("izhikevich", "tonic_spiking");
  const scene = app.scene.value;
  app.close();
  return { ...scene, rows: scene.rows.map((row) => (row.role === "yours" ? rowOf(line, "yours", null) : row)) };
}

const textsOf = ({ labels }: Traces) => labels.map(({ text }) => text);

test("each spike has a tick, and Plotly has the same ticks at the same places", () => {
  const app = fileOf("izhikevich", "tonic_bursting");
  const picture = pictureOf(app);
  const [, , target, yours] = picture.panels;
  const ticks = yours.layers.at(-1);
  assert.ok(ticks?.kind === "line");
  const spikes = app.run.trace.value.spikes;
  assert.deepEqual(
    Array.from(ticks.xs).filter((_, k) => k % 3 === 0),
    spikes,
  );
  assert.equal(yours.left, picture.panels[0].left);
  assert.ok(target.top < yours.top && yours.top + yours.height < picture.panels[1].top);
  const { data, layout } = plotlyOf(picture, { zooms: true });
  const traces = data.filter(({ yaxis }) => yaxis === "y4");
  assert.deepEqual(traces.at(-1)?.x, Array.from(ticks.xs));
  assert.ok(traces.every(({ xaxis, hoverinfo }) => xaxis === "x" && hoverinfo === "skip"));
  const [low, high] = layout.yaxis4.domain;
  assert.ok(
    Math.abs((1 - high) * 500 - yours.top) < 1e-9 && Math.abs((1 - low) * 500 - yours.top - yours.height) < 1e-9,
  );
  assert.deepEqual(
    ["target", "yours"].map((text) => textsOf(picture).includes(text)),
    [true, true],
  );
  const bursts = yours.layers[2];
  assert.ok(bursts.kind === "line");
  assert.equal(bursts.xs.length / 6, app.scene.value.rows[1].bursts.length);
  assert.ok(app.scene.value.rows[1].bursts.length >= 10);
  app.close();
});

test("2000 spikes are at most one tick for each pixel", () => {
  const spikes = Array.from({ length: 2000 }, (_, k) => k * 0.25);
  const picture = tracesOf(sceneWith(lineOf(spikes)), 1000, 500, HOW);
  const ticks = picture.panels[3].layers.at(-1);
  assert.ok(ticks?.kind === "line");
  assert.ok(ticks.xs.length / 3 <= picture.panels[3].width);
  assert.equal(ticks.stroke.width, 1);
});

test("a row without spikes, and a row of a neuron that diverges, have a text", () => {
  const silent = tracesOf(sceneWith(lineOf([])), 1000, 500, HOW);
  assert.ok(textsOf(silent).includes("no spikes"));
  const v = new Float64Array(900).fill(-65).fill(Number.NaN, 300);
  const lost = tracesOf(sceneWith(lineOf([10], { v, divergedAt: 250 })), 1000, 500, HOW);
  assert.ok(textsOf(lost).includes("diverges") && !textsOf(lost).includes("no spikes"));
  const unknown = tracesOf(sceneWith(lineOf([], { v: new Float64Array(900).fill(Number.NaN) })), 1000, 500, HOW);
  assert.ok(!textsOf(unknown).includes("no spikes"), "nothing was simulated yet");
});

test("a search has a row for its best, before there is one", () => {
  const { host, reply } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const roles = () => app.scene.value.rows.map(({ role }) => role);
  assert.deepEqual(roles(), ["target", "yours"]);
  app.search.begin("values");
  const begun = { model: "izhikevich", pattern: "tonic_spiking", dt: 0.25, seconds: 9, at_bounds: [], best: null };
  reply("search", "running", { search: begun, from: 0 });
  assert.deepEqual(roles(), ["target", "yours", "best"]);
  const { v, x } = app.scene.value;
  const search = { ...begun, loss: 0.5 };
  const best: Values = { c: -80 };
  reply("search", "running", { search: { ...search, best }, from: 0 });
  assert.ok(app.scene.value.rows[2].spikes.length > 0);
  assert.deepEqual([app.scene.value.v, app.scene.value.x], [v, x], "the best of a search moves no axis");
  app.search.show(false);
  assert.deepEqual(roles(), ["target", "yours"]);
  app.close();
});

test("a click on a row zooms to its spikes, and another click ends the zoom", () => {
  const app = fileOf("izhikevich", "rebound_spike");
  const place = document.createElement("div");
  const { rows } = app.scene.value;
  createRowButtons(app.run, place).put(rows, frame(app.scene.value, 1000, 500));
  const buttons = [...place.querySelectorAll<HTMLButtonElement>("button.pw-spikerow")];
  assert.deepEqual(
    buttons.map(({ title }) => title),
    ["Zoom to the spikes of the target (1 spike)", "Zoom to the spikes of your neuron (1 spike)"],
  );
  buttons[1].click();
  const [begin, end] = app.scene.value.x;
  const [spike] = rows[1].spikes;
  assert.ok(begin < spike && spike < end && end - begin < 0.04 * (rows[1].range[1] - rows[1].range[0]));
  buttons[1].click();
  assert.equal(app.run.zoom.value, null);
  assert.equal(spanOf({ ...rows[1], spikes: [] }), null);
  app.close();
});

test("rows are at least 24 px high for a pointer, and do not overlap", () => {
  const app = fileOf("izhikevich", "tonic_spiking");
  for (const height of [170, 260, 500]) {
    const places = placesOf(frame(app.scene.value, 400, height).rows);
    assert.ok(places.every((one) => one.height >= 24));
    assert.ok(places[0].top + places[0].height <= places[1].top + 1e-9);
  }
  app.close();
});
