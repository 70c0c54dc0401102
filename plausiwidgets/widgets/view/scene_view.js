// Shows a scene: the traces of all roles from the kernel, or those of "yours" from the page while it simulates a drag.
// plot_view.js, file_output.js, lines.js and marks.js stand above this; scene_view.py is the other side.
//
// Plotly's plot has the axes and what a drag leaves as it is, and takes the mouse; over it lie the lines of "yours".

const BEHIND = ["target", "pinned", "best"]; // back to front
const AXES = { potential: "yaxis", current: "yaxis3" };
const PICTURE_STYLES = [
  "fill", "stroke", "stroke-width", "opacity", "font-size", "font-weight", "font-family", "paint-order", "display",
];

const wider = ([a, b], [c, d]) => [Math.min(a, c), Math.max(b, d)];

class SceneView extends PlotView {
  constructor(...all) {
    super(...all);
    this.el.classList.add("pw-scene");
    this.el.pwScene = this; // for other parts of the explorer
    this.lines = new Lines(this.el);
    this.readout = html("div", "pw-readout", this.el);
    this.readout.hidden = true;
    this.known = new Map(); // role → [what the kernel sent, the same with its arrays]
    this.zoomed = {}; // axis → range
    this.widened = {};
    this.marks = new Marks(this);
    this.cursor = html("div", "pw-cursor", this.el);
    this.cursor.hidden = true;
    this.listen("change:live", () => this.draw());
  }

  config() {
    const { Icons } = this.Plotly;
    const reset = { name: "reset", title: tr("Reset axes"), icon: Icons.home, click: () => this.reset() };
    const save = { name: "save", title: tr("Save as PNG"), icon: Icons.camera, click: () => this.save() };
    return { ...super.config(), modeBarButtons: [["zoom2d", "pan2d", reset, save]] };
  }

  traces(role) {
    const sent = this.model.get(role);
    if (this.known.get(role)?.[0] !== sent) this.known.set(role, [sent, unpacked(sent)]);
    return this.known.get(role)[1];
  }

  figure() {
    const picture = this.model.get("picture");
    if (!picture.layout?.width) return {};
    const layout = structuredClone(picture.layout);
    const live = this.model.get("live") ?? {};
    if (layout.meta.fitted !== this.fitted) {
      this.fitted = layout.meta.fitted;
      this.zoomed = {};
      this.widened = {};
    }
    for (const [name, axis] of Object.entries(AXES)) {
      if (!layout[axis]) continue;
      if (live[name]) this.widened[axis] = roomFor(live[name], this.widened[axis] ?? layout[axis].range);
      if (this.widened[axis]) layout[axis].range = wider(layout[axis].range, this.widened[axis]);
    }
    for (const [axis, range] of Object.entries(this.zoomed)) if (layout[axis]) layout[axis].range = [...range];
    const drawn = (trace) => (live.traces?.[trace.uid] ? { ...trace, ...live.traces[trace.uid] } : trace);
    return { data: this.traces("yours").map(drawn), layout };
  }

  react(data, layout) {
    this.shown = layout;
    const behind = BEHIND.map((role) => this.traces(role));
    const below = [this.model.get("picture"), JSON.stringify([this.widened, this.zoomed]), ...behind];
    let done = Promise.resolve();
    if (below.some((part, i) => part !== this.below?.[i])) {
      this.below = below;
      const annotations = layout.annotations.filter((note) => !onTop(note));
      done = super.react([...axesOf(layout), ...behind.flat()], { ...layout, annotations });
    }
    this.data = data;
    this.place();
    return done;
  }

