// The figure: potential, spikes and current above each other on one time axis, on a canvas. It follows the rules of the
// explorer's scene (view/scene.py): the potential as it was simulated, and thin lines to the peak where a neuron resets.

/** Rest, threshold and peak of one neuron onto those of another. */
function ontoScale(v, [rest, threshold, peak], other) {
  const below = (other[1] - other[0]) / (threshold - rest);
  const above = (other[2] - other[1]) / (peak - threshold);
  return v.map((x) => (x <= threshold ? other[0] + (x - rest) * below : other[1] + (x - threshold) * above));
}

function extent(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const x of values) {
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return [low, high];
}

/** A range that is a little wider. */
function padded([low, high], share) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [-1, 1];
  const margin = share * (high - low) || 0.5;
  return [low - margin, high + margin];
}

function ticks([low, high], most) {
  const rough = (high - low) / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(k * step);
  return found;
}

/** Draws a line {t0, dt, v} or {t, v} as a path, minimum and maximum of each pixel column where there are many points. */
function tracePath(context, line, v, [begin, end], x, y, columns) {
  const at = line.t ? (k) => line.t[k] : (k) => line.t0 + k * line.dt;
  let first = 0;
  let last = v.length;
  if (!line.t) {
    first = Math.max(Math.floor((begin - line.t0) / line.dt) - 1, 0);
    last = Math.min(Math.ceil((end - line.t0) / line.dt) + 2, v.length);
  }
  let drawing = false;
  const point = (time, value) => {
    if (!Number.isFinite(value)) {
      drawing = false;
    } else if (drawing) {
      context.lineTo(x(time), y(value));
    } else {
      context.moveTo(x(time), y(value));
      drawing = true;
    }
  };
  context.beginPath();
  const width = Math.ceil((last - first) / columns);
  if (line.t || width <= 2) {
    for (let k = first; k < last; k++) point(at(k), v[k]);
  } else {
    for (let k = first; k < last; k += width) {
      let low = k;
      let high = k;
      for (let j = k + 1; j < Math.min(k + width, last); j++) {
        if (v[j] < v[low]) low = j;
        if (v[j] > v[high]) high = j;
      }
      point(at(Math.min(low, high)), v[Math.min(low, high)]);
      if (low !== high) point(at(Math.max(low, high)), v[Math.max(low, high)]);
    }
  }
  context.stroke();
}

/** Draws the lines from the potential up to the peak of each spike. */
function drawRises(context, { rises: [times, values] }, x, y) {
  context.beginPath();
  for (let i = 0; i < times.length; i += 3) {
    context.moveTo(x(times[i]), y(values[i]));
    context.lineTo(x(times[i]), y(values[i + 1]));
  }
  context.stroke();
}

/** Sizes a canvas to its place on the page; returns a context in CSS pixels, and its width and height. */
function prepared(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.lineJoin = "round";
  return [context, width, height];
}

/** Draws the grid of two axes within a frame of a canvas, at some values of each; returns how texts are written on it. */
function drawGrid(context, { left, right, top, bottom }, theme, [xs, ys], px, py) {
  const write = (words, x, y, align) => {
    context.fillStyle = theme.text;
    context.textAlign = align;
    context.textBaseline = "middle";
    context.fillText(words, x, y);
  };
  context.font = "12px system-ui, sans-serif";
  context.strokeStyle = theme.grid;
  context.lineWidth = 1;
  context.setLineDash([]);
  for (const x of xs) {
    context.strokeRect(px(x), top, 0, bottom - top);
    write(plain(x), px(x), bottom + 13, "center");
  }
  for (const y of ys) {
    context.strokeRect(left, py(y), right - left, 0);
    write(plain(y), left - 6, py(y), "right");
  }
  return write;
}

