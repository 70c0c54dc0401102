// The parameter plane, the regions of patterns, and the phase plane.

import "./dom.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { effect, signal } from "@preact/signals";
import { patternOf, type Range } from "../src/catalogue.ts";
import { NEURONS, type Neuron } from "../src/engine/neuron.ts";
import { THEMES } from "../src/figure/theme.ts";
import type { CurrentLevel } from "../src/messages.ts";
import { type Selection, slidersOf, stored } from "../src/models/selection.ts";
import { simulationOf } from "../src/models/simulation.ts";
import { PairMenus } from "../src/tools/axisMenus.tsx";
import {
  acceptedShare,
  cellAt,
  deepest,
  edgeAt,
  hasSamePlane,
  judgedCells,
  missedAt,
  outline,
} from "../src/tools/cells.tsx";
import { jobOf, keptIn, rangesFor } from "../src/tools/jobs.ts";
import { ParameterPlane } from "../src/tools/parameterPlane.tsx";
import { createParameterPlane } from "../src/tools/parameterPlaneModel.ts";
import { layersOf } from "../src/tools/parameterPlanePicture.ts";
import { apart, huesOf, regionsOf } from "../src/tools/patternRegions.ts";
import { PhasePlane, SmallPlane } from "../src/tools/phasePlane.tsx";
import { createPhasePlane, type PlaneSource } from "../src/tools/phasePlaneModel.ts";
import { phaseOf, RequestedPhasePlane, rowAt } from "../src/tools/requestedPhasePlane.tsx";
import { catalogue, modelData, result } from "./catalogue.ts";
import { rendered, shown, withCanvases } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const data = modelData("izhikevich");
const selection = stored(data, "tonic_bursting");
const sliders = slidersOf(patternOf(catalogue, data, "tonic_bursting"), data);
const sliderOf = (name: string) => sliders.find((one) => one.name === name) ?? assert.fail(name);

const fileHost = () => hostOf("none", () => false).host;

/** Counts the later calls of a neuron. */
function counted(name: string) {
  const neuron = NEURONS[name];
  const calls = { count: 0 };
  const counting: Neuron = {
    ...neuron,
    simulate(...given) {
      calls.count++;
      return neuron.simulate(...given);
    },
  };
  NEURONS[name] = counting;
  return {
    calls,
    restore() {
      NEURONS[name] = neuron;
    },
  };
}

// -- cells

test("each cell of a plane has the loss of its values, and each row is given", () => {
  const rows: number[] = [];
  const ends: readonly [Range, Range] = [
    [-60, -45],
    [1, 4],
  ];
  const plane = { catalogue, data, selection, sliders: [sliderOf("c"), sliderOf("d")] as const, ends };
  const cells = result(judgedCells(plane, 5, ({ rows: done }) => rows.push(done)));
  assert.deepEqual(rows, [1, 2, 3, 4, 5]);
  assert.ok(cells.loss.includes(0) && cells.loss.some((loss) => loss > 0));
  for (const [row, column] of [
    [0, 0],
    [2, 3],
    [4, 4],
  ]) {
    const values = { ...selection.values, c: cells.x[column], d: cells.y[row] };
    const { verdict } = result(simulationOf(catalogue, data, { ...selection, values }).judging());
    assert.ok(verdict);
    assert.equal(cells.loss[5 * row + column], Math.fround(verdict.loss));
    assert.deepEqual(
      missedAt(cells, row, column),
      verdict.criteria.filter(({ passed }) => !passed).map(({ name }) => name),
    );
  }
  assert.equal(acceptedShare(cells), cells.loss.filter((loss) => loss === 0).length / 25);
});

test("a plane is the same while only its own two values change", () => {
  const moved: Selection = { ...selection, values: { ...selection.values, c: -41 } };
  assert.equal(hasSamePlane(selection, moved, ["c", "d"]), true);
  assert.equal(hasSamePlane(selection, moved, ["a", "d"]), false);
  assert.equal(hasSamePlane(selection, { ...selection, dt: 0.1 }, ["c", "d"]), false);
});

test("an outline goes around a cell inside, and is open at the border of the plane", () => {
  assert.equal(outline((row, column) => row === 1 && column === 1, 3, 3).length, 4);
  assert.equal(outline((row, column) => row === 0 && column === 0, 3, 3).length, 2);
});

