// The sound of the spikes, and the time that runs with it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { batch, signal } from "@preact/signals";
import type { Range } from "../src/catalogue.ts";
import { samplesOf, scheduled } from "../src/figure/audio.ts";
import type { Line, Role, Zoom } from "../src/models/lines.ts";
import { type Clicks, clicksIn, createPlayer } from "../src/models/player.ts";

const lineOf = (role: Role, spikes: readonly number[]): Line => ({
  ...{ role, spikes, t0: 0, dt: 0.1 },
  ...{ v: new Float64Array(), current: new Float64Array(), divergedAt: Number.NaN },
});

interface Case {
  readonly spikes?: readonly number[];
  readonly targets?: readonly number[];
  readonly isReduced?: boolean;
  readonly isForbidden?: boolean;
}

/** A player with a clock that a test moves, and its clicks. */
function playing({ spikes = [100, 300], targets = [50, 500], isReduced = false, isForbidden = false }: Case = {}) {
  let now = 0;
  let frame: (() => void) | null = null;
  const [started, stopped]: [Clicks[], number[]] = [[], []];
  const pointed: (number | null)[] = [];
  const run = {
    trace: signal(lineOf("yours", spikes)),
    target: signal<Line | null>(lineOf("target", targets)),
    zoom: signal<Zoom | null>(null),
    event: signal<Range | null>(null),
    pointAt: (time: number | null) => pointed.push(time),
  };
  const player = createPlayer(run, {
    range: () => [0, 1000],
    sound: {
      async start(clicks) {
        if (isForbidden) throw new Error("forbidden");
        started.push(clicks);
        const begin = now;
        return { now: () => (now - begin) / 1000, stop: () => stopped.push(now) };
      },
      close() {},
    },
    clock: {
      now: () => now,
      next(act) {
        frame = act;
        return () => {
          frame = null;
        };
      },
      isReduced: () => isReduced,
    },
  });
  const go = (ms: number) => {
    now += ms;
    frame?.();
  };
  const hasFrame = () => frame !== null;
  return { player, run, started, stopped, pointed, go, hasFrame };
}

const soon = () => new Promise<void>((go) => setTimeout(go));

test("the spikes of the target are heard on the left and yours on the right, at a fifth of their speed", async () => {
  const { player, started, stopped, pointed, go, hasFrame } = playing();
  assert.deepEqual([player.isPlaying.value, player.time.value], [false, null]);
  player.play();
  await soon();
  assert.deepEqual(started, [{ left: [0.25, 2.5], right: [0.5, 1.5], seconds: 5 }]);
  go(1000);
  assert.equal(player.time.value, 200);
  assert.equal(pointed.at(-1), 200);
  go(3999);
  assert.equal(player.isPlaying.value, true);
  go(1);
  assert.deepEqual([player.isPlaying.value, player.time.value, pointed.at(-1)], [false, null, null]);
  assert.deepEqual([stopped.length, hasFrame()], [1, false]);
});

test("a change of the trace, of the zoom or of the part that is shown stops the sound", async () => {
  const changes: ((run: ReturnType<typeof playing>["run"]) => void)[] = [
    (run) => {
      run.trace.value = lineOf("yours", [1]);
    },
    (run) => {
      run.target.value = null;
    },
    (run) => {
      run.zoom.value = { x: [0, 10], y: null };
    },
    (run) =>
      batch(() => {
        run.event.value = [0, 10];
        run.trace.value = lineOf("yours", [2]);
      }),
  ];
  for (const change of changes) {
    const { player, run, stopped, hasFrame } = playing();
    player.play();
    await soon();
    change(run);
    assert.deepEqual([player.isPlaying.value, stopped.length, hasFrame()], [false, 1, false]);
    change(run); // the player no longer observes the sweep
    assert.equal(stopped.length, 1);
  }
});

test("a sound that is stopped before the browser begins is never heard", async () => {
  const { player, stopped, hasFrame } = playing();
  player.toggle();
  player.toggle();
  await soon();
  assert.deepEqual([player.isPlaying.value, stopped.length, hasFrame()], [false, 1, false]);
});

