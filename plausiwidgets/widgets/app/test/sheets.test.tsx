// The sheets of patterns and of models.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Sheet } from "../src/panels/Sheet.tsx";
import { Models, Patterns } from "../src/tools/sheets.tsx";
import { rendered, shown, withCanvases } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const canvases = withCanvases(150, 60);

const press = (element: Element, key: string, how: object = {}) =>
  element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...how }));

test("a sheet takes the focus, keeps it, and closes on Escape and on a click next to it", async () => {
  const app = appOf();
  app.screen.sheet.value = "more";
  const view = shown(
    <Sheet host={app.host} screen={app.screen} title="Title" wide={false}>
      <a href="#first">first</a>
      <button type="button">last</button>
    </Sheet>,
  );
  const dialog = view.find("[role=dialog]");
  assert.equal(dialog.getAttribute("aria-label"), "Title");
  assert.equal(dialog.className, "pw-sheet");
  assert.equal(view.find("h3").textContent, "Title");
  const [close, last] = view.all("button");
  assert.equal(document.activeElement, close);
  press(dialog, "Tab", { shiftKey: true });
  assert.equal(document.activeElement, last);
  press(dialog, "Tab");
  assert.equal(document.activeElement, close);
  press(dialog, "Escape");
  assert.equal(app.screen.sheet.value, "");
  app.screen.sheet.value = "more";
  dialog.click();
  assert.equal(app.screen.sheet.value, "more", "a click within the sheet leaves it open");
  view.find(".pw-veil").click();
  assert.equal(app.screen.sheet.value, "");
  view.remove();
  app.close();
});

test("a closed sheet gives the focus back", async () => {
  const app = appOf();
  const before = document.createElement("button");
  document.body.append(before);
  before.focus();
  const view = shown(
    <Sheet host={app.host} screen={app.screen} title="Title">
      <p>text</p>
    </Sheet>,
  );
  assert.equal(document.activeElement?.getAttribute("aria-label"), "Close");
  view.remove();
  await until(() => document.activeElement === before);
  before.remove();
  app.close();
});

test("patterns are pictures with the status of this model, and one is opened by a click", async () => {
  const app = appOf("lif");
  const view = shown(<Patterns {...app} />);
  const pictures = view.all(".pw-gallery > button");
  assert.equal(pictures.length, 20);
  const here = view.find(".pw-gallery [aria-current=true]");
  assert.equal(here.querySelector("b")?.textContent, "A");
  assert.equal(here.querySelector("em")?.getAttribute("aria-label"), "verified");
  assert.equal(document.activeElement, here);
  const bursting = pictures.find(({ textContent }) => textContent?.includes("Tonic bursting"));
  assert.equal(bursting?.querySelector("em")?.textContent, "∅");
  assert.match(view.find(".pw-key").textContent ?? "", /✓ verified.*∅ ruled out/);
  app.screen.sheet.value = "patterns";
  bursting?.click();
  await until(() => app.selection.current.value.pattern === "tonic_bursting");
  await rendered();
  assert.equal(app.screen.sheet.value, "");
  assert.match(view.find("[aria-current=true]").textContent ?? "", /Tonic bursting/);
  view.remove();
  app.close();
});

test("a trace is drawn for each pattern, and a sentence explains those of the targets", async () => {
  const app = appOf("lif");
  const view = shown(<Patterns {...app} />);
  const before = canvases.paintings();
  await until(() => view.all(".pw-gallerykey").length > 0);
  await until(() => canvases.paintings() === before + 20);
  assert.match(view.find(".pw-gallerykey").textContent ?? "", /^Blue traces .* Grey traces are targets/);
  view.remove();
  app.close();
});

test("the map of all models replaces the pictures", async () => {
  const app = appOf("lif");
  const view = shown(<Patterns {...app} />);
  assert.equal(view.all("table").length, 0);
  const [one, all] = view.all(".pw-tabs button");
  assert.equal(one.getAttribute("aria-pressed"), "true");
  all.click();
  await rendered();
  assert.deepEqual([one.getAttribute("aria-pressed"), all.getAttribute("aria-pressed")], ["false", "true"]);
  assert.equal(view.find("table").getAttribute("role"), "grid");
  assert.equal(view.all("tbody tr").length, Object.keys(app.catalogue.models).length);
  view.remove();
  app.close();
});

test("an assessment of a script is shown first", () => {
  const cells = {
    "lif tonic_spiking": {
      status: "some",
      sign: "✓",
      share: "3/5",
      lines: ["verified for 3 of 5 seeds"],
      values: null,
    },
  };
  const columns = [{ key: "tonic_spiking", letter: "A", title: "Tonic spiking" }];
  const table = { rows: [{ name: "lif", title: "LIF" }], columns, cells };
  const app = appOf("lif", "tonic_spiking", { begin: { table } });
  const view = shown(<Patterns {...app} />);
  assert.equal(view.find("[aria-pressed=true]").textContent, "assessment");
  assert.equal(view.find("td.some button").textContent, "✓3/5");
  assert.equal(view.find(".pw-key").textContent, "✓ verified");
  view.remove();
  app.close();
});

test("a model is opened under the same pattern, with the parameters that both have if they are kept", async () => {
  const { host } = hostOf();
  const app = appOf("lif", "tonic_spiking", { host: { ...host, has: (model) => model.length > 3 || model === "lif" } });
  const view = shown(<Models {...app} />);
  const names = Object.keys(app.catalogue.models);
  const known = names.filter((name) => name.length > 3 || name === "lif");
  assert.equal(view.all(".pw-models > button").length, known.length);
  const here = view.find("[aria-current=true]");
  assert.equal(here.querySelectorAll("i").length, 20);
  const count = here.querySelectorAll("i.replicated").length;
  assert.ok(here.textContent?.endsWith(`${count} of 20`), here.textContent ?? "");
  const next = view.all(".pw-models > button")[known.indexOf("lsnn")];
  const kept = app.selection.current.value.values;
  view.find("input").click();
  await rendered();
  next.click();
  await until(() => app.selection.current.value.model === "lsnn");
  await rendered();
  const { pattern, values } = app.selection.current.value;
  assert.equal(pattern, "tonic_spiking");
  const both = Object.keys(kept).filter((name) => app.selection.data.value.parameters.some((one) => one.name === name));
  assert.ok(both.length > 1);
  for (const name of both) assert.equal(values[name], kept[name], name);
  assert.equal(view.find("[aria-current=true]").textContent, next.textContent);
  view.remove();
  app.close();
});
