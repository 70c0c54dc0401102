// The lines of "yours" over Plotly's picture: a drag draws them anew with each frame, which takes Plotly ten times as
// long. elements.js stands above this.

const FONT = '"Open Sans", verdana, arial, sans-serif'; // Plotly's
const FAR = 1e4; // px beyond a row, where nothing is seen: a potential that runs away must not overflow a coordinate

class Lines {
  constructor(parent) {
    this.svg = element("svg", { class: "pw-lines", "aria-hidden": "true" }, parent);
    this.notes = document.createElementNS(SVG, "g");
    this.parts = new Map(); // uid → { box, path, points }
  }

  /**
   * Draws traces, each cut off where its row ends, and notes over them.
   *
   * @param frameOf gives the place of two axes on the screen, and the pixels of a time and of a value.
   * @param look { color, paper } of the notes.
   */
  draw(traces, notes, frameOf, look) {
    const known = new Set(traces.map(({ uid }) => uid));
    for (const [uid, { box }] of this.parts) {
      if (!known.has(uid)) box.remove();
      if (!known.has(uid)) this.parts.delete(uid);
    }
    for (const trace of traces) this.drawTrace(trace, frameOf(trace.xaxis, trace.yaxis));
    const placed = notes.map((note) => [note, frameOf(note.xref === "paper" ? "x" : note.xref, note.yref)]);
    const shown = JSON.stringify([placed, look]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.svg.append(this.notes); // over all lines
    this.notes.replaceChildren();
    for (const [note, frame] of placed) this.drawNote(note, frame, look);
  }

  drawTrace({ uid, x, y, line, marker, opacity }, frame) {
    if (!this.parts.has(uid)) {
      const box = element("svg", { "data-uid": uid }, this.svg);
      const path = element("path", { fill: "none", "stroke-miterlimit": 2 }, box);
      this.parts.set(uid, { box, path, points: element("g", {}, box) });
    }
    const { box, path, points } = this.parts.get(uid);
    const { left, top, width, height } = frame;
    put(box, { display: width > 0 && height > 0 ? "inline" : "none" });
    if (!(width > 0 && height > 0)) return;
    put(box, { x: left, y: top, width, height, viewBox: `${left} ${top} ${width} ${height}` });
    put(path, { d: pathOf(x, y, frame), stroke: line.color, "stroke-width": line.width, opacity: opacity ?? 1 });
    points.replaceChildren();
    if (!marker) return;
    x.forEach((at, i) => {
      if (!Number.isFinite(y[i])) return;
      element("circle", { cx: frame.x(at), cy: frame.y(y[i]), r: marker.size / 2, fill: marker.color }, points);
    });
  }

  drawNote({ text, x, y, xref, xanchor, font }, frame, { color, paper }) {
    const at = {
      x: xref === "paper" ? frame.left + x * frame.width : frame.x(x), y: frame.y(y),
      "text-anchor": xanchor === "right" ? "end" : "start", "dominant-baseline": "central",
      "font-family": FONT, "font-size": font.size, fill: font.color ?? color,
      stroke: paper, "stroke-width": 4, "paint-order": "stroke", // no line runs through it
    };
    const plain = new DOMParser().parseFromString(text, "text/html").documentElement.textContent; // it is Plotly's
    element("text", at, this.notes, plain);
  }
}

/** Sets the attributes that are others than before. */
function put(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  }
}

/** The line through points, with a gap where a value is none. */
function pathOf(x, y, frame) {
  const [low, high] = [frame.top - FAR, frame.top + frame.height + FAR];
  let [path, pen] = ["", "M"];
  for (let i = 0; i < x.length; i++) {
    const value = frame.y(y[i]);
    if (Number.isNaN(value)) {
      pen = "M";
      continue;
    }
    path += `${pen}${Math.round(10 * frame.x(x[i])) / 10},${Math.round(10 * Math.min(Math.max(value, low), high)) / 10}`;
    pen = "L";
  }
  return path;
}
