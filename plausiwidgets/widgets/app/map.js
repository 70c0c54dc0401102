import { axes } from "./chart.js";
import { positionOf, STEPS, valueAt } from "./engine/scales.js";
import { tr } from "./engine/texts.js";
import { simulation } from "./neuron.js";
import { endsOf, plain } from "./sliders.js";
import { inPieces } from "./state.js";
import { html, useEffect, useRef, useState } from "./vendor/preact.js";

/** @import { App } from "./app.js" */
/** @import { Slider } from "./types.d.ts" */

const OWN = 17; // points a side, where the page judges by itself
const ASKED = [13, 25, 49];
const WAIT = 250; // ms at rest

/** Where a pattern holds in the plane of two values, in rows from the lowest. @typedef {{ side: number, loss: ArrayLike<number> }} Plane */

/** Where in the plane of two values the pattern holds; a hand puts both of them. @param {{ app: App }} props */
export function MapTool({ app }) {
  const sliders = app.sliders;
  const [first, second] = app.pattern.matter;
  const [names, choose] = useState(/** @type {[string, string]} */ ([first, second]));
  const [plane, show] = useState(/** @type {Plane | null} */ (null));
  const canvas = useRef(/** @type {any} */ (null));
  const [x, y] = names.map((name, k) => sliders.find((one) => one.name === name) ?? sliders[k]);
  const { selection, dark, present } = app.store.get();
  const others = Object.entries(selection.values).filter(([name]) => name !== x.name && name !== y.name);
  const key = JSON.stringify([selection.model, selection.pattern, selection.dt, x, y, others]);

  useEffect(() => {
    let stop = () => {};
    const timer = setTimeout(() => {
      stop = asked(app, x, y, show);
    }, WAIT);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [key]);
  useEffect(() => {
    const draw = () => canvas.current?.clientHeight && paint(canvas.current, plane, x, y, selection.values, dark, present ? 18 : 14);
    draw();
    const size = new ResizeObserver(draw);
    size.observe(canvas.current);
    return () => size.disconnect();
  }, [plane, selection, dark, present, x.name, y.name]);

  /** @param {any} event */
  const put = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    if (event.type === "pointerdown") canvas.current.setPointerCapture(event.pointerId);
    const box = canvas.current.getBoundingClientRect();
    const [left, right, top, bottom] = canvas.current.dataset.box.split(" ").map(Number);
    const share = (/** @type {number} */ at, /** @type {number} */ a, /** @type {number} */ b) =>
      Math.min(Math.max((at - a) / (b - a), 0), 1);
    const across = share(event.clientX - box.left, left, right);
    const up = share(event.clientY - box.top, bottom, top);
    app.put({
      [x.name]: valueAt(x, Math.round(across * STEPS), endsOf(x, selection.values[x.name])),
      [y.name]: valueAt(y, Math.round(up * STEPS), endsOf(y, selection.values[y.name])),
    });
  };
  const menu = (/** @type {number} */ place, /** @type {string} */ label) => html`<label>${label} <select
    onchange=${(/** @type {any} */ e) => {
      show(null);
      choose(place ? [names[0], e.target.value] : [e.target.value, names[1]]);
    }}>${sliders
      .filter(({ name }) => name !== names[1 - place])
      .map(({ name }) => html`<option value=${name} selected=${name === names[place]}>${name}</option>`)}</select></label>`;
  return html`<div class="pw-chart">
    <div class="pw-choices">${menu(0, "→")} ${menu(1, "↑")}</div>
    <canvas ref=${canvas} role="img" aria-label=${tr("Where {pattern} holds, over {x} and {y}", { pattern: tr(app.pattern.title), x: x.name, y: y.name })}
      onpointerdown=${put} onpointermove=${put} onpointerup=${app.keep}></canvas>
    <p>${tr("Green: every criterion holds at the time step. Paler: nearer to it. A click puts both values.")}</p></div>`;
}

