// The plane of a search with its evaluations and the ellipse of CMA-ES.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Cloud,
  distributionAt,
  ellipseOf,
  isPlaneKnown,
  KEPT,
  noCloud,
  planeOf,
  shownEllipse,
  withReply,
} from "../src/models/cloud.ts";
import { noEvaluations, withEvaluations } from "../src/models/search.ts";
import { Cloud as CloudView } from "../src/panels/cloud.tsx";
import { axisTicks, cloudPicture, readCloud } from "../src/panels/cloudPicture.ts";
import { rendered, shown, withCanvases } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const axis = (name: string, low: number, high: number, scale = "linear", linear_width: number | null = null) => ({
  ...{ name, low, high, scale, linear_width },
});
const SPACE = [axis("a", 0, 10), axis("b", -1, 1), axis("c", 0, 1)];
const HOW = { width: 300, height: 300, dark: false, size: 14 };

interface Given {
  readonly mean?: readonly number[];
  readonly covariance?: readonly number[];
  readonly population?: readonly number[];
  readonly spread?: number;
  readonly space?: typeof SPACE;
}

/** A cloud after a reply with some losses, and with values for the last of them. */
function after(before: Cloud, from: number, count: number, rows: readonly number[], given: Given = {}) {
  const { mean = [], covariance = [], population = [], spread = 1, space = SPACE } = given;
  return withReply(
    before,
    { from, spread, ...(from === 0 ? { space } : {}) },
    {
      loss: new Float32Array(count),
      values: Float32Array.from(rows),
      mean: Float64Array.from(mean),
      covariance: Float64Array.from(covariance),
      population: Float32Array.from(population),
    },
  );
}

const placesOf = ({ places, rows, space }: Cloud) => [...places.subarray(0, rows * space.length)];
const evaluationsOf = (losses: number[]) => withEvaluations(noEvaluations(), 0, losses);

test("values are places on the sliders, and a page that is loaded again has the newest ones", () => {
  const begun = after(noCloud(), 0, 2, [5, 0, 1, 10, 1, 0]);
  assert.deepEqual(placesOf(begun), [0.5, 0.5, 1, 1, 1, 0]);
  const next = after(begun, 2, 1, [0, -1, 0]);
  assert.deepEqual([next.first, next.rows, next.space === begun.space], [0, 3, true]);
  // 100 losses, but values only for the last two evaluations
  const late = after(noCloud(), 0, 100, [5, 0, 1, 10, 1, 0]);
  assert.deepEqual([late.first, late.rows], [98, 2]);
  assert.deepEqual(placesOf(after(late, 100, 1, [0, -1, 0])), [0.5, 0.5, 1, 1, 1, 0, 0, 0, 0]);
  // the whole search again, as requested by another page
  assert.deepEqual([after(next, 0, 3, [0, 0, 0, 0, 0, 0, 0, 0, 0]).rows, next.first], [3, 0]);
  const gap = after(next, 50, 1, [5, 0, 1]);
  assert.deepEqual([gap.first, gap.rows], [50, 1]);
});

test("a long search keeps the newest evaluations", () => {
  let cloud = noCloud();
  for (let from = 0; from < 30_000; from += 500) {
    cloud = after(
      cloud,
      from,
      500,
      Array.from({ length: 1500 }, (_, k) => ((from + k / 3) % 100) / 10),
    );
  }
  assert.equal(cloud.first + cloud.rows, 30_000);
  assert.ok(cloud.rows >= KEPT && cloud.rows <= 2 * KEPT + 500);
  assert.ok(cloud.places.length < 40_000);
  assert.ok(Math.abs(cloud.places[(cloud.rows - 1) * 3] - 0.99) < 1e-6);
});