  /** The place of two axes: margins and domains are fixed, so that pixels are arithmetic. */
  frameOf(x, y, zoomed = this.zoomed) {
    const { width, height, margin, ...layout } = this.shown;
    const [xaxis, yaxis] = [x, y].map((name) => `${name[0]}axis${name.slice(1)}`);
    const inner = height - margin.t - margin.b;
    const [from, to] = layout[yaxis].domain;
    const [begin, end] = zoomed[xaxis] ?? layout[xaxis].range;
    const [low, high] = zoomed[yaxis] ?? layout[yaxis].range;
    const frame = {
      left: margin.l, width: width - margin.l - margin.r, top: margin.t + (1 - to) * inner, height: (to - from) * inner,
    };
    return Object.assign(frame, {
      x: (t) => frame.left + ((t - begin) / (end - begin)) * frame.width,
      y: (v) => frame.top + ((high - v) / (high - low)) * frame.height,
      t: (px) => begin + ((px - frame.left) / frame.width) * (end - begin),
      ranges: [begin, end, low, high],
    });
  }

  /** Puts lines and marks where the axes are. */
  place(zoomed = this.zoomed) {
    const { yaxis3, annotations, template } = this.shown;
    const frame = (this.frame = this.frameOf("x", "y", zoomed));
    const lowest = this.frameOf("x", yaxis3 ? "y3" : "y", zoomed);
    frame.bottom = lowest.top + lowest.height;
    const { font, paper_bgcolor: paper } = template.layout;
    const look = { color: font.color, paper };
    this.lines.draw(this.data, annotations.filter(onTop), (x, y) => this.frameOf(x, y, zoomed), look);
    this.marks.draw(JSON.stringify(frame));
  }

  attach() {
    super.attach();
    this.marks.attach();
    this.plot.on("plotly_relayout", (changes) => this.onZoom(changes));
    this.plot.on("plotly_relayouting", (changes) => this.place({ ...this.zoomed, ...rangesIn(changes) })); // a pan
    this.plot.on("plotly_doubleclick", () => this.reset());
    const listen = (event, react) => this.el.addEventListener(event, react);
    listen("mousemove", (event) => this.read(event));
    listen("mouseleave", () => (this.readout.hidden = true));
  }

  /** Says the time under the mouse, and what each line has there. */
  read({ clientX, clientY, buttons }) {
    const time = this.timeAt(clientX);
    const box = this.el.getBoundingClientRect();
    const [x, y] = [clientX - box.left, clientY - box.top];
    const { top, bottom, left, width } = this.frame ?? {};
    this.readout.hidden = time === null || buttons > 0 || !(y >= top && y <= bottom);
    if (this.readout.hidden) return;
    const traces = [...(this.data ?? []), ...["best", "pinned", "target"].flatMap((role) => this.traces(role))];
    const rows = [[`${shortened(time)} ms`]];
    for (const { uid, name, x: times, y: values, line } of traces) {
      const row = { voltage: "mV", current: this.model.get("unit") }[uid.split("_")[1]];
      if (row === undefined || !times.length || (uid.endsWith("current") && !uid.startsWith("yours"))) continue;
      const value = valueAtTime(times, values, time);
      if (Number.isFinite(value)) rows.push([`${uid.endsWith("current") ? tr("current") : name} ${shortened(value)} ${row}`, line.color]);
    }
    this.readout.replaceChildren();
    for (const [text, colour] of rows) {
      const made = html("div", "", this.readout, text);
      if (colour) made.style.borderLeftColor = colour;
    }
    const right = x > left + width / 2;
    this.readout.style.cssText = `${right ? "right" : "left"}:${(right ? box.width - x : x) + 14}px;top:${Math.min(y, bottom - 90)}px`;
  }

  onZoom(changes) {
    const found = rangesIn(changes);
    if (!Object.keys(found).length) return;
    Object.assign(this.zoomed, found);
    this.place();
    if (found.xaxis) this.tell({ zoom: [...found.xaxis] });
  }

  /** Forgets a zoom. */
  reset() {
    this.zoomed = {};
    this.tell({ zoom: [] });
    this.draw();
  }

  onSize() {
    super.onSize();
    if (!this.begun || !this.frame) return;
    this.marks.drawn = null; // letters may have another size now
    this.place();
  }

  // -- for other parts of the explorer ----------------------------------------------------------

