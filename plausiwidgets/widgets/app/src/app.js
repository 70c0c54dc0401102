import { endsOf, positionOf, STEPS, valueAt } from "./engine/scales.ts";
import { extent, nearer, padded, rangesOf, seenAt, widened } from "./figure/scene.js";
import { withUnit } from "./figure/traces.js";
import { isWhole } from "./hosts/channel.ts";
import { tr, translate } from "./i18n/texts.ts";
import { measuredText, numberText, ofUnit } from "./i18n/words.ts";
import { boldIn, gameOf, isTask, lockedOn } from "./models/exerciseMode.js";
import { addressOf } from "./models/link.js";
import { moveAway } from "./models/practice.js";
import { simulated } from "./models/remote.js";
import { inPieces } from "./models/schedule.js";
import { isOf, isOpen, playback, received } from "./models/search.js";
import { defaultsOf, firstOf, isSame, knownSet, simulation, stored } from "./models/simulation.js";
import { bars } from "./models/sliderBars.js";
import { createStore } from "./models/store.js";
import { SYMBOLS } from "./models/symbols.js";
import { shapeOf } from "./models/titles.js";

/** @import { Arrays, Answer, Catalogue, Host, Line, Looked, ModelData, Range, Scene, Selection, Slider, State, Sweep, Values } from "./types.d.ts" */
/** @typedef {ReturnType<typeof createApp>} App */

const MAX_UNDO = 200; // steps of undo
const PAUSE = 700; // ms between keys that are steps of their own
const REST = 300; // ms after the last change at which Python is asked
const LONG = 300; // ms after which it is shown that a simulation is awaited

/** Whether ranges were changed, or what is held. @param {import("./types.d.ts").Box} box */
const isChosen = ({ bounds, fixed, locked }) => fixed.length + locked.length + Object.keys(bounds).length > 0;

/**
 * The app of one selection: its state, and what follows of a change. It has no view: several can show it, or none.
 * @param {Catalogue} catalogue @param {Host} host @param {ModelData} data @param {Selection} first
 * @param {Record<string, Readonly<Record<string, string>> | null>} [texts] translations by language @param {Partial<State>} [more]
 */
