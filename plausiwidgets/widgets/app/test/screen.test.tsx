// The screen of the app: sentence, menus, notices, footer and exercise views.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { App } from "../src/app.ts";
import { EXERCISE_VIEWS } from "../src/classroom/exerciseViews.ts";
import { addExerciseViews } from "../src/classroom/providedExercise.ts";
import { createRowButtons } from "../src/figure/rowButtons.ts";
import { frame } from "../src/figure/scene.ts";
import { view } from "../src/Screen.tsx";
import { HOST_TOOLS } from "../src/tools/hostTools.ts";
import { addHostTools } from "../src/tools/provided.ts";
import { rendered } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

addExerciseViews(EXERCISE_VIEWS);
addHostTools(HOST_TOOLS);

const FIRST = ["izhikevich", "tonic_spiking"] as const;

/** The whole screen of an app. */
async function screenOf(t: TestContext, app: App = appOf()) {
  const place = document.createElement("div");
  document.body.append(place);
  const close = view(place, app);
  t.after(() => {
    close();
    place.remove();
    app.close();
  });
  await until(() => app.verdict.verdict.value !== null);
  await rendered();
  const find = <E extends Element = HTMLElement>(selector: string): E =>
    place.querySelector<E>(selector) ?? assert.fail(selector);
  const all = (selector: string) => [...place.querySelectorAll<HTMLElement>(selector)];
  const click = async (selector: string) => {
    find<HTMLElement>(selector).click();
    await rendered();
  };
  const key = async (name: string, more: KeyboardEventInit = {}, selector = ".pw-app") => {
    const event = new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...more });
    find(selector).dispatchEvent(event);
    await rendered();
    return event.defaultPrevented;
  };
  return { app, place, find, all, click, key };
}

const textOf = ({ textContent }: Element) => (textContent ?? "").replace(/\s+/g, " ").trim();

test("the sentence shows the pair and its verdict, and its parts open the sheets", async (t) => {
  const { app, find, all, click } = await screenOf(t, appOf(...FIRST, { host: hostOf("none", () => false).host }));
  const sentence = () => textOf(find(".pw-sentence"));
  assert.equal(find(".pw-sentence").localName, "h1");
  assert.match(sentence(), /^Your .*neuron.* ▾ shows tonic spiking ▾$/);
  assert.equal(find(".pw-app").dataset.pwJudged, "yes");
  assert.equal(find(".pw-app").dataset.pwStatus, "replicated");
  await click(".pw-sentence > span:last-of-type button");
  assert.equal(find("[role=dialog]").getAttribute("aria-label"), "Choose a firing pattern");
  assert.equal(find(".pw-frame").hasAttribute("inert"), true);
  await click("[role=dialog] [aria-label=Close]");
  assert.deepEqual([all("[role=dialog]").length, app.screen.sheet.value], [0, ""]);
  assert.equal(find(".pw-frame").hasAttribute("inert"), false);
  app.selection.put({ amplitude: 0 });
  await until(() => app.verdict.worded.value.kind === "rejected");
  await rendered();
  assert.match(sentence(), /^Can your .* show tonic spiking ▾\?$/);
});

test("each menu button opens its sheet and has the state of the sheet", async (t) => {
  const { app, find, click } = await screenOf(t);
  for (const [name, title] of [
    ["lessons", "Lessons"],
    ["explore", "Explore"],
    ["share", "Share"],
    ["more", "More"],
  ]) {
    const button = find(`[data-menu=${name}]`);
    assert.equal(button.getAttribute("aria-expanded"), "false");
    await click(`[data-menu=${name}]`);
    assert.equal(find("[role=dialog]").getAttribute("aria-label"), title);
    assert.equal(button.getAttribute("aria-expanded"), "true");
    await click(`[data-menu=${name}]`);
    assert.equal(app.screen.sheet.value, "");
  }
});

test("a question mark stays on the line of the pattern before it", async (t) => {
  const { app, all } = await screenOf(t);
  app.selection.put({ amplitude: 0 });
  await until(() => app.verdict.worded.value.kind === "rejected");
  await rendered();
  const parts = all(".pw-sentence > span").map(textOf);
  assert.match(parts[1], /^tonic spiking ▾\?$/);
});

