// The tool Onset of firing: its diagram, its sentence and its currents.

import assert from "node:assert/strict";
import { test } from "node:test";
import { diagramOf, Onset, viewOf } from "../src/tools/onset.tsx";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const floats = (...numbers: number[]) => Float64Array.from(numbers);
const { NaN: none } = Number;

test("the diagram has the rows of the arrays, for stable and unstable fixed points", () => {
  const arrays = {
    stable: floats(1, 2, none, -70, -60, none),
    unstable: floats(none, none, 3, none, none, -50),
    firing: floats(4, 5, -65, -66, 20, 21, 0, 9),
  };
  const reply = { currents: [0, 5] as const, points: [], sentences: ["x"] };
  const found = diagramOf("lif", reply, arrays);
  assert.deepEqual(found.stable, [
    [1, 2, none],
    [-70, -60, none],
  ]);
  assert.deepEqual(found.unstable[1], [none, none, -50]);
  assert.deepEqual(found.firing, [
    [4, 5],
    [-65, -66],
    [20, 21],
    [0, 9],
  ]);
  assert.deepEqual(diagramOf("lif", reply, { ...arrays, firing: floats() }).firing, [[], [], [], []]);
});

test("at first the diagram shows rest, the onset and the other bifurcations", () => {
  const about = {
    currents: [-60, 100] as const,
    points: [{ current: 3.8 }, { current: 4 }],
    firing: [[3.77, 50], [], [], []] as const,
  };
  const [low, high] = viewOf(about, 0, 14);
  assert.ok(low > -3 && low < 0 && high > 14 && high < 20);
  assert.ok(viewOf({ ...about, points: [{ current: 3.8 }, { current: 90 }] }, 0, none)[1] === 100);
  assert.deepEqual(viewOf({ ...about, points: [], firing: [[], [], [], []] }, 0, none), [-60, 100]);
});

test("the onset is in words, and other currents can be typed", async () => {
  const { host, reply, asked } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const view = shown(<Onset {...app} />);
  const status = view.find("[role=status]");
  assert.equal(status.querySelector("p")?.textContent, "simulating …");
  const label = () => view.find("canvas[role=img]").getAttribute("aria-label");
  assert.equal(label(), "Fixed points and firing as a function of the current");
  const requests = () => asked.filter(({ kind }) => kind === "bifurcations");
  await until(() => requests().length === 1);
  assert.equal(requests()[0].fields.currents, undefined);
  const points = [{ kind: "saddle-node", current: 3.8, potential: -60, text: "at 3.8" }];
  const sentences = ["Firing starts at a saddle-node bifurcation."];
  reply("bifurcations", "done", { currents: [-10, 40], points, sentences, onset: "class 1" }, {});
  await rendered();
  assert.equal(status.querySelector("p")?.textContent, sentences[0]);
  assert.equal(label(), sentences[0]);
  const items = view.all(".pw-planekey li").map(({ textContent }) => textContent);
  assert.deepEqual(items, [
    "stable fixed points",
    "unstable fixed points",
    "maximum and minimum potential during firing",
    "○ saddle-node: at 3.8",
    "your holding current plus amplitude",
  ]);
  const [from, to] = view.all("input").map((one) => one as HTMLInputElement);
  assert.deepEqual([from.value, to.value], ["-10", "40"]);
  to.value = "20";
  to.dispatchEvent(new Event("change", { bubbles: true }));
  await until(() => requests().length === 2);
  assert.deepEqual(requests()[1].fields.currents, [-10, 20]);
  reply("bifurcations", "failed", { error: "The currents must be different." });
  await rendered();
  assert.equal(status.querySelector("p")?.textContent, "The currents must be different.");
  view.remove();
  app.close();
});
