// The menus of the app: tools, lessons, sharing, code in Python, and language.

import assert from "node:assert/strict";
import { test } from "node:test";
import { translate } from "../src/i18n/texts.ts";
import { Copy } from "../src/panels/Copy.tsx";
import { Explore, Lessons, More, pythonOf, Share } from "../src/tools/menus.tsx";
import { rendered, shown } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

const titles = (view: ReturnType<typeof shown>) =>
  view.all(".pw-menu > button b").map(({ textContent }) => textContent);

test("the menu opens a tool, and names those that need Python", async () => {
  const app = appOf();
  app.screen.sheet.value = "explore";
  const view = shown(<Explore {...app} />);
  assert.equal(view.find("[role=dialog]").getAttribute("aria-label"), "Explore");
  const plane = view.all(".pw-menu > button").find(({ textContent }) => textContent?.startsWith("Phase plane"));
  plane?.click();
  assert.deepEqual([app.screen.tool.value, app.screen.sheet.value], ["plane", ""]);
  assert.ok(!view.place.textContent?.includes("A notebook with Python"));
  view.remove();
  app.close();
  const file = appOf("izhikevich", "tonic_spiking", { host: hostOf("none", () => false).host });
  const alone = shown(<Explore {...file} />);
  assert.match(alone.place.textContent ?? "", /A notebook with Python also provides: .*Recording/);
  alone.remove();
  file.close();
});

test("a trace is kept for comparison, until the comparison ends", async () => {
  const app = appOf();
  const view = shown(<Explore {...app} />);
  const button = () => view.all(".pw-menu > button").at(-1) ?? assert.fail();
  assert.match(button().textContent ?? "", /^Keep for comparison/);
  button().click();
  await rendered();
  assert.equal(app.screen.pinned.value, app.selection.current.value);
  assert.match(button().textContent ?? "", /^Stop comparing/);
  button().click();
  await rendered();
  assert.equal(app.screen.pinned.value, null);
  view.remove();
  app.close();
});

test("a lesson is opened and ended", async () => {
  const { host } = hostOf();
  const card = {
    ...{ title: "Card", body: ["Text."], model: "izhikevich", pattern: "tonic_spiking", free: [] },
    ...{ start: null, until: [], tool: "" },
  };
  const start = { values: [], dt: 0.25 };
  const lesson = { name: "first", title: "Lesson", cards: [{ ...card, start }] };
  const app = appOf("izhikevich", "tonic_spiking", { host: { ...host, lesson: async () => lesson } });
  const view = shown(<Lessons {...app} />);
  const own = Object.values(app.catalogue.lessons).filter(({ language }) => language === "en");
  assert.deepEqual(
    titles(view),
    own.map(({ title }) => title),
  );
  view.find(".pw-menu > button").click();
  await until(() => app.task.lesson.value !== null);
  await rendered();
  assert.equal(titles(view).at(-1), "End the lesson");
  view.all(".pw-menu > button").at(-1)?.click();
  await rendered();
  assert.equal(app.task.lesson.value, null);
  assert.equal(titles(view).length, own.length);
  view.remove();
  app.close();
});

test("links and code to share", async () => {
  const { host } = hostOf("server");
  const app = appOf("lif", "tonic_spiking", { host });
  const view = shown(<Share {...app} />);
  const link = view.find<HTMLTextAreaElement>("[aria-label='Link to this state']");
  assert.match(link.value, /^https:\/\/localhost\/#model=lif&pattern=tonic_spiking/);
  assert.match(view.place.textContent ?? "", /This link works only on this computer/);
  assert.equal(view.find<HTMLTextAreaElement>("[aria-label='Python code']").value, pythonOf(app.selection));
  const exercise = "[aria-label^='Link to an exercise']";
  assert.equal(view.all(exercise).length, 0);
  app.selection.configure({ fixed: ["tau_mem"] });
  await rendered();
  assert.match(view.find<HTMLTextAreaElement>(exercise).value, /&lock=tau_mem(&|$)/);
  assert.equal(
    view.all("button").some(({ textContent }) => textContent === "Open as notebook"),
    false,
  );
  view.remove();
  app.close();
});

test("code in Python names the time step only if it differs from that of the model", () => {
  const app = appOf("lif");
  const { dt } = app.selection.data.value.model;
  app.selection.setTimeStep(dt);
  assert.match(pythonOf(app.selection), /^import plausiwidgets as pw\n\npw\.judge\("lif", .*\}\)$/);
  app.selection.setTimeStep(dt / 2);
  assert.match(pythonOf(app.selection), new RegExp(`\\}, dt=${dt / 2}\\)$`));
  app.close();
});

test("a text is copied, or selected by hand where the page may not copy", async () => {
  const view = shown(<Copy label="Label" text="text" />);
  const status = view.find("[role=status]");
  assert.equal(view.find("textarea").getAttribute("aria-label"), "Label");
  assert.equal(status.textContent, "");
  const copied: string[] = [];
  const clipboard = { writeText: async (text: string) => copied.push(text) };
  Object.defineProperty(navigator, "clipboard", { configurable: true, value: clipboard });
  view.find("button").click();
  await rendered();
  assert.deepEqual([copied, status.textContent], [["text"], "Copied"]);
  Object.defineProperty(navigator, "clipboard", { configurable: true, value: undefined });
  view.find("button").click();
  await rendered();
  assert.equal(status.textContent, "Select the text and copy it.");
  view.remove();
});

test("the whole sweep and a language are chosen", async () => {
  const app = appOf();
  const view = shown(<More {...app} screen={{ ...app.screen, languages: ["en", "de"] }} />);
  const [english, german, whole] = view.all(".pw-menu button");
  assert.deepEqual(
    [english, german].map(({ textContent }) => textContent),
    ["English", "Deutsch"],
  );
  assert.deepEqual(
    [english, german].map((one) => one.getAttribute("aria-pressed")),
    ["true", "false"],
  );
  assert.equal(whole.querySelector("b")?.textContent, "Whole sweep");
  app.screen.sheet.value = "more";
  whole.click();
  await rendered();
  assert.deepEqual([app.run.isWhole.value, app.screen.sheet.value], [true, ""]);
  assert.equal(whole.querySelector("b")?.textContent, "Zoom to response");
  translate("de", { "Whole sweep": "Ganzer Verlauf", "Zoom to response": "Antwort" });
  await rendered();
  assert.equal(whole.querySelector("b")?.textContent, "Antwort");
  assert.equal(german.getAttribute("aria-pressed"), "true");
  translate("en", {});
  view.remove();
  app.close();
});
