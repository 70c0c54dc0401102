import { tr } from "./engine/texts.js";
import { paint } from "./painter.js";
import { csvOf, save } from "./saving.js";
import { svgCanvas } from "./svg.js";
import { gameOf } from "./task.js";
import { tracesOf } from "./traces.js";
import { html, useState } from "./vendor/preact.js";

/** @import { App } from "./app.js" */

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

/** Files of what is shown. @param {{ app: App }} props */
export function Files({ app }) {
  const [said, say] = useState("");
  const { selection, search } = app.store.get();
  const name = `${selection.model}_${selection.pattern}`;
  const write = (/** @type {string} */ what) => {
    const { model, pattern, values, dt } = selection;
    say("…");
    const fields = { what, model, pattern, values, dt, free: [], text: "", of: what === "search" ? (search?.id ?? "") : "" };
    app.host.ask("export", fields, (answer) => {
      if (answer.state === "failed") return say(answer.error ?? "");
      if (answer.state !== "done") return;
      save(answer.name, answer.text);
      say(answer.name);
    });
  };
  const give = (/** @type {string} */ file, /** @type {string | Blob} */ content, type = "text/plain") => {
    save(file, content, type);
    say(file);
  };
  const png = async () => give(`${name}.png`, await pngOf(figureSvg(app)));
  const isHost = app.host.can("export");
  /** @type {[string, () => void][]} */
  const files = [
    [tr("Figure (SVG)"), () => give(`${name}.svg`, figureSvg(app), "image/svg+xml")],
    [tr("Figure (PNG)"), png],
    [tr("Traces (CSV)"), () => (isHost ? write("traces") : give(`${name}.csv`, traceCsv(app), "text/csv"))],
    ...(isHost
      ? /** @type {[string, () => void][]} */ ([
          [tr("Python script"), () => write("script")],
          [tr("Page without a server (HTML)"), () => write("page")],
        ])
      : []),
    ...(isHost && search ? /** @type {[string, () => void][]} */ ([[tr("Each try of the search (CSV)"), () => write("search")]]) : []),
  ];
  return html`<div class="pw-copy"><p>${tr("Save as a file")}</p>
    <div class="pw-files">${files.map(([title, act]) => html`<button onclick=${act}>${title}</button>`)}</div><span role="status">${said}</span></div>`;
}

/**
 * What is shown as an exercise in a file, which begins at these values and asks a question; a mystery asks its own.
 * @param {{ app: App }} props
 */
export function ExerciseFile({ app }) {
  const [question, ask] = useState("");
  const [said, say] = useState("");
  const game = gameOf(app.store.get());
  const write = () => {
    const { model, pattern, values, dt } = app.store.get().selection;
    const { fixed, locked } = app.store.get().box;
    const free = app.sliders.map(({ name }) => name).filter((name) => !fixed.includes(name) && !locked.includes(name));
    say("…");
    app.host.ask("export", { what: "exercise", model, pattern, values, dt, free, text: question, of: "" }, (answer) => {
      if (answer.state === "failed") return say(answer.error ?? "");
      if (answer.state !== "done") return;
      save(answer.name, answer.text);
      say(answer.name);
    });
  };
  const usual = tr("Move the sliders until the neuron shows “{title}”.", { title: tr(app.pattern.title) });
  return html`<div class="pw-copy">
    ${app.pattern.cannot ? html`<p>∅ ${tr(app.pattern.cannot)}</p>` : ""}
    ${
      game
        ? ""
        : html`<label>${tr("Question of an exercise that begins at these values")}<input type="text" maxlength="500" placeholder=${usual}
          value=${question} oninput=${(/** @type {any} */ e) => ask(e.target.value)} onkeydown=${(/** @type {KeyboardEvent} */ e) => e.key === "Enter" && write()} /></label>`
    }
    <button onclick=${write}>${game ? tr("Save this mystery (HTML)") : tr("Save the exercise (HTML)")}</button> <span role="status">${said}</span></div>`;
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
  return new Promise((give, refuse) => canvas.toBlob((blob) => (blob ? give(blob) : refuse(new Error("no picture")))));
}
