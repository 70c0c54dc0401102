// Reading of a recording. The page sends its file to Python, stores the results, and makes the recording the target.

import { type Signal, signal } from "@preact/signals";
import type { App } from "../app.ts";
import { tr } from "../i18n/texts.ts";
import { FINAL, type Replies, type ReplyArrays, type Requests } from "../messages.ts";
import { keptIn } from "./jobs.ts";
import { type Criterion, criteriaOf, type Sweep, sweepsOf, usualWeights } from "./recordingSweeps.ts";

const MAX_BYTES = 10_000_000; // maximum size in bytes, because a larger message closes the connection

/** The role of a sweep, which is used for fitting, held out for validation, or excluded. */
export type SweepRole = "compared" | "predicted" | "out";

type Found = Replies["recording"];

/** A file with its content, and the choices of the user. */
export interface Reading {
  /** The file, or the first of several files. The bytes are those of all files. */
  readonly file: File | null;
  readonly files: readonly File[];
  readonly bytes: ArrayBuffer | null;
  /** The pattern that was shown when the file was opened. */
  readonly over: string;
  /** The possible units of quantities without a unit in the file, and the selected ones. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  readonly units: Readonly<Record<string, string>>;
  /** The firing without a stimulus, and the user's answer to whether the cell fires spontaneously. */
  readonly firing: Found["firing"];
  readonly isSpontaneous: boolean | null;
  /** The liquid junction potential in mV and the series resistance in MΩ. */
  readonly junction: number;
  readonly resistance: number;
  /** The notes of Python about the recording. */
  readonly notes: readonly string[];
  readonly notice: string;
  readonly isBusy: boolean;
  /** The last request. Replies to earlier requests are dropped. */
  readonly question: object | null;
  /** All sweeps and criteria of the file, which are empty while its units are unknown. */
  readonly sweeps: readonly Sweep[];
  readonly criteria: readonly Criterion[];
  /** The names of the features that Python does not compare by default. */
  readonly leftOut: readonly string[];
  /** The unit of the current. */
  readonly unit: string;
  /** The index of the shown sweep. */
  readonly at: number;
  /** The weights of the features by name, which are 0 for features that are not compared. */
  readonly weights: ReadonlyMap<string, number>;
  /** The roles of the sweeps that are not used for fitting, by name. */
  readonly roles: ReadonlyMap<string, SweepRole>;
  /** The pattern of the file, and the pattern of its held-out sweeps or an empty string. */
  readonly pattern: string;
  readonly heldOut: string;
  /** The model for which the pattern was created. */
  readonly model: string;
  /** The choices with which the target was created, or an empty string while the file is not the target. */
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

/** The models that are changed by reading a file. */
export type Readers = Pick<App, "host" | "selection" | "run">;

/** The reading of an app, which all its views share. */
export const readingOf = (app: Pick<App, "selection">): Signal<Reading> =>
  keptIn(app, "recording", () => signal(EMPTY));

export function update(state: Signal<Reading>, change: Partial<Reading>): void {
  state.value = { ...state.peek(), ...change };
}

/** The name of a file, or of several files. */
export const nameOf = ([first, ...others]: readonly File[]): string =>
  others.length ? tr("{name} and {count} more", { name: first.name, count: others.length }) : (first?.name ?? "");

/** Whether the user must first state whether the cell fires spontaneously. */
export const needsAnswer = ({ firing, isSpontaneous }: Reading): boolean => firing !== null && isSpontaneous === null;

/** Reads a recording and opens the tool that shows it. Several files are sweeps of the same cell. */
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
  const isLatest = () => state.peek().file === file; // false after another file was opened
  try {
    const bytes = joined(await Promise.all(files.map((one) => one.arrayBuffer())));
    if (!isLatest()) return;
    update(state, { bytes });
  } catch (error) {
    // The file was removed, or the browser may not read it.
    if (isLatest()) update(state, { isBusy: false, notice: String(error) });
    return;
  }
  ask(app);
}

/** The content of files in one buffer. */
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

/** The statements of the user about the files, without the defaults. */
function statedOf({ files, isSpontaneous, junction, resistance }: Reading): Stated {
  return {
    ...(files.length > 1 ? { names: files.map(({ name }) => name), sizes: files.map(({ size }) => size) } : {}),
    ...(isSpontaneous === null ? {} : { spontaneous: isSpontaneous }),
    ...(junction ? { junction_potential: junction } : {}),
    ...(resistance ? { series_resistance: resistance } : {}),
  };
}

type Statement = Partial<Pick<Reading, "isSpontaneous" | "junction" | "resistance">>;

/** Reads the file again with another statement of the user, which is withdrawn if the file contradicts it. */
export function restate(app: Readers, change: Statement): void {
  const state = readingOf(app);
  const { isSpontaneous, junction, resistance } = state.peek();
  update(state, change);
  ask(app, false, { isSpontaneous, junction, resistance });
}

/** The choices of the user, without those equal to the defaults. */
export function chosenOf({ sweeps, criteria, leftOut, weights, roles }: Reading): Chosen {
  const isUsual = [...usualWeights(criteria, leftOut)].every(([name, weight]) => weights.get(name) === weight);
  const numbersOf = (role: SweepRole) =>
    sweeps.filter(({ name }) => (roles.get(name) ?? "compared") === role).flatMap(({ numbers }) => numbers);
  return {
    ...(isUsual ? {} : { compare: Object.fromEntries([...weights].filter(([, weight]) => weight > 0)) }),
    ...(roles.size ? { sweeps: numbersOf("compared"), holdout: numbersOf("predicted") } : {}),
  };
}

/** Sends the file. If the user has agreed, the reply contains the pattern for the choices, which becomes the target. */
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

/** Stores the content that Python has found in the file. */
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
    firing: isSpontaneous === false ? former : firing, // the firing in all sweeps, including those that are left out
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

/** Makes the file the target, with the choices of the user. */
export function agree(app: Readers): void {
  const state = readingOf(app);
  const { agreed, model, pattern } = state.peek();
  const chosen = chosenOf(state.peek());
  // The existing pattern was created with other choices, or for a model whose current has another unit.
  const isOther = !["", "{}"].includes(agreed) || model !== app.selection.data.peek().model.name;
  if (Object.keys(chosen).length || isOther) {
    ask(app, true);
  } else {
    update(state, { agreed: JSON.stringify(chosen) });
    show(app, pattern);
  }
}

/** Opens a pattern of the file at the shown sweep. */
export async function show(app: Readers, pattern: string): Promise<void> {
  await app.selection.choose(app.selection.data.peek().model.name, pattern, { keep: true });
  lookAt(app, readingOf(app).peek().at);
}

/** Shows a sweep of the file, and also in the figure if the figure contains it. */
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
