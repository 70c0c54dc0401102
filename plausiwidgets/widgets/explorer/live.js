// The page's side of a drag: while a slider moves it simulates the sweep that is shown, and hands the lines of "yours" to
// the figure, which shows them as it shows the kernel's. Runtime, bench and sliders stand above this; live.py is the
// other side.
//
// `moved` are the positions of the sliders that the kernel has not drawn yet. As long as there are some, a picture that
// comes from the kernel is older than the page's, which stays.

const FRAME = 16; // ms
const PATIENCE = 50; // tries, a fifth of a second each

/** A widget's model, which a page that is still loading may not have yet. */
async function find(manager, id) {
  for (let i = 0; ; i++) {
    try {
      return await manager.get_model(id);
    } catch (error) {
      if (i >= PATIENCE) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

class Live {
  constructor(model) {
    this.model = model;
    this.moved = new Map();
    this.neuron = null;
    this.drawing = null;
    this.generation = 0;
    this.undo = [];
    this.rest = {};
    this.onAbout = () => this.connect().catch((error) => console.warn("plausiwidgets: no live drag:", error));
    this.onShown = () => this.agree();
    model.on("change:about", this.onAbout);
    model.on("change:shown", this.onShown);
    this.onAbout();
  }

  close() {
    this.disconnect();
    this.model.off("change:about", this.onAbout);
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
    this.show(null);
  }

  /** Hands lines to the figure, or takes them back; what is set so is not sent to the kernel. */
  show(live) {
    if (!live && !this.live) return;
    this.live = live;
    this.figure.set_state({ live: live ?? {} });
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
    const figure = await find(this.model.widget_manager, about.figure);
    const sliders = new Map();
    for (const [name, { id }] of Object.entries(about.sliders)) sliders.set(name, await find(this.model.widget_manager, id));
    if (generation !== this.generation) return; // another neuron has come meanwhile
    const listen = (target, event, react) => {
      target.on(event, react);
      this.undo.push(() => target.off(event, react));
    };
    for (const [name, slider] of sliders) {
      listen(slider, "change:value", (_, position, options) => {
        if (options?.updated_view) this.move(name, position); // moved on the page, not by the kernel
      });
    }
    this.figure = figure;
    this.neuron = neuron;
    this.about = about;
    this.rest = {};
    this.model.set("draws", true);
    this.model.save_changes();
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
    if (!this.moved.size) this.show(null);
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
    const trace = this.figure.get("yours").find((entry) => entry.uid === "yours_voltage");
    const y = trace && onGrid(line.v, line, floats(trace.x.float32));
    if (!y) return; // of another length: the kernel's picture will tell
    const [at, current] = corners(line);
    const { peak, fine } = about;
    const [x, upTo] = peak === null ? [[], []] : spikeLines(line, peak);
    this.show({
      traces: {
        yours_voltage: { y },
        yours_spikes: { x: Float32Array.from(x), y: Float32Array.from(upTo) },
        yours_raster: {
          x: Float32Array.from(line.spikes.flatMap((time) => [time, time, time])),
          y: Float32Array.from(line.spikes.flatMap(() => [...about.raster, NaN])),
        },
        yours_current: { x: at, y: current },
      },
      potential: fine && this.figure.get("event") && !this.figure.get("whole") ? null : extent(y, x.length ? peak : NaN),
      current: extent(current),
    });
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
}

function floats({ buffer, byteOffset, byteLength }) {
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** The least and the greatest of some values, and of one more. */
function extent(values, more = NaN) {
  let low = Infinity;
  let high = Number.isNaN(more) ? -Infinity : more;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return Number.isFinite(low) && Number.isFinite(high) ? [low, high] : null;
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
