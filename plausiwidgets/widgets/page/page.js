// The page: what is selected, and what is shown of it. The neurons, the bench and the figure stand above this.

const FORMAT = 3;
const PATIENCE = 12; // ms that a page works before it looks at its events again
const NONE = [[], []]; // no lines to a peak
const WIDEST = 25; // most of a diverged potential that the axis holds, in distances from rest to threshold
const FRAME = "live-figure"; // name of a frame on the site, whose page says title and look-for already
const THEME_KEY = "plausiwidgets-theme"; // in a storage that the page shares with the others of its address
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;

// ---------------------------------------------------------------- sliders

function isValid(slider, value) {
  const [low, high] = slider.limits;
  return (
    Number.isFinite(value) && !(slider.scale === "log" && value <= 0) &&
    (low === null || value >= low) && (high === null || value <= high)
  );
}

function labelOf({ label: [head, index] }) {
  return index ? [head, h("sub", {}, index)] : [head];
}

// ---------------------------------------------------------------- the page

class Page {
  constructor(data) {
    this.data = data; // of which `model` and `parameters` are those of the shown neuron
    this.neurons = [data, ...data.others].map(({ model, parameters }) => (
      { model, parameters, neuron: NEURONS.find(({ name }) => name === model.name) }));
    this.pattern = null;
    this.targets = new Map(); // of each pattern, the responses of its target
    this.errors = 0;
    this.build();
    const media = matchMedia("(prefers-color-scheme: dark)");
    this.setTheme(chosenTheme() ?? (media.matches ? "dark" : "light"));
    media.addEventListener("change", () => chosenTheme() ?? this.setTheme(media.matches ? "dark" : "light"));
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    addEventListener("hashchange", () => {
      this.readLink();
      if (window.name === FRAME) scrollTo(0, 0); // a link beside the frame shows the figure
    });
    this.readLink();
    this.sketchGallery();
  }

  // -- what there is -----------------------------------------------------------------------------

  build() {
    const { patterns } = this.data;
    const main = document.getElementById("page");
    main.classList.toggle("framed", window.name === FRAME);
    main.classList.toggle("single", patterns.length < 2);
    this.theme = h("button", { type: "button", onclick: () => this.toggleTheme() });
    this.share = h("button", { type: "button", onclick: () => this.copyLink() }, tr("Copy link"));
    this.share.hidden = location.protocol === "about:";  // in a frame of a notebook, which has no address
    this.gallery = h("nav", { className: "gallery", "aria-label": tr("Firing patterns") });
    this.chips = patterns.map((pattern, i) => {
      const canvas = h("canvas", { "aria-hidden": "true" });
      const title = h("span", {}, h("b", {}, pattern.letter), ` ${titleOf(pattern)}`);
      const chip = h("button", { type: "button", onclick: () => this.choose(i) }, title, canvas);
      this.gallery.append(chip);
      return { chip, canvas };
    });
    this.head = h("div", { className: "head" });
    this.badge = h("div", { className: "badge" });
    this.legend = h("ul", { className: "legend" });
    this.readout = h("p", { className: "readout" });
    this.canvas = h("canvas", { className: "plot", role: "img" });
    this.figure = new Figure(
      this.canvas, (window) => (window ? this.setWindow(window) : this.onWhole()), (t) => {
        this.read(t);
        this.plane?.point(t);
      },
    );
    this.whole = h("button", { type: "button", className: "whole", hidden: true, onclick: () => this.onWhole() });
    this.sweeps = h("div", { className: "sweeps", role: "group", "aria-label": tr("Sweeps") });
    this.note = h("p", { className: "note" });
    this.status = h("p", { className: "unseen", role: "status" });
    this.message = h("p", { className: "message", role: "alert", hidden: true });
    this.presets = h("select", { onchange: () => this.onPreset() });
    this.showMe = h("button", { type: "button", className: "strong", onclick: () => this.onShowMe() }, tr("Show me"));
    this.back = h("button", { type: "button", onclick: () => this.onReset() }, tr("Reset"));
    this.undo = h("button", { type: "button", onclick: () => this.onUndo() }, tr("Undo"));
    this.exercise = this.data.exercise && new ExerciseCard(this.data.exercise, this);
    this.lesson = this.data.lesson && new LessonCard(this.data.lesson, this);
    this.subtitle = h("p");
    this.planePlace = h("div");
    this.about = h("div");
    this.sliders = h("div", { className: "sliders" });
    this.verdict = h("section", { className: "card verdict" });
    this.python = h("code");
    main.replaceChildren(
      h("header", {},
        h("div", {}, h("h1", {}, this.lesson ? this.data.lesson.title : tr(this.data.model.title)), this.subtitle),
        h("div", { className: "actions" }, this.share, this.theme)),
      this.message,
      this.gallery,
      this.head,
      this.exercise?.view ?? "",
      h("div", { className: this.lesson ? "columns taught" : "columns" },
        this.lesson?.view ?? "",
        h("div", { className: "left" },
          h("section", { className: "card figure", "aria-label": tr("Figure") },
            h("div", { className: "above" }, this.badge, this.legend, this.whole, this.readout),
            this.canvas, this.status),
          h("div", { className: "below" }, this.sweeps, this.note),
          this.planePlace),
        h("section", { className: "card controls", "aria-label": tr("Parameters") },
          h("div", { className: "sets" },
            this.setChoice = h("label", { hidden: Boolean(this.exercise) }, h("span", {}, tr("Stored values")), this.presets),
            this.showMe, this.undo, this.back),
          this.sliders)),
      h("div", { className: "columns" },
        this.verdict,
        h("section", { className: "card about" },
          h("h2", {}, tr("Equations")), this.about,
          h("p", {}, tr("Judge the values on the sliders, in Python:")), h("pre", { tabIndex: 0, "aria-label": "Python" },
            this.python))),
      h("footer", {},
        tr("Made by plausiwidgets {version} on {date}.", this.data), " ",
        tr("The neuron is simulated on this page, in double precision, with the time step and the bench of the judge; nothing is sent anywhere.")),
      this.lesson?.onward ?? this.exercise?.onward ?? "",
    );
    if (this.exercise && !this.share.hidden) main.querySelector("footer").append(" ", classLink());
  }

