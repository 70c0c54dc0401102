// The phase plane of a neuron of two variables: nullclines, fixed points and the trajectory of the shown sweep. Rates are
// differences over one very short step of the neuron itself, as simulation/phase_plane.py has them.

const RATE_STEP = 1e-5; // ms
const SHIFT = 1e-5; // of central differences, as a share of a variable, at least of 1
const PLANE_POINTS = [73, 57];
const ABOVE = 1; // how far above the threshold a plane goes, in spans, where the neuron is reset

/** The rates of change (x, y) => [dx/dt, dy/dt] in units per ms; NaN where the neuron spikes and is reset, which is no flow. */
function flowOf(neuron, parameters, current, resets) {
  const currents = Float64Array.of(current);
  return (x, y) => {
    const { state, spikes } = neuron.simulate(parameters, currents, RATE_STEP, [x, y], []);
    return resets && spikes.length ? [NaN, NaN] : [(state[0] - x) / RATE_STEP, (state[1] - y) / RATE_STEP];
  };
}

/** The Jacobian of a flow as [a, b, c, d], by rows. */
function jacobianAt(flow, x, y) {
  const [h, k] = [SHIFT * Math.max(Math.abs(x), 1), SHIFT * Math.max(Math.abs(y), 1)];
  const [right, left, up, down] = [flow(x + h, y), flow(x - h, y), flow(x, y + k), flow(x, y - k)];
  return [(right[0] - left[0]) / (2 * h), (up[0] - down[0]) / (2 * k), (right[1] - left[1]) / (2 * h), (up[1] - down[1]) / (2 * k)];
}

/** A zero of a flow near a place, by Newton's method; null where there is none. */
function zeroNear(flow, x, y) {
  for (let round = 0; round < 20; round++) {
    const [f, g] = flow(x, y);
    const [a, b, c, d] = jacobianAt(flow, x, y);
    const determinant = a * d - b * c;
    const [dx, dy] = [(d * f - b * g) / determinant, (a * g - c * f) / determinant];
    if (!Number.isFinite(dx) || !Number.isFinite(dy)) return null;
    x -= dx;
    y -= dy;
    if (Math.abs(dx) <= 1e-7 * Math.max(Math.abs(x), 1) && Math.abs(dy) <= 1e-7 * Math.max(Math.abs(y), 1)) return [x, y];
  }
  return null;
}

/** Where the second variable of a flow stands still beside a value of the first; null where it does not. */
function steadyAt(flow, x, y) {
  for (let round = 0; round < 20; round++) {
    const k = SHIFT * Math.max(Math.abs(y), 1);
    const change = (flow(x, y)[1] * 2 * k) / (flow(x, y + k)[1] - flow(x, y - k)[1]);
    if (!Number.isFinite(change)) return null;
    y -= change;
    if (Math.abs(change) <= 1e-7 * Math.max(Math.abs(y), 1)) return y;
  }
  return null;
}

/** How a fixed point is left or approached. */
function kindOf([a, b, c, d]) {
  const [trace, determinant] = [a + d, a * d - b * c];
  if (determinant < 0) return "saddle";
  return `${trace < 0 ? "stable" : "unstable"} ${trace * trace < 4 * determinant ? "focus" : "node"}`;
}

/** The plane of a flow: {nullclines: two lists of segments [x, y, x, y], points: [{x, y, kind}]} within two ranges. */
function planeOf(flow, [xLow, xHigh], [yLow, yHigh]) {
  const [nx, ny] = PLANE_POINTS;
  const x = Array.from({ length: nx }, (_, i) => xLow + (i / (nx - 1)) * (xHigh - xLow));
  const y = Array.from({ length: ny }, (_, j) => yLow + (j / (ny - 1)) * (yHigh - yLow));
  const rates = y.map((b) => x.map((a) => flow(a, b)));
  const nullclines = [[], []];
  const points = [];
  const near = new Set(); // cells in or beside which both rates change their signs: nullclines may touch beside one
  for (let j = 0; j + 1 < ny; j++) {
    for (let i = 0; i + 1 < nx; i++) {
      const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
      const values = corners.map(([p, q]) => rates[q][p]);
      if (values.some(([f, g]) => !Number.isFinite(f) || !Number.isFinite(g))) continue;
      const crossed = [0, 1].map((part) => {
        const found = [];
        corners.forEach(([p, q], k) => {
          const [r, s] = corners[(k + 1) % 4];
          const [from, to] = [values[k][part], values[(k + 1) % 4][part]];
          if (from > 0 === to > 0) return;
          const share = from / (from - to);
          found.push([x[p] + share * (x[r] - x[p]), y[q] + share * (y[s] - y[q])]);
        });
        for (let k = 0; k + 1 < found.length; k += 2) nullclines[part].push([...found[k], ...found[k + 1]]);
        return found.length > 0;
      });
      if (!crossed[0] || !crossed[1]) continue;
      for (const p of [i - 1, i, i + 1]) {
        for (const q of [j - 1, j, j + 1]) if (p >= 0 && q >= 0 && p + 1 < nx && q + 1 < ny) near.add(q * nx + p);
      }
    }
  }
  for (const cell of near) {
    const [i, j] = [cell % nx, Math.floor(cell / nx)];
    const zero = zeroNear(flow, (x[i] + x[i + 1]) / 2, (y[j] + y[j + 1]) / 2);
    if (!zero) continue;
    const [a, b] = zero;
    const isInside = a >= xLow && a <= xHigh && b >= yLow && b <= yHigh;
    const isKnown = points.some((one) => Math.abs(one.x - a) < 1e-5 * (xHigh - xLow) && Math.abs(one.y - b) < 1e-5 * (yHigh - yLow));
    if (isInside && !isKnown) points.push({ x: a, y: b, kind: kindOf(jacobianAt(flow, a, b)) });
  }
  return { nullclines, points: points.sort((p, q) => p.x - q.x) };
}

