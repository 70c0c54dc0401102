import { render } from "preact";
import { CLASS } from "./classroom/codes.js";
import { Answering, LockedActions, Question } from "./classroom/exercise.js";
import { CardActions, LessonCard, lessonsOf, Onward } from "./classroom/lesson.js";
import { MysteryActions, Score } from "./classroom/mystery.js";
import { Figure, Legend } from "./figure/figure.js";
import { isDark, properties, watchTheme } from "./figure/theme.js";
import { html } from "./html.js";
import { tr } from "./i18n/texts.ts";
import { gameOf, isTask } from "./models/exerciseMode.js";
import { follow } from "./models/navigate.js";
import { perFrame } from "./models/schedule.js";
import { isMoved, patternInSentence, provenance, shownInSentence } from "./models/titles.js";
import { Actions } from "./panels/actions.js";
import { Heading } from "./panels/heading.js";
import { Explore, Lessons, More, Share } from "./panels/menus.js";
import { useRedraw } from "./panels/redraw.js";
import { Drawer } from "./panels/searchPanel.js";
import { Models, Patterns, Sheet } from "./panels/sheets.js";
import { All, Four } from "./panels/sliders.js";
import { Chip, Criteria, worded } from "./panels/verdict.js";
import { readRecording } from "./tools/recording.js";
import { Inside, ToolPanel } from "./tools/tools.js";

/** @import { App } from "./app.js" */