  /** Puts a neuron on the page: a lesson may have several. */
  takeUp(place) {
    const { model, parameters, neuron } = this.neurons[place];
    Object.assign(this.data, { model, parameters });
    this.neuron = neuron;
    this.chips.forEach(({ chip }, i) => (chip.hidden = this.data.patterns[i].neuron !== place));
    this.gallery.hidden = this.chips.filter(({ chip }) => !chip.hidden).length < 2;
    const wasOpen = this.plane?.view.open ?? false;
    this.plane = model.plane ? new PlaneCard(this) : null;
    this.planePlace.replaceChildren(this.plane?.view ?? "");
    if (this.plane) this.plane.view.open = wasOpen;
    this.subtitle.textContent = tr(model.description);
    this.about.replaceChildren(
      model.equations ? h("pre", { tabIndex: 0, "aria-label": tr("Equations") }, model.equations) : "",
      h("p", {}, tr(model.description)),
      model.source ? h("p", {}, h("b", {}, `${tr("Source")}: `), tr(model.source)) : "");
  }

  get sliderList() {
    return [...this.pattern.stimulus, ...this.data.parameters];
  }

  // -- what is selected --------------------------------------------------------------------------

  choose(index, set = 0, remember = true) {
    this.select(index);
    this.load(set, remember);
  }

  /** Begins a card of the lesson: with its values, or with those on the sliders. */
  begin(index, start) {
    const { values, dt } = start ?? { values: this.values, dt: this.dt };
    this.select(index);
    this.put(new Map(values), dt);
    this.remember();
  }

  /** Goes where a link of a card leads. */
  follow(href) {
    location.hash = href;
  }

  /** Opens the tool of a card: a page has the phase plane alone. */
  open(tool) {
    if (this.plane && tool === "phase plane") this.plane.view.open = true;
  }

  /** Shows a pattern, whose values come next. */
  select(index) {
    const pattern = this.data.patterns[index];
    if (pattern.neuron !== this.pattern?.neuron) this.takeUp(pattern.neuron);
    this.pattern = pattern;
    this.shownVerdict = { words: "…", explanation: "", rows: [] }; // until it is judged
    this.index = index;
    this.chips.forEach(({ chip }, i) => chip.setAttribute("aria-pressed", String(i === index)));
    const { chip } = this.chips[index];
    this.gallery.scrollLeft = chip.offsetLeft - this.gallery.offsetLeft - (this.gallery.clientWidth - chip.clientWidth) / 2;
    const which = this.data.others.length ? tr(this.data.model.title) : ""; // as the lesson has several
    const title = [pattern.letter, titleOf(pattern), which].filter((text) => text).join(" · ");
    document.title = `${tr(this.data.model.title)}, ${titleOf(pattern)}`;
    const head = tr("Look for");
    const words = lookOf(pattern);
    const look = words.replaceAll(`${head} `, "");
    const named = look === words ? [] : [h("b", {}, head), " "]; // a custom pattern may begin its sentence otherwise
    this.head.replaceChildren(
      h("h2", {}, title),
      h("p", {}, tr(pattern.description), ...(look ? [" ", ...named, look] : [])),
      ...(pattern.cannot ? [h("p", {}, h("b", {}, tr("No parameters can do it.")), ` ${tr(pattern.cannot)}`)] : []));
    this.presets.replaceChildren(
      ...pattern.sets.map(({ title: name, verdict }, i) => h("option", { value: String(i) }, `${verdict.mark} ${tr(name)}`)));
    this.best = pattern.sets.findIndex(({ verdict }) => verdict.status === "replicated");
    const isShown = ({ verdict }) => !["rejected", "unjudged"].includes(verdict.status);
    if (this.best < 0) this.best = pattern.sets.findIndex(isShown);
    const isTask = Boolean(this.exercise) || Boolean(this.lesson?.card.free.length);
    this.showMe.hidden = this.best < 0 || isTask;
    this.setChoice.hidden = isTask;
    this.buildSliders();
    this.sweep = this.wanted = null;
    this.past = [];
    this.sketches = new Map();
  }

  /** Whether a slider may not be moved in this exercise, or on this card. */
  isLocked({ name }) {
    return Boolean(this.exercise && !this.data.exercise.free.includes(name)) || Boolean(this.lesson?.locks(name));
  }

  /** Whether a value may be typed: in an exercise as far as the slider goes, as the reader of its code has it. */
  takes(slider, value) {
    const [low, high] = this.exercise ? endsOf(slider, new Map(this.pattern.sets[0].values)) : [-Infinity, Infinity];
    return isValid(slider, value) && value >= low && value <= high;
  }

  limitsOf(slider) {
    if (!this.exercise) return limitsOf(slider);
    return intervalText(...endsOf(slider, new Map(this.pattern.sets[0].values)), slider.unit);
  }

  onReset() {
    if (this.lesson) this.lesson.reset();
    else this.load(this.set);
  }

  /** Takes the last change back: one drag is one. */
  onUndo() {
    this.keep();
    const before = this.past.at(-2);
    if (!before) return;
    this.past.length -= 1;
    this.values = new Map(before);
    for (const slider of this.sliderList) this.showValue(slider);
    this.update(false);
  }

  /** Keeps the values that the sliders rest at, to come back to. */
  keep() {
    const last = this.past.at(-1);
    if (last && [...this.values].every(([name, value]) => last.get(name) === value)) return;
    this.past.push(new Map(this.values));
    this.undo.disabled = this.past.length < 2;
  }

