import assert from "node:assert/strict";
import test from "node:test";
import { createApp } from "../src/app.js";
import { placesIn } from "../src/figure/painter.js";
import { plotlyOf, withAlpha } from "../src/figure/plotly.js";
import { boxed, nearer, ticks } from "../src/figure/scene.js";
import { pictureOf } from "../src/figure/thumbnails.js";
import { readAt, tracesOf } from "../src/figure/traces.js";
import { fileHost } from "../src/hosts/file.ts";
import { simulation, stored } from "../src/models/simulation.js";
import { catalogue, modelData, result } from "./app.mjs";

globalThis.requestAnimationFrame = (act) => setTimeout(act, 0);
globalThis.cancelAnimationFrame = clearTimeout;

const shown = (model, pattern, change = {}) => {
  const data = modelData(model);
  const first = stored(data, pattern);
  return createApp(catalogue, fileHost({ [model]: data }), data, { ...first, values: { ...first.values, ...change } });
};
const HOW = { size: 14, dark: false, example: "example" };

test("a zoom keeps the place under the hand, and stays within the sweep", () => {
  assert.deepEqual(nearer([0, 100], [0, 100], 0.5, 40), [20, 70]);
  assert.deepEqual(nearer([0, 50], [0, 100], 0.5, 0), [0, 25]);
  assert.deepEqual(nearer([80, 100], [0, 100], 2, 100), [60, 100]);
  assert.equal(nearer([10, 90], [0, 100], 1.5, 50), null); // all of it is no zoom
  const [low, high] = nearer([50, 50.001], [0, 100], 0.5, 50);
  assert.ok(high - low >= 0.05 - 1e-12);
});

test("a box that is flat chooses a time, a high one potentials as well, and a click nothing", () => {
  const panel = { left: 10, top: 20, width: 100, height: 200, x: { range: [0, 1000] }, y: { range: [-80, 20] } };
  assert.equal(boxed([50, 50], [53, 52], panel), null);
  assert.deepEqual(boxed([60, 50], [35, 55], panel).zoom, { x: [250, 500], y: null });
  assert.deepEqual(boxed([35, 120], [60, 20], panel).zoom, { x: [250, 500], y: [-30, 20] });
  assert.deepEqual(boxed([35, 50], [900, 50], panel).zoom.x, [250, 1000]); // beyond the edge
});