/** The card with the plane, which is drawn while it is open; `page` is asked what is shown. */
class PlaneCard {
  constructor(page) {
    this.page = page;
    this.cursor = null;
    const [v, w] = page.neuron.states;
    this.canvas = h("canvas", { className: "plane", role: "img" });
    this.words = h("p", { className: "note" });
    this.view = h("details", { className: "card plane-card", ontoggle: () => this.ask(true) },
      h("summary", {}, tr("Phase plane")), this.canvas, this.words,
      h("p", { className: "note" },
        tr("line: d{v}/dt = 0; dashed: d{w}/dt = 0; ● stable, ○ unstable, ◇ saddle; thin: the trajectory of the sweep", { v, w }),
        `${page.data.model.resets ? tr(", ▪ where a reset lands") : ""}. `, tr("Move over the figure, and the point follows.")));
  }

  /** Draws when the page is free; `fit`: the ranges anew. */
  ask(fit) {
    this.fit ||= fit;
    if (!this.view.open || this.waiting) return;
    this.waiting = setTimeout(() => {
      this.waiting = null;
      this.draw();
    });
  }

  /** The trajectory of the shown sweep from the onset on: {x, y, jumps}, and its currents. */
  trajectory(line, { rest, parameters }) {
    const { page } = this;
    const currents = line.current.subarray(rest.shown);
    if (rest.state === null) return { x: [], y: [], jumps: [], currents };
    const run = page.neuron.simulate(parameters, currents, page.dt, rest.state, page.neuron.states);
    const [x, y] = run.recorded.map((values) => [rest.state[run.recorded.indexOf(values)], ...values]);
    return { x, y, jumps: page.data.model.resets ? run.spikes.map((k) => k + 1) : [], currents };
  }

