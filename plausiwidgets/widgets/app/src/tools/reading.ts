// Reads a recording: sends its file to Python, keeps the content that Python found, and makes it the target.

import { type Signal, signal } from "@preact/signals";
import type { App } from "../app.ts";
import { tr } from "../i18n/texts.ts";
import { FINAL, type Replies, type ReplyArrays, type Requests } from "../messages.ts";
import { keptIn } from "./jobs.ts";
import { type Criterion, criteriaOf, type Sweep, sweepsOf, usualWeights } from "./recordingSweeps.ts";

const MAX_BYTES = 10_000_000; // bytes: a larger message closes the connection

/** A sweep is used for fitting, held out for validation, or excluded. */
export type SweepRole = "compared" | "predicted" | "out";

type Found = Replies["recording"];

/** A file, the content that was found in it, and the choices of the user. */
export interface Reading {
  /** The file, or the first of several files. The bytes are those of all of them. */
  readonly file: File | null;
  readonly files: readonly File[];
  readonly bytes: ArrayBuffer | null;
  /** The pattern that was shown when the file was opened. */
  readonly over: string;
  /** The units that the file does not name, by quantity, and the chosen ones. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  readonly units: Readonly<Record<string, string>>;
  /** The firing without a stimulus, and the answer of the user to whether the cell fires spontaneously. */
  readonly firing: Found["firing"];
  readonly isSpontaneous: boolean | null;
  /** The liquid junction potential in mV and the series resistance in MΩ. */
  readonly junction: number;
  readonly resistance: number;
  /** Sentences of Python about the recording. */
  readonly notes: readonly string[];
  readonly notice: string;
  readonly isBusy: boolean;
  /** The last request. Replies to a former one are dropped. */
  readonly question: object | null;
  /** All sweeps and criteria of the file. There are none while its units are unknown. */
  readonly sweeps: readonly Sweep[];
  readonly criteria: readonly Criterion[];
  /** The names of the features that Python does not compare by default. */
  readonly leftOut: readonly string[];
  /** The unit of the current. */
  readonly unit: string;
  /** The place of the sweep that is shown. */
  readonly at: number;
  /** The weights of the compared features by name. Features that are not compared have a weight of 0. */
  readonly weights: ReadonlyMap<string, number>;
  /** The roles of the sweeps that are not used for fitting, by name. */
  readonly roles: ReadonlyMap<string, SweepRole>;
  /** The pattern of the file, and the one of its held-out sweeps or an empty text. */
  readonly pattern: string;
  readonly heldOut: string;
  /** The model for which the pattern was created. */
  readonly model: string;
  /** The choices with which the target was created, or an empty text while the file is not the target. */
  readonly agreed: string;
}

const EMPTY: Reading = {
  file: null,
  files: [],
  bytes: null,
  over: "",
  choices: {},
  units: {},
  firing: null,
  isSpontaneous: null,
  junction: 0,
  resistance: 0,
  notes: [],
  notice: "",
  isBusy: false,
  question: null,
  sweeps: [],
  criteria: [],
  leftOut: [],
  unit: "",
  at: 0,
  weights: new Map(),
  roles: new Map(),
  pattern: "",
  heldOut: "",
  model: "",
  agreed: "",
};

/** The models that reading a file changes. */
export type Readers = Pick<App, "host" | "selection" | "run">;

/** The reading of an app. All its views share it. */
export const readingOf = (app: Pick<App, "selection">): Signal<Reading> =>
  keptIn(app, "recording", () => signal(EMPTY));

export function update(state: Signal<Reading>, change: Partial<Reading>): void {
  state.value = { ...state.peek(), ...change };
}

/** The name of a file, or of several files. */
export const nameOf = ([first, ...others]: readonly File[]): string =>
  others.length ? tr("{name} and {count} more", { name: first.name, count: others.length }) : (first?.name ?? "");

/** Whether the user must state first whether the cell fires spontaneously. */
export const needsAnswer = ({ firing, isSpontaneous }: Reading): boolean => firing !== null && isSpontaneous === null;

/** Reads a recording that was opened or dropped, and opens the tool that shows it. Files are the sweeps of one cell. */
export async function readRecording(app: Readers & Pick<App, "screen">, files: readonly File[]): Promise<void> {
  const state = readingOf(app);
  const [file] = files;
  app.screen.tool.value = "data";
  app.screen.sheet.value = "";
  const size = files.reduce((total, one) => total + one.size, 0);
  if (size > MAX_BYTES) {
    const notice = tr(
      "{name} has {size} MB, but the limit here is {most} MB. Use pw.from_recording in Python for larger files.",
      { name: nameOf(files), size: Math.round(size / 1e6), most: MAX_BYTES / 1e6 },
    );
    update(state, { ...EMPTY, notice });
    return;
  }
  update(state, { ...EMPTY, file, files, over: app.selection.pattern.peek().key, isBusy: true });
  const isLatest = () => state.peek().file === file; // unless another file was opened meanwhile
  try {
    const bytes = joined(await Promise.all(files.map((one) => one.arrayBuffer())));
    if (!isLatest()) return;
    update(state, { bytes });
  } catch (error) {
    // The file was removed, or the browser is not allowed to read it.
    if (isLatest()) update(state, { isBusy: false, notice: String(error) });
    return;
  }
  ask(app);
}

/** The content of files, one after the other. */
function joined(parts: readonly ArrayBuffer[]): ArrayBuffer {
  if (parts.length === 1) return parts[0];
  const bytes = new Uint8Array(parts.reduce((total, { byteLength }) => total + byteLength, 0));
  let place = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part), place);
    place += part.byteLength;
  }
  return bytes.buffer;
}

