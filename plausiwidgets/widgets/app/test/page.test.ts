// A page of a server or a file: its language, its link and its history.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { tabHistory } from "../src/hosts/tabStorage.ts";
import { translate } from "../src/i18n/texts.ts";
import { type Given, start } from "../src/page.ts";
import { catalogue, modelData } from "./catalogue.ts";
import { rendered } from "./dom.ts";

const GERMAN = { "Key parameters": "Wichtige Parameter" };
const izhikevich = modelData("izhikevich");

/** A page without a host, with a storage of its tab. */
function pageOf(t: TestContext, more: Partial<Given> = {}, hash = "") {
  const place = document.createElement("main");
  document.body.append(place);
  location.hash = hash;
  const [model, pattern] = ["izhikevich", "tonic_spiking"];
  const given = { catalogue, shipped: { izhikevich }, model, pattern, texts: { de: GERMAN }, language: null };
  const app = start(place, { ...given, ...more }) ?? assert.fail("it has no app");
  t.after(() => {
    app.close();
    place.remove();
    translate("en", {});
  });
  return { app, place };
}

test.beforeEach(() => {
  const texts = new Map<string, string>();
  const sessionStorage = {
    getItem: (name: string) => texts.get(name) ?? null,
    setItem: (name: string, text: string) => void texts.set(name, text),
  };
  const changes = { sessionStorage, addEventListener: () => {}, removeEventListener: () => {} };
  for (const [name, value] of Object.entries(changes)) {
    Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });
  }
});

test("a page speaks its language, or that of its link", (t) => {
  const { place, app } = pageOf(t, { language: "de" });
  assert.match(place.textContent ?? "", /Wichtige Parameter/);
  assert.equal(document.documentElement.lang, "de");
  assert.deepEqual(app.screen.languages, ["en", "de"]);
  const linked = pageOf(t, {}, "#language=de");
  assert.match(linked.place.textContent ?? "", /Wichtige Parameter/);
  const english = pageOf(t, { language: "en" });
  assert.match(english.place.textContent ?? "", /Key parameters/);
});

test("a page opens what its link leads to, and its address follows a step", async (t) => {
  const { app } = pageOf(t, {}, "#model=izhikevich&pattern=rebound_spike&c=-55");
  assert.equal(app.selection.current.value.pattern, "rebound_spike");
  assert.equal(app.selection.current.value.values.c, -55);
  assert.match(document.title, /rebound spike/);
  app.selection.put({ c: -60 });
  app.selection.keep();
  await rendered();
  assert.match(location.hash, /&c=-60/);
});

test("a page that is loaded again has its steps", async (t) => {
  const { app } = pageOf(t);
  app.selection.put({ c: -60 });
  app.selection.keep();
  const { hash } = location;
  assert.equal(tabHistory(`history ${location.pathname}`).load()?.steps.length, 2);
  const again = pageOf(t, {}, hash);
  assert.equal(again.app.selection.canUndo.value, true);
  await again.app.selection.undo();
  assert.equal(again.app.selection.current.value.values.c, -65);
  const elsewhere = pageOf(t, {}, "#pattern=rebound_spike");
  assert.equal(elsewhere.app.selection.canUndo.value, false);
});
