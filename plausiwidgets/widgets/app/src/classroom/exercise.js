import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { pointsOf } from "../models/exerciseMode.js";
import { patternInSentence } from "../models/titles.js";
import { Heading } from "../panels/heading.js";
import { Copy } from "../panels/menus.js";
import { Name } from "../panels/sliders.js";
import { codeOf, LONGEST_NAME, LONGEST_WORDS } from "./codes.js";

/** @import { App } from "../app.js" */
/** @import { Exercise, Verdict } from "../types.d.ts" */
// An exercise: a question, hints that are opened one after the other, praise, and a code to hand in. In a notebook an
// exercise may be no more than values that are locked.

/** What is asked, above the sliders. @param {{ app: App, exercise: Exercise }} props */
export function Question({ app, exercise }) {
  const free = app.sliders.filter(({ name }) => !app.store.get().box.locked.includes(name));
  return html`<section class="pw-question" aria-label=${tr("Exercise")}>
    <${Heading} app=${app}>${tr("Exercise")}<//>
    <p class="pw-asked">${tr(exercise.question)}</p>
    <p>${tr("You can change:")} ${free.map((slider, k) => html`${k ? ", " : ""}<${Name} slider=${slider} />`)}${". "}
      ${tr("The exercise is solved when all criteria are met.")}</p>
  </section>`;
}

/** How far it is, in words. @param {string[] | null} common @param {Verdict | null} verdict */
function progressOf(common, verdict) {
  if (!verdict) return tr("…");
  if (verdict.diverged) return tr("the simulation diverges");
  if (common) return tr("{points} of 100 points", { points: pointsOf(verdict, common) });
  const count = verdict.criteria.filter(({ passed }) => passed).length;
  return tr("{count} of {total} criteria met", { count, total: verdict.criteria.length });
}

/** How far it is, or praise. @param {{ app: App, common?: string[] | null }} props `common`: of a mystery */
function Progress({ app, common = null }) {
  const { verdict } = app.store.get();
  if (verdict?.loss !== 0) return html`<p role="status">${tr("Not yet: {state}", { state: progressOf(common, verdict) })}</p>`;
  const title = patternInSentence(app, app.pattern.key);
  const praise = common ? tr("Solved. All criteria are met.") : tr("Well done! Your neuron shows {pattern}.", { pattern: title });
  return html`<p role="status" class="pw-praise">✓ ${praise}</p>`;
}

/** Hints, praise, and the code. @param {{ app: App, exercise: Exercise }} props */
export function Answering({ app, exercise }) {
  const { verdict, selection } = app.store.get();
  const [opened, open] = useState(0);
  const [isHanding, hand] = useState(false);
  const [name, call] = useState("");
  const [words, write] = useState("");
  const began = useRef(performance.now());
  const place = useRef(/** @type {any} */ (null));
  const isSolved = verdict?.loss === 0;
  useLayoutEffect(() => hand(false), [selection]); // a code is of the values that it was made of
  useLayoutEffect(() => {
    // At once: a frame later the user may have gone on to a slider, and would lose the focus again.
    if (!isHanding) return;
    place.current?.querySelector("input")?.focus({ preventScroll: true });
    place.current?.lastElementChild.scrollIntoView({ block: "nearest" });
  }, [isHanding]);
  const left = exercise.hints.length - opened;
  const seconds = useRef(0);
  const begin = () => {
    seconds.current = Math.round((performance.now() - began.current) / 1000);
    hand(true);
  };
  const code = isHanding ? codeOf(exercise, app.data.model.dt, selection, { seconds: seconds.current, isSolved, name, words }) : "";
  return html`<div class="pw-actions pw-answering" ref=${place}>
    ${
      exercise.question.includes("?")
        ? html`<label class="pw-words">${tr("Your answer in words")}<textarea rows="2" maxlength=${LONGEST_WORDS} value=${words}
            oninput=${(/** @type {any} */ e) => write(e.target.value)}></textarea></label>`
        : ""
    }
    <${Progress} app=${app} common=${exercise.common} />
    ${exercise.hints.slice(0, opened).map((hint, k) => html`<p class="pw-hint"><b>${tr("Hint {number}: ", { number: k + 1 })}</b>${tr(hint)}</p>`)}
    ${
      left > 0 && !isSolved
        ? html`<button class="pw-second" onclick=${() => open(opened + 1)}>${
            left === 1 ? (opened ? tr("Last hint") : tr("Hint")) : tr("Hint ({count} left)", { count: left })
          }</button>`
        : ""
    }
    ${
      isHanding
        ? html`<div class="pw-handin">
            <label>${tr("Your name (if your teacher requires it)")}<input type="text" maxlength=${LONGEST_NAME} autocomplete="off" value=${name}
              oninput=${(/** @type {any} */ e) => call(e.target.value)} /></label>
            ${app.host.hand ? html`<${Sending} to=${app.host.hand} code=${code} />` : ""}
            <${Copy} label=${tr("Send this code to your teacher. It contains your parameters, the verdict, your time and the text that you type here.")}
              text=${code} name=${tr("Code to hand in")} />
          </div>`
        : html`<button class=${isSolved ? "pw-primary" : "pw-second"} onclick=${begin}>${isSolved ? tr("Get your code") : tr("Hand in")}</button>`
    }
    <button class="pw-link" onclick=${() => app.load(0)}>${tr("Back to the start")}</button>
  </div>`;
}

/** Hands a code in by one press, where a server takes it; the code stays for who is offline. @param {{ to: string, code: string }} props */
function Sending({ to, code }) {
  const [sent, note] = useState({ code: "", words: "" });
  const send = async () => {
    try {
      const answer = await fetch(to, { method: "POST", body: code });
      const { error } = await answer.json();
      note({ code: error ? "" : code, words: error ? tr(error) : `✓ ${tr("Handed in.")}` });
    } catch {
      note({ code: "", words: tr("The server is not responding. Send the code below to your teacher.") });
    }
  };
  return html`<button class="pw-primary" disabled=${sent.code === code} onclick=${send}>${tr("Hand in to your teacher")}</button>
    <span role="status">${sent.words}</span>`;
}

/** Below the sliders of a notebook in which values are locked: what it is about, and how far it is. @param {{ app: App }} props */
export const LockedActions = ({ app }) => html`<div class="pw-actions"><${Progress} app=${app} /></div>`;
