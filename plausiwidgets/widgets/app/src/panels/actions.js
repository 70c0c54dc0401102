import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { isOpen } from "../models/search.js";
import { patternInSentence } from "../models/titles.js";
import { useRedraw } from "./redraw.js";

/** @import { App } from "../app.js" */

/** Begins a search. While one runs it keeps the focus, and does nothing. @param {{ app: App }} props */
export function SearchButton({ app }) {
  const { search, drawer } = app.store.get();
  const runs = drawer && (!search || isOpen(search));
  return html`<button class="pw-second" data-search aria-disabled=${runs} onclick=${() => runs || app.search()}>${tr("Search for parameters")}</button>`;
}

/** The buttons below the sliders: a turn, a search. @param {{ app: App }} props */
export function Actions({ app }) {
  useRedraw(app.bars.on);
  const { turn, verdict } = app.store.get();
  const title = patternInSentence(app, app.pattern.key);
  if (turn) {
    const isSolved = turn.stage === "solved";
    return html`<div class="pw-actions">
      ${
        isSolved
          ? html`<button class="pw-primary" onclick=${() => app.next(1)}>${tr("Next pattern")} ›</button>`
          : html`<button class="pw-primary" disabled=${turn.stage === "shown"} onclick=${app.hint}>${
              turn.stage === "open" ? tr("Show a hint") : tr("Show the solution")
            }</button>`
      }
      <p role="status">${TURN_WORDS[turn.stage](title, app)}</p>
      ${
        isSolved
          ? html`<button class="pw-second" onclick=${app.turn}>${tr("Try again")}</button>`
          : html`<button class="pw-second" onclick=${app.endTurn}>${tr("Give up and restore")}</button>`
      }
    </div>`;
  }
  if (!app.isJudged()) {
    const back = () => app.store.set({ tool: "stimulus" });
    return html`<div class="pw-actions"><p>${tr("This stimulus has no criteria. Drag its parameters and watch the response.")}</p>
      <button class="pw-second" onclick=${back}>${tr("Change stimulus")}</button></div>`;
  }
  const can = app.host.can("search");
  const best = app.pattern.sets.findIndex(({ status }) => status === "replicated");
  return html`<div class="pw-actions">
    <button class="pw-primary" disabled=${!app.canTurn()} onclick=${app.turn}>${tr("Your turn")}</button>
    <p>${
      app.canTurn()
        ? tr("A few sliders move out of place. Move them back until all criteria are met.")
        : app.pattern.ruled_out
          ? tr("No parameters of this model can show the pattern. A search shows how close the model can get.")
          : !app.run.neuron
            ? tr("Practice needs a model that this page can simulate without Python.")
            : tr("No parameters are known for which this model shows the pattern.")
    }</p>
    ${
      can
        ? html`<${SearchButton} app=${app} />`
        : verdict?.loss === 0 || best < 0
          ? html`<button class="pw-second" onclick=${() => app.next(1)}>${tr("Next pattern")} ›</button>`
          : html`<button class="pw-second" onclick=${() => app.load(best)}>${tr("Load verified parameters")}</button>`
    }
  </div>`;
}

/** @type {Record<string, (title: string, app: App) => string>} */
const TURN_WORDS = {
  open: () => tr("The grey trace is the target. Move the sliders until every dot is filled."),
  bars: (_, app) => {
    const known = app.mattering.map((slider) => app.bars.of(slider));
    return known.every((spans) => spans !== null && !spans.length)
      ? tr("No single slider is enough. Move at least two sliders.")
      : tr("Green marks where moving only this slider brings the pattern back.");
  },
  shown: () => tr("▲ marks the original positions."),
  solved: (title) => tr("Well done! Your neuron shows {pattern}.", { pattern: title }),
};