test("a letter is in the cell that is farthest from the edges, and not in an empty plane", () => {
  assert.deepEqual(
    deepest(() => true, 5, 5),
    [2, 2],
  );
  assert.equal(
    deepest(() => false, 5, 5),
    null,
  );
});

test("cells at the ends of an axis are half as wide, and a pointer beyond an end is in the last cell", () => {
  assert.deepEqual(
    [0, 1, 3, 4].map((k) => edgeAt(k, 4)),
    [0, 1 / 6, 5 / 6, 1],
  );
  assert.deepEqual(cellAt({ x: [0, 1, 2], y: [0, 1] }, 1, 0), [0, 2]);
});

// -- jobs

test("a job keeps its data while its tool is closed, and an app has one of each kind", () => {
  const { host, reply, asked, cancelled } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const job = jobOf(app, "rate");
  assert.equal(jobOf(app, "rate"), job);
  assert.notEqual(jobOf(appOf(), "rate"), job);
  assert.equal(
    keptIn(app, "number", () => 1),
    keptIn(app, "number", () => 2),
  );
  const fields = { model: "izhikevich", values: {}, dt: 0.1, holding: 0, most: 1, points: 2 };
  const begin = () => job.begin(fields, (_, __, { current = [], rate = [] }) => ({ current, rate }));
  begin();
  assert.equal(job.job.value.state, "running");
  assert.equal(job.job.value.about, app.selection.current.value);
  reply("rate", "running", { done: 1, total: 2 }, { current: [1], rate: [2] });
  assert.deepEqual(
    { ...job.job.value, about: null },
    { state: "running", error: "", done: 1, total: 2, about: null, data: { current: [1], rate: [2] } },
  );
  job.stop();
  assert.equal(job.job.value.state, "stopped");
  reply("rate", "done", {}, { current: [], rate: [] });
  assert.equal(job.job.value.state, "stopped", "a reply after the stop is ignored");
  begin();
  assert.deepEqual(job.job.value.data?.rate, [2], "former data stay until the first reply");
  reply("rate", "failed", { error: "It cannot." });
  assert.equal(job.job.value.error, "It cannot.");
  const requests = asked.filter(({ kind }) => kind === "rate").length;
  assert.deepEqual([requests, cancelled.filter(({ kind }) => kind === "rate").length], [2, 1]);
  begin();
  begin();
  assert.equal(cancelled.at(-1), asked.at(-2), "a request replaces the one before");
  app.close();
});

test("the range of a slider contains its value", () => {
  const app = appOf();
  app.selection.put({ a: 5 });
  assert.equal(rangesFor(app).a[1], 5);
  app.close();
});

// -- the plane of two parameters

test("a choice of the variable on the other axis swaps the axes", async () => {
  let pair: readonly string[] = ["a", "b"];
  const choose = (next: readonly string[]) => {
    pair = next;
  };
  const menus = () => (
    <PairMenus names={["a", "b", "c"]} pair={pair} choose={choose} titleOf={(name) => `${name} (mV)`} />
  );
  const view = shown(menus());
  assert.equal(view.all("label")[0].textContent, "x-axis a (mV)b (mV)c (mV)");
  const select = (k: number, value: string) => {
    const menu = view.all("select")[k] as HTMLSelectElement;
    menu.value = value;
    menu.dispatchEvent(new Event("change", { bubbles: true }));
  };
  select(1, "c");
  assert.deepEqual(pair, ["a", "c"]);
  view.remove();
  const swapped = shown(menus());
  const [x] = swapped.all("select") as HTMLSelectElement[];
  x.value = "c";
  x.dispatchEvent(new Event("change", { bubbles: true }));
  assert.deepEqual(pair, ["c", "a"]);
  swapped.remove();
});

