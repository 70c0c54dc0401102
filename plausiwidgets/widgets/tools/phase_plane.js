// The phase plane as one SVG: nullclines, flow, trajectory with a moving point, fixed points.
// A point that moves changes three attributes; all else is drawn anew only with a new scene.

const SECONDS = 7;  // for one pass of the moving point

function ticks(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(+(i * step).toPrecision(6));
  return found;
}

const shown = (value) => String(value).replace("-", "−");

// A mark says by its form what its colour says too: filled is stable, hollow is not, half is a saddle.
function mark(parent, x, y, kind) {
  const group = element("g", { class: "pw-fixed", transform: `translate(${x},${y})` }, parent);
  element("circle", { r: 6, class: kind.startsWith("stable") ? "pw-full" : "pw-hollow" }, group);
  if (kind === "saddle") element("path", { d: "M0,-6A6,6 0 0 0 0,6Z", class: "pw-full" }, group);
  if (kind === "borderline") element("circle", { r: 2, class: "pw-full" }, group);
  if (kind.endsWith("focus")) element("circle", { r: 9.5, class: "pw-turning" }, group);
  return group;
}

function nameOf(kind) {
  const names = {
    saddle: tr("saddle"), "stable node": tr("stable node"), "unstable node": tr("unstable node"),
    "stable focus": tr("stable focus"), "unstable focus": tr("unstable focus"), borderline: tr("borderline"),
    stable: tr("stable"), unstable: tr("unstable"),
  };
  return names[kind] ?? kind;
}

/** The rows (time, x, y, level) of a trajectory between two resets, up to where it diverges. */
function pieces(raw) {
  const found = [];
  let open = false;
  for (let i = 0; i < raw.length; i += 4) {
    if (Number.isNaN(raw[i])) {
      open = false;
      continue;
    }
    if (Number.isNaN(raw[i + 1]) || Number.isNaN(raw[i + 2])) break;
    if (!open) found.push([]);
    open = true;
    found.at(-1).push([raw[i], raw[i + 1], raw[i + 2], raw[i + 3]]);
  }
  return found;
}

const CELL = 4, NAME = 15;  // px: of the grid of what is covered, and the height of a name

/** Which cells of a picture have something drawn in them, to find a place for a text beside its curve. */
class Covered {
  constructor(width, height) {
    this.columns = Math.ceil(width / CELL);
    this.rows = Math.ceil(height / CELL);
    this.cells = new Uint8Array(this.columns * this.rows);
  }

  add(x, y, by = 1) {
    const [i, j] = [Math.floor(x / CELL), Math.floor(y / CELL)];
    if (i >= 0 && j >= 0 && i < this.columns && j < this.rows) this.cells[j * this.columns + i] = by;
  }

  line(points) {
    points.forEach(([x, y], i) => {
      const [from, to] = i ? points[i - 1] : [x, y];
      const steps = Math.min(Math.ceil(Math.hypot(x - from, y - to) / CELL) || 1, 500);
      for (let k = 1; k <= steps; k++) this.add(from + ((x - from) * k) / steps, to + ((y - to) * k) / steps);
    });
  }

  box(x, y, width, height) {
    for (let a = x; a < x + width; a += CELL) for (let b = y; b < y + height; b += CELL) this.add(a, b);
  }

  count(x, y, width, height) {
    let found = 0;
    for (let j = Math.floor(y / CELL); j * CELL < y + height; j++) {
      for (let i = Math.floor(x / CELL); i * CELL < x + width; i++) found += this.cells[j * this.columns + i] ?? 0;
    }
    return found;
  }

