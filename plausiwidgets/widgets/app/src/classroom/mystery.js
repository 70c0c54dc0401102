import { useState } from "preact/hooks";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { gameOf, pointsOf } from "../models/exerciseMode.js";
import { inPieces } from "../models/schedule.js";
import { isOf, isOpen } from "../models/search.js";
import { simulation } from "../models/simulation.js";
import { glossing } from "../panels/glosses.js";
import { Heading } from "../panels/heading.js";
import { Name, plain } from "../panels/sliders.js";

/** @import { App } from "../app.js" */
/** @import { Game, Selection, Values } from "../types.d.ts" */
// A mystery: a neuron with hidden values, to be matched by hand, in a race with a search or with a class, whose members
// open the same number.

const PACE = 8; // neurons a second that a search in a race tries, as answers/search.py has it

/** A mystery of an answer of the host. @param {any} answer @returns {Game} */
export const gameFrom = ({ model, pattern, about, seed, moved, common, link, python }) => ({
  ...{ model, pattern, about, seed, moved, common, link, python },
  ...{ yours: -1, best: -1, raced: false, first: "", revealed: null },
});

/** @param {App} app @param {string} pattern @param {Partial<Game>} change */
function setGame(app, pattern, change) {
  const { games } = app.store.get();
  if (games[pattern]) app.store.set({ games: { ...games, [pattern]: { ...games[pattern], ...change } } });
}

/**
 * Hides the values of a neuron, and shows the neuron to match: another one about what is shown, or the one of a link.
 * @param {App} app @param {{ model?: string, pattern?: string, seed?: number | null }} [which]
 */
export function beginMystery(app, { model, pattern, seed = null } = {}) {
  const { selection } = app.store.get();
  const asked = { model: model ?? selection.model, pattern: pattern ?? selection.pattern, seed };
  if (!app.host.can("mystery")) {
    app.store.set({ notice: tr("A mystery needs Python. Open the link in a notebook."), sheet: "" });
    return;
  }
  app.store.set({ sheet: "", notice: "" });
  const isWanted = app.setOut();
  app.host.ask("mystery", asked, async (answer) => {
    if (!isWanted()) return;
    if (answer.state === "failed") return app.store.set({ notice: answer.error ?? "" });
    if (answer.state !== "done") return;
    const game = gameFrom({ ...answer, model: asked.model });
    app.store.set({ games: { ...app.store.get().games, [game.pattern]: game } });
    /** @type {Selection} */
    const to = { model: game.model, pattern: game.pattern, values: answer.values, dt: answer.dt, set: 0 };
    await app.choose(game.model, game.pattern, { to });
    const fixed = app.sliders.map(({ name }) => name).filter((name) => !game.moved.includes(name));
    app.setBox({ fixed });
    app.store.set({ tool: "" });
    app.keep();
  });
}

/** Keeps the score of both; returns how to stop. @param {App} app */
export function keepScore(app) {
  /** @type {Values | null} */
  let judged = null;
  let stop = () => {};
  /** @param {Game} game @param {"yours" | "best"} who @param {number} points */
  const note = (game, who, points) => {
    if (game[who] === points) return;
    const isFirst = game.raced && !game.first && points === 100;
    setGame(app, game.pattern, { [who]: points, ...(isFirst ? { first: who === "yours" ? "yours" : "search" } : {}) });
  };
  const off = app.store.on((state, changed) => {
    const game = gameOf(state);
    if (!game) return;
    if (changed.has("verdict") && state.verdict && !game.revealed) note(game, "yours", pointsOf(state.verdict, game.common) ?? -1);
    const best = isOf(state.search, game) && game.raced ? state.search?.best : null;
    if (!best || best === judged || !changed.has("search")) return;
    judged = best;
    stop();
    if (!app.run.neuron) return note(game, "best", state.search?.loss === 0 ? 100 : -1); // Python alone can judge it
    const at = { ...state.selection, values: { ...state.selection.values, ...best } };
    stop = inPieces(simulation(app.catalogue, app.data, at).judging(), ({ verdict }) => {
      const now = app.store.get().games[game.pattern];
      if (now?.raced) note(now, "best", pointsOf(verdict, game.common) ?? -1);
    });
  });
  return () => {
    stop();
    off();
  };
}

/** @param {number} points */
const shown = (points) => (points < 0 ? "–" : String(points));