export function createApp(catalogue, host, data, first, texts = {}, more = {}) {
  translate(more.language ?? "en", texts[more.language ?? "en"] ?? {});
  const store = createStore({
    selection: first,
    verdict: null,
    verified: null,
    simulating: null,
    search: null,
    drawer: false,
    turn: null,
    sheet: "",
    all: false,
    tool: "",
    marked: -1,
    window: null,
    whole: false,
    sweep: "",
    pinned: null,
    present: false,
    dark: false,
    language: "en",
    notice: "",
    silent: false,
    past: [],
    future: [],
    drawn: 0,
    played: 0,
    box: { bounds: {}, fixed: [], locked: [] },
    exercise: null,
    lesson: null,
    games: {},
    table: null,
    ...more,
  });
  let current = data; // of the model that is shown
  /** @type {(Sweep[] | null)[]} */
  let found = [];
  /** @type {import("./types.d.ts").Simulated | null} */
  let answered = null; // of a neuron that only the host can simulate
  let stopSimulating = () => {};
  let awaited = 0; // the timer of a simulation by the host
  /** @type {WeakMap<Selection, number>} */
  const cardOf = new WeakMap(); // of a lesson, where a step of undo was made
  let hushed = false; // the sentence of a silent host was read
  let complaint = ""; // the notice of one that failed
  let stopTurning = () => {};
  let run = simulation(catalogue, current, first);
  /** @type {Line} */
  let yours = run.trace("yours");
  /** @type {Map<string, { key: string, found: (Sweep[] | null)[], data: ModelData, line: Line }>} */
  const others = new Map(); // lines of other values: the best of a search, what is pinned
  /** @type {{ key: string, v: Range, i: Range } | null} */
  let ranges = null;
  let stopJudging = () => {};
  let asking = 0;
  let keeping = 0;
  let stopAsking = () => {};
  let stopSeeking = () => {};
  /** @type {Values | null} */
  let begun = null; // the values that the last search began with, where it began with those of the sliders
  let ways = 0; // how often the user went, or wants to go, elsewhere
  let wanted = ""; // the language that was chosen last
  /** @type {Set<(t: number | null) => void>} */
  const pointed = new Set();
  const searchPlay = playback(store);
  const shownBars = bars(store, () => (found.some(Boolean) || !run.neuron ? null : { catalogue, data: current }));

  const selection = () => store.get().selection;
  const change = (/** @type {Partial<Selection>} */ next) => store.set({ selection: { ...selection(), ...next } });

  // -- what follows of a change ------------------------------------------------------------------

  const simulate = () => {
    run = simulation(catalogue, current, selection(), found, answered, store.get().sweep);
    yours = run.trace("yours");
  };

  /** Evaluates the selection. Data of a newer version may have rules that this page does not know: then a host evaluates it. */
  function* judging() {
    try {
      return yield* run.judging();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const notice = tr("This page cannot evaluate the criteria ({why}): update plausiwidgets, then reload the page.", { why });
      if (!host.can("simulate")) store.set({ notice });
      return { verdict: null, found: [] };
    }
  }

  const update = () => {
    stopJudging();
    stopAsking();
    clearTimeout(asking);
    simulate();
    const known = current.patterns[selection().pattern].sets[knownSet(current, selection())];
    const isKnown = known && ["replicated", "fragile"].includes(known.status);
    store.set({ verified: isKnown ? { status: known.status, why: known.why } : null });
    stopSimulating();
    clearTimeout(awaited);
    if (complaint && store.get().notice === complaint) store.set({ notice: "" });
    complaint = "";
    if (!run.neuron) return askToSimulate();
    store.set({ simulating: null });
    stopJudging = inPieces(judging(), ({ verdict, found: sweeps }) => {
      if (sweeps.some(Boolean)) {
        found = sweeps;
        simulate();
      }
      if (!verdict && app.isJudged() && host.can("simulate")) return askToSimulate();
      store.set({ verdict, drawn: store.get().drawn + 1 });
      if (verdict?.loss === 0 && !isKnown && app.asks("verify")) verifySoon();
      solved();
    });
  };

  /**
   * Asks the host for the verdict, and for the line where the page has none of its own; the last ones are shown, pale, until
   * it answers.
   */
  const askToSimulate = () => {
    const of = selection();
    const { model, pattern, values, dt } = of;
    const what = run.neuron ? "verdict" : "line";
    /** @param {Partial<import("./types.d.ts").Simulating>} next */
    const shown = (next) => store.set({ simulating: { what, state: "running", done: 0, total: 0, ...next } });
    if (store.get().simulating || !(run.neuron || answered)) shown({});
    else awaited = Number(setTimeout(shown, LONG, {}));
    stopSimulating = host.ask("simulate", { model, pattern, values, dt, sweeps: [run.sweep.name], states: false }, (answer, arrays) => {
      if (selection() !== of || answer.state === "superseded") return;
      clearTimeout(awaited);
      if (answer.state === "running") return shown({ done: answer.done, total: answer.total });
      if (answer.state !== "done") {
        shown({ state: answer.state === "stopped" ? "stopped" : "failed" });
        complaint = answer.error ?? "";
        return store.set({ notice: complaint, verdict: null });
      }
      const made = simulated(answer, arrays, run.pattern, run.sweep.name);
      const { verdict } = made;
      if (!run.neuron) {
        answered = made;
        simulate();
      }
      store.set({ simulating: null, verdict, drawn: store.get().drawn + 1 });
      if (verdict?.loss === 0) verifySoon();
      solved();
    });
  };

  const verifySoon = () => {
    store.set({ verified: { status: "pending", why: "" } });
    asking = Number(setTimeout(verify, REST));
  };

  /** Whether the values that are shown meet all criteria, as far as is known by now. */
  const holds = () => store.get().verdict?.loss === 0 && !["fragile", "rejected"].includes(store.get().verified?.status ?? "");

  const verify = () => {
    const { model, pattern, values, dt } = selection();
    const of = selection();
    stopAsking = host.ask("verify", { model, pattern, values, dt }, (answer) => {
      if (selection() !== of) return;
      if (answer.state === "failed") store.set({ verified: null, notice: answer.error ?? "" });
      else if (answer.state === "done") {
        const { status, failed_test: why } = answer.verdict;
        store.set({ verified: { status, why } });
      }
    });
  };

  /** @param {ModelData} next @param {Selection} at */
  const show = (next, at) => {
    if (at.model !== selection().model || at.pattern !== selection().pattern) {
      found = [];
      answered = null;
      store.set({ box: { bounds: {}, fixed: [], locked: [] }, sweep: "" });
    }
    current = next;
    store.set({ selection: at });
  };

  // -- the turn ----------------------------------------------------------------------------------

  const solved = () => {
    const { turn, verdict } = store.get();
    if (!turn || !verdict) return;
    if (turn.stage === "solved") {
      if (verdict.loss > 0) store.set({ turn: null }); // it was lost again
    } else if (verdict.loss === 0) store.set({ turn: { ...turn, stage: "solved" } });
  };

  // -- the search --------------------------------------------------------------------------------

  /** @param {Answer} answer @param {Arrays} arrays @param {boolean} [isAgain] of a search that the page did not ask for itself */
  const receiveSearch = (answer, arrays, isAgain = false) => {
    if (answer.state === "failed" && !answer.search) {
      return store.set({ notice: answer.error ?? "", drawer: store.get().drawer && store.get().search !== null });
    }
    if (!answer.search) return;
    const known = store.get().search;
    // Of a search that was stopped by its successor, nothing more is shown.
    if (known && known.id !== answer.id && isOpen(known) && !isOpen({ state: /** @type {any} */ (answer.state) })) return;
    const search = received(known, answer, arrays, performance.now());
    // A link may have opened another pair since: what was found for the former one is not shown over it.
    if (isAgain && known?.id !== search.id && !isOpen(search) && !isOf(search, selection())) return;
    // A search of another pair opens the drawer with its first answer alone.
    const opens = known?.id !== search.id || isOf(search, selection());
    const isOver = known?.id === search.id && isOpen(known) && !isOpen(search);
    if (isOver) ranges = null; // what was tried on the way has widened the axes
    store.set({ search, drawer: opens || store.get().drawer, ...(isOver ? { drawn: store.get().drawn + 1 } : {}) });
    searchPlay.updated();
  };

  /** The line of other values than those of the sliders, simulated once. @param {"best" | "pinned"} role @param {Values | null} values */
  const lineOf = (role, values) => {
    if (!run.neuron || !values) return null;
    const { model, pattern, dt, values: own } = selection();
    const at = { ...selection(), values: { ...own, ...values } };
    const key = JSON.stringify([model, pattern, dt, at.values, run.sweep.name]);
    const known = others.get(role);
    if (known?.key === key && known.found === found && known.data === current) return known.line;
    const line = simulation(catalogue, current, at, found, null, run.sweep.name).trace(role);
    others.set(role, { key, found, data: current, line });
    return line;
  };

  /** Goes to a step of undo, in a lesson with the card on which it was made. @param {Selection} to */
  const turnBack = async (to) => {
    await app.back(to);
    const { lesson } = store.get();
    const at = cardOf.get(to);
    if (!lesson || at === undefined || at === lesson.at || selection() !== to) return;
    store.set({ lesson: { ...lesson, at, met: false } });
    app.setBox({ locked: lockedOn(app.sliders, lesson.cards[at]) });
  };

  const app = {
    store,
    host,
    catalogue,
    /** Those in which the app can be shown. */
    languages: ["en", ...Object.keys(texts).filter((one) => one !== "en")],
    bars: shownBars,
    play: searchPlay,
    get data() {
      return current;
    },
    get run() {
      return run;
    },
    get yours() {
      return yours;
    },
    /** @returns {import("./types.d.ts").Pattern} */
    get pattern() {
      return run.pattern;
    },
    /** Whether there are criteria: a current alone has none. */
    isJudged: () => run.pattern.components.some(({ criteria }) => criteria.length > 0),
    /** All sliders, with the ranges that were chosen for them. @returns {Slider[]} */
    get sliders() {
      const { bounds } = store.get().box;
      return run.sliders.map((slider) => {
        const range = bounds[slider.name];
        return range ? { ...slider, low: range[0], high: range[1] } : slider;
      });
    },
    /** The sliders that are seen at first; in an exercise those that may be moved. @returns {Slider[]} */
    get mattering() {
      const { locked } = store.get().box;
      const all = app.sliders;
      const game = gameOf(store.get());
      const free = all.filter(({ name }) => (game ? game.moved.includes(name) : locked.length && !locked.includes(name)));
      if (free.length) return free;
      const { lesson } = store.get();
      const bold = lesson ? boldIn(lesson.cards[lesson.at].body) : [];
      const taught = all.filter(({ name }) => bold.includes(name)).map(({ name }) => name);
      const names = [...new Set([...taught, ...run.pattern.matter])].slice(0, Math.max(taught.length, 4));
      return names.map((name) => all.find((slider) => slider.name === name)).filter((slider) => slider !== undefined);
    },
    /** Names of the values that a search may change. */
    free() {
      const { fixed, locked } = store.get().box;
      return app.sliders.map(({ name }) => name).filter((name) => !fixed.includes(name) && !locked.includes(name));
    },
    /** Changes a range, or what a search may change. @param {Partial<import("./types.d.ts").Box>} next */
    setBox(next) {
      store.set({ box: { ...store.get().box, ...next } });
    },

    // -- drawing -----------------------------------------------------------------------------------

    /** What is drawn now. @returns {Scene} */
    scene() {
      const { search, drawer, pinned, window, whole, marked, turn, selection: at } = store.get();
      const best = isOf(search, at) && drawer && !turn ? lineOf("best", searchPlay.best()) : null;
      const compared = pinned && isOf(pinned, at) ? lineOf("pinned", pinned.values) : null;
      const example = run.example();
      const lines = [example, compared, best, yours].filter((line) => line !== null);
      const event = whole ? null : run.event(yours);
      const scale = run.scale();
      const below = run.pattern.fine && event ? scale[1] + 0.4 * (scale[1] - scale[0]) : null;
      const needed = rangesOf(lines, { span: run.span, low: scale[0], below, event });
      const key = `${at.model} ${at.pattern} ${run.sweep.name} ${whole}`;
      if (ranges?.key !== key) ranges = { key, v: needed.v, i: padded(needed.i, 0.02) };
      ranges.v = widened(ranges.v, needed.v);
      ranges.i = widened(ranges.i, needed.i);
      const x = window?.x ?? event ?? needed.x;
      const game = gameOf(store.get());
      const canMove = (/** @type {string} */ name) => !store.get().box.locked.includes(name) && (!game || game.moved.includes(name));
      return {
        lines,
        x,
        v: window?.y ?? ranges.v,
        i: ranges.i,
        unit: ofUnit(current.model.unit),
        scale: ofUnit(current.model.potential_unit ?? "mV"),
        handles: run
          .handles()
          .filter(({ name }) => canMove(name))
          .map((handle) => seenAt(handle, x)),
        marks: looked(),
        pointed: marked >= 0,
        faded: store.get().simulating?.what === "line",
        peak: current.model.resets && below === null && run.neuron ? run.neuron.peak : NaN,
      };
    },
    /**
     * Goes nearer to a time, or farther from it; null: to the middle. All of it is no zoom.
     * @param {number} factor less than 1 is nearer @param {number | null} [about]
     */
    zoom(factor, about = null) {
      const { x } = app.scene();
      const whole = /** @type {Range} */ ([yours.t0, yours.t0 + yours.v.length * yours.dt]);
      const next = nearer(x, whole, factor, about ?? (x[0] + x[1]) / 2);
      store.set({ window: next ? { x: next, y: store.get().window?.y ?? null } : null });
    },
    /** Shows the response to another sweep of the pattern. @param {string} sweep */
    showSweep(sweep) {
      store.set({ sweep, window: null });
      if (!run.neuron) return update(); // the host has it
      simulate();
      store.set({ drawn: store.get().drawn + 1 });
    },
    /** Whether a part of the sweep is shown. */
    isPart() {
      return store.get().window !== null || run.event(yours) !== null;
    },
    /** What the figure shows, in words. */
    described() {
      const spikes = measuredText(yours.spikes.length, "spikes");
      if (!yours.v.some(Number.isFinite)) return tr("Membrane potential over time. Nothing has been simulated yet.");
      const [low, high] = extent(yours.v);
      const unit = ofUnit(current.model.potential_unit ?? "mV");
      const values = { spikes, low: numberText(low, 3), high: withUnit(high, unit) };
      return tr("Membrane potential over time. Your neuron fires {spikes}, and the potential ranges from {low} to {high}.", values);
    },
    /** What the target is called, and its source where it is a published neuron. @returns {string[]} */
    exampleParts() {
      if (!run.pattern.targets.length) return [];
      if (gameOf(store.get()) || store.get().exercise?.common) return [tr("hidden neuron")];
      const { lines, neuron, title } = run.pattern.targets[0];
      if (lines) return [tr("recording")];
      return [tr("target"), neuron === "izhikevich_2004" ? "Izhikevich 2004" : tr(title)];
    },
    exampleTitle: () => app.exampleParts().join(", "),
    /** Whether the example is of another neuron, and drawn on the potentials of this one. */
    isScaled: () => run.pattern.targets.length > 0 && !run.pattern.targets[0].lines && !run.pattern.twin,
    /** Passes a time of the figure on to the views that show where the neuron is then. @param {number | null} t */
    pointAt(t) {
      for (const listener of pointed) listener(t);
    },
    /** @param {(t: number | null) => void} listener */
    onPoint(listener) {
      pointed.add(listener);
      return () => pointed.delete(listener);
    },

    // -- values ------------------------------------------------------------------------------------

    /** @param {Values} values */
    put(values) {
      const { locked } = store.get().box;
      const free = Object.entries(values).filter(([name]) => !locked.includes(name));
      change({ values: { ...selection().values, ...Object.fromEntries(free) } });
    },
    /** A value within the range of its slider, rounded as the slider does. @param {string} name @param {number} value @param {number} [by] positions from it */
    within(name, value, by = 0) {
      const slider = /** @type {Slider} */ (app.sliders.find((one) => one.name === name));
      const ends = endsOf(slider, selection().values[name]);
      if (!Number.isFinite(value)) return selection().values[name];
      return valueAt(slider, Math.min(Math.max(positionOf(slider, value, ends) + by, 0), STEPS), ends);
    },
    /** Moves a value by some positions of its slider. @param {string} name @param {number} by */
    nudge: (name, by) => app.put({ [name]: app.within(name, selection().values[name], by) }),
    /** @param {number} dt */
    step(dt) {
      change({ dt });
      app.keep();
    },
    /** Keeps the selection to come back to: one drag is one. */
    keep() {
      clearTimeout(keeping);
      const { past } = store.get();
      const last = past[past.length - 1];
      if (last && isSame(last, selection())) return;
      const { lesson } = store.get();
      if (lesson) cardOf.set(selection(), lesson.at);
      store.set({ past: [...past.slice(-MAX_UNDO), selection()], future: [] });
    },
    /** Keeps it a moment after the last of several changes: keys that follow each other are one step. */
    keepSoon() {
      clearTimeout(keeping);
      keeping = Number(setTimeout(app.keep, PAUSE));
    },
    canUndo() {
      const { past } = store.get();
      return past.length > 1 || !isSame(past[past.length - 1], selection());
    },
    undo() {
      app.keep();
      const { past, future } = store.get();
      if (past.length < 2) return;
      store.set({ past: past.slice(0, -1), future: [...future, past[past.length - 1]] });
      return turnBack(past[past.length - 2]);
    },
    redo() {
      const { past, future } = store.get();
      const next = future[future.length - 1];
      if (!next) return;
      store.set({ past: [...past, next], future: future.slice(0, -1) });
      return turnBack(next);
    },
    /** What the host knows of a model and a pattern. @param {string} model @param {string} pattern */
    describe: (model, pattern) =>
      model === current.model.name && isWhole(current, pattern) ? Promise.resolve(current) : host.describe(model, pattern, app.learn),
    /** Takes what is known by now of a custom model, or why there is no more. @param {ModelData} data @param {string} [error] */
    learn(data, error = "") {
      if (error) return store.set({ notice: error });
      if (data.model.name !== current.model.name) return;
      const had = run.neuron;
      current = data;
      simulate();
      if (had || run.neuron) update();
      else store.set({ drawn: store.get().drawn + 1 }); // what was asked of the host goes on
    },
    /** Ends a simulation by the host; @see again */
    stopSimulating() {
      stopSimulating();
      clearTimeout(awaited);
      const { simulating } = store.get();
      if (simulating) store.set({ simulating: { ...simulating, state: "stopped" }, verdict: null });
    },
    /** Simulates what is shown once more, after it was stopped or has failed. */
    again: () => update(),
    /** @param {Selection} to */
    async back(to) {
      if (to.model !== current.model.name || to.pattern !== selection().pattern) return app.choose(to.model, to.pattern, { to });
      show(current, to);
    },
    defaults() {
      const values = { ...selection().values };
      for (const slider of current.parameters) values[slider.name] = slider.default;
      change({ values });
      app.keep();
    },
    /** A stored set of the pair. @param {number} set */
    load(set) {
      store.set({ turn: null, window: null });
      show(current, stored(current, selection().pattern, set));
      app.keep();
    },
    /**
     * Begins a way to another neuron, pattern or lesson that has to be fetched first; returns whether it is still wanted.
     * Who has gone elsewhere meanwhile is not fetched back.
     */
    setOut() {
      stopTurning();
      const way = ++ways;
      return () => way === ways;
    },
    /**
     * Goes to a model and a pattern, at the stored set on which they open; with the values on the sliders where they are to
     * be kept; at given values, which the defaults complete; or to a selection.
     * @param {string} model @param {string} pattern @param {{ keep?: boolean, to?: Selection, values?: Values, dt?: number }} [how]
     */
    async choose(model, pattern, { keep = false, to, values, dt } = {}) {
      const isWanted = app.setOut();
      try {
        const next = await app.describe(model, pattern);
        if (!isWanted()) return;
        const { sets } = next.patterns[pattern];
        const at = to ?? (values ? defaultsOf(next, pattern) : stored(next, pattern, firstOf(sets)));
        const names = new Set(next.parameters.map(({ name }) => name));
        const kept = keep ? Object.fromEntries(Object.entries(selection().values).filter(([name]) => names.has(name))) : {};
        store.set({
          verdict: null,
          verified: null,
          simulating: null,
          turn: null,
          window: null,
          whole: false,
          marked: -1,
          notice: "",
          sheet: "",
          drawer: false,
        });
        show(next, to ? at : { ...at, values: { ...at.values, ...kept, ...values }, dt: dt ?? at.dt });
        if (!to) app.keep();
      } catch (error) {
        store.set({ notice: error instanceof Error ? error.message : String(error) });
      }
    },
    /** The next or the last pattern. @param {number} by */
    next(by) {
      if (isTask(store.get())) return;
      const known = host.name === "none" ? [] : Object.keys(catalogue.patterns); // of a custom model not all are here yet
      const keys = [...new Set([...known, ...Object.keys(current.patterns)])].filter((key) => !shapeOf(key));
      const at = keys.indexOf(selection().pattern);
      return app.choose(selection().model, keys[(at + by + keys.length) % keys.length]);
    },

    // -- turn, search ------------------------------------------------------------------------------

    /** Whether there is a set of values from which a turn begins. */
    canTurn() {
      return Boolean(run.neuron) && (store.get().verdict?.loss === 0 || run.pattern.sets.some(({ status }) => status === "replicated"));
    },
    turn() {
      const { verdict } = store.get();
      const set = run.pattern.sets.findIndex(({ status }) => status === "replicated");
      const from = verdict?.loss === 0 ? selection() : stored(current, selection().pattern, Math.max(set, 0));
      app.setOut();
      stopTurning = inPieces(moveAway(catalogue, current, from, app.mattering), (moved) => {
        if (!moved) return store.set({ notice: tr("No suitable starting point was found. Choose another pattern.") });
        app.keep();
        store.set({ turn: { stage: "open", from: from.values, moved: moved.names }, drawer: false, window: null, notice: "" });
        show(current, { ...from, values: moved.values });
        app.keep();
      });
    },
    hint() {
      const { turn } = store.get();
      if (turn) store.set({ turn: { ...turn, stage: turn.stage === "open" ? "bars" : "shown" } });
    },
    endTurn() {
      const { turn } = store.get();
      if (!turn) return;
      store.set({ turn: null });
      app.put(turn.from);
      app.keep();
    },
    /**
     * Begins a search at the values that are shown: or elsewhere where these hold, for it would be over at once.
     * @param {"values" | "random"} [begin] @param {{ pace?: boolean }} [how]
     */
    search(begin = holds() ? "random" : "values", how = {}) {
      const { model, pattern, values, dt } = selection();
      const { turn, box } = store.get();
      begun = begin === "values" ? values : null;
      store.set({ search: null, drawer: true, turn: null, notice: "" });
      const own = { bounds: box.bounds, free: app.free() };
      // A notebook has them as the page does; elsewhere the defaults hold what is not to be searched.
      const chosen = host.name === "none" || (host.name === "server" && isChosen(box)) ? own : {};
      const free = turn ? { free: turn.moved } : {};
      stopSeeking = host.ask("search", { model, pattern, values, dt, begin, ...chosen, ...free, ...how }, receiveSearch);
    },
    /** Whether the best of the search is what it began with, from the sliders. */
    isBestAtStart: () => Boolean(begun) && Object.entries(store.get().search?.best ?? {}).every(([name, value]) => begun?.[name] === value),
    /** Whether the values are those that the search has found. */
    isTaken() {
      const { search } = store.get();
      const { values, dt } = selection();
      if (search?.dt && search.dt !== dt) return false;
      return isOf(search, selection()) && Object.entries(search?.best ?? {}).every(([name, value]) => values[name] === value);
    },
    /** The sentence for the user: the last notice, else that the host is silent. */
    sentence() {
      const { notice, silent } = store.get();
      if (notice || !silent || hushed) return notice;
      if (host.name === "server") return tr("The server is not responding. The app continues without it.");
      return run.neuron
        ? tr("The kernel is not responding (busy or stopped). The app continues without it.")
        : tr("The kernel is not responding (busy or stopped), and this model needs it.");
    },
    /** Takes the sentence away. */
    hush() {
      hushed = store.get().silent;
      store.set({ notice: "", drawn: store.get().drawn + 1 });
    },
    /** Takes a search back before its first answer. */
    stopStarting() {
      stopSeeking();
      store.set({ drawer: false });
    },
    /** Whether the host is asked for something; where it is silent, the page does by itself what it can. @param {import("./messages.ts").Kind} kind */
    asks: (kind) => host.can(kind) && !(store.get().silent && run.neuron),
    /** Asks the host what runs: after a reload it goes on being shown. */
    resume() {
      if (host.can("search")) host.ask("running", {}, (answer, arrays) => receiveSearch(answer, arrays, true));
    },
    /** @param {"pause" | "resume" | "stop"} kind */
    control(kind) {
      const { search } = store.get();
      if (!search) return;
      host.ask(kind, { of: search.id }, () => {});
      // A kernel that has ended sends no end of its search.
      if (kind === "stop" && store.get().silent) store.set({ search: { ...search, state: "stopped" } });
    },
    take() {
      const { search } = store.get();
      if (!search?.best) return;
      app.keep();
      if (!isOf(search, selection())) return app.choose(search.model, search.pattern, { values: search.best, dt: search.dt || undefined });
      change({ values: { ...selection().values, ...search.best }, dt: search.dt || selection().dt });
      store.set({ notice: "" });
      app.keep();
    },
    has: host.has,
    /** Shows the texts of a language, which its host may have to send. @param {string} language */
    speak(language) {
      wanted = language;
      const take = () => {
        translate(language, texts[language] ?? {});
        host.speak?.(language);
        store.set({ language });
      };
      if (language === "en" || texts[language]) return take();
      host.ask("texts", { language }, (answer) => {
        if (answer.state !== "done") return store.set({ notice: answer.error ?? "" });
        texts[language] = answer.texts;
        if (wanted === language) take(); // not where another one was chosen since
      });
    },
    /** @param {string[]} [locked] in place of what is locked */
    address(locked) {
      const { lesson, box, exercise } = store.get();
      return addressOf(selection(), current, {
        lesson: lesson?.name,
        card: lesson?.at ?? null,
        locked: locked ?? (exercise ? [] : box.locked),
      });
    },
    close() {
      stopJudging();
      stopAsking();
      stopTurning();
      clearTimeout(asking);
      clearTimeout(awaited);
      clearTimeout(keeping);
      shownBars.close();
      searchPlay.close();
      host.close();
    },
  };

  /** What is looked at in the sweep that is shown: by the criterion that is pointed at, else by those that were measured and fail, worst first. @returns {Looked[]} */
  function looked() {
    const { verdict, marked } = store.get();
    if (!verdict || verdict.diverged) return [];
    const pointed = verdict.criteria[marked];
    const missed = verdict.criteria.filter(({ passed, value }) => !passed && !Number.isNaN(value)).sort((a, b) => b.penalty - a.penalty);
    const [first, last] = [yours.t0, yours.t0 + yours.v.length * yours.dt];
    return (pointed ? [pointed] : missed).flatMap((check) =>
      (check.looks ?? [])
        .filter(({ sweep }) => sweep === null || sweep === run.sweep.name)
        .map(({ from, to }) => {
          const unit = check.name.endsWith(check.unit) ? "" : check.unit; // a number of spikes is called "spikes"
          const measured = Number.isNaN(check.value) ? tr("not measurable") : measuredText(check.value, pointed ? check.unit : unit);
          const own = `${run.sweep.name}: `; // of a recording a criterion names its sweep, which is shown
          const name = tr(check.name.startsWith(own) ? check.name.slice(own.length) : check.name);
          const text = pointed ? measured : `${SYMBOLS.rejected} ${name}: ${measured}`;
          const [begin, end] = [Math.max(Number.isNaN(from) ? first : from, first), Math.min(Number.isNaN(to) ? last : to, last)];
          return { from: begin, to: end, text, passed: check.passed };
        })
        .filter(({ from, to }) => to > from),
    );
  }

  /** @param {boolean} silent */
  const hearSilence = (silent) => {
    const { verdict, verified } = store.get();
    hushed = false;
    store.set({ silent, ...(silent && verified?.status === "pending" ? { verified: null } : {}) });
    if (!silent && verdict?.loss === 0 && !verified && run.neuron) verify();
  };
  host.onSilence?.(hearSilence);

  store.on((_, changed) => changed.has("selection") && update());
  update();
  app.keep();
  return app;
}