  /** Puts a stored set on the sliders. */
  load(index, remember = true) {
    this.set = index;
    this.buildVerdict();
    const { values, dt } = this.pattern.sets[index];
    this.jump(new Map(values), dt);
    if (remember) this.remember();
  }

  /** Puts values on the sliders that may be those of a stored set. */
  put(values, dt) {
    const same = this.pattern.sets.findIndex((set) =>
      set.dt === dt && set.values.every(([name, value]) => values.get(name) === value));
    this.set = Math.max(same, 0);
    this.buildVerdict();
    this.jump(values, dt);
  }

  jump(values, dt) {
    this.values = values;
    this.dt = dt;
    this.window = null;
    this.isWhole = false;
    this.past ??= [];
    this.presets.value = String(this.set);
    this.bounds = new Map(this.sliderList.map(({ name, low, high }) => [name, [low, high]]));
    for (const slider of this.sliderList) this.showValue(slider);
    this.update(true);
  }

  change(slider, value) {
    this.values.set(slider.name, value);
    this.showValue(slider);
    this.schedule();
  }

  /** Whether the values are those of the stored set. */
  get stored() {
    const { values, dt } = this.pattern.sets[this.set];
    return dt === this.dt && values.every(([name, value]) => this.values.get(name) === value);
  }

  onPreset() {
    this.load(Number(this.presets.value));
  }

  onShowMe() {
    this.load(this.best);
  }

  // -- sliders -----------------------------------------------------------------------------------

  buildSliders() {
    const groups = new Map();
    for (const slider of this.sliderList) {
      if (!groups.has(slider.group)) groups.set(slider.group, []);
      groups.get(slider.group).push(slider);
    }
    this.rows = new Map();
    const boxes = [...groups].map(([group, members]) =>
      h("fieldset", {}, h("legend", {}, tr(group)), ...members.map((slider) => this.buildRow(slider))));
    this.sliders.replaceChildren(...boxes);
    this.exercise?.begin(this.sliderList);
  }

  buildRow(slider) {
    const name = slider.unit ? `${slider.name} (${slider.unit})` : slider.name;
    const range = h("input", {
      type: "range", min: "0", max: String(STEPS), step: "1", "aria-label": name,
      oninput: () => this.change(slider, valueAt(slider, Number(range.value), this.bounds.get(slider.name))),
      onchange: () => this.keep(),
    });
    const box = h("input", {
      type: "number", step: "any", "aria-label": tr("Exact value of {name}", { name }), title: tr("valid: {limits}", { limits: this.limitsOf(slider) }),
      onchange: () => this.onTyped(slider, box),
    });
    this.rows.set(slider.name, { range, box });
    const isLocked = this.isLocked(slider);
    range.disabled = box.disabled = isLocked;
    const title = isLocked ? tr("Locked in this exercise") : tr(slider.description);
    return h("div", { className: isLocked ? "row locked" : "row", title },
      h("span", { className: "name", "data-locked": tr("(locked)") }, ...labelOf(slider)), range, box, h("span", { className: "unit" }, slider.unit));
  }

  onTyped(slider, box) {
    const value = box.valueAsNumber;
    const valid = this.takes(slider, value);
    box.setAttribute("aria-invalid", String(!valid));
    this.say(valid ? [] : [tr("{name}: valid is {limits}.", { name: slider.name, limits: this.limitsOf(slider) })]);
    if (!valid) return;
    this.change(slider, value);
    this.keep();
  }

  showValue(slider) {
    const value = this.values.get(slider.name);
    const [low, high] = this.bounds.get(slider.name);
    const bounds = [Math.min(low, value), Math.max(high, value)];
    this.bounds.set(slider.name, bounds);
    const { range, box } = this.rows.get(slider.name);
    const shown = String(Number(value.toPrecision(6)));
    range.value = String(positionOf(slider, value, bounds));
    range.setAttribute("aria-valuetext", slider.unit ? `${shown} ${slider.unit}` : shown);
    if (document.activeElement !== box || box.valueAsNumber !== value) box.value = shown;
    box.setAttribute("aria-invalid", "false");
  }

  // -- simulation --------------------------------------------------------------------------------

