// The phase plane or phase line from a host, for a neuron whose plane the page does not compute.

import { computed, signal, useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { App } from "../app.ts";
import type { Range } from "../catalogue.ts";
import { type AxesOptions, type Axis, axesPicture, type Frame, frameOf } from "../figure/axes.ts";
import { Pictured } from "../figure/CanvasView.tsx";
import type { Layer, Picture } from "../figure/picture.ts";
import { tr } from "../i18n/texts.ts";
import { glossing } from "../panels/glosses.tsx";
import { PairMenus } from "./axisMenus.tsx";
import { type FullReply, type JobArrays, jobOf, requestOf } from "./jobs.ts";
import { fixedPoint, nullcline, PlaneKey, pointed } from "./phasePlane.tsx";
import type { Path } from "./phasePlaneModel.ts";

const REST = 200; // time in ms after the last change before the request
const ARROW = 7; // half of the length of an arrow of the field in px
const HEAD = 4; // length in px of each side of an arrow's head
const OPEN = 2.6; // radians between an arrow and the sides of its head

type PhaseReply = FullReply<"phase">;

/** A phase plane of two variables, or a phase line. */
export interface Phase
  extends Pick<PhaseReply, "names" | "labels" | "ranges" | "levels" | "usual" | "variables" | "sentence"> {
  /** The pieces of each nullcline at each current. A piece contains x and y of its points in turn. */
  readonly lines: readonly (readonly (readonly Float32Array[])[])[];
  /** The arrows of the field at each current. */
  readonly arrows: readonly Float32Array[];
  readonly path: Float32Array;
  /** The model that the phase plane is about. */
  readonly about: string;
}

const NOTHING = new Float32Array();

/** The phase plane of a reply. */
export function phaseOf(
  about: string,
  reply: Omit<Phase, "lines" | "arrows" | "path" | "about">,
  arrays: JobArrays<"phase">,
): Phase {
  const { names, labels, ranges, levels, usual, variables, sentence } = reply;
  const piecesOf = (k: number, i: number, count: number) =>
    Array.from({ length: count }, (_, j) => arrays[`${k}.${i}.${j}`] ?? NOTHING);
  return {
    ...{ names, labels, ranges, levels, usual, variables, sentence },
    lines: levels.map(({ nullclines }, k) => nullclines.map((count, i) => piecesOf(k, i, count))),
    arrows: levels.map((_, k) => arrays[`${k}.arrows`] ?? NOTHING),
    path: arrays.path ?? NOTHING,
    about,
  };
}

type Models = Pick<App, "selection" | "run" | "host">;

/** The choices of the user, the phase plane, and a function that requests it. */
function createPhase({ selection, run, host }: Models) {
  const job = jobOf({ selection, host }, "phase");
  const chosen = signal<readonly string[]>([]);
  const level = signal(-1);
  const now = signal<number | null>(null); // the time of the values of the other variables, if they are not steady
  const model = computed(() => selection.current.value.model);
  const phase = computed(() => (job.job.value.data?.about === model.value ? job.job.value.data : null));
  const pair = computed(() => {
    const isPair = chosen.value.length === 2 && chosen.value.every((name) => phase.value?.variables.includes(name));
    return isPair ? chosen.value : [];
  });
  return {
    ...{ job, chosen, level, now, phase },
    /** The index of the shown current. */
    k: computed(() => {
      const levels = phase.value?.levels.length ?? 0;
      return level.value >= 0 && level.value < levels ? level.value : (phase.value?.usual ?? 0);
    }),
    about: computed(() => JSON.stringify([requestOf(selection.current.value), pair.value, now.value])),
    /** The last time under the pointer. */
    time: signal<number | null>(null),
    request() {
      const at = selection.current.peek();
      const others = now.peek() === null ? "steady" : "now";
      const fields = { sweep: run.sweep.peek(), pair: pair.peek(), others, now: now.peek() ?? 0 } as const;
      job.begin({ ...requestOf(at), ...fields }, (_, reply, arrays) => phaseOf(at.model, reply, arrays));
    },
  };
}

type PhaseModel = ReturnType<typeof createPhase>;

/** The phase plane that the host computes. */
export function RequestedPhasePlane({ selection, run, screen, host, search }: Models & Pick<App, "screen" | "search">) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: The models of an app stay the same.
  const plane = useMemo(() => createPhase({ selection, run, host }), []);
  useSignalEffect(() => {
    plane.about.value;
    const timer = setTimeout(plane.request, REST);
    return () => clearTimeout(timer);
  });
  useEffect(() => plane.job.stop, [plane]);
  useSignalEffect(() => {
    if (run.pointedAt.value !== null) plane.time.value = run.pointedAt.value;
  });
  return (
    <div class="pw-fields">
      <PhaseMenus plane={plane} />
      <PhasePicture plane={plane} screen={screen} host={host} search={search} />
      <PhaseWords plane={plane} />
    </div>
  );
}

interface PhaseProps {
  readonly plane: PhaseModel;
}

function PhaseMenus({ plane: { phase, k, now, time, chosen, level } }: PhaseProps) {
  const { names, levels = [], variables = [] } = phase.value ?? {};
  const choose = (pair: readonly string[]) => {
    chosen.value = pair;
  };
  const toggle = () => {
    now.value = now.peek() === null ? (time.peek() ?? 0) : null;
  };
  const show = (next: string) => {
    level.value = Number(next);
  };
  return (
    <div class="pw-toolrow">
      {variables.length > 2 && <PairMenus names={variables} pair={names} choose={choose} />}
      {levels.length > 1 && (
        <label>
          I{" "}
          <select onChange={({ currentTarget }) => show(currentTarget.value)}>
            {levels.map(({ text }, i) => (
              <option key={text} value={i} selected={i === k.value}>
                {text}
              </option>
            ))}
          </select>
        </label>
      )}
      {variables.length > 2 && (
        <label>
          <input type="checkbox" checked={now.value !== null} onChange={toggle} />{" "}
          {now.value === null
            ? tr("other variables as at the time under the pointer")
            : tr("other variables as at {time} ms", { time: Math.round(now.value) })}
        </label>
      )}
    </div>
  );
}

