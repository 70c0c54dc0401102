import { useState } from "preact/hooks";
import { endLesson, lessonsOf, openLesson } from "../classroom/lesson.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { gameOf, isTask } from "../models/exerciseMode.js";
import { isOf } from "../models/search.js";
import { toolsOf } from "../tools/tools.js";
import { ExerciseFile, Files } from "./files.js";
import { asNotebook, isLocal, linkOf } from "./sharing.js";
import { Sheet } from "./sheets.js";

/** @import { App } from "../app.js" */

/** The lessons that there are, and the end of one. @param {{ app: App }} props */
export function Lessons({ app }) {
  const { lesson } = app.store.get();
  return html`<${Sheet} app=${app} title=${tr("Lessons")} wide=${false}>
    <div class="pw-menu">
      <p>${tr("Step-by-step cards. Each card sets a task and detects when you have completed it.")}</p>
      ${lessonsOf(app).map(
        ([name, { title, cards, language }]) =>
          html`<button key=${name} aria-current=${name === lesson?.name} onclick=${() => openLesson(app, name)}>
            <b lang=${language}>${title}</b><span>${tr("{count} cards", { count: cards })}</span></button>`,
      )}
      ${
        lesson
          ? html`<button onclick=${() => endLesson(app)}><b>${tr("End the lesson")}</b><span>${tr("Your parameters stay as they are.")}</span></button>`
          : ""
      }
      <p>${tr("You can write your own lesson as a text file. See “Write a lesson” in the guides.")}</p>
    </div>
  <//>`;
}

/** The tools, each with a line. @param {{ app: App }} props */
export function Explore({ app }) {
  const open = (/** @type {string} */ tool) => () => app.store.set({ tool, sheet: "" });
  const { tools, missing } = toolsOf(app);
  const { pinned, selection } = app.store.get();
  const isPinned = isOf(pinned, selection); // what is pinned of another pair has no line here
  return html`<${Sheet} app=${app} title=${tr("Explore")} wide=${false}>
    <div class="pw-menu">${tools.map(
      ({ name, title, line, begin }) =>
        html`<button key=${name} onclick=${begin ? () => begin(app) : open(name)}><b>${title(app)}</b><span>${line(app)}</span></button>`,
    )}
      <button onclick=${() => app.store.set({ pinned: isPinned ? null : selection, sheet: "" })}>
        <b>${isPinned ? tr("Stop comparing") : tr("Keep for comparison")}</b>
        <span>${tr("Keep this trace in the figure while you change parameters.")}</span></button>
      ${missing.length ? html`<p>${tr("A notebook with Python also provides: {tools}.", { tools: missing.join(", ") })}</p>` : ""}
    </div>
  <//>`;
}

/** A link to what is shown, the same as an exercise, and as Python. @param {{ app: App }} props */
export function Share({ app }) {
  const state = app.store.get();
  const game = gameOf(state);
  const { fixed, locked } = state.box;
  const missing = game ? (game.link ? "" : tr("A link cannot contain this mystery, so it stays in this session.")) : notInLink(app);
  const label = app.host.name === "kernel" ? tr("Link to this notebook") : tr("Link to this state");
  const isExercise = fixed.length > 0 && !game && !isTask(state) && !missing;
  return html`<${Sheet} app=${app} title=${tr("Share")} wide=${false}>
    ${missing ? html`<p class="pw-copy">${missing}</p>` : html`<${Copy} label=${label} text=${linkOf(app, game?.link ?? app.address())} />`}
    ${isLocal(app) && !missing ? html`<p class="pw-copy">${tr("This link works only on this computer. To share this state, save the page as a file (below).")}</p>` : ""}
    ${game && !missing ? html`<p class="pw-copy">${tr("The link starts this mystery from the beginning and does not contain your parameters.")}</p>` : ""}
    ${
      isExercise
        ? html`<${Copy} label=${tr("Link to an exercise (parameters excluded from the search are locked)")} text=${linkOf(app, app.address([...locked, ...fixed]))} />`
        : ""
    }
    <${Copy} label=${tr("Python code")} text=${game?.python ?? python(app)} />
    ${app.host.notebook && !missing ? html`<${Notebook} app=${app} link=${game?.link ?? app.address()} />` : ""}
    ${isTask(state) ? "" : html`<${Files} app=${app} />`}
    ${app.host.can("export") && app.isJudged() && !state.exercise ? html`<${ExerciseFile} app=${app} />` : ""}
  <//>`;
}

