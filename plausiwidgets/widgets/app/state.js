/** @import { State, Store } from "./types.d.ts" */

/**
 * What is shown, in one place: an immutable object, and who hears of its changes.
 * @param {State} first
 * @returns {Store}
 */
export function createStore(first) {
  let state = first;
  /** @type {Set<(state: State, changed: Set<string>) => void>} */
  const heard = new Set();
  return {
    get: () => state,
    set(change) {
      const keys = Object.keys(change);
      const changed = new Set(keys.filter((key) => !Object.is(Reflect.get(state, key), Reflect.get(change, key))));
      if (!changed.size) return;
      state = { ...state, ...change };
      for (const hear of [...heard]) hear(state, changed);
    },
    on(hear) {
      heard.add(hear);
      return () => heard.delete(hear);
    },
  };
}

/**
 * Calls at most once a frame, after the last of its occasions; a page in the background has no frames, and waits.
 * @param {() => void} act
 */
export function perFrame(act) {
  let asked = 0;
  const soon = () => {
    if (asked) return;
    asked = requestAnimationFrame(() => {
      asked = 0;
      act();
    });
  };
  soon.cancel = () => {
    cancelAnimationFrame(asked);
    asked = 0;
  };
  return soon;
}

const PATIENCE = 7; // ms of work before the page looks at its events again

/**
 * Runs a generator in pieces that leave the page awake.
 * @template T
 * @param {Generator<unknown, T>} work
 * @param {(result: T) => void} give
 * @param {number} [pause] ms between two pieces
 * @returns {() => void} how to stop
 */
export function inPieces(work, give, pause = 0) {
  let timer = 0;
  let stopped = false;
  const advance = () => {
    const until = performance.now() + PATIENCE;
    while (!stopped) {
      const { done, value } = work.next();
      if (done) return give(/** @type {T} */ (value));
      if (performance.now() > until) break;
    }
    if (!stopped) timer = Number(setTimeout(advance, pause));
  };
  advance();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
