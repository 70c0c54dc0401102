// The onset of firing, with fixed points along the current and the firing of the neuron, which a host computes.

import { type Signal, useSignal } from "@preact/signals";
import type { App } from "../app.ts";
import type { Range } from "../catalogue.ts";
import { type AxesOptions, axesPicture } from "../figure/axes.ts";
import { Pictured } from "../figure/CanvasView.tsx";
import type { Layer, Picture } from "../figure/picture.ts";
import { extent, padded } from "../figure/scene.ts";
import type { Colours } from "../figure/theme.ts";
import { tr } from "../i18n/texts.ts";
import { numberText, ofUnit, plain } from "../i18n/words.ts";
import type { OnsetPoint } from "../messages.ts";
import { glossing } from "../panels/glosses.tsx";
import { rateAt } from "./curves.tsx";
import { type FullReply, type JobArrays, jobOf, useJobAtRest } from "./jobs.ts";

const REST = 300; // time in ms after the last change before a request

type Row = readonly number[];

export interface Diagram {
  /** The model of the diagram. */
  readonly about: string;
  readonly currents: Range;
  readonly points: readonly OnsetPoint[];
  /** The onset in words, which only the last reply contains. */
  readonly sentences: readonly string[];
  /** Currents and potentials of the fixed points, with NaN between two branches. */
  readonly stable: readonly [currents: Row, potentials: Row];
  readonly unstable: readonly [currents: Row, potentials: Row];
  readonly firing: readonly [currents: Row, lowest: Row, highest: Row, rates: Row];
}

/** The diagram of a reply, whose arrays contain one row after another. */
export function diagramOf(
  about: string,
  { currents, points, sentences }: Pick<FullReply<"bifurcations">, "currents" | "points" | "sentences">,
  { stable, unstable, firing }: JobArrays<"bifurcations">,
): Diagram {
  const row = (all: ArrayLike<number> = [], k: number, count: number): Row => {
    const size = all.length / count;
    return Array.from(all).slice(k * size, (k + 1) * size);
  };
  const two = (all: ArrayLike<number> | undefined) => [row(all, 0, 2), row(all, 1, 2)] as const;
  const four = [row(firing, 0, 4), row(firing, 1, 4), row(firing, 2, 4), row(firing, 3, 4)] as const;
  return { about, currents, points, sentences, stable: two(stable), unstable: two(unstable), firing: four };
}

/**
 * The initial range of currents, which contains rest, the onset, the other bifurcations, and the current of the neuron.
 *
 * @param base the current at which the neuron is at rest
 * @param here the current of the neuron, or NaN
 */
export function viewOf(
  {
    currents: [low, high],
    points,
    firing,
  }: Pick<Diagram, "currents" | "firing"> & {
    readonly points: readonly Pick<OnsetPoint, "current">[];
  },
  base: number,
  here: number,
): Range {
  const marks = [...points.map(({ current }) => current), firing[0][0], here].filter(Number.isFinite);
  if (!marks.length) return [low, high];
  const onset = Math.min(...marks.filter((current) => current > base), high);
  const [least, most] = [Math.min(base, ...marks), Math.max(base + 3 * (onset - base), ...marks)];
  return [Math.max(least - 0.15 * (most - least), low), Math.min(most + 0.15 * (most - least), high)];
}

/** Currents that the user has typed, and their model. */
interface TypedCurrents {
  readonly of: string;
  readonly currents: Range;
}

