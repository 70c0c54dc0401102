// The style sheet of a standalone page, without the rules that its script does not use.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const { usedStyles } = await import(new URL("../../tools/usedStyles.mjs", import.meta.url).href);
const read = (name) => readFileSync(new URL(`../../static/${name}`, import.meta.url), "utf8");

test("a rule is left out if the script can make none of its classes", () => {
  const css =
    ".pw-a,.pw-b{c:d}.pw-b:hover{e:f}:is(.pw-b,.pw-a) i{g:h}.pw-axisx{i:j}@media print{.pw-b{k:l}}@keyframes z{to{m:n}}";
  const used = ".pw-a{c:d}:is(.pw-b,.pw-a) i{g:h}.pw-axisx{i:j}@keyframes z{to{m:n}}";
  const script = ['h("i",{class:"pw-a"}),h("b",{class:`pw-axis$', "{x}`})"].join("");
  assert.equal(usedStyles(css, script), used);
});

test("a page in one file has the styles of its own views, and none of a host's", () => {
  const css = read("file.css");
  for (const name of ["pw-slider", "pw-result", "pw-axisy", "pw-lesson", "pw-criteria"])
    assert.equal(css.includes(`.${name}`), read("app.css").includes(`.${name}`), name);
  for (const name of ["pw-recorded", "pw-classframe"]) assert.ok(!css.includes(`.${name}`), name);
});