test("a plane of the page is evaluated on finer and finer grids, and again when another parameter changes", async () => {
  const app = appOf("izhikevich", "tonic_spiking", { host: fileHost() });
  const view = shown(<ParameterPlane {...app} />);
  assert.equal(view.find("[role=status]").textContent, "evaluating …");
  assert.equal(view.find(".pw-cells").getAttribute("role"), "group");
  assert.match(view.find(".pw-cells").getAttribute("aria-label") ?? "", /^Plane of \w+ and \w+\. Arrow keys move/);
  assert.equal(view.all("[role=group].pw-tabs").length, 0, "all patterns require a host");
  await until(
    () => /^Pattern shown at .* of 100 grid points · refining …$/.test(view.find("[role=status]").textContent ?? ""),
    20000,
  );
  assert.match(view.find(".pw-at").textContent ?? "", /^b = 0\.2 ms⁻¹, c = −65 mV: loss .*, not met: /);
  app.selection.put({ a: 0.03 });
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "Re-evaluating because other parameters have changed …");
  await until(() => /grid points/.test(view.find("[role=status]").textContent ?? ""), 20000);
  const { calls, restore } = counted("izhikevich");
  view.remove();
  app.close();
  await new Promise((go) => setTimeout(go, 300));
  calls.count = 0;
  await new Promise((go) => setTimeout(go, 100));
  assert.equal(calls.count, 0, "a closed tool stops its evaluation");
  restore();
});

test("an arrow key moves the neuron in the plane, and does not render its menus", async () => {
  const app = appOf("izhikevich", "tonic_spiking", { host: fileHost() });
  const view = shown(<ParameterPlane {...app} />);
  await rendered();
  const words = () => view.find(".pw-at").textContent ?? "";
  const before = words();
  const nodes = [...view.all(".pw-toolrow, .pw-toolrow *")];
  view.find(".pw-cells").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
  await rendered();
  assert.notEqual(words(), before);
  assert.deepEqual([...view.all(".pw-toolrow, .pw-toolrow *")], nodes);
  view.remove();
  app.close();
});

test("the words follow the pointer, and return to the neuron when it leaves", async () => {
  const app = appOf("izhikevich", "tonic_spiking", { host: fileHost() });
  const view = shown(<ParameterPlane {...app} />);
  const words = () => view.find(".pw-at").textContent?.split(":")[0];
  const pointer = async (type: string) => {
    const event = new Event(type, { bubbles: true });
    view.find(".pw-cells").dispatchEvent(Object.assign(event, { buttons: 0, clientX: 0, clientY: 0 }));
    await rendered();
  };
  assert.equal(words(), "b = 0.2 ms⁻¹, c = −65 mV");
  await pointer("pointermove");
  const { b, c } = rangesFor(app);
  assert.equal(words(), `b = ${b[0]} ms⁻¹, c = ${c[1]} mV`.replaceAll("-", "−"));
  await pointer("pointerleave");
  assert.equal(words(), "b = 0.2 ms⁻¹, c = −65 mV");
  view.remove();
  app.close();
});

test("the plane shows the stored sets, but not in practice", async () => {
  const app = appOf("izhikevich", "tonic_spiking", { host: fileHost() });
  const plane = createParameterPlane(app);
  assert.ok(plane.dots.value.length > 0);
  await until(() => app.task.canPractise.value);
  app.task.practise();
  await until(() => app.task.task.value.kind === "practice", 20000);
  assert.deepEqual(plane.dots.value, []);
  app.close();
});

test("the picture of a plane has shades of the loss, or a region and a letter for each pattern", () => {
  const cells = {
    ...{ x: [1, 2], y: [1, 2], rows: 2, criteria: ["latency"], patterns: ["tonic_spiking", "class_1"] },
    ...{ loss: Float32Array.of(0, 1, 4, Number.NaN), unmet: Uint32Array.of(2, 3, 3, 3) },
  };
  const axis = { name: "b", unit: "", scale: "linear", linear_width: null, ends: [1, 2] } as const;
  const regions = regionsOf(cells, { tonic_spiking: { letter: "A" } }, false);
  assert.deepEqual(
    regions.map(({ key, letter, place, inside }) => [key, letter, place, inside]),
    [["tonic_spiking", "A", 0, [0, 0]]],
    "a pattern without cells has no region",
  );
  const of = {
    ...{ cells, axes: [axis, axis] as const, here: [0, 1] as const, dots: [[0.5, 0.5] as const] },
    ...{ isOld: false, regions, words: () => "words" },
  };
  const loss = layersOf({ ...of, showsAll: false }, THEMES.light);
  assert.deepEqual(
    loss.map(({ kind }) => kind),
    ["cells", "line", "dots", "dots"],
  );
  assert.ok(loss[0].kind === "cells");
  assert.deepEqual(loss[0].index, [
    [0, 4],
    [7, -1],
  ]);
  const patterns = layersOf({ ...of, showsAll: true }, THEMES.light);
  assert.deepEqual(
    patterns.map(({ kind }) => kind),
    ["cells", "line", "dots", "dots"],
  );
  assert.ok(patterns[0].kind === "cells");
  assert.deepEqual(patterns[0].index, [
    [0, -1],
    [-1, -1],
  ]);
  assert.deepEqual(patterns[0].words?.()[0], ["words", "words"]);
  assert.deepEqual(
    layersOf({ ...of, cells: null, showsAll: false }, THEMES.light).map(({ kind }) => kind),
    ["dots", "dots"],
  );
});

