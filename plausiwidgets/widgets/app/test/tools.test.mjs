import assert from "node:assert/strict";
import test from "node:test";
import { endsOf, shareOf, valueOn } from "../src/engine/scales.ts";
import { labelsOf } from "../src/figure/axes.js";
import { svgCanvas } from "../src/figure/svg.js";
import { translate } from "../src/i18n/texts.ts";
import { ofUnit } from "../src/i18n/words.ts";
import { patternOf, simulation, slidersOf, stored } from "../src/models/simulation.js";
import { legendOf, markOf, markWords, SYMBOLS, withRows } from "../src/models/symbols.js";
import { shapeOf } from "../src/models/titles.js";
import { glossing } from "../src/panels/glosses.js";
import { csvOf } from "../src/panels/saving.js";
import { measuredOf } from "../src/panels/verdict.js";
import { acceptedShare, cellAt, deepest, edgeAt, hasSamePlane, judgedCells, missedAt, outline } from "../src/tools/cells.js";
import { holdsOf, judgedProfiles, rateAt } from "../src/tools/curves.js";
import { diagramOf, viewOf } from "../src/tools/onset.js";
import { phaseOf, rowAt } from "../src/tools/requestedPhasePlane.js";
import { nearest, nextPoint, withSets } from "../src/tools/samples.js";
import { catalogue, modelData, result } from "./app.mjs";

const data = modelData("izhikevich");
const selection = stored(data, "tonic_bursting");
const sliders = slidersOf(patternOf(catalogue, data, "tonic_bursting"), data);
const [c, d] = ["c", "d"].map((name) => sliders.find((one) => one.name === name));

test("each cell of a plane that the page judges is what the judge says of its values, and each row is told", () => {
  const rows = [];
  const ends = [
    [-60, -45],
    [1, 4],
  ];
  const cells = result(judgedCells(catalogue, data, selection, c, d, ends, 5, ({ rows: done }) => rows.push(done)));
  assert.deepEqual(rows, [1, 2, 3, 4, 5]);
  assert.ok(cells.loss.includes(0) && cells.loss.some((loss) => loss > 0));
  for (const [row, column] of [
    [0, 0],
    [2, 3],
    [4, 4],
  ]) {
    const values = { ...selection.values, c: cells.x[column], d: cells.y[row] };
    const { verdict } = result(simulation(catalogue, data, { ...selection, values }).judging());
    assert.equal(cells.loss[5 * row + column], Math.fround(verdict.loss));
    assert.deepEqual(
      missedAt(cells, row, column),
      verdict.criteria.filter(({ passed }) => !passed).map(({ name }) => name),
    );
  }
  assert.equal(acceptedShare(cells), cells.loss.filter((loss) => loss === 0).length / 25);
});

test("a plane is the same as long as only its own two values move", () => {
  const moved = { ...selection, values: { ...selection.values, c: -41 } };
  assert.equal(hasSamePlane(selection, moved, ["c", "d"]), true);
  assert.equal(hasSamePlane(selection, moved, ["a", "d"]), false);
  assert.equal(hasSamePlane(selection, { ...selection, dt: 0.1 }, ["c", "d"]), false);
});

test("an outline goes round a cell inside, and is open at the border of the plane", () => {
  const one = (row, column) => row === 1 && column === 1;
  assert.equal(outline(one, 3, 3).length, 4);
  const corner = (row, column) => row === 0 && column === 0;
  assert.equal(outline(corner, 3, 3).length, 2);
});

test("a letter stands in the cell that is deepest inside, and nowhere in an empty plane", () => {
  assert.deepEqual(
    deepest(() => true, 5, 5),
    [2, 2],
  );
  assert.equal(
    deepest(() => false, 5, 5),
    null,
  );
});

test("cells at the ends of an axis are half as wide, and a pointer beyond it means the last one", () => {
  assert.deepEqual(
    [0, 1, 3, 4].map((k) => edgeAt(k, 4)),
    [0, 1 / 6, 5 / 6, 1],
  );
  assert.deepEqual(cellAt({ x: [0, 1, 2], y: [0, 1] }, 1, 0), [0, 2]);
});

test("labels of an axis are round, in their order, and apart", () => {
  const log = labelsOf({ name: "tau", unit: "ms", scale: "log", linear_width: null, ends: [2, 500] }, 300, 60);
  assert.deepEqual(
    log.map(([value]) => value),
    [2, 10, 100, 500],
  );
  const both = labelsOf({ name: "d", unit: "", scale: "asinh", linear_width: 1, ends: [-20, 10] }, 400, 30).map(([value]) => value);
  assert.ok(both.includes(0) && both.includes(10) && both.includes(-10));
  assert.deepEqual(
    both,
    [...both].sort((a, b) => a - b),
  );
});