test("ticks are round numbers within the range", () => {
  assert.deepEqual(ticks([-0.05, 1.02], 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks([-82, 31], 6), [-80, -60, -40, -20, 0, 20]);
});

test("the axis of a figure that is too low for its name has the unit", () => {
  const scene = shown("izhikevich", "tonic_bursting").scene();
  const upright = (height, size) =>
    tracesOf(scene, 540, height, { ...HOW, size })
      .labels.filter(({ turned }) => turned)
      .map(({ text }) => text);
  assert.deepEqual(upright(500, 19), ["potential (mV)"]);
  assert.deepEqual(upright(200, 19), ["mV"]);
});

test("Plotly has the ranges, ticks, texts and places of the light painter", () => {
  const app = shown("izhikevich", "tonic_bursting");
  const picture = tracesOf(app.scene(), 800, 500, HOW);
  const { data, layout, config } = plotlyOf(picture, { zooms: true });
  assert.deepEqual(layout.xaxis.range, picture.panels[0].x.range);
  assert.deepEqual(layout.yaxis.range, picture.panels[0].y.range);
  assert.deepEqual(layout.yaxis.tickvals, picture.panels[0].y.grid);
  assert.equal(layout.xaxis2, undefined); // one axis of time
  assert.deepEqual(
    layout.annotations.map(({ text }) => text),
    picture.labels.map(({ text }) => text),
  );
  const { px, py } = placesIn(picture.panels[0]);
  for (const [axis, to, size] of [
    ["xaxis", px, 800],
    ["yaxis", (v) => 500 - py(v), 500],
  ]) {
    const { range, domain } = layout[axis];
    for (const value of [range[0], 0.3 * range[0] + 0.7 * range[1], range[1]]) {
      const share = (value - range[0]) / (range[1] - range[0]);
      assert.ok(Math.abs((domain[0] + share * (domain[1] - domain[0])) * size - to(value)) < 1e-9);
    }
  }
  assert.deepEqual(
    data.map(({ xaxis, yaxis, name }) => [xaxis, yaxis, name]),
    [
      ["x", "y", "example"],
      ["x", "y", "your neuron"],
      ["x", "y2", undefined], // what is filled
      ["x", "y2", "current"],
    ],
  );
  assert.equal(data[2].fill, "toself");
  const buttons = config.modeBarButtons.flat().map((one) => one.name ?? one);
  assert.deepEqual(buttons, ["zoom2d", "whole", "toImage"]);
});

test("the axis of the current is as wide as what it does, and its height is taken where its step is seen", () => {
  const inhibited = shown("izhikevich", "inhibition_induced_spiking").scene();
  const [low, high] = inhibited.i;
  assert.ok(low > 70 && high < 85, `${inhibited.i}`); // 80, and 75 for a while
  const { panels, labels } = tracesOf(inhibited, 800, 500, HOW);
  assert.equal(panels[1].layers[0].floor, 80);
  assert.ok(["80", "75"].every((text) => labels.some((label) => label.text === text)));
  const phasic = shown("izhikevich", "phasic_spiking").scene(); // its event is a part of the step
  assert.ok(phasic.handles[0].t > phasic.x[0] && phasic.handles[0].t < phasic.x[1]);
});

test("nothing in a text is markup for Plotly", () => {
  const app = shown("izhikevich", "tonic_bursting");
  const picture = tracesOf(app.scene(), 800, 500, { ...HOW, example: '<a href="https://example.org">x</a>' });
  const { data, layout } = plotlyOf(picture, { zooms: true });
  assert.ok(data.every(({ hovertemplate = "" }) => !hovertemplate.replace("<extra></extra>", "").includes("<")));
  assert.ok(layout.annotations.every(({ text }) => !text.includes("<")));
  assert.equal(withAlpha("#0b63b6", 0.5), "rgba(11,99,182,0.5)");
});

test("a zoom is kept through a change of a value, and is left with the pair", () => {
  const app = shown("izhikevich", "tonic_bursting");
  app.zoom(0.5);
  const { x } = app.scene();
  assert.equal(Math.round(x[1] - x[0]), 425);
  app.put({ d: 3 });
  assert.deepEqual(app.scene().x, x);
  app.zoom(0.5, 300);
  app.zoom(100);
  assert.equal(app.store.get().window, null);
  app.close();
});

test("all lines are read at a time, each with the unit of its model", () => {
  const app = shown("izhikevich", "tonic_bursting");
  const rows = readAt(app.scene(), -20, "example");
  assert.deepEqual(
    rows.map(({ text }) => text),
    ["your neuron: −70 mV", "example: −70 mV", "current: 0 mV/ms"],
  );
  const scene = { ...app.scene(), scale: "", unit: "" };
  assert.deepEqual(readAt(scene, -20, "example")[0].text, "your neuron: −70");
});

test("a criterion marks the span that its tape measures, with what was measured", async () => {
  const app = shown("izhikevich", "tonic_bursting");
  const { criteria } = app.store.get().verdict ?? (await new Promise((give) => app.store.on(({ verdict }) => verdict && give(verdict))));
  const marksOf = (key) => {
    app.store.set({ marked: criteria.findIndex((check) => check.key === key) });
    return app.scene().marks.map(({ from, to, text }) => [from, to, text]);
  };
  assert.deepEqual(app.scene().marks, []); // all hold, and none is pointed at
  assert.deepEqual(marksOf("bursts"), [[0, 500, "10 bursts"]]);
  assert.deepEqual(marksOf("quiet_after"), [[600, 800, "0 spikes"]]);
  assert.deepEqual(marksOf("quiet"), [[-50, 0, "0 spikes"]]);
  app.store.set({ marked: -1 });
  app.put({ amplitude: 2 });
  const failed = await new Promise((give) => {
    const look = () => (app.store.get().verdict?.loss > 0 ? give(app.scene().marks) : setTimeout(look, 5));
    look();
  });
  assert.ok(failed.length > 0);
  assert.ok(failed.every(({ passed }) => !passed));
  app.close();
});

test("a potential from 0 to 1 fills its axis", () => {
  const app = shown("izhikevich", "tonic_bursting");
  const { lines } = app.scene();
  const small = lines.map((line) => ({ ...line, v: line.v.map((v) => (v + 80) / 120) }));
  const scene = { ...app.scene(), lines: small, v: [-0.03, 1.03], scale: "" };
  const picture = tracesOf(scene, 800, 500, HOW);
  const { py } = placesIn(picture.panels[0]);
  const line = picture.panels[0].layers.find(({ name }) => name === "your neuron");
  const heights = line.ys.map(py);
  assert.ok(Math.max(...heights) - Math.min(...heights) > 300);
  assert.ok(picture.labels.some(({ text }) => text === "0.5" || text === "0.4"));
  assert.ok(picture.labels.some(({ text }) => text === "potential"));
  const thumbnail = pictureOf(small[1], null, false, [0, 0.2, 1]);
  assert.ok(thumbnail.v[1] - thumbnail.v[0] < 1.2);
});

test("each criterion of each pattern says where it looks, within its sweep", () => {
  const data = modelData("izhikevich");
  for (const key of Object.keys(data.patterns)) {
    const run = simulation(catalogue, data, stored(data, key));
    const { verdict } = result(run.judging());
    for (const { key: name, looks } of verdict?.criteria ?? []) {
      assert.ok(looks.length > 0, `${key}: ${name}`);
      assert.ok(
        looks.every(({ from, to }) => !(from > to)),
        `${key}: ${name}`,
      );
    }
  }
});

test("no text of the figure stands on another one", () => {
  for (const pattern of Object.keys(modelData("morris_lecar").patterns)) {
    const { labels } = tracesOf(shown("morris_lecar", pattern).scene(), 880, 520, HOW);
    const boxes = labels
      .filter(({ turned }) => !turned)
      .map(({ text, x, y, align }) => {
        const wide = 0.5 * HOW.size * text.length;
        const left = { left: x, center: x - wide / 2, right: x - wide }[align];
        return { text, left, right: left + wide, y };
      });
    for (const [k, one] of boxes.entries()) {
      for (const other of boxes.slice(k + 1)) {
        const isOn = one.left < other.right && other.left < one.right && Math.abs(one.y - other.y) < 0.9 * HOW.size;
        assert.ok(!isOn, `${pattern}: ${one.text} and ${other.text}`);
      }
    }
  }
});
