// The figure of an app: its description, handles, readout, zoom and legend.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ReadonlySignal, signal } from "@preact/signals";
import type { App } from "../src/app.ts";
import { type MakePicture, Pictured } from "../src/figure/CanvasView.tsx";
import { Figure, Legend } from "../src/figure/Figure.tsx";
import { tracesOf } from "../src/figure/traces.ts";
import { translate } from "../src/i18n/texts.ts";
import { rendered, shown, withCanvases } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const SIZE = [800, 500] as const;

/** A tool whose picture depends on a value. */
function Tool({ app, value, drawn }: { app: App; value: ReadonlySignal<number>; drawn: number[] }) {
  const picture: MakePicture = (width, height) => {
    drawn.push(value.peek());
    return tracesOf(app.scene.peek(), width, height, { size: 14, dark: false });
  };
  const attributes = { role: "img", "aria-label": `value ${value.value}`, "data-pw-tool": "" } as const;
  return <Pictured host={app.host} search={app.search} of={[value.value]} picture={picture} attributes={attributes} />;
}

/** The figure of an app on canvases with a size. */
async function figureOf(app: App = appOf()) {
  const canvases = withCanvases(...SIZE);
  const view = shown(<Figure {...app} />);
  const figure = view.find("[data-pw-figure]");
  await until(() => figure.dataset.drawn !== undefined);
  const event = (type: string, fields: object = {}) =>
    figure.dispatchEvent(Object.assign(new Event(type, { bubbles: true, cancelable: true }), fields));
  const end = () => {
    view.remove();
    canvases.restore();
    app.close();
  };
  return { app, view, figure, event, paintings: canvases.paintings, end };
}

test("the figure has a description, which follows a slider", async () => {
  const { app, view, figure, paintings, end } = await figureOf();
  const label = () => view.find("canvas[role=img]").getAttribute("aria-label") ?? "";
  assert.match(
    label(),
    /^Membrane potential over time\. Your neuron fires \d+ spikes, and the potential ranges from −/,
  );
  assert.equal(figure.dataset.pwPainter, "light");
  assert.match(figure.dataset.potential ?? "", /^62 \d+ 718 \d+$/);
  const [before, painted] = [label(), paintings()];
  app.selection.put({ amplitude: 0 });
  await until(() => paintings() > painted);
  await rendered();
  assert.notEqual(label(), before);
  assert.match(label(), /Your neuron fires 0 spikes/);
  end();
});

test("without a response, the description contains no values", async () => {
  const { host } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const { v } = app.run.trace.value;
  v.fill(Number.NaN);
  const { view, end } = await figureOf(app);
  const label = view.find("canvas").getAttribute("aria-label");
  assert.equal(label, "Membrane potential over time. Nothing has been simulated yet.");
  end();
});

test("several changes are drawn once a frame, and a change of nothing is not drawn", async () => {
  const { app, paintings, end } = await figureOf();
  await rendered();
  const before = paintings();
  app.screen.sheet.value = "share";
  await rendered();
  assert.equal(paintings(), before);
  app.selection.put({ amplitude: 8 });
  app.selection.put({ amplitude: 9 });
  app.screen.isDark.value = true;
  await until(() => paintings() > before);
  assert.equal(paintings(), before + 1);
  translate("de", {});
  await until(() => paintings() > before + 1);
  translate("en", {});
  end();
});

test("a handle of the current has a label and a value, and the arrow keys move it", async () => {
  const { app, view, end } = await figureOf();
  const handle = view.find(".pw-handle.height[role=spinbutton]");
  assert.equal(handle.getAttribute("aria-label"), "Level of the current, amplitude");
  const { amplitude } = app.selection.current.value.values;
  assert.equal(handle.getAttribute("aria-valuenow"), String(amplitude));
  handle.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
  assert.equal(document.activeElement, handle);
  const moved = app.selection.current.value.values.amplitude;
  assert.ok(moved > amplitude);
  await until(() => handle.getAttribute("aria-valuenow") === String(moved));
  app.selection.configure({ locked: ["amplitude"] });
  await until(() => view.all(".pw-handle.height").length === 0);
  end();
});