test("the spike rows follow Listen in the Tab order, and their buttons zoom and outline the rows", async (t) => {
  const { app, find, all } = await screenOf(t);
  const scene = app.scene.value;
  const above = document.createElement("div");
  find(".pw-figure").append(above);
  createRowButtons(app.run, above).put(scene.rows, frame(scene, 1000, 500)); // happy-dom does not draw the figure
  assert.ok(all(".pw-spikerow").every(({ tabIndex }) => tabIndex === -1));
  const stops = all(".pw-side button").filter(({ tabIndex }) => tabIndex === 0);
  const listen = stops.findIndex((button) => button.classList.contains("pw-listen"));
  const texts = stops.slice(listen + 1, listen + 3).map(textOf);
  assert.match(texts[0], /^Zoom to the spikes of the target/);
  assert.match(texts[1], /^Zoom to the spikes of your neuron/);
  const [, yours] = stops.slice(listen + 1);
  const row = find(".pw-spikerow[data-role=yours]");
  yours.focus();
  assert.ok(row.classList.contains("focused"));
  yours.click();
  assert.notEqual(app.run.zoom.value, null);
  yours.blur();
  assert.ok(!row.classList.contains("focused"));
});

test("the models are those of the page while the kernel is silent, also in an open sheet", async (t) => {
  const recorded = hostOf();
  let isSilent = false;
  const host = { ...recorded.host, has: (model: string) => !isSilent || model === "izhikevich" };
  const { all, click } = await screenOf(t, appOf(...FIRST, { host }));
  await click(".pw-sentence button");
  const count = () => all(".pw-models > button").length;
  assert.ok(count() > 10);
  isSilent = true;
  recorded.silent(true);
  await rendered();
  assert.equal(count(), 1);
  isSilent = false;
  recorded.silent(false);
  await rendered();
  assert.ok(count() > 10);
});

test("the Escape key closes a sheet, then the tool, then the presentation", async (t) => {
  const { app, find, all, click, key } = await screenOf(t);
  await click(".pw-larger");
  assert.ok(find(".pw-app").classList.contains("present"));
  assert.equal(find(".pw-larger").getAttribute("aria-pressed"), "true");
  app.screen.tool.value = "equations";
  app.screen.sheet.value = "more";
  await rendered();
  await key("Escape", {}, "[role=dialog]");
  assert.deepEqual([all("[role=dialog]").length, all(".pw-tool").length], [0, 1]);
  await key("Escape");
  assert.equal(all(".pw-tool").length, 0);
  assert.equal(app.screen.isPresenting.value, true);
  await key("Escape");
  assert.equal(app.screen.isPresenting.value, false);
});

test("undo and redo have buttons, which are there when there is a step", async (t) => {
  const { app, find, all, click } = await screenOf(t);
  const c = () => app.selection.current.value.values.c;
  const undo = find<HTMLButtonElement>("[aria-label=Undo]");
  assert.deepEqual([undo.disabled, all("[aria-label=Redo]").length], [true, 0]);
  app.selection.put({ c: -60 });
  await rendered();
  assert.equal(undo.disabled, false);
  await click("[aria-label=Undo]");
  assert.deepEqual([c(), undo.disabled], [-65, true]);
  await click("[aria-label=Redo]");
  assert.deepEqual([c(), all("[aria-label=Redo]").length], [-60, 0]);
});

test("keys undo, zoom and open the next pattern, but not while something is typed", async (t) => {
  const { app, key } = await screenOf(t);
  const { selection, run } = app;
  selection.put({ c: -60 });
  assert.equal(await key("z", { ctrlKey: true }), true);
  assert.equal(selection.current.value.values.c, -65);
  await key("Z", { ctrlKey: true, shiftKey: true });
  assert.equal(selection.current.value.values.c, -60);
  await key("+");
  const [low, high] = run.zoom.value?.x ?? assert.fail();
  await key("-");
  const { x } = run.zoom.value ?? { x: null };
  assert.ok(!x || x[1] - x[0] > high - low);
  await key("+");
  await key("0");
  assert.equal(run.zoom.value, null);
  assert.equal(await key("+", {}, "input"), false);
  assert.equal(await key("+", { altKey: true }), false);
  assert.equal(await key("q"), false);
  assert.equal(run.zoom.value, null);
  const { key: first } = selection.pattern.value;
  await key("ArrowRight");
  assert.notEqual(selection.pattern.value.key, first);
  await key("ArrowLeft");
  assert.equal(selection.pattern.value.key, first);
});

