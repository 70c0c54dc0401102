// The clicks of a playback as sound, with the target on the left channel and the user's trace on the right channel.

import type { Clicks, Clock, Sound, Sounding } from "../models/player.ts";

/** A click is a tone that fades. The pitches differ, so that a telephone with one loudspeaker can play both channels. */
const TONES = { left: { pitch: 700, fading: 0.0025 }, right: { pitch: 1600, fading: 0.002 } } as const; // Hz, s

const LENGTH = 0.02; // length of the longest click in s
const LOUDNESS = 0.5;
const LEAD = 0.05; // delay of the start in s, so that the first click is not late
const PART = 10; // length of the sound in one buffer in s
const AHEAD = 3; // time in s by which a buffer is scheduled in advance, because a page in the background wakes only once per second
const PATIENCE = 1000; // maximum time in ms to wait for a browser that may block sound

/**
 * The samples of a part of one channel. A click ends at the next click, so that many spikes do not become louder.
 *
 * @param times of the clicks in s
 * @param first the index of the first sample
 */
export function samplesOf(
  times: readonly number[],
  ear: keyof typeof TONES,
  rate: number,
  first: number,
  count: number,
): Float32Array<ArrayBuffer> {
  const { pitch, fading } = TONES[ear];
  const samples = new Float32Array(count);
  const places = times.map((time) => Math.round(time * rate));
  places.forEach((begin, k) => {
    const end = Math.min(begin + Math.round(LENGTH * rate), places[k + 1] ?? Infinity, first + count);
    for (let at = Math.max(begin, first); at < end; at++) {
      const t = (at - begin) / rate;
      samples[at - first] = LOUDNESS * Math.sin(2 * Math.PI * pitch * t) * Math.exp(-t / fading);
    }
  });
  return samples;
}

export interface Scheduled {
  /** Schedules the buffers that start before a time of the context. */
  until(time: number): void;
  stop(): void;
}

/** Schedules the clicks of a playback that starts at a time of the context. */
export function scheduled(context: BaseAudioContext, { left, right, seconds }: Clicks, begin: number): Scheduled {
  const { sampleRate: rate } = context;
  const [start, total] = [Math.ceil(begin * rate), Math.ceil((seconds + LENGTH) * rate)];
  const sources = new Set<AudioBufferSourceNode>();
  let next = 0; // the index of the first unscheduled sample
  const add = () => {
    const count = Math.min(Math.round(PART * rate), total - next);
    const buffer = context.createBuffer(2, count, rate);
    buffer.copyToChannel(samplesOf(left, "left", rate, next, count), 0);
    buffer.copyToChannel(samplesOf(right, "right", rate, next, count), 1);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    source.onended = () => sources.delete(source);
    source.start((start + next) / rate);
    sources.add(source);
    next += count;
  };
  return {
    until(time) {
      while (next < total && (start + next) / rate < time) add();
    },
    stop() {
      next = total;
      for (const source of sources) source.stop();
      sources.clear();
    },
  };
}

/** The sound of the browser. It creates a context at the first playback, because a page may not create one before a click. */
export function createSound(makeContext: () => AudioContext = () => new AudioContext()): Sound {
  let context: AudioContext | null = null;
  return {
    async start(clicks) {
      context ??= makeContext();
      await resumed(context);
      return sounding(context, clicks);
    },
    close() {
      context?.close().catch(() => {});
      context = null;
    },
  };
}

const isRunning = ({ state }: BaseAudioContext) => state === "running";

/** Waits until a context plays. If the browser blocks sound, the context stays suspended. */
async function resumed(context: AudioContext): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((go) => {
    timer = setTimeout(go, PATIENCE);
  });
  await Promise.race([context.resume(), late]);
  clearTimeout(timer);
  if (!isRunning(context)) throw new Error("The browser plays no sound here.");
}

function sounding(context: AudioContext, clicks: Clicks): Sounding {
  const begin = context.currentTime + LEAD;
  const clicking = scheduled(context, clicks, begin);
  const more = () => clicking.until(context.currentTime + AHEAD);
  more();
  const timer = setInterval(more, 1000);
  return {
    now: () => context.currentTime - (context.outputLatency || 0) - begin,
    stop() {
      clearInterval(timer);
      clicking.stop();
      context.suspend().catch(() => {}); // a running context would keep the loudspeaker of a telephone awake
    },
  };
}

/** The clock of the page, with its animation frames. */
export const pageClock: Clock = {
  now: () => performance.now(),
  next(act) {
    const frame = requestAnimationFrame(act);
    return () => cancelAnimationFrame(frame);
  },
  isReduced: () => matchMedia("(prefers-reduced-motion: reduce)").matches,
};
