// The curve of the loss in a search.

import assert from "node:assert/strict";
import { test } from "node:test";
import { noEvaluations, withEvaluations } from "../src/models/search.ts";
import { objectiveCurve } from "../src/panels/objectiveCurve.ts";
import { withCanvases } from "./dom.ts";

const HOW = { width: 400, height: 200, dark: false, size: 14, zoom: null };

/** A search with losses from an index. */
const searchOf = (from: number, losses: number[], before = noEvaluations(), restarts: number[] = []) => ({
  ...{ id: "a", restarts },
  evaluations: withEvaluations(before, from, Float32Array.from(losses)),
});

test("evaluations that arrive late are drawn, and the line of the best loss contains them", () => {
  const canvases = withCanvases(400, 200);
  const curve = objectiveCurve();
  const later = searchOf(2, [3, 4]);
  curve.picture(later, 4, HOW);
  const whole = searchOf(0, [5, 2, 3, 4], later.evaluations);
  const [{ layers }] = curve.picture(whole, 4, { ...HOW, each: true }).panels;
  const dots = layers.find(({ kind }) => kind === "dots");
  assert.ok(dots?.kind === "dots");
  assert.deepEqual(dots.xs, [1, 2, 3, 4]);
  assert.equal(dots.words?.[2], "this evaluation: 3, best so far: 2");
  const best = layers.find((layer) => layer.kind === "line" && layer.xs.length > 2);
  assert.deepEqual(best?.kind === "line" && best.xs, [1, 2, 2, 4]);
  canvases.restore();
});

test("the axes have room for more evaluations, and grow with them and with a high loss", () => {
  const canvases = withCanvases(400, 200);
  const curve = objectiveCurve();
  const few = searchOf(0, [0.5, 0.4]);
  curve.picture(few, 2, HOW);
  const { x, y } = curve.ranges();
  assert.deepEqual(x, [0.5, 60.5]);
  curve.picture(searchOf(2, Array(100).fill(7), few.evaluations), 102, HOW);
  assert.deepEqual(curve.ranges().x, [0.5, 120.5]);
  assert.ok(curve.ranges().y[1] > y[1]);
  canvases.restore();
});

test("a restart has a line and a name, the goal a label, and an evaluation a readout", () => {
  const canvases = withCanvases(400, 200);
  const curve = objectiveCurve();
  const search = searchOf(0, [2, 1, 3, 0.5], undefined, [2]);
  const picture = curve.picture(search, 4, HOW);
  const texts = picture.labels.map(({ text }) => text);
  for (const text of ["restart 1", "0: all criteria met", "evaluations"]) assert.ok(texts.includes(text), text);
  const [{ left, width, x }] = picture.panels;
  const third = left + ((3 - x.range[0]) / (x.range[1] - x.range[0])) * width;
  const reading = curve.read(search, 4, picture, third);
  assert.equal(reading?.head, "evaluation 3");
  assert.deepEqual(
    reading?.rows.map(({ text }) => text),
    ["best so far: 1", "this evaluation: 3"],
  );
  assert.equal(curve.read(search, 4, picture, left + width), null);
  canvases.restore();
});
