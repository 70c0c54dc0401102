// Undo and redo: a list of steps and a position in it.

export interface History<T> {
  readonly steps: readonly T[];
  readonly at: number;
}

/** The store of the history for reloads and other views, which is the session of a tab or a trait of a notebook. */
export interface HistoryStore<T> {
  load(): History<T> | null;
  save(history: History<T>): void;
  /** Calls the listener when another side has changed the history. Returns a function that stops it. */
  onChange(listener: (history: History<T>) => void): () => void;
}

const MAX_STEPS = 200;

export const begun = <T>(first: T): History<T> => ({ steps: [first], at: 0 });
export const present = <T>({ steps, at }: History<T>): T => steps[at];

/** The history with one more step. The undone steps are dropped. */
export function added<T>({ steps, at }: History<T>, step: T): History<T> {
  const kept = [...steps.slice(Math.max(0, at + 1 - MAX_STEPS), at + 1), step];
  return { steps: kept, at: kept.length - 1 };
}

/** The history at another position, or null if there is no such step. */
export function moved<T>({ steps, at }: History<T>, by: number): History<T> | null {
  return steps[at + by] === undefined ? null : { steps, at: at + by };
}

/** A history without a store. */
export const unstored = <T>(): HistoryStore<T> => ({ load: () => null, save() {}, onChange: () => () => {} });
