// The atlas as a mosaic of spike trains, which is filled while it is shown. A click sets the sliders.

import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { App } from "../app.ts";
import type { AtlasAxis, AtlasData } from "../catalogue.ts";
import { type AxesOptions, axesPicture, frameOf } from "../figure/axes.ts";
import { Pictured } from "../figure/CanvasView.tsx";
import type { Layer, Picture } from "../figure/picture.ts";
import { tr } from "../i18n/texts.ts";
import { numberText, ofUnit } from "../i18n/words.ts";
import { inPieces } from "../models/schedule.ts";
import { glossing } from "../panels/glosses.tsx";
import { type Behaviour, filling, measuredIn, placeOf, stepOf } from "./atlasSearch.ts";
import { PairMenus } from "./axisMenus.tsx";

const PAUSE = 4; // ms between two slices of work
const DRAWN = 250; // ms between two drawings while the cells are being filled
const STROKES = 24; // maximum number of drawn spikes of a train
const LENGTH = 1000; // duration of the step in ms
const MARGIN = 0.14; // margin on each side of the strokes, as a share of a cell
const NAMELESS = 10; // number of representatives without a name that a button shows one after another

type AtlasProps = Pick<App, "catalogue" | "selection" | "host" | "search" | "screen">;
type Axes = readonly [AtlasAxis, AtlasAxis];

/** The atlas of the model. */
export function Atlas(app: AtlasProps) {
  const { atlas } = app.catalogue;
  return atlas ? <Filled {...app} atlas={atlas} /> : null;
}

function Filled(app: AtlasProps & { readonly atlas: AtlasData }) {
  const { selection, host, search, screen, atlas } = app;
  const names = useSignal<readonly [string, string]>(["rate", "irregularity"]);
  const [x, y] = names.value.map((name) => atlas.axes.find(({ key }) => key === name) ?? atlas.axes[0]);
  const axes: Axes = [x, y];
  const found = useFilled(app, axes);
  const place = useHere(app, axes);
  const pointed = useSignal<Behaviour | null>(null);
  const [dark, size] = [screen.isDark.value, screen.isPresenting.value ? 18 : 14];
  const take = ({ values }: Behaviour) => {
    const own = selection.sliders.peek().map(({ name }) => name);
    selection.put(Object.fromEntries(Object.entries(values).filter(([name]) => own.includes(name))));
    selection.keep();
  };
  const at = ({
    currentTarget: element,
    clientX,
    clientY,
  }: {
    currentTarget: HTMLElement;
    clientX: number;
    clientY: number;
  }) => {
    const { left, top } = element.getBoundingClientRect();
    const frame = frameOf(element.clientWidth, element.clientHeight, size);
    const across = (clientX - left - frame.left) / frame.width;
    const up = 1 - (clientY - top - frame.top) / frame.height;
    return found.find(({ column, row }) => column === cellOf(x, across) && row === cellOf(y, up)) ?? null;
  };
  return (
    <div class="pw-fields">
      <div class="pw-toolrow pw-axes">
        <PairMenus
          names={atlas.axes.map(({ key }) => key)}
          pair={names.value}
          choose={(pair) => {
            names.value = pair;
          }}
          titleOf={(key) => tr(atlas.axes.find((axis) => axis.key === key)?.title ?? key)}
        />
      </div>
      <Pictured
        host={host}
        search={search}
        of={[found, place, dark, size]}
        picture={(width, height) => pictureOf(found, place, axes, { width, height, dark, size })}
        attributes={{
          role: "img",
          "aria-label": tr("{count} different responses", { count: found.length }),
          onPointerMove: (event) => {
            pointed.value = at(event);
          },
          onPointerLeave: () => {
            pointed.value = null;
          },
          onPointerDown: (event) => {
            const one = at(event);
            if (one) take(one);
          },
        }}
      />
      <Words found={found} axes={axes} pointed={pointed} take={take} />
    </div>
  );
}

/** Fills the atlas of the model in slices, and starts again when the model or an axis changes. */
function useFilled({ catalogue, selection, atlas }: AtlasProps & { readonly atlas: AtlasData }, axes: Axes) {
  const found = useSignal<readonly Behaviour[]>([]);
  const data = selection.data.value;
  const { model, dt } = selection.current.value;
  const [x, y] = axes;
  // biome-ignore lint/correctness/useExhaustiveDependencies: The atlas depends on the model, the time step and the axes only.
  useEffect(() => {
    const cells = new Map<string, Behaviour>();
    let drawn = 0;
    const show = () => {
      drawn = performance.now();
      found.value = [...cells.values()];
    };
    show();
    const base = Object.fromEntries(data.parameters.map(({ name, default: usual }) => [name, usual]));
    const give = (one: Behaviour) => {
      cells.set(`${one.column},${one.row}`, one);
      if (performance.now() - drawn > DRAWN) show();
    };
    return inPieces(filling({ catalogue, atlas, data, dt, axes: [x, y] }, base, 0, give), show, PAUSE);
  }, [model, dt, x.key, y.key]);
  return found.value;
}

