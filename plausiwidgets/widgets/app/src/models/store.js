/** @import { State, Store } from "../types.d.ts" */

/**
 * What is shown, in one place: an immutable object, and the listeners of its changes.
 * @param {State} first
 * @returns {Store}
 */
export function createStore(first) {
  let state = first;
  /** @type {Set<(state: State, changed: Set<string>) => void>} */
  const listeners = new Set();
  return {
    get: () => state,
    set(change) {
      const keys = Object.keys(change);
      const changed = new Set(keys.filter((key) => !Object.is(Reflect.get(state, key), Reflect.get(change, key))));
      if (!changed.size) return;
      state = { ...state, ...change };
      for (const listener of [...listeners]) listener(state, changed);
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
