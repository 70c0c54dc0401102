// The glide of the sliders to other parameters. Each frame is shown and simulated. Only the goal is evaluated.

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Slider, Values } from "../catalogue.ts";
import { NEURONS } from "../engine/neuron.ts";
import { shareOf, valueOn } from "../engine/scales.ts";
import { FRAMES, type Frames } from "./motion.ts";
import type { Selection } from "./selection.ts";

const DURATION = 500; // default duration in ms

/** Options of a glide. */
export interface GlideOptions {
  /** The duration of the glide in ms. */
  readonly duration?: number;
  /** Whether the goal becomes an undo step. */
  readonly isStep?: boolean;
}

export interface Glide {
  /** Whether the sliders glide. Their values are then between two sets, and are not evaluated. */
  readonly isGliding: ReadonlySignal<boolean>;
  /** The selection at the end of a running glide, or null. */
  readonly goal: ReadonlySignal<Selection | null>;
  /** Glides from the current values to a selection, which becomes one undo step. A running glide ends first. */
  glideTo(goal: Selection, options?: GlideOptions): void;
  /** Ends a running glide at its goal. */
  finishGlide(): void;
}

/** The functions that a glide calls, which show a selection and add the shown selection as an undo step. */
export interface Glided {
  readonly current: ReadonlySignal<Selection>;
  readonly sliders: ReadonlySignal<readonly Slider[]>;
  show(to: Selection): void;
  keep(): void;
}

/**
 * Creates a glide. It jumps to its goal if the motion is not visible, if no parameter changes, or if the page cannot simulate
 * the model.
 */
export function createGlide({ current, sliders, show, keep }: Glided, frames: Frames = FRAMES): Glide {
  const goal = signal<Selection | null>(null);
  let isStep = true;
  let frame = 0;

  const endAt = (to: Selection) => {
    if (frame) frames.cancel(frame);
    frame = 0;
    batch(() => {
      goal.value = null;
      show(to);
      if (isStep) keep();
    });
  };
  const end = () => {
    const to = goal.peek();
    if (to) endAt(to);
  };
  /** Drops a running glide, because fetched data have replaced the selection. */
  const drop = () => {
    goal.value = null;
  };
  const begin = (to: Selection, moved: readonly Slider[], duration: number) => {
    const [start, from] = [frames.now(), current.peek().values];
    let shown = current.peek();
    const advance = () => {
      const passed = (frames.now() - start) / duration;
      if (current.peek() !== shown) return drop();
      if (passed >= 1) return end();
      shown = { ...to, values: { ...to.values, ...between(moved, from, to.values, eased(passed)) } };
      show(shown);
      frame = frames.request(advance);
    };
    goal.value = to;
    frame = frames.request(advance);
  };
  return {
    isGliding: computed(() => goal.value !== null),
    goal,
    glideTo(to, { duration = DURATION, isStep: keeps = true } = {}) {
      end();
      isStep = keeps;
      const { values } = current.peek();
      const moved = sliders.peek().filter(({ name }) => values[name] !== to.values[name]);
      if (moved.length && NEURONS[to.model] && frames.canMove()) begin(to, moved, duration);
      else endAt(to);
    },
    finishGlide: end,
  };
}

/** A smooth start and a smooth end. */
const eased = (share: number): number => share * share * (3 - 2 * share);

/** Values between two sets, on the scales of their sliders. A share of 0 is the first set, and 1 the second. */
export function between(sliders: readonly Slider[], from: Values, to: Values, share: number): Values {
  const values = sliders.map((slider): [string, number] => {
    const { name, low, high } = slider;
    const [first, last] = [from[name], to[name]];
    const ends = [Math.min(low, first, last), Math.max(high, first, last)] as const;
    const [a, b] = [shareOf(slider, first, ends), shareOf(slider, last, ends)];
    return [name, valueOn(slider, a + share * (b - a), ends)];
  });
  return Object.fromEntries(values);
}

/** Returns a function that ends the glide before it acts. */
export function afterGlide<Given extends unknown[], Result>(
  { finishGlide }: Pick<Glide, "finishGlide">,
  act: (...given: Given) => Result,
): (...given: Given) => Result {
  return (...given) => {
    finishGlide();
    return act(...given);
  };
}
