// The panel under the figure that shows a search and its result.

import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";
import type { App } from "../src/app.ts";
import { announced } from "../src/models/announced.ts";
import { SearchButton } from "../src/panels/actions.tsx";
import { SearchPanel } from "../src/panels/searchPanel.tsx";
import { rendered, shown, withCanvases } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const record = {
  ...{ model: "izhikevich", pattern: "tonic_spiking", dt: 0.25, seconds: 9, at_bounds: [], status: "", loss: 0.5 },
  best: { a: 0.03 },
};

/** The panel of a search while it is open, and the button that opens it. */
function Both({ app }: { readonly app: App }) {
  return (
    <div class="pw-app">
      {app.search.isShown.value && <SearchPanel {...app} />}
      <SearchButton search={app.search} task={app.task} />
    </div>
  );
}

/** A panel with a started search. */
async function begun(name: "kernel" | "none" = "kernel") {
  const { host, asked, reply } = hostOf(name);
  const app = appOf("izhikevich", "tonic_spiking", { host });
  app.task.search("values");
  const view = shown(<Both app={app} />);
  await rendered();
  const buttons = () => view.all(".pw-drawer button").map(({ textContent }) => textContent);
  const words = () => view.find("[role=status]").textContent ?? "";
  const progress = () => view.find(".pw-progress").textContent ?? "";
  const end = () => {
    view.remove();
    app.close();
  };
  return { app, view, asked, reply, buttons, words, progress, end };
}

test("a search starts, runs, pauses and resumes", async () => {
  const { view, asked, reply, buttons, words, progress, end } = await begun();
  assert.equal(view.find("h3").textContent, "Search for tonic spiking");
  assert.equal(words(), "starting …");
  assert.deepEqual(buttons(), ["■ Stop", "Use these parameters"]);
  assert.equal(view.find<HTMLButtonElement>(".pw-take").disabled, true);
  reply("search", "running", { search: record, from: 0 }, { loss: Float32Array.of(2, 0.5, 3) });
  await rendered();
  assert.equal(progress(), "3 evaluated, best loss 0.5");
  assert.equal(words(), "starting …", "a screen reader hears the progress later");
  assert.equal(view.find("canvas").getAttribute("aria-label"), progress());
  assert.deepEqual(buttons(), ["❚❚ Pause", "■ Stop", "Use these parameters"]);
  view.find("button").click();
  assert.equal(asked.at(-1)?.kind, "pause");
  reply("search", "paused", { search: record, from: 3 });
  await rendered();
  assert.deepEqual(buttons(), ["▶ Resume", "■ Stop", "Use these parameters"]);
  end();
});

test("a search that is over is a card with its result, what changes, and the next step", async () => {
  const { app, view, reply, buttons, words, end } = await begun();
  const { values } = app.selection.current.value;
  const found = { ...record, loss: 0, status: "replicated", best: { ...values, a: 0.03 } };
  reply("search", "done", { search: found, from: 0 }, { loss: Float32Array.of(2, 0) });
  await rendered();
  assert.deepEqual(buttons(), ["Search from a new start", "Close", "Use these parameters"]);
  assert.equal(view.find(".pw-next").textContent, "Use these parameters");
  assert.ok(view.find(".pw-drawerhead").classList.contains("found"));
  assert.equal(view.find("h3").textContent, "✓ Found and verified: tonic spiking");
  assert.match(words(), /2 evaluations, best loss 0\. Use these parameters, then drag/);
  const rows = () => view.all(".pw-changed tbody tr").map((row) => [...row.children].map((cell) => cell.textContent));
  assert.deepEqual(rows(), [["a", "0.02", "0.03 ms⁻¹"]]);
  view.find(".pw-take").click();
  await until(() => app.selection.current.value.values.a === 0.03);
  await rendered();
  assert.match(words(), /These parameters are now on your sliders\./);
  assert.equal(view.find(".pw-take").getAttribute("aria-disabled"), "true");
  assert.deepEqual(rows(), [["a", "0.02", "0.03 ms⁻¹"]]);
  const [, close] = view.all(".pw-drawerbuttons button");
  close.click();
  assert.equal(app.search.isShown.value, false);
  end();
});

