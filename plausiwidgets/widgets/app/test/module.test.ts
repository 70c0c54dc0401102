// Figures of the module within another page, and the loader of the module.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { deflateSync } from "node:zlib";
import type { PageData } from "../src/catalogue.ts";
import { embed } from "../src/embed.ts";
import { NEURONS } from "../src/engine/neuron.ts";
import { translate } from "../src/i18n/texts.ts";
import { type Contents, type Parts, replaceStill, widgetOf } from "../src/moduleLoader.ts";
import { catalogue, modelData } from "./catalogue.ts";
import { rendered } from "./dom.ts";
import { until } from "./harness.ts";

const APPS = Symbol.for("plausiwidgets");
const STATEMENT = "Searches run in this page in JavaScript, without verification by Python.";

const dataOf = (model: string, pattern: string, more: Partial<PageData> = {}): PageData => ({
  ...{ version: "1", catalogue, shipped: { [model]: modelData(model) }, model, pattern },
  ...{ texts: {}, language: null, ...more },
});

function placeOf(t: TestContext): HTMLElement {
  const place = document.createElement("div");
  document.body.append(place);
  t.after(() => place.remove());
  return place;
}

/** A figure within a page, which a test may also close itself. */
function shown(t: TestContext, data: PageData) {
  const place = placeOf(t);
  const close = embed(place, { data, style: ".pw-app { color: red }", begin: () => assert.fail("no search runs") });
  t.after(() => {
    close();
    translate("en", {});
  });
  return { place, close, text: () => place.textContent ?? "" };
}

test("a figure within a page brings its style along and leaves the page alone", async (t) => {
  const before = [document.title, document.documentElement.lang, location.href];
  const { place, close } = shown(t, dataOf("lif", "tonic_spiking"));
  await rendered();
  assert.deepEqual(
    [...place.children].map(({ tagName }) => tagName),
    ["STYLE", "DIV"],
  );
  assert.ok(place.querySelector(".pw-app.pw-part h2.pw-sentence"));
  assert.equal(place.querySelector("h1"), null);
  assert.deepEqual([document.title, document.documentElement.lang, location.href], before);
  close();
  assert.equal(place.childElementCount, 0);
});

test("one figure of a page states in grey how searches run, until it is closed", async (t) => {
  const first = shown(t, dataOf("lif", "tonic_spiking"));
  const second = shown(t, dataOf("izhikevich", "tonic_bursting"));
  await rendered();
  assert.equal(first.place.querySelector(".pw-notice.quiet")?.textContent?.replace(/\s*✕$/, ""), STATEMENT);
  assert.equal(second.place.querySelector(".pw-notice"), null);
  first.close();
  const third = shown(t, dataOf("izhikevich", "tonic_bursting"));
  await rendered();
  assert.ok(third.text().includes(STATEMENT));
});

test("no link is offered, because the address of the page is not that of the figure", async (t) => {
  const { place, text } = shown(t, dataOf("lif", "tonic_spiking"));
  await rendered();
  place.querySelector<HTMLElement>("[data-menu=share]")?.click();
  await rendered();
  assert.match(text(), /A link cannot contain the state of a figure within a page\./);
  assert.match(text(), /Python code/);
  assert.doesNotMatch(text(), /Link to this state/);
});

test("a figure has the language of the page around it, and figures share their texts", async (t) => {
  document.documentElement.lang = "de-CH";
  t.after(() => document.documentElement.removeAttribute("lang"));
  const texts = (of: Readonly<Record<string, string>>) => ({ texts: { de: of } });
  const first = shown(t, dataOf("lif", "tonic_spiking", texts({ "Key parameters": "Wichtige Parameter" })));
  const second = shown(t, dataOf("izhikevich", "tonic_bursting", texts({ Share: "Teilen" })));
  await rendered();
  for (const one of [first, second]) assert.match(one.text(), /Teilen.*Wichtige Parameter/s);
});

/** The parts of a module, and the calls of its app. */
function moduleOf(t: TestContext, embedded: typeof embed) {
  const app = { addNeurons: (make: Parts["neurons"]) => Object.assign(NEURONS, make({} as never)), embed: embedded };
  const apps = new Map([["d", Promise.resolve({ script: "", app })]]);
  Object.assign(globalThis, { [APPS]: apps });
  t.after(() => Reflect.deleteProperty(globalThis, APPS));
  const neurons = (() => ({})) as Parts["neurons"];
  const outdated = ["Update.", "Aktualisieren."];
  const own: Contents = { style: ".pw-app { color: red }", data: dataOf("lif", "integrator") };
  const contents = deflateSync(JSON.stringify(own)).toString("base64");
  return { apps, own, parts: { digest: "d", packed: "", contents, neurons, outdated } };
}

