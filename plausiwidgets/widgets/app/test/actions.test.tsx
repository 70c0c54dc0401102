// The buttons under the figure: search, hints and solution of practice, and the next pattern.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Actions, SearchButton } from "../src/panels/actions.tsx";
import { custom, KEY } from "./custom.ts";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

test("practice advances from a hint to the solution, and ends", async () => {
  const app = appOf();
  const view = shown(<Actions {...app} />);
  assert.equal(view.find(".pw-primary").textContent, "Your turn");
  await until(() => app.task.canPractise.value);
  await rendered();
  view.find(".pw-primary").click();
  await until(() => app.task.task.value.kind === "practice", 20_000);
  await rendered();
  assert.equal(view.find(".pw-primary").textContent, "Show a hint");
  assert.match(view.find("[role=status]").textContent ?? "", /^The grey trace is the target\./);
  view.find(".pw-primary").click();
  await rendered();
  assert.equal(view.find(".pw-primary").textContent, "Show the solution");
  assert.match(view.find("[role=status]").textContent ?? "", /^Green marks where/);
  view.find(".pw-primary").click();
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "▲ marks the original positions.");
  assert.equal(view.find<HTMLButtonElement>(".pw-primary").disabled, true);
  view.find(".pw-second").click();
  await rendered();
  assert.equal(app.task.task.value.kind, "none");
  assert.equal(view.find(".pw-primary").textContent, "Your turn");
  view.remove();
  app.close();
});

test("a solved practice offers the next pattern", async () => {
  const app = appOf();
  const { values } = app.selection.current.value;
  const view = shown(<Actions {...app} />);
  await until(() => app.task.canPractise.value);
  app.task.practise();
  await until(() => app.task.task.value.kind === "practice", 20_000);
  app.selection.put(values);
  await until(() => app.task.task.value.stage === "solved");
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "Well done! Your neuron shows tonic spiking.");
  assert.deepEqual(
    view.all("button").map(({ textContent }) => textContent),
    ["Next pattern ›", "Try again"],
  );
  view.remove();
  app.close();
});

test("without a search there is a way to verified parameters", async () => {
  const app = appOf("izhikevich", "tonic_spiking", { host: hostOf("none", () => false).host });
  const view = shown(<Actions {...app} />);
  await until(() => app.verdict.verdict.value?.loss === 0);
  await rendered();
  assert.equal(view.find(".pw-second").textContent, "Next pattern ›");
  app.selection.put({ amplitude: 0 });
  await until(() => app.verdict.verdict.value?.loss !== 0);
  await rendered();
  assert.equal(view.find(".pw-second").textContent, "Load verified parameters");
  view.find(".pw-second").click();
  await until(() => app.verdict.verdict.value?.loss === 0);
  view.remove();
  app.close();
});

test("the button of a search does nothing while a search runs", async () => {
  const { host, asked, reply } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const view = shown(<SearchButton search={app.search} task={app.task} />);
  const searches = () => asked.filter(({ kind }) => kind === "search").length;
  const button = view.find("[data-search]");
  assert.equal(button.textContent, "Search for parameters");
  assert.equal(button.getAttribute("aria-disabled"), "false");
  button.click();
  await rendered();
  assert.equal(searches(), 1);
  assert.equal(button.getAttribute("aria-disabled"), "true");
  button.click();
  assert.equal(searches(), 1);
  const search = {
    model: "izhikevich",
    pattern: "tonic_spiking",
    best: {},
    loss: 1,
    dt: 0.25,
    seconds: 9,
    at_bounds: [],
  };
  reply("search", "stopped", { search, from: 0 });
  await rendered();
  assert.equal(button.getAttribute("aria-disabled"), "false");
  view.remove();
  app.close();
});

test("a server offers no search of a model that its page cannot simulate, and states the reason", () => {
  const data = custom();
  for (const [name, isOffered] of [
    ["server", false],
    ["kernel", true],
  ] as const) {
    const app = appOf(data.model.name, KEY, { host: hostOf(name).host, data });
    const view = shown(<Actions {...app} />);
    assert.equal(view.find<HTMLButtonElement>("[data-search]").disabled, !isOffered);
    assert.match(view.find("p").textContent ?? "", isOffered ? /^Practice needs/ : /^Practice and a search need/);
    view.remove();
    app.close();
  }
});
