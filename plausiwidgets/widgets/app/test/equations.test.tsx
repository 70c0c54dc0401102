// The tool Equations, with and without a host that typesets them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Equations } from "../src/tools/equations.tsx";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

test("a file shows the equations as text, and their source with links", () => {
  const app = appOf("izhikevich", "tonic_spiking", { host: hostOf("none", () => false).host });
  const view = shown(<Equations {...app} />);
  assert.equal(view.find("pre[role=group]").getAttribute("aria-label"), "Equations");
  assert.ok(view.find("pre").textContent);
  const { textContent, href } = view.find<HTMLAnchorElement>("a");
  assert.match(textContent ?? "", /^doi:10\./);
  assert.match(href, /^https:\/\/doi\.org\/10\./);
  assert.equal(view.all("dt").length, app.selection.data.value.parameters.length);
  assert.equal(view.all("button").length, 0);
  view.remove();
  app.close();
});

test("a host typesets the equations, and the meaning of a symbol is shown", async () => {
  const { host, reply, asked } = hostOf();
  const app = appOf("izhikevich", "tonic_spiking", { host });
  const view = shown(<Equations {...app} />);
  await until(() => asked.some(({ kind }) => kind === "equations"));
  const html = '<math><mi data-symbol="a">a</mi></math>';
  reply("equations", "done", { html, meanings: { a: "Rate of the recovery." }, card: "<html></html>" });
  await rendered();
  assert.equal(view.find(".pw-maths").getAttribute("role"), "group");
  assert.equal(view.find("[aria-live]").textContent, "Hover over a symbol to see what it means.");
  view.find("[data-symbol]").dispatchEvent(new Event("pointerover", { bubbles: true }));
  await rendered();
  assert.equal(view.find("[aria-live]").textContent, "Rate of the recovery.");
  assert.match(view.find(".marked dt").textContent ?? "", /^a/);
  assert.equal(view.find("button").textContent, "Save model card");
  view.remove();
  const again = shown(<Equations {...app} />);
  await rendered();
  assert.equal(asked.filter(({ kind }) => kind === "equations").length, 1, "the reply is kept");
  assert.equal(again.all(".pw-maths").length, 1);
  again.remove();
  app.close();
});
