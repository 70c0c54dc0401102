import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { TargetedInputEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import type { Exercise } from "../catalogue.ts";
import { language, tr } from "../i18n/texts.ts";
import { Copy } from "../panels/Copy.tsx";
import { Heading } from "../panels/Heading.tsx";
import { Name } from "../panels/Name.tsx";
import { codeOf, MAX_NAME, MAX_WORDS } from "./codes.ts";
import { Progress } from "./progress.tsx";

// An exercise: a question, hints that are opened one after the other, praise, and a code to hand in.

/** The question and the free parameters, above the sliders. */
export function Question({ selection, task, host }: Pick<App, "selection" | "task" | "host">) {
  const { locked } = selection.ranges.value;
  const free = selection.sliders.value.filter(({ name }) => !locked.includes(name));
  return (
    <section class="pw-question" aria-label={tr("Exercise")}>
      <Heading host={host}>{tr("Exercise")}</Heading>
      <p class="pw-asked">{tr(task.exercise?.question ?? "")}</p>
      <p>
        {tr("You can change:")}{" "}
        {free.map((slider, k) => (
          <>
            {k ? ", " : ""}
            <Name slider={slider} />
          </>
        ))}
        {". "}
        {tr("The exercise is solved when all criteria are met.")}
      </p>
    </section>
  );
}

type AnsweringProps = Pick<App, "selection" | "verdict" | "task" | "host">;

/** Hints, praise, and the code. */
export function Answering({ selection, verdict, task, host }: AnsweringProps) {
  const name = useSignal("");
  const words = useSignal("");
  const isHanding = useSignal(false);
  const seconds = useRef(0);
  const began = useRef(performance.now());
  const place = useRef<HTMLDivElement>(null);
  const isSolved = useComputed(() => verdict.verdict.value?.loss === 0);
  useSignalEffect(() => {
    selection.current.value; // a code is for the parameters that it contains
    isHanding.value = false;
  });
  useLayoutEffect(() => {
    // Not a frame later, when the user may be at a slider already and would lose the focus.
    if (!isHanding.value) return;
    place.current?.querySelector("input")?.focus({ preventScroll: true });
    place.current?.lastElementChild?.scrollIntoView({ block: "nearest" });
  }, [isHanding.value]);
  const { exercise } = task;
  if (!exercise) return null;
  const hand = () => {
    seconds.current = Math.round((performance.now() - began.current) / 1000);
    isHanding.value = true;
  };
  return (
    <div class="pw-actions pw-answering" ref={place}>
      {exercise.question.includes("?") && <InWords words={words} />}
      <Progress selection={selection} verdict={verdict} common={exercise.common} />
      <Hints hints={exercise.hints} isSolved={isSolved.value} />
      {isHanding.value ? (
        <HandIn {...{ selection, verdict, host, exercise, name, words }} seconds={seconds.current} />
      ) : (
        <button type="button" class={isSolved.value ? "pw-primary" : "pw-second"} onClick={hand}>
          {isSolved.value ? tr("Get your code") : tr("Hand in")}
        </button>
      )}
      <button type="button" class="pw-link" onClick={() => selection.load(0)}>
        {tr("Back to the start")}
      </button>
    </div>
  );
}

/** A field for the answer to a question. */
function InWords({ words }: { readonly words: Signal<string> }) {
  const type = ({ currentTarget }: TargetedInputEvent<HTMLTextAreaElement>) => {
    words.value = currentTarget.value;
  };
  return (
    <label class="pw-words">
      {tr("Your answer in words")}
      <textarea rows={2} maxLength={MAX_WORDS} value={words.value} onInput={type} />
    </label>
  );
}

interface HintsProps {
  readonly hints: readonly string[];
  readonly isSolved: boolean;
}

/** The hints that are open, and a button for the next one. */
function Hints({ hints, isSolved }: HintsProps) {
  const opened = useSignal(0);
  const left = hints.length - opened.value;
  const next = () => {
    opened.value++;
  };
  const last = opened.value ? tr("Last hint") : tr("Hint");
  return (
    <>
      {hints.slice(0, opened.value).map((hint, k) => (
        <p key={hint} class="pw-hint">
          <b>{tr("Hint {number}: ", { number: k + 1 })}</b>
          {tr(hint)}
        </p>
      ))}
      {left > 0 && !isSolved && (
        <button type="button" class="pw-second" onClick={next}>
          {left === 1 ? last : tr("Hint ({count} left)", { count: left })}
        </button>
      )}
    </>
  );
}

type HandInProps = Pick<App, "selection" | "verdict" | "host"> & {
  readonly exercise: Exercise;
  readonly name: Signal<string>;
  readonly words: Signal<string>;
  readonly seconds: number;
};

/** The code to hand in, with the name of the student. */
function HandIn({ selection, verdict, host, exercise, name, words, seconds }: HandInProps) {
  const type = ({ currentTarget }: TargetedInputEvent<HTMLInputElement>) => {
    name.value = currentTarget.value;
  };
  const { dt } = selection.data.value.model;
  const isSolved = verdict.verdict.value?.loss === 0;
  const typed = { name: name.value, words: words.value };
  const code = codeOf(exercise, dt, selection.current.value, { seconds, isSolved, ...typed });
  return (
    <div class="pw-handin">
      <label>
        {tr("Your name (if your teacher requires it)")}
        <input type="text" maxLength={MAX_NAME} autocomplete="off" value={name.value} onInput={type} />
      </label>
      {host.hand && <Sending to={host.hand} code={code} />}
      <Copy
        label={tr(
          "Send this code to your teacher. It contains your parameters, the verdict, your time and the text that you type here.",
        )}
        text={code}
        name={tr("Code to hand in")}
      />
    </div>
  );
}

/** Sends a code to the server. The code stays on the page for students who are offline. */
function Sending({ to, code }: { readonly to: string; readonly code: string }) {
  const sent = useSignal({ code: "", words: "" });
  const send = async () => {
    try {
      const reply = await fetch(`${to}?language=${language.peek()}`, { method: "POST", body: code });
      const { error }: { readonly error?: string } = await reply.json();
      sent.value = error ? { code: "", words: error } : { code, words: `✓ ${tr("Handed in.")}` };
    } catch {
      sent.value = { code: "", words: tr("The server is not responding. Send the code below to your teacher.") };
    }
  };
  return (
    <>
      <button type="button" class="pw-primary" disabled={sent.value.code === code} onClick={send}>
        {tr("Hand in to your teacher")}
      </button>
      <span role="status">{sent.value.words}</span>
    </>
  );
}
