// The objective curve: best and current loss against evaluations, as a small SVG of its own.
// A Plotly figure would be drawn anew with every drag, or bring another 5 MB.

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 78, RIGHT = 16, TOP = 24, BOTTOM = 42, HEIGHT = 160;

function element(name, attributes, parent, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

function ticks(high, most) {
  const rough = high / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const found = [];
  for (let i = 0; i * step <= high * 1.0001; i++) found.push(+(i * step).toPrecision(6));
  return found;
}

function grouped(value) {
  return value.toLocaleString("en").replaceAll(",", "\u202f");
}

function draw(svg, width, rows) {
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  svg.setAttribute("height", HEIGHT);
  const n = rows.length / 3;
  const [x, best, current] = [0, 1, 2].map((k) => Array.from({ length: n }, (_, i) => rows[3 * i + k]));
  const right = Math.max(1, x[n - 1]);
  const top = 1.05 * Math.max(1e-6, ...best, ...current);
  const inner = width - LEFT - RIGHT;
  const px = (value) => LEFT + (value / right) * inner;
  const py = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);

  for (const value of ticks(top, 4)) {
    element("line", { x1: LEFT, x2: width - RIGHT, y1: py(value), y2: py(value), class: "pw-grid" }, svg);
    element("text", { x: LEFT - 8, y: py(value) + 5, "text-anchor": "end" }, svg, value);
  }
  for (const value of ticks(right, Math.max(2, inner / 130))) {
    element("line", { x1: px(value), x2: px(value), y1: TOP, y2: HEIGHT - BOTTOM, class: "pw-grid" }, svg);
    element("text", { x: px(value), y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" }, svg, grouped(value));
  }
  element("path", { d: `M${LEFT},${TOP}V${HEIGHT - BOTTOM}H${width - RIGHT}`, class: "pw-axis" }, svg);
  element("text", { x: LEFT + inner / 2, y: HEIGHT - 6, "text-anchor": "middle" }, svg, "evaluations");
  const middle = (TOP + HEIGHT - BOTTOM) / 2;
  element("text", { transform: `translate(22,${middle}) rotate(-90)`, "text-anchor": "middle" }, svg, "loss");

  const line = current.map((value, i) => `${i ? "L" : "M"}${px(x[i]).toFixed(1)},${py(value).toFixed(1)}`);
  element("path", { d: line.join(""), class: "pw-current" }, svg);
  const steps = best.map((value, i) => (i ? `H${px(x[i]).toFixed(1)}V` : `M${px(x[i]).toFixed(1)},`) + py(value).toFixed(1));
  element("path", { d: steps.join(""), class: "pw-best" }, svg);

  const place = width - RIGHT;
  element("line", { x1: place - 262, x2: place - 232, y1: 13, y2: 13, class: "pw-best" }, svg);
  element("text", { x: place - 226, y: 18 }, svg, "best so far");
  element("line", { x1: place - 142, x2: place - 112, y1: 13, y2: 13, class: "pw-current" }, svg);
  element("text", { x: place - 106, y: 18 }, svg, "this generation");
  svg.setAttribute("aria-label",
    `Objective curve: best loss ${best[n - 1].toPrecision(3)} after ${grouped(x[n - 1])} evaluations`);
}

function render({ model, el }) {
  el.classList.add("pw-curve");
  const svg = element("svg", { role: "img", width: "100%" }, el);
  let frame = 0;
  const show = () => {
    const data = model.get("rows");
    const rows = data?.byteLength ? new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)) : [];
    el.hidden = rows.length === 0;
    const width = Math.floor(el.getBoundingClientRect().width);
    if (rows.length && width > 0) draw(svg, width, rows);
  };
  const soon = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(show);
  };
  model.on("change:rows", soon);
  const watch = new ResizeObserver(soon);
  watch.observe(el);
  soon();
  return () => {
    cancelAnimationFrame(frame);
    watch.disconnect();
  };
}

export default { render };
