// Rows of sliders: values, ranges, groups, locks and the time step.

import assert from "node:assert/strict";
import { test } from "node:test";
import { options } from "preact";
import type { App } from "../src/app.ts";
import { AllParameters, KeyParameters } from "../src/panels/sliders.tsx";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const keyParameters = ({ selection, bars, task, tour }: App) =>
  shown(<KeyParameters selection={selection} bars={bars} task={task} tour={tour} />);
const allParameters = ({ selection, bars, task, host }: App) =>
  shown(<AllParameters selection={selection} bars={bars} task={task} host={host} />);

/** The names of the components that are rendered during an action. */
async function renders(act: () => void): Promise<string[]> {
  const names: string[] = [];
  const before = options.diffed;
  options.diffed = (vnode) => {
    if (typeof vnode.type === "function") names.push(vnode.type.name);
    before?.(vnode);
  };
  act();
  await rendered();
  if (before) options.diffed = before;
  else delete options.diffed;
  return names;
}

test("a slider moves its value, and renders its row alone", async () => {
  const app = appOf();
  const view = keyParameters(app);
  const input = view.find<HTMLInputElement>("input[data-name=a]");
  assert.equal(input.type, "range");
  assert.match(view.find(".pw-row output").textContent ?? "", /^0.02/);
  const names = await renders(() => {
    input.value = String(Number(input.value) + 10);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const { a } = app.selection.current.value.values;
  assert.ok(a > 0.02);
  assert.equal(names.filter((name) => name === "Row").length, 1, names.join(" "));
  assert.ok(!names.includes("KeyParameters"));
  const text = String(Number(a.toPrecision(4)));
  assert.ok(view.all("output").some(({ textContent }) => textContent?.startsWith(text)));
  assert.ok(input.getAttribute("aria-valuetext")?.startsWith(text));
  view.remove();
  app.close();
});

test("a drag is one step of undo, which moves the thumb back", async () => {
  const app = appOf();
  const view = keyParameters(app);
  const input = view.find<HTMLInputElement>("input[data-name=b]");
  const before = input.value;
  input.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  for (const position of ["100", "120"]) {
    input.value = position;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await rendered();
  }
  input.dispatchEvent(new Event("change", { bubbles: true }));
  assert.equal(input.value, "120");
  assert.equal(app.selection.history.value.steps.length, 2);
  await app.selection.undo();
  await rendered();
  assert.equal(input.value, before);
  view.remove();
  app.close();
});

test("bars are shown where the criteria are met, but not in practice before the first hint", async () => {
  const app = appOf();
  const view = keyParameters(app);
  assert.equal(view.all(".pw-bar").length, 0);
  await until(() => app.bars.spans.value.size === app.task.mattering.value.length, 60_000);
  await rendered();
  assert.ok(view.all(".pw-bar").length >= 4);
  app.task.practise();
  await until(() => app.task.task.value.kind === "practice", 20_000);
  await rendered();
  assert.equal(view.all(".pw-bar").length, 0);
  assert.equal(view.all(".pw-from").length, 0);
  app.task.hint();
  app.task.hint();
  await rendered();
  assert.equal(view.all(".pw-from").length, app.task.task.value.moved.length);
  view.remove();
  app.close();
});

test("all parameters are in groups with exact numbers", async () => {
  const app = appOf();
  const view = allParameters(app);
  assert.equal(view.all(".pw-exact").length, app.selection.sliders.value.length);
  assert.ok(view.all("fieldset").length > 1);
  const box = view.find<HTMLInputElement>("[aria-label='Exact value of c']");
  assert.equal(box.value, "-65");
  box.value = "-60";
  box.dispatchEvent(new Event("change", { bubbles: true }));
  assert.equal(app.selection.current.value.values.c, -60);
  assert.equal(app.selection.history.value.steps.length, 2);
  box.value = "40";
  box.dispatchEvent(new Event("change", { bubbles: true }));
  assert.equal(app.selection.current.value.values.c, -60);
  assert.equal(box.getAttribute("aria-invalid"), "true");
  app.selection.put({ c: -50 });
  await rendered();
  assert.equal(box.getAttribute("aria-invalid"), null);
  assert.equal(box.value, "-50");
  view.remove();
  app.close();
});

test("a range is chosen, and a parameter is left out of searches", async () => {
  const app = appOf();
  const view = allParameters(app);
  assert.equal(view.all(".pw-range").length, 0);
  const button = view.find("button[aria-expanded]");
  assert.equal(button.textContent, "Ranges and search settings ▾");
  button.click();
  await rendered();
  const [high, low] = ["Upper bound of a", "Lower bound of a"].map((label) =>
    view.find<HTMLInputElement>(`[aria-label='${label}']`),
  );
  high.value = "0.05";
  high.dispatchEvent(new Event("change", { bubbles: true }));
  await rendered();
  low.value = "0.06";
  low.dispatchEvent(new Event("change", { bubbles: true }));
  assert.equal(low.getAttribute("aria-invalid"), "true");
  assert.equal(app.selection.ranges.value.bounds.a[1], 0.05);
  const include = view.find<HTMLInputElement>(".pw-range input[type=checkbox]");
  assert.equal(include.checked, true);
  include.click();
  await rendered();
  assert.equal(app.selection.ranges.value.fixed.length, 4, "the model fixes three others");
  assert.equal(include.checked, false);
  view.remove();
  app.close();
});

test("a locked parameter cannot be moved, and a task shows no ranges", async () => {
  const app = appOf("izhikevich", "tonic_spiking", { host: hostOf("none", () => false).host });
  const view = allParameters(app);
  assert.equal(view.find("button[aria-expanded]").textContent, "Ranges ▾");
  assert.equal(view.all(".pw-exact.locked").length, 0);
  app.selection.configure({ locked: ["a"] });
  await rendered();
  assert.equal(view.all("button[aria-expanded]").length, 0);
  const locked = view.find(".pw-exact.locked");
  assert.equal(locked.title, "Locked in this exercise");
  assert.match(locked.textContent ?? "", /\(locked\)/);
  assert.ok([...locked.querySelectorAll("input")].every(({ disabled }) => disabled));
  view.remove();
  app.close();
});

test("the time step is typed", async () => {
  const app = appOf();
  const view = allParameters(app);
  const box = view.find<HTMLInputElement>("[aria-label='time step']");
  assert.equal(view.find(".pw-step").textContent, "time step ms");
  box.value = "0.1";
  box.dispatchEvent(new Event("change", { bubbles: true }));
  assert.equal(app.selection.current.value.dt, 0.1);
  box.value = "2";
  box.dispatchEvent(new Event("change", { bubbles: true }));
  assert.equal(app.selection.current.value.dt, 0.1);
  assert.equal(box.getAttribute("title"), "allowed: 0.005 to 1 ms");
  view.remove();
  app.close();
});