test("the ellipse is at two standard deviations, is bent by another scale, and is folded into the ranges", () => {
  const covariance = [0.04, 0.01, 0, 0.01, 0.01, 0, 0, 0, 1];
  const [ringed] = after(noCloud(), 0, 1, [5, 0, 1], { mean: [0.5, 0.4, 0], covariance }).distributions;
  const { xs, ys } = ellipseOf(ringed, [0, 1]);
  const [p, q, r] = [0.04, 0.01, 0.01];
  for (const [k, x] of xs.entries()) {
    const [u, v] = [x - 0.5, ys[k] - 0.4];
    assert.ok(Math.abs((r * u * u - 2 * q * u * v + p * v * v) / (p * r - q * q) - 4) < 1e-9);
  }
  const scales = [axis("a", 0, 10), axis("b", -10, 10, "asinh", 0.1), axis("c", 0, 1)];
  const run = { mean: [1.2, 0.5, 0], covariance: [1e-4, 0, 0, 0, 1e-4, 0, 0, 0, 1e-4], spread: 8, space: scales };
  const other = after(noCloud(), 0, 1, [5, 0, 1], run);
  const bent = shownEllipse(other, other.distributions[0], [0, 1]);
  assert.ok(Math.abs(Math.max(...bent.xs) - 0.82) < 1e-9, "folded at 1");
  const end = Math.asinh(10 / 0.1);
  const value = 0.8 * Math.sinh(0.04 * Math.asinh(10 / 0.8));
  assert.ok(Math.abs(Math.max(...bent.ys) - (0.5 + Math.asinh(value / 0.1) / end / 2)) < 1e-3, "bent");
});

test("without CMA-ES there is no ellipse, and the population is shown", () => {
  const running = after(noCloud(), 0, 1, [5, 0, 1], { mean: [0, 0, 0], covariance: Array(9).fill(0) });
  const resting = after(running, 1, 1, [5, 0, 1], { population: [5, 0, 1, 10, 1, 0] });
  assert.ok(distributionAt(resting, 1), "in the playback of a short search");
  assert.equal(distributionAt(resting, 2), null);
  assert.deepEqual([...resting.population], [0.5, 0.5, 1, 1, 1, 0]);
  const found = { cloud: resting, evaluations: evaluationsOf([1, 2]) };
  const picture = cloudPicture(found, 2, { ...HOW, plane: [0, 1] });
  const rings = picture.panels[0].layers.filter((layer) => layer.kind === "dots" && layer.edge);
  assert.deepEqual(
    rings.map((layer) => layer.kind === "dots" && layer.xs.length),
    [2, 1, 1],
  );
  assert.ok(picture.labels.some(({ text }) => text === "population"));
  const narrow = cloudPicture(found, 2, { ...HOW, plane: [0, 1], beforeKey: 230 });
  assert.ok(!narrow.labels.some(({ text }) => text === "population"), "the menu of the axis would cover it");
  assert.ok(!picture.panels[0].layers.some(({ kind }) => kind === "line"));
});

test("the plane is that of the first principal axis of the best tenth, and is chosen when there are enough", () => {
  const rows = Array.from({ length: 100 }, (_, k) => [
    5 + (k < 10 ? 0.01 * k : Math.sin(k) * 4),
    0.05 * (k % 10),
    0.1 * (k % 10),
  ]);
  const losses = rows.map((_, k) => k);
  const cloud = after(noCloud(), 0, 100, rows.flat());
  assert.deepEqual(planeOf(cloud, losses), [2, 1]);
  const few = after(noCloud(), 0, 99, rows.slice(0, 99).flat());
  assert.equal(isPlaneKnown(few, false), false);
  assert.equal(isPlaneKnown(few, true), true);
  const later = after(cloud, 100, 100, Array.from({ length: 100 }, (_, k) => [k / 10, 0, 0]).flat());
  assert.deepEqual(planeOf(later, [...losses, ...Array(100).fill(0)]), [2, 1], "later evaluations do not count");
  assert.equal(isPlaneKnown(cloud, false), true);
});

