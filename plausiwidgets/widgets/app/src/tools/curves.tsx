// The tool with the loss along each parameter of the selection, which the page or a host computes, and with the f–I curve
// from a host.

import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import type { Catalogue, ModelData, Range, Slider } from "../catalogue.ts";
import { endsOf, shareOf } from "../engine/scales.ts";
import { type AxesOptions, axesPicture } from "../figure/axes.ts";
import { Pictured } from "../figure/CanvasView.tsx";
import { hasRoom, path, prepared } from "../figure/painter.ts";
import type { Picture } from "../figure/picture.ts";
import { THEMES } from "../figure/theme.ts";
import { tr } from "../i18n/texts.ts";
import { numberText, ofUnit, plain } from "../i18n/words.ts";
import type { Zoom } from "../models/lines.ts";
import { inPieces } from "../models/schedule.ts";
import type { Selection } from "../models/selection.ts";
import { simulationOf } from "../models/simulation.ts";
import { glossing } from "../panels/glosses.tsx";
import { Name } from "../panels/Name.tsx";
import { valuesAlong } from "./cells.tsx";
import { jobOf, rangesFor, requestOf, useJobAtRest } from "./jobs.ts";

const POINTS = [25, 81]; // numbers of points of successive profiles
const OWN = 25; // number of points of a profile that the page computes
const PAUSE = 4; // ms between two slices of this work
const RATES = 60; // number of points of the f–I curve
const REST = 300; // time in ms after the last change before a request

/** The loss along one parameter. */
export interface Profile {
  readonly values: ArrayLike<number>;
  readonly loss: ArrayLike<number>;
}

type Profiles = Readonly<Record<string, Profile>>;

/** The data for an evaluation along each of the sliders. */
export interface Along {
  readonly catalogue: Catalogue;
  readonly data: ModelData;
  readonly selection: Selection;
  readonly sliders: readonly Slider[];
  readonly ranges: Readonly<Record<string, Range>>;
}

/** Evaluates the selection along each slider without a host, and calls `give` after each slider. */
export function* judgedProfiles(
  { catalogue, data, selection, sliders, ranges }: Along,
  points: number,
  give: (name: string, profile: Profile) => void,
): Generator<unknown, void> {
  for (const slider of sliders) {
    const values = valuesAlong(slider, ranges[slider.name], points);
    const loss: number[] = [];
    for (const value of values) {
      const own = { ...selection.values, [slider.name]: value };
      const { verdict } = yield* simulationOf(catalogue, data, { ...selection, values: own }).judging();
      loss.push(verdict?.loss ?? Number.NaN);
      yield;
    }
    give(slider.name, { values, loss });
  }
}

/** The spans in which the loss is 0. A span ends halfway to the next point with another loss. */
export function spansOf(shares: readonly number[], loss: ArrayLike<number>): readonly Range[] {
  const spans: Range[] = [];
  const between = (k: number) => {
    if (k < 0) return shares[0];
    return k >= shares.length - 1 ? shares[k] : (shares[k] + shares[k + 1]) / 2;
  };
  for (let k = 0; k < shares.length; k++) {
    if (loss[k] !== 0) continue;
    const first = k;
    while (k + 1 < shares.length && loss[k + 1] === 0) k++;
    spans.push([between(first - 1), between(k)]);
  }
  return spans;
}

type CurvesProps = Pick<App, "catalogue" | "selection" | "verdict" | "host" | "search" | "task" | "screen">;

/** The loss along each parameter, and the f–I curve. */
export function Curves({ catalogue, selection, verdict, host, search, task, screen }: CurvesProps) {
  const showsRates = useSignal(false);
  const show = (isShown: boolean) => () => {
    showsRates.value = isShown;
  };
  return (
    <div class="pw-fields pw-onecolumn">
      {host.can("rate") && (
        <div class="pw-toolrow">
          <div role="group" class="pw-tabs" aria-label={tr("View")}>
            <button type="button" aria-pressed={!showsRates.value} onClick={show(false)}>
              {tr("one parameter at a time")}
            </button>
            <button type="button" aria-pressed={showsRates.value} onClick={show(true)}>
              {tr("f–I curve")}
            </button>
          </div>
        </div>
      )}
      {showsRates.value ? (
        <Rate selection={selection} host={host} search={search} screen={screen} />
      ) : (
        <AllProfiles {...{ catalogue, selection, verdict, host, task, screen }} />
      )}
    </div>
  );
}