/** Asks for the plane: the host, or else the page itself. @param {App} app @param {Slider} x @param {Slider} y @param {(plane: Plane) => void} give */
function asked(app, x, y, give) {
  const { model, pattern, values, dt } = app.store.get().selection;
  const [across, up] = [endsOf(x, values[x.name]), endsOf(y, values[y.name])];
  if (app.host.can("plane")) {
    const bounds = { [x.name]: across, [y.name]: up };
    const fields = { model, pattern, values, dt, bounds, x: x.name, y: y.name, all: false, points: ASKED };
    return app.host.ask("plane", fields, (answer, arrays) => {
      if (answer.state === "failed") app.store.set({ said: answer.error ?? "" });
      if (arrays.loss) give({ side: arrays.x.length, loss: arrays.loss });
    });
  }
  function* work() {
    for (const side of [9, OWN]) {
      const loss = new Float32Array(side * side);
      for (let k = 0; k < loss.length; k++) {
        const at = (/** @type {Slider} */ slider, /** @type {[number, number]} */ ends, /** @type {number} */ i) =>
          valueAt(slider, Math.round((i / (side - 1)) * STEPS), ends);
        const own = { ...values, [x.name]: at(x, across, k % side), [y.name]: at(y, up, Math.floor(k / side)) };
        const run = simulation(app.catalogue, app.data, { ...app.store.get().selection, values: own });
        loss[k] = (yield* run.judging()).verdict?.loss ?? NaN;
      }
      give({ side, loss });
    }
  }
  return inPieces(work(), () => {}, 4);
}

/**
 * @param {HTMLCanvasElement} canvas @param {Plane | null} plane @param {Slider} x @param {Slider} y
 * @param {Record<string, number>} values @param {boolean} dark @param {number} size
 */
function paint(canvas, plane, x, y, values, dark, size) {
  const [across, up] = [endsOf(x, values[x.name]), endsOf(y, values[y.name])];
  const shares = [0, 0.25, 0.5, 0.75, 1];
  const units = [x, y].map(({ name, unit }) => (unit ? `${name} (${unit})` : name));
  const at = axes(canvas, {
    x: [0, 1],
    y: [0, 1],
    titles: /** @type {[string, string]} */ (units),
    dark,
    size,
    at: [shares, shares],
    text: () => "",
  });
  const { context, colours, px, py } = at;
  canvas.dataset.box = [at.left, at.right, at.top, at.bottom].join(" ");
  context.fillStyle = colours.soft;
  for (const share of shares) {
    context.textAlign = "center";
    context.fillText(plain(valueAt(x, Math.round(share * STEPS), across), 3), px(share), at.bottom + 1.1 * size);
    context.textAlign = "right";
    context.fillText(plain(valueAt(y, Math.round(share * STEPS), up), 3), at.left - 8, py(share));
  }
  if (plane) {
    const { side, loss } = plane;
    const [wide, high] = [(at.right - at.left) / side, (at.bottom - at.top) / side];
    for (let k = 0; k < loss.length; k++) {
      if (!Number.isFinite(loss[k])) continue;
      context.fillStyle = loss[k] === 0 ? colours.bar : colours.soft;
      context.globalAlpha = loss[k] === 0 ? 1 : Math.min(0.05 + 0.22 * Math.asinh(loss[k]), 0.75);
      const [i, j] = [k % side, Math.floor(k / side)];
      const [x0, x1] = [i, i + 1].map((n) => Math.round(at.left + n * wide));
      const [y0, y1] = [j + 1, j].map((n) => Math.round(at.bottom - n * high));
      context.fillRect(x0, y0, x1 - x0, y1 - y0);
    }
    context.globalAlpha = 1;
  }
  const [cx, cy] = [px(positionOf(x, values[x.name], across) / STEPS), py(positionOf(y, values[y.name], up) / STEPS)];
  context.beginPath();
  context.arc(cx, cy, 8, 0, 6.3);
  context.fillStyle = colours.card;
  context.fill();
  context.strokeStyle = colours.blue;
  context.lineWidth = 3;
  context.stroke();
}