test("sets that are new follow the others, and the last answer replaces them", () => {
  const names = ["a", "b"];
  const first = withSets(null, { state: "running", names, evaluations: 10, volume: null }, { values: Float64Array.of(1, 2) });
  const second = withSets(first, { state: "running", names, evaluations: 20, volume: null }, { values: Float64Array.of(3, 4, 5, 6) });
  assert.deepEqual([...second.values], [1, 2, 3, 4, 5, 6]);
  assert.equal(second.count, 3);
  const last = withSets(second, { state: "done", names, evaluations: 30, volume: 0.5 }, { values: Float64Array.of(7, 8) });
  assert.deepEqual([last.count, last.volume, ...last.values], [1, 0.5, 7, 8]);
});

test("an arrow goes to the next point within 45 degrees, and to none where there is none", () => {
  const points = [[0, 0], [10, 2], [5, 40], null, [-8, 1]];
  assert.equal(nearest(points, [9, 0], 18), 1);
  assert.equal(nearest(points, [100, 100], 18), -1);
  assert.equal(nextPoint(points, 0, [1, 0]), 1);
  assert.equal(nextPoint(points, 0, [-1, 0]), 4);
  assert.equal(nextPoint(points, 0, [0, -1]), -1);
});

test("a value on a scale has the share that it was made from, and stays within its ends", () => {
  for (const scale of ["linear", "log", "asinh"]) {
    const slider = { scale, linear_width: 0.5 };
    const ends = scale === "log" ? [0.1, 30] : [-3, 30];
    for (const share of [0, 0.2, 0.5, 1]) assert.ok(Math.abs(shareOf(slider, valueOn(slider, share, ends), ends) - share) < 1e-12);
    assert.ok(valueOn(slider, 1, ends) <= 30);
  }
  assert.deepEqual(endsOf({ low: 1, high: 2 }, 5), [1, 5]);
});

test("a number without a unit has neither unit nor brackets behind it", () => {
  const shown = (unit) => [ofUnit(unit), ofUnit(unit, " "), ofUnit(unit, " (", ")")];
  assert.deepEqual(shown("mV"), ["mV", " mV", " (mV)"]);
  for (const unit of ["1", "", undefined]) assert.deepEqual(shown(unit), ["", "", ""]);
});

test("a text with a comma or a quotation mark is quoted in CSV", () => {
  assert.equal(csvOf(["a", "b"], [[1, 'x, "y"']]), 'a,b\n1,"x, ""y"""\n');
});

test("a profile of the page is what the judge says along a slider, and holds from halfway to its neighbours", () => {
  const found = {};
  const ranges = { c: [-60, -40] };
  result(
    judgedProfiles(catalogue, data, selection, [c], ranges, 9, (name, profile) => {
      found[name] = profile;
    }),
  );
  const { values, loss } = found.c;
  const at = values.findIndex((value) => value >= -50);
  const own = { ...selection.values, c: values[at] };
  assert.equal(loss[at], result(simulation(catalogue, data, { ...selection, values: own }).judging()).verdict.loss);
  assert.deepEqual(holdsOf([0, 0.25, 0.5, 0.75, 1], [0, 1, 0, 0, 2]), [
    [0, 0.125],
    [0.375, 0.875],
  ]);
  assert.deepEqual(holdsOf([0, 1], [0, 0]), [[0, 1]]);
});

test("a rate is read between two points of its curve, and nowhere beyond it", () => {
  assert.equal(rateAt([0, 10, 20], [0, 0, 30], 15), 15);
  assert.equal(rateAt([0, 10, 20], [0, 0, 30], 20), 30);
  assert.ok(Number.isNaN(rateAt([0, 10], [0, 5], 11)));
});

test("the diagram of an onset has its rows one after the other, and what is stable apart from what is not", () => {
  const arrays = { stable: [1, 2, NaN, -70, -60, NaN], unstable: [NaN, NaN, 3, NaN, NaN, -50], firing: [4, 5, -65, -66, 20, 21, 0, 9] };
  const found = diagramOf("lif", { currents: [0, 5], points: [], sentences: ["x"] }, arrays);
  assert.deepEqual(found.stable, [
    [1, 2, NaN],
    [-70, -60, NaN],
  ]);
  assert.deepEqual(found.unstable[1], [NaN, NaN, -50]);
  assert.deepEqual(found.firing, [
    [4, 5],
    [-65, -66],
    [20, 21],
    [0, 9],
  ]);
  assert.deepEqual(diagramOf("lif", { currents: [0, 5], points: [], sentences: [] }, { ...arrays, firing: [] }).firing, [[], [], [], []]);
});

