import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { shareOf } from "../engine/scales.ts";
import { atShare, axesPicture, axisOf } from "../figure/axes.js";
import { paint, placesIn } from "../figure/painter.js";
import { extent, padded } from "../figure/scene.js";
import { isDark, properties, watchTheme } from "../figure/theme.js";
import { Shown } from "../figure/thumbnails.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { addressOf } from "../models/link.js";
import { patternOf, slidersOf } from "../models/simulation.js";
import { patternInSentence } from "../models/titles.js";
import { useAgain } from "../panels/redraw.js";
import { plain } from "../panels/sliders.js";
import { PairMenus } from "../tools/axisMenus.js";
import { answering } from "./codes.js";

/** @import { Answered } from "./codes.js" */
/** @import { Catalogue, Exercise, Layer, ModelData, Slider } from "../types.d.ts" */
// The teacher's view of an exercise: the codes of a class are pasted, read and judged, and shown beside each other.

const PATIENCE = 12; // ms of work before the page looks at its events again
const [HOLD, SECONDS] = [".hold", ".seconds"]; // axes that are no values
const NEAR = 12; // px

/** A code, and what became of it. @typedef {{ number: number, code: string, first: number, refused: string, answer: Answered | null }} Row */
/** @typedef {{ catalogue: Catalogue, data: ModelData, pattern: string, exercise: Exercise, version: string, hand?: string }} About */

/** @param {HTMLElement} place @param {About} about */
export function classPage(place, about) {
  const title = tr("Class results for {title}", { title: patternInSentence(about, about.pattern) });
  document.title = title;
  addEventListener("hashchange", () => location.reload());
  render(html`<${Class} about=${about} title=${title} place=${place} />`, place);
}

/** Reads codes one after the other, so that the page stays awake. @param {About} about @param {string[]} codes @param {(number: number) => void} onRead @param {Row[]} [known] rows of former codes @returns {Promise<Row[]>} */
async function readAll({ catalogue, data, pattern, exercise }, codes, onRead, known = []) {
  const rows = [...known];
  for (const given of codes) {
    const number = rows.length + 1;
    onRead(number);
    const code = given.replace(/\s+/g, "");
    const first = rows.find((row) => row.code === code)?.number ?? 0;
    /** @type {Row} */
    const row = { number, code, first, refused: "", answer: null };
    try {
      const work = answering(catalogue, data, pattern, exercise, code);
      let step = work.next();
      for (let until = performance.now() + PATIENCE; !step.done; step = work.next()) {
        if (performance.now() < until) continue;
        await new Promise((resume) => setTimeout(resume));
        until = performance.now() + PATIENCE;
      }
      row.answer = step.value;
    } catch (error) {
      row.refused = error instanceof Error ? error.message : String(error);
    }
    rows.push(row);
  }
  return rows;
}

const EVERY = 2000; // ms between two questions for what was handed in

