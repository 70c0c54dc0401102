// The progress of a search from its replies, with the losses of all its evaluations.

import type { Values } from "../catalogue.ts";
import type { Replies, ReplyArrays, State } from "../messages.ts";
import { type Cloud, type CloudReply, noCloud, withReply } from "./cloud.ts";

/** The losses of all evaluations, in an array that grows by doubling. */
export interface Evaluations {
  readonly losses: Float32Array;
  readonly count: number;
  readonly least: number;
  /** The number of gaps that were filled later, for example after a reload. */
  readonly filled: number;
}

export interface Search {
  readonly id: string;
  readonly model: string;
  readonly pattern: string;
  readonly state: State;
  readonly evaluations: Evaluations;
  readonly cloud: Cloud;
  /** The indices of the evaluations that started a restart. */
  readonly restarts: readonly number[];
  readonly loss: number;
  /** The best parameters as a complete set. */
  readonly best: Values | null;
  /** The parameters of the best set that are at a bound of their range. */
  readonly atEnds: readonly string[];
  readonly dt: number;
  readonly status: string;
  readonly error: string;
  readonly least: number;
  readonly seconds: number;
  /** The times of the first and the last reply, in ms of the page's clock. */
  readonly began: number;
  readonly ended: number;
}

/** The fields of a reply that describe a search. */
export interface SearchReply extends Pick<Replies["search"], "search">, CloudReply {
  readonly id: string;
  readonly state: State;
  readonly from?: number;
  readonly error?: string | undefined;
}

export const noEvaluations = (): Evaluations => ({
  losses: new Float32Array(256),
  count: 0,
  least: Infinity,
  filled: 0,
});

/** Adds losses at their place. A reply may repeat evaluations. Missing evaluations are NaN until they arrive. */
export function withEvaluations(before: Evaluations, from: number, losses: ArrayLike<number>): Evaluations {
  const count = Math.max(before.count, from + losses.length);
  let kept = before.losses;
  if (count > kept.length) {
    kept = new Float32Array(2 ** Math.ceil(Math.log2(count)));
    kept.set(before.losses.subarray(0, before.count));
  }
  kept.fill(Number.NaN, before.count, Math.max(from, before.count));
  const isGap = from < before.count && Number.isNaN(kept[from]);
  kept.set(losses, from);
  let { least } = before;
  for (let k = 0; k < losses.length; k++) if (losses[k] < least) least = losses[k];
  return { losses: kept, count, least, filled: before.filled + (isGap ? 1 : 0) };
}

/** The search after another reply of the host at a time of the page's clock. */
export function received(
  known: Search | null,
  { id, state, search: record, from = 0, error = "", ...news }: SearchReply,
  arrays: Partial<ReplyArrays["search"]>,
  now: number,
): Search {
  const { loss: losses, restarts } = arrays;
  const same = known?.id === id ? known : null;
  const evaluations = withEvaluations(same?.evaluations ?? noEvaluations(), from, losses ?? []);
  const { model, pattern, dt, status, loss, seconds = 0, at_bounds: atEnds = [] } = record;
  return {
    id,
    model,
    pattern,
    state,
    evaluations,
    cloud: withReply(same?.cloud ?? noCloud(), { ...news, from }, arrays),
    restarts: restarts ? [...restarts] : (same?.restarts ?? []),
    loss: typeof loss === "number" ? loss : Infinity,
    best: bestOf(record.best, same?.best ?? null),
    atEnds,
    dt,
    status,
    error,
    least: evaluations.least,
    seconds,
    began: same?.began ?? now,
    ended: now,
  };
}

/** The best parameters. The object stays the same until they change. */
function bestOf(best: Values | undefined, known: Values | null): Values | null {
  const next = best && Object.keys(best).length ? best : null;
  return JSON.stringify(next) === JSON.stringify(known) ? known : next;
}

/** Whether a search has not ended. */
export const isOpen = ({ state }: Pick<Search, "state">): boolean =>
  state === "waiting" || state === "running" || state === "paused";
