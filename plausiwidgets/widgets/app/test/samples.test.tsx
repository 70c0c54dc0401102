// The tool Sample solutions, and its keys.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest, nextPoint, Samples, withSets } from "../src/tools/samples.tsx";
import { rendered, shown, withCanvases } from "./dom.ts";
import { appOf, hostOf } from "./harness.ts";

const running = (evaluations: number) => ({ state: "running" as const, names: ["a", "b"], evaluations, volume: null });

test("new sets follow the known ones, and those of the last reply replace them", () => {
  const first = withSets(null, running(10), { values: Float64Array.of(1, 2) });
  const second = withSets(first, running(20), { values: Float64Array.of(3, 4, 5, 6) });
  assert.deepEqual([...second.values], [1, 2, 3, 4, 5, 6]);
  assert.equal(second.count, 3);
  const done = { state: "done" as const, names: ["a", "b"], evaluations: 30, volume: 0.5 };
  const last = withSets(second, done, { values: Float64Array.of(7, 8) });
  assert.deepEqual([last.count, last.volume, ...last.values], [1, 0.5, 7, 8]);
  assert.deepEqual([...withSets(second, running(40), {}).values], [1, 2, 3, 4, 5, 6], "a reply without news");
});

test("an arrow leads to the next point within 45 degrees, if there is one", () => {
  const points = [[0, 0] as const, [10, 2] as const, [5, 40] as const, null, [-8, 1] as const];
  assert.equal(nearest(points, [9, 0], 18), 1);
  assert.equal(nearest(points, [100, 100], 18), -1);
  assert.equal(nextPoint(points, 0, [1, 0]), 1);
  assert.equal(nextPoint(points, 0, [-1, 0]), 4);
  assert.equal(nextPoint(points, 0, [0, -1]), -1);
});

test("samples are drawn, plotted over two parameters, and one is opened by keys", async () => {
  const canvases = withCanvases(600, 400);
  const { host, reply, asked } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const view = shown(<Samples {...app} />);
  const status = view.find("p[role=status]");
  assert.equal(view.find("button").textContent, "Draw 500 samples");
  assert.match(view.find(".pw-lead").textContent ?? "", /^There is rarely just one solution\./);
  assert.equal(status.textContent, "");
  view.find("button").click();
  await rendered();
  assert.deepEqual(asked.findLast(({ kind }) => kind === "samples")?.fields.free, app.selection.free.value);
  assert.equal(view.find("button").textContent, "■ Stop");
  assert.equal(status.textContent, "looking for a first solution …");
  const { a, b, ...others } = app.selection.current.value.values;
  const names = ["a", "b", ...Object.keys(others)];
  const row = (first: number, second: number) => [first, second, ...Object.values(others)];
  const values = Float64Array.of(...row(a, b), ...row(a * 1.5, b * 1.1));
  const fields = { names, evaluations: 12345, volume: 0.03, done: 2, total: 500 };
  reply("samples", "running", fields, { values });
  await rendered();
  assert.match(status.textContent ?? "", /^2 of 500 solutions, 12\u00a0345 evaluations$/);
  assert.equal(view.find("progress").getAttribute("aria-label"), "Sampling");
  assert.deepEqual(
    view.all("select").map((menu) => [...menu.querySelectorAll("option")].map(({ value }) => value)),
    [
      ["a", "b"],
      ["a", "b"],
    ],
  );
  reply("samples", "done", fields, { values });
  await rendered();
  assert.match(status.textContent ?? "", /^2 solutions found.*Solutions occupy 3 % of the search space\.$/);
  assert.equal(view.all("progress").length, 0);
  const plot = view.find("[role=group][data-points]");
  assert.match(plot.getAttribute("aria-label") ?? "", /^Parameter sets plotted over a, b\./);
  assert.equal(view.find(".pw-at").textContent, "Each point is a parameter set that shows the pattern.");
  const press = (key: string) => plot.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  press("ArrowRight");
  await rendered();
  assert.match(view.find(".pw-at").textContent ?? "", /^a = .*Click the point or press Enter to open this set\.$/);
  const picked = view.find(".pw-at").textContent?.startsWith("a = 0.03") ? a * 1.5 : a;
  press("Enter");
  assert.equal(app.selection.current.value.values.a, picked);
  view.remove();
  canvases.restore();
  app.close();
});

test("an error and a stop are in words", async () => {
  const { host, reply } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const view = shown(<Samples {...app} />);
  view.find("button").click();
  reply("samples", "failed", { error: "No solution was found." });
  await rendered();
  assert.equal(view.find("p[role=status]").textContent, "No solution was found.");
  view.find("button").click();
  reply(
    "samples",
    "running",
    { names: ["a"], evaluations: 7, volume: null, done: 1, total: 500 },
    { values: Float64Array.of(1) },
  );
  await rendered();
  view.find("button").click();
  await rendered();
  assert.equal(view.find("p[role=status]").textContent, "Stopped at 1 solutions after 7 evaluations.");
  view.remove();
  app.close();
});
