// Criteria: the accepted range of a measured feature, and the penalty for a value outside it.

/** The measure of the distance to the range: in events, as a difference, or as a ratio. Same as KINDS in Python. */
export type Kind = "count" | "band" | "log";

export interface Criterion {
  readonly key: string;
  readonly name: string;
  readonly text: string;
  readonly unit: string;
  readonly kind: Kind;
  readonly low?: number;
  readonly high?: number;
  readonly scale: number;
  /** Whether the range scales with the span, which is the distance from rest to threshold. */
  readonly per_span?: boolean;
  readonly at_least_steps?: number;
  readonly without_reset?: boolean;
  readonly weight?: number;
}

/** The span in mV for which the ranges of criteria with `per_span` are stated. */
const USUAL_SPAN = 15;

/** x / (1 + x) for x ≥ 0. Its slope is nonzero everywhere, so a search can follow it. */
export function saturated(x: number): number {
  const distance = Math.max(x, 0);
  return distance === Infinity ? 1 : distance / (1 + distance);
}

/** Measurements that grade a missed criterion in addition to its value. */
export interface Grading {
  readonly span: number;
  /** Distance of the largest potential to the threshold, in spans. */
  readonly gap: number;
  /** Progress towards the next larger value, for a feature that changes in jumps. */
  readonly progress: number;
}

/** The penalty for a value: 0 exactly inside the range, otherwise above 0 and at most the criterion's weight. */
export function penaltyOf(criterion: Criterion, value: number, low: number, high: number, grading: Grading): number {
  if (value >= low && value <= high) return 0;
  const { weight = 1 } = criterion;
  const outside = outsideOf(criterion, value, low, high, grading);
  return weight * (Number.isNaN(value) || Number.isNaN(outside) ? 1 : Math.min(Math.max(outside, 1e-9), 1));
}

function outsideOf(
  { kind, scale, per_span }: Criterion,
  value: number,
  low: number,
  high: number,
  { span, gap, progress }: Grading,
): number {
  const isBelow = value < low;
  switch (kind) {
    case "count": {
      if (!isBelow) return 0.1 + 0.9 * saturated((value - high) / 4);
      const missing = (0.5 * (low - value - progress)) / Math.max(low, 1);
      return missing + (value === 0 ? 0.5 * saturated(gap) : 0);
    }
    case "log":
      return saturated((isBelow ? Math.log(low / Math.max(value, 1e-300)) : Math.log(value / high)) / scale);
    case "band": {
      const unit = scale * (per_span ? span / USUAL_SPAN : 1);
      const short = low - value;
      return saturated((isBelow ? Math.max(short - progress, 0.1 * short) : value - high) / unit);
    }
    default:
      throw unknownKind(kind satisfies never);
  }
}

const KINDS: Readonly<Record<Kind, true>> = { count: true, band: true, log: true };

/** Throws an error if the kind of a criterion is unknown, even if the value is within the range. */
export function checkKind({ kind }: Criterion): void {
  if (!Object.hasOwn(KINDS, kind)) throw unknownKind(kind);
}

/** The data may be newer than this page. A verdict with another rule would be worse than no verdict. */
function unknownKind(kind: string): Error {
  return new Error(`unknown kind of criterion: ${kind}`);
}

/** The accepted range of a criterion at a span and a time step. */
export function rangeOf(criterion: Criterion, span: number, dt: number): [low: number, high: number] {
  const factor = criterion.per_span ? span / USUAL_SPAN : 1;
  const low = (criterion.low ?? -Infinity) * factor;
  const high = (criterion.high ?? Infinity) * factor;
  if (!criterion.at_least_steps) return [low, high];
  // Times are multiples of dt, but rounding changes their differences by one unit in the last place.
  return [Math.max(low, criterion.at_least_steps * dt) * (1 - 1e-9), high];
}
