// The glide of the sliders to other parameters. Each frame is shown and simulated. Only the goal is evaluated.

import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Slider, Values } from "../catalogue.ts";
import { NEURONS } from "../engine/neuron.ts";
import { shareOf, valueOn } from "../engine/scales.ts";
import { FRAMES, type Frames } from "./motion.ts";
import type { Selection } from "./selection.ts";

const DURATION = 500; // ms

export interface Glide {
  /** Whether the sliders glide. Their values are on the way to a goal then, and nothing evaluates them. */
  readonly isGliding: ReadonlySignal<boolean>;
  /** Glides from the present values to a selection, which becomes one step of undo. A running glide ends first. */
  glideTo(goal: Selection): void;
  /** Ends a running glide at its goal. */
  finishGlide(): void;
}

/** The functions that a glide calls: they show a selection, and add the shown selection as a step of undo. */
export interface Glided {
  readonly current: ReadonlySignal<Selection>;
  readonly sliders: ReadonlySignal<readonly Slider[]>;
  show(to: Selection): void;
  keep(): void;
}

/**
 * A glide jumps to its goal if nobody sees the motion, if no parameter changes, or if the page cannot simulate the model itself.
 */
export function createGlide({ current, sliders, show, keep }: Glided, frames: Frames = FRAMES): Glide {
  const isGliding = signal(false);
  let goal: Selection | null = null;
  let frame = 0;

  const end = () => {
    const to = goal;
    if (!to) return;
    goal = null;
    if (frame) frames.cancel(frame);
    frame = 0;
    batch(() => {
      isGliding.value = false;
      show(to);
      keep();
    });
  };
  /** Something that was fetched has replaced the selection. */
  const drop = () => {
    goal = null;
    isGliding.value = false;
  };
  const begin = (to: Selection, moved: readonly Slider[]) => {
    const [start, from] = [frames.now(), current.peek().values];
    let shown = current.peek();
    const advance = () => {
      const passed = (frames.now() - start) / DURATION;
      if (current.peek() !== shown) return drop();
      if (passed >= 1) return end();
      shown = { ...to, values: { ...to.values, ...between(moved, from, to.values, eased(passed)) } };
      show(shown);
      frame = frames.request(advance);
    };
    isGliding.value = true;
    frame = frames.request(advance);
  };
  return {
    isGliding,
    glideTo(to) {
      end();
      const { values } = current.peek();
      const moved = sliders.peek().filter(({ name }) => values[name] !== to.values[name]);
      goal = to;
      if (moved.length && NEURONS[to.model] && frames.canMove()) begin(to, moved);
      else end();
    },
    finishGlide: end,
  };
}

/** A slow begin and a slow end. */
const eased = (share: number): number => share * share * (3 - 2 * share);

/** Values between two sets, on the scales of their sliders: share 0 is the first set, and share 1 is the second one. */
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

/** Lets a function end the glide before it acts. */
export function afterGlide<Given extends unknown[], Result>(
  { finishGlide }: Pick<Glide, "finishGlide">,
  act: (...given: Given) => Result,
): (...given: Given) => Result {
  return (...given) => {
    finishGlide();
    return act(...given);
  };
}