test("a notice is shown until it is closed, and so is a silent host", async (t) => {
  const recorded = hostOf();
  const { app, find, all, click } = await screenOf(t, appOf(...FIRST, { host: recorded.host }));
  assert.equal(all("[role=alert]").length, 0);
  recorded.silent(true);
  await rendered();
  assert.match(textOf(find("[role=alert]")), /^The kernel is not responding/);
  app.screen.notify("A sentence.");
  await rendered();
  assert.match(textOf(find("[role=alert]")), /^A sentence\./);
  await click("[role=alert] button");
  assert.equal(all("[role=alert]").length, 0);
});

test("the whole sweep, its part and a zoom have one button", async (t) => {
  const { app, find, all, click } = await screenOf(t, appOf("izhikevich", "rebound_spike"));
  assert.notEqual(app.run.event.value, null);
  assert.equal(textOf(find(".pw-whole")), "Whole sweep");
  await click(".pw-whole");
  assert.equal(app.run.isWhole.value, true);
  assert.equal(textOf(find(".pw-whole")), "Zoom to response");
  app.run.zoomBy(0.5);
  await rendered();
  assert.equal(textOf(find(".pw-whole")), "Reset zoom");
  await click(".pw-whole");
  assert.deepEqual([app.run.zoom.value, app.run.isWhole.value], [null, true]);
  await app.selection.choose(...FIRST);
  await rendered();
  assert.equal(all(".pw-whole").length, app.run.isPart.value ? 1 : 0);
});

test("a pattern of several sweeps has a menu of them", async (t) => {
  const { app, find, all } = await screenOf(t, appOf("izhikevich", "integrator"));
  const menu = find<HTMLSelectElement>(".pw-sweeps");
  const names = app.run.sweeps.value;
  assert.equal(all(".pw-sweeps option").length, names.length);
  const other = names.find((name) => name !== app.run.sweep.value) ?? assert.fail();
  menu.selectedIndex = names.indexOf(other);
  menu.dispatchEvent(new Event("change", { bubbles: true }));
  assert.equal(app.run.sweep.value, other);
});

test("the footer names the set, restores it, and loads the next one", async (t) => {
  const { app, find, click } = await screenOf(t, appOf("adex", "mixed_mode"));
  const { selection } = app;
  const { a } = selection.current.value.values;
  selection.nudge("a", 100);
  assert.notEqual(selection.current.value.values.a, a);
  await rendered();
  assert.match(textOf(find(".pw-footer button")), /^Modified from: /);
  await click(".pw-footer button");
  assert.deepEqual([selection.current.value.values.a, selection.current.value.set], [a, 0]);
  await click(".pw-footer button");
  assert.equal(selection.current.value.set, 1);
  assert.match(textOf(find(".pw-footer button")), / · parameter set 2 of 2 ›$/);
});

test("the footer names the parameters of a link that differ from the defaults", async (t) => {
  const values = { a: 3 };
  const { app, find, click } = await screenOf(t, appOf("adex", "mixed_mode"));
  await app.selection.choose("adex", "mixed_mode", { values });
  await rendered();
  const footer = () => textOf(find(".pw-footer button"));
  assert.equal(footer(), "Model defaults except a ›");
  app.selection.put({ b: 70, tau_w: 80 });
  app.selection.setTimeStep(0.05);
  await rendered();
  assert.equal(footer(), "Model defaults except a, b, tau_w, … ›");
  app.selection.defaults();
  await rendered();
  assert.equal(footer(), "Model defaults except time step ›");
  await click(".pw-footer button");
  assert.equal(app.selection.current.value.set, 0);
  assert.match(footer(), / · parameter set 1 of 2 ›$/);
});

