// The playback of a search that ended within a blink. The evaluations appear over three seconds. Only their drawing is slow:
// the search, its buttons and its parameters are those of the end immediately.

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Values } from "../catalogue.ts";
import { isOpen, type Search } from "./evaluations.ts";
import { FRAMES } from "./motion.ts";

const SHORT = 1500; // ms: a search that took less is played
const PLAYED = 3000; // ms

export interface Playback {
  readonly isPlaying: ReadonlySignal<boolean>;
  /** How many evaluations are drawn. */
  readonly drawn: ReadonlySignal<number>;
  /** The best parameters that are drawn: null while the search is played. */
  readonly shownBest: ReadonlySignal<Values | null>;
  /** Begins or ends to play after a reply of the host. */
  update(): void;
  skip(): void;
}

export function createPlayback(search: ReadonlySignal<Search | null>, isShown: ReadonlySignal<boolean>): Playback {
  /** The share of the evaluations that is drawn, or null if no search is played. */
  const share = signal<number | null>(null);
  let id = ""; // of the last search
  let begin = 0; // in ms of the page's clock
  let frame = 0;

  const skip = () => {
    if (frame) cancelAnimationFrame(frame);
    frame = 0;
    share.value = null;
  };
  const advance = () => {
    const passed = (performance.now() - begin) / PLAYED;
    if (!isShown.peek() || search.peek()?.id !== id || passed > 1) return skip();
    share.value = passed ** 2;
    frame = requestAnimationFrame(advance);
  };
  const start = () => {
    skip();
    begin = performance.now();
    share.value = 0;
    frame = requestAnimationFrame(advance);
  };
  return {
    isPlaying: computed(() => share.value !== null),
    drawn: computed(() => {
      const count = search.value?.evaluations.count ?? 0;
      return share.value === null ? count : Math.min(count, Math.ceil(share.value * count));
    }),
    shownBest: computed(() => (share.value === null ? (search.value?.best ?? null) : null)),
    update() {
      const now = search.peek();
      if (!now) return;
      if (now.id !== id) {
        id = now.id;
        // A search that is found again after a reload has taken longer, and nobody watches a page in the background.
        if (!FRAMES.canMove() || now.seconds * 1000 > SHORT) return;
        start();
      }
      // A long search is drawn as it proceeds. If the user stops a search, it is drawn to its end immediately.
      const isLong = isOpen(now) && performance.now() - now.began > SHORT;
      if (share.peek() !== null && (isLong || now.state === "stopped")) skip();
    },
    skip,
  };
}
