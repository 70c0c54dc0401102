// The measurement of the onset of one neuron, as a generator of runs. Python's procedure in patterns/onset is identical.

import { Approach, firingStep, firstBracket, PATIENCE, targets, untilSteady, WEAKEST } from "./approach.ts";
import { type Bracket, LATE } from "./bracket.ts";
import { classify, inARow, LAST, ladder, type Measured } from "./ladder.ts";
import { BudgetError, type Depth, type Onset, silent } from "./outcome.ts";
import { type Run, type Runs, type Train, wholeSteps } from "./train.ts";

/** Length of the first run in the model's own time steps. */
export const FIRST = 1000;
/** Smallest difference of two currents that count as different, as a share of the current. */
export const SPACING = 64 * 2 ** -52;
const BURSTS = 2;
const DRIVES = [2, 1.5, 1.25, 1.12, 1.06, 1.03, 1.01, 1];
const MOST = 1000;

/** Yields the runs of a measurement, receives their trains, and returns the onset. */
export function* onsetOf(top: number, neuron: Measured, depth: Depth, spacing: number): Runs<Onset> {
  const out = silent();
  try {
    yield* measure(out, top, neuron, depth, spacing);
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    // An irregular neuron, such as a chaotic one, has no period that a search could follow.
    out.exhausted = true;
    out.kind = out.top > 0 ? "unclear" : "no firing";
    if (Number.isNaN(out.rheobase)) out.top = Number.NaN; // there are no steps above a rheobase to look at
  }
  return out;
}

function* measure(out: Onset, top: number, neuron: Measured, depth: Depth, spacing: number): Runs<void> {
  const [step, train] = yield* firingStep(top, neuron.first);
  if (!train.fires) return;
  out.top = step;
  out.spikes = train.late.length + 1;
  const bracket = yield* firstBracket(step, train);
  const scale = bracket.high;
  out.rheobase = scale;
  if (scale <= WEAKEST * step) {
    out.kind = "unclear"; // the resting potential is at the threshold
    return;
  }
  if (yield* usualRate(out, bracket, neuron)) yield* followed(out, bracket, scale, neuron, depth, spacing);
}

/** Yields runs at twice the rheobase and stores the period there in `out`. Returns whether the neuron has a period. */
function* usualRate(out: Onset, bracket: Bracket, neuron: Measured): Runs<boolean> {
  let spread = 0;
  let step = Number.NaN;
  let train: Train | null = null;
  for (const drive of DRIVES) {
    out.drive = drive;
    step = drive * bracket.high;
    train = yield* untilSteady(step, neuron.first);
    if (train.spread > spread) spread = train.spread;
    if (train.fires) break;
  }
  out.period = train?.period ?? Number.NaN;
  out.slowest = bracket.period;
  out.spreadFar = spread;
  if (spread > BURSTS || !train?.fires) {
    out.kind = spread > BURSTS ? "bursting" : "unclear";
    return false;
  }
  bracket.settle = Math.max(bracket.settle, train.settledAfter);
  bracket.seen.set(step, train.period);
  return true;
}

/** Yields the runs of the approach and of the ladder, and stores the onset in `out`. */
function* followed(
  out: Onset,
  bracket: Bracket,
  scale: number,
  neuron: Measured,
  depth: Depth,
  spacing: number,
): Runs<void> {
  const slowest = out.period * Math.min(Math.max(depth.slowest / out.period, depth.least), MOST);
  const periods = targets(out.period, slowest);
  const tolerance = Math.max(depth.tolerance, spacing / scale);
  let longer = 1;
  for (let k = 0; k <= PATIENCE; k++) {
    const approach = new Approach(bracket, scale, tolerance, longer);
    out.reached = yield* approach.run(periods);
    if (bracket.high <= 0) {
      out.kind = "unclear"; // longer runs also fire at the holding current, so the neuron rests at its threshold
      return;
    }
    out.persists = approach.persists;
    yield* ladder(out, bracket, slowest, neuron, longer);
    const [first, end] = inARow(out.periods);
    if (out.persists || !(first < end && end < Math.min(first + LAST, out.periods.length))) break;
    // Longer runs show that the train ends (the ghost of a fold of limit cycles), so the lower side of the bracket moves up.
    const { rheobase, shares } = out;
    bracket.low = rheobase * (1 + shares[end]);
    bracket.high = rheobase * (1 + shares[end - 1]);
    bracket.period = out.periods[end - 1];
    bracket.seen = new Map([...bracket.seen].filter(([x]) => x > bracket.high));
    bracket.seen.set(bracket.high, bracket.period);
    longer *= LATE;
  }
  classify(out, neuron);
}

/** Simulates the runs of a measurement one after another. The generator pauses as `simulate` does. */
export function* simulated<P, R>(
  procedure: Runs<Onset>,
  dt: number,
  budget: number,
  simulate: (run: Run, steps: number) => Generator<P, Train, R>,
): Generator<P, Onset, R> {
  let spent = 0;
  let step = procedure.next();
  while (!step.done) {
    const steps = wholeSteps(step.value.time, dt);
    spent += steps;
    if (spent * dt > budget) {
      step = procedure.throw(new BudgetError());
      continue;
    }
    step = procedure.next(yield* simulate(step.value, steps));
  }
  return step.value;
}