  /** The time in ms below a point of the window; null beside the axis. */
  timeAt(clientX) {
    if (!this.frame) return null;
    const x = clientX - this.el.getBoundingClientRect().left;
    return x >= this.frame.left && x <= this.frame.left + this.frame.width ? this.frame.t(x) : null;
  }

  /** Draws a line at a time in ms; null takes it away. */
  pointAt(time) {
    const x = time === null || !this.frame ? NaN : this.frame.x(time);
    const { left, width, top, bottom } = this.frame ?? {};
    this.cursor.hidden = !(x >= left && x <= left + width);
    if (!this.cursor.hidden) this.cursor.style.cssText = `left:${x}px;top:${top}px;height:${bottom - top}px`;
  }

  /** The picture as the text of an SVG, with the marks: { text, width, height }. */
  async picture() {
    const { width, height } = this.shown;
    const options = { format: "svg", width, height };
    const read = (url) => {
      const text = decodeURIComponent(url.slice(url.indexOf(",") + 1));
      return new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    };
    const whole = read(await this.Plotly.toImage(this.plot, options));
    whole.append(this.lines.svg.cloneNode(true));
    const marks = this.marks.svg.cloneNode(true);
    const [all, copies] = [this.marks.svg, marks].map((one) => [one, ...one.querySelectorAll("*")]);
    copies.forEach((copy, i) => {
      const style = getComputedStyle(all[i]);
      copy.removeAttribute("style");
      for (const name of PICTURE_STYLES) copy.style.setProperty(name, style.getPropertyValue(name));
    });
    const { left, top, width: wide, height: high } = this.frame;
    for (const [name, value] of Object.entries({ x: left, y: top, width: wide, height: high })) {
      marks.setAttribute(name, value);
    }
    whole.append(marks);
    return { text: new XMLSerializer().serializeToString(whole), width, height };
  }

  /** The picture as a PNG at twice the resolution, as a blob. */
  async png() {
    const { text, width, height } = await this.picture();
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = new OffscreenCanvas(2 * width, 2 * height);
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    context.drawImage(image, 0, 0, width, height);
    return canvas.convertToBlob();
  }

  async save() {
    save(await this.png(), "neuron.png");
  }
}

/** For each row a trace without a point: Plotly draws only axes that have traces. */
function axesOf(layout) {
  return Object.entries(layout).filter(([name]) => /^yaxis\d*$/.test(name)).map(([name, { anchor }]) => (
    { uid: name, x: [null], y: [null], xaxis: anchor ?? "x", yaxis: name.replace("axis", ""), hoverinfo: "skip" }
  ));
}

/** Whether a note belongs to what is drawn, and not to the axes. */
function onTop(note) {
  return !note.yref.includes("domain");
}

/** The value of a line at a time between its points. */
function valueAtTime(times, values, time) {
  let [low, high] = [0, times.length - 1];
  if (!(time >= times[low] && time <= times[high])) return NaN;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= time) low = middle;
    else high = middle;
  }
  const share = times[high] > times[low] ? (time - times[low]) / (times[high] - times[low]) : 0;
  return values[low] + share * (values[high] - values[low]);
}

function shortened(value) {
  return String(Number(value.toPrecision(4))).replace("-", "\u2212");
}

/** The ranges of axes in an event of Plotly. */
function rangesIn(changes) {
  const found = {};
  for (const [key, value] of Object.entries(changes)) {
    const [, axis, end] = key.match(/^([xy]axis\d*)\.range(?:\[([01])\])?$/) ?? [];
    if (!axis) continue;
    if (end === undefined) found[axis] = value;
    else (found[axis] ??= [])[end] = value;
  }
  return found;
}

/** A range that holds another one, with some room so that it does not change with every frame of a drag. */
function roomFor([low, high], range) {
  const room = 0.08 * Math.max(range[1] - range[0], high - low);
  return [low < range[0] ? low - room : range[0], high > range[1] ? high + room : range[1]];
}

export default widget(SceneView);