/** What was handed in after so many codes. @param {string} address @param {number} after @returns {Promise<{ codes: string[], count: number }>} */
async function arrived(address, after) {
  const teacher = new URLSearchParams(location.search).get("teacher") ?? "";
  const answer = await fetch(`${address}?${new URLSearchParams({ teacher, after: String(after) })}`);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** Who sent a code: the name, or its number; and that of an earlier one that is identical. @param {Row} row */
const whoOf = ({ number, first, answer }) => `${answer?.name || number}${first ? `\u00a0=\u00a0${first}` : ""}`;

/** @param {Answered} answer */
const holdOf = ({ hold, criteria }) => tr("{number} of {total}", { number: hold, total: criteria.length });

/** @param {{ about: About, title: string, place: HTMLElement }} props */
function Class({ about, title, place }) {
  const [dark, setDark] = useState(() => isDark(place));
  const [text, type] = useState("");
  const [status, setStatus] = useState("");
  const [rows, show] = useState(/** @type {Row[] | null} */ (null));
  const [busy, work] = useState(false);
  useEffect(() => watchTheme(() => setDark(isDark(place))), []);
  const all = useRef(/** @type {Row[]} */ ([])); // of what arrives by itself
  useEffect(() => {
    if (!about.hand || !new URLSearchParams(location.search).has("teacher")) return;
    let isOver = false;
    const follow = async () => {
      const { count, codes } = await arrived(about.hand ?? "", all.current.length);
      if (codes.length) {
        const found = await readAll(about, codes, () => {}, all.current);
        if (isOver) return;
        all.current = found;
        report(found);
      } else if (!count) setStatus(tr("Nothing has been handed in yet. Codes appear here as they arrive."));
    };
    const again = async () => {
      try {
        await follow();
      } catch {
        setStatus(tr("The server is not responding. The codes received so far stay here."));
      }
      if (!isOver) timer = Number(setTimeout(again, EVERY));
    };
    let timer = Number(setTimeout(again));
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, []);
  const read = async () => {
    const codes = text.split("\n").filter((line) => line.trim());
    work(true);
    const found = await readAll(
      about,
      codes,
      (number) => setStatus(tr("Reading code {number} of {total} …", { number, total: codes.length })),
      all.current,
    );
    work(false);
    report(found);
  };
  const report = (/** @type {Row[]} */ found) => {
    show(found);
    const answers = found.flatMap(({ answer }) => answer ?? []);
    const solved = answers.filter(({ isSolved }) => isSolved).length;
    setStatus(
      tr("{total} codes: {solved} solved, {open} not yet solved, {refused} invalid.", {
        total: found.length,
        solved,
        open: answers.length - solved,
        refused: found.length - answers.length,
      }),
    );
  };
  const refused = (rows ?? []).filter((row) => row.refused);
  const answered = (rows ?? []).filter((row) => row.answer);
  const twice = answered.filter(({ first }) => first);
  return html`<div class=${`pw-app pw-class${dark ? " dark" : ""}`} style=${properties(dark)} lang=${document.documentElement.lang}>
    <div class="pw-classframe">
      <header class="pw-header"><div><h1 class="pw-sentence">${title}</h1><p>${tr(about.exercise.question)}</p></div>
        <div class="pw-end"><a href="#">${tr("Open the exercise")}</a></div></header>
      <section class="pw-card" aria-label=${tr("Codes")}>
        <p>${tr("Paste the codes that your students handed in, one per line. This page evaluates them again and sends nothing.")}</p>
        <textarea rows="6" placeholder="PW1.…" spellcheck=${false} aria-label=${tr("Codes, one per line")} value=${text}
          oninput=${(/** @type {any} */ e) => type(e.target.value)}></textarea>
        <div class="pw-classgo"><button class="pw-primary" disabled=${busy || !text.trim()} onclick=${read}>${tr("Read the codes")}</button>
          <p role="status">${status}</p></div>
        ${refused.length ? html`<ul class="pw-refused">${refused.map((row) => html`<li>${tr("Code {number}: {text}", { number: row.number, text: `${row.refused}.` })}</li>`)}</ul>` : ""}
        ${twice.length ? html`<p>${tr("Identical codes: {codes}.", { codes: twice.map(({ number, first }) => `${number}\u00a0=\u00a0${first}`).join(", ") })}</p>` : ""}
      </section>
      ${answered.length ? html`<${Results} about=${about} rows=${answered} dark=${dark} />` : ""}
      <footer class="pw-footer">${tr("Made with plausiwidgets {version}. In Python, pw.teaching.class_results(codes, page=…) returns the same table.", { version: about.version })}</footer>
    </div>
  </div>`;
}

/** Plane, criteria, neurons and table of what was read. @param {{ about: About, rows: Row[], dark: boolean }} props */
function Results({ about, rows, dark }) {
  const answers = rows.map(({ answer }) => /** @type {Answered} */ (answer));
  const { free } = about.exercise;
  const sliders = slidersOf(patternOf(about.catalogue, about.data, about.pattern), about.data);
  const names = Object.keys(answers[0].values);
  const moved = names.filter((name) => new Set(answers.map(({ values }) => values[name])).size > 1);
  const choices = [...free.filter((name) => moved.includes(name)), ...moved.filter((name) => !free.includes(name)), HOLD, SECONDS];
  const [axes, choose] = useState([choices[0], choices[1]]);
  const [near, point] = useState(/** @type {Row | null} */ (null));
  const [across, up] = axes.map((name, k) => (choices.includes(name) ? name : choices[k]));
  const { criteria } = answers[0];
  const hasNames = answers.some(({ name }) => name);
  const hasWords = answers.some(({ words }) => words);
  const heads = [
    tr("code"),
    ...(hasNames ? [tr("name")] : []),
    ...(hasWords ? [tr("answer")] : []),
    tr("solved"),
    tr("met"),
    tr("loss"),
    tr("time (s)"),
    ...moved,
    ...criteria.map(({ name }) => tr(name)),
  ];
  return html`<div class="pw-classhalves">
      <section class="pw-card" aria-label=${tr("Plot of answers")}>
        <div class="pw-classaxes"><${PairMenus} names=${choices} pair=${[across, up]} choose=${choose} titleOf=${axisTitle} /></div>
        <p>● ${tr("solved")}  ○ ${tr("not yet solved")}  ✕ ${tr("starting point")}</p>
        <${Plane} about=${about} rows=${rows} sliders=${sliders} axes=${[across, up]} dark=${dark} point=${point} />
        <p>${near?.answer ? tr("Code {number}: {text}", { number: whoOf(near), text: moved.map((name) => `${name} ${plain(Number(near.answer?.values[name]))}`).join(", ") }) : "\u00a0"}</p>
      </section>
      <section class="pw-card" aria-label=${tr("Criteria")}><h2 class="pw-heading">${tr("Answers that meet each criterion")}</h2>
        <table class="pw-who"><thead><tr><th scope="col">${tr("criterion")}</th><th scope="col">${tr("met")}</th></tr></thead>
          <tbody>${criteria.map(({ name }, c) => {
            const hold = answers.filter((answer) => answer.criteria[c].passed).length;
            return html`<tr><th scope="row">${tr(name)}</th><td><progress max=${answers.length} value=${hold} aria-label=${tr(name)}></progress>
              ${tr("{number} of {total}", { number: hold, total: answers.length })}</td></tr>`;
          })}</tbody></table></section>
    </div>
    <section class="pw-card" aria-label=${tr("Neurons")}><h2 class="pw-heading">${tr("Neurons")}</h2>
      <div class="pw-tiles">${rows.map((row) => html`<${Tile} key=${row.number} about=${about} row=${row} dark=${dark} near=${row === near} />`)}</div></section>
    <section class="pw-card" aria-label=${tr("Table")}><h2 class="pw-heading">${tr("Table")}</h2>
      <div class="pw-mapscroll" tabindex="0" role="region" aria-label=${tr("All answers")}><table class="pw-answers">
        <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
        <tbody>${rows.map((row, k) => {
          const answer = answers[k];
          const cells = [
            row.first ? `${row.number}\u00a0=\u00a0${row.first}` : String(row.number),
            ...(hasNames ? [answer.name] : []),
            ...(hasWords ? [answer.words] : []),
            answer.isSolved ? "✓" : "✗",
            holdOf(answer),
            plain(answer.distance),
            String(answer.seconds),
            ...moved.map((name) => plain(answer.values[name])),
            ...answer.criteria.map(({ passed }) => (passed ? "✓" : "✗")),
          ];
          return html`<tr>${cells.map((cell) => html`<td class=${cell && cell === answer.words ? "pw-inwords" : null}>${cell}</td>`)}</tr>`;
        })}</tbody></table></div></section>`;
}

/** @param {string} name */
function axisTitle(name) {
  return { [HOLD]: tr("criteria met"), [SECONDS]: tr("time (s)") }[name] ?? name;
}

/** The neuron of an answer, which opens on the file of the exercise. @param {{ about: About, row: Row, dark: boolean, near: boolean }} props */
function Tile({ about, row, dark, near }) {
  const answer = /** @type {Answered} */ (row.answer);
  const { values, dt } = answer;
  const address = addressOf({ model: about.data.model.name, pattern: about.pattern, values, dt, set: 0 }, about.data);
  return html`<a href=${`${location.href.split("#")[0]}#${address}`} target="_blank" class=${`${answer.isSolved ? "solved" : ""}${near ? " near" : ""}`}>
    <span><b>${whoOf(row)}</b> ${answer.isSolved ? "✓" : "✗"} ${holdOf(answer)}</span><${Shown} picture=${answer.picture} dark=${dark} /></a>`;
}

/**
 * A value of an answer, and its axis: on the scale of its slider, around all answers and the start.
 * @param {string} name @param {Slider[]} sliders @param {Answered[]} answers @param {number} start NaN for what the start does not have
 */
function valueAxis(name, sliders, answers, start) {
  const slider = sliders.find((one) => one.name === name) ?? { name, unit: "", scale: "linear", linear_width: null };
  const valueIn = (/** @type {Answered} */ answer) =>
    name === SECONDS ? answer.seconds : name === HOLD ? answer.hold : answer.values[name];
  const [low, high] = extent(answers.map(valueIn), [start]);
  const room = high > low ? (high / low) ** 0.06 : 2;
  const axis = axisOf(slider, slider.scale === "log" ? [low / room, high * room] : padded([low, high], 0.06));
  return {
    valueIn,
    axis: { ...axis, name: axisTitle(name) },
    place: (/** @type {number} */ x) => atShare(axis, shareOf(axis, x, axis.ends)),
  };
}

/** All answers in the plane of two values. @param {{ about: About, rows: Row[], sliders: Slider[], axes: string[], dark: boolean, point: (row: Row | null) => void }} props */
function Plane({ about, rows, sliders, axes, dark, point }) {
  const canvas = useRef(/** @type {any} */ (null));
  const places = useRef(/** @type {{ p: number, q: number, row: Row }[]} */ ([]));
  const again = useAgain();
  const answers = rows.map(({ answer }) => /** @type {Answered} */ (answer));
  const start = Object.fromEntries(about.exercise.start.values);
  const [x, y] = axes.map((name) => valueAxis(name, sliders, answers, start[name] ?? NaN));
  useEffect(() => {
    const size = new ResizeObserver(again);
    size.observe(canvas.current);
    return () => size.disconnect();
  }, []);
  useEffect(() => {
    const { clientWidth: width, clientHeight: height } = canvas.current;
    const at = answers.map((answer) => [x.place(x.valueIn(answer)), y.place(y.valueIn(answer))]);
    const dots = (/** @type {boolean} */ solved, /** @type {Record<string, string>} */ colours) => {
      const some = at.filter((_, k) => answers[k].isSolved === solved);
      const [colour, edge] = solved ? [colours.blue, colours.card] : [colours.card, colours.ink];
      const shown = { xs: some.map(([a]) => a), ys: some.map(([, b]) => b), radius: 6, colour, alpha: 1 };
      return /** @type {Layer} */ ({ kind: "dots", ...shown, edge: { colour: edge, width: 1.5 } });
    };
    const [a, b] = axes.map((name) => start[name]);
    const picture = axesPicture({ width, height, dark, size: 14, name: "class" }, x.axis, y.axis, (colours) => [
      .../** @type {Layer[]} */ (
        a === undefined || b === undefined ? [] : [{ kind: "text", text: "✕", x: x.place(a), y: y.place(b), colour: colours.ink, back: "" }]
      ),
      dots(false, colours),
      dots(true, colours),
    ]);
    paint(canvas.current, picture);
    const { px, py } = placesIn(picture.panels[0]);
    places.current = at.map(([p, q], k) => ({ p: px(p), q: py(q), row: rows[k] }));
  });
  const over = (/** @type {PointerEvent} */ { offsetX, offsetY }) => {
    const away = (/** @type {{ p: number, q: number }} */ { p, q }) => Math.hypot(p - offsetX, q - offsetY);
    const nearest = [...places.current].sort((one, other) => away(one) - away(other))[0];
    point(nearest && away(nearest) < NEAR ? nearest.row : null);
  };
  const solved = answers.filter(({ isSolved }) => isSolved).length;
  const words = tr("{total} answers in the plane of {x} and {y}, {solved} of them solved. The table below lists the numbers.", {
    ...{ total: answers.length, x: x.axis.name, y: y.axis.name, solved },
  });
  return html`<canvas class="pw-classplane" role="img" aria-label=${words} ref=${canvas} onpointermove=${over}></canvas>`;
}