test("a diagram shows rest, the onset and what else happens along the current at first", () => {
  const about = { currents: [-60, 100], points: [{ current: 3.8 }, { current: 4 }], firing: [[3.77, 50], [], [], []] };
  const [low, high] = viewOf(about, 0, 14);
  assert.ok(low > -3 && low < 0 && high > 14 && high < 20);
  assert.ok(viewOf({ ...about, points: [{ current: 3.8 }, { current: 90 }] }, 0, NaN)[1] === 100);
  assert.deepEqual(viewOf({ ...about, points: [], firing: [[], [], [], []] }, 0, NaN), [-60, 100]);
});

test("rows of an assessment replace those of the same model and pattern, and an argument stands before what was found", () => {
  const row = { model: "lif", pattern: "tonic_spiking", status: "rejected", state: "running", ruled_out: "" };
  const rows = withRows(withRows(null, [row]), [{ ...row, status: "replicated", state: "done" }]);
  assert.deepEqual(Object.values(rows).map(markOf), ["replicated"]);
  assert.equal(markOf(row), "running");
  assert.equal(markOf({ ...row, ruled_out: "It has no bursts." }), "ruled_out");
});

test("strokes on a canvas of SVG are elements of it, and a text is escaped", () => {
  const canvas = svgCanvas(100, 50);
  const context = canvas.getContext("2d");
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

test("what was measured has no digits that only a computer tells from 0", () => {
  const check = { unit: "mV", low: -Infinity, high: 0.1667 };
  assert.equal(measuredOf({ ...check, value: 2.983e-9 }), "≈ 0 mV");
  assert.equal(measuredOf({ ...check, value: 0.0117 }), "0.0117 mV");
  assert.equal(measuredOf({ ...check, value: 0, high: 0 }), "0 mV");
  assert.equal(measuredOf({ ...check, value: NaN }), "not measurable");
});

test("a stimulus is told from a pattern by its name", () => {
  assert.deepEqual(["stimulus_pulses_7", "stimulus_values", "tonic_spiking"].map(shapeOf), ["pulses", "values", ""]);
});

test("the pieces of each nullcline are told apart, and a time is found on the trajectory", () => {
  const answer = {
    ...{ names: ["v", "n"], labels: ["v", "n"], ranges: [], usual: 0, variables: [], sentence: "" },
    levels: [{ text: "", points: [], nullclines: [2, 0] }],
  };
  const arrays = {
    "0.0.0": Float32Array.of(1, 2),
    "0.0.1": Float32Array.of(3, 4),
    "0.arrows": new Float32Array(),
    path: new Float32Array(),
  };
  const { lines } = phaseOf("lif", answer, arrays);
  assert.deepEqual(
    lines[0].map((pieces) => pieces.map((piece) => [...piece])),
    [
      [
        [1, 2],
        [3, 4],
      ],
      [],
    ],
  );
  const path = Float32Array.of(0, 1, 1, 0, NaN, NaN, NaN, NaN, 10, 2, 2, 0);
  assert.deepEqual([rowAt(path, 1), rowAt(path, 9), rowAt(new Float32Array(), 1)], [0, 2, -1]);
});

test("each status has a symbol and words of its own, and a legend has those that occur", () => {
  const marks = Object.keys(SYMBOLS);
  assert.equal(new Set(Object.values(SYMBOLS)).size, marks.length);
  assert.equal(new Set(marks.map(markWords)).size, marks.length);
  const words = legendOf(["rejected", "replicated", "rejected", "running"]).map(({ symbol, words: one }) => `${symbol} ${one}`);
  assert.deepEqual(words, ["✓ verified", "✗ not found"]);
  assert.equal(markOf({ status: "failed", state: "done", cannot: "" }), "failed");
});

const marked = (parts) => parts.filter((part) => typeof part !== "string").map(({ props }) => [props.children].flat().join(""));

test("a term is marked at its first use, the longest form first, and not within another word", () => {
  const glossed = glossing();
  assert.deepEqual(marked(glossed("regular intervals (CV)")), ["CV"]);
  assert.deepEqual(marked(glossed("Coefficient of variation (CV) of the interspike intervals")), ["interspike intervals"]);
  assert.deepEqual(marked(glossing()("saddle-node on an invariant circle (SNIC)")), ["saddle-node on an invariant circle"]);
  assert.deepEqual(marked(glossing()("subcritical Hopf, then a saddle")), ["subcritical Hopf", "saddle"]);
  assert.deepEqual(marked(glossing()("sagging glossary")), []);
  assert.deepEqual(marked(glossing()("subcritical Hopf, subcritical Hopf")), ["subcritical Hopf"]);
});

test("German texts have glosses too, in their inflections", (t) => {
  t.after(() => translate("en", {}));
  translate("de", { "fixed point*": "Fixpunkt*", "nullcline*|*-nullcline": "Nullkline*|*-Nullkline" });
  assert.deepEqual(marked(glossing()("stabile Fixpunkte und die v-Nullkline")), ["Fixpunkte", "v-Nullkline"]);
});