  schedule() {
    if (this.scheduled) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = null;
      this.update(false);
    });
  }

  /** The sweeps that are shown, with the bench that each is applied on: those found for the neuron, or the stored ones. */
  get sweepList() {
    const { chosen } = this.pattern.sets[this.set];
    return this.pattern.components.flatMap(({ sweeps, holding }, c) =>
      (sweeps.length ? sweeps : this.found[c] ?? chosen[c]).map((sweep) => ({ sweep, holding })));
  }

  respond({ sweep, holding }) {
    const numbers = {
      pieces: sweep.pieces.map((piece) => piece.map((formula) => valueOf(formula, this.values))),
      end: valueOf(sweep.end, this.values), duration: valueOf(sweep.duration, this.values),
    };
    const bench = this.benchAt(holding);
    const { line } = bench.respond(numbers);
    this.responses.set(sweep.name, { role: "yours", line, v: line.v, rises: this.rises(line), span: bench.rest.span });
  }

  /** Simulates the sweep that is shown, draws and judges it, and leaves what takes long for later; `fit`: the axes anew. */
  update(fit) {
    clearTimeout(this.later);
    this.benchAt = benchesOf(this.data, this.neuron, this.values, this.dt);
    if (fit) this.found = this.pattern.components.map(() => null);
    this.showResponse(fit);
    const work = this.work();
    const advance = () => {
      const until = performance.now() + PATIENCE;
      let isDone = false;
      while (!isDone && performance.now() < until) isDone = work.next().done;
      if (!isDone) this.later = setTimeout(advance);
      else this.later = setTimeout(() => this.atRest(fit), 200);
    };
    this.live = null;
    this.isJudging = true;
    advance();
    this.showVerdict();
  }

  showResponse(fit) {
    const list = this.sweepList;
    const names = list.map(({ sweep }) => sweep.name);
    const wanted = [this.wanted, this.pattern.main, names[0]].find((name) => names.includes(name));
    const isOther = fit || wanted !== this.sweep || names.join() !== [...this.sketches.keys()].join();
    this.sweep = wanted;
    if (isOther) this.buildSweeps(names);
    this.responses = new Map();
    this.respond(list.find(({ sweep }) => sweep.name === wanted));
    if (isOther) this.fit();
    this.draw();
    this.plane?.ask(isOther);
  }

  /** What follows a change: the verdict, then the sweeps that are not shown; it pauses after each simulation. */
  *work() {
    const { components } = this.pattern;
    const all = yield* judgingAll(this.pattern, this.benchAt, this.values);
    for (const [c, component] of components.entries()) {
      if (all[c] && !component.sweeps.length) this.found[c] = appliedSweeps(component, all[c].responses);
    }
    const results = all.filter((result) => result);
    this.isJudging = false;
    const isWhole = results.length && components.every(({ tape, criteria }) => tape || !criteria.length);
    this.live = isWhole ? together(results) : null;
    if (components.some((component, c) => !component.sweeps.length && this.found[c])) this.showResponse(false);
    this.showVerdict();
    for (const entry of this.sweepList) {
      if (this.responses.has(entry.sweep.name)) continue;
      this.respond(entry);
      yield;
    }
    this.drawSweeps();
  }

  atRest(fit) {
    if (!fit) this.remember();
    this.keep();
    const said = this.lines().map(({ role, line }) => `${tr(this.data.style.roles[role])}: ${counted(line.spikes)}`);
    this.status.textContent = [this.shownVerdict.words, ...said].join("; ");
  }

  /** The target's responses to the sweeps of the pattern, by their names; simulated at the first request. */
  target(name) {
    const key = this.pattern.key;
    if (!this.targets.has(key)) this.targets.set(key, new Map());
    const known = this.targets.get(key);
    if (known.has(name)) return known.get(name);
    let found = null;
    for (const target of this.pattern.targets) {
      if (target.lines) {
        const line = target.lines.find((entry) => entry.name === name);
        if (line) {
          const v = line.v.map((x) => x ?? NaN);
          found = { line, v, rises: line.peak === null ? NONE : spikeLines(line, line.peak, v), scale: null };
        }
        continue;
      }
      const sweep = target.sweeps.find((entry) => entry.name === name);
      if (!sweep) continue;
      const neuron = NEURONS.find((entry) => entry.name === target.neuron);
      const values = new Map(target.values);
      const held = target.holding === null ? 0 : values.get(target.holding);
      const parameters = Object.fromEntries(target.parameters.map((entry) => [entry, values.get(entry)]));
      const rest = settled(neuron, this.data.bench, parameters, held, target.dt);
      const line = responseTo(sweep, rest, neuron, this.data.bench, parameters, held, target.dt, values);
      found = { line, v: line.v, scale: target.scale, resets: target.resets, share: target.share };
    }
    known.set(name, found);
    return found;
  }

  /** The lines from the potential to the peaks of the spikes of a neuron, by default of the shown one. */
  rises(line, { model, neuron } = this.neurons[this.pattern.neuron]) {
    return model.resets ? spikeLines(line, neuron.peak) : NONE;
  }

  /** The lines of a sweep, the neuron of the sliders on top. */
  lines(name = this.sweep) {
    const { line, v, rises, scale, resets, share } = this.target(name) ?? {};
    const yours = { ...this.responses.get(name), current: this.responses.get(name).line.current };
    if (!line) return [yours];
    if (!scale) return [{ role: "target", line, v, rises, current: null }, yours];
    const mapped = ontoScale(v, scale, this.scale);
    const up = resets ? spikeLines(line, this.scale[2], mapped) : NONE;
    // Where the units differ, the same share of the usual current on top of the holding one.
    const [held, from] = [yours.current[0], line.current[0]];
    const current = share === null ? line.current : line.current.map((x) => held + share * (x - from));
    return [{ role: "target", line, v: mapped, rises: up, current }, yours];
  }

  // -- the figure --------------------------------------------------------------------------------

  /** The part of the sweep that the pattern is about, as patterns/marks.py has it: [begin, end] in ms; null: all of it. */
  get event() {
    const part = this.pattern.components.find(({ event, label }) => event && this.sweep.startsWith(label));
    if (!part) return null;
    const { line } = this.responses.get(this.sweep);
    const [first, last] = [line.t0, line.t0 + (line.v.length - 1) * line.dt];
    const [low, high] = part.event.map((time) =>
      typeof time === "string" ? this.values.get(time) : time.after === undefined ? time : stimulusEnd(line) + time.after);
    const [begin, end] = [Math.max(low, first), Math.min(Math.max(high, low + 10), last)];
    return end - begin < 0.98 * (last - first) ? [begin, end] : null;
  }

  fit() {
    const { v, span } = this.responses.get(this.sweep);
    const { peak } = this.neuron;
    const rest = Number.isFinite(v[0]) && v[0] < peak ? v[0] : -65;
    this.scale = [rest, Math.min(rest + span, peak - 0.02 * (peak - rest)), peak];
    const lines = this.lines();
    const reach = lines.map((entry) => this.reach(entry));
    const low = Math.min(rest, ...reach.map(([least]) => least));
    this.full = padded([low, Math.max(this.scale[1], ...reach.map(([, most]) => most))], 0.06);
    this.vRange = this.isFine ? padded(this.below(lines), 0.06) : this.full;
    this.iRange = padded(currentsOf(lines), 0.15);
  }

  /** The lowest and the highest potential of what is drawn; of a diverged line, as far as it is sensible. */
  reach({ line, v, rises }) {
    const [low, high] = [extent(v), extent(rises[1])].reduce(([a, b], [c, d]) => [Math.min(a, c), Math.max(b, d)]);
    const far = Number.isFinite(line.divergedAt) ? WIDEST * (this.scale[1] - this.scale[0]) : Infinity;
    return [Math.max(low, this.scale[0] - far), Math.min(high, this.scale[0] + far)];
  }

  /** Whether the axis holds what is below the threshold: the pattern is about that. */
  get isFine() {
    return this.pattern.fine && !this.isWhole && this.event !== null;
  }

  /** The lowest and the highest potential of what happens below the threshold during the event. */
  below(lines) {
    const [begin, end] = this.event;
    const top = this.scale[1] + 0.4 * (this.scale[1] - this.scale[0]);
    const parts = lines.map(({ line, v }) => {
      const at = line.t ? (k) => line.t[k] : (k) => line.t0 + k * line.dt;
      return extent(v.filter((x, k) => x < top && at(k) >= begin && at(k) <= end));
    });
    const [low, high] = [Math.min(...parts.map(([least]) => least)), Math.max(...parts.map(([, most]) => most))];
    return low <= high ? [low, high] : [this.scale[0], top];
  }

  /** Widens the axes to what is drawn, with some room so that they do not change with every frame of a drag. */
  widen(lines) {
    const wider = ([low, high], [least, most]) => {
      const room = 0.08 * Math.max(high - low, most - least);
      return [least < low ? least - room : low, most > high ? most + room : high];
    };
    this.vRange = wider(this.vRange, this.isFine ? this.below(lines) : this.reach(lines.at(-1)));
    this.full = wider(this.full, this.reach(lines.at(-1)));
    this.iRange = wider(this.iRange, currentsOf(lines));
  }

  draw() {
    if (!this.responses?.has(this.sweep)) return;
    const { style, model } = this.data;
    const lines = this.lines();
    this.widen(lines);
    const ends = lines.map(({ line, v }) => (line.t ? [line.t[0], line.t.at(-1)] : [line.t0, line.t0 + v.length * line.dt]));
    const all = [Math.min(...ends.map(([begin]) => begin)), Math.max(...ends.map(([, end]) => end))];
    const { event } = this;
    const [begin, end] = this.window ?? (this.isWhole ? null : event) ?? all;
    const { line } = lines.at(-1);
    this.figure.show({
      lines, begin, end, vRange: this.vRange, iRange: this.iRange, unit: model.unit, potentialUnit: model.potential_unit,
      theme: style.themes[this.themeName], dashes: style.dashes, roles: style.short, divergedAt: line.divergedAt,
    });
    this.whole.hidden = !this.window && !event;
    this.whole.textContent = this.isWhole && !this.window ? tr("The event") : tr("Whole sweep");
    this.legend.replaceChildren(...lines.map(({ role, line: { spikes } }) => {
      const key = h("canvas", { "aria-hidden": "true" });
      requestAnimationFrame(() => this.drawKey(key, role));
      return h("li", { className: role }, key, `${tr(style.roles[role])}: ${counted(spikes)}`);
    }), ...(lines.some(({ rises }) => rises[0].length) ? [h("li", {}, tr("thin line: spike, drawn to its peak"))] : []));
    const described = lines.map(({ role, line: { spikes } }) => `${tr(style.roles[role])} ${counted(spikes)}`).join(", ");
    this.canvas.setAttribute("aria-label",
      tr("Membrane potential over time, sweep {name}: {lines}", { name: tr(this.sweep), lines: described }));
  }

  drawKey(canvas, role) {
    const [context, width, height] = prepared(canvas);
    context.strokeStyle = this.data.style.themes[this.themeName][role];
    context.lineWidth = 2.5;
    context.setLineDash(this.data.style.dashes[role]);
    context.beginPath();
    context.moveTo(0, height / 2);
    context.lineTo(width, height / 2);
    context.stroke();
  }

  read(t) {
    if (t === null) {
      this.readout.textContent = "";
      return;
    }
    const { line, v } = this.responses.get(this.sweep);
    const k = Math.min(Math.max(Math.floor((t - line.t0) / line.dt), 0), v.length - 1);
    this.readout.textContent =
      `${plain(t)} ms: ${plain(line.v[k])} ${this.data.model.potential_unit}, ${plain(line.current[k])} ${this.data.model.unit}`;
  }

  setWindow(window) {
    this.window = window;
    this.draw();
  }

  /** From a part to the whole sweep, and from there back to the event. */
  onWhole() {
    this.isWhole = Boolean(this.window) || !this.isWhole;
    this.window = null;
    this.fit();
    this.draw();
  }

  buildSweeps(names) {
    this.sketches = new Map();
    const buttons = names.map((name) => {
      const canvas = h("canvas", { "aria-hidden": "true" });
      const button = h("button", {
        type: "button", "aria-pressed": String(name === this.sweep), onclick: () => this.chooseSweep(name),
      }, h("span", {}, tr(name)), canvas);
      this.sketches.set(name, { button, canvas });
      return button;
    });
    this.sweeps.hidden = names.length < 2;
    this.sweeps.replaceChildren(...buttons);
    const used = namesIn(this.sweepList.map(({ sweep, holding }) => [holding, sweep.pieces, sweep.end, sweep.duration]));
    for (const { tape, prefix } of this.pattern.components) {
      for (const { name } of tape ? this.pattern.stimulus : []) if (name.startsWith(prefix)) used.add(name);
    }
    for (const { name } of this.pattern.stimulus) {
      const isFixed = !used.has(name) || this.isLocked({ name });
      for (const input of Object.values(this.rows.get(name))) input.disabled = isFixed;
    }
    const fixed = this.pattern.components.flatMap(({ tape }, c) =>
      tape ? [] : this.pattern.sets[this.set].chosen[c].filter((sweep) => sweep.fixed).map((sweep) => `‘${tr(sweep.name)}’`));
    this.note.hidden = !fixed.length;
    this.note.textContent = fixed.length
      ? tr(
          "The judge chose the currents of {sweeps} for the stored values; here they stay as they are, whatever the slider of the amplitude says.",
          { sweeps: fixed.join(", ") },
        )
      : "";
  }

  chooseSweep(name) {
    this.sweep = this.wanted = name;
    if (!this.responses.has(name)) this.respond(this.sweepList.find(({ sweep }) => sweep.name === name));
    this.window = null;
    this.isWhole = false;
    for (const [other, { button }] of this.sketches) button.setAttribute("aria-pressed", String(other === name));
    this.fit();
    this.draw();
    this.plane?.ask(true);
  }

  drawSweeps() {
    if (this.sketches.size < 2) return;
    const { style } = this.data;
    for (const [name, { canvas }] of this.sketches) {
      if (!this.responses.has(name)) continue;
      drawSketch(canvas, this.lines(name), style.themes[this.themeName], style.dashes, this.full);
    }
  }

  /** Draws each pattern's stored response small, one at a time. */
  sketchGallery() {
    if (this.chips.length < 2) return;
    const { patterns, bench, style } = this.data;
    let index = 0;
    const next = () => {
      const pattern = patterns[index];
      const { canvas } = this.chips[index];
      const shown = this.neurons[pattern.neuron];
      const { parameters: sliders, neuron } = shown;
      const { values, dt, chosen } = pattern.sets[0];
      const known = new Map(values);
      const parameters = Object.fromEntries(sliders.map(({ name }) => [name, known.get(name)]));
      const list = pattern.components.flatMap((component, c) =>
        (component.sweeps.length ? component.sweeps : chosen[c]).map((sweep) => [sweep, component.holding]));
      const [sweep, holding] = list.find(([entry]) => entry.name === pattern.main) ?? list[0];
      const held = holding === null ? 0 : known.get(holding);
      const rest = settled(neuron, bench, parameters, held, dt);
      const line = responseTo(sweep, rest, neuron, bench, parameters, held, dt, known);
      const entry = { role: "yours", line, v: line.v, rises: this.rises(line, shown) };
      const [low, high] = [extent(line.v), extent(entry.rises[1])].reduce(
        ([a, b], [c, d]) => [Math.min(a, c), Math.max(b, d)]);
      this.chips[index].sketch = () => drawSketch(
        canvas, [entry], style.themes[this.themeName], { yours: [] }, padded([low, Math.max(high, low + 30)], 0.05));
      this.chips[index].sketch();
      if (++index < patterns.length) setTimeout(next);
    };
    setTimeout(next, 50);
  }

  // -- the verdict -------------------------------------------------------------------------------

  /** What is said of the values on the sliders: {status, words, note, explanation, rows}. */
  get said() {
    const { verdict, title: name, dt } = this.pattern.sets[this.set];
    const { version, date } = this.data;
    const [title, explanation] = [tr(name), tr(verdict.explanation)];
    if (verdict.status === "unjudged") return { status: "unjudged", words: tr(verdict.word), note: "", explanation, rows: [] };
    const units = this.pattern.components.flatMap(({ criteria }) => criteria.map(({ unit }) => unit));
    const rows = verdict.checks.map((check, i) => checkRow({ ...storedNumbers(check), unit: units[i] }));
    if (this.stored) {
      const words = verdict.status === "rejected" ? holding(rows) : tr(verdict.word);
      const judged = tr("Judged by plausiwidgets {version} on {date}: ‘{title}’, time step {dt} ms.",
        { version, date, title, dt: plain(dt) });
      return {
        status: verdict.status, words: `${verdict.mark} ${words}`,
        note: verdict.why ? tr("not {check}", { check: tr(verdict.why) }) : "", explanation: `${explanation} ${judged}`, rows,
      };
    }
    if (this.isJudging) { // what was said of these sliders a moment ago, never the stored verdict
      const { words } = this.shownVerdict;
      return { ...this.shownVerdict, status: "waiting", words: /^[○✗…]/.test(words) ? words : "…", note: tr("judging …") };
    }
    if (!this.live) {
      return {
        status: "unjudged", words: `– ${tr("not judged on this page")}`, note: "", rows,
        explanation: `${tr("What this pattern measures is known to Python alone.")} ` +
          tr("Below is the verdict on the stored values ‘{title}’, which are not those on the sliders.", { title }),
      };
    }
    const { checks, loss, isLost } = this.live;
    const live = checks.map(checkRow);
    if (loss === 0) {
      return {
        status: "unverified", words: `○ ${tr("holds")}`, note: this.exercise ? "" : tr("not verified: that takes Python"), rows: live,
        explanation: `${tr("Every criterion holds at this time step.")} ` +
          tr("Whether it also does at finer ones, after a longer rest and so on, is verified in Python, by the line below the equations."),
      };
    }
    const rank = ({ cost, value }) => cost + (cost > 0 && !Number.isNaN(value)); // what was measured says why the rest was not
    const worst = checks.reduce((a, b) => (rank(b) > rank(a) ? b : a));
    const measured = Number.isNaN(worst.value) ? tr("nothing to measure") : measuredText(worst.value, worst.unit);
    const missed = tr("{criterion}: {measured}, must be {accepted}",
      { criterion: tr(worst.name), measured, accepted: intervalText(worst.low, worst.high, worst.unit) });
    return {
      status: "rejected", words: `✗ ${isLost ? tr("the neuron runs away") : holding(live)}`, note: isLost ? "" : missed,
      explanation: isLost
        ? tr("Its variables leave all bounds, and there is nothing to measure. Move a slider back.")
        : tr("What is missed most is {criterion}.", { criterion: missed }),
      rows: live,
    };
  }

  showVerdict() {
    const { stored, said } = this;
    this.shownVerdict = said;
    this.back.disabled = this.lesson ? this.lesson.isAtStart : stored;
    this.back.hidden = this.set === this.best && !this.exercise && !this.lesson;
    this.undo.disabled = this.past.length < 2;
    if (!this.isJudging) this.exercise?.show({ live: this.live });
    if (!this.isJudging) this.lesson?.show({ live: this.live, pattern: this.index, values: this.values });
    this.showMe.disabled = stored && this.set === this.best;
    this.showPython();
    this.badge.className = `badge ${said.status}`;
    this.badge.title = said.explanation;
    this.badge.replaceChildren(h("b", {}, said.words), said.note ? h("small", {}, said.note) : "");
    this.verdict.className = `card verdict ${said.status}`;
    this.verdictTitle.textContent = said.rows.length
      ? `${stored && !this.exercise ? tr("Verdict on stored values") : tr("Verdict")}: ${said.words}` : tr("Not judged");
    this.verdictText.textContent = said.explanation;
    for (const [i, { row, mark, value, accepted }] of this.checks.entries()) {
      const check = said.rows[i];
      row.hidden = !check;
      if (!check) continue;
      row.className = check.passed ? "" : "missed";
      mark.textContent = check.passed ? "✓" : "✗";
      mark.setAttribute("aria-label", check.passed ? tr("holds") : tr("does not hold"));
      value.textContent = check.value;
      accepted.textContent = check.accepted;
    }
  }

  /** The table of criteria, empty; it is filled with every change. */
  buildVerdict() {
    const criteria = this.pattern.components.flatMap(({ criteria: own }) => own);
    this.checks = criteria.map(({ name, text }) => {
      const [mark, value] = [h("span", { role: "img" }), h("td")];
      const accepted = h("td", { "data-head": tr("must be") });
      const row = h("tr", {}, h("td", {}, mark), h("td", {}, h("b", {}, tr(name)), h("small", {}, tr(text))), value, accepted);
      return { row, mark, value, accepted };
    });
    this.verdictTitle = h("h2");
    this.verdictText = h("p");
    const { source } = this.pattern.sets[this.set];
    this.verdict.replaceChildren(
      this.verdictTitle, this.verdictText,
      h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": tr("Criteria"), hidden: !criteria.length },
        h("table", {},
          h("thead", {}, h("tr", {},
            h("th", { scope: "col" }, h("span", { className: "unseen" }, tr("holds"))),
            ...[tr("criterion"), tr("measured"), tr("must be")].map((text) => h("th", { scope: "col" }, text)))),
          h("tbody", {}, ...this.checks.map(({ row }) => row)))),
      ...[["", this.pattern.function], [`${tr("What matters")}: `, this.pattern.hint],
        [`${tr("Source")}: `, this.pattern.source], [`${tr("Stored values")}: `, source]]
        .filter(([, text]) => text).map(([head, text]) => h("p", {}, h("b", {}, head), tr(text))),
    );
  }

  showPython() {
    const values = [...this.values].map(([name, value]) => `${quoted(name)}: ${value}`).join(", ");
    const dt = this.dt === this.data.model.dt ? "" : `, dt=${this.dt}`;
    this.python.textContent =
      `pw.judge(${quoted(this.data.model.name)}, ${this.pattern.python}, {${values}}${dt})`;
  }

  // -- links -------------------------------------------------------------------------------------

  /** Keeps what is selected in the address: the page opens on it again, and the address can be sent. */
  remember() {
    const fields = new URLSearchParams({ pattern: this.pattern.key });
    if (this.lesson) fields.append("card", String(this.lesson.index + 1));
    for (const [name, value] of this.values) fields.append(name, String(value));
    if (this.dt !== this.data.model.dt) fields.append("dt", String(this.dt));
    try {
      history.replaceState(null, "", `#${fields}`);
    } catch {
      // Some browsers have no history for files; the link that is copied is made anew.
    }
    this.fragment = String(fields);
  }

  readLink() {
    const fields = new URLSearchParams(location.hash.slice(1, 8192));
    if (String(fields) === this.fragment && this.pattern) return;
    const fragment = String(fields);
    const notes = [];
    const key = fields.get("pattern");
    if (this.lesson) {
      this.readCard(fields, notes);
      if (![...fields].length) return this.say(notes);
    }
    const first = this.lesson ? this.lesson.card.pattern : 0;
    const place = this.data.patterns[first].neuron;
    const index = this.data.patterns.findIndex((pattern) => pattern.key === key && pattern.neuron === place);
    if (key !== null && index < 0) notes.push(tr("This page does not have the pattern {name} of the link.", { name: shownText(key) }));
    if (key !== null || !this.lesson) this.choose(index < 0 ? first : index, 0, false); // a link of a card changes what it names
    const values = new Map(this.values);
    let dt = this.dt;
    for (const [name, text] of fields) {
      const slider = this.sliderList.find((entry) => entry.name === name);
      const value = NUMBER.test(text) && text.length <= 40 ? Number(text) : NaN;
      if (name === "pattern" || (slider && this.isLocked(slider)) || (this.exercise && name === "dt")) continue;
      if (name === "dt" && value >= 0.005 && value <= 1) {
        dt = value;
      } else if (!slider) {
        notes.push(tr("The link has {name}, which this page does not: left out.", { name: shownText(name) }));
      } else if (!this.takes(slider, value) || !isNear(slider, value)) {
        notes.push(tr("{name}={value} is no value that this page takes: left as stored.", { name, value: shownText(text) }));
      } else {
        values.set(name, value);
      }
    }
    this.put(values, dt);
    this.say(notes.slice(0, 6));
    this.fragment = fragment;
  }

  /** Takes the card out of a link, and shows it. */
  readCard(fields, notes) {
    const given = fields.get("card");
    fields.delete("card");
    if (given === null && this.pattern) return;
    const { cards } = this.data.lesson;
    const card = /^\d{1,4}$/.test(given ?? "1") ? Number(given ?? 1) - 1 : -1;
    if (!(card in cards)) {
      notes.push(tr("The cards of this lesson are 1 to {count}: it begins with the first.", { count: cards.length }));
    }
    this.lesson.go(card in cards ? card : 0, { sets: !fields.has("pattern"), focus: Boolean(this.pattern) });
  }

  async copyLink() {
    this.remember();
    const link = `${location.href.split("#")[0]}#${this.fragment}`;
    this.share.textContent = (await copied(link)) ? tr("Copied") : tr("Copy the address");
    setTimeout(() => (this.share.textContent = tr("Copy link")), 2000);
  }

  say(sentences) {
    this.message.hidden = !sentences.length;
    this.message.textContent = sentences.join(" ");
  }

  // -- light and dark ----------------------------------------------------------------------------

  setTheme(name) {
    this.themeName = name;
    showTheme(name, this.theme);
    this.draw();
    this.plane?.ask(false);
    if (this.responses && this.responses.size === this.sketches.size) this.drawSweeps();
    for (const { sketch } of this.chips) sketch?.();
  }

  toggleTheme() {
    const name = this.themeName === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(THEME_KEY, name);
    } catch {
      // A page from a file may not keep anything.
    }
    this.setTheme(name);
  }
}

