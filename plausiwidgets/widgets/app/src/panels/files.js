import { useState } from "preact/hooks";
import { paint } from "../figure/painter.js";
import { svgCanvas } from "../figure/svg.js";
import { tracesOf } from "../figure/traces.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { gameOf } from "../models/exerciseMode.js";
import { SYMBOLS } from "../models/symbols.js";
import { patternInSentence } from "../models/titles.js";
import { asked } from "../tools/jobs.js";
import { csvOf, save } from "./saving.js";

/** @import { App } from "../app.js" */

const [WIDE, HIGH] = [1000, 640]; // px of a picture
const SHARP = 2; // pixels of a PNG for each of them

/** The figure as a picture of its own, light, without what a pointer left in it. @param {App} app */
function figureSvg(app) {
  const canvas = svgCanvas(WIDE, HIGH);
  const how = { size: 15, dark: false, example: app.exampleTitle() };
  paint(/** @type {any} */ (canvas), tracesOf({ ...app.scene(), handles: [] }, WIDE, HIGH, how));
  return canvas.text(app.described());
}

/** The trace that is shown as CSV: time in ms, potential, current, and 1 where it spikes. @param {App} app */
function traceCsv(app) {
  const { t0, dt, v, current, spikes } = app.yours;
  const fired = new Set(spikes.map((time) => Math.round((time - t0) / dt)));
  const rows = [...v.keys()].map((k) => [Number((t0 + k * dt).toPrecision(10)), v[k], current[k], fired.has(k) ? 1 : 0]);
  return csvOf(["t", "v", "current", "spike"], rows);
}

/**
 * Has the host write a file of what is shown, and saves it.
 * @param {App} app @param {(words: string) => void} setStatus what became of it @param {{ what: import("../messages.ts").Requests["export"]["what"], free?: string[], text?: string, of?: string }} how
 */
function write(app, setStatus, how) {
  setStatus("…");
  app.host.ask("export", { ...asked(app.store.get().selection), free: [], text: "", of: "", ...how }, (answer) => {
    if (answer.state === "failed") return setStatus(answer.error ?? "");
    if (answer.state !== "done") return;
    save(answer.name, answer.text);
    setStatus(answer.name);
  });
}

/** Files of what is shown. @param {{ app: App }} props */
export function Files({ app }) {
  const [status, setStatus] = useState("");
  const { selection, search } = app.store.get();
  const name = `${selection.model}_${selection.pattern}`;
  const ask = (/** @type {import("../messages.ts").Requests["export"]["what"]} */ what) =>
    write(app, setStatus, { what, of: what === "search" ? search?.id : "" });
  const give = (/** @type {string} */ file, /** @type {string | Blob} */ content, type = "text/plain") => {
    save(file, content, type);
    setStatus(file);
  };
  const png = async () => give(`${name}.png`, await pngOf(figureSvg(app)));
  const isHost = app.host.can("export");
  /** @type {[string, () => void][]} */
  const files = [
    [tr("Figure (SVG)"), () => give(`${name}.svg`, figureSvg(app), "image/svg+xml")],
    [tr("Figure (PNG)"), png],
    [tr("Traces (CSV)"), () => (isHost ? ask("traces") : give(`${name}.csv`, traceCsv(app), "text/csv"))],
    ...(isHost
      ? /** @type {[string, () => void][]} */ ([
          [tr("Python script"), () => ask("script")],
          [tr("Standalone page (HTML)"), () => ask("page")],
        ])
      : []),
    ...(isHost && search ? /** @type {[string, () => void][]} */ ([[tr("Search history (CSV)"), () => ask("search")]]) : []),
  ];
  return html`<div class="pw-copy"><p>${tr("Save as a file")}</p>
    <div class="pw-files">${files.map(([title, act]) => html`<button onclick=${act}>${title}</button>`)}</div><span role="status">${status}</span></div>`;
}

/**
 * What is shown as an exercise in a file, which begins at these values and asks a question; a mystery asks its own.
 * @param {{ app: App }} props
 */
export function ExerciseFile({ app }) {
  const [question, ask] = useState("");
  const [status, setStatus] = useState("");
  const game = gameOf(app.store.get());
  const saved = () => write(app, setStatus, { what: "exercise", free: app.free(), text: question });
  const usual = tr("Move the sliders until your neuron shows {title}.", { title: patternInSentence(app, app.pattern.key) });
  return html`<div class="pw-copy">
    ${app.pattern.ruled_out ? html`<p>${SYMBOLS.ruled_out} ${tr(app.pattern.ruled_out)}</p>` : ""}
    ${
      game
        ? ""
        : html`<label>${tr("Exercise question (starting from these parameters)")}<input type="text" maxlength="500" placeholder=${usual}
          value=${question} oninput=${(/** @type {any} */ e) => ask(e.target.value)} onkeydown=${(/** @type {KeyboardEvent} */ e) => e.key === "Enter" && saved()} /></label>`
    }
    <button onclick=${saved}>${game ? tr("Save this mystery (HTML)") : tr("Save the exercise (HTML)")}</button> <span role="status">${status}</span></div>`;
}

/** @param {string} svg @returns {Promise<Blob>} */
async function pngOf(svg) {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [WIDE * SHARP, HIGH * SHARP];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((give, refuse) =>
    canvas.toBlob((blob) => (blob ? give(blob) : refuse(new Error("the browser cannot create the image.")))),
  );
}
