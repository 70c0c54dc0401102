// Titles of patterns and parameter sets in the language of the screen.

import type { Catalogue, Exercise, ModelData, Pattern, SharedPattern, Slider, StoredSet } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import type { Selection } from "./selection.ts";
import type { TaskModel } from "./task.ts";

const MAX_NAMES = 3; // maximum number of parameters that the source of the values names

/** The source of titles. */
export interface Titled {
  readonly catalogue: Catalogue;
  readonly data: ModelData;
}

/** A description for use within a sentence. In German, an adjective becomes lower case, but a noun does not. */
export function inSentence(title: string, language: string): string {
  const isSmall = language === "en" || (language === "de" && /^\p{Lu}\p{Ll}+ \p{Lu}/u.test(title));
  return isSmall ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}

/** The part of each pattern that all models share, such as its letter and its title. */
export const sharedOf = ({ catalogue, data }: Titled): Readonly<Record<string, SharedPattern>> => ({
  ...catalogue.patterns,
  ...data.shared,
});

/** The title of a pattern, or its key if its data are not available. */
export const titleOf = (of: Titled, key: string): string => tr(sharedOf(of)[key]?.title ?? key);

/** A pattern within a sentence, with its article. */
export function patternInSentence(of: Titled, key: string): string {
  const shared = sharedOf(of)[key];
  const names = (shared?.components ?? []).map((component) => tr(component.in_sentence));
  if (names.length < 2) return tr(shared?.in_sentence ?? key);
  return tr("{first} and {last}", { first: names.slice(0, -1).join(", "), last: names[names.length - 1] });
}

/** The number of a mystery, which is an exercise with a hidden neuron. Undefined for other exercises. */
export const seedOf = (exercise: Exercise | null): string | undefined => exercise?.about[".mystery"]?.split(".")[2];

/** The pattern for use within a sentence, or the number of a mystery, whose pattern the user must guess. */
export function mysteryOrPattern(of: Titled, key: string, { exercise }: Pick<TaskModel, "exercise">) {
  const seed = seedOf(exercise.value);
  return seed === undefined ? patternInSentence(of, key) : tr("Mystery {seed}", { seed });
}

/** Whether the values differ from the stored set from which they came. */
export function isMoved({ sets }: Pattern, { set, values, dt }: Selection): boolean {
  const from: StoredSet | undefined = sets[set];
  return from !== undefined && (from.dt !== dt || from.values.some(([name, value]) => values[name] !== value));
}

/** A count, with its digits in groups of three for five and more digits. */
export const countText = (count: number): string =>
  count < 10_000 ? String(count) : String(count).replace(/\B(?=(\d{3})+$)/g, "\u00a0");

/** A sentence about the scale of a target from another neuron. */
export const scaledWords = (): string => tr("The target is scaled once, to this model's packaged parameter set.");

/** The name of the target and, for a published neuron, its source. Empty without a target. */
export function targetParts({ targets }: Pattern, isHidden: boolean): readonly string[] {
  if (!targets.length) return [];
  if (isHidden) return [tr("hidden neuron")];
  const [target] = targets;
  if ("lines" in target) return [tr("recording")];
  return [tr("target"), target.neuron === "izhikevich_2004" ? "Izhikevich 2004" : tr(target.title)];
}

/** Whether the target is from another neuron and scaled to the potentials of this one. */
export const isScaled = ({ targets, twin }: Pattern): boolean =>
  targets.length > 0 && !("lines" in targets[0]) && !twin;

/** The source of the values in words, with the sliders and the default time step of the pair. */
export function provenance(pattern: Pattern, selection: Selection, sliders: readonly Slider[], dt: number): string {
  const { sets } = pattern;
  const set: StoredSet | undefined = sets[selection.set];
  if (!set) return `${exceptDefaults(selection, sliders, dt)} ›`;
  const moved = isMoved(pattern, selection);
  const number = { n: selection.set + 1, count: sets.length };
  const place = sets.length > 1 ? ` · ${tr("parameter set {n} of {count}", number)}` : "";
  const next = moved || sets.length > 1 ? " ›" : "";
  return `${moved ? tr("Modified from: {set}", { set: sourceOf(set) }) : sourceOf(set)}${place}${next}`;
}

/** The parameters that differ from the defaults. */
function exceptDefaults(selection: Selection, sliders: readonly Slider[], dt: number): string {
  const names = sliders.filter((one) => one.default !== selection.values[one.name]).map(({ name }) => name);
  if (selection.dt !== dt) names.push(tr("time step"));
  if (!names.length) return tr("Model defaults");
  const more = names.length > MAX_NAMES ? ", …" : "";
  return tr("Model defaults except {names}", { names: names.slice(0, MAX_NAMES).join(", ") + more });
}

function sourceOf({ kind, title, source }: StoredSet): string {
  if (kind === "defaults") return tr("Model defaults");
  if (kind === "search") return tr("Found by a search (not published)");
  const year = source.match(/\b(19|20)\d\d\b/)?.[0];
  return kind === "preset" && year
    ? tr("Published by {author}, {year}", { author: source.split(/,| & /)[0], year })
    : tr(title);
}

/** The shape of a stimulus that is shown like a pattern, "values" for a current without a shape, or "" for a pattern. */
export function shapeOf(pattern: string): string {
  const shape = pattern.match(/^stimulus_(step|pulses|ramp|noise|chirp)/)?.[1];
  return shape ?? (pattern.startsWith("stimulus_") ? "values" : "");
}
