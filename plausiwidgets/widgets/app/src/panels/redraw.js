import { useLayoutEffect, useReducer } from "preact/hooks";

/**
 * Draws a view anew whenever it has changed; returns how to draw it anew.
 *
 * It listens from the task on in which it was drawn: an effect that waits for the next frame would miss what comes in
 * between, such as the quick answer of a kernel.
 *
 * @param {(changed: () => void) => (() => void)} on @param {unknown[]} [of]
 */
export function useRedraw(on, of = []) {
  const again = useAgain();
  useLayoutEffect(() => on(again), of);
  return again;
}

/** How to draw a view anew. */
export function useAgain() {
  const [, count] = useReducer((/** @type {number} */ n) => n + 1, 0);
  return () => count(0);
}
