// The teacher's view of an exercise: the codes of a class are pasted, read and judged, and shown beside each other. It
// refuses what teaching/exercises.py refuses.

const CLASS = "#class";
const PATTERN_OF_CODE = /^PW1\.([A-Za-z0-9_-]+)\.([0-9a-f]{8})$/;
const FIELDS = [".model", ".pattern", ".mystery", ".dt", ".seconds", ".solved"];

const [HOLD, SECONDS] = [".hold", ".seconds"]; // axes that are no values

function axisTitle(name) {
  return { [HOLD]: tr("criteria that hold"), [SECONDS]: tr("time (s)") }[name] ?? name;
}

function holdOf({ hold, checks }) {
  return tr("{number} of {total}", { number: hold, total: checks.length });
}

/** The number of a code, and that of an earlier one that is identical. */
function numbersOf({ number, first }) {
  return first ? `${number}\u00a0=\u00a0${first}` : String(number);
}

/** The link from an exercise to the view of its teacher. */
function classLink() {
  return h("a", { href: CLASS, onclick: () => setTimeout(() => location.reload()) }, tr("For teachers: the codes of a class."));
}

/** What a code says: {values, dt, seconds, claims}; throws an error with a sentence. */
function fieldsOf(data, code) {
  const { about, defaults } = data.exercise;
  const text = code.replace(/\s+/g, "");
  const [, packed, checksum] = (text.length <= 8000 && PATTERN_OF_CODE.exec(text)) || [];
  if (!packed) throw new Error(tr("the code is incomplete: it begins with 'PW1.' and ends with a point and 8 characters"));
  let content;
  try {
    content = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw new Error(tr("the code is damaged: copy it once more"));
  }
  if (crc32(Uint8Array.from(content, (c) => c.charCodeAt(0))) !== checksum) {
    throw new Error(tr("the code is damaged or was changed: its checksum does not fit. Copy it once more"));
  }
  const fields = new URLSearchParams(content);
  const given = new Map(fields);
  if (given.size < [...fields].length || ![".model", ".seconds", ".solved"].every((name) => given.has(name))) {
    throw new Error(tr("the code was not written by a page: fields are missing, or there twice"));
  }
  const asked = [".model", ".pattern", ".mystery"].map((name) => about[name] ?? "").join(" ");
  if ([".model", ".pattern", ".mystery"].map((name) => given.get(name) ?? "").join(" ") !== asked) {
    throw new Error(tr("the code is of another exercise"));
  }
  const numberOf = (name) => {
    const number = NUMBER.test(given.get(name)) ? Number(given.get(name)) : NaN;
    if (Number.isNaN(number)) {
      throw new Error(tr("the code is refused: {name} is {value}, which is no number", { name, value: shownText(given.get(name)) }));
    }
    return number;
  };
  const values = new Map(Object.entries(defaults));
  const sliders = [...data.patterns[0].stimulus, ...data.parameters];
  for (const name of given.keys()) {
    if (FIELDS.includes(name)) continue;
    const slider = sliders.find((entry) => entry.name === name);
    if (!slider) throw new Error(tr("the code is refused: {name} is no value of this exercise", { name: shownText(name) }));
    values.set(name, numberOf(name));
    if (!isValid(slider, values.get(name))) {
      throw new Error(tr("the code is refused: {name}: valid is {limits}", { name, limits: limitsOf(slider) }));
    }
  }
  const [{ values: start, dt: startDt }] = data.patterns[0].sets;
  const begun = new Map(start);
  for (const [name, value] of values) {
    const slider = sliders.find((entry) => entry.name === name);
    if (value !== begun.get(name) && !data.exercise.free.includes(name)) {
      throw new Error(tr("the code is refused: {name} is locked, and is {value} instead of {start}",
        { name, value: numberText(value), start: numberText(begun.get(name)) }));
    }
    const [low, high] = endsOf(slider, begun);
    if (!(value >= low && value <= high)) {
      throw new Error(tr("the code is refused: {name} is {value}, and its slider goes from {low} to {high}",
        { name, value: numberText(value), low: numberText(low), high: numberText(high) }));
    }
  }
  const dt = given.has(".dt") ? numberOf(".dt") : data.model.dt;
  if (dt !== startDt) throw new Error(tr("the code is refused: its time step is {dt} ms", { dt: numberText(dt) }));
  const seconds = numberOf(".seconds");
  if (!(seconds >= 0 && seconds < Infinity)) {
    throw new Error(tr("the code is refused: its time is {seconds} s", { seconds: numberText(seconds) }));
  }
  return { values, dt, seconds, claims: given.get(".solved") === "1" };
}

