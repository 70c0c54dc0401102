import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { drawPictures, picturesOf, Shown } from "../figure/thumbnails.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { legendOf, markWords, SYMBOLS } from "../models/symbols.js";
import { shapeOf, sharedOf } from "../models/titles.js";
import { Map20, TableMap, tableMark } from "../tools/modelMap.js";
import { isLost } from "./focus.js";
import { glossing } from "./glosses.js";
import { Heading } from "./heading.js";
import { useAgain } from "./redraw.js";

/** @import { App } from "../app.js" */
/** @import { Mark } from "../types.d.ts" */

/**
 * A sheet over the figure: it takes the focus, keeps it, and gives it back. Escape closes it.
 * @param {{ app: App, title: string, wide?: boolean, children: any }} props
 */
export function Sheet({ app, title, wide = true, children }) {
  const place = useRef(/** @type {any} */ (null));
  const close = () => app.store.set({ sheet: "" });
  // Before the next picture: what is under a sheet loses the focus by then.
  useLayoutEffect(() => {
    const root = place.current.getRootNode();
    const before = root.activeElement;
    place.current.querySelector("[data-first]")?.focus();
    if (!place.current.contains(root.activeElement)) place.current.querySelector("button")?.focus();
    // What is under a sheet takes the focus again only once it is drawn without it.
    const back = () => before?.isConnected && isLost() && before.focus({ preventScroll: true });
    return () => requestAnimationFrame(() => setTimeout(back));
  }, []);
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      return close();
    }
    if (event.key !== "Tab") return;
    const all = [...place.current.querySelectorAll("button:not(:disabled, [tabindex='-1']), input, a[href], [tabindex='0']")];
    const { activeElement } = place.current.getRootNode();
    const [first, last] = [all[0], all[all.length - 1]];
    const next = event.shiftKey ? activeElement === first && last : activeElement === last && first;
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  return html`<div class="pw-veil" onclick=${(/** @type {any} */ e) => e.target === e.currentTarget && close()}>
    <div class=${`pw-sheet${wide ? " wide" : ""}`} role="dialog" aria-modal="true" aria-label=${title} ref=${place} onkeydown=${keys}>
      <div class="pw-sheethead"><${Heading} app=${app}>${title}<//><button class="pw-icon" aria-label=${tr("Close")} onclick=${close}>✕</button></div>
      ${children}
    </div>
  </div>`;
}

/** The twenty patterns as pictures, with what this neuron can do; and all neurons beside them. @param {{ app: App }} props */
export function Patterns({ app }) {
  const { selection, dark, table } = app.store.get();
  const [all, showAll] = useState(Boolean(table));
  const [keep, setKeep] = useState(false);
  const marks = app.catalogue.models[selection.model]?.marks ?? {};
  const keys = Object.keys(app.data.patterns).filter((key) => !shapeOf(key));
  const count = keys.filter((key) => marks[key] === "replicated").length;
  const shown = all ? marksOf(app, table) : keys.map((key) => marks[key] ?? "unsearched");
  const glossed = glossing();
  return html`<${Sheet} app=${app} title=${tr("Choose a firing pattern")}>
    <div class="pw-choices">
      <div role="group" aria-label=${tr("View")} class="pw-tabs">
        <button aria-pressed=${!all} onclick=${() => showAll(false)}>${tr("this model: {count} of {total}", { count, total: keys.length })}</button>
        ${
          table || Object.keys(app.catalogue.models).length > 1
            ? html`<button aria-pressed=${all} onclick=${() => showAll(true)}>${table ? tr("assessment") : tr("all models")}</button>`
            : ""
        }
      </div>
      <label><input type="checkbox" checked=${keep} onchange=${() => setKeep(!keep)} /> ${tr("keep my parameters")}</label>
      <ul class="pw-key">${legendOf(shown).map(({ mark, symbol, words }) => html`<li key=${mark} class=${mark}><em aria-hidden="true">${symbol}</em> ${glossed(words)}</li>`)}</ul>
    </div>
    ${
      all
        ? table
          ? html`<${TableMap} app=${app} table=${table} />`
          : html`<${Map20} app=${app} />`
        : html`<${Pictures} app=${app} keys=${keys} marks=${marks} dark=${dark} choose=${(/** @type {string} */ key) => app.choose(selection.model, key, { keep })} />`
    }
  <//>`;
}

/** The statuses in the map. @param {App} app @param {import("../types.d.ts").Table | null} table @returns {Mark[]} */
function marksOf({ catalogue, store }, table) {
  if (table)
    return Object.values(table.cells).map(({ status }) => /** @type {Mark} */ (status === "some" ? "replicated" : tableMark(status)));
  const models = Object.values(catalogue.models);
  const isOwn = !catalogue.models[store.get().selection.model];
  const missing = /** @type {Mark[]} */ (isOwn ? ["unsearched"] : []);
  return [...models.flatMap(({ marks }) => Object.keys(catalogue.patterns).map((key) => marks[key] ?? "unsearched")), ...missing];
}

/** @param {{ app: App, keys: string[], marks: Record<string, Mark>, dark: boolean, choose: (key: string) => void }} props */
function Pictures({ app, keys, marks, dark, choose }) {
  const again = useAgain();
  useEffect(() => drawPictures(app.catalogue, app.data, again), [app.data]);
  const known = picturesOf(app.data);
  const hasExamples = [...known.values()].some(({ isExample }) => isExample);
  return html`${hasExamples ? html`<p class="pw-gallerykey">${tr("Blue traces are from this model. Grey traces are targets, shown for patterns without a verified parameter set.")}</p>` : ""}
  <div class="pw-gallery">${keys.map((key) => {
    const { letter, title } = sharedOf(app)[key];
    const mark = marks[key] ?? "unsearched";
    const isHere = key === app.store.get().selection.pattern;
    return html`<button key=${key} data-first=${isHere || null} aria-current=${isHere} class=${mark} onclick=${() => choose(key)}>
      <${Shown} picture=${known.get(key)} dark=${dark} />
      <span><b>${letter}</b> ${tr(title)}</span><em role="img" aria-label=${markWords(mark)}>${SYMBOLS[mark]}</em>
    </button>`;
  })}</div>`;
}

/** The twenty models. @param {{ app: App }} props */
export function Models({ app }) {
  const { selection } = app.store.get();
  const [keep, setKeep] = useState(false);
  const patterns = Object.keys(app.catalogue.patterns);
  return html`<${Sheet} app=${app} title=${tr("Choose a neuron model")}>
    <div class="pw-choices"><label><input type="checkbox" checked=${keep} onchange=${() => setKeep(!keep)} /> ${tr("keep my parameters")}</label>
      <span class="pw-key">${tr("one dot per pattern, filled if verified")}</span></div>
    <div class="pw-models">${Object.entries(app.catalogue.models)
      .filter(([name]) => app.has(name))
      .map(([name, { title, description, marks }]) => {
        const count = patterns.filter((key) => marks[key] === "replicated").length;
        const isHere = name === selection.model;
        return html`<button key=${name} data-first=${isHere || null} aria-current=${isHere} onclick=${() => app.choose(name, selection.pattern, { keep })}>
          <b>${tr(title)}</b><span>${tr(description)}</span>
          <em><span aria-hidden="true">${patterns.map((key) => html`<i class=${marks[key] ?? ""}></i>`)}</span> ${tr("{count} of {total}", { count, total: patterns.length })}</em>
        </button>`;
      })}</div>
  <//>`;
}