type ProfilesProps = Pick<App, "catalogue" | "selection" | "verdict" | "host" | "task" | "screen">;

/** The profiles of the host, or those of the page if the host accepts no request. */
function useProfiles({ catalogue, selection, verdict, host }: ProfilesProps, sliders: readonly Slider[]) {
  const job = jobOf({ selection, host }, "profiles");
  const own = useSignal<Profiles>({});
  const isHost = useComputed(() => verdict.asks("profiles"));
  // The inputs of the profiles as text, which is compared by value.
  const wanted = useComputed(() => {
    const { model, pattern, dt, values } = selection.current.value;
    return JSON.stringify([model, pattern, dt, values, Object.entries(selection.ranges.value.bounds), isHost.value]);
  });
  const judged = useSignal("");
  const isOld = useComputed(() => judged.value !== wanted.value);
  const latest = useRef(sliders);
  latest.current = sliders;
  useSignalEffect(() => {
    const { value: about } = wanted;
    let stop = () => {};
    const begin = () => {
      const ranges = rangesFor({ selection });
      const current = selection.current.peek();
      if (isHost.peek()) {
        job.begin({ ...requestOf(current), bounds: ranges, points: POINTS }, (_, { names }, arrays) => {
          const none = new Float32Array();
          const profileOf = (name: string): Profile => ({
            values: arrays[`${name}.values`] ?? none,
            loss: arrays[`${name}.loss`] ?? none,
          });
          return Object.fromEntries(names.map((name) => [name, profileOf(name)]));
        });
        judged.value = about;
        return;
      }
      const found: Record<string, Profile> = {};
      const along = { catalogue, data: selection.data.peek(), selection: current, sliders: latest.current, ranges };
      const work = judgedProfiles(along, OWN, (name, profile) => {
        found[name] = profile;
        own.value = { ...own.peek(), [name]: profile };
      });
      const finish = () => {
        own.value = found;
        judged.value = about;
      };
      stop = inPieces(work, finish, PAUSE);
    };
    const timer = setTimeout(begin, REST);
    return () => {
      clearTimeout(timer);
      stop();
    };
  });
  useEffect(() => () => job.stop(), [job]);
  const { state, error, data } = job.job.value;
  const profiles: Profiles = isHost.value ? (data ?? {}) : own.value;
  return { profiles, isOld: isOld.value, failure: isHost.value && state === "failed" ? error : "" };
}

/** The profiles of all parameters, starting with the key parameters. */
function AllProfiles(props: ProfilesProps) {
  const { selection, task, screen } = props;
  const mattering = task.mattering.value;
  const others = selection.sliders.value.filter(({ name }) => !mattering.some((one) => one.name === name));
  const sliders = [...mattering, ...others];
  const { profiles, isOld, failure } = useProfiles(props, sliders);
  const shown = sliders.filter(({ name }) => profiles[name]);
  const losses = shown.flatMap(({ name }) => Array.from(profiles[name].loss)).filter(Number.isFinite);
  const most = losses.reduce((a, b) => Math.max(a, b), 0);
  return (
    <>
      <p class="pw-at">
        {glossing()(
          tr(
            "The loss while one parameter varies over its range. Green: all criteria met. The line marks your slider position.",
          ),
        )}
      </p>
      <p role="status">{failure || (isOld || !shown.length ? tr("evaluating …") : "")}</p>
      <div class="pw-profiles">
        {shown.map((slider) => (
          <OneProfile
            key={slider.name}
            {...{ selection, screen, slider, most, isOld }}
            profile={profiles[slider.name]}
          />
        ))}
      </div>
    </>
  );
}

