// Links to a selection: their values, their defaults, and their errors.

import assert from "node:assert/strict";
import { test } from "node:test";
import { patternOf } from "../src/catalogue.ts";
import { addressOf, valuesOf, wantedOf } from "../src/models/link.ts";
import { defaultsOf, slidersOf, stored } from "../src/models/selection.ts";
import { opened } from "../src/page.ts";
import { catalogue, modelData } from "./catalogue.ts";

const data = modelData("izhikevich");
const sliders = slidersOf(patternOf(catalogue, data, "tonic_bursting"), data);

test("a link opens what it was made of", () => {
  const at = { ...stored(data, "tonic_bursting"), dt: 0.1 };
  const moved = { ...at, values: { ...at.values, c: -47.5 } };
  const wanted = wantedOf(`#${addressOf(moved, data)}`, catalogue);
  const { values, dt, notes } = valuesOf(wanted.fields, sliders);
  assert.deepEqual([wanted.model, wanted.pattern, dt, notes], ["izhikevich", "tonic_bursting", 0.1, []]);
  assert.deepEqual(values, moved.values);
});

test("the defaults complete the values of a link, and a link without values opens the packaged set with its time step", () => {
  const key = "phasic_bursting";
  const open = (link: string) => {
    const wanted = wantedOf(link, catalogue, data);
    const isMove = !wanted.model && !wanted.pattern;
    return opened(catalogue, data, key, wanted.fields, { isMove }).selection;
  };
  const [packaged, plain] = [stored(data, key), defaultsOf(data, key)];
  assert.notDeepEqual(packaged.values, plain.values);
  assert.deepEqual([packaged.dt, plain.dt], [0.2, 0.25]);
  assert.deepEqual(open(`#pattern=${key}`), packaged);
  assert.deepEqual(open(`#pattern=${key}&dt=0.1`), { ...packaged, dt: 0.1 });
  const unnamed = { ...plain, set: -1 }; // no stored set has these values
  assert.deepEqual(open(`#pattern=${key}&d=5`), { ...unnamed, values: { ...plain.values, d: 5 } });
  assert.deepEqual(open(`#pattern=${key}&d=much`), unnamed); // the link contains a value that cannot be read
  assert.deepEqual(open("#d=5"), { ...packaged, values: { ...packaged.values, d: 5 } }); // a change of the stored set, as in a lesson
});

test("a link with all values of a packaged set opens this set", () => {
  const key = "mixed_mode";
  const [adex, second] = [modelData("adex"), stored(modelData("adex"), key, 1)];
  const { fields } = wantedOf(`#${addressOf(second, adex)}`, catalogue);
  assert.deepEqual(opened(catalogue, adex, key, fields).selection, second);
});

test("nonsense in a link is left out, each with a sentence", () => {
  const { model, fields, notes } = wantedOf("#model=<b>&pattern=__proto__&c=1e999&zzz=3&d=-3", catalogue);
  assert.equal(model, null);
  assert.equal(notes.length, 2);
  const read = valuesOf(fields, sliders);
  assert.deepEqual(read.values, { d: -3 });
  assert.equal(read.notes.length, 2);
});

test("a link has the values of a current, and nonsense in their place is one sentence", () => {
  const at = { ...stored(data, "tonic_bursting"), pattern: "stimulus_values" };
  const link = { samples: "0~5_100~0", lines: "1", end: "250" };
  const own = { ...data, patterns: { ...data.patterns, stimulus_values: { ...data.patterns.tonic_bursting, link } } };
  const wanted = wantedOf(addressOf(at, own), catalogue);
  assert.deepEqual(
    [wanted.current, wanted.pattern, wanted.notes],
    [{ text: "0 5\n100 0", lines: true, end: 250 }, null, []],
  );
  for (const samples of ["", "1", "1~2~3", "a~b", "1~1e999999", "0~5_", `${"1".repeat(60)}~2`]) {
    const read = wantedOf(`?samples=${samples}`, catalogue);
    const expected = [null, ["The current in the link could not be read."], []];
    assert.deepEqual([read.current, read.notes, read.fields], expected, samples);
  }
});
