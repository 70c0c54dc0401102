// The scene of a figure, which the canvas and Plotly draw: axes, ticks, zoom, readout and criteria.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../src/app.ts";
import type { Range, Values } from "../src/catalogue.ts";
import { placesIn } from "../src/figure/painter.ts";
import { plotlyOf, withAlpha } from "../src/figure/plotly.ts";
import { type BoxedPanel, boxed, columns, rangesOf, type Scene, ticks } from "../src/figure/scene.ts";
import { pictureOf } from "../src/figure/thumbnails.tsx";
import { readAt, tracesOf } from "../src/figure/traces.ts";
import { fileHost } from "../src/hosts/file.ts";
import type { Line } from "../src/models/lines.ts";
import { stored } from "../src/models/selection.ts";
import { simulationOf } from "../src/models/simulation.ts";
import { nearer } from "../src/models/zoom.ts";
import { catalogue, modelData, result } from "./catalogue.ts";
import { appOf, until } from "./harness.ts";

/** An app without a host. */
function shown(model: string, pattern: string, change: Values = {}): App {
  const data = modelData(model);
  const app = appOf(model, pattern, { host: fileHost({ [model]: data }), data });
  app.selection.put(change);
  return app;
}

/** The scene of a pair with its first stored set. */
function sceneOf(model: string, pattern: string, change: Partial<Scene> = {}): Scene {
  const app = shown(model, pattern);
  const scene = { ...app.scene.value, ...change };
  app.close();
  return scene;
}

const HOW = { size: 14, dark: false };

function existing<T>(value: T | null | undefined): T {
  assert.ok(value !== null && value !== undefined);
  return value;
}

test("a zoom keeps the place under the pointer, and stays within the sweep", () => {
  assert.deepEqual(nearer([0, 100], [0, 100], 0.5, 40), [20, 70]);
  assert.deepEqual(nearer([0, 50], [0, 100], 0.5, 0), [0, 25]);
  assert.deepEqual(nearer([80, 100], [0, 100], 2, 100), [60, 100]);
  assert.equal(nearer([10, 90], [0, 100], 1.5, 50), null, "the whole range is no zoom");
  const [low, high] = existing(nearer([50, 50.001], [0, 100], 0.5, 50));
  assert.ok(high - low >= 0.05 - 1e-12);
});

test("a flat box chooses a range of time, a high box also one of potentials, and a click nothing", () => {
  const panel: BoxedPanel = {
    left: 10,
    top: 20,
    width: 100,
    height: 200,
    x: { range: [0, 1000] },
    y: { range: [-80, 20] },
  };
  assert.equal(boxed([50, 50], [53, 52], panel), null);
  assert.deepEqual(boxed([60, 50], [35, 55], panel)?.zoom, { x: [250, 500], y: null });
  assert.deepEqual(boxed([35, 120], [60, 20], panel)?.zoom, { x: [250, 500], y: [-30, 20] });
  assert.deepEqual(boxed([35, 50], [900, 50], panel)?.zoom.x, [250, 1000], "the box ends at the edge of the panel");
});

