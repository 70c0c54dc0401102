// Work that follows a signal.

import { batch, effect, type ReadonlySignal, untracked } from "@preact/signals";
import type { Stop } from "./schedule.ts";

/** Calls `act` with each value of a signal and the previous value. Other signals that `act` reads do not trigger it. */
export function following<T>(of: ReadonlySignal<T>, act: (now: T, last: T | null) => void): Stop {
  let last: T | null = null;
  return effect(() => {
    const now = of.value;
    const before = last;
    last = now;
    untracked(() => batch(() => act(now, before)));
  });
}
