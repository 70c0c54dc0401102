// What the criteria measure, as an SVG over Plotly's picture of the potential. Pointing at a criterion, or reaching
// it with the tab key, brings its marks forward; pointing at a mark brings its criterion forward.

const LANE = 21, LANES = 3; // px with letters of SIZE, and how many of them
const POINT = 6; // px from a single spike to the end of its mark, and a little space
const SIZE = 12; // px
const ROOM = 290; // px that the title of the time axis and a button with words need
const LEAST = 20; // px: a narrower figure has no marks

// Where the text of an arrow from a to b stands: within it, else behind, before or above it, and never cut off.
function textOfArrow(a, b, text, letter, left, right) {
  const long = 1.08 * letter * text.length;
  const middle = (Math.max(a, left) + Math.min(b, right)) / 2;
  if (b - a >= long + 14) return { x: middle, anchor: "middle", beside: false, from: a, to: b };
  if (b + 6 + long <= right) return { x: b + 6, anchor: "start", beside: true, from: a, to: b + 6 + long };
  if (a - 6 - long >= left) return { x: a - 6, anchor: "end", beside: true, from: a - 6 - long, to: b };
  const above = Math.max(Math.min(middle, right - long / 2), left + long / 2);
  return { x: above, anchor: "middle", beside: false, from: Math.min(a, above - long / 2), to: Math.max(b, above + long / 2) };
}

// Marks of one criterion share a lane; one that does not overlap another may share its lane.
function lanes(shapes, x, letter, left, right) {
  const ends = [];
  const groups = new Map();
  for (const shape of shapes) {
    if (shape.form !== "bracket" && shape.form !== "arrow") continue;
    const key = `${shape.form} ${shape.criteria.join()}`;  // an arrow and a spike of one criterion may be neighbours
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(shape);
  }
  const found = new Map();
  for (const group of groups.values()) {
    const spans = group.map((shape) => {
      const [a, b] = [x(shape.t0), x(shape.t1)], long = letter * shape.text.length + 6;
      if (shape.form === "bracket" && b - a < 2) return [a - POINT, b + 8 + long];
      if (shape.form === "bracket" && b - a < long) return [a, shape.text.includes(" ") ? b + 8 + long : b];
      if (shape.form === "bracket") return [a, b];
      const { from, to } = textOfArrow(a, b, shape.text, letter, left, right);
      return [from, to];
    });
    let lane = ends.findIndex((taken) => spans.every(([a, b]) => taken.every(([c, d]) => b <= c + 1 || d <= a + 1)));
    if (lane < 0) lane = ends.push([]) - 1;
    ends[lane].push(...spans);
    group.forEach((shape) => found.set(shape, lane));
  }
  return found;
}

// The numbers of brackets side by side: where there is no room for the longest beside its neighbours, there is none.
function crowded(shapes, x, letter) {
  const found = new Set();
  const rows = new Map();
  for (const shape of shapes) {
    if (shape.form !== "bracket") continue;
    const key = shape.criteria.join();
    rows.set(key, [...(rows.get(key) ?? []), shape]);
  }
  for (const row of rows.values()) {
    const middles = row.map((shape) => (x(shape.t0) + x(shape.t1)) / 2);
    const longest = letter * Math.max(...row.map((shape) => shape.text.length)) + 5;
    row.forEach((shape, i) => {
      const near = Math.min(...middles.map((m, j) => (i === j ? Infinity : Math.abs(m - middles[i]))));
      if (near < longest) found.add(shape);
    });
  }
  return found;
}

// Where the text of a band stands that would begin at (x, y): below those that are already there.
function below(texts, x, y, long, high) {
  const hidden = () => texts.some((one) => x < one.x + one.long && one.x < x + long && Math.abs(y - one.y) < high);
  while (hidden()) y += 1;
  texts.push({ x, y, long });
  return y;
}

class Marks {
  /** @param view the scene that they are marks of; its place may lie in an explorer, whose criteria are listened to. */
  constructor(view) {
    this.view = view;
    this.hot = "";
    this.svg = element("svg", { class: "pw-marks", "aria-hidden": "true" }, view.el);
    this.button = html("button", "pw-whole", view.el);
    this.button.type = "button";
    this.button.hidden = true;
    this.button.addEventListener("click", () => view.tell({ whole: !view.model.get("whole") }));
  }

  /** Listens to the criteria of the explorer around it, once the page has it. */
  attach() {
    this.root = this.view.el.closest(".pw-explorer");
    if (!this.root) return;
    const listen = (event, react) => {
      this.root.addEventListener(event, react);
      this.view.undo.push(() => this.root.removeEventListener(event, react));
    };
    const onOver = (event) => this.light(event.target.closest?.("[data-criterion]")?.dataset.criterion ?? "");
    listen("pointerover", onOver);
    listen("focusin", onOver);
    listen("focusout", (event) => event.relatedTarget?.closest?.("[data-criterion]") ?? this.light(""));
  }

  light(key) {
    if (key === this.hot) return;
    this.hot = key;
    this.draw();
    this.rows(key);
  }

