import { isValid } from "./link.js";

/** @import { Game, Range, Slider, State, Values, Verdict } from "../types.d.ts" */
// What a task is: something to be found by hand, such as an exercise, where nothing on the screen shows the way.

/** Whether values are locked, or a question is asked. @param {State} state */
export const isTask = ({ exercise, box }) => exercise !== null || box.locked.length > 0;

/** Texts in bold of a card: names of values among them are seen at first. @param {readonly any[]} body @returns {string[]} */
export const boldIn = (body) =>
  body.flatMap((node) => (typeof node === "string" ? [] : node[0] === "strong" ? [node[1].join("")] : boldIn(node[1])));

/** Values that a card locks. @param {Slider[]} sliders @param {import("../types.d.ts").Card} card */
export const lockedOn = (sliders, { free }) => (free.length ? sliders.map(({ name }) => name).filter((name) => !free.includes(name)) : []);

/** The mystery that is shown, if one is. @param {State} state @returns {Game | null} */
export function gameOf({ games, selection }) {
  const game = games[selection.pattern];
  return game?.model === selection.model ? game : null;
}

/** Whether bars may show where the pattern holds. @param {State} state */
export function hasBars(state) {
  const game = gameOf(state);
  return state.turn?.stage !== "open" && !isTask(state) && (!game || game.revealed !== null);
}

/** Where ▲ stands: values that a turn or a mystery has revealed. @param {State} state @returns {Values} */
export function revealed(state) {
  const { turn } = state;
  if (turn?.stage === "shown") return Object.fromEntries(turn.moved.map((name) => [name, turn.from[name]]));
  const game = gameOf(state);
  return game?.revealed ? Object.fromEntries(game.moved.map((name) => [name, /** @type {Values} */ (game.revealed)[name]])) : {};
}

/** The ends of a slider of an exercise: its range, and the start where that lies outside. @param {Slider} slider @param {Values} start @returns {Range} */
export const endsInExercise = ({ name, low, high }, start) => [Math.min(low, start[name]), Math.max(high, start[name])];

/** Whether a value may be typed: in an exercise as far as its slider goes, as the reader of its code has it. @param {State} state @param {Slider} slider @param {number} value */
export function takes({ exercise }, slider, value) {
  if (!isValid(slider, value)) return false;
  if (!exercise) return true;
  const [low, high] = endsInExercise(slider, Object.fromEntries(exercise.start.values));
  return value >= low && value <= high;
}

/**
 * How well a mystery is matched, from 0 to 100, as teaching/mysteries.py has it: what holds for every neuron at rest, the
 * common criteria, earns nothing.
 * @param {Verdict | null} verdict @param {string[]} common
 */
export function pointsOf(verdict, common) {
  if (!verdict) return null;
  const { criteria, loss } = verdict;
  if (loss === 0) return 100;
  const own = criteria.filter(({ key }) => !common.includes(key));
  return Math.min(99, Math.floor(100 * (1 - Math.min(loss / (own.length || criteria.length), 1))));
}
