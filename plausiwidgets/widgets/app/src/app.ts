// The models of one app and their connections. The app itself has no view. Any number of views can show it.

import { batch, effect, type ReadonlySignal } from "@preact/signals";
import type { Catalogue, Exercise, LessonData, ModelData } from "./catalogue.ts";
import { createSound, pageClock } from "./figure/audio.ts";
import { composeScene } from "./figure/compose.ts";
import type { Scene } from "./figure/scene.ts";
import type { Host } from "./hosts/host.ts";
import type { AssessmentMap } from "./hosts/kernel.ts";
import { type HistoryStore, unstored } from "./models/history.ts";
import { addressOf } from "./models/link.ts";
import { createPlayer, type PlayerModel } from "./models/player.ts";
import { createRun, type RunModel } from "./models/run.ts";
import { createScreen, type Screen, type SheetName, type Texts } from "./models/screen.ts";
import { createSearch, type SearchModel } from "./models/search.ts";
import { createSelection, type SearchRanges, type Selection, type SelectionModel } from "./models/selection.ts";
import { type BarsModel, createBars } from "./models/sliderBars.ts";
import { createTask, type TaskModel } from "./models/task.ts";
import { createTour, type TourModel } from "./models/tour.ts";
import { createVerdict, type VerdictModel } from "./models/verdict.ts";

export interface App {
  readonly catalogue: Catalogue;
  readonly host: Host;
  readonly selection: SelectionModel;
  readonly run: RunModel;
  readonly verdict: VerdictModel;
  readonly bars: BarsModel;
  readonly search: SearchModel;
  readonly task: TaskModel;
  readonly screen: Screen;
  readonly player: PlayerModel;
  readonly tour: TourModel;
  readonly scene: ReadonlySignal<Scene>;
  /** The fields of a link to the view, with other locked parameters if given. The call subscribes to no signal. */
  address(locked?: readonly string[]): string;
  close(): void;
}

/** The initial state of an app. */
export interface Begin {
  readonly language?: string;
  readonly notice?: string;
  readonly sheet?: SheetName;
  readonly table?: AssessmentMap | null;
  readonly exercise?: Exercise | null;
  readonly lesson?: LessonData | null;
  /** The card of the lesson. */
  readonly card?: number;
  readonly ranges?: Partial<SearchRanges>;
  readonly history?: HistoryStore<Selection>;
}

/** @param texts translations by language; a language of null is listed, but its texts must be fetched */
export function createApp(
  catalogue: Catalogue,
  host: Host,
  data: ModelData,
  first: Selection,
  texts: Record<string, Texts | null> = {},
  begin: Begin = {},
): App {
  const screen = createScreen(host, texts, begin);
  const { notify } = screen;
  const selection = createSelection(catalogue, host, data, first, begin.history ?? unstored(), notify);
  if (begin.ranges) selection.configure(begin.ranges);
  const run = createRun(selection, host, notify);
  const verdict = createVerdict(selection, run, host, notify);
  const search = createSearch(selection, verdict, host, notify);
  const bars = createBars(selection, run, verdict, search);
  const shown = {
    openTool(name: string) {
      screen.tool.value = name;
    },
    closeSheet() {
      screen.sheet.value = "";
    },
    showKeyParameters() {
      screen.showsAll.value = false;
    },
  };
  const task = createTask(selection, run, verdict, search, host, notify, shown, begin);
  const stopFollowing = effect(() => {
    if (!selection.opened.value.isOther) return;
    batch(() => {
      screen.sheet.value = "";
      notify("");
    });
  });
  const scene = composeScene(selection, run, verdict, search, task, screen);
  const player = createPlayer(run, { range: () => scene.peek().x, sound: createSound(), clock: pageClock });
  const tour = createTour(selection, run, task);
  return {
    catalogue,
    host,
    selection,
    run,
    verdict,
    bars,
    search,
    task,
    screen,
    player,
    tour,
    scene,
    address(locked) {
      const lesson = task.lesson.peek();
      return addressOf(selection.current.peek(), selection.data.peek(), {
        lesson: lesson?.name,
        card: lesson?.at ?? null,
        locked: locked ?? (task.exercise.peek() ? [] : selection.ranges.peek().locked),
      });
    },
    close() {
      stopFollowing();
      tour.stop();
      for (const part of [player, task, search, bars, verdict, run, selection, host]) part.close();
    },
  };
}