/** Chooses the language that the page was written in, or else the first one of the browser that the page has. */
function chooseLanguage({ language, texts }) {
  const known = ["en", ...Object.keys(texts)];
  const wanted = navigator.languages.map((tag) => tag.split("-")[0]);
  const chosen = language ?? wanted.find((tag) => known.includes(tag)) ?? "en";
  document.documentElement.lang = chosen;
  translate(texts[chosen] ?? {});
}

/** Gives the page a theme, and its button the name of the other one. */
function showTheme(name, button) {
  document.documentElement.dataset.theme = name;
  button.textContent = name === "dark" ? tr("Light") : tr("Dark");
  button.setAttribute("aria-label", name === "dark" ? tr("Light colours") : tr("Dark colours"));
}

/** The sweeps that a procedure applied to a neuron, and shows. */
function appliedSweeps({ tape, label }, responses) {
  const shown = [...responses].filter(([k]) => tape.applied[k].keep || tape.applied[k].shown);
  return shown.flatMap(([, byName]) => [...byName].filter(([, { line }]) => line.dt)
    .map(([name, { sweep: { pieces, end, duration } }]) => ({ name: `${label}${name}`, pieces, end, duration })));
}

/** The time in ms from which the current of a line stays at its holding level; 0 if it never left it. */
function stimulusEnd({ t0, dt, current }) {
  const [low, high] = extent(current);
  const least = 1e-9 * Math.max(1, Math.abs(low), Math.abs(high));
  const last = current.findLastIndex((x) => Math.abs(x - current[0]) > least);
  return last < 0 ? 0 : t0 + Math.min(last + 1, current.length - 1) * dt;
}