function PhasePicture({ plane, screen, host, search }: PhaseProps & Pick<App, "screen" | "host" | "search">) {
  const [phase, k, time] = [plane.phase.value, plane.k.value, plane.time.value];
  const [dark, size] = [screen.isDark.value, screen.isPresenting.value ? 18 : 14];
  const picture = (width: number, height: number) =>
    phase && pictureOf(phase, k, time, { width, height, dark, size, name: "phase" });
  const attributes = { role: "img", "aria-label": phase?.sentence || tr("Phase plane") } as const;
  const of = [phase, k, time, dark, size];
  return <Pictured host={host} search={search} of={of} picture={picture} attributes={attributes} />;
}

/** The fixed points in words, the state of the job, and the legend. */
function PhaseWords({ plane }: PhaseProps) {
  const { value: phase } = plane.phase;
  const error = useComputed(() => (plane.job.job.value.state === "failed" ? plane.job.job.value.error : null));
  const glossed = glossing();
  const points = phase?.levels[plane.k.value].points ?? [];
  const words = points.map(({ kind, text }) => `${tr(kind)} ${text}`).join("; ");
  return (
    <div class="pw-fieldwords">
      <p class="pw-at">{glossed(words || (phase ? tr("no fixed point here") : ""))}</p>
      <p role="status">{error.value ?? (phase ? glossed(phase.sentence) : tr("simulating …"))}</p>
      <PlaneKey names={phase && phase.names.length > 1 ? phase.names : []} glossed={glossed} />
    </div>
  );
}

/** The points of pieces. A point has `stride` numbers, with x and y starting at `at`. */
function pathOf(pieces: readonly ArrayLike<number>[], stride = 2, at = 0): Path {
  const [xs, ys]: [number[], number[]] = [[], []];
  for (const numbers of pieces) {
    for (let j = 0; j + stride <= numbers.length; j += stride) {
      const [x, y] = [numbers[j + at], numbers[j + at + 1]];
      xs.push(x);
      ys.push(Number.isFinite(x + y) ? y : Number.NaN); // a gap of a line needs a y of NaN
    }
    xs.push(Number.NaN);
    ys.push(Number.NaN);
  }
  return { xs, ys };
}

/** The arrows of a field, each with a head. `perX` and `perY` are values per px. */
function fieldOf(arrows: ArrayLike<number>, { width, height }: Frame, [perX, perY]: readonly [number, number]): Path {
  const [xs, ys]: [number[], number[]] = [[], []];
  for (let j = 0; j + 4 <= arrows.length; j += 4) {
    const [u, v] = [arrows[j + 2] * width, arrows[j + 3] * height];
    const length = Math.hypot(u, v);
    if (!length) continue;
    const [dx, dy, angle] = [(u / length) * ARROW, (v / length) * ARROW, Math.atan2(v, u)];
    const side = (by: number) => [dx + HEAD * Math.cos(angle + by), dy + HEAD * Math.sin(angle + by)];
    for (const [a, b] of [[-dx, -dy], [dx, dy], side(OPEN), [dx, dy], side(-OPEN), [Number.NaN, Number.NaN]]) {
      xs.push(arrows[j] + a * perX);
      ys.push(arrows[j + 1] + b * perY);
    }
  }
  return { xs, ys };
}

/** The picture of a phase plane at the current with index k. */
function pictureOf(phase: Phase, k: number, time: number | null, options: AxesOptions): Picture {
  const [[x0, x1], [y0, y1]] = phase.ranges;
  const frame = frameOf(options.width, options.height, options.size);
  const field = fieldOf(phase.arrows[k] ?? NOTHING, frame, [(x1 - x0) / frame.width, (y1 - y0) / frame.height]);
  const row = time === null ? -1 : rowAt(phase.path, time);
  const axisOf = (i: number, ends: Range): Axis => ({
    name: phase.labels[i],
    ...{ unit: "", scale: "linear", linear_width: null, ends },
  });
  return axesPicture(options, axisOf(0, [x0, x1]), axisOf(1, [y0, y1]), (colours): Layer[] => {
    const zero = { xs: [x0, x1], ys: [0, 0], stroke: { colour: colours.soft, width: 1 } };
    return [
      { kind: "line", ...field, stroke: { colour: colours.target, width: 1.2, alpha: 0.6 } },
      { kind: "line", ...pathOf([phase.path], 4, 1), stroke: { colour: colours.blue, width: 1.4, alpha: 0.75 } },
      ...phase.lines[k].map((pieces, i) => nullcline(i, pathOf(pieces), colours)),
      ...(phase.names.length === 1 ? [{ kind: "line" as const, ...zero }] : []),
      ...phase.levels[k].points.map((point) => fixedPoint(point, `${tr(point.kind)} ${point.text}`, colours)),
      ...(row < 0 ? [] : [pointed(phase.path[4 * row + 1], phase.path[4 * row + 2], colours)]),
    ];
  });
}

/** The row of a trajectory that is nearest to a time, or -1 for an empty trajectory. */
export function rowAt(path: Float32Array, time: number): number {
  let [best, least] = [-1, Infinity];
  for (let j = 0; 4 * j < path.length; j++) {
    const distance = Math.abs(path[4 * j] - time);
    if (distance < least) [best, least] = [j, distance];
  }
  return best;
}
