// The page's side of a drag: while a slider moves it simulates the sweep that is shown, and moves its lines in the
// figure. Runtime, bench, sliders and find_model.js stand above this; live.py is the other side.
//
// `moved` are the positions of the sliders that the kernel has not drawn yet. As long as there are some, a picture that
// comes from the kernel is older than the page's, which is drawn again over it.

const FRAME = 16; // ms
const PAUSE = 200; // ms without a movement, after which plotly hears of a picture that the kernel has not drawn yet

class Live {
  constructor(model) {
    this.model = model;
    this.moved = new Map();
    this.neuron = null;
    this.drawing = null;
    this.generation = 0;
    this.undo = [];
    this.plots = [];
    this.rest = {};
    this.onModule = () => this.connect().catch((error) => console.warn("plausiwidgets: no live drag:", error));
    this.onShown = () => this.agree();
    model.on("change:module", this.onModule);
    model.on("change:shown", this.onShown);
    this.onModule();
  }

  close() {
    this.disconnect();
    this.model.off("change:module", this.onModule);
    this.model.off("change:shown", this.onShown);
  }

  disconnect() {
    this.generation++;
    for (const undo of this.undo.splice(0)) undo();
    this.neuron = null;
    this.forget();
  }

  forget() {
    this.moved.clear();
    this.picture = null;
  }

  /** Takes the neuron, and listens to the sliders and to the figure. */
  async connect() {
    this.disconnect();
    const text = this.model.get("module");
    if (!text) return;
    const { generation } = this;
    const about = this.model.get("about");
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    const { neuron } = await import(/* webpackIgnore: true */ url).finally(() => URL.revokeObjectURL(url));
    const figure = await find(this.model, about.figure);
    const sliders = new Map();
    for (const [name, { id }] of Object.entries(about.sliders)) sliders.set(name, await find(this.model, id));
    if (generation !== this.generation) return; // another neuron has come meanwhile
    const listen = (target, event, react) => {
      target.on(event, react);
      this.undo.push(() => target.off(event, react));
    };
    for (const [name, slider] of sliders) {
      listen(slider, "change:value", (_, position, options) => {
        if (options?.updated_view) this.move(name, position); // a person, and not the kernel
      });
    }
    for (const event of ["change:_py2js_update", "change:_py2js_restyle"]) {
      listen(figure, event, (_, message) => {
        // After the figure itself has taken the message, and before anybody sees it.
        if (message && this.picture && message !== this.sent) queueMicrotask(() => this.put());
      });
    }
    this.figure = figure;
    this.neuron = neuron;
    this.about = about;
    this.rest = {};
    await this.lookForPlots();
    if (generation !== this.generation) return;
    this.model.set("draws", true);
    this.model.save_changes();
  }

  /** Plotly's elements: a figure may be shown more than once, or anew. */
  async lookForPlots() {
    const views = await Promise.allSettled(Object.values(this.figure?.views ?? {})); // one may be gone meanwhile
    const elements = views.filter(({ value }) => value).map(({ value }) => value.el);
    this.plots = elements.map((el) => (el.matches(".js-plotly-plot") ? el : el.querySelector(".js-plotly-plot")));
  }

  /** Takes back what the kernel has drawn as well, or what is of another selection or sweep. */
  agree() {
    const { values, bounds, sweep, jumps } = this.model.get("shown");
    if (jumps !== this.jumps || sweep !== this.sweep) this.forget();
    this.jumps = jumps;
    this.sweep = sweep;
    for (const [name, position] of this.moved) {
      if (positionOf(this.about.sliders[name], values[name], bounds[name]) === position) this.moved.delete(name);
    }
    if (!this.moved.size) this.picture = null;
  }

  move(name, position) {
    this.moved.set(name, position);
    if (this.drawing) return;
    const wait = FRAME - (performance.now() - (this.drawn ?? -FRAME));
    if (wait <= 0) {
      this.draw();
    } else {
      this.drawing = setTimeout(() => {
        this.drawing = null;
        if (this.moved.size) this.draw();
      }, wait);
    }
  }

  draw() {
    if (!this.neuron) return;
    const { about, neuron } = this;
    const { values, bounds, dt, sweep: name } = this.model.get("shown");
    const known = new Map(Object.entries(values));
    for (const [moved, position] of this.moved) {
      known.set(moved, valueAt(about.sliders[moved], position, bounds[moved]));
    }
    const sweep = about.sweeps.find((entry) => entry.name === name);
    if (!sweep) return;
    const parameters = Object.fromEntries(about.parameters.map((entry) => [entry, known.get(entry)]));
    const held = sweep.holding === null ? 0 : known.get(sweep.holding);
    const line = responseTo(
      sweep, this.atRest(parameters, held, dt), neuron, about.bench, parameters, held, dt, known,
    );
    const y = onGrid(withSpikes(line, neuron.peak), line, this.grid());
    if (!y) return; // of another length: the kernel's picture will tell
    const [at, current] = corners(line);
    const spikes = Float32Array.from(line.spikes.length ? line.spikes : [about.before_all]);
    const heights = new Float32Array(spikes.length).fill(about.raster);
    this.picture = { x: [null, spikes, at], y: [y, heights, current] };
    this.put();
    this.drawn = performance.now();
  }

