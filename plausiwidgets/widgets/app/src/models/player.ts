// The slow playback of the shown sweep. Each spike is a click, and a time line runs through the sweep. The time line also runs
// without sound.

import { batch, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { Range } from "../catalogue.ts";
import type { RunModel } from "./run.ts";
import type { Stop } from "./schedule.ts";

/** The playback speeds, as shares of real time. */
export const SPEEDS = [1, 1 / 2, 1 / 5, 1 / 10] as const;
const USUAL_SPEED = 1 / 5;

const STEP = 500; // ms between two jumps of the time line with reduced motion

/** The clicks of a playback, in seconds after its start and in ascending order. */
export interface Clicks {
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** The duration of the playback. */
  readonly seconds: number;
}

/** A running playback with sound. */
export interface Sounding {
  /** The seconds since the start, as the user hears them. */
  now(): number;
  stop(): void;
}

export interface Sound {
  /** Starts a playback. The promise is rejected if the browser plays no sound. */
  start(clicks: Clicks): Promise<Sounding>;
  close(): void;
}

/** The animation frames and their clock. */
export interface Clock {
  /** The time in ms. */
  now(): number;
  /** Calls `act` in the next frame. */
  next(act: () => void): Stop;
  /** Whether the user prefers reduced motion. */
  isReduced(): boolean;
}

/** The reason why a playback has no sound. */
export type Silence = "" | "no spikes" | "no sound";

export interface PlayerModel {
  readonly isPlaying: ReadonlySignal<boolean>;
  /** The current time of the sweep in ms, or null without a playback. */
  readonly time: ReadonlySignal<number | null>;
  readonly speed: ReadonlySignal<number>;
  /** The reason why the last playback had no sound, or an empty string. */
  readonly silence: ReadonlySignal<Silence>;
  play(): void;
  stop(): void;
  toggle(): void;
  /** Sets the speed. A running playback continues from its current time. */
  setSpeed(speed: number): void;
  close(): void;
}

export interface PlayerOptions {
  /** The shown part of the sweep. */
  readonly range: () => Range;
  readonly sound: Sound;
  readonly clock: Clock;
}

type Played = Pick<RunModel, "trace" | "target" | "zoom" | "event" | "pointAt">;

export function createPlayer(run: Played, { range, sound, clock }: PlayerOptions): PlayerModel {
  const isPlaying = signal(false);
  const time = signal<number | null>(null);
  const speed = signal<number>(USUAL_SPEED);
  const silence = signal<Silence>("");
  let stopPlaying: Stop | null = null;

  const stop = () => {
    if (!stopPlaying) return;
    stopPlaying();
    stopPlaying = null;
    batch(() => {
      isPlaying.value = false;
      time.value = null;
      run.pointAt(null);
    });
  };
  const show = (at: number) =>
    batch(() => {
      time.value = at;
      run.pointAt(at);
    });
  const playFrom = (from: number, to: number) => {
    const clicks = clicksIn(run, [from, to], speed.peek());
    isPlaying.value = true;
    silence.value = clicks.left.length + clicks.right.length ? "" : "no spikes";
    show(from);
    const seconds = (now: number) => from + now * 1000 * speed.peek();
    const stopMoving = moving(clicks, sound, clock, {
      move: (now) => (now < clicks.seconds ? show(Math.max(seconds(now), from)) : stop()),
      fail: () => {
        silence.value ||= "no sound";
      },
    });
    const stopWatching = onChange(run, stop);
    stopPlaying = () => {
      stopWatching();
      stopMoving();
    };
  };
  const play = () => {
    stop();
    playFrom(...range());
  };
  return {
    isPlaying,
    time,
    speed,
    silence,
    play,
    stop,
    toggle: () => (isPlaying.peek() ? stop() : play()),
    setSpeed(next) {
      const at = time.peek();
      const end = range()[1];
      stop();
      speed.value = next;
      if (at !== null && at < end) playFrom(at, end);
    },
    close() {
      stop();
      sound.close();
    },
  };
}

/** The spikes in a part of the sweep as clicks, with the target on the left and the user's trace on the right. */
export function clicksIn(
  { target, trace }: Pick<Played, "target" | "trace">,
  [from, to]: Range,
  speed: number,
): Clicks {
  const of = (spikes: readonly number[]) =>
    spikes.filter((t) => t >= from && t < to).map((t) => (t - from) / (1000 * speed));
  return {
    left: of(target.peek()?.spikes ?? []),
    right: of(trace.peek().spikes),
    seconds: (to - from) / (1000 * speed),
  };
}

interface Moving {
  /** Receives the seconds since the start, in each frame. */
  readonly move: (now: number) => void;
  /** Is called if there is no sound. */
  readonly fail: () => void;
}

/** Plays clicks and calls `move` in each frame. Returns a function that stops it. */
function moving(clicks: Clicks, sound: Sound, clock: Clock, { move, fail }: Moving): Stop {
  let sounding: Sounding | null = null;
  let isStopped = false;
  let stopFrames: Stop = () => {};
  let last = Number.NEGATIVE_INFINITY;
  const advance = (heard: () => number) => {
    stopFrames = clock.next(() => advance(heard));
    const now = heard();
    if (clock.isReduced() && now < clicks.seconds && clock.now() - last < STEP) return;
    last = clock.now();
    move(now);
  };
  const silently = () => {
    const begin = clock.now();
    advance(() => (clock.now() - begin) / 1000);
  };
  const begin = (started: Sounding) => {
    if (isStopped) return started.stop();
    sounding = started;
    advance(started.now);
  };
  const without = () => {
    if (isStopped) return;
    fail();
    silently();
  };
  if (clicks.left.length + clicks.right.length) sound.start(clicks).then(begin, without);
  else silently();
  return () => {
    isStopped = true;
    stopFrames();
    sounding?.stop();
  };
}

/** Calls `act` as soon as another sweep, or another part of it, is shown. */
function onChange({ trace, target, zoom, event }: Played, act: () => void): Stop {
  let isFirst = true;
  return effect(() => {
    for (const one of [trace, target, zoom, event]) one.value;
    if (!isFirst) untracked(act);
    isFirst = false;
  });
}
