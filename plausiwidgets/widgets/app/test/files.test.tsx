// The tool that saves traces, figures, exercises and the files of a host.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ExerciseFile, tracesFile } from "../src/tools/exports.tsx";
import { Files, traceCsv } from "../src/tools/files.tsx";
import { HOST_TOOLS } from "../src/tools/hostTools.ts";
import { addHostTools } from "../src/tools/provided.ts";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf } from "./harness.ts";

addHostTools(HOST_TOOLS);

const names = (view: ReturnType<typeof shown>) => view.all(".pw-files button").map(({ textContent }) => textContent);

// The address of a saved file exists for a minute, and the process should not wait for it.
after(() => setTimeout(process.exit, 50));

/** Replaces the function that saves a file. Returns the contents of the saved files. */
function savedTexts(): Blob[] {
  const blobs: Blob[] = [];
  URL.createObjectURL = (blob) => {
    if (blob instanceof Blob) blobs.push(blob);
    return "blob:file";
  };
  return blobs;
}

test("a trace as CSV has a 1 at each spike", () => {
  const line = { role: "yours", t0: -0.1, dt: 0.1, spikes: [0.1], divergedAt: NaN } as const;
  const text = traceCsv({ ...line, v: Float64Array.of(-70, -60, 30), current: Float64Array.of(0, 1, 1) });
  assert.equal(text, "t,v,current,spike\n-0.1,-70,0,0\n0,-60,1,0\n0.1,30,1,1\n");
});

test("a page alone saves the figure and the traces", async () => {
  const app = appOf("lif", "tonic_spiking", { host: hostOf("none", () => false).host });
  const view = shown(<Files {...app} />);
  assert.deepEqual(names(view), ["Figure (SVG)", "Figure (PNG)", "Traces (CSV)"]);
  const blobs = savedTexts();
  view.all("button")[0].click();
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "lif_tonic_spiking.svg");
  assert.match(await blobs[0].text(), /^<svg .*<title>Membrane potential over time\. Your neuron fires/s);
  view.all("button")[2].click();
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "lif_tonic_spiking.csv");
  assert.match(await blobs[1].text(), /^t,v,current,spike\n/);
  view.remove();
  app.close();
});

test("a host writes the other files, and its error is shown", async () => {
  const { host, reply, asked } = hostOf();
  const app = appOf("lif", "tonic_spiking", { host });
  const view = shown(<Files {...app} />);
  const own = ["Figure (SVG)", "Figure (PNG)", "Traces (CSV)", "Python script", "Standalone page (HTML)"];
  assert.deepEqual(names(view), own);
  const blobs = savedTexts();
  view.all("button")[3].click();
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "…");
  assert.equal(asked.findLast(({ kind }) => kind === "export")?.fields.what, "script");
  reply("export", "done", { name: "lif.py", text: "import plausiwidgets" });
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "lif.py");
  assert.equal(await blobs[0].text(), "import plausiwidgets");
  view.all("button")[4].click();
  reply("export", "failed", { error: "The page is too large." });
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "The page is too large.");
  view.remove();
  app.close();
});

test("the page writes the traces of all sweeps from the arrays of the host", async () => {
  const sweeps = ["weak, short", "strong"].map((name) => ({ name, t0: -0.1, dt: 0.1, states: ["v"] }));
  const file = tracesFile(sweeps, {
    "0.v": Float32Array.of(-70.1, 30),
    "0.current": Float32Array.of(0, 0.3),
    "0.spikes": Float64Array.of(0),
    "1.v": Float32Array.of(-70.1),
    "1.current": Float32Array.of(2),
  });
  assert.equal(
    await file.text(),
    'sweep,t,v,current,spike\n"weak, short",-0.1,-70.1,0,0\n"weak, short",0,30,0.3,1\nstrong,-0.1,-70.1,2,0\n',
  );
});

test("an exercise is saved with its question and the free parameters", async () => {
  const { host, asked } = hostOf();
  const app = appOf("lif", "tonic_spiking", { host });
  const view = shown(<ExerciseFile {...app} />);
  const input = view.find<HTMLInputElement>("input");
  assert.equal(input.placeholder, "Move the sliders until your neuron shows tonic spiking.");
  input.value = "Can it fire?";
  input.dispatchEvent(new Event("input", { bubbles: true }));
  app.selection.configure({ fixed: ["tau_mem"] });
  view.find("button").click();
  const { fields } = asked.findLast(({ kind }) => kind === "export") ?? assert.fail();
  assert.deepEqual([fields.what, fields.text], ["exercise", "Can it fire?"]);
  assert.ok(!fields.free.includes("tau_mem") && fields.free.length > 1);
  assert.equal(view.all("p").length, 0);
  await app.selection.choose("lif", "tonic_bursting");
  await rendered();
  assert.match(view.find("p").textContent ?? "", /^∅ ./);
  view.remove();
  app.close();
});
