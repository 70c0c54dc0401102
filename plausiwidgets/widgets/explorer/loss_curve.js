// The objective curve: the loss of each try as a dot, the best so far as a line, as a small SVG of its own.
// In the Plotly figure it would be drawn anew with every drag.

const LEFT = 46, RIGHT = 10, TOP = 20, BOTTOM = 18, HEIGHT = 68;
const COLUMNS = 4; // number, best loss so far, loss, restarts so far of each try
const FLOOR = 8; // px below the least loss that a logarithmic axis shows, for a loss of 0
const MOST_MARKS = 60; // restarts that are marked one by one

function ticks(high, most) {
  const rough = Math.max(1, high / most);  // no half of an evaluation
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const found = [];
  for (let i = 0; i * step <= high * 1.0001; i++) found.push(+(i * step).toPrecision(6));
  return found.length > 1 ? found : [0, high];  // where no round number has room
}

function grouped(value) {
  return value.toLocaleString("en").replaceAll(",", "\u202f");
}

/** Return the numbers of a logarithmic axis, ascending: the losses above 0, if any, lie between the first and the last. */
function logTicks(losses) {
  const above = losses.filter((loss) => loss > 0);
  if (!above.length) return [];
  const high = Math.max(...above, 1e-3), low = Math.max(Math.min(...above, high / 5), high / 1e4);
  const round = (value, up) => {
    const power = 10 ** Math.floor(Math.log10(value));
    const steps = [1, 2, 5, 10].map((m) => +(m * power).toPrecision(1));
    return up ? steps.find((s) => s >= value * 0.999) : steps.findLast((s) => s <= value * 1.001);
  };
  const found = [round(low, false)], last = round(high, true);
  const factors = last / found[0] > 30 ? [10] : [2, 5, 10];
  let power = 10 ** Math.floor(Math.log10(found[0]) + 1e-9);
  for (; power < last; power *= 10) {
    for (const m of factors) if (m * power > found.at(-1) * 1.01 && m * power < last * 0.99) found.push(+(m * power).toPrecision(1));
  }
  return [...found, last];
}

function draw(svg, width, rows) {
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  svg.setAttribute("height", HEIGHT);
  const n = rows.length / COLUMNS;
  const column = (k) => Array.from({ length: n }, (_, i) => rows[COLUMNS * i + k]);
  const [x, best, losses, restarts] = [0, 1, 2, 3].map(column);
  const right = Math.max(1, x[n - 1]);
  const levels = logTicks(losses), low = levels[0], high = levels.at(-1);
  const inner = width - LEFT - RIGHT, bottom = HEIGHT - BOTTOM;
  const px = (value) => LEFT + (value / right) * inner;
  const py = (loss) => {
    if (!(loss > 0)) return bottom;
    const share = Math.log(Math.max(loss, low) / low) / Math.log(high / low);
    return bottom - FLOOR - share * (bottom - FLOOR - TOP);
  };

  const label = (y, text) => element("text", { x: LEFT - 8, y: y + 4, "text-anchor": "end" }, svg, text);
  const every = Math.ceil(levels.length / 2);  // so many labels have room above each other
  for (const [i, value] of levels.entries()) {
    element("line", { x1: LEFT, x2: width - RIGHT, y1: py(value), y2: py(value), class: "pw-grid" }, svg);
    if (i % every === 0) label(py(value), value < 1e-3 ? value.toExponential() : value);
  }
  if (!levels.length) label(bottom, 0);
  for (const value of ticks(right, Math.max(1, inner / 80))) {
    element("line", { x1: px(value), x2: px(value), y1: TOP, y2: HEIGHT - BOTTOM, class: "pw-grid" }, svg);
    element("text", { x: px(value), y: HEIGHT - 4, "text-anchor": value > 0.9 * right ? "end" : "middle" }, svg, grouped(value));
  }
  element("path", { d: `M${LEFT},${TOP}V${HEIGHT - BOTTOM}H${width - RIGHT}`, class: "pw-axis" }, svg);
  element("text", { x: LEFT, y: 12 }, svg, inner > 150 ? tr("distance (log) over evaluations") : tr("distance (log)"));

  const begun = restarts.flatMap((count, i) => (count > (i ? restarts[i - 1] : 0) ? [x[i]] : []));
  for (const at of begun.slice(-MOST_MARKS)) {
    element("line", { x1: px(at), x2: px(at), y1: TOP, y2: TOP + 8, class: "pw-restart" }, svg);
  }
  const dots = losses.map((loss, i) => `M${px(x[i]).toFixed(1)},${py(loss).toFixed(1)}h0`);
  element("path", { d: dots.join(""), class: "pw-tries" }, svg);
  const steps = best.map((value, i) => (i ? `H${px(x[i]).toFixed(1)}V` : `M${px(x[i]).toFixed(1)},`) + py(value).toFixed(1));
  element("path", { d: steps.join(""), class: "pw-line-best" }, svg);
  element("circle", { cx: px(x[n - 1]), cy: py(best[n - 1]), r: 4, class: "pw-end" }, svg);
  svg.setAttribute("aria-label",
    tr("Least distance {distance} after {count} evaluations, {restarts} restarts",
      { distance: best[n - 1].toPrecision(3), count: grouped(x[n - 1]), restarts: restarts[n - 1] }));
}

function render({ model, el }) {
  translate(model.get("texts"));
  el.classList.add("pw-curve");
  const svg = element("svg", { role: "img", width: "100%" }, el);
  const show = () => {
    const rows = numbers(model.get("rows"), Float32Array);
    el.hidden = rows.length === 0;
    const width = Math.floor(el.getBoundingClientRect().width);
    if (rows.length && width > 0) draw(svg, width, rows);
  };
  const { soon, end } = drawing(el, show);
  model.on("change:rows", soon);
  soon();
  return end;
}

export default { render };
