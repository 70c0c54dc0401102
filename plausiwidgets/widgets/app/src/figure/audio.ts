// The clicks of a playback as sound: the target on the left channel, the trace of the sliders on the right one.

import type { Clicks, Clock, Sound, Sounding } from "../models/player.ts";

/** A click is a tone that fades. The two differ in pitch, so that a telephone with one loudspeaker can play both. */
const TONES = { left: { pitch: 700, fading: 0.0025 }, right: { pitch: 1600, fading: 0.002 } } as const; // Hz, s

const LENGTH = 0.02; // s: the longest click
const LOUDNESS = 0.5;
const LEAD = 0.05; // s until the beginning, so that the first click is not late
const PART = 10; // s of sound in one buffer
const AHEAD = 3; // s before its beginning at which a buffer is handed over; a page in the background wakes once a second
const PATIENCE = 1000; // ms to wait for a browser that may play no sound

/**
 * The samples of a part of one channel. A click ends where the next one begins, so that many spikes do not become louder.
 *
 * @param times of the clicks in s
 * @param first the place of the first sample
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
  /** Hands over the buffers that begin before a time of the context. */
  until(time: number): void;
  stop(): void;
}

/** Schedules the clicks of a playback that begins at a time of the context. */
export function scheduled(context: BaseAudioContext, { left, right, seconds }: Clicks, begin: number): Scheduled {
  const { sampleRate: rate } = context;
  const [start, total] = [Math.ceil(begin * rate), Math.ceil((seconds + LENGTH) * rate)];
  const sources = new Set<AudioBufferSourceNode>();
  let next = 0; // the place of the first sample that is not scheduled
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

/** The sound of the browser. It makes a context with the first playback, because a page may not make one before a click. */
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

/** Waits until a context plays. A browser that forbids sound leaves it waiting. */
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
      context.suspend().catch(() => {}); // a context that plays keeps the loudspeaker of a telephone awake
    },
  };
}

/** The frames of the page. */
export const pageClock: Clock = {
  now: () => performance.now(),
  next(act) {
    const frame = requestAnimationFrame(act);
    return () => cancelAnimationFrame(frame);
  },
  isReduced: () => matchMedia("(prefers-reduced-motion: reduce)").matches,
};