test("dots fade with their age, the best has a ring, and an evaluation has a readout", () => {
  const rows = Array.from({ length: 1000 }, (_, k) => [k / 100, 0, 0.5]).flat();
  const found = {
    cloud: after(noCloud(), 0, 1000, rows),
    evaluations: evaluationsOf(Array.from({ length: 1000 }, (_, k) => 1000 - k)),
  };
  const picture = cloudPicture(found, 500, { ...HOW, plane: [0, 1] });
  const [panel] = picture.panels;
  const dots = panel.layers.filter((layer) => layer.kind === "dots").filter((layer) => !layer.edge);
  const alphas = dots.map(({ alpha }) => alpha);
  assert.deepEqual(
    alphas,
    [...alphas].sort((a, b) => a - b),
  );
  assert.equal(
    dots.reduce((total, { xs }) => total + xs.length, 0),
    500,
  );
  assert.equal(dots.at(-1)?.xs.length, 32);
  const ring = panel.layers.at(-1);
  assert.ok(ring?.kind === "dots" && ring.edge && Math.abs(ring.xs[0] - 0.499) < 1e-6);
  const x = panel.left + ((0.25 + 0.02) / 1.04) * panel.width;
  const reading = readCloud(found, 500, [0, 1], picture, x, panel.top + panel.height / 2);
  assert.equal(reading?.head, "evaluation 251");
  assert.deepEqual(
    reading?.rows.map(({ text }) => text),
    ["a 2.5", "b 0", "this evaluation: 750"],
  );
  assert.equal(readCloud(found, 500, [0, 1], picture, x, panel.top), null);
});

test("an axis has round values on each scale", () => {
  assert.deepEqual(axisTicks(axis("a", 0, 10), 3), [0, 5, 10]);
  assert.deepEqual(axisTicks(axis("a", 0.01, 100, "log"), 4), [0.01, 0.1, 1, 10, 100]);
  const bent = axisTicks(axis("a", -100, 100, "asinh", 0.1), 5);
  assert.deepEqual(
    bent
      .map((x) => -x)
      .reverse()
      .map((x) => x + 0),
    bent.map((x) => x + 0),
  );
  assert.ok(bent.includes(0) && bent.length >= 3 && bent.length <= 6);
});

const record = {
  ...{ model: "izhikevich", pattern: "tonic_spiking", dt: 0.25, seconds: 9, at_bounds: [], status: "", loss: 0.5 },
  best: { a: 0.03 },
};

/** A view of a running search. */
async function begun() {
  const canvases = withCanvases(300, 300);
  const { host, reply } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  app.task.search("values");
  const view = shown(<CloudView {...app} />);
  await rendered();
  const send = (from: number, count: number, space = SPACE) =>
    reply(
      "search",
      "running",
      { search: record, from, ...(from === 0 ? { space } : {}), spread: 1 },
      { loss: new Float32Array(count).fill(1), values: new Float32Array(count * space.length).map((_, k) => k % 7) },
    );
  const end = () => {
    view.remove();
    app.close();
    canvases.restore();
  };
  return { app, view, send, end, canvases };
}

test("the view shows the plane, which the user can change", async () => {
  const { view, send, end, canvases } = await begun();
  assert.equal(view.find("canvas").getAttribute("aria-label"), "Evaluations");
  assert.equal(view.all("select").length, 0);
  send(0, 120);
  await until(() => view.find("canvas").dataset.dots === "120");
  const [y, x] = view.all("select") as HTMLSelectElement[];
  assert.deepEqual([x.getAttribute("aria-label"), y.getAttribute("aria-label")], ["x-axis", "y-axis"]);
  assert.deepEqual(
    [...x.options].map(({ value }) => value),
    ["a", "b", "c"],
  );
  const before = canvases.paintings();
  const [wasX, wasY] = [x.value, y.value];
  x.value = wasY;
  x.dispatchEvent(new Event("change", { bubbles: true }));
  await until(() => canvases.paintings() > before);
  const [newY, newX] = view.all("select") as HTMLSelectElement[];
  assert.deepEqual([newX.value, newY.value], [wasY, wasX], "the axes are swapped");
  assert.equal(view.find("canvas").getAttribute("aria-label"), `Evaluations in the plane of ${wasY} and ${wasX}`);
  send(120, 5);
  await until(() => view.find("canvas").dataset.dots === "125");
  assert.equal((view.all("select")[1] as HTMLSelectElement).value, wasY, "the choice stays");
  end();
});

test("a search with one free parameter has no plane", async () => {
  const { view, send, end } = await begun();
  send(0, 3, [SPACE[0]]);
  await rendered();
  assert.equal(view.all("canvas").length, 0);
  end();
});