test("a cell that shows several patterns has the hue of the rarest one, and no two patterns have the same hue", () => {
  const patterns = Array.from({ length: 24 }, (_, k) => `pattern ${k}`);
  const none = 2 ** 24 - 1;
  const unmet = new Uint32Array(9).fill(none - 0b1); // each cell shows the first pattern
  unmet[4] = none - 0b101; // one cell also shows the third pattern
  unmet[8] = none;
  const cells = {
    ...{ x: [0, 1, 2], y: [0, 1, 2], rows: 3, criteria: [], patterns },
    loss: new Float32Array(9),
    unmet,
  };
  const regions = regionsOf(cells, {}, false);
  assert.deepEqual(huesOf(cells, regions), [
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, -1],
  ]);
  assert.deepEqual(regions[1].inside, [1, 1]);
  for (const isDark of [false, true]) {
    const all = regionsOf({ ...cells, unmet: new Uint32Array(9) }, {}, isDark).map(({ colour }) => colour);
    assert.equal(new Set(all).size, 24);
    assert.ok(all.every((colour) => /^#[0-9a-f]{6}$/.test(colour)));
  }
});

test("letters at the edge of a plane are apart, in their order and within the plane", () => {
  assert.deepEqual(apart([10, 12, 50], 10, [0, 100]), [10, 20, 50]);
  assert.deepEqual(apart([95, 96, 99], 10, [0, 100]), [80, 90, 100]);
  assert.deepEqual(apart([1, 1, 1], 80, [0, 100]), [0, 50, 100]);
});

test("a plane of the host has all patterns, and the tab chooses what is requested", async () => {
  const { host, asked, reply } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const view = shown(<ParameterPlane {...app} />);
  await until(() => asked.some(({ kind }) => kind === "plane"));
  const [one, all] = view.all(".pw-tabs button");
  assert.deepEqual(
    [one, all].map((tab) => tab.getAttribute("aria-pressed")),
    ["true", "false"],
  );
  const arrays = { x: [1, 2], y: [1, 2], loss: Float32Array.of(0, 1, 2, 3), unmet: Uint32Array.of(0, 1, 1, 1) };
  reply("plane", "done", { patterns: ["tonic_spiking"], criteria: ["latency"], solved: [], finer: false }, arrays);
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "Pattern shown at 25 % of 4 grid points");
  all.click();
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "evaluating …", "one pattern is not a map of all patterns");
  assert.doesNotMatch(view.find(".pw-at").textContent ?? "", /:/);
  await until(() => asked.findLast(({ kind }) => kind === "plane")?.fields.all === true);
  const patterns = ["tonic_spiking", "tonic_bursting"];
  reply("plane", "running", { patterns, criteria: [], solved: [], finer: false }, arrays);
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "2 of 2 patterns appear in this plane · refining …");
  assert.deepEqual(
    view.all(".pw-planekey li").map(({ textContent }) => textContent),
    ["A Tonic spiking", "C Tonic bursting"],
  );
  view.remove();
  await until(() => jobOf(app, "plane").job.value.state === "stopped"); // closing a tool stops its job
  app.close();
});

// -- the phase plane

const sourceOf = (app: ReturnType<typeof appOf>): PlaneSource => ({
  model: app.selection.data.value.model,
  simulation: app.run.simulation.value,
  trace: app.run.trace.value,
});

