// The navigation to the target of a link.

import type { App } from "../app.ts";
import { patternOf } from "../catalogue.ts";
import { tr } from "../i18n/texts.ts";
import { type LinkedCurrent, valuesOf, type Wanted, wantedOf } from "./link.ts";
import { isOf, slidersOf } from "./selection.ts";

type Followed = Pick<App, "catalogue" | "host" | "selection" | "task" | "screen" | "search">;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/**
 * Follows a link to a card, a mystery, a pair of model and pattern, or parameters. Locked parameters keep their values. The
 * notice contains a sentence for each unused part.
 */
export async function follow(app: Followed, link: string): Promise<void> {
  const { catalogue, selection, task, screen } = app;
  const wanted = wantedOf(link, catalogue, selection.data.peek());
  const { language, mystery } = wanted;
  if (language && screen.languages.includes(language)) screen.speak(language);
  if (mystery) return task.beginMystery(mystery);
  const notes = [...wanted.notes, ...(await openCard(app, wanted))];
  let { pattern } = wanted;
  try {
    if (wanted.current) pattern = await patternOfCurrent(app, wanted.current);
  } catch (error) {
    notes.push(messageOf(error));
  }
  try {
    if (wanted.model || pattern || wanted.fields.length) notes.push(...(await openSelection(app, wanted, pattern)));
  } catch (error) {
    notes.push(messageOf(error));
  }
  screen.notify(notes.join(" "));
}

/** Opens the lesson of a link, or a card of the shown lesson. Returns a sentence for each part that cannot be opened. */
async function openCard({ task }: Followed, { lesson: name, card }: Wanted): Promise<string[]> {
  const lesson = task.lesson.peek();
  if (name && name !== lesson?.name) await task.openLesson(name, card ?? 0);
  else if (card !== null && lesson) {
    if (!lesson.cards[card]) {
      return [tr("The card in the link must be between 1 and {count}.", { count: lesson.cards.length })];
    }
    await task.goTo(card);
  }
  return [];
}

/** Opens the pair and the parameters of a link. Returns a sentence for each part that cannot be opened. */
async function openSelection(
  { catalogue, selection, search }: Followed,
  { model, fields, locked }: Wanted,
  pattern: string | null,
): Promise<readonly string[]> {
  const current = selection.current.peek();
  const to = { model: model ?? current.model, pattern: pattern ?? current.pattern };
  const data = await selection.describe(to.model, to.pattern);
  const sliders = slidersOf(patternOf(catalogue, data, to.pattern), data);
  const { values, dt, isGiven, notes } = valuesOf(fields, sliders);
  const kept = isOf(current, to) ? selection.ranges.peek().locked : [];
  const taken = Object.fromEntries(Object.entries(values).filter(([name]) => !kept.includes(name)));
  if (model || pattern) {
    const step = Number.isNaN(dt) ? undefined : dt;
    await selection.choose(to.model, to.pattern, { values: isGiven ? taken : undefined, dt: step });
  } else {
    if (!search.isRunning.peek()) search.show(false); // the result of a search belongs to the former parameters
    selection.put(taken);
    if (!Number.isNaN(dt)) selection.setTimeStep(dt);
    selection.keep();
  }
  const known = selection.sliders.peek().map(({ name }) => name);
  const own = known.filter((name) => locked.includes(name));
  if (own.length) selection.configure({ locked: own });
  return notes;
}

/** Returns the key of the pattern that the host creates from a current. */
function patternOfCurrent({ host }: Followed, current: LinkedCurrent): Promise<string> {
  if (!host.can("stimulus")) throw new Error(tr("The custom current in the link needs Python and was ignored."));
  return new Promise((give, refuse) => {
    host.ask("stimulus", { shape: "values", number: 1, title: "", ...current }, (reply) => {
      if (reply.state === "done") give(reply.pattern);
      else if (reply.state !== "running" && reply.state !== "waiting") refuse(new Error(reply.error ?? reply.state));
    });
  });
}