/** The score, above the sliders. @param {{ app: App, game: Game }} props */
export function Score({ app, game }) {
  const names = app.sliders.filter(({ name }) => game.moved.includes(name));
  return html`<section class="pw-question pw-game" aria-label=${tr("Mystery")}>
    <${Heading} app=${app}>${tr("Mystery {seed}", { seed: game.seed })}<//>
    <p class="pw-score" role="status"><span>${tr("you")} <b>${shown(game.yours)}</b></span><span>${tr("search")} <b>${shown(game.best)}</b></span>
      <span>${glossing()(tr("of 100 points"))}</span></p>
    <p>${tr("The grey trace belongs to a neuron with hidden parameters:")} ${names.map((slider, k) => html`${k ? ", " : ""}<${Name} slider=${slider} />`)}${". "}
      ${tr("All other parameters are correct. Drag until your spikes line up with its spikes.")}</p>
  </section>`;
}

/** Race, reveal, another one. @param {{ app: App, game: Game }} props */
export function MysteryActions({ app, game }) {
  const { search } = app.store.get();
  const runs = search !== null && isOpen(search) && search.pattern === game.pattern;
  const race = () => {
    setGame(app, game.pattern, { raced: true, first: "", best: -1 });
    app.search("values", { pace: true });
  };
  const reveal = () =>
    app.host.ask("reveal", { pattern: game.pattern }, (answer) => {
      if (answer.state === "done") setGame(app, game.pattern, { revealed: answer.values });
      else if (answer.state === "failed") app.store.set({ notice: answer.error ?? "" });
    });
  const words = {
    "": game.raced
      ? tr(
          "The search starts after four seconds. It evaluates {count} parameter sets per second, about as many as you see while dragging.",
          {
            count: PACE,
          },
        )
      : "",
    yours: tr("You won."),
    search: tr("The search won."),
  }[game.first];
  const isSolved = game.yours === 100;
  return html`<div class="pw-actions">
    ${isSolved ? html`<p role="status" class="pw-praise">✓ ${tr("Solved: 100 of 100 points.")}</p>` : ""}
    ${words ? html`<p role="status">${words}</p>` : ""}
    ${game.revealed ? html`<${Revealed} app=${app} game=${game} values=${game.revealed} />` : ""}
    <button class="pw-primary" disabled=${runs} onclick=${race}>${tr("Race the search")}</button>
    ${game.revealed ? "" : html`<button class="pw-second" onclick=${reveal}>${tr("Reveal parameters")}</button>`}
    <${Another} app=${app} game=${game} />
  </div>`;
}

/** The hidden values beside those on the sliders. @param {{ app: App, game: Game, values: Values }} props */
function Revealed({ app, game, values }) {
  const own = app.store.get().selection.values;
  const sliders = app.sliders.filter(({ name }) => game.moved.includes(name));
  return html`<table class="pw-revealed"><thead><tr><td></td><th scope="col">${tr("hidden neuron")} ▲</th><th scope="col">${tr("your neuron")}</th></tr></thead>
    <tbody>${sliders.map(
      (slider) => html`<tr><th scope="row"><${Name} slider=${slider} /></th><td>${`${plain(values[slider.name])} ${slider.unit}`}</td>
        <td>${`${plain(own[slider.name])} ${slider.unit}`}</td></tr>`,
    )}</tbody></table>`;
}

/** Another mystery, or that of a class: the same number is the same neuron everywhere. @param {{ app: App, game: Game }} props */
function Another({ app, game }) {
  const [number, type] = useState("");
  const isNumber = /^\d{1,9}$/.test(number);
  const open = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (isNumber) beginMystery(app, { seed: Number(number) });
  };
  return html`<form class="pw-another" onsubmit=${open}>
    <button type="button" class="pw-link" onclick=${() => beginMystery(app)}>${tr("New mystery")}</button>
    <label title=${tr("Everyone who enters number {seed} gets this neuron.", { seed: game.seed })}>${tr("Number")}
      <input type="text" inputmode="numeric" maxlength="9" value=${number} placeholder=${String(game.seed)}
        oninput=${(/** @type {any} */ e) => type(e.target.value)} /></label>
    <button type="submit" class="pw-link" disabled=${!isNumber}>${tr("Open")}</button>
  </form>`;
}
