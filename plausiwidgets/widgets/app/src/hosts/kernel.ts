// The kernel of a notebook, through the messages of its widget.

import type { Exercise, LessonData, ModelData, Values } from "../catalogue.ts";
import type { HistoryStep } from "../messages.ts";
import type { SearchRanges } from "../models/selection.ts";
import { isBusy } from "./alone.ts";
import { createChannel } from "./channel.ts";
import type { Host } from "./host.ts";

/** The history in Python's form, with the ranges and the exercise of the shown step. */
export interface SentHistory {
  readonly steps: readonly HistoryStep[];
  readonly at: number;
  readonly ranges: SearchRanges;
  readonly exercise: Exercise | null;
  readonly revision: number;
  /** The id of the request that wrote last, or an empty string for Python. */
  readonly by: string;
}

/** The map of an assessment. A cell with values of null cannot be opened. */
export interface AssessmentMap {
  readonly rows: readonly { readonly name: string; readonly title: string }[];
  readonly columns: readonly { readonly key: string; readonly letter: string; readonly title: string }[];
  readonly cells: Readonly<
    Record<
      string,
      {
        readonly status: string;
        readonly sign: string;
        readonly share: string;
        readonly lines: readonly string[];
        readonly values: Values | null;
      }
    >
  >;
}

/** The traits that Python synchronizes with the page. */
export interface Traits {
  /** JSON of the catalogue. */
  readonly _catalogue: string;
  /** JSON of the data of the models that the page needs first. */
  readonly _models: string;
  readonly _settings: {
    readonly id: string;
    readonly language: string;
    readonly notes: readonly string[];
    readonly lesson: LessonData | null;
    readonly runtime: string;
    readonly texts: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly table?: AssessmentMap | null;
    readonly linked: boolean;
  };
  /** The script of the app. */
  readonly _script: string;
  readonly _history: SentHistory;
  readonly _tool: { readonly name?: string; readonly revision?: number };
  /** References to custom widgets. */
  readonly _slots: readonly string[];
}

/** The part of anywidget's model that the app uses. */
export interface WidgetModel {
  get<K extends keyof Traits>(name: K): Traits[K];
  send(content: object, callbacks?: object, buffers?: ArrayBuffer[]): void;
  on(event: "msg:custom", listener: (content: unknown, buffers: DataView[]) => void): void;
  on(event: `change:${keyof Traits}`, listener: () => void): void;
  off(event: "msg:custom", listener: (content: unknown, buffers: DataView[]) => void): void;
  off(event: `change:${keyof Traits}`, listener: () => void): void;
  /** Missing in some front ends. */
  readonly widget_manager: {
    get_model(id: string): Promise<unknown>;
    create_view(model: unknown): Promise<{ readonly el: HTMLElement; trigger?(event: string): void }>;
  };
}

export function kernelHost(model: WidgetModel, shipped: Record<string, ModelData>): Host {
  const channel = createChannel(
    "kernel",
    (message, buffer) => {
      try {
        model.send(message, undefined, buffer ? [buffer] : []);
      } catch {
        channel.connected(false); // the widget is closed, or its kernel has ended
      }
    },
    shipped,
  );
  let hasReplied = false;
  let isAlone = false;
  const receive = (content: unknown, buffers: DataView[]) => {
    hasReplied = true;
    channel.receive(content, buffers?.[0] ?? null);
  };
  model.on("msg:custom", receive);
  return {
    ...channel,
    isPart: true,
    isAlone: () => isAlone,
    onSilence(listener) {
      channel.onSilence?.((isSilent) => {
        isAlone = isSilent && !hasReplied && !isBusy(model.widget_manager);
        listener(isSilent);
      });
    },
    close() {
      channel.close();
      model.off("msg:custom", receive);
    },
  };
}