test("a module uses the app of another module with the same digest", async (t) => {
  const places: HTMLElement[] = [];
  let closed = 0;
  const { apps, own, parts } = moduleOf(t, (place, { data, style }) => {
    assert.deepEqual({ data, style }, own);
    places.push(place);
    return () => closed++;
  });
  const els = [placeOf(t), placeOf(t)];
  const ends = els.map((el) => widgetOf(parts).render({ el }));
  await until(() => places.length === 2);
  assert.deepEqual([places, apps.size, closed], [els, 1, 0]);
  ends[0]();
  await rendered();
  assert.equal(closed, 1);
});

test("a module that cannot be loaded shows the reason, and an outdated browser a sentence about that", async (t) => {
  const { parts } = moduleOf(t, () => assert.fail("no place"));
  const broken = placeOf(t);
  widgetOf(parts).render({ el: broken });
  await until(() => broken.textContent !== "");
  assert.match(broken.textContent ?? "", /^The figure could not be loaded: reload the page\. \(.*no place\)$/);
  const stream = globalThis.DecompressionStream;
  t.after(() => Object.assign(globalThis, { DecompressionStream: stream }));
  Reflect.deleteProperty(globalThis, "DecompressionStream");
  const old = placeOf(t);
  widgetOf(parts).render({ el: old })();
  assert.equal(old.textContent, "Update. Aktualisieren.");
});

/** A static page with the picture of an app and with its widget, whose state may draw the app a second time. */
function staticPage(t: TestContext) {
  const place = placeOf(t);
  place.innerHTML = `<div class="pw-still" data-of="a"></div><div class="pw-still" data-of="b"></div>
    ${["a", "b"].map((id) => `<script type="application/vnd.jupyter.widget-view+json">{"model_id": "${id}"}</script>`)}`;
  const ids = () => [...place.querySelectorAll<HTMLElement>(".pw-still")].map(({ dataset }) => dataset.of);
  const views = () => [...place.querySelectorAll("script")].map((one) => JSON.parse(one.textContent).model_id);
  return { place, ids, views };
}

/** Sets the state of the document for a test. */
function readyState(t: TestContext, state: DocumentReadyState) {
  Object.defineProperty(document, "readyState", { configurable: true, value: state });
  t.after(() => Reflect.deleteProperty(document, "readyState"));
}

test("in a static page, a figure in a shadow root replaces the picture and the widget of its app", async (t) => {
  const places: HTMLElement[] = [];
  const { parts } = moduleOf(t, (place) => {
    places.push(place);
    return () => {};
  });
  readyState(t, "interactive");
  const { place, ids, views } = staticPage(t);
  await replaceStill("a", parts);
  assert.deepEqual([ids(), views()], [["b"], ["b"]]);
  assert.equal((places[0].getRootNode() as ShadowRoot).host.parentElement, place);
});

test("a static page keeps the picture of a figure that cannot be loaded", async (t) => {
  const { parts } = moduleOf(t, () => assert.fail("no figure"));
  const warned = t.mock.method(console, "warn", () => {});
  readyState(t, "interactive");
  const { place, ids } = staticPage(t);
  const before = place.children.length;
  await replaceStill("a", parts);
  assert.deepEqual(
    [ids(), place.children.length],
    [["a", "b"], before - 1],
    "only the script of the widget is removed",
  );
  assert.match(String(warned.mock.calls[0].arguments), /could not be loaded.*no figure/);
});

test("a front end of notebooks and an outdated browser keep the picture", async (t) => {
  const { parts } = moduleOf(t, () => assert.fail("no figure"));
  readyState(t, "complete");
  const { place, ids, views } = staticPage(t);
  await replaceStill("a", parts);
  readyState(t, "interactive");
  const settings = document.createElement("script");
  settings.id = "jupyter-config-data";
  place.append(settings);
  await replaceStill("a", parts);
  settings.remove();
  const stream = globalThis.DecompressionStream;
  t.after(() => Object.assign(globalThis, { DecompressionStream: stream }));
  Reflect.deleteProperty(globalThis, "DecompressionStream");
  await replaceStill("a", parts);
  assert.deepEqual(
    [ids(), views()],
    [
      ["a", "b"],
      ["a", "b"],
    ],
  );
});
