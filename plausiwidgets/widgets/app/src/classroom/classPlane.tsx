// The answers of a class in the plane of two quantities.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Slider } from "../catalogue.ts";
import { shareOf } from "../engine/scales.ts";
import { type Axis, atShare, axesPicture, axisOf } from "../figure/axes.ts";
import { paint, placesIn } from "../figure/painter.ts";
import type { Layer } from "../figure/picture.ts";
import { extent, padded } from "../figure/scene.ts";
import type { Colours } from "../figure/theme.ts";
import { tr } from "../i18n/texts.ts";
import type { Row } from "./classAnswers.ts";
import type { Answered } from "./codes.ts";

/** Axes that are not parameters. */
export const [CRITERIA_MET, SECONDS] = [".hold", ".seconds"];
const NEAR = 12; // px between the pointer and an answer

/** A row whose code is valid. */
export type AnsweredRow = Row & { readonly answer: Answered };

/** The title of an axis: the name of a parameter, or words. */
export function axisTitle(name: string): string {
  if (name === CRITERIA_MET) return tr("criteria met");
  return name === SECONDS ? tr("time (s)") : name;
}

/** A quantity of each answer with its axis. */
interface Numbers {
  readonly axis: Axis;
  valueIn(answer: Answered): number;
  place(value: number): number;
}

/**
 * A quantity of the answers, on an axis with the scale of its slider.
 *
 * @param start the value at the start of the exercise, or NaN
 */
function numbersOf(name: string, sliders: readonly Slider[], answers: readonly Answered[], start: number): Numbers {
  const slider = sliders.find((one) => one.name === name) ?? { name, unit: "", scale: "linear", linear_width: null };
  const valueIn = (answer: Answered) => {
    if (name === SECONDS) return answer.seconds;
    return name === CRITERIA_MET ? answer.met : answer.values[name];
  };
  const [low, high] = extent(answers.map(valueIn), [start]);
  const factor = high > low ? (high / low) ** 0.06 : 2;
  const axis = axisOf(slider, slider.scale === "log" ? [low / factor, high * factor] : padded([low, high], 0.06));
  return {
    axis: { ...axis, name: axisTitle(name) },
    valueIn,
    place: (value) => atShare(axis, shareOf(axis, value, axis.ends)),
  };
}

/** The dots of the solved answers, or of the others. */
function dotsOf(answers: readonly Answered[], x: Numbers, y: Numbers, isSolved: boolean, colours: Colours): Layer {
  const some = answers.filter((answer) => answer.isSolved === isSolved);
  const [colour, edge] = isSolved ? [colours.blue, colours.card] : [colours.card, colours.ink];
  return {
    kind: "dots",
    xs: some.map((answer) => x.place(x.valueIn(answer))),
    ys: some.map((answer) => y.place(y.valueIn(answer))),
    radius: 6,
    colour,
    alpha: 1,
    edge: { colour: edge, width: 1.5 },
  };
}

interface PlaneProps {
  readonly rows: readonly AnsweredRow[];
  readonly sliders: readonly Slider[];
  /** The parameters at the start of the exercise. */
  readonly start: Readonly<Record<string, number | undefined>>;
  readonly axes: readonly [x: string, y: string];
  readonly isDark: boolean;
  /** Receives the row of the answer near the pointer. */
  readonly point: (row: AnsweredRow | null) => void;
}

interface RowPlace {
  readonly left: number;
  readonly top: number;
  readonly row: AnsweredRow;
}

/** All answers in the plane of two quantities. */
export function Plane({ rows, sliders, start, axes, isDark, point }: PlaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const places = useRef<readonly RowPlace[]>([]);
  const resized = useSignal(0);
  const answers = rows.map(({ answer }) => answer);
  const [a, b] = axes.map((name) => start[name] ?? Number.NaN);
  const [x, y] = [numbersOf(axes[0], sliders, answers, a), numbersOf(axes[1], sliders, answers, b)];
  resized.value; // subscribes to the size, because the picture fills its place
  useEffect(() => {
    const watched = new ResizeObserver(() => {
      resized.value++;
    });
    if (canvas.current) watched.observe(canvas.current);
    return () => watched.disconnect();
  }, [resized]);
  useEffect(() => {
    if (!canvas.current) return;
    const { clientWidth: width, clientHeight: height } = canvas.current;
    const isKnown = !Number.isNaN(a) && !Number.isNaN(b);
    const cross = (colour: string): Layer => ({
      kind: "text",
      text: "✕",
      x: x.place(a),
      y: y.place(b),
      colour,
      back: "",
    });
    const picture = axesPicture({ width, height, dark: isDark, size: 14, name: "class" }, x.axis, y.axis, (colours) => [
      ...(isKnown ? [cross(colours.ink)] : []),
      dotsOf(answers, x, y, false, colours),
      dotsOf(answers, x, y, true, colours),
    ]);
    paint(canvas.current, picture);
    const { px, py } = placesIn(picture.panels[0]);
    places.current = rows.map((row) => ({
      left: px(x.place(x.valueIn(row.answer))),
      top: py(y.place(y.valueIn(row.answer))),
      row,
    }));
  });
  const over = ({ offsetX, offsetY }: PointerEvent) => {
    const away = ({ left, top }: RowPlace) => Math.hypot(left - offsetX, top - offsetY);
    const [nearest] = [...places.current].sort((one, other) => away(one) - away(other));
    point(nearest && away(nearest) < NEAR ? nearest.row : null);
  };
  const solved = answers.filter(({ isSolved }) => isSolved).length;
  const numbers = { total: answers.length, x: x.axis.name, y: y.axis.name, solved };
  const words = tr(
    "{total} answers in the plane of {x} and {y}, {solved} of them solved. The table below lists the numbers.",
    numbers,
  );
  return <canvas class="pw-classplane" role="img" aria-label={words} ref={canvas} onPointerMove={over} />;
}