test("the footer names the search that found the parameters", async (t) => {
  const { host, reply } = hostOf();
  const { app, find } = await screenOf(t, appOf("izhikevich", "tonic_bursting", { host }));
  app.search.begin();
  const best = { ...app.selection.current.value.values, c: -49 };
  const search = {
    model: "izhikevich",
    pattern: "tonic_bursting",
    dt: 0.25,
    seconds: 9,
    at_bounds: [],
    status: "",
    loss: 0,
  };
  reply("search", "stopped", { from: 0, search: { ...search, best } }, { loss: Float32Array.of(0) });
  await app.search.take();
  app.selection.finishGlide();
  await rendered();
  assert.equal(textOf(find(".pw-footer button")), "Found by your search ›");
  app.selection.nudge("c", 50);
  await rendered();
  assert.match(textOf(find(".pw-footer button")), /^Model defaults except /);
});

test("all parameters replace the key parameters, and a task has other words and actions", async (t) => {
  const { app, find, all, click } = await screenOf(t);
  const heading = () => textOf(find(".pw-sidehead :is(h2, h3)"));
  assert.equal(heading(), "Key parameters");
  assert.equal(all(".pw-inside").length, 1);
  assert.equal(find(".pw-allbutton").getAttribute("aria-expanded"), "false");
  await click(".pw-allbutton");
  assert.match(heading(), /^All \d+ parameters$/);
  assert.equal(all(".pw-exact").length, app.selection.sliders.value.length);
  assert.equal(all(".pw-inside").length, 0);
  await click(".pw-allbutton");
  assert.equal(all(".pw-exact").length, 0);
  assert.match(textOf(find(".pw-allbutton")), /parameters and ranges\s›$/);
  app.selection.configure({ locked: ["a"] });
  await rendered();
  assert.equal(heading(), "Parameters to adjust");
  assert.match(textOf(find(".pw-allbutton")), /\(1 locked\) ›$/);
  assert.equal(all(".pw-footer > :is(span, button)").length, 2, "no set is named");
  assert.ok(!all("button").some((button) => textOf(button) === "Your turn"));
});

test("a mystery has its points above the sliders, and its buttons below them", async (t) => {
  const { app, find, all } = await screenOf(t);
  assert.equal(all(".pw-question").length, 0);
  const { values, dt, ...at } = app.selection.current.value;
  app.task.takeExercise(at, {
    ...{ question: "Find it.", hints: [], free: ["a"], about: { ".mystery": "lif.tonic_spiking.7" }, common: [] },
    ...{ defaults: {}, start: { values: Object.entries(values), dt }, shared: { link: "", python: "" } },
  });
  await rendered();
  assert.equal(textOf(find(".pw-question :is(h2, h3)")), "Mystery 7");
  assert.match(textOf(find(".pw-sentence")), /^Your .* matches Mystery 7 ▾$/);
  assert.ok(!all("button").some((button) => textOf(button) === "Your turn"));
  assert.match(textOf(find(".pw-side")), /Race/);
});

test("a recording that is dropped is read, if the host reads recordings", async (t) => {
  const recorded = hostOf();
  const { app, find } = await screenOf(t, appOf(...FIRST, { host: recorded.host }));
  const file = new File(["t,v\n0,1\n"], "cell.csv");
  const drop = () => {
    const event = Object.assign(new Event("drop", { bubbles: true, cancelable: true }), {
      dataTransfer: { files: [file] },
    });
    find(".pw-main").dispatchEvent(event);
    return event.defaultPrevented;
  };
  assert.equal(drop(), true);
  await until(() => recorded.asked.some(({ kind }) => kind === "recording"));
  assert.equal(app.screen.tool.value, "data");
  const alone = await screenOf(t, appOf(...FIRST, { host: hostOf("none", () => false).host }));
  const event = Object.assign(new Event("drop", { bubbles: true, cancelable: true }), {
    dataTransfer: { files: [file] },
  });
  alone.find(".pw-main").dispatchEvent(event);
  assert.deepEqual([event.defaultPrevented, alone.app.screen.tool.value], [false, ""]);
});