  /** The neuron at rest: the same one as before where only the stimulus is dragged. */
  atRest(parameters, held, dt) {
    const key = JSON.stringify([parameters, held, dt]);
    if (this.rest.key !== key) {
      this.rest = { key, ...settled(this.neuron, this.about.bench, parameters, held, dt) };
    }
    return this.rest;
  }

  grid() {
    const { buffer, byteOffset, byteLength } = this.model.get("grid");
    return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  }

  /** Draws the picture; plotly hears of it when nothing moves, so that what it shows of a point is right. */
  put() {
    if (!this.picture) return;
    clearTimeout(this.settling);
    const { x, y } = this.picture;
    const plots = this.plots.filter((plot) => plot?.isConnected);
    if (plots.length && plots.every((plot) => this.about.traces.every((trace, i) => move(plot, trace, x[i], y[i])))) {
      this.settling = setTimeout(() => this.restyle(), PAUSE);
    } else {
      this.restyle();
    }
    this.lookForPlots();
  }

  /** Draws the picture as a message of the kernel would: what is set so is not sent back. */
  restyle() {
    if (!this.picture) return;
    const { x, y } = this.picture;
    this.sent = {
      restyle_data: { x: x.map(packed), y: y.map(packed) }, restyle_traces: this.about.traces,
      trace_edit_id: this.figure.get("_last_trace_edit_id"), layout_edit_id: this.figure.get("_last_layout_edit_id"),
    };
    this.figure.set_state({ _py2js_restyle: this.sent });
    this.figure.set_state({ _py2js_restyle: null });
  }
}

/**
 * Moves what plotly has drawn of a trace, at a twentieth of the cost of its own drawing of the whole figure, which it
 * would also report to the kernel. Returns whether it could: a trace without a point has nothing to be moved.
 */
function move(plot, trace, x, y) {
  const { _fullData: traces, _fullLayout: layout, data } = plot;
  const group = [...plot.querySelectorAll(".scatterlayer .trace")].find((g) => g.__data__?.[0]?.trace?.index === trace);
  if (!group || !traces?.[trace]) return false;
  const axis = (id) => layout[`${id[0]}axis${id.slice(1)}`];
  const [across, down] = [axis(traces[trace].xaxis), axis(traces[trace].yaxis)];
  const times = x ?? data[trace].x;
  if (times?.length !== y.length) return false;
  const at = (i) => `${across.l2p(times[i]).toFixed(2)},${down.l2p(y[i]).toFixed(2)}`;
  if (traces[trace].mode === "markers") {
    const points = [...group.querySelectorAll(".point")];
    if (!points.length) return false;
    for (const point of points.slice(y.length)) point.remove();
    for (let i = 0; i < y.length; i++) {
      const point = points[i] ?? points[0].parentNode.appendChild(points[0].cloneNode(true));
      point.setAttribute("transform", `translate(${at(i)})`);
    }
  } else {
    const [line, ...others] = group.querySelectorAll(".js-line");
    if (!line) return false;
    for (const other of others) other.remove();
    let path = "";
    for (let i = 0, pen = "M"; i < y.length; i++) {
      if (Number.isNaN(y[i])) {
        pen = "M";
      } else {
        path += pen + at(i);
        pen = "L";
      }
    }
    line.setAttribute("d", path || "M0,0");
  }
  Object.assign(data[trace], { x: times, y });
  return true;
}

function packed(values) {
  if (values === null) return "_undefined_"; // stays as it is
  return { dtype: "float32", shape: [values.length], value: values };
}

/** Minimum and maximum of each pixel column, in the order in which they come; null where the grid is not this line's. */
function onGrid(v, line, grid) {
  const at = (i) => Math.round((grid[i] - line.t0) / line.dt);
  if (!grid.length || at(0) !== 0) return null;
  if (grid.length === v.length && at(1) === 1) return Float32Array.from(v);
  const y = new Float32Array(grid.length);
  for (let i = 0; i < grid.length; i += 2) {
    const first = at(i);
    const last = i + 2 < grid.length ? at(i + 2) : v.length;
    if (!(last > first && last <= v.length)) return null;
    let low = v[first];
    let high = v[first];
    for (let k = first + 1; k < last; k++) {
      const value = v[k];
      if (!(value >= low)) low = value; // nan as well
      if (!(value <= high)) high = value;
    }
    const rising = Math.abs(v[first] - low) <= Math.abs(v[first] - high);
    y[i] = rising ? low : high;
    y[i + 1] = rising ? high : low;
  }
  return y;
}

/** The points where a piecewise linear current bends. */
function corners({ t0, dt, current }) {
  const times = [];
  const values = [];
  const keep = (k) => {
    times.push(t0 + k * dt);
    values.push(current[k]);
  };
  for (let k = 0; k < current.length; k++) {
    const slope = current[k] - current[k - 1];
    const next = current[k + 1] - current[k];
    if (!(Math.abs(next - slope) <= 1e-9 * Math.abs(current[k]))) keep(k);
  }
  return [Float32Array.from(times), Float32Array.from(values)];
}

export default {
  initialize({ model }) {
    const live = new Live(model);
    return () => live.close();
  },
  render() {}, // nothing to see
};