test("a search without a solution can continue from its best, restart at random, or use wider ranges", async () => {
  const { app, view, asked, reply, buttons, words, end } = await begun();
  const { values } = app.selection.current.value;
  const missed = { ...record, best: { ...values, a: 0.1 }, at_bounds: ["a"] };
  const over = async () => {
    reply("search", "done", { search: missed, from: 0 }, { loss: Float32Array.of(2, 0.5) });
    await rendered();
  };
  await over();
  assert.equal(view.find("h3").textContent, "✗ Not found: tonic spiking");
  assert.match(
    words(),
    /2 evaluations, best loss 0\.5\. The best parameters are at a limit of the search range of a\./,
  );
  const steps = ["Search from a new start", "Continue from the best", "Search wider ranges"];
  assert.deepEqual(buttons(), [...steps, "Close", "Use these parameters"]);
  assert.equal(view.find(".pw-next").textContent, "Search from a new start");
  const press = async (place: number) => {
    view.all(".pw-drawerbuttons button")[place].click();
    await rendered();
    return asked.findLast(({ kind }) => kind === "search")?.fields;
  };
  const further = await press(1);
  assert.deepEqual([further.begin, further.values.a, further.bounds], ["values", 0.1, undefined]);
  await over();
  const before = app.selection.sliders.value.find(({ name }) => name === "a");
  const wider = await press(2);
  assert.deepEqual([wider.values.a, Object.keys(wider.bounds)], [0.1, ["a"]]);
  assert.ok(before && wider.bounds.a[1] > before.high && wider.bounds.a[0] < before.low);
  assert.equal(app.selection.sliders.value.find(({ name }) => name === "a")?.high, wider.bounds.a[1]);
  end();
});

test("a search that was stopped and one that failed have cards of their own", async () => {
  const { view, reply, buttons, end } = await begun();
  reply("search", "stopped", { search: record, from: 0 }, { loss: Float32Array.of(2, 0.5) });
  await rendered();
  assert.ok(view.find(".pw-drawerhead").classList.contains("stopped"));
  assert.equal(view.find("h3").textContent, "■ Stopped: tonic spiking");
  assert.ok(buttons().includes("Continue from the best"));
  assert.equal(view.find(".pw-next").textContent, "Use these parameters");
  reply("search", "failed", { search: record, from: 2, error: "The disk is full." });
  await rendered();
  assert.match(
    view.find("[role=status]").textContent ?? "",
    /^! The search failed: tonic spiking.*The disk is full\.$/,
  );
  end();
});

test("in a file a found set is not verified", async () => {
  const { view, reply, words, end } = await begun("none");
  reply(
    "search",
    "done",
    { search: { ...record, loss: 0, status: "unverified" }, from: 0 },
    { loss: Float32Array.of(2, 0) },
  );
  await rendered();
  assert.ok(view.find(".pw-drawerhead").classList.contains("unverified"));
  assert.match(words(), /^○ Criteria met, not verified: tonic spiking.*Open them in a notebook/);
  end();
});

test("the region for screen readers announces the progress of a search at most once in five seconds", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const latest = signal("1 evaluated");
  const { words, close } = announced(latest);
  assert.equal(words.value, "1 evaluated");
  latest.value = "2 evaluated";
  t.mock.timers.tick(4900);
  latest.value = "3 evaluated";
  assert.equal(words.value, "1 evaluated");
  t.mock.timers.tick(200);
  assert.equal(words.value, "3 evaluated");
  t.mock.timers.tick(5000); // there is no new text
  latest.value = "4 evaluated";
  assert.equal(words.value, "4 evaluated");
  close();
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
  await until(() => document.activeElement?.textContent === "Use these parameters"); // the button of the next step
  const close = view.all(".pw-drawer button").find(({ textContent }) => textContent === "Close");
  assert.ok(close);
  close.focus();
  close.click();
  await until(() => document.activeElement?.textContent === "Search for parameters");
  assert.equal(view.all(".pw-drawer").length, 0);
  end();
});

test("the curve is painted for each reply", async () => {
  const canvases = withCanvases(600, 200);
  const { view, reply, end } = await begun();
  await until(() => canvases.paintings() > 0);
  const before = canvases.paintings();
  assert.equal(view.find("canvas").dataset.dots, "0");
  reply("search", "running", { search: record, from: 0 }, { loss: Float32Array.of(2, 1) });
  await until(() => view.find("canvas").dataset.dots === "2");
  assert.ok(canvases.paintings() > before);
  end();
  canvases.restore();
});
