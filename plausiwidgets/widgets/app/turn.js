import { endsOf, positionOf, STEPS, valueAt } from "./engine/scales.js";
import { tr } from "./engine/texts.js";
import { simulation } from "./neuron.js";
import { useRedraw } from "./redraw.js";
import { isOpen } from "./search.js";
import { html } from "./vendor/preact.js";
import { inSentence } from "./words.js";

/** @import { App } from "./app.js" */
/** @import { Catalogue, ModelData, Selection, Slider, Values } from "./types.d.ts" */

const TRIES = 24;
const CELL = ["quiet", "at_rest", "cell"]; // criteria of a neuron that rests and has the potentials of a cell

/**
 * Values from which a hand has to come back: some sliders away from where the pattern holds, and judged not to show it,
 * by a neuron that still is one where such values are found.
 * @param {Catalogue} catalogue @param {ModelData} data @param {Selection} from @param {Slider[]} sliders
 * @returns {Generator<void, { values: Values, names: string[] } | null>}
 */
export function* moveAway(catalogue, data, from, sliders, random = Math.random) {
  for (let k = 0; k < TRIES; k++) {
    const names = [...sliders].sort(() => random() - 0.5).slice(0, Math.min(sliders.length, k < TRIES / 2 ? 2 : 3));
    const values = { ...from.values };
    for (const slider of names) {
      const value = from.values[slider.name];
      const ends = endsOf(slider, value);
      const at = positionOf(slider, value, ends);
      const far = Math.round((0.18 + 0.3 * random()) * STEPS);
      const to = random() < 0.5 ? at - far : at + far;
      values[slider.name] = valueAt(slider, to < 0 || to > STEPS ? (to < 0 ? at + far : at - far) : to, ends);
    }
    const { verdict } = yield* simulation(catalogue, data, { ...from, values }).judging();
    const isCell = verdict?.criteria.every(({ key, passed }) => passed || !CELL.includes(key));
    if (verdict && verdict.loss > 0 && !verdict.lost && (isCell || k >= TRIES - 4)) return { values, names: names.map(({ name }) => name) };
  }
  return null;
}

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