/** Reads a code and judges it again: {values, seconds, checks, isSolved, distance, entry}. A generator; throws as above. */
function* answering(data, code) {
  const { values, dt, seconds, claims } = fieldsOf(data, code);
  const [pattern] = data.patterns;
  const benchAt = benchesOf(data, NEURONS[0], values, dt);
  const results = yield* judgingAll(pattern, benchAt, values);
  const { checks, loss } = together(results);
  const hold = checks.filter(({ passed }) => passed).length;
  if (claims && loss > 0) {
    throw new Error(tr("the code is refused: it claims that all criteria of “{title}” hold, judged again {count} of {total} do",
      { title: titleOf(pattern), count: hold, total: checks.length }));
  }
  const shown = results.flatMap(({ responses }, c) => [...responses.values()].flatMap((byName) => [...byName].map(
    ([name, { line }]) => [`${pattern.components[c].label}${name}`, line])));
  const [, line] = shown.find(([name, { dt: step }]) => name === pattern.main && step) ?? shown[0];
  const rises = data.model.resets && line.dt ? spikeLines(line, NEURONS[0].peak) : NONE;
  return { values, dt, seconds, checks, hold, isSolved: loss === 0, distance: loss, entry: { role: "yours", line, v: line.v, rises } };
}

class ClassPage {
  constructor(data) {
    this.data = data;
    this.rows = [];
    this.build();
    const media = matchMedia("(prefers-color-scheme: dark)");
    this.setTheme(chosenTheme() ?? (media.matches ? "dark" : "light"));
    new ResizeObserver(() => this.draw()).observe(this.plane);
  }

