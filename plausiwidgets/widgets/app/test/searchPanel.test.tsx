import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../src/app.ts";
import { SearchButton } from "../src/panels/actions.tsx";
import { SearchPanel } from "../src/panels/searchPanel.tsx";
import { rendered, shown, withCanvases } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const record = {
  ...{ model: "izhikevich", pattern: "tonic_spiking", dt: 0.25, seconds: 9, at_bounds: [], status: "", loss: 0.5 },
  best: { a: 0.03 },
};

/** The panel of a search, as long as it is open, and the button that opens it. */
function Both({ app }: { readonly app: App }) {
  return (
    <div class="pw-app">
      {app.search.isShown.value && <SearchPanel {...app} />}
      <SearchButton search={app.search} task={app.task} />
    </div>
  );
}

/** A panel whose search has begun. */
async function begun(name: "kernel" | "none" = "kernel") {
  const { host, asked, reply } = hostOf(name);
  const app = appOf("izhikevich", "tonic_spiking", { host });
  app.task.search("values");
  const view = shown(<Both app={app} />);
  await rendered();
  const buttons = () => view.all(".pw-drawer button").map(({ textContent }) => textContent);
  const words = () => view.find("[role=status]").textContent ?? "";
  const end = () => {
    view.remove();
    app.close();
  };
  return { app, view, asked, reply, buttons, words, end };
}

test("a search starts, runs, is paused and goes on", async () => {
  const { view, asked, reply, buttons, words, end } = await begun();
  assert.equal(view.find("h3").textContent, "Search for tonic spiking");
  assert.equal(words(), "starting …");
  assert.deepEqual(buttons(), ["■ Stop", "Use these parameters"]);
  assert.equal(view.find<HTMLButtonElement>(".pw-take").disabled, true);
  reply("search", "waiting", { search: { ...record, best: {} }, from: 0, before: 2 });
  await rendered();
  assert.equal(words(), "2 visitors are ahead of you …");
  reply("search", "running", { search: record, from: 0 }, { loss: Float32Array.of(2, 0.5, 3) });
  await rendered();
  assert.equal(words(), "3 evaluated, best loss 0.5");
  assert.equal(view.find("canvas").getAttribute("aria-label"), words());
  assert.deepEqual(buttons(), ["❚❚ Pause", "■ Stop", "Use these parameters"]);
  view.find("button").click();
  assert.equal(asked.at(-1)?.kind, "pause");
  reply("search", "paused", { search: record, from: 3 });
  await rendered();
  assert.deepEqual(buttons(), ["▶ Resume", "■ Stop", "Use these parameters"]);
  end();
});

test("a search that is over shows its result, and its parameters can be used", async () => {
  const { app, view, reply, buttons, words, end } = await begun();
  const found = { ...record, loss: 0, status: "replicated" };
  reply("search", "done", { search: found, from: 0 }, { loss: Float32Array.of(2, 0) });
  await rendered();
  assert.deepEqual(buttons(), ["Search from a new start", "Close", "Use these parameters"]);
  assert.equal(
    words(),
    "2 evaluated, best loss 0. Found and verified. Use these parameters, then drag to see how far you can change them.",
  );
  view.find(".pw-take").click();
  await rendered();
  assert.equal(app.selection.current.value.values.a, 0.03);
  assert.match(words(), /These parameters are now on your sliders\./);
  assert.equal(view.find(".pw-take").getAttribute("aria-disabled"), "true");
  const [, close] = view.all(".pw-drawerbuttons button");
  close.click();
  assert.equal(app.search.isShown.value, false);
  end();
});

test("a search without a solution names the ranges that may be too narrow", async () => {
  const { reply, words, end } = await begun();
  reply("search", "done", { search: { ...record, at_bounds: ["a", "b"] }, from: 0 }, { loss: Float32Array.of(2, 0.5) });
  await rendered();
  assert.match(words(), /^2 evaluated, best loss 0\.5\. Not found\. .* of a, b\. Widen that range/);
  end();
});

test("the focus stays in the panel, and goes to the button of searches when the panel is closed", async () => {
  const { view, reply, end } = await begun();
  reply("search", "running", { search: record, from: 0 }, { loss: Float32Array.of(2) });
  await rendered();
  const [pause] = view.all("button");
  pause.focus();
  reply("search", "paused", { search: record, from: 1 });
  await until(() => document.activeElement?.textContent === "▶ Resume");
  reply("search", "stopped", { search: record, from: 1 });
  await rendered();
  const [, close] = view.all(".pw-drawer button");
  assert.equal(close.textContent, "Close");
  close.focus();
  close.click();
  await until(() => document.activeElement?.textContent === "Search for parameters");
  assert.equal(view.all(".pw-drawer").length, 0);
  end();
});

test("the curve is painted for each reply", async () => {
  const canvases = withCanvases(600, 200);
  const { view, reply, end } = await begun();
  const before = canvases.paintings();
  assert.ok(before > 0);
  assert.equal(view.find("canvas").dataset.dots, "0");
  reply("search", "running", { search: record, from: 0 }, { loss: Float32Array.of(2, 1) });
  await until(() => view.find("canvas").dataset.dots === "2");
  assert.ok(canvases.paintings() > before);
  end();
  canvases.restore();
});
