// Lesson cards, exercises, mysteries and the class page.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Card, Exercise, LessonData } from "../src/catalogue.ts";
import { createClassAnswers } from "../src/classroom/classAnswers.ts";
import { ClassPage } from "../src/classroom/classPage.tsx";
import { codeOf } from "../src/classroom/codes.ts";
import { Answering, Question } from "../src/classroom/exercise.tsx";
import { CardActions, LessonCard, lessonsOf, Onward } from "../src/classroom/lesson.tsx";
import { LockedActions } from "../src/classroom/progress.tsx";
import type { Host } from "../src/hosts/host.ts";
import { translate } from "../src/i18n/texts.ts";
import { stored } from "../src/models/selection.ts";
import { HOST_TOOLS } from "../src/tools/hostTools.ts";
import { addHostTools } from "../src/tools/provided.ts";
import { catalogue, modelData } from "./catalogue.ts";
import { rendered, shown, withCanvases } from "./dom.ts";
import { appOf, hostOf, until } from "./harness.ts";

addHostTools(HOST_TOOLS);

const KEY = "tonic_bursting";
const data = modelData("izhikevich");
const shows = stored(data, KEY).values;
const start = { ...shows, c: -65 };

/** Types a text into a field. */
function type(field: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// -- lessons -----------------------------------------------------------------------------------------------------------

const card = (more: Partial<Card>): Card => ({
  ...{ title: "", body: [], model: "izhikevich", pattern: KEY, free: [], start: null, until: [], tool: "" },
  ...more,
});
const lesson: LessonData = {
  name: "first",
  title: "Bursts",
  cards: [
    card({
      title: "Shorter intervals",
      body: [
        ["p", ["The latency, the latency. ", ["a", ["b = 0.2"], { href: "#b=0.2" }]]],
        ["pre", ["print(1)"]],
      ],
      free: ["c"],
      start: { values: Object.entries(shows), dt: 0.25 },
      until: [{ holds: null, name: "c", below: -60, above: null }],
    }),
    card({ title: "The end" }),
  ],
};

test("a card has its state, its menu and its links, and leads to the next card as soon as it is done", async () => {
  const app = appOf("izhikevich", KEY, { begin: { lesson } });
  await app.task.goTo(0);
  const followed: string[] = [];
  const view = shown(
    <>
      <LessonCard {...app} follow={(href) => followed.push(href)} />
      <Onward {...app} />
    </>,
  );
  const status = () => view.find("[role=status]").textContent;
  const titles = () => view.all("option").map(({ textContent }) => textContent);
  const buttons = () => view.all(".pw-cardbuttons button").map(({ textContent }) => textContent);
  assert.equal(view.find("section").getAttribute("aria-label"), "Lesson");
  assert.equal(view.find("h3[data-title]").textContent, "Shorter intervals");
  assert.deepEqual([status(), buttons()], ["Continue until c is below −60.", ["Back", "Skip"]]);
  assert.deepEqual(titles(), ["1 of 2 · Shorter intervals", "2 of 2 · The end"]);
  assert.equal(view.all(".pw-text .pw-term").length, 1);
  assert.equal(view.find("pre[role=region]").getAttribute("aria-label"), "Code");
  view.find(".pw-text a").click();
  assert.deepEqual(followed, ["#b=0.2"]);
  assert.equal(view.all(".pw-onward").length, 0);

  app.selection.put({ c: -65 });
  await until(() => app.task.lesson.value?.isMet === true);
  await rendered();
  assert.deepEqual([status(), buttons()], ["✓ Done: c is below −60.", ["Back", "Next"]]);
  assert.equal(titles()[0], "✓ 1 of 2 · Shorter intervals");
  assert.equal(view.find(".pw-onward").textContent, "✓ Next card");
  app.selection.put({ c: -50 });
  await until(() => app.task.lesson.value?.isMet === false);
  await rendered();
  assert.equal(status(), "✓ You reached this goal, but the sliders have moved since.");
  view.find(".pw-onward").click();
  await until(() => view.place.textContent?.includes("The end") === true && view.all(".pw-onward").length === 0);
  assert.deepEqual([status(), buttons()], ["", ["Back"]]);
  assert.equal(document.activeElement, view.find("[data-title]"));
  view.find("[aria-label='End the lesson']").click();
  await rendered();
  assert.equal(view.all("section").length, 0);
  view.remove();
  app.close();
});

test("a card is reset by a button, and a search is offered unless parameters are locked", async () => {
  const app = appOf("izhikevich", KEY, { begin: { lesson } });
  await app.task.goTo(0);
  const view = shown(<CardActions {...app} />);
  const texts = () => view.all("button").map(({ textContent }) => textContent);
  assert.deepEqual(texts(), ["Reset this card"]);
  app.selection.put({ c: -65 });
  view.find("button").click();
  await until(() => app.selection.current.value.values.c === shows.c);
  app.task.endLesson();
  await rendered();
  assert.deepEqual(texts(), ["Reset this card", "Search for parameters"]);
  view.remove();
  app.close();
});

test("lessons are offered in the language of the screen, if there are some", () => {
  const listed = { title: "", cards: 1, shown: [] };
  const lessons = { one: { ...listed, language: "en" }, two: { ...listed, language: "de" } };
  const names = () => lessonsOf({ lessons }).map(([name]) => name);
  assert.deepEqual(names(), ["one"]);
  translate("de", {});
  assert.deepEqual(names(), ["two"]);
  translate("fr", {});
  assert.deepEqual(names(), ["one", "two"]);
  translate("en", {});
});

// -- exercises ---------------------------------------------------------------------------------------------------------

const exercise: Exercise = {
  question: "Which parameter makes it burst?",
  hints: ["Look at c.", "Raise c."],
  free: ["c", "d"],
  about: { ".model": "izhikevich", ".pattern": KEY },
  defaults: shows,
  common: null,
  shared: null,
  start: { values: Object.entries(start), dt: 0.25 },
};

/** An app at the start of an exercise. */
function exercising() {
  const locked = Object.keys(shows).filter((name) => !exercise.free.includes(name));
  const app = appOf("izhikevich", KEY, { begin: { exercise, ranges: { bounds: {}, fixed: [], locked } } });
  app.selection.put(start);
  return app;
}

test("a question names the free parameters", async () => {
  const app = exercising();
  const view = shown(<Question {...app} />);
  assert.equal(view.find("section").getAttribute("aria-label"), "Exercise");
  assert.equal(view.find(".pw-asked").textContent, "Which parameter makes it burst?");
  const last = () => view.find("p:last-child").textContent;
  assert.equal(last(), "You can change: c, d. The exercise is solved when all criteria are met.");
  app.selection.configure({ locked: Object.keys(shows).filter((name) => name !== "c") });
  await rendered();
  assert.match(last() ?? "", /^You can change: c\. /);
  view.remove();
  app.close();
});

test("an answer has hints, a code, and praise; a code is for the parameters that it was made of", async () => {
  const app = exercising();
  const view = shown(<Answering {...app} />);
  const button = (text: string) =>
    view.all("button").find(({ textContent }) => textContent === text) ?? assert.fail(text);
  await until(() => /^Not yet: \d+ of \d+ criteria met$/.test(view.find("p[role=status]").textContent ?? ""));
  button("Hint (2 left)").click();
  await rendered();
  assert.equal(view.find(".pw-hint").textContent, "Hint 1: Look at c.");
  button("Last hint").click();
  await rendered();
  assert.equal(view.all(".pw-hint").length, 2);
  type(view.find<HTMLTextAreaElement>(".pw-words textarea"), "c");
  button("Hand in").click();
  await rendered();
  assert.equal(document.activeElement, view.find(".pw-handin input"));
  const code = () => view.find<HTMLTextAreaElement>("[aria-label='Code to hand in']").value;
  assert.match(code(), /^PW1\.[\w-]+\.[0-9a-f]{8}$/);
  const before = code();
  type(view.find<HTMLInputElement>(".pw-handin input"), "Zoë");
  await rendered();
  assert.notEqual(code(), before);

  app.selection.put({ c: shows.c });
  await until(() => view.all(".pw-praise").length > 0);
  assert.equal(view.find(".pw-praise").textContent, "✓ Well done! Your neuron shows tonic bursting.");
  assert.deepEqual([view.all(".pw-handin").length, button("Hand in").className], [0, "pw-primary"]);
  assert.equal(view.find<HTMLTextAreaElement>(".pw-words textarea").value, "c");
  view.remove();
  app.close();
});

test("where a button hands in the code, no text tells students to send the code as well", async () => {
  const app = exercising();
  const hint = async (host: Host) => {
    const view = shown(<Answering {...app} host={host} />);
    await rendered();
    [...view.all("button")].find(({ textContent }) => textContent === "Hand in")?.click();
    await rendered();
    const text = view.find(".pw-handin .pw-copy label").textContent ?? "";
    view.remove();
    return text;
  };
  assert.match(await hint(app.host), /^Send this code to your teacher\. It contains your parameters/);
  assert.match(await hint({ ...app.host, hand: "hand" }), /^This is your code\. It contains your parameters/);
  app.close();
});

test("below locked parameters is the progress", async () => {
  const app = appOf("izhikevich", KEY);
  const view = shown(<LockedActions {...app} />);
  assert.equal(view.find("[role=status]").textContent, "Not yet: …");
  await until(() => view.all(".pw-praise").length > 0);
  assert.match(view.find("[role=status]").textContent ?? "", /^✓ Well done!/);
  view.remove();
  app.close();
});

// -- mysteries ---------------------------------------------------------------------------------------------------------

test("a mystery shows the points of both, and the hidden parameters when they are revealed", async () => {
  const { host, asked, reply } = hostOf();
  const app = appOf("izhikevich", KEY, { host });
  const about = { ".model": "izhikevich", ".mystery": "izhikevich.tonic_spiking.7" };
  app.task.takeExercise(
    { model: "izhikevich", pattern: KEY },
    { ...exercise, question: "Find it.", about, common: [], shared: { link: "", python: "" } },
  );
  const view = shown(
    <>
      <Question {...app} />
      <Answering {...app} />
    </>,
  );
  assert.equal(view.find(":is(h2, h3)").textContent, "Mystery 7");
  assert.deepEqual(
    app.task.mattering.value.map(({ name }) => name),
    ["c", "d"],
  );
  assert.equal(view.find(".pw-score").textContent, "you –search –of 100 points");
  await until(() => view.all(".pw-praise").length > 0);
  assert.match(view.find(".pw-score").textContent ?? "", /^you 100/);
  assert.equal(view.find(".pw-praise").textContent, "✓ Solved. All criteria are met.");
  const button = (text: string) =>
    view.all("button").find(({ textContent }) => textContent === text) ?? assert.fail(text);
  button("Race the search").click();
  await rendered();
  assert.match(view.find("p[role=status]:not(.pw-praise, .pw-score)").textContent ?? "", /evaluates 8 parameter sets/);
  button("Reveal parameters").click();
  reply("reveal", "done", { values: { c: -50, d: 2 } });
  await rendered();
  const rows = view.all(".pw-revealed tbody tr").map(({ textContent }) => textContent);
  assert.match(rows[0] ?? "", /^c−50 mV−50 mV$/);
  assert.equal(view.all("button").filter(({ textContent }) => textContent === "Reveal parameters").length, 0);
  assert.ok(view.find<HTMLButtonElement>("button[type=submit]").disabled);
  type(view.find<HTMLInputElement>(".pw-another input"), "12");
  await rendered();
  view.find(".pw-another").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  assert.equal(asked.findLast(({ kind }) => kind === "mystery")?.fields.seed, 12);
  view.remove();
  app.close();
});

// -- the class ---------------------------------------------------------------------------------------------------------

test("one code is a singular", async () => {
  const canvases = withCanvases(300, 200);
  const about = { catalogue, data, pattern: KEY, exercise, version: "1.2" };
  const model = createClassAnswers(about);
  const view = shown(<ClassPage model={model} title="Class results" place={document.createElement("div")} />);
  const code = codeOf(exercise, data.model.dt, { values: start, dt: 0.25 }, { seconds: 41, isSolved: false, name: "" });
  type(view.find<HTMLTextAreaElement>("textarea"), code);
  await rendered();
  view.find<HTMLButtonElement>(".pw-classgo button").click();
  await until(() => view.all(".pw-tiles a").length === 1);
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "1 code: 0 solved, 1 not yet solved, 0 invalid.");
  view.remove();
  canvases.restore();
});