/** The position of the user's neuron on both axes, or null without a position. */
function useHere({ catalogue, selection, atlas }: AtlasProps & { readonly atlas: AtlasData }, axes: Axes) {
  const place = useSignal<readonly number[] | null>(null);
  const data = selection.data.value;
  const { values, dt } = selection.current.value;
  const { atlas: amplitude } = data;
  const about = JSON.stringify([data.model.name, values, dt, axes.map(({ key }) => key)]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: The text contains everything on which the place depends.
  useEffect(() => {
    // A pattern without an amplitude has a stimulus that cannot be compared with a step.
    const has = amplitude && values[amplitude.name] > 0;
    const simulation = has ? stepOf({ catalogue, atlas, data, dt }, values) : null;
    if (!simulation) {
      place.value = null;
      return;
    }
    return inPieces(
      simulation.judging(),
      ({ verdict }) => {
        const measured = axes.map((axis) => placeOf(axis, measuredIn(verdict && { ...verdict, loss: 0 }, axis.key)));
        const within = measured.map((at, i) => Math.min(Math.max(at, 0.5), axes[i].edges.length + 0.5));
        place.value = measured.every(Number.isFinite) ? within : null;
      },
      PAUSE,
    );
  }, [about]);
  return place.value;
}

interface WordsProps {
  readonly found: readonly Behaviour[];
  readonly axes: Axes;
  readonly pointed: Signal<Behaviour | null>;
  readonly take: (one: Behaviour) => void;
}

/** The number of filled cells, and the representative under the pointer. */
function Words({ found, axes: [x, y], pointed, take }: WordsProps) {
  const glossed = glossing();
  const next = useSignal(0);
  const far = useMemo(() => namelessOf(found), [found]);
  const cells = (x.edges.length + 1) * (y.edges.length + 1);
  const named = found.filter(({ names }) => names.length).length;
  const one = pointed.value;
  const show = () => {
    take(far[next.value++ % far.length]);
  };
  const counted = { count: found.length, percent: Math.round((100 * found.length) / cells), named };
  return (
    <div class="pw-fieldwords">
      <ul class="pw-planekey">
        <li>
          <i />
          {tr("meets the criteria of a pattern")}
        </li>
        <li class="nameless">
          <i />
          {tr("no name")}
        </li>
        <li>○ {tr("your neuron")}</li>
      </ul>
      <p role="status">
        {glossed(
          tr(
            "{count} different responses ({percent} % of the cells). {named} of them meet the criteria of a pattern.",
            counted,
          ),
        )}
      </p>
      <p class="pw-twolines">
        {one ? readingOf(one, x, y) : tr("Hover over a spike train to read its values. Click it to set the sliders.")}
      </p>
      <button type="button" class="pw-small" onClick={show} disabled={!far.length}>
        {tr("Show a response without a name")}
      </button>
    </div>
  );
}

/** The representatives without a name that are farthest from the named ones. */
export function namelessOf(found: readonly Behaviour[]): readonly Behaviour[] {
  const named = found.filter(({ names }) => names.length);
  const distance = (one: Behaviour) =>
    Math.min(...named.map(({ column, row }) => Math.hypot(column - one.column, row - one.row)));
  const others = found.filter(({ names }) => !names.length);
  return [...others].sort((a, b) => distance(b) - distance(a)).slice(0, NAMELESS);
}

function readingOf({ measured, names }: Behaviour, x: AtlasAxis, y: AtlasAxis): string {
  const words = [x, y].map((axis, i) => {
    const isBelow = axis.below && measured[i] < axis.low;
    return `${tr(axis.title)}: ${isBelow ? tr(axis.below) : `${numberText(measured[i], 3)}${unitOf(axis, " ")}`}`;
  });
  return [...words, names.length ? names.join(", ") : tr("no name")].join(" · ");
}

const unitOf = ({ unit }: AtlasAxis, before: string): string => (unit === "1" ? "" : ofUnit(unit, before));

/** The cell at a share of an axis. */
const cellOf = ({ edges }: AtlasAxis, share: number): number => Math.floor(share * (edges.length + 1));

function pictureOf(
  found: readonly Behaviour[],
  here: readonly number[] | null,
  [x, y]: Axes,
  box: Omit<AxesOptions, "name">,
): Picture {
  const axisOf = ({ title, unit, scale, low, high }: AtlasAxis) => ({
    ...{ name: tr(title), unit: unit === "1" ? "" : unit, linear_width: null, ends: [low, high] as const },
    scale,
  });
  const [columns, rows] = [x, y].map(({ edges }) => edges.length + 1);
  const named = found.filter(({ names }) => names.length);
  const others = found.filter(({ names }) => !names.length);
  return axesPicture({ ...box, name: "atlas" }, axisOf(x), axisOf(y), ({ blue, best, ink, card }) => [
    strokesOf(others, columns, rows, blue),
    strokesOf(named, columns, rows, best),
    ...(here
      ? [
          {
            kind: "dots" as const,
            xs: [here[0] / columns],
            ys: [here[1] / rows],
            radius: 7,
            colour: card,
            alpha: 1,
            edge: { colour: ink, width: 3 },
          },
        ]
      : []),
  ]);
}

/** A line with a stroke for each spike, in shares of both axes. */
function strokesOf(some: readonly Behaviour[], columns: number, rows: number, colour: string): Layer {
  const xs: number[] = [];
  const ys: number[] = [];
  for (const { column, row, spikes } of some) {
    for (const time of spikes.slice(0, STROKES)) {
      const x = (column + MARGIN + (1 - 2 * MARGIN) * Math.min(time / LENGTH, 1)) / columns;
      xs.push(x, x, Number.NaN);
      ys.push((row + 0.12) / rows, (row + 0.88) / rows, Number.NaN);
    }
  }
  return { kind: "line", xs, ys, stroke: { colour, width: 1 } };
}