test("ticks are round numbers within the range", () => {
  assert.deepEqual(ticks([-0.05, 1.02], 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks([-82, 31], 6), [-80, -60, -40, -20, 0, 20]);
  assert.deepEqual(ticks([-88, 33], 6), [-80, -60, -40, -20, 0, 20]);
  assert.deepEqual(ticks([0, 0.35], 4), [0, 0.1, 0.2, 0.3]);
});

test("a spike of one sample is visible in any number of columns", () => {
  const v = new Float64Array(10000).fill(-65);
  v[5000] = 30;
  const [, vs] = columns(0, 0.1, v, [0, 1000], 200);
  assert.ok(vs.includes(30));
  assert.ok(vs.length <= 500);
});

test("the axis shows a limited part of a line that diverges", () => {
  const about = { span: 15, low: -65, below: null, event: null };
  const line = (v: number[], divergedAt: number): Line => ({
    ...{ role: "yours", t0: 0, dt: 1, v: Float64Array.from(v), current: new Float64Array(v.length), spikes: [] },
    divergedAt,
  });
  assert.ok(rangesOf([line([-65, -50, 1e6], 2)], about).v[1] < 400);
  const target: Line = { ...line([-65, -40, -65], Number.NaN), role: "target" };
  const lost = line([1e6, 1e9, Number.NaN], 0);
  assert.deepEqual(rangesOf([lost, target], about).v, rangesOf([target], about).v, "it diverged before the onset");
});

test("the axis of a figure that is too low for its title has the unit", () => {
  const scene = sceneOf("izhikevich", "tonic_bursting");
  const upright = (height: number) =>
    tracesOf(scene, 540, height, { ...HOW, size: 19 })
      .labels.filter(({ turned }) => turned)
      .map(({ text }) => text);
  assert.deepEqual(upright(500), ["potential (mV)"]);
  assert.deepEqual(upright(200), ["mV"]);
});

test("Plotly has the ranges, ticks, texts and places of the first painter", () => {
  const picture = tracesOf(sceneOf("izhikevich", "tonic_bursting", { targetTitle: "example" }), 800, 500, HOW);
  const { data, layout, config } = plotlyOf(picture, { zooms: true });
  assert.deepEqual(layout.xaxis.range, picture.panels[0].x.range);
  assert.deepEqual(layout.yaxis.range, picture.panels[0].y.range);
  assert.deepEqual(layout.yaxis.tickvals, picture.panels[0].y.grid);
  assert.equal(layout.xaxis2, undefined, "the panels share the axis of time");
  assert.deepEqual(
    layout.annotations.map(({ text }: { text: string }) => text),
    picture.labels.map(({ text }) => text),
  );
  const { px, py } = placesIn(picture.panels[0]);
  const isAtPlace = (axis: string, to: (value: number) => number, size: number) => {
    const { range, domain } = layout[axis];
    for (const value of [range[0], 0.3 * range[0] + 0.7 * range[1], range[1]]) {
      const share = (value - range[0]) / (range[1] - range[0]);
      assert.ok(Math.abs((domain[0] + share * (domain[1] - domain[0])) * size - to(value)) < 1e-9);
    }
  };
  isAtPlace("xaxis", px, 800);
  isAtPlace("yaxis", (v) => 500 - py(v), 500);
  assert.deepEqual(
    data.map(({ xaxis, yaxis, name }) => [xaxis, yaxis, name]),
    [
      ["x", "y", "example"],
      ["x", "y", "your neuron"],
      ["x", "y2", undefined], // the fill of the current
      ["x", "y2", "current"],
      ...["y3", "y4"].flatMap((row) => Array(4).fill(["x", row, ""])), // base line, two lines of the bursts, and ticks
    ],
  );
  assert.equal(data[2].fill, "toself");
  const buttons = config.modeBarButtons
    .flat()
    .map((one: string | { name: string }) => (typeof one === "string" ? one : one.name));
  assert.deepEqual(buttons, ["zoom2d", "whole", "toImage"]);
});

test("the axis of the current is as wide as the current, and its handle is in the visible part of the step", () => {
  const inhibited = sceneOf("izhikevich", "inhibition_induced_spiking");
  const [low, high] = inhibited.i;
  assert.ok(low > 70 && high < 85, `${inhibited.i}`); // the current is 80, and 75 for a while
  const { panels, labels } = tracesOf(inhibited, 800, 500, HOW);
  const [line] = panels[1].layers;
  assert.equal(line.kind === "line" && line.floor, 80);
  assert.ok(["80", "75"].every((text) => labels.some((label) => label.text === text)));
  const phasic = sceneOf("izhikevich", "phasic_spiking"); // the event is a part of the step
  assert.ok(phasic.handles[0].t > phasic.x[0] && phasic.handles[0].t < phasic.x[1]);
});

test("nothing in a text is markup for Plotly", () => {
  const targetTitle = '<a href="https://example.org">x</a>';
  const picture = tracesOf(sceneOf("izhikevich", "tonic_bursting", { targetTitle }), 800, 500, HOW);
  const { data, layout } = plotlyOf(picture, { zooms: true });
  assert.ok(data.every(({ hovertemplate = "" }) => !hovertemplate.replace("<extra></extra>", "").includes("<")));
  assert.ok(layout.annotations.every(({ text }: { text: string }) => !text.includes("<")));
  assert.equal(withAlpha("#0b63b6", 0.5), "rgba(11,99,182,0.5)");
});

test("a zoom stays when a value changes, and the whole sweep is no zoom", () => {
  const app = shown("izhikevich", "tonic_bursting");
  app.run.zoomBy(0.5);
  const { x } = app.scene.value;
  assert.equal(Math.round(x[1] - x[0]), 425);
  app.selection.put({ d: 3 });
  assert.deepEqual(app.scene.value.x, x);
  app.run.zoomBy(0.5, 300);
  app.run.zoomBy(100);
  assert.equal(app.run.zoom.value, null);
  app.close();
});

test("the readout shows all lines at a time, each with the unit of its model", () => {
  const scene = sceneOf("izhikevich", "tonic_bursting", { targetTitle: "example" });
  assert.deepEqual(
    readAt(scene, -20).map(({ text }) => text),
    ["your neuron: −70 mV", "example: −70 mV", "current: 0 mV/ms"],
  );
  const plain = { ...scene, potentialUnit: "", currentUnit: "" };
  assert.deepEqual(readAt(plain, -20)[0].text, "your neuron: −70");
});

test("a criterion marks the span that it evaluates, with the measured value", async () => {
  const app = shown("izhikevich", "tonic_bursting");
  await until(() => app.verdict.verdict.value !== null);
  const { criteria } = existing(app.verdict.verdict.value);
  const marksOf = (key: string) => {
    app.verdict.mark(criteria.findIndex((criterion) => criterion.key === key));
    return app.scene.value.marks.map(({ from, to, text }) => [from, to, text]);
  };
  assert.deepEqual(app.scene.value.marks, [], "all criteria are met, and none is marked");
  assert.deepEqual(marksOf("bursts"), [[0, 500, "10 bursts"]]);
  assert.equal(app.scene.value.isPointed, true);
  assert.deepEqual(marksOf("quiet_after"), [[600, 800, "0 spikes"]]);
  assert.deepEqual(marksOf("quiet"), [[-50, 0, "0 spikes"]]);
  app.verdict.mark(-1);
  app.selection.put({ amplitude: 2 });
  await until(() => (app.verdict.verdict.value?.loss ?? 0) > 0);
  const { marks } = app.scene.value;
  assert.ok(marks.length > 0);
  assert.ok(marks.every(({ passed }) => !passed));
  app.close();
});

test("the scene is the same object until something of it changes", () => {
  const app = shown("izhikevich", "tonic_bursting");
  const first = app.scene.value;
  app.selection.configure({ fixed: ["a"] });
  app.screen.sheet.value = "share";
  assert.equal(app.scene.value, first);
  app.selection.configure({ locked: ["amplitude"] });
  const locked = app.scene.value;
  assert.notEqual(locked, first);
  assert.ok(locked.handles.every(({ name }) => name !== "amplitude"));
  assert.equal(locked.lines, first.lines);
  app.close();
});

test("the axes change at the end of a drag, and never under the hand", () => {
  const app = shown("izhikevich", "phasic_spiking");
  const { x, v, i } = app.scene.value;
  const { amplitude } = app.selection.current.value.values;
  for (const factor of [2, 10, -10]) {
    app.selection.put({ amplitude: factor * amplitude });
    const { x: nowX, v: nowV, i: nowI } = app.scene.value;
    assert.deepEqual([nowX, nowV, nowI], [x, v, i]);
  }
  app.selection.put({ amplitude: 10 * amplitude });
  app.selection.keep();
  const wide = app.scene.value;
  assert.ok(wide.i[1] > 9 * i[1]);
  assert.ok(wide.lines.some(({ current }) => current.some((one) => one === 10 * amplitude)));
  app.selection.undo();
  assert.deepEqual(app.scene.value.i, i);
  app.close();
});

test("the axes contain the kept neuron and no best of a search", () => {
  const app = shown("izhikevich", "rebound_spike");
  const { v } = app.scene.value;
  const low = { ...app.selection.current.value.values, b: -0.26 };
  app.screen.pinned.value = { ...app.selection.current.value, values: low };
  assert.ok(app.scene.value.v[0] < v[0] - 5);
  app.screen.pinned.value = null;
  assert.deepEqual(app.scene.value.v, v);
  app.close();
});

test("a potential from 0 to 1 fills its axis", () => {
  const before = sceneOf("izhikevich", "tonic_bursting");
  const lines = before.lines.map((line) => ({ ...line, v: line.v.map((v) => (v + 80) / 120) }));
  const scene: Scene = { ...before, lines, v: [-0.03, 1.03], potentialUnit: "" };
  const picture = tracesOf(scene, 800, 500, HOW);
  const { py } = placesIn(picture.panels[0]);
  const line = picture.panels[0].layers.find((layer) => layer.kind === "line" && layer.name === "your neuron");
  assert.ok(line?.kind === "line");
  const heights = Array.from(line.ys).map(py);
  assert.ok(Math.max(...heights) - Math.min(...heights) > 300);
  assert.ok(picture.labels.some(({ text }) => text === "0.5" || text === "0.4"));
  assert.ok(picture.labels.some(({ text }) => text === "potential"));
  const thumbnail = pictureOf(lines[1], null, false, [0, 0.2, 1]);
  assert.ok(thumbnail.v[1] - thumbnail.v[0] < 1.2);
});

test("each criterion of each pattern has spans within its sweep", () => {
  const data = modelData("izhikevich");
  for (const key of Object.keys(data.patterns)) {
    const { verdict } = result(simulationOf(catalogue, data, stored(data, key)).judging());
    for (const { key: name, looks = [] } of verdict?.criteria ?? []) {
      assert.ok(looks.length > 0, `${key}: ${name}`);
      assert.ok(
        looks.every(({ from, to }) => !(from > to)),
        `${key}: ${name}`,
      );
    }
  }
});

test("no text of the figure overlaps another", () => {
  for (const pattern of Object.keys(modelData("morris_lecar").patterns)) {
    const { labels } = tracesOf(sceneOf("morris_lecar", pattern), 880, 520, HOW);
    const boxes = labels
      .filter(({ turned }) => !turned)
      .map(({ text, x, y, align }) => {
        const wide = 0.5 * HOW.size * text.length;
        const left = { left: x, center: x - wide / 2, right: x - wide }[align];
        return { text, span: [left, left + wide] as Range, y };
      });
    for (const [k, one] of boxes.entries()) {
      for (const other of boxes.slice(k + 1)) {
        const isAcross = one.span[0] < other.span[1] && other.span[0] < one.span[1];
        const isOver = isAcross && Math.abs(one.y - other.y) < 0.9 * HOW.size;
        assert.ok(!isOver, `${pattern}: ${one.text} and ${other.text}`);
      }
    }
  }
});