/** Why a link does not open what is shown, as a sentence; empty where it does. @param {App} app */
function notInLink(app) {
  const { pattern } = app.store.get().selection;
  const { link } = app.pattern;
  if (link && Object.keys(link).length) return "";
  const keys = Object.keys(app.catalogue.patterns);
  if (keys.includes(pattern) || pattern.split("_and_").every((key) => keys.includes(key)) || app.host.name === "none") return "";
  return tr("A link cannot contain this pattern, so it stays in this session.");
}

/** A text to be copied. @param {{ label: string, text: string, name?: string }} props `name`: of the field, where it is another */
export function Copy({ label, text, name }) {
  const [done, set] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      set(tr("Copied"));
    } catch {
      set(tr("Select the text and copy it."));
    }
  };
  return html`<div class="pw-copy"><label>${label}<textarea readonly rows="3" spellcheck=${false} aria-label=${name ?? label} onfocus=${(/** @type {any} */ e) => e.target.select()}>${text}</textarea></label>
    <button onclick=${copy}>${tr("Copy")}</button> <span role="status">${done}</span></div>`;
}

/** Opens what is shown in JupyterLab, in a window of its own. @param {{ app: App, link: string }} props */
function Notebook({ app, link }) {
  const [made, set] = useState({ name: "", url: "" });
  const [status, setStatus] = useState("");
  const open = async () => {
    setStatus("…");
    try {
      const written = await asNotebook(app, link);
      set(written);
      setStatus("");
      window.open(written.url, "_blank");
    } catch (error) {
      setStatus(error instanceof Error ? error.message : String(error));
    }
  };
  return html`<div class="pw-copy"><button onclick=${open}>${tr("Open as notebook")}</button>
    <span role="status">${status || (made.url ? html`<a href=${made.url} target="_blank">${made.name}</a>` : "")}</span></div>`;
}

/** What is shown as Python: a call, after lines that make what is custom. @param {App} app */
export function python(app) {
  const { model, values, dt } = app.store.get().selection;
  const list = Object.entries(values).map(([name, value]) => `${JSON.stringify(name)}: ${value}`);
  const step = dt === app.data.model.dt ? "" : `, dt=${dt}`;
  const { before = [] } = app.pattern;
  const isMade = before.some((line) => line.startsWith("pattern = "));
  const call = `pw.judge(${JSON.stringify(model)}, ${isMade ? "pattern" : app.pattern.python}, {${list.join(", ")}}${step})`;
  return ["import plausiwidgets as pw", ...before, "", call].join("\n");
}

/** Language, whole sweep, keys. @param {{ app: App }} props */
export function More({ app }) {
  const { language, whole } = app.store.get();
  const rows = [
    ["← →", tr("previous / next pattern")],
    ["+ − 0", tr("zoom in / zoom out / reset zoom")],
    ["Ctrl Z", tr("undo (with Shift: redo)")],
    ["Esc", tr("close the open panel")],
  ];
  return html`<${Sheet} app=${app} title=${tr("More")} wide=${false}>
    <div class="pw-menu">
      ${
        app.languages.length > 1
          ? html`<div role="group" aria-label=${tr("Language")} class="pw-tabs">${app.languages.map(
              (code) =>
                html`<button lang=${code} aria-pressed=${code === language} onclick=${() => app.speak(code)}>${nameOf(code)}</button>`,
            )}</div>`
          : ""
      }
      <button aria-pressed=${whole} onclick=${() => app.store.set({ whole: !whole, window: null, sheet: "" })}><b>${whole ? tr("Zoom to response") : tr("Whole sweep")}</b>
        <span>${tr("Switch between the whole sweep and the part that matters for this pattern.")}</span></button>
      <dl class="pw-keys">${rows.map(([key, text]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${text}</dd></div>`)}</dl>
      <p>${tr("In the figure, drag the handles to change the current, drag across to zoom in (or Ctrl + wheel), and double-click to reset the zoom.")}</p>
    </div>
  <//>`;
}

/** What a language calls itself. @param {string} code */
function nameOf(code) {
  const name = new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
  return name[0].toLocaleUpperCase(code) + name.slice(1);
}
