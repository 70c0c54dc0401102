// Texts and numbers in words: units, CSV and short keys of translations.

import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf, tr, translate } from "../src/i18n/texts.ts";
import { intervalText, ofUnit, unitText } from "../src/i18n/words.ts";
import { shapeOf } from "../src/models/titles.ts";
import { csvOf } from "../src/panels/saving.ts";

test("a number without a unit has neither a unit nor brackets after it", () => {
  const shown = (unit: string) => [ofUnit(unit), ofUnit(unit, " "), ofUnit(unit, " (", ")")];
  assert.deepEqual(shown("mV"), ["mV", " mV", " (mV)"]);
  for (const unit of ["1", ""]) assert.deepEqual(shown(unit), ["", "", ""]);
});

test("a text with a comma or a quotation mark is quoted in CSV", () => {
  assert.equal(csvOf(["a", "b"], [[1, 'x, "y"']]), 'a,b\n1,"x, ""y"""\n');
});

test("a current has a shape, and a pattern with criteria has none", () => {
  assert.deepEqual(["stimulus_pulses_7", "stimulus_values", "tonic_spiking"].map(shapeOf), ["pulses", "values", ""]);
});

test("the inverse of a unit is shown as a power, and stored as a fraction", () => {
  assert.deepEqual(["1/ms", "1/s", "mV/ms", "1", ""].map(unitText), ["ms⁻¹", "s⁻¹", "mV/ms", "1", ""]);
  assert.equal(ofUnit("1/ms", " (", ")"), " (ms⁻¹)");
  assert.equal(intervalText(1, 2, "1/ms"), "1 to 2 ms⁻¹");
});

test("a page in one file finds its translations by short keys, which are those of Python", () => {
  assert.deepEqual(["Your turn", "f–I curve", ""].map(keyOf), ["vjxaph", "1lul3dq", "ztntfp"]);
  for (const key of ["Your turn", "vjxaph"]) {
    translate("de", { [key]: "Sie sind dran" });
    assert.deepEqual([tr("Your turn"), tr("Your turn: n"), tr("n")], ["Sie sind dran", "Sie sind dran: n", "n"]);
  }
  translate("en", {});
});
