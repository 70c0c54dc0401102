/** @import { Answer, Arrays, Search, Selection, Store, Tries, Values } from "../types.d.ts" */

const EASY = 1500; // ms: a search that took less is played for who watches
const PLAYED = 3000; // ms

/** @returns {Tries} */
export const noTries = () => ({ losses: new Float32Array(256), count: 0, least: Infinity, filled: 0 });

/**
 * Writes losses where they belong: an answer that came before is written again, what is missing is NaN until it comes.
 * @param {Tries} tries @param {number} from @param {ArrayLike<number>} losses @returns {Tries}
 */
export function withTries(tries, from, losses) {
  const count = Math.max(tries.count, from + losses.length);
  let { losses: kept } = tries;
  if (count > kept.length) {
    kept = new Float32Array(2 ** Math.ceil(Math.log2(count)));
    kept.set(tries.losses.subarray(0, tries.count));
  }
  kept.fill(NaN, tries.count, Math.max(from, tries.count));
  const isGap = from < tries.count && Number.isNaN(kept[from]);
  kept.set(losses, from);
  let { least } = tries;
  for (let k = 0; k < losses.length; k++) if (losses[k] < least) least = losses[k];
  return { losses: kept, count, least, filled: tries.filled + (isGap ? 1 : 0) };
}

/**
 * The search that is shown, after another answer of the host.
 * @param {Search | null} known @param {Answer} answer @param {Arrays} arrays @param {number} now @returns {Search}
 */
export function received(known, answer, arrays, now) {
  const record = answer.search;
  const same = known && known.id === answer.id ? known : null;
  const tries = withTries(same?.tries ?? noTries(), Number(answer.from ?? 0), arrays.loss ?? []);
  const best = Object.keys(record.best ?? {}).length ? record.best : null;
  const isNew = JSON.stringify(best) !== JSON.stringify(same?.best);
  return {
    id: answer.id,
    model: record.model,
    pattern: record.pattern,
    state: /** @type {Search["state"]} */ (answer.state),
    tries,
    restarts: arrays.restarts ? [...arrays.restarts].map(Number) : (same?.restarts ?? []),
    loss: typeof record.loss === "number" ? record.loss : Infinity,
    best: isNew ? best : (same?.best ?? null),
    before: Number(answer.before ?? 0),
    atEnds: record.at_bounds ?? [],
    dt: record.dt,
    status: record.status,
    error: answer.error ?? "",
    least: tries.least,
    seconds: record.seconds ?? 0,
    began: same?.began ?? now,
    ended: now,
  };
}

/** @param {Pick<Search, "state">} search */
export function isOpen({ state }) {
  return ["waiting", "running", "paused"].includes(state);
}

/** Whether a search, or another selection, is of a model and a pattern. @param {Pick<Selection, "model" | "pattern"> | null} one @param {Pick<Selection, "model" | "pattern">} of */
export const isOf = (one, { model, pattern }) => one?.model === model && one.pattern === pattern;

/**
 * How much of a search is drawn. An easy one is over before an eye has seen it begin: its tries are played in some three
 * seconds. The search itself, its buttons and its values are those of the end at once.
 * @param {Store} store
 */
export function playback(store) {
  let from = 0; // when the playing began, of the page's clock
  let id = "";
  let asked = 0;
  const isPlaying = () => from > 0;
  const end = () => {
    cancelAnimationFrame(asked);
    from = 0;
    const { played, drawn } = store.get();
    store.set({ played: played + 1, drawn: drawn + 1 }); // the figure has the best line from now on
  };
  const tick = () => {
    const { search, drawer } = store.get();
    if (!search || !drawer || search.id !== id || performance.now() - from > PLAYED) return end();
    store.set({ played: store.get().played + 1 });
    asked = requestAnimationFrame(tick);
  };
  return {
    isPlaying,
    /** After an answer: begins to play where a search was over too soon. */
    updated() {
      const { search } = store.get();
      if (!search) return;
      const isWatched = document.visibilityState === "visible" && !matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (search.id !== id) {
        id = search.id;
        if (!isWatched || search.seconds * 1000 > EASY) return; // it is found again after a reload, or the page is not in sight
        from = performance.now();
        cancelAnimationFrame(asked);
        asked = requestAnimationFrame(tick);
      }
      // A search that goes on is drawn as it comes, and who stops one waits for nothing.
      const isLong = isOpen(search) && performance.now() - search.began > EASY;
      if (isPlaying() && (isLong || search.state === "stopped")) end();
    },
    skip: end,
    /** How many tries are drawn. */
    count() {
      const { search } = store.get();
      if (!search) return 0;
      if (!isPlaying()) return search.tries.count;
      const share = Math.min((performance.now() - from) / PLAYED, 1);
      return Math.min(search.tries.count, Math.ceil(share * share * search.tries.count));
    },
    /** The best that is drawn: the final one only when all tries are. @returns {Values | null} */
    best() {
      const { search } = store.get();
      return !search || isPlaying() ? null : search.best;
    },
    close: () => cancelAnimationFrame(asked),
  };
}