test("nullclines are computed again only when the parameters, their current or the axes change", () => {
  const { calls, restore } = counted("izhikevich");
  const app = appOf("izhikevich", "rebound_spike", { host: fileHost() });
  const source = signal<PlaneSource | null>(sourceOf(app));
  const plane = createPhasePlane(source, signal(null), [37, 29]);
  const stop = effect(() => {
    plane.trajectory.value;
    plane.nullclines.value;
    plane.points.value;
  });
  const [nullclines, points, trajectory] = [plane.nullclines.value, plane.points.value, plane.trajectory.value];
  assert.equal(nullclines.length, 2);
  const move = (values: Record<string, number>) => {
    app.selection.put(values);
    const next = sourceOf(app);
    calls.count = 0;
    source.value = next;
    return calls.count;
  };
  const { amplitude } = app.selection.current.value.values;
  assert.equal(move({ amplitude: amplitude * 1.01 }), 1, "only the trajectory is simulated");
  assert.notEqual(plane.trajectory.value, trajectory);
  assert.equal(plane.nullclines.value, nullclines);
  assert.equal(plane.points.value, points);
  assert.ok(move({ b: 0.24 }) > 37 * 29);
  assert.notEqual(plane.nullclines.value, nullclines);
  stop();
  app.close();
  restore();
});

test("the pointer moves the state, and the nullclines follow the current at its time", () => {
  const app = appOf("izhikevich", "tonic_spiking", { host: fileHost() });
  const time = signal<number | null>(null);
  const plane = createPhasePlane(signal(sourceOf(app)), time, [37, 29]);
  const { value: before } = plane.nullclines;
  assert.equal(plane.here.value, null);
  const { current } = app.run.trace.value;
  time.value = -1;
  assert.equal(plane.current.value, current[0]);
  const { value: rest } = plane.nullclines;
  assert.notEqual(rest, before);
  time.value = -2;
  assert.equal(plane.nullclines.value, rest, "the current is the same");
  time.value = 10;
  const later = plane.here.value ?? assert.fail();
  time.value = 20;
  assert.ok((plane.here.value ?? 0) > later);
  app.close();
});

test("the fixed points are those of the equations", () => {
  const app = appOf("izhikevich", "rebound_spike", { host: fileHost() });
  const plane = createPhasePlane(signal(sourceOf(app)), signal(null));
  const { b } = app.selection.current.value.values;
  // The equation of a fixed point is 0.04 v² + 5 v + 140 − b v = 0.
  const roots = [-1, 1].map((sign) => (b - 5 + sign * Math.sqrt((5 - b) ** 2 - 4 * 0.04 * 140)) / 0.08);
  assert.ok(plane.points.value.length > 0);
  for (const { x } of plane.points.value)
    assert.ok(
      roots.some((root) => Math.abs(root - x) < 1e-5),
      `${x} of ${roots}`,
    );
  app.close();
});

test("a neuron of four variables has no phase plane", () => {
  const app = appOf("hodgkin_huxley", "tonic_spiking", { host: fileHost() });
  const plane = createPhasePlane(signal(sourceOf(app)), signal(null));
  assert.deepEqual([plane.trajectory.value, plane.nullclines.value], [null, []]);
  app.close();
});

test("the phase plane has its fixed points in words, which follow the parameters", async () => {
  const app = appOf("izhikevich", "rebound_spike", { host: fileHost() });
  const view = shown(<PhasePlane {...app} />);
  const words = () => view.find("p[role=status]").textContent ?? "";
  assert.equal(view.find("canvas").getAttribute("role"), "img");
  assert.equal(view.find("canvas").getAttribute("aria-label"), "Phase plane");
  await until(() => /^I = 0.*: stable (focus|node) v = .*, saddle v = /.test(words()));
  assert.match(
    view.find(".pw-planekey").textContent ?? "",
    /^v-nullcline.*u-nullcline.*● stable fixed points○ unstable/,
  );
  app.selection.put({ b: 0.3 });
  await until(() => words() === "I = 0 mV/ms: no fixed point here");
  app.selection.put({ a: -0.05 }); // the neuron diverges before the onset
  await until(() => words() === "");
  view.remove();
  app.close();
});

