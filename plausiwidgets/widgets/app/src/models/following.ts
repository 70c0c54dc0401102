// The function `following`, with which a model of the app acts on each value of a signal.

import { batch, effect, type ReadonlySignal, untracked } from "@preact/signals";
import type { Stop } from "./schedule.ts";

/**
 * Calls `act` with each value of a signal and the previous value, or null for the first value. Other signals that `act` reads
 * do not trigger it. All signals that `act` writes change together, so an effect of several of them runs only once.
 */
export function following<T>(of: ReadonlySignal<T>, act: (now: T, last: T | null) => void): Stop {
  let last: T | null = null;
  return effect(() => {
    const now = of.value;
    const before = last;
    last = now; // If `act` throws an error, the next call still gets this value as the previous one.
    untracked(() => batch(() => act(now, before)));
  });
}
