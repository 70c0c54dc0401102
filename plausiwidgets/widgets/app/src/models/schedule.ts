// The scheduling of work: once a frame, after a frame, or in pieces that leave the page responsive.

/** Stops what was scheduled. */
export type Stop = () => void;
export type Schedule = (work: () => void) => Stop;

const PATIENCE = 7; // ms of work before the page handles its events again

/**
 * Runs work after the next frame. A timer of 0 ms often fires before the frame, and would delay what the user waits for. A
 * page in the background has no frames, and Node has none at all: there a timer replaces the frame.
 */
export const afterPaint: Schedule = (work) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = () => {
    timer = setTimeout(work);
  };
  const hasFrames = typeof requestAnimationFrame === "function" && typeof document === "object" && !document.hidden;
  const frame = hasFrames ? requestAnimationFrame(later) : 0;
  if (!hasFrames) later();
  return () => {
    if (frame) cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
};

/**
 * Calls `act` after an occasion, and at most once a frame while occasions follow each other.
 *
 * The first call follows as soon as the work of the occasion is done. A call in the next frame would be seen one frame
 * later if it takes long. A page in the background has no frames, and waits.
 */
export function perFrame(act: () => void): { (): void; cancel(): void } {
  let frame = 0; // the frame that ends
  let isWanted = false;
  const next = () => {
    frame = 0;
    now();
  };
  const now = () => {
    if (!isWanted) return;
    isWanted = false;
    frame = requestAnimationFrame(next);
    act();
  };
  const soon = () => {
    if (isWanted) return;
    isWanted = true;
    if (!frame) setTimeout(() => !frame && now()); // a task of its own, so that other views are in the document by then
  };
  soon.cancel = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    isWanted = false;
  };
  return soon;
}

/**
 * Runs a generator in pieces that leave the page responsive, then calls `give` with its result.
 *
 * @param pause ms between two pieces
 */
export function inPieces<T>(work: Generator<unknown, T>, give: (result: T) => void, pause = 0): Stop {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const advance = () => {
    const until = performance.now() + PATIENCE;
    while (!isStopped) {
      const { done, value } = work.next();
      if (done) return give(value);
      if (performance.now() > until) break;
    }
    if (!isStopped) timer = setTimeout(advance, pause);
  };
  advance();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
