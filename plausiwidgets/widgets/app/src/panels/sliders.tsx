// The sliders and number boxes of the parameters, from the models of the selection, its bars, the task and the tour.

import { type ReadonlySignal, untracked, useComputed, useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { App } from "../app.ts";
import type { Range, Slider } from "../catalogue.ts";
import { endsOf, positionOf, STEPS, valueAt, valueOn } from "../engine/scales.ts";
import { language, tr } from "../i18n/texts.ts";
import { ofUnit, plain, unitText } from "../i18n/words.ts";
import { isValid, limitsOf } from "../models/link.ts";
import type { SelectionModel } from "../models/selection.ts";
import { inSentence } from "../models/titles.ts";
import { Name } from "./Name.tsx";
import { clearRefusal, NumberField, refuse, typedText } from "./NumberField.tsx";
import { useTouch } from "./touch.ts";

type Models = Pick<App, "selection" | "bars" | "task">;
type SliderProps = Models & { readonly slider: Slider };

/** The first words of a description, without the name, which the screen shows next to it. */
function shortOf({ name, description }: Slider): string {
  const [words] = tr(description).split(/[,;:(.]/);
  const isName = name.length > 2 && `${words.toLowerCase()} `.startsWith(`${name} `);
  return isName ? words.slice(name.length).trim() : inSentence(words.trim(), language.value);
}

/** The value of a slider. The component is rendered only when this value changes. */
const useValue = ({ current }: SelectionModel, name: string): number =>
  useComputed(() => current.value.values[name]).value;

/** Whether a parameter is locked. */
const useLocked = ({ ranges }: SelectionModel, name: string): boolean =>
  useComputed(() => ranges.value.locked.includes(name)).value;

/** Requests the bars of the key parameters, if they may be shown. */
function useBars({ bars, task }: Pick<App, "bars" | "task">): void {
  useSignalEffect(() => {
    const wanted = task.task.value.hasBars ? task.mattering.value : [];
    untracked(() => bars.want(wanted));
  });
}

/** The CSS position of a share of the track. The thumb stays on the track, so its centre is never at the ends. */
const place = (share: number) => `calc(12px + ${share} * (100% - 24px))`;

/** The bars that show where the criteria are met. */
function Bars({ spans }: { readonly spans: ReadonlySignal<readonly Range[] | null> }) {
  return (
    <>
      {(spans.value ?? []).map(([low, high]) => {
        const right = `calc(100% - ${place(high)} - ${low === high ? 4 : 0}px)`;
        return <i key={low} class="pw-bar" style={`left:${place(low)};right:${right}`} />;
      })}
    </>
  );
}

interface TrackProps {
  readonly slider: Slider;
  readonly value: number;
  readonly selection: SelectionModel;
  readonly bars: App["bars"];
  readonly spans: ReadonlySignal<readonly Range[] | null>;
  /** The revealed value, which is marked with ▲. */
  readonly revealed?: number | null;
}

/** The mark of the best parameters of a search, as a component of its own, so that its movement does not render the slider. */
function BestMark({ slider, ends, bars }: Pick<SliderProps, "slider" | "bars"> & { readonly ends: Range }) {
  const best = useComputed(() => bars.best.value?.[slider.name] ?? null).value;
  if (best === null) return null;
  return <i class="pw-bestmark" style={`left:${place(positionOf(slider, best, ends) / STEPS)}`} />;
}

/** A native range input in front of the bars, as wide as its place. */
function Track({ slider, value, selection, bars, spans, revealed = null }: TrackProps) {
  const { name, unit } = slider;
  const { put, keep, keepSoon } = selection;
  const ends = endsOf(slider, value);
  const input = useRef<HTMLInputElement>(null);
  const isPointed = useRef(false);
  const isLocked = useLocked(selection, name);
  useTouch(input, name, selection);
  const position = String(positionOf(slider, value, ends));
  // The position is set only if it differs, because the user may hold the thumb at this moment. It is set before the next
  // frame, because that frame would otherwise show the thumb of another value.
  useLayoutEffect(() => {
    if (input.current && input.current.value !== position) input.current.value = position;
  });
  return (
    <div class="pw-track">
      <Bars spans={spans} />
      <BestMark slider={slider} ends={ends} bars={bars} />
      {revealed !== null && (
        <span class="pw-from" aria-hidden="true" style={`left:${place(positionOf(slider, revealed, ends) / STEPS)}`}>
          ▲
        </span>
      )}
      <input
        type="range"
        disabled={isLocked}
        min="0"
        max={STEPS}
        step="1"
        ref={input}
        data-name={name}
        aria-label={[name, shortOf(slider)].filter(Boolean).join(": ")}
        aria-valuetext={`${plain(value)}${ofUnit(unit, " ")}`}
        onInput={({ currentTarget }) => put({ [name]: valueAt(slider, Number(currentTarget.value), ends) })}
        onPointerDown={() => {
          isPointed.current = true;
        }}
        onKeyDown={() => {
          isPointed.current = false;
        }}
        onChange={() => (isPointed.current ? keep() : keepSoon())}
      />
    </div>
  );
}

const PLACES = 80; // number of positions of a slider whose texts are compared
const widest = new Map<string, string>(); // by range, because a slider with a changed range is a new object after each change

/** The longest number of a slider, whose width is reserved. Otherwise the text next to it would wrap during a drag. */
function widestOf(slider: Slider): string {
  const { low, high, scale, linear_width } = slider;
  const key = `${low} ${high} ${scale} ${linear_width}`;
  let text = widest.get(key);
  if (text === undefined) {
    const numbers = Array.from({ length: PLACES + 1 }, (_, k) => plain(valueOn(slider, k / PLACES, [low, high])));
    text = numbers.reduce((a, b) => (b.length > a.length ? b : a));
    widest.set(key, text);
  }
  return text;
}

/** A key parameter with its name, the first words of its description, its value and its slider. */
function Row({ selection, bars, task, slider }: SliderProps) {
  const { name, unit, description } = slider;
  const value = useValue(selection, name);
  const isLocked = useLocked(selection, name);
  const spans = useComputed(() => (task.task.value.hasBars ? (bars.spans.value.get(name) ?? null) : null));
  const revealed = useComputed(() => task.task.value.revealed[name] ?? null);
  const withUnit = (number: string) => `${number}${ofUnit(unit, " ")}`;
  return (
    <div class="pw-row" title={tr(description)}>
      <div class="pw-label">
        <Name slider={slider} /> <span>{shortOf(slider)}</span>
        <NumberField
          value={value}
          text={withUnit(plain(value))}
          widest={withUnit(widestOf(slider))}
          unit={unit}
          label={tr("Exact value of {name}", { name })}
          limits={limitsOf(slider)}
          isDisabled={isLocked}
          accepts={(x) => task.takes(slider, x)}
          set={(x) => {
            selection.put({ [name]: x });
            selection.keep();
          }}
        />
      </div>
      <Track slider={slider} value={value} selection={selection} bars={bars} spans={spans} revealed={revealed.value} />
    </div>
  );
}

/** The sliders of the key parameters, or those of a running tour. */
export function KeyParameters({ selection, bars, task, tour }: Models & Pick<App, "tour">) {
  useBars({ bars, task });
  return (
    <div class="pw-rows">
      {(tour.sliders.value ?? task.mattering.value).map((slider) => (
        <Row key={slider.name} selection={selection} bars={bars} task={task} slider={slider} />
      ))}
    </div>
  );
}

/** All parameters in groups, with number boxes, ranges, the time step, and the model's defaults. */
export function AllParameters({ selection, bars, task, host }: Models & Pick<App, "host">) {
  const [showsRanges, showRanges] = useState(false);
  useBars({ bars, task });
  const canSearch = host.can("search");
  const isTask = task.isTask.value;
  const groups = new Map<string, Slider[]>();
  for (const slider of selection.sliders.value) {
    groups.set(slider.group, [...(groups.get(slider.group) ?? []), slider]);
  }
  return (
    <div class="pw-all">
      {!isTask && (
        <button type="button" class="pw-link" aria-expanded={showsRanges} onClick={() => showRanges(!showsRanges)}>
          {canSearch ? tr("Ranges and search settings") : tr("Ranges")} {showsRanges ? "▴" : "▾"}
        </button>
      )}
      {[...groups].map(([group, members]) => (
        <fieldset key={group}>
          <legend>{tr(group)}</legend>
          {members.map((slider) => (
            <Exact key={slider.name} selection={selection} bars={bars} task={task} slider={slider}>
              {showsRanges && <Ends slider={slider} selection={selection} canSearch={canSearch} />}
            </Exact>
          ))}
        </fieldset>
      ))}
      {!isTask && (
        <>
          <TimeStep selection={selection} />
          <button type="button" class="pw-link" onClick={selection.defaults}>
            {tr("Restore model defaults")}
          </button>
        </>
      )}
    </div>
  );
}

function TimeStep({ selection }: Pick<App, "selection">) {
  const dt = useComputed(() => selection.current.value.dt);
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: NumberBox is the control
    <label class="pw-step">
      <span>{tr("time step")}</span>
      <NumberBox
        value={dt.value}
        name={tr("time step")}
        limits={tr("0.005 to 1 ms")}
        accepts={(x) => x >= 0.005 && x <= 1}
        set={selection.setTimeStep}
      />{" "}
      ms
    </label>
  );
}

type ExactProps = SliderProps & { readonly children: ComponentChildren };

/** A parameter with its slider and a number field. The children are below them. */
function Exact({ selection, bars, task, slider, children }: ExactProps) {
  const { name, unit, description } = slider;
  const { put, keep, pattern } = selection;
  const value = useValue(selection, name);
  const isLocked = useLocked(selection, name);
  const spans = useComputed(() => {
    const hasBar = task.task.value.hasBars && pattern.value.matter.includes(name);
    return hasBar ? (bars.spans.value.get(name) ?? null) : null;
  });
  return (
    <div
      class={`pw-exact${isLocked ? " locked" : ""}`}
      title={isLocked ? tr("Locked in this exercise") : tr(description)}
    >
      <div class="pw-label">
        <Name slider={slider} /> <span>{isLocked ? tr("(locked)") : shortOf(slider)}</span>
      </div>
      <Track slider={slider} value={value} selection={selection} bars={bars} spans={spans} />
      <NumberBox
        value={value}
        name={tr("Exact value of {name}", { name })}
        limits={limitsOf(slider)}
        isDisabled={isLocked}
        accepts={(x) => task.takes(slider, x)}
        set={(x) => {
          put({ [name]: x });
          keep();
        }}
      />
      <span class="pw-unit">{unitText(unit)}</span>
      {children}
    </div>
  );
}

interface EndsProps {
  readonly slider: Slider;
  readonly selection: SelectionModel;
  readonly canSearch: boolean;
}

/** The range of a slider and of a search, and whether a search may change the parameter. */
function Ends({ slider, selection, canSearch }: EndsProps) {
  const { name, low, high } = slider;
  const { ranges, configure } = selection;
  const { fixed, locked } = ranges.value;
  const set = (range: Range) => configure({ bounds: { ...ranges.peek().bounds, [name]: range } });
  const include = (isIncluded: boolean) => {
    const others = ranges.peek().fixed.filter((one) => one !== name);
    configure({ fixed: isIncluded ? others : [...others, name] });
  };
  return (
    <div class="pw-range">
      <NumberBox
        value={low}
        name={tr("Lower bound of {name}", { name })}
        limits={`< ${plain(high)}, ${limitsOf(slider)}`}
        accepts={(x) => isValid(slider, x) && x < high}
        set={(x) => set([x, high])}
      />
      –{" "}
      <NumberBox
        value={high}
        name={tr("Upper bound of {name}", { name })}
        limits={`> ${plain(low)}, ${limitsOf(slider)}`}
        accepts={(x) => isValid(slider, x) && x > low}
        set={(x) => set([low, x])}
      />
      {canSearch && (
        <label>
          <input
            type="checkbox"
            disabled={locked.includes(name)}
            checked={!fixed.includes(name) && !locked.includes(name)}
            onChange={({ currentTarget }) => include(currentTarget.checked)}
          />
          {tr("include in search")}
        </label>
      )}
    </div>
  );
}

interface NumberBoxProps {
  readonly value: number;
  readonly name: string;
  /** The accepted numbers in words. */
  readonly limits: string;
  readonly isDisabled?: boolean;
  accepts(x: number): boolean;
  set(x: number): void;
}

/** A field for a number, which shows the accepted numbers when it rejects one. */
function NumberBox({ value, name, limits, isDisabled = false, accepts, set }: NumberBoxProps) {
  const box = useRef<HTMLInputElement>(null);
  const before = useRef(value);
  const allowed = tr("allowed: {limits}", { limits });
  // The number is set before the next frame, so that it does not overwrite later input.
  useLayoutEffect(() => {
    const input = box.current;
    if (!input) return;
    if (document.activeElement !== input || input.valueAsNumber !== value) {
      input.value = typedText(value);
    }
    if (before.current === value) return; // a number that was rejected before the first frame stays visible
    before.current = value;
    clearRefusal(input);
  }, [value]);
  const typed = (input: HTMLInputElement) => {
    const number = input.valueAsNumber;
    clearRefusal(input);
    if (accepts(number)) return set(number);
    refuse(input, allowed);
  };
  return (
    <input
      type="number"
      step="any"
      ref={box}
      disabled={isDisabled}
      aria-label={name}
      title={allowed}
      onChange={({ currentTarget }) => typed(currentTarget)}
    />
  );
}
