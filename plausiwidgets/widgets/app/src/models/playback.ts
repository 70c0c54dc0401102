// The playback of a search that ended too fast to be seen. Its evaluations appear over three seconds. Only their drawing is
// slow: the search, its buttons and its parameters have their final state immediately.

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Values } from "../catalogue.ts";
import { isOpen, type Search } from "./evaluations.ts";
import { FRAMES } from "./motion.ts";

const SHORT = 1500; // a search of a shorter duration in ms is played back
const PLAYED = 3000; // duration of the playback in ms

export interface Playback {
  readonly isPlaying: ReadonlySignal<boolean>;
  /** The number of drawn evaluations. */
  readonly drawn: ReadonlySignal<number>;
  /** The drawn best parameters, which are null during a playback. */
  readonly shownBest: ReadonlySignal<Values | null>;
  /** Starts or ends the playback after a reply of the host. */
  update(): void;
  skip(): void;
}

export function createPlayback(search: ReadonlySignal<Search | null>, isShown: ReadonlySignal<boolean>): Playback {
  /** The drawn share of the evaluations, or null without a playback. */
  const share = signal<number | null>(null);
  let id = ""; // id of the last search
  let begin = 0; // start of the playback in ms of the page's clock
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
        // A search that is found again after a reload has taken longer, and a page in the background has no viewer.
        if (!FRAMES.canMove() || now.seconds * 1000 > SHORT) return;
        start();
      }
      // A long search is drawn as it proceeds. After a stop by the user, the search is drawn to its end immediately.
      const isLong = isOpen(now) && performance.now() - now.began > SHORT;
      if (share.peek() !== null && (isLong || now.state === "stopped")) skip();
    },
    skip,
  };
}