test("the small plane is painted during a drag, and not when its view is removed or nothing changes", async () => {
  await new Promise((go) => setTimeout(go, 200)); // Preact ends the effects of former views only after a frame
  const canvases = withCanvases(200, 100);
  const app = appOf("izhikevich", "tonic_spiking", { host: fileHost() });
  const view = shown(<SmallPlane {...app} />);
  assert.equal(view.find("canvas").getAttribute("aria-hidden"), "true");
  await until(() => canvases.paintings() === 1);
  app.selection.put({ d: 5 });
  app.selection.put({ d: 5.1 });
  await until(() => canvases.paintings() === 2);
  app.verdict.mark(1);
  app.run.pointAt(10);
  await new Promise((go) => setTimeout(go, 100));
  assert.equal(canvases.paintings(), 2);
  app.screen.isDark.value = true;
  assert.equal(canvases.paintings(), 3);
  view.remove();
  app.selection.put({ d: 5.2 });
  await new Promise((go) => setTimeout(go, 100));
  assert.equal(canvases.paintings(), 3);
  canvases.restore();
  app.close();
});

// -- the phase plane of the host

const LEVELS: readonly CurrentLevel[] = [{ text: "0", points: [], nullclines: [2, 0] }];

test("the pieces of each nullcline are separate, and a time is found on the trajectory", () => {
  const reply = {
    names: ["v", "n"],
    labels: ["v", "n"],
    ranges: [],
    usual: 0,
    variables: [],
    sentence: "",
    levels: LEVELS,
  };
  const arrays = {
    "0.0.0": Float32Array.of(1, 2),
    "0.0.1": Float32Array.of(3, 4),
    "0.arrows": new Float32Array(),
    path: new Float32Array(),
  };
  const { lines } = phaseOf("lif", reply, arrays);
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
  const path = Float32Array.of(0, 1, 1, 0, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 10, 2, 2, 0);
  assert.deepEqual([rowAt(path, 1), rowAt(path, 9), rowAt(new Float32Array(), 1)], [0, 2, -1]);
});

test("a phase plane of the host has menus for its variables and currents", async () => {
  const { host, asked, reply } = hostOf();
  const app = appOf("hodgkin_huxley", "tonic_spiking", { host });
  const view = shown(<RequestedPhasePlane {...app} />);
  assert.equal(view.find("p[role=status]").textContent, "simulating …");
  assert.equal(view.find("canvas").getAttribute("aria-label"), "Phase plane");
  assert.equal(view.all("select").length, 0);
  await until(() => asked.some(({ kind }) => kind === "phase"));
  const requests = () => asked.filter(({ kind }) => kind === "phase");
  const { fields } = requests()[0];
  assert.deepEqual([fields.model, fields.pair, fields.others], ["hodgkin_huxley", [], "steady"]);
  const point = { x: -65, y: 0.3, kind: "stable focus", text: "v = −65 mV", eigenvalues: "" };
  const levels = [
    { text: "0", points: [point], nullclines: [0, 0] },
    { text: "10", points: [], nullclines: [0, 0] },
  ];
  const more = {
    ranges: [
      [-90, 40],
      [0, 1],
    ],
    usual: 0,
    variables: ["v", "n", "m"],
    sentence: "It rests.",
  };
  reply("phase", "done", { names: ["v", "n"], labels: ["v", "n"], levels, ...more }, {});
  await rendered();
  assert.equal(view.find("p[role=status]").textContent, "It rests.");
  assert.equal(view.find("canvas").getAttribute("aria-label"), "It rests.");
  assert.equal(view.find(".pw-at").textContent, "stable focus v = −65 mV");
  const [, y, current] = view.all("select") as HTMLSelectElement[];
  current.value = "1";
  current.dispatchEvent(new Event("change", { bubbles: true }));
  await rendered();
  assert.equal(view.find(".pw-at").textContent, "no fixed point here");
  y.value = "m";
  y.dispatchEvent(new Event("change", { bubbles: true }));
  await until(() => requests().length === 2);
  assert.deepEqual(requests()[1].fields.pair, ["v", "m"]);
  app.run.pointAt(12.4);
  await rendered();
  await rendered();
  view.find("input").click();
  await until(() => requests().length === 3);
  assert.deepEqual([requests()[2].fields.others, requests()[2].fields.now], ["now", 12.4]);
  await rendered();
  assert.match(view.find(".pw-toolrow").textContent ?? "", /other variables as at 12 ms$/);
  reply("phase", "done", { names: ["v", "n"], labels: ["v", "n"], levels, ...more, variables: ["v", "n", "h"] }, {});
  await until(() => requests().length === 4);
  assert.deepEqual(requests()[3].fields.pair, [], "the chosen variables are not here");
  view.remove();
  app.close();
});
