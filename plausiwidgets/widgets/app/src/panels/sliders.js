import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { endsOf, positionOf, STEPS, valueAt, valueOn } from "../engine/scales.ts";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { hasBars, isTask, revealed, takes } from "../models/exerciseMode.js";
import { isValid, limitsOf } from "../models/link.js";
import { inSentence } from "../models/titles.js";
import { useRedraw } from "./redraw.js";

/** @import { App } from "../app.js" */
/** @import { Range, Slider } from "../types.d.ts" */

/** A number as a slider shows it. @param {number} value @param {number} [digits] */
export const plain = (value, digits = 4) => String(Number(value.toPrecision(digits))).replace("-", "−");

/**
 * The first words of a description, without the name that they stand beside.
 * @param {Slider} slider @param {string} language
 */
function shortOf({ name, description }, language) {
  const [words] = tr(description).split(/[,;:(.]/);
  const isName = name.length > 2 && `${words.toLowerCase()} `.startsWith(`${name} `);
  return isName ? words.slice(name.length).trim() : inSentence(words.trim(), language);
}

/** The name of a value with its index. @param {{ slider: Slider }} props */
export function Name({ slider: { label } }) {
  return html`<b>${label[0]}${label[1] ? html`<sub>${label[1]}</sub>` : ""}</b>`;
}

/**
 * A native range, as wide as there is room, with the bar of where the pattern holds behind it.
 * @param {{ app: App, slider: Slider, bar: Range[] | null, from: number | null }} props `from`: where ▲ stands
 */
function Track({ app, slider, bar, from }) {
  const value = app.store.get().selection.values[slider.name];
  const ends = endsOf(slider, value);
  const input = useRef(/** @type {any} */ (null));
  const pointed = useRef(false);
  const position = positionOf(slider, value, ends);
  // Set as a property, and only where it differs: a hand holds the handle while this is drawn anew. At once, as a handle
  // that was of another value would be seen there for a frame.
  useLayoutEffect(() => {
    if (input.current.value !== String(position)) input.current.value = String(position);
  });
  const place = (/** @type {number} */ share) => `calc(12px + ${share} * (100% - 24px))`;
  return html`<div class="pw-track">
    ${(bar ?? []).map(
      ([low, high]) =>
        html`<i class="pw-bar" style=${`left:${place(low)};right:calc(100% - ${place(high)} - ${low === high ? 4 : 0}px)`}></i>`,
    )}
    ${from === null ? "" : html`<span class="pw-from" aria-hidden="true" style=${`left:${place(positionOf(slider, from, ends) / STEPS)}`}>▲</span>`}
    <input type="range" disabled=${app.store.get().box.locked.includes(slider.name)} min="0" max=${STEPS} step="1" ref=${input} data-name=${slider.name}
      aria-label=${[slider.name, shortOf(slider, app.store.get().language)].filter(Boolean).join(": ")}
      aria-valuetext=${`${plain(value)} ${slider.unit}`.trim()}
      oninput=${(/** @type {any} */ event) => app.put({ [slider.name]: valueAt(slider, Number(event.target.value), ends) })}
      onpointerdown=${() => {
        pointed.current = true;
      }}
      onkeydown=${() => {
        pointed.current = false;
      }}
      onchange=${() => (pointed.current ? app.keep() : app.keepSoon())} />
  </div>`;
}

const PLACES = 80; // of a slider, at which its numbers are looked at
/** @type {Map<string, string>} */
const widest = new Map(); // by the range: a slider whose range was chosen is made anew with each change

/** The longest number of a slider: its place is kept, as what stands beside it would else break its lines in a drag. @param {Slider} slider */
function widestOf(slider) {
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

/** A value: name, what it is, number, slider. @param {{ app: App, slider: Slider, bars: boolean, from: number | null }} props */
function Row({ app, slider, bars, from }) {
  const value = app.store.get().selection.values[slider.name];
  const withUnit = (/** @type {string} */ number) => `${number}${slider.unit ? ` ${slider.unit}` : ""}`;
  return html`<div class="pw-row" title=${tr(slider.description)}>
    <div class="pw-label"><${Name} slider=${slider} /> <span>${shortOf(slider, app.store.get().language)}</span>
      <output aria-hidden="true" data-widest=${withUnit(widestOf(slider))}>${withUnit(plain(value))}</output></div>
    <${Track} app=${app} slider=${slider} bar=${bars ? app.bars.of(slider) : null} from=${from} />
  </div>`;
}

/** The values that matter most. @param {{ app: App }} props */
export function Four({ app }) {
  const bars = hasBars(app.store.get());
  const from = revealed(app.store.get());
  useRedraw(app.bars.on);
  const sliders = app.mattering;
  useEffect(() => app.bars.want(bars ? sliders : []));
  return html`<div class="pw-rows">${sliders.map(
    (slider) => html`<${Row} key=${slider.name} app=${app} slider=${slider} bars=${bars} from=${from[slider.name] ?? null} />`,
  )}</div>`;
}

/** All values in place of four: boxes for exact numbers, ranges, the time step, the model's defaults. @param {{ app: App }} props */
export function All({ app }) {
  const { selection } = app.store.get();
  const isGiven = isTask(app.store.get());
  useRedraw(app.bars.on);
  const bars = hasBars(app.store.get());
  const matter = app.pattern.matter;
  const [ranges, showRanges] = useState(false);
  useEffect(() => app.bars.want(bars ? app.mattering : []));
  /** @type {Map<string, Slider[]>} */
  const groups = new Map();
  for (const slider of app.sliders) groups.set(slider.group, [...(groups.get(slider.group) ?? []), slider]);
  return html`<div class="pw-all">
    ${
      isGiven
        ? ""
        : html`<button class="pw-link" aria-expanded=${ranges} onclick=${() => showRanges(!ranges)}>${
            app.host.can("search") ? tr("Ranges and search settings") : tr("Ranges")
          } ${ranges ? "▴" : "▾"}</button>`
    }
    ${[...groups].map(
      ([group, members]) => html`<fieldset key=${group}><legend>${tr(group)}</legend>
        ${members.map((slider) => html`<${Exact} key=${slider.name} app=${app} slider=${slider} ranges=${ranges} bar=${bars && matter.includes(slider.name) ? app.bars.of(slider) : null} />`)}
      </fieldset>`,
    )}
    ${
      isGiven
        ? ""
        : html`<label class="pw-step"><span>${tr("time step")}</span>
            <${Box} value=${selection.dt} name=${tr("time step")} limits=${tr("0.005 to 1 ms")} valid=${(/** @type {number} */ x) => x >= 0.005 && x <= 1} set=${app.step} /> ms</label>
          <button class="pw-link" onclick=${app.defaults}>${tr("Restore model defaults")}</button>`
    }
  </div>`;
}

/** @param {{ app: App, slider: Slider, bar: Range[] | null, ranges: boolean }} props */
function Exact({ app, slider, bar, ranges }) {
  const isLocked = app.store.get().box.locked.includes(slider.name);
  const value = app.store.get().selection.values[slider.name];
  return html`<div class=${`pw-exact${isLocked ? " locked" : ""}`} title=${isLocked ? tr("Locked in this exercise") : tr(slider.description)}>
    <div class="pw-label"><${Name} slider=${slider} /> <span>${isLocked ? tr("(locked)") : shortOf(slider, app.store.get().language)}</span></div>
    <${Track} app=${app} slider=${slider} bar=${bar} from=${null} />
    <${Box} value=${value} name=${tr("Exact value of {name}", { name: slider.name })} limits=${limitsOf(slider)}
      disabled=${isLocked} valid=${(/** @type {number} */ x) => takes(app.store.get(), slider, x)}
      set=${(/** @type {number} */ x) => {
        app.put({ [slider.name]: x });
        app.keep();
      }} />
    <span class="pw-unit">${slider.unit}</span>
    ${ranges ? html`<${Ends} app=${app} slider=${slider} />` : ""}
  </div>`;
}

/** The range of a slider, in which a search looks as well, and whether it may. @param {{ app: App, slider: Slider }} props */
function Ends({ app, slider }) {
  const { name, low, high } = slider;
  const { bounds, fixed, locked } = app.store.get().box;
  const set = (/** @type {Range} */ range) => app.setBox({ bounds: { ...bounds, [name]: range } });
  const tick = () => app.setBox({ fixed: fixed.includes(name) ? fixed.filter((one) => one !== name) : [...fixed, name] });
  return html`<div class="pw-range">
    <${Box} value=${low} name=${tr("Lower bound of {name}", { name })} limits=${`< ${plain(high)}, ${limitsOf(slider)}`}
      valid=${(/** @type {number} */ x) => isValid(slider, x) && x < high} set=${(/** @type {number} */ x) => set([x, high])} />
    – <${Box} value=${high} name=${tr("Upper bound of {name}", { name })} limits=${`> ${plain(low)}, ${limitsOf(slider)}`}
      valid=${(/** @type {number} */ x) => isValid(slider, x) && x > low} set=${(/** @type {number} */ x) => set([low, x])} />
    ${
      app.host.can("search")
        ? html`<label><input type="checkbox" disabled=${locked.includes(name)} checked=${!fixed.includes(name) && !locked.includes(name)} onchange=${tick} />
            ${tr("include in search")}</label>`
        : ""
    }
  </div>`;
}

/** A box for a number, with what is valid. @param {{ value: number, name: string, limits: string, valid: (x: number) => boolean, set: (x: number) => void, disabled?: boolean }} props */
export function Box({ value, name, limits, valid, set, disabled = false }) {
  const box = useRef(/** @type {any} */ (null));
  const before = useRef(value);
  const shown = String(Number(value.toPrecision(6)));
  // At once: what is typed after a drawing is not overwritten by it.
  useLayoutEffect(() => {
    if (document.activeElement !== box.current || box.current.valueAsNumber !== value) box.current.value = shown;
    if (before.current === value) return; // what was typed before this was first drawn stays refused
    before.current = value;
    box.current.setCustomValidity("");
    box.current.removeAttribute("aria-invalid");
  }, [value]);
  const typed = () => {
    const number = box.current.valueAsNumber;
    box.current.setCustomValidity("");
    box.current.removeAttribute("aria-invalid");
    if (valid(number)) return set(number);
    box.current.setAttribute("aria-invalid", "true");
    box.current.setCustomValidity(tr("allowed: {limits}", { limits }));
    box.current.reportValidity();
  };
  return html`<input type="number" step="any" ref=${box} disabled=${disabled} aria-label=${name} title=${tr("allowed: {limits}", { limits })} onchange=${typed} />`;
}
