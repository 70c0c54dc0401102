// An exercise with its question, hints, praise, and a code that the student submits.

import { type ReadonlySignal, type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { Ref, TargetedInputEvent } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import type { Exercise } from "../catalogue.ts";
import { language, tr } from "../i18n/texts.ts";
import { seedOf } from "../models/titles.ts";
import { Copy } from "../panels/Copy.tsx";
import { Heading } from "../panels/Heading.tsx";
import { Name } from "../panels/Name.tsx";
import { hostTools } from "../tools/provided.ts";
import { codeOf, MAX_NAME, MAX_WORDS } from "./codes.ts";
import { Progress } from "./progress.tsx";

/** The question and the free parameters, above the sliders. */
export function Question({ selection, task, host }: Pick<App, "selection" | "task" | "host">) {
  const attempt = task.attempt.value;
  if (!attempt) return null;
  const { exercise } = attempt;
  const { locked } = selection.ranges.value;
  const free = selection.sliders.value.filter(({ name }) => !locked.includes(name));
  const seed = seedOf(exercise);
  const race = raceOf(exercise);
  return (
    <section class="pw-question" aria-label={tr("Exercise")}>
      <Heading host={host}>{seed === undefined ? tr("Exercise") : tr("Mystery {seed}", { seed })}</Heading>
      {race && <race.Score attempt={attempt} />}
      <p class="pw-asked">{tr(exercise.question)}</p>
      <p>
        {tr("You can change:")}{" "}
        {free.map((slider, k) => (
          <>
            {k ? ", " : ""}
            <Name slider={slider} />
          </>
        ))}
        {". "}
        {!race && tr("The exercise is solved when all criteria are met.")}
      </p>
    </section>
  );
}

/** The views of a race, if a host has created the exercise. */
const raceOf = ({ shared }: Exercise) => (shared && hostTools()?.race) ?? null;

/** Hints, praise, and the code or, if a host has created the exercise, a race. */
export function Answering(app: Pick<App, "selection" | "verdict" | "search" | "task" | "host">) {
  const { selection, verdict, task } = app;
  const words = useSignal("");
  const isSolved = useComputed(() => verdict.verdict.value?.loss === 0);
  const attempt = task.attempt.value;
  if (!attempt) return null;
  const { exercise } = attempt;
  const race = raceOf(exercise);
  return (
    <div class="pw-actions pw-answering">
      {exercise.question.includes("?") && <InWords words={words} />}
      {(!race || isSolved.value) && <Progress selection={selection} verdict={verdict} common={exercise.common} />}
      {race && <race.Buttons {...app} attempt={attempt} />}
      <Hints key={attempt.pattern} hints={exercise.hints} isSolved={isSolved.value} />
      {!race && <Handing {...app} {...{ exercise, words, isSolved }} />}
      <button type="button" class="pw-link" onClick={() => task.restart()}>
        {tr("Back to the start")}
      </button>
    </div>
  );
}

type HandingProps = Pick<App, "selection" | "verdict" | "host"> & {
  readonly exercise: Exercise;
  readonly words: Signal<string>;
  readonly isSolved: ReadonlySignal<boolean>;
};

/** The code for the parameters on the sliders, as soon as the user opens it. */
function Handing({ selection, verdict, host, exercise, words, isSolved }: HandingProps) {
  const name = useSignal("");
  const isHanding = useSignal(false);
  const seconds = useRef(0);
  const began = useRef(performance.now());
  const place = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    selection.current.value;
    isHanding.value = false;
  });
  useLayoutEffect(() => {
    // The focus must not move a frame later, because the user may already use a slider.
    if (!isHanding.value) return;
    place.current?.querySelector("input")?.focus({ preventScroll: true });
    place.current?.scrollIntoView({ block: "nearest" });
  }, [isHanding.value]);
  const hand = () => {
    seconds.current = Math.round((performance.now() - began.current) / 1000);
    isHanding.value = true;
  };
  if (isHanding.value) {
    return <HandIn {...{ selection, verdict, host, exercise, name, words, place }} seconds={seconds.current} />;
  }
  return (
    <button type="button" class={isSolved.value ? "pw-primary" : "pw-second"} onClick={hand}>
      {tr("Hand in")}
    </button>
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
  readonly place: Ref<HTMLDivElement>;
  readonly seconds: number;
};

/** The code to submit, with the name of the student. */
function HandIn({ selection, verdict, host, exercise, name, words, place, seconds }: HandInProps) {
  const type = ({ currentTarget }: TargetedInputEvent<HTMLInputElement>) => {
    name.value = currentTarget.value;
  };
  const { dt } = selection.data.value.model;
  const isSolved = verdict.verdict.value?.loss === 0;
  const typed = { name: name.value, words: words.value };
  const code = codeOf(exercise, dt, selection.current.value, { seconds, isSolved, ...typed });
  return (
    <div class="pw-handin" ref={place}>
      <label>
        {tr("Your name (if your teacher requires it)")}
        <input type="text" maxLength={MAX_NAME} autocomplete="off" value={name.value} onInput={type} />
      </label>
      {host.hand && <Sending to={host.hand} code={code} />}
      <Copy
        label={
          host.hand
            ? tr(
                "This is your code. It contains your parameters, the verdict, your time and the text that you type here.",
              )
            : tr(
                "Send this code to your teacher. It contains your parameters, the verdict, your time and the text that you type here.",
              )
        }
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