  /** The corner of a text beside its curve, as far to the right as there is a free place; null without a curve. */
  placeAt(lines, long, frame) {
    let best = null, least = Infinity;
    for (const [x, y] of lines.flat()) {
      for (const [left, top] of [[x + 4, y - NAME - 2], [x + 4, y + 3], [x - long - 4, y - NAME - 2], [x - long - 4, y + 3]]) {
        const fits = left >= frame.x + 2 && left + long <= frame.x + frame.width && top >= frame.y && top + NAME <= frame.y + frame.height;
        if (!fits) continue;
        const worth = 1000 * this.count(left, top, long, NAME) - x;
        if (worth < least) [best, least] = [[left, top], worth];
      }
    }
    if (best) this.box(...best, long, NAME);
    return best;
  }
}

function render({ model, el }) {
  translate(model.get("texts"));
  el.classList.add("pw-plane");
  const head = html("div", "pw-plane-head", el);
  const picture = html("div", "pw-plane-picture", el);
  const svg = element("svg", { role: "img", width: "100%" }, picture);
  const controls = html("div", "pw-plane-controls", el);
  const play = buttonOf(controls, "▶", () => (running ? stop() : start()));
  const scrub = html("input", "", controls);
  scrub.type = "range";
  scrub.min = 0;
  scrub.step = 1;
  scrub.setAttribute("aria-label", tr("Time of the moving point"));
  const clock = html("output", "pw-plane-time", controls);
  const caption = html("div", "pw-plane-caption", el);

  let scene = {}, rows = [], toX, toY, dot, layers = [], level = -1;
  let place = null;  // index of the row at which the point is; null: nowhere
  let running = 0, told = 0;

  const current = () => (place === null ? scene.usual : rows[place]?.[3]) ?? 0;

  function showLevel() {
    const now = current();
    if (now === level) return;
    level = now;
    layers.forEach((layer, i) => layer.classList.toggle("pw-other", i !== level));
    layers[level]?.parentNode.append(layers[level]);
    const found = scene.levels[level];
    caption.replaceChildren();
    html("b", "", caption, found.text);
    for (const point of found.points) {
      const item = html("span", "pw-plane-point", caption);
      item.title = tr("eigenvalues {values} per ms", { values: point.eigenvalues });
      mark(element("svg", { viewBox: "-11 -11 22 22", "aria-hidden": "true" }, item), 0, 0, point.kind);
      item.append(tr("{kind} at {place}", { kind: nameOf(point.kind), place: point.text }));
    }
    if (!found.points.length) html("span", "", caption, tr("no fixed point in view"));
    if (scene.sentence) html("span", "pw-hint", caption, scene.sentence);
  }

  // The same time in the figure of the potential.
  const figureOf = () => el.closest(".pw-explorer")?.querySelector(".pw-scene")?.pwScene;
  const pointInFigure = (time) => figureOf()?.pointAt(time);

  function moveTo(index) {
    place = index;
    const row = index === null ? null : rows[index];
    dot?.setAttribute("visibility", row ? "visible" : "hidden");
    if (row) {
      dot.setAttribute("cx", toX(row[1]));
      dot.setAttribute("cy", toY(row[2]));
      scrub.value = index;
      clock.textContent = `${shown(row[0].toFixed(row[0] < 100 ? 1 : 0))} ms`;
    } else {
      scrub.value = 0;
      clock.textContent = "";
    }
    pointInFigure(row ? row[0] : null);
    showLevel();
  }

  function tell() {  // the kernel needs the time only for neurons with more variables
    clearTimeout(told);
    if (!scene.variables?.length || model.get("others") !== "now") return;
    told = setTimeout(() => {
      tellKernel(model, { now: place === null ? 0 : rows[place][0] });
    }, 120);
  }

  function stop() {
    cancelAnimationFrame(running);
    running = 0;
    play.textContent = "▶";
    play.setAttribute("aria-label", tr("Let the point run"));
    tell();
  }

  function start() {
    if (rows.length < 2) return;
    const from = place === null || place >= rows.length - 1 ? 0 : place;
    const began = performance.now() - (from / rows.length) * SECONDS * 1000;
    play.textContent = "❚❚";
    play.setAttribute("aria-label", tr("Stop the point"));
    const frame = (now) => {
      const index = Math.floor(((now - began) / (SECONDS * 1000)) * rows.length);
      if (index >= rows.length) {
        moveTo(null);
        stop();
        return;
      }
      moveTo(Math.max(0, index));
      running = requestAnimationFrame(frame);
    };
    running = requestAnimationFrame(frame);
  }

  function menus() {
    head.replaceChildren();
    const all = scene.variables ?? [];
    if (!all.length) return;
    const pair = scene.names;
    const change = (name, value) => tellKernel(model, { [name]: value });
    const pairs = all.flatMap((x, i) => all.slice(i + 1).map((y) => [`${x} ${y}`, tr("{x} and {y}", { x, y })]));
    menuOf(head, tr("Variables of the plane"), pairs, pair.join(" "), (value) => change("pair", value));
    menuOf(head, tr("The other variables"), [["steady", tr("others: steady")], ["now", tr("others: as at the point")]],
      model.get("others"), (value) => change("others", value));
  }

  function draw() {
    scene = model.get("scene") ?? {};
    const width = Math.floor(picture.getBoundingClientRect().width);
    if (width < 60) return;
    svg.replaceChildren();
    layers = [];
    level = -1;
    if (!scene.levels) {
      controls.hidden = true;
      head.replaceChildren();
      caption.textContent = scene.message ?? "…";
      svg.setAttribute("height", 0);
      return;
    }
    controls.hidden = false;
    const whole = el.closest(".pw-screen")?.getBoundingClientRect().height ?? 800;
    const height = Math.round(Math.max(150, Math.min(310, width * 0.68, whole * 0.28)));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    const [[x0, x1], [y0, y1]] = scene.ranges;
    const frame = frameOf(width, height), right = frame.x + frame.width, bottom = frame.y + frame.height;
    const across = (x) => (x - x0) / (x1 - x0), up = (y) => (y - y0) / (y1 - y0);
    toX = (x) => acrossOf(frame, across(x));
    toY = (y) => upOf(frame, up(y));
    const clip = `pw-clip-${model.model_id ?? ""}`;
    element("rect", frame, element("clipPath", { id: clip }, element("defs", {}, svg)));
    const marked = (values, share) => values.map((value) => [share(value), shown(value)]);
    const [xs, ys] = [ticks(x0, x1, frame.width / 62), ticks(y0, y1, frame.height / 40)];
    axes(svg, frame, [marked(xs, across), marked(ys, up)], scene.labels);
    element("path", { d: `M${LEFT},${TOP}V${bottom}H${right}`, class: "pw-axis" }, svg);
    const inside = element("g", { "clip-path": `url(#${clip})` }, svg);

    if (scene.names.length === 1) element("path", { d: `M${LEFT},${toY(0)}H${right}`, class: "pw-zero" }, inside);
    const stack = element("g", {}, inside);
    const onScreen = (values, stride) => {
      const points = [];
      for (let i = 0; i < values.length; i += stride) points.push([toX(values[i]), toY(values[i + 1])]);
      return points;
    };
    const raw = numbers(scene.path, Float32Array);
    const trajectory = scene.names.length > 1 ? pieces(raw).map((piece) => piece.map(([, x, y]) => [toX(x), toY(y)])) : [];
    for (const each of scene.levels) {
      const layer = element("g", { class: "pw-layer pw-other" }, stack);
      layers.push(layer);
      const arrows = numbers(each.arrows, Float32Array);
      let d = "";
      for (let i = 0; i < arrows.length; i += 4) {
        const u = arrows[i + 2] * frame.width, v = -arrows[i + 3] * frame.height;
        const size = Math.hypot(u, v);
        if (!size) continue;
        const [x, y, a, b] = [toX(arrows[i]), toY(arrows[i + 1]), (u / size) * 7, (v / size) * 7];
        const p = (k, l) => `${(x + k).toFixed(1)},${(y + l).toFixed(1)}`;
        d += `M${p(-a, -b)}L${p(a, b)}M${p(a - 0.55 * a + 0.32 * b, b - 0.55 * b - 0.32 * a)}L${p(a, b)}L${p(a - 0.55 * a - 0.32 * b, b - 0.55 * b + 0.32 * a)}`;
      }
      element("path", { d, class: "pw-arrows" }, layer);
      const curves = each.nullclines.map((lines) => lines.map((line) => onScreen(numbers(line, Float32Array), 2)));
      const covered = new Covered(width, height);
      for (const line of [...curves.flat(), ...trajectory]) covered.line(line);
      for (const point of each.points) covered.box(toX(point.x) - 10, toY(point.y) - 10, 20, 20);
      curves.forEach((lines, k) => {
        const path = lines.map((line) => `M${line.map((point) => point.join()).join("L")}`).join("");
        element("path", { d: path, class: `pw-nullcline pw-nullcline-${k}` }, layer);
        const text = scene.names.length > 1 ? `d${scene.names[k]}/dt = 0` : `d${scene.names[0]}/dt`;
        const at = covered.placeAt(lines, 7.4 * text.length, frame);
        if (at) element("text", { x: at[0], y: at[1] + NAME - 3, class: `pw-nullcline-name pw-nullcline-${k}` }, layer, text);
      });
      for (const point of each.points) {
        const made = mark(layer, toX(point.x), toY(point.y), point.kind);
        element("title", {}, made,
          `${nameOf(point.kind)}: ${point.text}; ${tr("eigenvalues {values} per ms", { values: point.eigenvalues })}`);
      }
    }

    rows = pieces(raw).flat();
    if (scene.names.length > 1) {  // on a line it would run along the curves that are there
      const jumps = trajectory.slice(1).map((piece, i) => `M${trajectory[i].at(-1)}L${piece[0]}`);
      element("path", { d: jumps.join(""), class: "pw-reset" }, inside);
      element("path", { d: trajectory.map((piece) => `M${piece.join("L")}`).join(""), class: "pw-trajectory" }, inside);
    }
    dot = element("circle", { r: 6.5, class: "pw-dot", visibility: "hidden" }, inside);
    const name = scene.names.length > 1 ? tr("Phase plane") : tr("Phase line");
    svg.setAttribute("aria-label", `${name}: ${scene.names.join(", ")}`);
    scrub.max = Math.max(0, rows.length - 1);
    if (scene.fit) menus();
    if (place !== null) place = Math.min(place, rows.length - 1);
    moveTo(place !== null && place >= 0 ? place : null);
  }

  const { soon, end } = drawing(picture, draw);
  play.setAttribute("aria-label", tr("Let the point run"));
  scrub.addEventListener("input", () => {
    if (running) stop();
    moveTo(+scrub.value);
    tell();
  });
  model.on("change:scene", soon);
  soon();

  // Pointing at the potential moves the point.
  let figure = null;
  const onMove = (event) => {
    if (running || !rows.length || !el.isConnected) return;
    const time = figure.timeAt(event.clientX);
    if (time === null || !(time >= rows[0][0] && time <= rows[rows.length - 1][0])) return;
    let [low, high] = [0, rows.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (rows[middle][0] <= time) low = middle;
      else high = middle;
    }
    moveTo(low);
  };
  const onLeave = () => {
    if (!running) moveTo(null);
  };
  const attach = setInterval(() => {
    if (!figureOf()) return;
    clearInterval(attach);
    figure = figureOf();
    figure.el.addEventListener("mousemove", onMove);
    figure.el.addEventListener("mouseleave", onLeave);
  }, 300);

  return () => {
    cancelAnimationFrame(running);
    end();
    clearInterval(attach);
    clearTimeout(told);
    figure?.pointAt(null);
    figure?.el.removeEventListener("mousemove", onMove);
    figure?.el.removeEventListener("mouseleave", onLeave);
    model.off("change:scene", soon);
  };
}

export default { render };
