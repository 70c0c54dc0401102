// The phase plane of a neuron of two variables: nullclines, fixed points and the trajectory of the shown sweep.

const ABOVE = 1; // how far above the threshold a plane goes, in spans, where the neuron is reset

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
