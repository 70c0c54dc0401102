// The scheduling of work: once per frame, after a frame, or in slices that keep the page responsive.

/** Cancels scheduled work. */
export type Stop = () => void;
export type Schedule = (work: () => void) => Stop;

const PATIENCE = 7; // maximum time in ms before the page handles its events again

/**
 * Runs work after the next frame. A timer of 0 ms often fires before the frame and would delay it. A page in the background and
 * Node have no frames, so a timer is used there.
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
 * Calls `act` after an event, and at most once per frame during a series of events.
 * The first call follows immediately after the handler of the event. A call in the next frame would be visible one frame later
 * if it takes long. A page in the background has no frames, so the call waits.
 */
export function perFrame(act: () => void): { (): void; cancel(): void } {
  let frame = 0; // the frame of the last call
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
    if (!frame) setTimeout(() => !frame && now()); // a separate task, so that other views are already in the document
  };
  soon.cancel = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    isWanted = false;
  };
  return soon;
}

/**
 * Runs a generator in slices that keep the page responsive, then calls `give` with its result.
 *
 * @param pause ms between two slices
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