  rows(key) {
    for (const row of this.root?.querySelectorAll("[data-criterion]") ?? [])
      row.classList.toggle("pw-hot-row", key !== "" && row.dataset.criterion === key);
  }

  /** Draws the marks into the frame of the potential, where that, the marks or what is chosen are others than before. */
  draw(place = this.place) {
    const { svg, button, hot, view } = this;
    const { model, frame } = view;
    if (!frame) return;
    svg.style.display = frame.width < LEAST ? "none" : "";
    if (frame.width < LEAST) return;
    const now = [place, hot, model.get("signs"), model.get("event"), model.get("whole")];
    if (now.every((part, i) => part === this.drawn?.[i])) return;
    [this.place, this.drawn] = [place, now];
    // It changes with the size of the figure only. To ask for it lays out the whole page, which a drag has no time for.
    const scale = (parseFloat(getComputedStyle(svg).fontSize) || SIZE) / SIZE, letter = 6.5 * scale;
    const { left, top, width, height, x, y } = frame;
    const all = model.get("signs");
    svg.replaceChildren();
    svg.style.cssText = `left:${left}px;top:${top}px;width:${width}px;height:${height}px`;
    svg.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
    button.hidden = !model.get("event");
    button.style.cssText = `right:${view.shown.margin.r}px;bottom:1px`; // beside the title of the time axis
    const words = model.get("whole") ? tr("the event") : tr("whole sweep");
    button.textContent = width < ROOM * scale ? "\u2194" : words;
    button.title = button.ariaLabel = words;
    const chosen = hot ? all.filter((shape) => shape.criteria.includes(hot)) : all;
    const placed = lanes(chosen, x, letter, left, left + width);
    const without = crowded(chosen, x, letter);
    const texts = []; // of bands
    for (const shape of chosen) {
      const [a, b] = [x(shape.t0), x(shape.t1)];
      if (b < left - 1 || a > left + width + 1) continue;
      const lane = placed.get(shape) ?? 0;
      if (lane >= LANES && !hot) continue;
      const group = element("g", { class: `pw-shape pw-${shape.form}${shape.ok ? "" : " pw-missed"}${hot ? " pw-hot" : ""}` }, svg);
      // A mark under the mouse is not drawn anew: it would lose the mouse.
      group.addEventListener("pointerenter", () => this.rows(shape.criteria[0]));
      group.addEventListener("pointerleave", () => this.rows(""));
      const line = top + (16 + lane * LANE) * scale;
      const middle = (Math.max(a, left) + Math.min(b, left + width)) / 2;
      if (shape.form === "bracket") {
        element("path", { d: b - a < 2 ? `M${a - 4},${line - 4}L${a},${line + 4}L${a + 4},${line - 4}` : `M${a},${line + 5}V${line}H${b}V${line + 5}` }, group);
        const fits = shape.text.length < 3 || b - a > letter * shape.text.length + 4;
        if (without.has(shape) && !shape.text.includes(" ")) continue;
        if (b - a < 2) element("text", { x: a + 8, y: line + 4 }, group, shape.text);
        else if (fits) element("text", { x: middle, y: line - 3, "text-anchor": "middle" }, group, shape.text);
        else if (hot || shape.text.includes(" ")) element("text", { x: b + 5, y: line + 4 }, group, shape.text);
      } else if (shape.form === "arrow") {
        element("path", { d: `M${a},${line - 4}V${line + 4}M${a},${line}H${b}M${b - 6},${line - 4}L${b},${line}L${b - 6},${line + 4}` }, group);
        const at = textOfArrow(a, b, shape.text, letter, left, left + width);
        element("text", { x: at.x, y: at.beside ? line + 4 : line - 3, "text-anchor": at.anchor }, group, shape.text);
      } else if (shape.form === "window") {
        element("rect", { x: a, y: top, width: Math.max(b - a, 1), height }, group);
        const half = 0.55 * letter * shape.text.length;
        const inside = Math.min(Math.max(middle, left + half), left + width - half);
        if (hot || !shape.ok) element("text", { x: inside, y: top + height - 8, "text-anchor": "middle" }, group, shape.text);
      } else if (shape.form === "band") {
        const [high, low] = [Math.min(y(shape.v0), y(shape.v1)), Math.max(y(shape.v0), y(shape.v1))];
        element("rect", { x: a, y: high - 1, width: Math.max(b - a, 2), height: Math.max(low - high, 0) + 2 }, group);
        const near = b > left + width - 90 * scale;
        const seen = shape.t0 > 0 && b - a < 40 && low - high >= 1; // the number of what has a height
        if (!hot && shape.ok && !seen) continue;
        const begin = near ? a - 5 : b + 5, long = letter * shape.text.length;
        const under = below(texts, near ? begin - long : begin, (high + low) / 2 + (near ? -8 : 4), long, SIZE * scale + 2);
        element("text", { x: begin, y: under, "text-anchor": near ? "end" : "start" }, group, shape.text);
      } else {
        element("circle", { cx: a, cy: y(shape.v0), r: 4 }, group);
        element("text", { x: a, y: y(shape.v0) - 8, "text-anchor": "middle" }, group, shape.text);
      }
    }
  }
}
