// The tool Atlas: axes, representative responses, and the search that fills the grid.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AtlasAxis } from "../src/catalogue.ts";
import { stored } from "../src/models/selection.ts";
import { Atlas, namelessOf } from "../src/tools/atlas.tsx";
import { type Behaviour, filling, placeOf, stepOf } from "../src/tools/atlasSearch.ts";
import { catalogue, modelData, result } from "./catalogue.ts";
import { rendered, shown, withCanvases } from "./dom.ts";
import { appOf, until } from "./harness.ts";

const izhikevich = modelData("izhikevich");
const atlas = catalogue.atlas ?? assert.fail();
const axisOf = (name: string): AtlasAxis => atlas.axes.find(({ key }) => key === name) ?? assert.fail();
const axes = [axisOf("rate"), axisOf("irregularity")] as const;
const of = { catalogue, atlas, data: izhikevich, dt: 0.25, axes };

function filled(count: number, seed = 0): Behaviour[] {
  const found: Behaviour[] = [];
  const base = Object.fromEntries(izhikevich.parameters.map(({ name, default: usual }) => [name, usual]));
  const work = filling(of, base, seed, (one) => found.push(one));
  while (found.length < count && !work.next().done);
  return found;
}

test("the values of the axes are those of the spike train", () => {
  const { values } = stored(izhikevich, "tonic_spiking");
  const simulation = stepOf(of, values) ?? assert.fail();
  const { verdict } = result(simulation.judging());
  const valueOf = (name: string) => verdict?.criteria.find(({ key }) => key === name)?.value;
  const spikes = simulation.trace("yours").spikes.filter((time) => time >= 0 && time < 1000);
  assert.equal(valueOf("rate"), spikes.length);
  assert.equal(valueOf("latency"), spikes[0]);
});

test("a place on an axis counts cells, and the outer cells contain what is beyond", () => {
  const [rate] = axes;
  const cells = rate.edges.length + 1;
  assert.equal(placeOf(rate, rate.low / 2), 0);
  assert.equal(placeOf(rate, 2 * rate.high), cells);
  assert.equal(Math.round(placeOf(rate, rate.edges[4])), 5);
  assert.ok(Number.isNaN(placeOf(rate, Number.NaN)));
});

test("each representative is in its cell, and the same seed finds the same ones", () => {
  const found = filled(6);
  for (const { column, row, measured } of found) {
    const cells = axes.map((axis, i) => Math.min(Math.floor(placeOf(axis, measured[i])), axis.edges.length));
    assert.deepEqual(cells, [column, row]);
  }
  assert.deepEqual(filled(6), found);
  assert.notDeepEqual(filled(6, 1), found);
});

test("the responses without a name that are farthest from those with one come first", () => {
  const one = (column: number, names: string[]) => ({ column, row: 0, names }) as unknown as Behaviour;
  const order = namelessOf([one(0, ["A"]), one(1, []), one(7, []), one(4, [])]).map(({ column }) => column);
  assert.deepEqual(order, [7, 4, 1]);
});

test("the mosaic fills, and a button sets the sliders to a response without a name", async (t) => {
  const canvases = withCanvases(400, 300);
  const app = appOf("izhikevich", "tonic_spiking");
  const view = shown(<Atlas {...app} />);
  t.after(() => {
    view.remove();
    canvases.restore();
    app.close();
  });
  const button = view.find<HTMLButtonElement>(".pw-fieldwords button");
  await until(() => !button.disabled, 20000);
  assert.match(view.find("[role=status]").textContent ?? "", /^[1-9]\d* different responses/);
  const before = app.selection.current.peek().values;
  button.click();
  await rendered();
  assert.notDeepEqual(app.selection.current.peek().values, before);
});