/** The lowest and the highest injected current of what is drawn. */
function currentsOf(lines) {
  const [lows, highs] = [0, 1].map((end) => lines.filter(({ current }) => current).map(({ current }) => extent(current)[end]));
  return [Math.min(...lows), Math.max(...highs)];
}

/** How many criteria hold, in words. */
function holding(rows) {
  return tr("{count} of {total} hold", { count: rows.filter(({ passed }) => passed).length, total: rows.length });
}

/** A row of the table of criteria. */
function checkRow({ passed, value, low, high, unit }) {
  return { passed, value: measuredText(value, unit), accepted: intervalText(low, high, unit) };
}

/** The numbers of a stored check, in which JSON has no NaN and no infinity. */
function storedNumbers({ passed, value, low, high }) {
  return { passed, value: value === null ? NaN : Number(value), low: low ?? -Infinity, high: high ?? Infinity };
}

function lookOf({ components }) {
  if (components.length < 2) return tr(components[0].look);
  return components.filter(({ look }) => look).map(({ title, look }) => `${tr(title)}: ${tr(look)}`).join(" ");
}

/** The hard limits of a slider in words. */
function limitsOf({ valid }) {
  return valid.replace("finite", tr("finite"));
}

/** The names of stimulus values in formulas, however deep. */
function namesIn(formulas) {
  return new Set(formulas.flat(Infinity).filter((entry) => typeof entry === "string"));
}

