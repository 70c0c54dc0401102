// A mystery: a neuron with hidden parameters, which the user matches by hand, against a search or together with a class.
// Everybody who opens the same number gets the same neuron.

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Values } from "../catalogue.ts";
import type { Verdict } from "../engine/judge.ts";
import type { Host } from "../hosts/host.ts";
import type { SentMystery } from "../hosts/kernel.ts";
import { tr } from "../i18n/texts.ts";
import type { Replies } from "../messages.ts";
import type { RunModel } from "./run.ts";
import { inPieces } from "./schedule.ts";
import type { Search, SearchModel } from "./search.ts";
import { isOf, type Notify, type SelectionModel } from "./selection.ts";
import { simulationOf } from "./simulation.ts";
import type { Game, TaskModel, TaskScreen } from "./task.ts";
import type { VerdictModel } from "./verdict.ts";

export const MAX_POINTS = 100;
const NO_POINTS = -1; // nothing was evaluated yet

/** A mystery that begins. */
export function gameFrom(sent: SentMystery & { readonly model: string }): Game {
  const { model, pattern, about, seed, moved, common, link, python } = sent;
  const score = { yours: NO_POINTS, best: NO_POINTS, raced: false, first: "", revealed: null } as const;
  return { model, pattern, about, seed, moved, common, link, python, ...score };
}

/**
 * The points of a verdict, from 0 to 100, or null without a verdict. The common criteria, which every resting neuron meets,
 * earn no points. Python computes the same points.
 */
export function pointsOf(
  verdict: { readonly criteria: readonly { readonly key: string }[]; readonly loss: number } | null,
  common: readonly string[],
): number | null {
  if (!verdict) return null;
  const { criteria, loss } = verdict;
  if (loss === 0) return MAX_POINTS;
  const own = criteria.filter(({ key }) => !common.includes(key));
  const missed = Math.min(loss / (own.length || criteria.length), 1);
  return Math.min(MAX_POINTS - 1, Math.floor(MAX_POINTS * (1 - missed)));
}

/** The mystery with the points of the user or of the search. In a race the first with all points wins. */
function scored(game: Game, who: "yours" | "best", points: number): Game {
  if (game[who] === points) return game;
  const isFirst = game.raced && !game.first && points === MAX_POINTS;
  return { ...game, [who]: points, ...(isFirst ? { first: who === "yours" ? "yours" : "search" } : {}) };
}

export interface MysteryModel {
  /** The mystery of the pair that is shown. */
  readonly game: ReadonlySignal<Game | null>;
  begin: TaskModel["beginMystery"];
  take(game: Game): void;
  /** Begins a race. The search is begun elsewhere. */
  race(): void;
  reveal(): void;
  close(): void;
}

export function createMystery(
  selection: SelectionModel,
  run: RunModel,
  verdict: VerdictModel,
  search: SearchModel,
  host: Pick<Host, "can" | "ask">,
  notify: Notify,
  screen: TaskScreen,
): MysteryModel {
  const games = gamesOf(selection);
  const { game } = games;
  const stopScoring = scoring({ selection, run, verdict, search }, games);

  const open = async (model: string, reply: Replies["mystery"]) => {
    games.put(gameFrom({ ...reply, model }));
    const { pattern, moved, values, dt } = reply;
    const to = { model, pattern, values, dt, set: 0 };
    if (!(await selection.choose(model, pattern, { to }))) return;
    batch(() => {
      const names = selection.sliders.peek().map(({ name }) => name);
      selection.configure({ fixed: names.filter((name) => !moved.includes(name)) });
      screen.openTool("");
      selection.keep();
    });
  };
  return {
    game,
    begin({ model, pattern, seed = null } = {}) {
      const shown = selection.current.peek();
      const fields = { model: model ?? shown.model, pattern: pattern ?? shown.pattern, seed };
      screen.closeSheet();
      notify(host.can("mystery") ? "" : tr("A mystery needs Python. Open the link in a notebook."));
      if (!host.can("mystery")) return;
      const isWanted = selection.setOut();
      host.ask("mystery", fields, (reply) => {
        if (!isWanted()) return;
        if (reply.state === "failed") notify(reply.error);
        else if (reply.state === "done") void open(fields.model, reply);
      });
    },
    take: games.take,
    race() {
      const now = game.peek();
      if (now) games.put({ ...now, raced: true, first: "", best: NO_POINTS });
    },
    reveal() {
      const now = game.peek();
      if (!now) return;
      host.ask("reveal", { pattern: now.pattern }, (reply) => {
        if (reply.state === "done") games.change(now.pattern, (one) => ({ ...one, revealed: reply.values }));
        else if (reply.state === "failed") notify(reply.error);
      });
    },
    close: stopScoring,
  };
}

/** The mysteries of a session, by their patterns. */
interface Games {
  readonly game: ReadonlySignal<Game | null>;
  put(game: Game): void;
  /** Takes a mystery whose pattern is new. */
  take(game: Game): void;
  change(pattern: string, to: (game: Game) => Game): void;
}

function gamesOf({ current }: Pick<SelectionModel, "current">): Games {
  const games = signal<Readonly<Record<string, Game>>>({});
  const put = (next: Game) => {
    games.value = { ...games.peek(), [next.pattern]: next };
  };
  return {
    game: computed(() => {
      const game = games.value[current.value.pattern];
      return isOf(game, current.value) ? game : null;
    }),
    put,
    take(next) {
      if (!games.peek()[next.pattern]) put(next);
    },
    change(pattern, to) {
      const now = games.peek()[pattern];
      if (now) put(to(now));
    },
  };
}

interface Scored {
  readonly selection: SelectionModel;
  readonly run: Pick<RunModel, "isOurs">;
  readonly verdict: Pick<VerdictModel, "verdict">;
  readonly search: Pick<SearchModel, "search">;
}

/** Gives points to the sliders and to a search that races. Returns a function that stops it. */
function scoring({ selection, run, verdict, search }: Scored, { game, change }: Games): () => void {
  let evaluated: Values | null = null;
  let stopEvaluating = () => {};

  const stopYours = effect(() => {
    const latest = verdict.verdict.value;
    const now = game.peek();
    if (!latest || !now || now.revealed) return;
    change(now.pattern, (one) => scored(one, "yours", pointsOf(latest, one.common) ?? NO_POINTS));
  });
  const noteBest = (pattern: string, points: (game: Game) => number | null) =>
    change(pattern, (one) => (one.raced ? scored(one, "best", points(one) ?? NO_POINTS) : one));

  const evaluate = ({ pattern, best, loss }: Search) => {
    evaluated = best;
    stopEvaluating();
    // The page cannot evaluate a neuron that only Python can simulate.
    if (!run.isOurs.peek()) return noteBest(pattern, () => (loss === 0 ? MAX_POINTS : NO_POINTS));
    const at = selection.current.peek();
    const of = { ...at, values: { ...at.values, ...best } };
    const work = simulationOf(selection.catalogue, selection.data.peek(), of).judging();
    stopEvaluating = inPieces(work, (judged: { verdict: Verdict | null }) =>
      noteBest(pattern, ({ common }) => pointsOf(judged.verdict, common)),
    );
  };
  const stopBest = effect(() => {
    const latest = search.search.value;
    const now = game.peek();
    if (!latest?.best || !now?.raced || !isOf(latest, now) || latest.best === evaluated) return;
    evaluate(latest);
  });
  return () => {
    stopEvaluating();
    stopYours();
    stopBest();
  };
}
