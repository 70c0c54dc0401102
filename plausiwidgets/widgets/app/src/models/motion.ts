// Whether the screen may move, and the clock of moving parts.

/** The clock and the frames of a page, which tests replace. */
export interface Frames {
  /** The time in ms. */
  now(): number;
  request(act: () => void): number;
  cancel(frame: number): void;
  /** Waits for some ms. */
  wait(ms: number): Promise<void>;
  /** Whether the page is visible and the user does not prefer reduced motion. */
  canMove(): boolean;
}

export const FRAMES: Frames = {
  now: () => performance.now(),
  request: (act) => requestAnimationFrame(act),
  cancel: (frame) => cancelAnimationFrame(frame),
  wait: (ms) => new Promise((go) => setTimeout(go, ms)),
  canMove: () =>
    typeof document === "object" &&
    document.visibilityState === "visible" &&
    !matchMedia("(prefers-reduced-motion: reduce)").matches,
};