test("a class page reads codes, and shows them in a plane, a list of criteria, pictures and a table", async () => {
  const canvases = withCanvases(300, 200);
  const codeFor = (values: typeof shows, isSolved: boolean, name: string) =>
    codeOf(exercise, data.model.dt, { values, dt: 0.25 }, { seconds: 41, isSolved, name });
  const about = { catalogue, data, pattern: KEY, exercise, version: "1.2" };
  const place = document.createElement("div");
  const model = createClassAnswers(about);
  const view = shown(<ClassPage model={model} title="Class results" place={place} />);
  assert.equal(view.find("h1").textContent, "Class results");
  const read = view.find<HTMLButtonElement>(".pw-classgo button");
  assert.deepEqual([read.disabled, view.find("[role=status]").textContent], [true, ""]);
  assert.equal(view.all("[aria-label=Neurons]").length, 0);

  const solved = codeFor({ ...start, c: shows.c }, true, "Zoë");
  type(
    view.find<HTMLTextAreaElement>("textarea"),
    [
      `Ada: ${solved}, thanks`,
      codeFor(start, false, ""),
      ` ${solved.slice(0, 30)} ${solved.slice(30)}`,
      "PW1.x",
      "",
    ].join("\n"),
  );
  await rendered();
  assert.ok(!read.disabled);
  read.click();
  await until(() => view.all(".pw-tiles a").length === 3);
  await rendered();
  assert.equal(view.find("[role=status]").textContent, "4 codes: 2 solved, 1 not yet solved, 1 invalid.");
  assert.match(view.find(".pw-invalid").textContent ?? "", /^Code 4: the code is incomplete/);
  assert.match(view.place.textContent ?? "", /Identical codes: 3\u00a0=\u00a01\./);
  assert.match(
    view.find(".pw-classplane").getAttribute("aria-label") ?? "",
    /^3 answers in the plane of c and criteria met/,
  );
  assert.match(view.find(".pw-tiles a").getAttribute("href") ?? "", /#model=izhikevich&pattern=tonic_bursting&/);
  const cells = view.all(".pw-answers tbody tr").map((row) => [...row.children].map(({ textContent }) => textContent));
  assert.deepEqual(
    cells.map((row) => row.slice(0, 3)),
    [
      ["1", "Zoë", "✓"],
      ["2", "", "✗"],
      ["3\u00a0=\u00a01", "Zoë", "✓"],
    ],
  );
  assert.ok(canvases.paintings() > 0);
  view.remove();
  canvases.restore();
});
