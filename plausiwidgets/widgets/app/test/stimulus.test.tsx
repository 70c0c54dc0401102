// The tool Stimulus: a current, noise or a waveform instead of the stimulus of a pattern.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelData } from "../src/catalogue.ts";
import { Stimulus } from "../src/tools/stimulus.tsx";
import { modelData } from "./catalogue.ts";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

/** A model with currents that are shown like patterns, in the form of a host. */
function withCurrents(): ModelData {
  const data = modelData("izhikevich");
  const own = data.patterns.tonic_spiking;
  const shared = (key: string) => ({
    ...{ key, letter: "", title: key, in_sentence: key, description: "", function: "", hint: "", source: "" },
    ...{ main: "sweep", fine: false, python: "", judged: {}, targets: [] },
    components: [
      {
        ...{ holding: null, prefix: "", label: "", title: key, in_sentence: key, look: "", event: null },
        sweeps: [{ name: "sweep", pieces: [], end: 100, duration: 100 }],
      },
    ],
  });
  const keys = ["stimulus_pulses_5", "stimulus_noise_1", "stimulus_values"];
  return {
    ...data,
    patterns: { ...data.patterns, ...Object.fromEntries(keys.map((key) => [key, own])) },
    shared: Object.fromEntries(keys.map((key) => [key, shared(key)])),
  };
}

test("a current replaces the stimulus of the pattern, and the pattern is one click away", async () => {
  const { host, reply, asked } = hostOf();
  const app = appOf("izhikevich", "tonic_bursting", { host, data: withCurrents() });
  const view = shown(<Stimulus {...app} />);
  const pressed = () => view.all("[role=group] [aria-pressed=true]").map(({ textContent }) => textContent);
  assert.deepEqual(pressed(), ["Standard"]);
  assert.match(view.find(".pw-at").textContent ?? "", /^The standard stimulus for tonic bursting, with its criteria\./);
  await rendered();
  const [standard, , pulses] = view.all("[role=group] button");
  pulses.click();
  const { shape, number, text } = asked.findLast(({ kind }) => kind === "stimulus")?.fields ?? assert.fail();
  assert.deepEqual([shape, number, text], ["pulses", 5, ""]);
  reply("stimulus", "done", { pattern: "stimulus_pulses_5" });
  await until(() => app.selection.pattern.value.key === "stimulus_pulses_5");
  await rendered();
  assert.deepEqual(pressed(), ["Pulses"]);
  assert.match(view.find(".pw-at").textContent ?? "", /^This stimulus has no criteria\./);
  const count = view.find<HTMLInputElement>("input[type=number]");
  count.value = "51";
  count.dispatchEvent(new Event("change", { bubbles: true }));
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "The number of pulses must be between 1 and 50.");
  standard.click();
  await until(() => app.selection.pattern.value.key === "tonic_bursting");
  await rendered();
  assert.deepEqual(pressed(), ["Standard"]);
  view.remove();
  app.close();
});

test("the noise has a seed, which must be an integer of 32 bits", async () => {
  const { host, reply, asked } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host, data: withCurrents() });
  const view = shown(<Stimulus {...app} />);
  view.all("[role=group] button")[4].click();
  reply("stimulus", "done", { pattern: "stimulus_noise_1" });
  await until(() => app.selection.pattern.value.key === "stimulus_noise_1");
  await rendered();
  const seed = view.find<HTMLInputElement>("input[type=number]");
  const type = async (text: string) => {
    seed.value = text;
    seed.dispatchEvent(new Event("change", { bubbles: true }));
    await rendered();
  };
  await type("4294967296");
  assert.match(view.find("[role=status]").textContent ?? "", /^The seed must be an integer between 0 and 4/);
  await type("12");
  const { shape, number } = asked.findLast(({ kind }) => kind === "stimulus")?.fields ?? assert.fail();
  assert.deepEqual([shape, number], ["noise", 12]);
  view.remove();
  app.close();
});

test("a waveform is typed and kept, and its error is shown", async () => {
  const { host, reply, asked } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host, data: withCurrents() });
  const view = shown(<Stimulus {...app} />);
  view.all("[role=group] button")[6].click();
  await rendered();
  assert.equal(view.all("textarea").length, 1);
  const area = view.find<HTMLTextAreaElement>("textarea");
  area.value = "0 10\n5 0";
  area.dispatchEvent(new Event("input", { bubbles: true }));
  view.find(".pw-small").click();
  const { shape, text, lines } = asked.findLast(({ kind }) => kind === "stimulus")?.fields ?? assert.fail();
  assert.deepEqual([shape, text, lines], ["values", "0 10\n5 0", false]);
  reply("stimulus", "failed", { error: "Line 2 is wrong." });
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "Line 2 is wrong.");
  view.remove();
  const again = shown(<Stimulus {...app} />);
  again.all("[role=group] button")[6].click();
  await rendered();
  assert.equal(again.find<HTMLTextAreaElement>("textarea").value, "0 10\n5 0");
  again.remove();
  app.close();
});
