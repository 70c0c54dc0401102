// When work runs: once a frame, or in pieces that leave the page responsive.

/**
 * Calls after an occasion, and at most once a frame while occasions follow each other.
 *
 * The first call comes as soon as the occasion's own work is done: what waits for the next frame begins when that frame
 * is due, and is then seen a frame later when it takes long. A page in the background has no frames, and waits.
 *
 * @param {() => void} act
 */
export function perFrame(act) {
  let asked = 0; // the frame that ends
  let isWanted = false;
  const now = () => {
    if (!isWanted) return;
    isWanted = false;
    asked = requestAnimationFrame(next);
    act();
  };
  const next = () => {
    asked = 0;
    now();
  };
  const soon = () => {
    if (isWanted) return;
    isWanted = true;
    if (!asked) setTimeout(() => !asked && now()); // a task of its own: what is drawn by another one is in the document by then
  };
  soon.cancel = () => {
    cancelAnimationFrame(asked);
    asked = 0;
    isWanted = false;
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
