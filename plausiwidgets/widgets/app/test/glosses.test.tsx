// Terms that are marked in texts and explained by tooltips, in English and German.

import assert from "node:assert/strict";
import { test } from "node:test";
import { translate } from "../src/i18n/texts.ts";
import { Explained, glossing } from "../src/panels/glosses.tsx";
import { rendered, shown } from "./dom.ts";

const marked = (text: string, glossed = glossing()) =>
  glossed(text).flatMap((part) => (typeof part === "string" ? [] : [part.props.children]));

// This test is the first one, because the expressions are compiled at their first use.
test("the first text with terms takes little processor time, because a search shows it before its first evaluation", () => {
  const before = process.cpuUsage();
  const text =
    "37 of 100 000 evaluations; the best parameter set meets three of five criteria, and no latency is accepted";
  assert.deepEqual(marked(text), ["evaluations", "criteria", "latency"]);
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 40_000, `${user + system} µs`);
});

test("a term is marked at its first use, the longest form first, and not within another word", () => {
  const glossed = glossing();
  assert.deepEqual(marked("regular intervals (CV)", glossed), ["CV"]);
  assert.deepEqual(marked("Coefficient of variation (CV) of the interspike intervals", glossed), [
    "interspike intervals",
  ]);
  assert.deepEqual(marked("saddle-node on an invariant circle (SNIC)"), ["saddle-node on an invariant circle"]);
  assert.deepEqual(marked("subcritical Hopf, then a saddle"), ["subcritical Hopf", "saddle"]);
  assert.deepEqual(marked("sagging glossary"), []);
  assert.deepEqual(marked("subcritical Hopf, subcritical Hopf"), ["subcritical Hopf"]);
});

test("German texts have glosses too, in their inflections", (t) => {
  t.after(() => translate("en", {}));
  translate("de", { "fixed point*": "Fixpunkt*", "nullcline*|*-nullcline": "Nullkline*|*-Nullkline" });
  assert.deepEqual(marked("stabile Fixpunkte und die v-Nullkline"), ["Fixpunkte", "v-Nullkline"]);
});

test("a term is a button with a tooltip, which has its text only while it is shown", async () => {
  const view = shown(<p>{glossing()("The rheobase.")}</p>);
  const [word, tip] = [view.find("[role=button]"), view.find("[role=tooltip]")];
  assert.equal(view.find("p").textContent, "The rheobase.");
  assert.equal(word.textContent, "rheobase");
  assert.equal(word.getAttribute("aria-describedby"), tip.id);
  // popovers for tests, because happy-dom does not implement them
  const calls: string[] = [];
  const popover = { showPopover: () => calls.push("show"), hidePopover: () => calls.push("hide") };
  Object.assign(tip, { ...popover, matches: () => false });
  word.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  assert.equal(tip.textContent, "The rheobase is the smallest constant current that elicits firing.");
  word.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  await rendered();
  assert.equal(tip.textContent, "");
  assert.deepEqual(calls, ["show", "hide"]);
  view.remove();
});

test("the terms of a label are explained by a button, and a label without terms has none", () => {
  const view = shown(
    <>
      <Explained of="loss of each evaluation" />
      <Explained of="a label" />
    </>,
  );
  const [button, ...others] = view.all("[role=button]");
  assert.equal(button.getAttribute("aria-label"), "Explain: loss of each evaluation");
  assert.equal(button.textContent, "?");
  assert.equal(others.length, 0);
  const ids = view.all("[role=tooltip]").map(({ id }) => id);
  const other = shown(<Explained of="loss" />);
  assert.ok(!ids.includes(other.find("[role=tooltip]").id), "two apps on a page have different ids");
  other.remove();
  view.remove();
});
