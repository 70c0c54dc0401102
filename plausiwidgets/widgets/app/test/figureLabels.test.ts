// Labels of a figure on a screen of any width: the peak, the current and brackets.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Values } from "../src/catalogue.ts";
import type { Scene } from "../src/figure/scene.ts";
import { tracesOf } from "../src/figure/traces.ts";
import { fileHost } from "../src/hosts/file.ts";
import { modelData } from "./catalogue.ts";
import { appOf } from "./harness.ts";

const HOW = { size: 14, dark: false };

/** The scene of a pair at changed values. */
function sceneOf(model: string, pattern: string, change: Values = {}): Scene {
  const data = modelData(model);
  const app = appOf(model, pattern, { host: fileHost({ [model]: data }), data });
  app.scene.peek(); // the axes contain these values when other values are set
  app.selection.put(change);
  app.selection.keep();
  const { value } = app.scene;
  app.close();
  return value;
}

/** The numbers on the left of a panel, from top to bottom. */
function numbersAt(scene: Scene, panel: number): { text: string; y: number }[] {
  const { panels, labels } = tracesOf(scene, 880, 520, HOW);
  const { top, height } = panels[panel];
  return labels
    .filter(({ align, turned, text }) => align === "right" && !turned && /^−?[\d.]+$/.test(text))
    .filter(({ y }) => y >= top - 1 && y <= top + height + 1)
    .sort((a, b) => a.y - b.y);
}

test("a round number close to the peak has no label", () => {
  for (const pattern of ["tonic_bursting", "phasic_spiking"]) {
    const numbers = numbersAt(sceneOf("izhikevich", pattern), 0).map(({ text }) => text);
    assert.deepEqual(numbers.slice(0, 3), ["30", "0", "−20"], pattern);
  }
});

test("the current has both labels with every holding current, and they are apart", () => {
  const cases = [
    ["phasic_spiking", 3, ["3.5", "3"]],
    ["subthreshold_oscillations", 30, ["32", "30"]],
    ["class_2_excitable", 3, ["3.76", "3"]],
    ["inhibition_induced_spiking", 3, ["3", "−2"]],
    ["tonic_spiking", 0, ["14", "0"]],
  ] as const;
  for (const [pattern, holding, expected] of cases) {
    const numbers = numbersAt(sceneOf("izhikevich", pattern, { holding }), 1);
    assert.deepEqual(
      numbers.map(({ text }) => text),
      expected,
      pattern,
    );
    assert.ok(numbers[1].y - numbers[0].y >= HOW.size, pattern);
  }
});

test("the labels of the current are there while the holding current leaves the axis during a drag", () => {
  const data = modelData("izhikevich");
  const app = appOf("izhikevich", "phasic_spiking", { host: fileHost({ izhikevich: data }), data });
  app.scene.peek();
  app.selection.put({ holding: 3 });
  assert.deepEqual(
    numbersAt(app.scene.value, 1).map(({ text }) => text),
    ["3.5", "3"],
  );
  app.close();
});

test("the text of a bracket stays within a figure on a phone", () => {
  const scene = sceneOf("izhikevich", "tonic_bursting");
  const text = "pauses are 1.1 times the intervals inside a burst";
  for (const [from, to] of [
    [0, 800],
    [100, 110],
    [790, 800],
  ]) {
    const marked: Scene = { ...scene, marks: [{ from, to, text, passed: false }] };
    const { labels, panels } = tracesOf(marked, 300, 260, HOW);
    const label = labels.find(({ text: one }) => one.startsWith("pauses"));
    assert.ok(label);
    const wide = 0.5 * HOW.size * label.text.length;
    const left = { left: label.x, center: label.x - wide / 2, right: label.x - wide }[label.align];
    assert.ok(left >= panels[0].left && left + wide <= panels[0].left + panels[0].width, `${from}: ${label.text}`);
    assert.match(label.text, /…$/);
  }
});

test("on a phone the unit of the current is between its labels, and no two labels overlap", () => {
  for (const pattern of ["threshold_variability", "tonic_bursting", "rebound_spike"]) {
    const { labels } = tracesOf(sceneOf("izhikevich", pattern), 378, 240, HOW);
    const rows = labels.filter(({ align, turned, x }) => align === "right" && !turned && x < 80).map(({ y }) => y);
    const gaps = rows.sort((a, b) => a - b).map((y, k) => y - (rows[k - 1] ?? -Infinity));
    assert.ok(Math.min(...gaps) > HOW.size, `${pattern}: ${gaps}`);
    assert.ok(
      labels.some(({ text }) => text === "mV/ms"),
      pattern,
    );
  }
});
