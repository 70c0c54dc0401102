// Shows a figure with Plotly's script, by its public functions and events alone. plotly_script.js brings the script,
// plot_view.py is the other side.

const NO_PLACE = 100; // px: where there is less, such as in a cell that is still laid out, nothing is drawn
const KEPT = (globalThis[Symbol.for("plausiwidgets.plotly")] ??= new Map()); // version → { script, give }
const TOOLS = ["zoom2d", "pan2d", "resetScale2d", "toImage"]; // Plotly's own toolbar can upload a figure

function script(version) {
  let entry = KEPT.get(version);
  if (!entry) {
    KEPT.set(version, (entry = {}));
    entry.script = new Promise((give) => (entry.give = give));
  }
  return entry.script;
}

/** A figure as Plotly takes it: { float32: bytes } becomes an array. */
function unpacked(value) {
  if (Array.isArray(value)) return value.map(unpacked);
  if (value === null || typeof value !== "object") return value;
  if (value.float32 instanceof DataView) return numbers(value.float32, Float32Array);
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, unpacked(entry)]));
}

class PlotView {
  constructor(model, el, Plotly) {
    Object.assign(this, { model, el, Plotly });
    this.plot = html("div", "pw-plot-picture", el);
    this.undo = [];
    this.listen("change:number", () => this.draw()); // the last of what a message changes
    const size = new ResizeObserver(() => this.onSize());
    size.observe(el);
    this.undo.push(() => size.disconnect(), onTheme((dark) => this.tell({ dark })));
  }

  listen(event, react) {
    this.model.on(event, react);
    this.undo.push(() => this.model.off(event, react));
  }

  tell(values) {
    tellKernel(this.model, values);
  }

  /** What is drawn, as { data, layout }. */
  figure() {
    return unpacked(this.model.get("picture"));
  }

  /** Draws what the model says; a figure before the place has a size waits for it. */
  draw() {
    // Known from the observer: to ask for it during a drag would lay out the whole page.
    if ((this.room ?? this.el.clientWidth) < NO_PLACE) return;
    const { data, layout } = this.figure();
    if (!data) return;
    const number = this.model.get("number");
    this.react(data, layout).then(() => this.tell({ drawn_number: number }));
  }

  react(data, layout) {
    const done = this.Plotly.react(this.plot, data, layout, this.config());
    if (!this.begun) {
      this.begun = true;
      this.attach();
    }
    return Promise.resolve(done);
  }

  config() {
    return { displaylogo: false, modeBarButtons: [TOOLS], ...this.model.get("_config") };
  }

  attach() {
    this.plot.on("plotly_click", ({ points: [point] }) => {
      const { curveNumber: curve, pointNumber: index, x, y, customdata, text } = point;
      const data = customdata ?? null;
      this.model.send({ clicked: { curve, point: index, x, y, data, text: text ?? null } });
    });
  }

  onSize() {
    const { clientWidth: width, clientHeight: height } = this.el;
    this.room = width;
    if (width < NO_PLACE) return;
    this.tell({ width, height });
    if (!this.begun) this.draw();
    else if (!this.model.get("picture").layout.width) this.Plotly.Plots.resize(this.plot);
  }

  close() {
    for (const undo of this.undo.splice(0)) undo();
    if (this.begun) this.Plotly.purge(this.plot);
  }
}

/** The front end of a widget that is shown by a class as above. */
function widget(View) {
  return {
    async render({ model, el, signal }) {
      translate(model.get("texts"));
      el.classList.add("pw-plot");
      const Plotly = await script(model.get("_plotly"));
      if (signal?.aborted) return;
      const view = new View(model, el, Plotly);
      view.draw();
      return () => view.close();
    },
  };
}