/** A sketch of some potentials, without axes. */
function drawSketch(canvas, lines, colours, dashes, range) {
  const [context, width, height] = prepared(canvas);
  const begin = Math.min(...lines.map(({ line }) => (line.t ? line.t[0] : line.t0)));
  const ends = lines.map(({ line, v }) => (line.t ? line.t.at(-1) : line.t0 + v.length * line.dt));
  const end = Math.max(...ends);
  const x = (t) => 2 + ((t - begin) / (end - begin)) * (width - 4);
  const y = (value) => 3 + ((range[1] - value) / (range[1] - range[0])) * (height - 6);
  for (const entry of lines) {
    const { role, line, v } = entry;
    context.strokeStyle = colours[role];
    context.lineWidth = role === "yours" ? 1.5 : 1.2;
    context.setLineDash(dashes[role].map((length) => length * 0.7));
    tracePath(context, line, v, [begin, end], x, y, width);
    context.lineWidth = 0.8;
    context.setLineDash([]);
    drawRises(context, entry, x, y);
  }
}

class Figure {
  /** @param canvas its place. @param onWindow called with [begin, end] in ms that was dragged out, or null. */
  constructor(canvas, onWindow, onPoint) {
    this.canvas = canvas;
    this.content = null;
    this.cursor = null;
    this.selecting = null;
    const timeAt = (event) => {
      const { left, plot } = this.frame;
      const { begin, end } = this.content;
      const share = (event.clientX - canvas.getBoundingClientRect().left - left) / plot;
      return begin + Math.min(Math.max(share, 0), 1) * (end - begin);
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (!this.content || event.button !== 0) return;
      this.selecting = [timeAt(event), timeAt(event)];
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.content) return;
      if (this.selecting) this.selecting[1] = timeAt(event);
      this.cursor = timeAt(event);
      onPoint(this.cursor);
      this.redraw();
    });
    canvas.addEventListener("pointerup", () => {
      const selected = this.selecting && [...this.selecting].sort((a, b) => a - b);
      this.selecting = null;
      if (!selected) return;
      const { begin, end } = this.content;
      if (selected[1] - selected[0] > 0.01 * (end - begin)) onWindow(selected);
      else this.redraw();
    });
    for (const name of ["pointerleave", "pointercancel"]) {
      canvas.addEventListener(name, () => {
        this.cursor = this.selecting = null;
        onPoint(null);
        this.redraw();
      });
    }
    canvas.addEventListener("dblclick", () => onWindow(null));
  }

  /** Shows {lines, begin, end, vRange, iRange, unit, theme, dashes, roles, divergedAt}. */
  show(content) {
    this.content = content;
    this.redraw();
  }

  redraw() {
    const { content, canvas } = this;
    if (!content || !canvas.clientWidth) return;
    const [context, width, height] = prepared(canvas);
    const { theme, dashes, lines, begin, end } = content;
    const small = width < 620;
    const size = small ? 12 : 15;
    const left = small ? 60 : 72;
    const plot = width - left - (small ? 8 : 14);
    const axis = size * 2.6;
    const raster = size * 3.2;
    const current = small ? 48 : 74;
    const gap = small ? 8 : 12;
    const top = size * 1.4;
    const voltage = height - top - raster - current - axis - 2 * gap - size;
    this.frame = { left, plot };
    context.font = `${size}px system-ui, sans-serif`;
    context.textBaseline = "middle";
    const x = (t) => left + ((t - begin) / (end - begin)) * plot;
    const rows = { voltage: top, raster: top + voltage + gap, current: top + voltage + raster + 2 * gap + size };
    const scale = (row, rowHeight, [low, high]) => (value) => row + ((high - value) / (high - low)) * rowHeight;
    const yVoltage = scale(rows.voltage, voltage, content.vRange);
    const yCurrent = scale(rows.current, current, content.iRange);
    const bottom = rows.current + current;

    // Grid and axes.
    context.lineWidth = 1;
    context.setLineDash([]);
    const hair = (x0, y0, x1, y1, colour) => {
      context.strokeStyle = colour;
      context.beginPath();
      context.moveTo(Math.round(x0) + 0.5, Math.round(y0) + 0.5);
      context.lineTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
      context.stroke();
    };
    const text = (words, x0, y0, align, colour = theme.text) => {
      context.fillStyle = colour;
      context.textAlign = align;
      context.fillText(words, x0, y0);
    };
    for (const t of ticks([begin, end], plot / (small ? 70 : 110))) {
      hair(x(t), rows.voltage, x(t), rows.voltage + voltage, theme.grid);
      hair(x(t), rows.current, x(t), bottom, theme.grid);
      const half = context.measureText(plain(t)).width / 2;
      text(plain(t), Math.min(x(t), width - half - 1), bottom + size * 0.8, "center");
    }
    text(tr("time (ms)"), left + plot / 2, bottom + size * 2.1, "center");
    for (const [range, y, many] of [[content.vRange, yVoltage, Math.max(voltage / 50, 3)], [content.iRange, yCurrent, 3]]) {
      for (const value of ticks(range, many)) {
        hair(left, y(value), left + plot, y(value), theme.grid);
        text(plain(value), left - 6, y(value), "right");
      }
    }
    const potential = tr("membrane potential (mV)");
    const named = content.potentialUnit === "1" ? potential.replace(" (mV)", "") : potential.replace("mV", content.potentialUnit);
    text(named, left, size * 0.6, "left");
    text(tr("injected current ({unit})", content), left, rows.current - size * 0.7, "left");

    // What is drawn is cut off at its row.
    const clipped = (row, rowHeight, draw) => {
      context.save();
      context.beginPath();
      context.rect(left, row - 2, plot, rowHeight + 4);
      context.clip();
      draw();
      context.restore();
    };
    clipped(rows.voltage, voltage, () => {
      for (const entry of lines) {
        const { role, line, v } = entry;
        context.strokeStyle = theme[role];
        context.lineWidth = small ? 1.7 : 2;
        context.setLineDash(dashes[role]);
        tracePath(context, line, v, [begin, end], x, yVoltage, plot);
        context.lineWidth = 1;
        context.globalAlpha = 0.55;
        context.setLineDash([]);
        drawRises(context, entry, x, yVoltage);
        context.globalAlpha = 1;
      }
      if (Number.isFinite(content.divergedAt)) {
        const place = Math.min(Math.max(x(content.divergedAt), left + 8), left + plot - 90);
        text(`✗ ${tr("diverged")}`, place, rows.voltage + voltage / 2, "left", theme.warning);
      }
    });
    clipped(rows.current, current, () => {
      context.lineWidth = small ? 1.7 : 2;
      for (const { role, line, current: injected } of lines) {
        if (!injected) continue; // of a recording
        context.strokeStyle = theme[role];
        context.setLineDash(dashes[role]);
        tracePath(context, line, injected, [begin, end], x, yCurrent, plot);
      }
    });
    const lane = raster / Math.max(lines.length, 1);
    lines.forEach(({ role, line }, i) => {
      const middle = rows.raster + (i + 0.5) * lane;
      text(tr(content.roles[role]), left - 6, middle, "right", theme[role]);
      clipped(rows.raster, raster, () => {
        context.strokeStyle = theme[role];
        context.lineWidth = 2;
        context.setLineDash([]);
        context.beginPath();
        for (const time of line.spikes) {
          context.moveTo(x(time), middle - lane * 0.36);
          context.lineTo(x(time), middle + lane * 0.36);
        }
        context.stroke();
      });
    });
    for (const [row, rowHeight] of [[rows.voltage, voltage], [rows.raster, raster], [rows.current, current]]) {
      hair(left, row, left, row + rowHeight, theme.line);
    }
    hair(left, bottom, left + plot, bottom, theme.line);
    if (this.selecting) {
      const [a, b] = this.selecting.map(x);
      context.fillStyle = theme.yours;
      context.globalAlpha = 0.15;
      context.fillRect(Math.min(a, b), rows.voltage, Math.abs(b - a), bottom - rows.voltage);
      context.globalAlpha = 1;
    } else if (this.cursor !== null) {
      hair(x(this.cursor), rows.voltage, x(this.cursor), bottom, theme.line);
    }
  }
}