function counted(spikes) {
  return spikes.length === 1 ? tr("1 spike") : tr("{count} spikes", { count: spikes.length });
}

function quoted(text) {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

/** Foreign text for a note: short, printable. */
function shownText(text) {
  const short = [...text.slice(0, 25)].map((c) => (/[\p{L}\p{N}\p{P}\p{S} ]/u.test(c) ? c : "�")).join("");
  return `‘${short}${text.length > 25 ? "…" : ""}’`;
}

/** Whether a value from a link is near its range: one far beyond may stand for hours of work. */
function isNear({ low, high, group, unit }, value) {
  const reach = group === "stimulus" && unit === "ms" ? 0 : 10 * (high - low);
  return value >= low - reach && value <= high + reach;
}

/** The theme that the button of a page has chosen, or null. */
function chosenTheme() {
  try {
    const name = localStorage.getItem(THEME_KEY);
    return name === "dark" || name === "light" ? name : null;
  } catch {
    return null;
  }
}

function start() {
  const sentence = document.getElementById("sentence");
  try {
    const data = JSON.parse(document.getElementById("data").textContent);
    if (data.format !== FORMAT) {
      sentence.textContent =
        `This page was made by another version of plausiwidgets (${data.version}): its data have format ` +
        `${data.format}, its script reads format ${FORMAT}. Export it again.`;
      return;
    }
    chooseLanguage(data);
    if (data.exercise && location.hash === CLASS) new ClassPage(data);
    else new Page(data);
  } catch (error) {
    sentence.textContent = tr("This page cannot be shown: {error}", { error: error.message });
    document.getElementById("page").prepend(sentence);
    throw error;
  }
}

start();