/** Everything that is seen. @param {{ app: App }} props */
function Screen({ app }) {
  useRedraw((changed) => app.store.on(perFrame(changed)));
  const state = app.store.get();
  const { verdict, verified, simulating, dark, present, sheet, all, tool, future, drawer, turn } = state;
  const { pattern } = app;
  const { exercise, lesson } = state;
  const game = gameOf(state);
  const { kind, why } = worded(verdict, verified, pattern, app.data.model, simulating);
  const shows = ["replicated", "unverified", "fragile"].includes(kind);
  const open = (/** @type {string} */ name) => () => app.store.set({ sheet: sheet === name ? "" : name });
  const word = (/** @type {string} */ name, /** @type {string} */ text) =>
    exercise
      ? html`<b>${text}</b>`
      : html`<button aria-haspopup="dialog" aria-expanded=${sheet === name} onclick=${open(name)}>${text}<span aria-hidden="true"> ▾</span></button>`;
  const menu = (/** @type {string} */ name, /** @type {any} */ words, label = "") =>
    html`<button data-menu=${name} aria-haspopup="dialog" aria-expanded=${sheet === name} aria-label=${label || null} onclick=${open(name)}>${words}</button>`;
  const isHidden = Boolean(game || exercise?.common); // a mystery is matched
  const sentence = isHidden
    ? shows
      ? tr("Your {model} matches {pattern}")
      : tr("Match your {model} to {pattern}")
    : !app.isJudged()
      ? tr("Response of your {model} to {pattern}")
      : shows
        ? tr("Your {model} shows {pattern}")
        : tr("Can your {model} show {pattern}?");
  const parts = sentence.split(/(\{model\}|\{pattern\})/);
  const heading = parts.map((part) => {
    if (part === "{model}") return word("models", tr(app.data.model.in_sentence));
    return part === "{pattern}" ? word("patterns", shownInSentence(app)) : part;
  });
  const head = app.host.name === "kernel" ? html`<h2 class="pw-sentence">${heading}</h2>` : html`<h1 class="pw-sentence">${heading}</h1>`;
  return html`<div class=${`pw-app pw-host-${app.host.name}${present ? " present" : ""}${dark ? " dark" : ""}`} style=${properties(dark)}
    data-pw-judged=${verdict ? "yes" : "no"} data-pw-status=${kind} lang=${state.language} onkeydown=${(/** @type {any} */ e) => keys(app, e)}>
    <div class="pw-frame" inert=${sheet !== ""}>
      <header class="pw-header" role="none">
        <div>${head}<p>${isHidden ? tr("Find parameters that make your neuron spike at the same times as the hidden neuron.") : tr(pattern.description)}</p></div>
        <div class="pw-end">
          ${lessonsOf(app).length && (lesson || !isTask(state)) ? menu("lessons", tr("Lessons")) : ""}
          ${menu("explore", html`${tr("Explore")} <span aria-hidden="true">▾</span>`)}
          ${menu("share", tr("Share"))}
          <button class="pw-larger" aria-pressed=${present} onclick=${() => app.store.set({ present: !present })}>${tr("Present")}</button>
        </div>
      </header>
      ${app.sentence() ? html`<p class="pw-notice" role="alert">${app.sentence()} <button onclick=${app.hush} aria-label=${tr("Close")}>✕</button></p>` : ""}
      <div class=${`pw-body${lesson ? " taught" : ""}${tool ? " with-tool" : ""}${all ? " with-all" : ""}`}>
        ${lesson ? html`<${LessonCard} app=${app} lesson=${lesson} follow=${(/** @type {string} */ href) => follow(app, href)} />` : ""}
        <section class=${`pw-card pw-main${drawer ? " searching" : ""}`} aria-label=${tr("Figure")}
          ondragover=${(/** @type {DragEvent} */ e) => canDrop(app) && e.preventDefault()} ondrop=${(/** @type {DragEvent} */ e) => dropped(app, e)}>
          <div class="pw-above"><${Chip} app=${app} />${app.run.sweeps.length > 1 ? html`<${Sweeps} app=${app} />` : ""}${app.isPart() ? html`<${Whole} app=${app} />` : ""}<${Legend} app=${app} /></div>
          <${Figure} app=${app} />
          ${drawer ? html`<${Drawer} app=${app} />` : ""}
        </section>
        ${tool ? html`<${ToolPanel} app=${app} />` : ""}
        <aside class="pw-card pw-side" aria-label=${tr("Parameters")}>
          ${exercise ? html`<${Question} app=${app} exercise=${exercise} />` : game ? html`<${Score} app=${app} game=${game} />` : ""}
          <div class="pw-sidehead"><${Heading} app=${app}>${all ? tr("All {count} parameters", { count: app.sliders.length }) : mattersMost(app)}<//>
            <button class="pw-icon" aria-label=${tr("Undo")} title=${tr("Undo")} disabled=${!app.canUndo()} onclick=${app.undo}>↶</button>
            ${future.length ? html`<button class="pw-icon" aria-label=${tr("Redo")} title=${tr("Redo")} onclick=${app.redo}>↷</button>` : ""}
          </div>
          ${all ? html`<${All} app=${app} />` : html`<${Four} app=${app} />`}
          <button class="pw-link pw-allbutton" aria-expanded=${all} onclick=${() => app.store.set({ all: !all })}>${
            all ? `‹ ${mattersMost(app)}` : `${allWords(app)} ›`
          }</button>
          ${!all && !tool && !exercise && !game ? html`<${Inside} app=${app} />` : ""}
          <${Below} app=${app} />
          <div class="pw-slot"></div>
        </aside>
      </div>
      <footer class="pw-footer" role="none">${isTask(state) || game ? "" : html`<${Provenance} app=${app} />`}
        <span>${turn && turn.stage !== "solved" ? "" : why}</span>${exercise && app.host.name === "none" ? html`<a class="pw-classlink" href=${CLASS}>${tr("For teachers: read the codes of a class")}</a>` : ""}
        ${menu("more", "⋯", tr("More"))}</footer>
    </div>
    ${lesson ? html`<${Onward} app=${app} lesson=${lesson} />` : ""}
    ${sheet === "patterns" ? html`<${Patterns} app=${app} />` : ""}
    ${sheet === "models" ? html`<${Models} app=${app} />` : ""}
    ${sheet === "lessons" ? html`<${Lessons} app=${app} />` : ""}
    ${sheet === "explore" ? html`<${Explore} app=${app} />` : ""}
    ${sheet === "share" ? html`<${Share} app=${app} />` : ""}
    ${sheet === "more" ? html`<${More} app=${app} />` : ""}
    ${sheet === "criteria" ? html`<${Sheet} app=${app} title=${tr("Criteria for {pattern}", { pattern: patternInSentence(app, pattern.key) })}><${Criteria} app=${app} /><//>` : ""}
  </div>`;
}

/** What is below the sliders: of a turn and a search, an exercise, a mystery, or a card. @param {{ app: App }} props */
function Below({ app }) {
  const state = app.store.get();
  const game = gameOf(state);
  if (state.exercise) return html`<${Answering} app=${app} exercise=${state.exercise} />`;
  if (game) return html`<${MysteryActions} app=${app} game=${game} />`;
  if (state.lesson) return html`<${CardActions} app=${app} />`;
  return isTask(state) ? html`<${LockedActions} app=${app} />` : html`<${Actions} app=${app} />`;
}

/** @param {App} app */
function allWords(app) {
  const { length: count } = app.sliders;
  const { length: locked } = app.store.get().box.locked;
  if (isTask(app.store.get())) {
    return locked ? tr("All {count} parameters ({locked} locked)", { count, locked }) : tr("All {count} parameters", { count });
  }
  return tr("All {count} parameters and ranges", { count });
}

/** @param {App} app */
function mattersMost(app) {
  const state = app.store.get();
  if (isTask(state) || gameOf(state)) return tr("Parameters to adjust");
  return tr("Key parameters");
}

/** @param {App} app */
const canDrop = (app) => app.host.can("recording") && !app.store.get().exercise;

/** Takes a recording that is dropped on the figure. @param {App} app @param {DragEvent} event */
function dropped(app, event) {
  const file = event.dataTransfer?.files[0];
  if (!file || !canDrop(app)) return;
  event.preventDefault();
  readRecording(app, file);
}

/** Which of the sweeps of a pattern is shown, and a step to the next. @param {{ app: App }} props */
function Sweeps({ app }) {
  const { sweep, sweeps } = app.run;
  const at = sweeps.indexOf(sweep.name);
  const step = (/** @type {number} */ by, /** @type {string} */ sign, /** @type {string} */ title) =>
    html`<button class="pw-icon" aria-label=${title} title=${title} disabled=${!sweeps[at + by]} onclick=${() => app.showSweep(sweeps[at + by])}>${sign}</button>`;
  const menu = html`<select class="pw-sweeps" aria-label=${tr("Sweep shown")} onchange=${(/** @type {any} */ e) => app.showSweep(e.target.value)}>${sweeps.map(
    (name) => html`<option key=${name} value=${name} selected=${name === sweep.name}>${tr(name)}</option>`,
  )}</select>`;
  if (sweeps.length < 3 || !app.pattern.targets[0]?.lines) return menu; // a pattern has few, with names to choose by
  return html`<span class="pw-sweepsteps">${step(-1, "‹", tr("Previous sweep"))}${menu}${step(1, "›", tr("Next sweep"))}</span>`;
}

/** From the part that a pattern is about to the whole sweep, and back. @param {{ app: App }} props */
function Whole({ app }) {
  const { window, whole } = app.store.get();
  const act = () => app.store.set(window ? { window: null } : { whole: !whole });
  return html`<button class="pw-whole" onclick=${act}>${window ? tr("Reset zoom") : whole ? tr("Zoom to response") : tr("Whole sweep")}</button>`;
}

/** Where the values come from; pressed, the stored set is put back, or the next one is shown. @param {{ app: App }} props */
function Provenance({ app }) {
  const [moved, { set }, { length }] = [isMoved(app), app.store.get().selection, app.pattern.sets];
  if (!moved && length < 2) return html`<span>${provenance(app)}</span>`;
  const act = () => app.load(moved ? set : (set + 1) % length);
  return html`<button title=${moved ? tr("Restore this parameter set") : tr("Load the next parameter set")} onclick=${act}>${provenance(app)}</button>`;
}

/** @param {App} app @param {KeyboardEvent} event */
function keys(app, event) {
  const { target, key } = event;
  const { sheet, tool, present } = app.store.get();
  const isTyping = target instanceof Element && target.closest("input, select, textarea, [role=dialog]");
  if (key === "Escape") {
    if (sheet) app.store.set({ sheet: "" });
    else if (tool) app.store.set({ tool: "" });
    else if (present) app.store.set({ present: false });
    return;
  }
  if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z") {
    event.preventDefault();
    if (event.shiftKey) app.redo();
    else app.undo();
    return;
  }
  if (isTyping || sheet || event.altKey || event.ctrlKey || event.metaKey) return;
  if (key === "+" || key === "=") app.zoom(1 / ZOOM);
  else if (key === "-" || key === "−") app.zoom(ZOOM);
  else if (key === "0") app.store.set({ window: null });
  else if (key === "ArrowRight") app.next(1);
  else if (key === "ArrowLeft") app.next(-1);
  else return;
  event.preventDefault();
}

/** Shows an app in a place; returns how to take it away. @param {HTMLElement} place @param {App} app */
export function view(place, app) {
  const theme = () => app.store.set({ dark: isDark(place) });
  theme();
  const stop = watchTheme(theme);
  // A notebook looks for it on what has the focus, not around it.
  const keep = (/** @type {any} */ event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true");
  place.addEventListener("focusin", keep);
  const resize = fitted(place, app.host.name === "kernel" && window.parent !== window);
  render(html`<${Screen} app=${app} />`, place);
  return () => {
    stop();
    resize();
    place.removeEventListener("focusin", keep);
    render(null, place);
  };
}

const ZOOM = 1.5; // of a key

const PANELS = ".jp-WindowedPanel-outer, .jp-Notebook, .jp-NotebookPanel-notebook";
const SHARE = 0.7; // of the screen, in a frame whose height is that of the page

/**
 * Gives a place the height of what shows it: the panel of a notebook, or the window. A notebook may attach the place
 * after it was filled, so that the panel is looked for whenever the place changes its size. Where outputs have a frame,
 * as in VS Code and Colab, that grows with them: they have a share of the screen.
 * @param {HTMLElement} place @param {boolean} isFramed
 */
function fitted(place, isFramed) {
  /** @type {Element | null} */
  let panel = null;
  const fit = () => {
    const found = place.closest(PANELS);
    if (found && found !== panel) watched.observe(found);
    panel = found;
    const most = panel ? panel.clientHeight - 14 : screen.availHeight * SHARE;
    const height = panel || isFramed ? `${Math.round(Math.min(Math.max(most, 440), 1100))}px` : "100dvh";
    if (place.style.getPropertyValue("--height") !== height) place.style.setProperty("--height", height);
  };
  const watched = new ResizeObserver(fit);
  watched.observe(place);
  fit();
  return () => watched.disconnect();
}