interface OneProps extends Pick<App, "selection" | "screen"> {
  readonly slider: Slider;
  readonly profile: Profile;
  readonly most: number;
  /** Whether the profile belongs to former parameters. */
  readonly isOld: boolean;
}

/** The profile of a parameter with its name and its range. */
function OneProfile({ selection, screen, slider, profile, most, isOld }: OneProps) {
  const position = useComputed(() => selection.current.value.values[slider.name]);
  const value = position.value;
  const [low, high] = endsOf(slider, value);
  return (
    <div class="pw-profile">
      <div class="pw-label">
        <Name slider={slider} />
        <span>
          {plain(low, 3)} … {plain(high, 3)}
          {ofUnit(slider.unit, " ")}
        </span>
      </div>
      <Curve {...{ slider, low, high, profile, most, value, isOld }} isDark={screen.isDark.value} />
    </div>
  );
}

interface CurveProps extends Pick<OneProps, "slider" | "profile" | "most" | "isOld"> {
  readonly low: number;
  readonly high: number;
  readonly value: number;
  readonly isDark: boolean;
}

/** The loss along a parameter on a canvas, with green spans in which all criteria are met. */
function Curve({ slider, low, high, profile, most, value, isOld, isDark }: CurveProps) {
  const place = useRef<HTMLCanvasElement>(null);
  const shareAt = (x: number) => shareOf(slider, x, [low, high]);
  const shares = Array.from(profile.values, shareAt);
  const spans = spansOf(shares, profile.loss);
  const draw = () => {
    const { current: canvas } = place;
    if (!canvas || !hasRoom(canvas)) return;
    const [context, width, height] = prepared(canvas, 14);
    const colours = THEMES[isDark ? "dark" : "light"];
    const px = (share: number) => 1 + share * (width - 2);
    const py = (loss: number) => 4 + (1 - Math.sqrt(Math.min(loss / (most || 1), 1))) * (height - 8);
    context.globalAlpha = isOld ? 0.4 : 1;
    context.fillStyle = colours.bar;
    for (const [a, b] of spans) context.fillRect(px(a), 0, Math.max(px(b) - px(a), 2), height);
    path(context, shares, Array.from(profile.loss), px, py);
    context.strokeStyle = colours.ink;
    context.lineWidth = 1.6;
    context.stroke();
    context.globalAlpha = 1;
    context.strokeStyle = colours.blue;
    context.lineWidth = 3;
    context.beginPath();
    context.moveTo(px(shareAt(value)), 0);
    context.lineTo(px(shareAt(value)), height);
    context.stroke();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: These values are all that the drawing depends on.
  useEffect(() => {
    if (!place.current) return;
    draw();
    const size = new ResizeObserver(draw);
    size.observe(place.current);
    return () => size.disconnect();
  }, [profile, most, value, isDark, isOld, low, high]);
  const words = spans.length
    ? tr("{name}: pattern shown for some values", { name: slider.name })
    : tr("{name}: pattern shown for no value", { name: slider.name });
  return <canvas ref={place} role="img" aria-label={words} />;
}

const LINEAR = { scale: "linear", linear_width: null };

type RateProps = Pick<App, "selection" | "host" | "search" | "screen">;

/** The firing rate against the current, with the holding current of the pattern. */
function Rate({ selection, host, search, screen }: RateProps) {
  const job = jobOf({ selection, host }, "rate");
  const { model, pattern, values, dt } = selection.current.value;
  const sliders = selection.sliders.value;
  const { unit } = selection.data.value.model;
  const amplitude = sliders.find(({ name }) => name.endsWith("amplitude"));
  const holding = sliders.find(({ name }) => name.endsWith("holding"));
  const held = holding ? values[holding.name] : 0;
  const at = amplitude ? values[amplitude.name] : Number.NaN;
  const most = amplitude ? endsOf(amplitude, at)[1] : 1;
  const own = selection.data.value.parameters.map(({ name }) => values[name]);
  const begin = () =>
    job.begin({ model, values, dt, holding: held, most, points: RATES }, (_, __, { current, rate }) => ({
      current: current ?? [],
      rate: rate ?? [],
    }));
  useJobAtRest(job, REST, begin, JSON.stringify([model, pattern, dt, own, held, most]));
  const { data, state, error } = job.job.value;
  const [dark, size] = [screen.isDark.value, screen.isPresenting.value ? 18 : 14];
  const here = data && Number.isFinite(at) ? rateAt(data.current, data.rate, at) : Number.NaN;
  const rate = { rate: numberText(here, 3), current: `${plain(at)}${ofUnit(unit, " ")}` };
  return (
    <>
      <Pictured
        host={host}
        search={search}
        of={[data, dark, size, at]}
        picture={(width, height, zoom) => data && ratePicture(data, { at, unit, zoom }, { width, height, dark, size })}
        whole={() => [0, last(data?.current ?? [1])]}
        read={(px, _, shown) => data && rateRead(data, px, shown, unit)}
        attributes={{ role: "img", "aria-label": tr("f–I curve") }}
      />
      <p class="pw-at">
        {glossing()(
          tr(
            "The f–I curve shows the firing rate for a constant current on top of the holding current. The dashed line marks your amplitude.",
          ),
        )}
      </p>
      <p role="status">
        {state === "failed" ? error : Number.isNaN(here) ? tr("simulating …") : tr("{rate} Hz at {current}", rate)}
      </p>
    </>
  );
}

/** The firing rate in Hz at each current. */
interface Rates {
  readonly current: ArrayLike<number>;
  readonly rate: ArrayLike<number>;
}

const last = (values: ArrayLike<number>): number => values[values.length - 1];

interface RateAxes {
  /** The amplitude of the stimulus, or NaN. */
  readonly at: number;
  readonly unit: string;
  readonly zoom: Zoom | null;
}

type Box = Omit<AxesOptions, "name">;

function ratePicture({ current, rate }: Rates, { at, unit, zoom }: RateAxes, box: Box): Picture {
  const high = Math.max(1, ...Array.from(rate).filter(Number.isFinite));
  const x = { ...LINEAR, name: tr("current"), unit, ends: zoom?.x ?? ([0, last(current)] as const) };
  const y = { ...LINEAR, name: tr("firing rate"), unit: "Hz", ends: zoom?.y ?? ([0, 1.05 * high] as const) };
  return axesPicture({ ...box, name: "rate" }, x, y, (colours) => [
    {
      kind: "line",
      xs: Array.from(current),
      ys: Array.from(rate),
      stroke: { colour: colours.blue, width: 2.2 },
      name: tr("firing rate"),
      unit: "Hz",
    },
    { kind: "line", xs: [at, at], ys: y.ends, stroke: { colour: colours.soft, width: 1.5, dash: [5, 4] } },
  ]);
}

/** The rate at a place in px. */
function rateRead(
  { current, rate }: Rates,
  px: number,
  { panels: [{ left, top, width, height, x }] }: Picture,
  unit: string,
) {
  if (px < left || px > left + width) return null;
  const at = x.range[0] + ((px - left) / width) * (x.range[1] - x.range[0]);
  const text = `${tr("firing rate")}: ${numberText(rateAt(current, rate, at), 3)} Hz`;
  const head = `${plain(at, 3)}${ofUnit(unit, " ")}`;
  return { at: px, top, height, right: left + width, head, rows: [{ role: "yours", text }] };
}

/** The rate at a current, interpolated between two points of the curve, or NaN outside the curve. */
export function rateAt(current: ArrayLike<number>, rate: ArrayLike<number>, at: number): number {
  for (let k = 1; k < current.length; k++) {
    if (at > current[k] * (1 + 1e-6)) continue;
    const share = Math.min(Math.max((at - current[k - 1]) / (current[k] - current[k - 1]), 0), 1);
    return rate[k - 1] + share * (rate[k] - rate[k - 1]);
  }
  return Number.NaN;
}
