// Labels and scales of axes, and strokes and texts of an SVG canvas.

import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOf, shareOf, valueOn } from "../src/engine/scales.ts";
import { labelsOf } from "../src/figure/axes.ts";
import { svgCanvas } from "../src/figure/svg.ts";

test("the labels of an axis are round, in their order, and apart", () => {
  const log = labelsOf({ name: "tau", unit: "ms", scale: "log", linear_width: null, ends: [2, 500] }, 300, 60);
  assert.deepEqual(
    log.map(([value]) => value),
    [2, 10, 100, 500],
  );
  const asinh = labelsOf({ name: "d", unit: "", scale: "asinh", linear_width: 1, ends: [-20, 10] }, 400, 30);
  const values = asinh.map(([value]) => value);
  assert.ok(values.includes(0) && values.includes(10) && values.includes(-10));
  assert.deepEqual(
    values,
    [...values].sort((a, b) => a - b),
  );
});

test("the value at a share of a scale has this share, and stays within the ends", () => {
  for (const scale of ["linear", "log", "asinh"]) {
    const slider = { scale, linear_width: 0.5 };
    const ends = scale === "log" ? ([0.1, 30] as const) : ([-3, 30] as const);
    for (const share of [0, 0.2, 0.5, 1]) {
      assert.ok(Math.abs(shareOf(slider, valueOn(slider, share, ends), ends) - share) < 1e-12);
    }
    assert.ok(valueOn(slider, 1, ends) <= 30);
  }
  assert.deepEqual(endsOf({ low: 1, high: 2 }, 5), [1, 5]);
});

test("strokes on an SVG canvas are elements of it, and texts are escaped", () => {
  const canvas = svgCanvas(100, 50);
  const context = canvas.getContext("2d");
  assert.ok(context);
  context.strokeStyle = "#123456";
  context.setLineDash([4, 2]);
  context.beginPath();
  context.moveTo(1, 2);
  context.lineTo(2.71444, 4);
  context.stroke();
  context.save();
  context.beginPath();
  context.rect(0, 0, 10, 10);
  context.clip();
  context.globalAlpha = 0.5;
  context.fillRect(0, 0, 100, 50);
  context.restore();
  context.font = "15px Inter";
  context.textAlign = "right";
  context.fillText("a < b & c", 20, 10);
  const text = canvas.text("t");
  assert.match(text, /<path d="M1 2L2.71 4" fill="none" stroke="#123456"[^>]*stroke-dasharray="4 2"/);
  assert.match(text, /<clipPath id="clip1">.*<g clip-path="url\(#clip1\)"><path[^>]*opacity="0.5"/);
  assert.match(text, /text-anchor="end"[^>]*>a &#60; b &#38; c</);
  assert.ok(!/clip-path/.test(text.slice(text.indexOf("<text"))));
});