/** The bifurcation diagram of the model, and the kind of onset in words. */
export function Onset({ selection, host, search, screen }: Pick<App, "selection" | "host" | "search" | "screen">) {
  const job = jobOf({ selection, host }, "bifurcations");
  const typed = useSignal<TypedCurrents | null>(null);
  const { model, values, dt } = selection.current.value;
  const { model: about, parameters } = selection.data.value;
  const { unit, potential_unit: scale } = about;
  const currents = typed.value?.of === model ? typed.value.currents : null;
  const [amplitude, holding] = ["amplitude", "holding"].map((end) =>
    selection.sliders.value.find(({ name }) => name.endsWith(end)),
  );
  const base = holding ? values[holding.name] : 0;
  const here = amplitude ? base + values[amplitude.name] : Number.NaN;
  const own = parameters.map(({ name }) => values[name]);
  const begin = () => {
    const fields = { model, values, dt, holding: base, ...(currents ? { currents } : {}) };
    job.begin(fields, (_, reply, arrays) => diagramOf(model, reply, arrays));
  };
  useJobAtRest(job, REST, begin, JSON.stringify([model, dt, own, base, currents]));
  const { data, state, error } = job.job.value;
  const diagram = data?.about === model ? data : null;
  const [dark, size] = [screen.isDark.value, screen.isPresenting.value ? 18 : 14];
  const label = diagram?.sentences.join(" ") || tr("Fixed points and firing as a function of the current");
  return (
    <div class="pw-fields">
      <Currents typed={typed} model={model} shown={currents ?? diagram?.currents ?? null} unit={unit} />
      <Pictured
        host={host}
        search={search}
        of={[diagram, dark, size, here]}
        picture={(width, height, zoom) => {
          if (!diagram) return null;
          const x = zoom?.x ?? currents ?? viewOf(diagram, base, here);
          const axes = { x, y: zoom?.y ?? null, here, unit, scale };
          return pictureOf(diagram, axes, { width, height, dark, size });
        }}
        whole={() => diagram?.currents ?? [0, 1]}
        read={(px, _, picture) => diagram && read(diagram, px, picture, unit, scale)}
        attributes={{ role: "img", "aria-label": label }}
      />
      <Words diagram={diagram} failure={state === "failed" ? error : null} hasHere={Number.isFinite(here)} />
    </div>
  );
}

interface CurrentsProps {
  readonly typed: Signal<TypedCurrents | null>;
  readonly model: string;
  readonly shown: Range | null;
  readonly unit: string;
}

/** The range of currents, which the user can change. */
function Currents({ typed, model, shown, unit }: CurrentsProps) {
  const take = (end: 0 | 1, current: number) => {
    const [low, high] = shown ?? [0, 1];
    if (Number.isFinite(current)) typed.value = { of: model, currents: end ? [low, current] : [current, high] };
  };
  const box = (end: 0 | 1, name: string) => (
    <label>
      {name}{" "}
      <input
        type="number"
        step="any"
        value={shown?.[end] ?? ""}
        onChange={({ currentTarget }) => take(end, currentTarget.valueAsNumber)}
      />
    </label>
  );
  return (
    <div class="pw-toolrow">
      {box(0, tr("current from"))} {box(1, tr("to"))}
      {ofUnit(unit, " ")}
    </div>
  );
}

interface WordsProps {
  readonly diagram: Diagram | null;
  /** The reason why there is no diagram, or null. */
  readonly failure: string | null;
  /** Whether the current of the neuron is marked. */
  readonly hasHere: boolean;
}

/** The onset in words, and the key of the diagram. */
function Words({ diagram, failure, hasHere }: WordsProps) {
  const glossed = glossing();
  const sentences = diagram?.sentences ?? [];
  const text = failure ?? (sentences.length ? null : tr("simulating …"));
  return (
    <div class="pw-fieldwords" role="status">
      {text === null ? sentences.map((sentence) => <p key={sentence}>{glossed(sentence)}</p>) : <p>{text}</p>}
      <ul class="pw-planekey">
        <li class="rest">
          <i />
          {glossed(tr("stable fixed points"))}
        </li>
        <li class="left">
          <i />
          {tr("unstable fixed points")}
        </li>
        <li class="fires">
          <i />
          {tr("maximum and minimum potential during firing")}
        </li>
        {(diagram?.points ?? []).map(({ kind, text: where }) => (
          <li key={`${kind} ${where}`}>
            ○ {glossed(kind)}: {where}
          </li>
        ))}
        {hasHere && (
          <li class="here">
            <i />
            {glossed(tr("your holding current plus amplitude"))}
          </li>
        )}
      </ul>
    </div>
  );
}