test("the readout shows the values under the pointer, and other views get the time", async () => {
  const { app, view, event, end } = await figureOf();
  const readout = view.find(".pw-readout");
  assert.equal(readout.hidden, true);
  event("pointermove", { clientX: 400, clientY: 100, buttons: 0, pointerType: "mouse" });
  assert.equal(readout.hidden, false);
  assert.match(view.find(".pw-readout b").textContent ?? "", /^\d+(\.\d+)? ms$/);
  assert.match(view.find(".pw-readout .yours").textContent ?? "", /^your neuron: −?[\d.]+ mV$/);
  assert.match(view.find(".pw-readout .target").textContent ?? "", /^target/);
  assert.ok((app.run.pointedAt.value ?? 0) > 0);
  event("pointerleave");
  assert.equal(readout.hidden, true);
  assert.equal(app.run.pointedAt.value, null);
  end();
});

test("a wheel with Ctrl zooms in, and a double click ends the zoom", async () => {
  const { app, event, end } = await figureOf();
  const [first, last] = app.scene.value.x;
  event("wheel", { deltaY: -300, deltaMode: 0, clientX: 400, clientY: 100, ctrlKey: false });
  assert.deepEqual(app.scene.value.x, [first, last]);
  event("wheel", { deltaY: -300, deltaMode: 0, clientX: 400, clientY: 100, ctrlKey: true });
  const [begin, zoomed] = app.scene.value.x;
  assert.ok(zoomed - begin < 0.7 * (last - first));
  event("dblclick");
  assert.deepEqual(app.scene.value.x, [first, last]);
  end();
});

test("the legend names the lines that are shown", async () => {
  const { host, reply } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const view = shown(<Legend {...app} />);
  const entries = () => view.all("li").map(({ className, textContent }) => `${className}: ${textContent}`);
  assert.deepEqual(entries(), ["target: target, Izhikevich 2004", "yours: your neuron"]);
  assert.equal(view.find("li").getAttribute("title"), null);
  app.screen.pinned.value = app.selection.current.value;
  app.search.begin("values");
  const search = { model: "izhikevich", pattern: "tonic_spiking", dt: 0.25, seconds: 9, at_bounds: [], loss: 0.5 };
  reply("search", "running", { search: { ...search, best: { a: 0.03 } }, from: 0 });
  await rendered();
  assert.deepEqual(entries().slice(1), ["pinned: comparison", "yours: your neuron", "best: best of the search"]);
  assert.deepEqual(
    app.scene.value.lines.map(({ role }) => role),
    ["target", "pinned", "best", "yours"],
  );
  await app.selection.choose("adex", "tonic_spiking");
  await rendered();
  assert.deepEqual(entries(), ["target: target (scaled), Izhikevich 2004", "yours: your neuron"]);
  assert.match(view.find("li").getAttribute("title") ?? "", /^The target is scaled once, to this model/);
  view.remove();
  app.close();
});

test("a picture of a tool is drawn again with other values, and its label is that of the canvas", async () => {
  const canvases = withCanvases(...SIZE);
  const { paintings } = canvases;
  const app = appOf();
  const value = signal(0);
  const drawn: number[] = [];
  const view = shown(<Tool app={app} value={value} drawn={drawn} />);
  await until(() => paintings() === 1);
  assert.equal(view.find("[data-pw-tool] > canvas[role=img]").getAttribute("aria-label"), "value 0");
  assert.equal(view.find(".pw-cells").getAttribute("role"), null);
  value.value = 3;
  await until(() => paintings() === 2);
  assert.deepEqual(drawn, [0, 3]);
  assert.equal(view.find("canvas").getAttribute("aria-label"), "value 3");
  view.remove();
  canvases.restore();
  app.close();
});

test("a picture with handlers of its own is not an image", () => {
  const app = appOf();
  const attributes = { role: "application", "aria-label": "plane", tabIndex: 0 } as const;
  const view = shown(
    <Pictured host={app.host} search={app.search} of={[]} picture={() => null} attributes={attributes} />,
  );
  assert.equal(view.find("[role=application]").getAttribute("aria-label"), "plane");
  assert.equal(view.find("canvas").getAttribute("aria-hidden"), "true");
  view.remove();
  app.close();
});
