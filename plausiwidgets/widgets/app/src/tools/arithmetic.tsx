// The arithmetic of a chip, which simulates the neuron on the sliders with fewer bits per variable.

import { type Signal, useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { App } from "../app.ts";
import { type AxesOptions, axesPicture } from "../figure/axes.ts";
import { Pictured } from "../figure/CanvasView.tsx";
import type { Layer, Picture } from "../figure/picture.ts";
import { extent, padded } from "../figure/scene.ts";
import { tr } from "../i18n/texts.ts";
import type { Line, Zoom } from "../models/lines.ts";
import { inPieces } from "../models/schedule.ts";
import { SYMBOLS } from "../models/symbols.ts";
import { wordedOf } from "../models/wording.ts";
import { glossing } from "../panels/glosses.tsx";
import { COMPARED, comparing, roundedSimulation } from "./arithmeticModel.ts";

const MOST = 32;
const FEWEST = 6;
const AT_FIRST = 16;
const REST = 250; // time in ms after the last change before the evaluation
const PAUSE = 4; // ms between two slices of the evaluation

type ArithmeticProps = Pick<App, "catalogue" | "selection" | "run" | "host" | "search" | "screen">;

/** The compared numbers of bits that have been evaluated, with whether all criteria are met. */
type Met = Readonly<Record<number, boolean>>;

/** A slider for the number of bits, the trace with and without rounding, and the numbers of bits that meet all criteria. */
export function Arithmetic(app: ArithmeticProps) {
  const { catalogue, selection, run, host, search, screen } = app;
  const bits = useSignal(AT_FIRST);
  const rounded = useComputed(() =>
    roundedSimulation(catalogue, selection.data.value, selection.current.value, bits.value),
  );
  const trace = useComputed(() => rounded.value?.trace("best") ?? null);
  const [dark, size] = [screen.isDark.value, screen.isPresenting.value ? 18 : 14];
  const [exact, chip] = [run.trace.value, trace.value];
  if (!chip) return null;
  const unit = selection.data.value.model.potential_unit;
  return (
    <div class="pw-fields">
      <Bits bits={bits} />
      <Pictured
        host={host}
        search={search}
        of={[exact, chip, dark, size]}
        picture={(width, height, zoom) => pictureOf(exact, chip, { unit, zoom }, { width, height, dark, size })}
        whole={() => rangeOf(exact)}
        attributes={{
          role: "img",
          "aria-label": tr("Potential with {bits} bits and with 64 bits", { bits: bits.value }),
        }}
      />
      <Words app={app} bits={bits} />
    </div>
  );
}

/** The slider for the number of bits. */
function Bits({ bits }: { readonly bits: Signal<number> }) {
  return (
    <label class="pw-bits">
      <span>
        {tr("Bits per variable")} <output>{bits.value}</output>
      </span>
      <div class="pw-track">
        <input
          type="range"
          min={FEWEST}
          max={MOST}
          step={1}
          value={bits.value}
          onInput={({ currentTarget }) => {
            bits.value = currentTarget.valueAsNumber;
          }}
        />
      </div>
    </label>
  );
}

/** The verdict with the selected number of bits, and the other numbers of bits that meet all criteria. */
function Words({
  app: { catalogue, selection },
  bits,
}: {
  readonly app: ArithmeticProps;
  readonly bits: Signal<number>;
}) {
  const glossed = glossing();
  const met = useSignal<Met>({});
  const verdict = useSignal({ about: "", words: "", why: "" });
  const data = selection.data.value;
  const current = selection.current.value;
  const { value: count } = bits;
  const about = JSON.stringify([current.model, current.pattern, current.values, current.dt]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: The text contains everything on which the evaluation depends.
  useEffect(() => {
    const simulation = roundedSimulation(catalogue, data, current, count);
    if (!simulation) return;
    let stop = () => {};
    const begin = () => {
      stop = inPieces(
        simulation.judging(),
        ({ verdict: found }) => {
          // A proof is only valid for real numbers.
          const { words, why } = wordedOf(
            found,
            null,
            { ...simulation.pattern, ruled_out: "" },
            data.model,
            current.values,
          );
          verdict.value = { about: `${about} ${count}`, words, why };
        },
        PAUSE,
      );
    };
    const timer = setTimeout(begin, REST);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [about, count]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: The text contains everything on which the evaluation depends.
  useEffect(() => {
    met.value = {};
    let stop = () => {};
    const add = (one: number, isMet: boolean) => {
      met.value = { ...met.peek(), [one]: isMet };
    };
    const begin = () => {
      const work = comparing(catalogue, data, current, (one, { verdict: found }) => add(one, found?.loss === 0));
      stop = inPieces(work, () => {}, PAUSE);
    };
    const timer = setTimeout(begin, 2 * REST);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [about]);
  const isCurrent = verdict.value.about === `${about} ${count}`;
  const choose = (one: number) => () => {
    bits.value = one;
  };
  return (
    <div class="pw-fieldwords">
      <ul class="pw-planekey">
        <li class="exact">
          <i />
          {tr("64 bits")}
        </li>
        <li>
          <i />
          {tr("{bits} bits", { bits: count })}
        </li>
      </ul>
      <p role="status" class="pw-twolines">
        <b>{isCurrent ? glossed(verdict.value.words) : tr("evaluating …")}</b>
        {isCurrent && glossed(verdict.value.why)}
      </p>
      <div role="group" class="pw-tabs pw-wrapped" aria-label={tr("Bits per variable")}>
        {COMPARED.map((one) => (
          <button type="button" key={one} aria-pressed={one === count} onClick={choose(one)}>
            {one} <span>{markOf(met.value[one])}</span>
          </button>
        ))}
      </div>
      <p>
        {glossed(
          tr(
            "Each state variable and parameter is rounded to a signed fixed-point number after every time step, as on a neuromorphic chip. The time step stays the same.",
          ),
        )}
      </p>
    </div>
  );
}

const markOf = (isMet: boolean | undefined): string =>
  isMet === undefined ? "…" : SYMBOLS[isMet ? "replicated" : "rejected"];

const rangeOf = ({ t0, dt, v }: Line): readonly [number, number] => [t0, t0 + v.length * dt];

interface Shown {
  readonly unit: string;
  readonly zoom: Zoom | null;
}

/** The potentials of both neurons over time. */
function pictureOf(exact: Line, chip: Line, { unit, zoom }: Shown, box: Omit<AxesOptions, "name">): Picture {
  const linear = { scale: "linear", linear_width: null };
  const across = { ...linear, name: tr("time"), unit: "ms", ends: zoom?.x ?? rangeOf(exact) };
  const up = { ...linear, name: "v", unit, ends: zoom?.y ?? padded(extent(exact.v, chip.v), 0.06) };
  return axesPicture({ ...box, name: "arithmetic" }, across, up, ({ soft, best }) => [
    lineOf(exact, { colour: soft, width: 1.4 }, tr("64 bits")),
    lineOf(chip, { colour: best, width: 2 }, tr("rounded")),
  ]);
}

function lineOf({ t0, dt, v }: Line, stroke: { colour: string; width: number }, name: string): Layer {
  const xs = Float64Array.from(v, (_, k) => t0 + k * dt);
  return { kind: "line", xs, ys: v, stroke, name };
}