  draw() {
    const { page, canvas } = this;
    if (!this.view.open || !canvas.clientWidth || !page.responses?.has(page.sweep)) return;
    const { data, neuron } = page;
    const { resets, unit } = data.model;
    const { line } = page.responses.get(page.sweep);
    const bench = page.benchAt(page.sweepList.find(({ sweep }) => sweep.name === page.sweep).holding);
    const { rest, parameters } = bench;
    const way = this.trajectory(line, bench);
    const onset = rest.shown;
    const at = this.cursor === null ? null : Math.round((this.cursor - line.t0) / line.dt);
    const current = at === null ? mostCommon(way.currents) : line.current[Math.min(Math.max(at, 0), line.current.length - 1)];
    const top = rest.threshold + ABOVE * rest.span;
    const seen = way.x.map((x, k) => k).filter((k) => Number.isFinite(way.x[k]) && (!resets || way.x[k] < top));
    const flow = flowOf(neuron, parameters, current, resets);
    const across = padded(extent([rest.v.at(-1), rest.threshold + 0.5 * rest.span, ...seen.map((k) => way.x[k])]), 0.12);
    const steady = Array.from({ length: 9 }, (_, k) => steadyAt(flow, across[0] + (k / 8) * (across[1] - across[0]), way.y[0] ?? 0));
    const up = padded(extent([...seen.map((k) => way.y[k]), ...steady.filter((y) => y !== null)]), 0.12);
    const found = [across, up];
    const isNew = this.fit || !this.ranges;
    this.ranges = found.map(([low, high], k) => (isNew ? [low, high] : [Math.min(low, this.ranges[k][0]), Math.max(high, this.ranges[k][1])]));
    this.fit = false;
    const { nullclines, points } = planeOf(flow, ...this.ranges);
    const theme = data.style.themes[page.themeName];
    const [context, width, height] = prepared(canvas);
    const frame = { left: 58, right: width - 10, top: 8, bottom: height - 40 };
    const { left, right, top: upper, bottom } = frame;
    const [[xLow, xHigh], [yLow, yHigh]] = this.ranges;
    const px = (x) => left + ((x - xLow) / (xHigh - xLow)) * (right - left);
    const py = (y) => upper + ((yHigh - y) / (yHigh - yLow)) * (bottom - upper);
    const stroke = (colour, thick, dashes, trace) => {
      context.strokeStyle = colour;
      context.lineWidth = thick;
      context.setLineDash(dashes);
      context.beginPath();
      trace();
      context.stroke();
    };
    const marks = [ticks(this.ranges[0], width < 500 ? 4 : 7), ticks(this.ranges[1], 5)];
    const write = drawGrid(context, frame, theme, marks, px, py);
    write(`${neuron.states[0]}`, left + (width - left) / 2, height - 9, "center");
    write(`${neuron.states[1]}`, 10, height / 2 - 14, "left");
    context.save();
    context.beginPath();
    context.rect(left, upper, right - left, bottom - upper);
    context.clip();
    stroke(theme.yours, 1.2, [], () => {
      const jumps = new Set(way.jumps);
      for (let k = 0; k < way.x.length; k++) {
        if (k === 0 || jumps.has(k)) context.moveTo(px(way.x[k]), py(way.y[k]));
        else context.lineTo(px(way.x[k]), py(way.y[k]));
      }
    });
    [[theme.text, []], [theme.text, [6, 4]]].forEach(([colour, dashes], part) => {
      // A dash runs on from segment to segment only along a joined line.
      stroke(colour, 2, dashes, () => {
        for (const run of joined(nullclines[part])) run.forEach(([x, y], k) => context[k ? "lineTo" : "moveTo"](px(x), py(y)));
      });
    });
    context.setLineDash([]);
    context.fillStyle = theme.yours;
    for (const k of way.jumps) context.fillRect(px(way.x[k]) - 2.5, py(way.y[k]) - 2.5, 5, 5);
    for (const { x, y, kind } of points) {
      context.beginPath();
      if (kind === "saddle") for (const [a, b] of [[0, -7], [7, 0], [0, 7], [-7, 0]]) context.lineTo(px(x) + a, py(y) + b);
      else context.arc(px(x), py(y), 6, 0, 2 * Math.PI);
      context.closePath();
      context.fillStyle = kind.startsWith("stable") ? theme.text : theme.paper;
      context.fill();
      context.strokeStyle = theme.text;
      context.lineWidth = 2;
      context.stroke();
    }
    if (at !== null) {
      const k = Math.min(Math.max(at - onset, 0), way.x.length - 1);
      context.beginPath();
      context.arc(px(way.x[k]), py(way.y[k]), 7, 0, 2 * Math.PI);
      context.fillStyle = theme.warning;
      context.fill();
    }
    context.restore();
    const names = {
      saddle: tr("saddle"), "stable node": tr("stable node"), "unstable node": tr("unstable node"),
      "stable focus": tr("stable focus"), "unstable focus": tr("unstable focus"),
    };
    const named = points.map(({ x, kind }) =>
      tr("{kind} at {place}", { kind: names[kind], place: `${neuron.states[0]} = ${plain(x)}` })).join(", ");
    this.words.textContent = `I = ${plain(current)} ${unit}: ${named || tr("no fixed point here")}`;
    canvas.setAttribute("aria-label", tr("Phase plane at {place}", { place: this.words.textContent }));
  }

  /** Shows where the neuron is at a time of the figure; null: nowhere. */
  point(t) {
    this.cursor = t;
    this.ask(false);
  }
}

/** The value that is there most often. */
function mostCommon(values) {
  const counts = new Map();
  for (const x of values) counts.set(x, (counts.get(x) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0];
}

/** Segments that share an end, as lines. */
function joined(segments) {
  const key = (x, y) => `${x.toPrecision(10)},${y.toPrecision(10)}`;
  const ends = new Map();
  segments.forEach(([a, b, c, d], k) => {
    for (const end of [key(a, b), key(c, d)]) ends.set(end, [...(ends.get(end) ?? []), k]);
  });
  const used = new Set();
  const follow = (line) => {
    for (;;) {
      const next = (ends.get(key(...line.at(-1))) ?? []).find((k) => !used.has(k));
      if (next === undefined) return line;
      used.add(next);
      const [a, b, c, d] = segments[next];
      line.push(key(a, b) === key(...line.at(-1)) ? [c, d] : [a, b]);
    }
  };
  return segments.flatMap(([a, b, c, d], k) => {
    if (used.has(k)) return [];
    used.add(k);
    return [[...follow([[a, b], [c, d]]).reverse()]].map(follow);
  });
}