test("playback continues at the present time after a change of speed", async () => {
  const { player, started, go } = playing();
  player.setSpeed(1 / 2);
  assert.equal(player.isPlaying.value, false);
  player.play();
  await soon();
  go(400); // corresponds to 200 ms of the sweep
  player.setSpeed(1);
  await soon();
  assert.equal(player.time.value, 200);
  assert.deepEqual(started.at(-1), { left: [0.3], right: [0.1], seconds: 0.8 });
  go(100);
  assert.equal(player.time.value, 300);
});

test("if the browser forbids sound, or no neuron fires, the time runs without it and a reason is there", async () => {
  const forbidden = playing({ isForbidden: true });
  forbidden.player.play();
  await soon();
  forbidden.go(1000);
  assert.deepEqual([forbidden.player.silence.value, forbidden.player.time.value], ["no sound", 200]);
  const silent = playing({ spikes: [], targets: [] });
  silent.player.play();
  await soon();
  silent.go(500);
  assert.deepEqual([silent.player.silence.value, silent.player.time.value, silent.started], ["no spikes", 100, []]);
});

test("with reduced motion the time jumps twice a second, and the sound plays", async () => {
  const { player, started, go } = playing({ isReduced: true });
  player.play();
  await soon();
  const seen = new Set<number | null>();
  for (let k = 0; k < 100; k++) {
    go(16);
    seen.add(player.time.value);
  }
  assert.equal(started.length, 1);
  assert.ok(seen.size >= 3 && seen.size <= 5, `${seen.size} places in 1.6 s`);
});

test("only the spikes of the part that is shown are heard, and 2000 of them in their order", () => {
  const all = Array.from({ length: 2000 }, (_, k) => k * 10);
  const run = { trace: signal(lineOf("yours", all)), target: signal(null) };
  assert.equal(clicksIn(run, [0, 20000], 0.2).right.length, 2000);
  assert.equal(clicksIn(run, [0, 20000], 0.2).seconds, 100);
  assert.deepEqual(clicksIn(run, [10, 30], 1).right, [0, 0.01]);
});

test("a click begins at its sample, and clicks that follow each other closely do not become louder", () => {
  const rate = 48000;
  const one = samplesOf([0.01], "left", rate, 0, 4800);
  assert.equal(
    one.findIndex((x) => x !== 0),
    481,
  ); // the sine is 0 at sample 480
  const dense = samplesOf(
    Array.from({ length: 2000 }, (_, k) => k / 4000),
    "right",
    rate,
    0,
    rate,
  );
  assert.ok(dense.every((x) => Math.abs(x) <= 0.5));
  const [first, second] = [samplesOf([0.01], "left", rate, 0, 500), samplesOf([0.01], "left", rate, 500, 4300)];
  assert.deepEqual([...first, ...second], [...one], "a click continues in the next buffer");
});

test("a long sweep is handed over in parts that follow each other without a gap", () => {
  const started: { readonly at: number; readonly length: number }[] = [];
  let stopped = 0;
  // The used part of the context.
  const context: BaseAudioContext = Object.assign(Object.create(null), {
    sampleRate: 8000,
    destination: {},
    createBuffer: (_: number, length: number) => ({ length, copyToChannel() {} }),
    createBufferSource: () => ({
      buffer: { length: 0 },
      connect() {},
      start(at: number) {
        started.push({ at, length: this.buffer.length });
      },
      stop() {
        stopped++;
      },
    }),
  });
  const clicks = { left: [0, 60], right: [99.9], seconds: 100 };
  const clicking = scheduled(context, clicks, 0.5);
  clicking.until(3);
  assert.equal(started.length, 1);
  clicking.until(31);
  assert.equal(started.length, 4);
  clicking.until(1000);
  const ends = started.map(({ at, length }) => at + length / 8000);
  assert.deepEqual(
    started.slice(1).map(({ at }) => at),
    ends.slice(0, -1),
  );
  assert.ok((ends.at(-1) ?? 0) > 100.5, "the last click ends");
  clicking.stop();
  assert.equal(stopped, started.length);
});