/** The firing at a place in px. */
function read(
  { firing }: Diagram,
  px: number,
  { panels: [{ left, top, width, height, x }] }: Picture,
  unit: string,
  scale: string,
) {
  if (px < left || px > left + width) return null;
  const current = x.range[0] + ((px - left) / width) * (x.range[1] - x.range[0]);
  const head = `${plain(current, 3)}${ofUnit(unit, " ")}`;
  const rows = [{ role: "yours", text: firingText(firing, current, scale) }];
  return { at: px, top, height, right: left + width, head, rows };
}

function firingText([currents, lowest, highest, rates]: Diagram["firing"], current: number, scale: string): string {
  const isWithin = currents.length > 0 && current >= currents[0] && current <= currents[currents.length - 1];
  if (!isWithin) return tr("does not fire");
  const [least, most, rate] = [lowest, highest, rates].map((ys) => rateAt(currents, ys, current));
  const ends = { least: numberText(least, 3), most: `${numberText(most, 3)}${ofUnit(scale, " ")}` };
  return Number.isFinite(rate)
    ? tr("fires at {rate} Hz, between {least} and {most}", { ...ends, rate: numberText(rate, 3) })
    : tr("oscillates between {least} and {most}", ends);
}

interface Axes {
  readonly x: Range;
  /** The selected range of potentials, or null for all potentials in the range of currents. */
  readonly y: Range | null;
  readonly here: number;
  readonly unit: string;
  readonly scale: string;
}

type Box = Omit<AxesOptions, "name">;

function pictureOf(diagram: Diagram, { x, y, here, unit, scale }: Axes, box: Box): Picture {
  const { stable, unstable, firing } = diagram;
  const within = (currents: Row, potentials: Row) =>
    potentials.filter((v, k) => Number.isFinite(v) && currents[k] >= x[0] && currents[k] <= x[1]);
  const seen = [within(...stable), within(...unstable), within(firing[0], firing[1]), within(firing[0], firing[2])];
  const linear = { scale: "linear", linear_width: null };
  const across = { ...linear, name: tr("current"), unit, ends: x };
  const up = { ...linear, name: "v", unit: scale, ends: y ?? padded(extent(...seen), 0.06) };
  return axesPicture({ ...box, name: "bifurcations" }, across, up, (colours) => [
    ...hereLine(here, up.ends, colours),
    ...layersOf(diagram, colours),
  ]);
}

/** A line at the current of the neuron. */
function hereLine(here: number, ends: Range, colours: Colours): readonly Layer[] {
  if (!Number.isFinite(here)) return [];
  return [{ kind: "line", xs: [here, here], ys: ends, stroke: { colour: colours.soft, width: 1.5, dash: [5, 4] } }];
}

function layersOf({ stable, unstable, firing, points }: Diagram, colours: Colours): readonly Layer[] {
  const dots = { kind: "dots", xs: firing[0], radius: 2.8, colour: colours.blue, alpha: 1 } as const;
  return [
    { kind: "line", xs: unstable[0], ys: unstable[1], stroke: { colour: colours.ink, width: 1.6, dash: [6, 5] } },
    { kind: "line", xs: stable[0], ys: stable[1], stroke: { colour: colours.ink, width: 3 } },
    { ...dots, ys: firing[1] },
    { ...dots, ys: firing[2] },
    {
      kind: "dots",
      xs: points.map(({ current }) => current),
      ys: points.map(({ potential }) => potential),
      radius: 6,
      colour: colours.card,
      alpha: 1,
      edge: { colour: colours.best, width: 2.4 },
      words: points.map(({ kind, text }) => `${kind}: ${text}`),
    },
  ];
}
