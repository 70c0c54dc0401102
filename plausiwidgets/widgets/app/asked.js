import { axes } from "./chart.js";
import { tr } from "./engine/texts.js";
import { path } from "./painter.js";
import { padded } from "./scene.js";
import { html, useEffect, useRef, useState } from "./vendor/preact.js";

/** @import { App } from "./app.js" */
/** @import { Range } from "./types.d.ts" */
// Tools whose answers come from Python alone.

const POINTS = 60; // of a curve

/** The rate over the current. @param {{ app: App }} props */
export function Rate({ app }) {
  const canvas = useRef(/** @type {any} */ (null));
  const [curve, show] = useState(/** @type {{ current: number[], rate: number[] } | null} */ (null));
  const { selection, dark, present } = app.store.get();
  const { unit } = app.data.model;
  const most = Math.max(...app.sliders.filter(({ name }) => name === "amplitude").map(({ high }) => high), 0) || 1;
  useEffect(() => {
    let stop = () => {};
    const timer = setTimeout(() => {
      const { model, values, dt } = selection;
      const fields = { model, values, dt, holding: values.holding ?? 0, most, points: POINTS };
      stop = app.host.ask("rate", fields, (answer, arrays) => {
        if (answer.state === "failed") app.store.set({ said: answer.error ?? "" });
        if (arrays.rate) show({ current: [...arrays.current].map(Number), rate: [...arrays.rate].map(Number) });
      });
    }, 300);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [selection]);
  useEffect(() => {
    if (!curve || !canvas.current.clientHeight) return;
    const high = Math.max(...curve.rate.filter(Number.isFinite), 1);
    /** @type {Range} */
    const y = padded([0, high], 0.04);
    const titles = /** @type {[string, string]} */ ([`${tr("current")} (${unit})`, `${tr("rate")} (Hz)`]);
    const { context, colours, px, py } = axes(canvas.current, { x: [0, most], y, titles, dark, size: present ? 18 : 14 });
    path(context, curve.current, curve.rate, px, py);
    context.strokeStyle = colours.blue;
    context.lineWidth = 2;
    context.stroke();
    const amplitude = selection.values.amplitude;
    if (amplitude <= most) {
      context.setLineDash([4, 4]);
      context.strokeStyle = colours.soft;
      context.lineWidth = 1;
      context.strokeRect(px(amplitude), py(high), 0, py(0) - py(high));
      context.setLineDash([]);
    }
  }, [curve, dark, present, selection]);
  return html`<div class="pw-chart"><canvas ref=${canvas} role="img" aria-label=${tr("Rate over current")}></canvas>
    <p>${tr("Spikes in a second of constant current, from zero on; the dashed line is the amplitude.")}</p></div>`;
}

/** Files of what is shown. @param {{ app: App }} props */
export function Files({ app }) {
  const [said, say] = useState("");
  const { selection, search } = app.store.get();
  const save = (/** @type {string} */ what) => () => {
    const { model, pattern, values, dt } = selection;
    say("…");
    const fields = { what, model, pattern, values, dt, free: [], text: "", of: what === "search" ? (search?.id ?? "") : "" };
    app.host.ask("export", fields, (answer) => {
      if (answer.state === "failed") return say(answer.error ?? "");
      if (answer.state !== "done") return;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([answer.text]));
      link.download = answer.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      say(answer.name);
    });
  };
  const files = [
    ["script", tr("Python script")],
    ["traces", tr("Traces (CSV)")],
    ["page", tr("Page without a server (HTML)")],
    ...(search ? [["search", tr("Each try of the search (CSV)")]] : []),
  ];
  return html`<div class="pw-copy"><p>${tr("Save as a file")}</p>
    <div class="pw-files">${files.map(([what, title]) => html`<button onclick=${save(what)}>${title}</button>`)}</div><span role="status">${said}</span></div>`;
}