type Chosen = Pick<Requests["recording"], "compare" | "sweeps" | "holdout">;
type Stated = Pick<
  Requests["recording"],
  "names" | "sizes" | "spontaneous" | "junction_potential" | "series_resistance"
>;

/** What the user has stated about the files, without the defaults. */
function statedOf({ files, isSpontaneous, junction, resistance }: Reading): Stated {
  return {
    ...(files.length > 1 ? { names: files.map(({ name }) => name), sizes: files.map(({ size }) => size) } : {}),
    ...(isSpontaneous === null ? {} : { spontaneous: isSpontaneous }),
    ...(junction ? { junction_potential: junction } : {}),
    ...(resistance ? { series_resistance: resistance } : {}),
  };
}

type Statement = Partial<Pick<Reading, "isSpontaneous" | "junction" | "resistance">>;

/** Reads the file again with another statement of the user, which is taken back if the file contradicts it. */
export function restate(app: Readers, change: Statement): void {
  const state = readingOf(app);
  const { isSpontaneous, junction, resistance } = state.peek();
  update(state, change);
  ask(app, false, { isSpontaneous, junction, resistance });
}

/** The choices of the user, without those that are the default. */
export function chosenOf({ sweeps, criteria, leftOut, weights, roles }: Reading): Chosen {
  const isUsual = [...usualWeights(criteria, leftOut)].every(([name, weight]) => weights.get(name) === weight);
  const numbersOf = (role: SweepRole) =>
    sweeps.filter(({ name }) => (roles.get(name) ?? "compared") === role).flatMap(({ numbers }) => numbers);
  return {
    ...(isUsual ? {} : { compare: Object.fromEntries([...weights].filter(([, weight]) => weight > 0)) }),
    ...(roles.size ? { sweeps: numbersOf("compared"), holdout: numbersOf("predicted") } : {}),
  };
}

/** Sends the file. If the user has agreed, the reply is the pattern with the choices, which becomes the target. */
export function ask(app: Readers, isAgreed = false, former: Statement = {}): void {
  const state = readingOf(app);
  const { file, files, bytes, units } = state.peek();
  if (!file || !bytes) return;
  const chosen = isAgreed ? chosenOf(state.peek()) : {};
  const question = {
    model: app.selection.data.peek().model.name,
    name: nameOf(files),
    units,
    ...statedOf(state.peek()),
    ...chosen,
  };
  const isWanted = isAgreed ? app.selection.setOut() : () => false;
  update(state, { isBusy: true, notice: "", question });
  app.host.ask(
    "recording",
    question,
    (reply, arrays) => {
      if (state.peek().question !== question || !FINAL.has(reply.state)) return;
      update(state, { isBusy: false });
      if (reply.state !== "done") return update(state, { ...former, notice: reply.error ?? "" });
      if (!isAgreed) return take(state, reply, arrays, question.model);
      const { pattern, held_out: heldOut } = reply;
      update(state, { pattern, heldOut, model: question.model, agreed: JSON.stringify(chosen) });
      if (isWanted()) show(app, pattern);
    },
    bytes,
  );
}

/** Takes the content that Python has found in the file. */
function take(
  state: Signal<Reading>,
  reply: Replies["recording"],
  arrays: Partial<ReplyArrays["recording"]>,
  model: string,
): void {
  const { pattern, held_out: heldOut, choices, left_out: leftOut, unit, firing, notes } = reply;
  const { units: chosen, isSpontaneous, firing: former } = state.peek();
  const offered = Object.fromEntries(Object.entries(choices).map(([what, [first]]) => [what, chosen[what] ?? first]));
  const criteria = criteriaOf(reply);
  update(state, {
    choices,
    units: pattern ? chosen : offered,
    sweeps: sweepsOf(reply, arrays),
    criteria,
    firing: isSpontaneous === false ? former : firing, // of all sweeps, also of those that are left out
    notes,
    leftOut,
    weights: usualWeights(criteria, leftOut),
    roles: new Map(),
    at: 0,
    unit,
    pattern,
    heldOut,
    model,
    agreed: "",
  });
}

/** Makes the file the target, as the user has chosen. */
export function agree(app: Readers): void {
  const state = readingOf(app);
  const { agreed, model, pattern } = state.peek();
  const chosen = chosenOf(state.peek());
  // The pattern that is here was created with other choices, or for a model whose current has another unit.
  const isOther = !["", "{}"].includes(agreed) || model !== app.selection.data.peek().model.name;
  if (Object.keys(chosen).length || isOther) {
    ask(app, true);
  } else {
    update(state, { agreed: JSON.stringify(chosen) });
    show(app, pattern);
  }
}

/** Opens a pattern of the file at the sweep that is shown. */
export async function show(app: Readers, pattern: string): Promise<void> {
  await app.selection.choose(app.selection.data.peek().model.name, pattern, { keep: true });
  lookAt(app, readingOf(app).peek().at);
}

/** Shows a sweep of the file, in the figure as well if the figure has it. */
export function lookAt({ selection, run }: Pick<App, "selection" | "run">, at: number): void {
  const state = readingOf({ selection });
  const name = state.peek().sweeps[at]?.name ?? "";
  update(state, { at });
  if (run.sweeps.peek().includes(name) && run.sweep.peek() !== name) run.showSweep(name);
}

/** Sets the role of a sweep. */
export function assign(state: Signal<Reading>, sweep: string, role: SweepRole): void {
  const roles = new Map(state.peek().roles);
  if (role === "compared") roles.delete(sweep);
  else roles.set(sweep, role);
  update(state, { roles });
}

/** Sets the weight of a feature. A weight of 0 leaves the feature out. */
export function weigh(state: Signal<Reading>, feature: string, weight: number): void {
  update(state, { weights: new Map(state.peek().weights).set(feature, weight) });
}
