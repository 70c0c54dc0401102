// The state of the screen: open parts, appearance, and the sentence for the user. No other model depends on it.

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Host } from "../hosts/host.ts";
import type { AssessmentMap } from "../hosts/kernel.ts";
import { language, translate } from "../i18n/texts.ts";
import type { Notify, Selection } from "./selection.ts";

export type Texts = Readonly<Record<string, string>>;
export type SheetName = "" | "patterns" | "models" | "lessons" | "explore" | "share" | "more" | "criteria";

export interface Screen {
  readonly sheet: Signal<SheetName>;
  /** The name of the tool next to the figure, or an empty string. */
  readonly tool: Signal<string>;
  /** Whether all parameters are shown instead of only the key parameters. */
  readonly showsAll: Signal<boolean>;
  /** The neuron that is kept for comparison. */
  readonly pinned: Signal<Selection | null>;
  readonly isPresenting: Signal<boolean>;
  readonly isDark: Signal<boolean>;
  /** The map of an assessment that a script has created. */
  readonly table: ReadonlySignal<AssessmentMap | null>;
  /** The sentence for the user, or an empty string. */
  readonly notice: ReadonlySignal<string>;
  readonly languages: readonly string[];
  readonly notify: Notify;
  /** Sets the language of the texts, which the host may have to send first. */
  speak(language: string): void;
}

/** @param texts translations by language; null for a language that is available but must be fetched */
export function createScreen(
  host: Pick<Host, "ask" | "speak">,
  texts: Record<string, Texts | null>,
  begin: {
    readonly language?: string;
    readonly notice?: string;
    readonly sheet?: SheetName;
    readonly table?: AssessmentMap | null;
  } = {},
): Screen {
  const notice = signal(begin.notice ?? "");
  let wanted = begin.language ?? "en";
  translate(wanted, texts[wanted] ?? {});

  const notify: Notify = (sentence) => {
    notice.value = sentence;
    return () => {
      if (sentence && notice.peek() === sentence) notice.value = "";
    };
  };
  const take = (chosen: string) => {
    translate(chosen, texts[chosen] ?? {});
    host.speak?.(chosen);
  };
  return {
    sheet: signal(begin.sheet ?? ""),
    tool: signal(""),
    showsAll: signal(false),
    pinned: signal(null),
    isPresenting: signal(false),
    isDark: signal(false),
    table: signal(begin.table ?? null),
    notice,
    languages: ["en", ...Object.keys(texts).filter((one) => one !== "en")],
    notify,
    speak(chosen) {
      wanted = chosen;
      if (chosen === language.peek()) return;
      if (chosen === "en" || texts[chosen]) return take(chosen);
      host.ask("texts", { language: chosen }, (reply) => {
        if (reply.state === "failed") notify(reply.error);
        if (reply.state !== "done") return;
        texts[chosen] = reply.texts;
        if (wanted === chosen) take(chosen); // unless the user has chosen another language in the meantime
      });
    },
  };
}
