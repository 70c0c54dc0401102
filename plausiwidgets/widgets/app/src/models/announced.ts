// Texts for a screen reader that change often and are announced only once in a while.

import { type ReadonlySignal, signal } from "@preact/signals";
import { following } from "./following.ts";

const PAUSE = 5000; // minimum time in ms between two announcements

export interface Announced {
  readonly words: ReadonlySignal<string>;
  close(): void;
}

/** The first text immediately, and then the latest text once per pause. */
export function announced(latest: ReadonlySignal<string>, pause = PAUSE): Announced {
  const words = signal("");
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = () => {
    const isNew = words.peek() !== latest.peek();
    words.value = latest.peek();
    timer = isNew ? setTimeout(say, pause) : undefined;
  };
  const stop = following(latest, () => {
    if (timer === undefined) say();
  });
  return {
    words,
    close() {
      stop();
      clearTimeout(timer);
    },
  };
}
