// The verdict above the figure: its status, its pips, and the table of criteria.

import assert from "node:assert/strict";
import { test } from "node:test";
import { closenessOf } from "../src/models/closeness.ts";
import { measuredOf } from "../src/models/wording.ts";
import { Chip, Criteria } from "../src/panels/verdict.tsx";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

test("a measured value has no digits that only a computer distinguishes from 0", () => {
  const result = { unit: "mV", low: Number.NEGATIVE_INFINITY, high: 0.1667 };
  assert.equal(measuredOf({ ...result, value: 2.983e-9 }), "≈ 0 mV");
  assert.equal(measuredOf({ ...result, value: 0.0117 }), "0.0117 mV");
  assert.equal(measuredOf({ ...result, value: 0, high: 0 }), "0 mV");
  assert.equal(measuredOf({ ...result, value: Number.NaN }), "not measurable");
});

test("the chip shows the verdict, and its pips follow it", async () => {
  const app = appOf();
  const view = shown(<Chip verdict={app.verdict} run={app.run} task={app.task} screen={app.screen} />);
  await until(() => app.verdict.verdict.value !== null);
  await rendered();
  const total = app.verdict.verdict.value?.criteria.length;
  assert.equal(view.find("[role=status]").textContent, app.verdict.worded.value.words);
  assert.match(view.find("[role=status]").textContent ?? "", /Verified/);
  assert.equal(view.all(".pw-pips .on").length, total);
  const before = app.verdict.verdict.value;
  app.selection.put({ amplitude: 0 });
  await until(() => app.verdict.verdict.value !== before);
  await rendered();
  assert.match(view.find("[role=status]").textContent ?? "", /Criteria not met/);
  assert.ok(view.find(".pw-chip").classList.contains("rejected"));
  assert.notEqual(view.all(".pw-pips .on").length, total);
  view.remove();
  app.close();
});

test("the arrow keys mark a pip, and the Escape key removes the mark", async () => {
  const app = appOf();
  await until(() => app.verdict.verdict.value !== null);
  const view = shown(<Chip verdict={app.verdict} run={app.run} task={app.task} screen={app.screen} />);
  const count = app.verdict.verdict.value?.criteria.length ?? 0;
  const chip = view.find(".pw-chip");
  const key = (name: string) => chip.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
  assert.equal(view.all(".pw-detail").length, 0);
  key("ArrowLeft");
  assert.equal(app.verdict.marked.value, count - 1);
  key("ArrowRight");
  assert.equal(app.verdict.marked.value, 0);
  await rendered();
  assert.equal(view.all(".pw-pips .marked").length, 1);
  assert.match(view.find(".pw-detail").textContent ?? "", /^✓ .*\(required .*\)$/);
  key("Escape");
  await rendered();
  assert.equal(view.all(".pw-detail").length, 0);
  view.find("[data-pip]").dispatchEvent(new Event("pointermove", { bubbles: true }));
  assert.equal(app.verdict.marked.value, 0);
  chip.dispatchEvent(new Event("pointerleave"));
  assert.equal(app.verdict.marked.value, -1);
  view.find(".pw-chip").click();
  await rendered();
  assert.equal(app.screen.sheet.value, "criteria");
  assert.equal(chip.getAttribute("aria-expanded"), "true");
  view.remove();
  app.close();
});

test("a verdict that the host computes can be stopped, and started again", async () => {
  const { host, asked } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const view = shown(<Chip verdict={app.verdict} run={app.run} task={app.task} screen={app.screen} />);
  await until(() => app.verdict.verdict.value !== null);
  app.run.askHost("verdict");
  await until(() => app.run.waiting.value !== null);
  await rendered();
  assert.equal(asked.at(-1)?.kind, "simulate");
  assert.equal(view.find(".pw-whole").textContent, "Stop");
  assert.match(view.find(".pw-chip").textContent ?? "", /Python is evaluating …/);
  view.find(".pw-whole").click();
  await rendered();
  assert.equal(view.find(".pw-whole").textContent, "Try again");
  assert.match(view.find(".pw-chip").textContent ?? "", /Not evaluated/);
  view.remove();
  app.close();
});

test("the table has a row for each criterion, and a criterion that is not met is marked", async () => {
  const app = appOf();
  const view = shown(<Criteria {...app} />);
  assert.equal(view.all("tbody tr").length, 0);
  await until(() => app.verdict.verdict.value !== null);
  await rendered();
  assert.equal(view.all("tbody tr").length, app.verdict.verdict.value?.criteria.length);
  assert.equal(view.all("[aria-label=met]").length, view.all("tbody tr").length);
  assert.match(view.find(".pw-criteria").textContent ?? "", /Key parameters: .*Source: /s);
  const before = app.verdict.verdict.value;
  app.selection.put({ amplitude: 0 });
  await until(() => app.verdict.verdict.value !== before);
  await rendered();
  assert.ok(view.all("tr.missed [aria-label='not met']").length > 0);
  view.find("tbody tr").dispatchEvent(new Event("pointermove", { bubbles: true }));
  assert.equal(app.verdict.marked.value, 0);
  view.remove();
  await until(() => app.verdict.marked.value === -1);
  app.close();
});

test("the words about a marked pip are no tooltip, which would cover its bracket in the figure", async () => {
  const app = appOf();
  await until(() => app.verdict.verdict.value !== null);
  const view = shown(<Chip verdict={app.verdict} run={app.run} task={app.task} screen={app.screen} />);
  const chip = view.find(".pw-chip");
  assert.ok(chip.title);
  app.verdict.mark(0);
  await rendered();
  assert.equal(chip.title, "");
  assert.ok(view.find(".pw-detail").textContent);
  view.remove();
  app.close();
});

test("the bar from far to met has the same scale for every neuron of a pattern", async () => {
  const app = appOf();
  await until(() => app.verdict.verdict.value !== null);
  const criteria = app.verdict.verdict.value?.criteria.slice(0, 4) ?? [];
  const at = (loss: number) => closenessOf({ loss, criteria });
  assert.deepEqual([at(0), at(1), at(4), at(9), at(Number.NaN)], [1, 0.5, 0, 0, 0]);
  app.close();
});

test("the bar is full only if all criteria are met", async () => {
  const app = appOf();
  await until(() => app.verdict.verdict.value !== null);
  const view = shown(<Chip verdict={app.verdict} run={app.run} task={app.task} screen={app.screen} />);
  const meter = view.find("[role=meter]");
  assert.equal(meter.getAttribute("aria-valuenow"), "100");
  assert.ok(meter.getAttribute("aria-label"));
  const before = app.verdict.verdict.value;
  app.selection.put({ amplitude: 0 });
  await until(() => app.verdict.verdict.value !== before);
  await rendered();
  assert.ok(Number(view.find("[role=meter]").getAttribute("aria-valuenow")) < 100);
  assert.match(app.verdict.worded.value.why, /^Not met: [^(]+ \(.+, required .+\)(, and \d+ more)?\.$/);
  view.remove();
  app.close();
});