  build() {
    const { exercise, patterns: [pattern], version } = this.data;
    const title = tr("Class: {title}", { title: titleOf(pattern) });
    document.title = title;
    this.theme = h("button", { type: "button", onclick: () => this.setTheme(this.themeName === "dark" ? "light" : "dark") });
    this.codes = h("textarea", { rows: 6, placeholder: "PW1.…", "aria-label": tr("Codes, one on each line"), spellcheck: false });
    this.readButton = h("button", { type: "button", className: "strong", onclick: () => this.read() }, tr("Read the codes"));
    this.status = h("p", { className: "state", role: "status" });
    this.refused = h("ul", { className: "refused" });
    this.twice = h("p", { hidden: true });
    this.plane = h("canvas", { className: "plane", role: "img", onpointermove: (event) => this.point(event) });
    this.near = h("p", { className: "note" });
    const axis = (label) => h("select", { "aria-label": label, onchange: () => this.draw() });
    [this.across, this.up] = [axis(tr("Value along x")), axis(tr("Value along y"))];
    this.tiles = h("div", { className: "tiles" });
    this.criteria = h("tbody");
    this.table = h("table");
    this.found = h("div", { hidden: true },
      h("div", { className: "columns halves" },
        h("section", { className: "card", "aria-label": tr("Plane") },
          h("div", { className: "axes" }, h("label", {}, `${tr("across")} `, this.across), h("label", {}, `${tr("up")} `, this.up)),
          h("p", { className: "note" }, `● ${tr("solved")}  ○ ${tr("not yet")}  ✕ ${tr("the start")}`), this.plane, this.near),
        h("section", { className: "card", "aria-label": tr("Criteria") }, h("h2", {}, tr("Who holds what")),
          h("table", {}, h("thead", {}, h("tr", {}, ...[tr("criterion"), tr("hold")].map((text) => h("th", { scope: "col" }, text)))),
            this.criteria))),
      h("section", { className: "card", "aria-label": tr("Neurons") }, h("h2", {}, tr("Neurons")), this.tiles),
      h("section", { className: "card", "aria-label": tr("Table") }, h("h2", {}, tr("Table")),
        h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": tr("All answers") }, this.table)));
    const main = document.getElementById("page");
    main.className = "class-page";
    main.replaceChildren(
      h("header", {},
        h("div", {}, h("h1", {}, title), h("p", {}, tr(exercise.question))),
        h("div", { className: "actions" },
          h("a", { href: "#", onclick: () => setTimeout(() => location.reload()) }, tr("To the exercise")), this.theme)),
      h("section", { className: "card", "aria-label": tr("Codes") },
        h("p", {}, tr("Paste the codes that were handed in, one on each line. They are judged again on this page; nothing is sent.")),
        this.codes, h("div", { className: "buttons" }, this.readButton), this.status, this.refused, this.twice),
      this.found,
      h("footer", {}, tr("Made by plausiwidgets {version}. In Python, pw.teaching.class_results(codes, page=…) is the same as a table.", { version })),
    );
  }

  setTheme(name) {
    this.themeName = name;
    showTheme(name, this.theme);
    this.draw();
    this.drawTiles();
  }

  /** Reads what was pasted, a code at a time, so that the page stays awake. */
  async read() {
    const lines = this.codes.value.split("\n").filter((line) => line.trim());
    this.readButton.disabled = true;
    this.rows = [];
    for (const [k, code] of lines.entries()) {
      this.status.textContent = tr("Reading {number} of {total} …", { number: k + 1, total: lines.length });
      const row = { number: k + 1, code: code.replace(/\s+/g, "") };
      row.first = this.rows.find((earlier) => earlier.code === row.code)?.number;
      try {
        const work = answering(this.data, code);
        let step = work.next();
        for (let until = performance.now() + PATIENCE; !step.done; step = work.next()) {
          if (performance.now() < until) continue;
          await new Promise((resume) => setTimeout(resume));
          until = performance.now() + PATIENCE;
        }
        Object.assign(row, step.value);
      } catch (error) {
        row.refused = error.message;
      }
      this.rows.push(row);
    }
    this.readButton.disabled = false;
    this.show();
  }

  get answers() {
    return this.rows.filter(({ refused }) => !refused);
  }

  show() {
    const { answers } = this;
    const refused = this.rows.filter((row) => row.refused);
    const solved = answers.filter(({ isSolved }) => isSolved).length;
    this.status.textContent = tr("{total} codes: {solved} solved, {open} not yet, {refused} refused.",
      { total: this.rows.length, solved, open: answers.length - solved, refused: refused.length });
    this.refused.replaceChildren(...refused.map((row) => h("li", {}, tr("Code {number}: {text}", { number: row.number, text: `${row.refused}.` }))));
    const twice = answers.filter(({ first }) => first).map(numbersOf);
    this.twice.hidden = !twice.length;
    this.twice.textContent = tr("Identical codes: {codes}.", { codes: twice.join(", ") });
    this.found.hidden = !answers.length;
    if (!answers.length) return;
    const { free } = this.data.exercise;
    const names = [...answers[0].values.keys()];
    this.moved = names.filter((name) => new Set(answers.map(({ values }) => values.get(name))).size > 1);
    const choices = [...free.filter((name) => this.moved.includes(name)), ...this.moved.filter((name) => !free.includes(name)),
      HOLD, SECONDS];
    [this.across, this.up].forEach((select, i) => {
      select.replaceChildren(...choices.map((name) => h("option", { value: name }, axisTitle(name))));
      select.value = choices[i];
    });
    this.criteria.replaceChildren(...answers[0].checks.map(({ name }, c) => {
      const hold = answers.filter(({ checks }) => checks[c].passed).length;
      return h("tr", {}, h("td", {}, h("b", {}, tr(name))),
        h("td", {}, h("progress", { max: answers.length, value: hold, "aria-label": tr(name) }),
          ` ${tr("{number} of {total}", { number: hold, total: answers.length })}`));
    }));
    this.buildTiles();
    this.buildTable();
    this.draw();
  }

  /** A link to the neuron of an answer, on the page of the exercise. */
  linkOf({ values, dt }) {
    const fields = new URLSearchParams({ pattern: this.data.patterns[0].key });
    for (const [name, value] of values) fields.append(name, String(value));
    if (dt !== this.data.model.dt) fields.append("dt", String(dt));
    return `${location.href.split("#")[0]}#${fields}`;
  }

  buildTiles() {
    this.tiles.replaceChildren(...this.answers.map((row) => {
      row.canvas = h("canvas", { "aria-hidden": "true" });
      const words = `${row.isSolved ? "✓" : "✗"} ${holdOf(row)}`;
      row.tile = h("a", { href: this.linkOf(row), target: "_blank", className: row.isSolved ? "solved" : "" },
        h("span", {}, h("b", {}, numbersOf(row)), ` ${words}`), row.canvas);
      return row.tile;
    }));
    this.drawTiles();
  }

  drawTiles() {
    const { style } = this.data;
    for (const { canvas, entry } of this.answers) {
      if (!canvas) continue;
      const [low, high] = [extent(entry.v), extent(entry.rises[1])].reduce(([a, b], [c, d]) => [Math.min(a, c), Math.max(b, d)]);
      drawSketch(canvas, [entry], style.themes[this.themeName], { yours: [] }, padded([low, Math.max(high, low + 30)], 0.05));
    }
  }

  buildTable() {
    const { checks } = this.answers[0];
    const heads = [tr("code"), tr("solved"), tr("hold"), tr("distance"), tr("seconds"), ...this.moved,
      ...checks.map(({ name }) => tr(name))];
    this.table.replaceChildren(
      h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, ...this.answers.map((row) => h("tr", {}, ...[
        numbersOf(row), row.isSolved ? "✓" : "✗", holdOf(row), plain(row.distance),
        String(row.seconds), ...this.moved.map((name) => plain(row.values.get(name))),
        ...row.checks.map(({ passed }) => (passed ? "✓" : "✗")),
      ].map((text) => h("td", {}, text))))));
  }

  get start() {
    return { values: new Map(this.data.patterns[0].sets[0].values), seconds: NaN, hold: NaN };
  }

  // -- the plane ---------------------------------------------------------------------------------

  /** A value of an answer, and where it lies on an axis, from 0 to 1. */
  axisOf(name) {
    const slider = [...this.data.patterns[0].stimulus, ...this.data.parameters].find((entry) => entry.name === name);
    const valueIn = name === SECONDS ? ({ seconds }) => seconds
      : slider ? ({ values }) => values.get(name) : ({ hold }) => hold;
    const scaled = (x) => (slider ? transformed(slider, x) : x);
    const reach = extent([...this.answers, ...(slider ? [this.start] : [])].map(valueIn));
    const [low, high] = padded(reach.map(scaled), 0.06);
    const place = (x) => (scaled(x) - low) / (high - low);
    const unit = slider?.unit ? ` (${slider.unit})` : "";
    return { valueIn, place, marks: reach[1] > reach[0] ? ticks(reach, 5) : [reach[0]], title: `${axisTitle(name)}${unit}` };
  }

  draw() {
    if (!this.answers.length || this.found.hidden) return;
    const theme = this.data.style.themes[this.themeName];
    const [context, width, height] = prepared(this.plane);
    const frame = { left: 62, right: width - 14, top: 14, bottom: height - 46 };
    const { left, right, top, bottom } = frame;
    const [x, y] = [this.axisOf(this.across.value), this.axisOf(this.up.value)];
    const px = (value) => left + x.place(value) * (right - left);
    const py = (value) => bottom - y.place(value) * (bottom - top);
    const at = (row) => [px(x.valueIn(row)), py(y.valueIn(row))];
    const write = drawGrid(context, frame, theme, [x.marks, y.marks], px, py);
    write(x.title, (left + right) / 2, height - 12, "center");
    context.save();
    context.translate(12, (top + bottom) / 2);
    context.rotate(-Math.PI / 2);
    write(y.title, 0, 0, "center");
    context.restore();
    const [a, b] = at(this.start);
    if (Number.isFinite(a) && Number.isFinite(b)) write("✕", a, b, "center");
    this.dots = this.answers.map((row) => {
      const [p, q] = at(row);
      context.beginPath();
      context.arc(p, q, 6, 0, 2 * Math.PI);
      context.fillStyle = row.isSolved ? theme.yours : theme.paper;
      context.strokeStyle = row.isSolved ? theme.paper : theme.text;
      context.lineWidth = 1.5;
      context.fill();
      context.stroke();
      return { p, q, row };
    });
    const solved = this.answers.filter(({ isSolved }) => isSolved).length;
    this.plane.setAttribute("aria-label",
      tr("{total} answers in the plane of {x} and {y}: {solved} solved. The table below has the numbers.",
        { total: this.answers.length, x: x.title, y: y.title, solved }));
  }

  /** Says which answer is under the pointer. */
  point({ offsetX, offsetY }) {
    const away = ({ p, q }) => Math.hypot(p - offsetX, q - offsetY);
    const dot = (this.dots ?? []).reduce((best, one) => (away(one) < away(best) ? one : best), { p: Infinity, q: 0 });
    for (const { tile } of this.answers) tile?.classList.toggle("near", tile === dot.row?.tile && away(dot) < 12);
    this.near.textContent = dot.row && away(dot) < 12
      ? tr("Code {number}: {text}", {
        number: dot.row.number, text: this.moved.map((name) => `${name} ${plain(dot.row.values.get(name))}`).join(", "),
      }) : "";
  }
}
