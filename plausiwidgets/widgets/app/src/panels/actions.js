import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { isOpen } from "../models/search.js";
import { inSentence } from "../models/titles.js";
import { useRedraw } from "./redraw.js";

/** @import { App } from "../app.js" */

/** Begins a search. While one runs it keeps the focus, and does nothing. @param {{ app: App }} props */
export function SearchButton({ app }) {
  const { search, drawer } = app.store.get();
  const runs = drawer && (!search || isOpen(search));
  return html`<button class="pw-second" data-search aria-disabled=${runs} onclick=${() => runs || app.search()}>${tr("Let a search find it")}</button>`;
}

/** The buttons below the sliders: a turn, a search. @param {{ app: App }} props */
export function Actions({ app }) {
  useRedraw(app.bars.on);
  const { turn, verdict } = app.store.get();
  const title = inSentence(tr(app.pattern.title), app.store.get().language);
  if (turn) {
    const isSolved = turn.stage === "solved";
    return html`<div class="pw-actions">
      ${
        isSolved
          ? html`<button class="pw-primary" onclick=${() => app.next(1)}>${tr("Next pattern")} ›</button>`
          : html`<button class="pw-primary" disabled=${turn.stage === "shown"} onclick=${app.hint}>${
              turn.stage === "open" ? tr("Give me a hint") : tr("Show me where they were")
            }</button>`
      }
      <p role="status">${TURN_WORDS[turn.stage](title, app)}</p>
      ${
        isSolved
          ? html`<button class="pw-second" onclick=${app.turn}>${tr("Once more")}</button>`
          : html`<button class="pw-second" onclick=${app.endTurn}>${tr("Give up: put the values back")}</button>`
      }
    </div>`;
  }
  if (!app.isJudged()) {
    const back = () => app.store.set({ tool: "stimulus" });
    return html`<div class="pw-actions"><p>${tr("A current without criteria: drag its values, and watch the response.")}</p>
      <button class="pw-second" onclick=${back}>${tr("Another stimulus")}</button></div>`;
  }
  const can = app.host.can("search");
  const best = app.pattern.sets.findIndex(({ status }) => status === "replicated");
  return html`<div class="pw-actions">
    <button class="pw-primary" disabled=${!app.canTurn()} onclick=${app.turn}>${tr("Your turn")}</button>
    <p>${
      app.canTurn()
        ? tr("Some sliders move away. Bring them back until every criterion holds.")
        : app.pattern.ruled_out
          ? tr("No values of this neuron can show it. A search shows how near it comes.")
          : !app.run.neuron
            ? tr("A turn needs a neuron that this page simulates by itself.")
            : tr("No values of this neuron are known that show it.")
    }</p>
    ${
      can
        ? html`<${SearchButton} app=${app} />`
        : verdict?.loss === 0 || best < 0
          ? html`<button class="pw-second" onclick=${() => app.next(1)}>${tr("Next pattern")} ›</button>`
          : html`<button class="pw-second" onclick=${() => app.load(best)}>${tr("Show me values that do")}</button>`
    }
  </div>`;
}

/** @type {Record<string, (title: string, app: App) => string>} */
const TURN_WORDS = {
  open: () => tr("The pale line is the example. Move the sliders until every dot is filled."),
  bars: (_, app) => {
    const known = app.mattering.map((slider) => app.bars.of(slider));
    return known.every((spans) => spans !== null && !spans.length)
      ? tr("No slider alone is enough here: move two of them.")
      : tr("Green is where this slider alone is enough.");
  },
  shown: () => tr("▲ is where each slider stood."),
  solved: (title) => tr("Well done: that is {pattern}.", { pattern: title }),
};
