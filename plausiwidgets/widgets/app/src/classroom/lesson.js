import { useLayoutEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { isTask, lockedOn } from "../models/exerciseMode.js";
import { knownSet } from "../models/simulation.js";
import { patternInSentence } from "../models/titles.js";
import { SearchButton } from "../panels/actions.js";
import { glossing } from "../panels/glosses.js";
import { plain } from "../panels/sliders.js";

/** @import { App } from "../app.js" */
/** @import { Card, Condition, Lesson, LessonData, Node, Selection, Values, Verdict } from "../types.d.ts" */
// A lesson: cards beside the neuron, one at a time. A card says what to do, sets model, pattern, values and a tool, and
// knows when it is done.

/** Names of tools in a card that differ here. @type {Record<string, string>} */
export const TOOL_NAMES = { "phase plane": "plane", plane: "map" };

/** @param {LessonData} lesson @returns {Lesson} */
export const begun = ({ name = "", title, cards }, at = 0) => ({ name, title, cards, at, done: [], met: false });

/** The lessons that the app offers, in its language where there are some. @param {App} app */
export function lessonsOf({ catalogue, store }) {
  const all = Object.entries(catalogue.lessons);
  const own = all.filter(([, { language }]) => language === store.get().language);
  return own.length ? own : all;
}

/** Opens a lesson at one of its cards. @param {App} app @param {string} name @param {number} [at] @param {{ sets?: boolean }} [how] */
export async function openLesson(app, name, at = 0, how = {}) {
  app.store.set({ sheet: "", tool: "" });
  const isWanted = app.setOut();
  try {
    const lesson = await app.host.lesson(name);
    if (!isWanted()) return;
    const card = lesson.cards[at] ? at : 0;
    app.store.set({ lesson: begun(lesson, card) });
    await goTo(app, card, how);
  } catch (error) {
    app.store.set({ notice: error instanceof Error ? error.message : String(error) });
  }
}

/** Takes the cards away; the values stay. @param {App} app */
export function endLesson(app) {
  app.setBox({ locked: [] });
  app.store.set({ lesson: null, sheet: "" });
}

/** What a card begins with: its own values, or those of the last card before it that has some. @param {readonly Card[]} cards @param {number} at */
function startOf(cards, at) {
  const card = cards.slice(0, at + 1).findLast(({ start }) => start);
  return /** @type {NonNullable<Card["start"]>} */ (card?.start);
}

/** The selection that a card begins with. @param {readonly Card[]} cards @param {number} at @returns {Selection} */
export function selectionOfCard(cards, at) {
  const { values, dt } = startOf(cards, at);
  const { model, pattern } = cards[at];
  return { model, pattern, values: Object.fromEntries(values), dt, set: 0 };
}

/** @param {Condition} condition @param {Values} values @param {Verdict | null} verdict */
function isFulfilled({ holds, name, below, above }, values, verdict) {
  if (holds !== null) return verdict !== null && (verdict.loss === 0) === holds;
  return below !== null ? values[name] < below : values[name] > Number(above);
}

/** Whether the condition of a card is met by what is shown. @param {Card} card @param {Selection} selection @param {Verdict | null} verdict */
export function isMet(card, selection, verdict) {
  const isItsOwn = selection.model === card.model && selection.pattern === card.pattern;
  return card.until.length > 0 && isItsOwn && card.until.every((one) => isFulfilled(one, selection.values, verdict));
}

/** Follows the verdicts on what is shown; returns how to stop. @param {App} app */
export function teach(app) {
  return app.store.on(({ lesson, selection, verdict }, changed) => {
    if (!lesson || !changed.has("verdict")) return;
    const met = verdict !== null && isMet(lesson.cards[lesson.at], selection, verdict);
    const done = met && !lesson.done.includes(lesson.at) ? [...lesson.done, lesson.at] : lesson.done;
    if (met !== lesson.met || done !== lesson.done) app.store.set({ lesson: { ...lesson, met, done } });
  });
}

/**
 * Goes to a card; what it sets is put on the sliders, unless a link has brought other values.
 * @param {App} app @param {number} at @param {{ sets?: boolean }} [how]
 */
export async function goTo(app, at, { sets = true } = {}) {
  const { lesson, selection } = app.store.get();
  if (!lesson) return;
  const { cards } = lesson;
  const isOnward = at === lesson.at + 1; // and not back, or over some cards
  const to = sets && (cards[at].start || !isOnward) ? selectionOfCard(cards, at) : { ...selection };
  app.store.set({
    lesson: { ...lesson, at, met: false, done: lesson.done.filter((one) => one !== at) },
    turn: null,
    drawer: false,
    all: false,
  });
  await showOf(app, to);
  if (app.store.get().lesson?.at !== at) return; // another card meanwhile
  app.setBox({ locked: lockedOn(app.sliders, cards[at]) });
  if (sets && cards[at].tool) app.store.set({ tool: TOOL_NAMES[cards[at].tool] ?? cards[at].tool });
}

/** Shows a selection as a step of undo, under the stored set that it is. @param {App} app @param {Selection} to */
async function showOf(app, to) {
  app.setBox({ locked: [], fixed: [], bounds: {} });
  const data = await app.describe(to.model, to.pattern);
  await app.back({ ...to, set: Math.max(knownSet(data, to), 0) });
  app.keep();
}

/** Puts the values of the card back. @param {App} app */
export async function again(app) {
  const { lesson } = app.store.get();
  if (!lesson) return;
  await showOf(app, selectionOfCard(lesson.cards, lesson.at));
  app.setBox({ locked: lockedOn(app.sliders, lesson.cards[lesson.at]) });
}

const UNGLOSSED = ["a", "summary", "h3", "code", "pre"];

/** The text of a card. @param {Node} node @param {(href: string) => void} follow @param {(text: string) => any} glossed @returns {any} */
export function built(node, follow, glossed) {
  if (typeof node === "string") return glossed(node);
  const [tag, children, attributes = {}] = node;
  const inner = children.map((/** @type {Node} */ child) => built(child, follow, UNGLOSSED.includes(tag) ? (text) => text : glossed));
  if (tag === "a" && attributes.href.startsWith("#")) {
    const go = (/** @type {Event} */ event) => {
      event.preventDefault();
      follow(attributes.href);
    };
    return html`<a href=${attributes.href} onclick=${go}>${inner}</a>`;
  }
  if (tag === "a") return html`<a href=${attributes.href} target="_blank" rel="noopener">${inner}</a>`;
  if (tag === "pre") return html`<pre tabindex="0" role="region" aria-label=${tr("Code")}>${inner}</pre>`;
  return html`<${tag} ...${attributes}>${inner}<//>`;
}

/** What a card goes on with, in words. @param {App} app @param {Card} card */
function conditionWords(app, { until, pattern }) {
  const title = patternInSentence(app, pattern);
  const words = until.map(({ holds, name, below, above }) => {
    if (holds !== null) return holds ? tr("the neuron shows {title}", { title }) : tr("the neuron no longer shows {title}", { title });
    return below !== null
      ? tr("{name} is below {value}", { name, value: plain(below) })
      : tr("{name} is above {value}", { name, value: plain(Number(above)) });
  });
  return words.join(tr(" and "));
}

/** The card that is shown. @param {{ app: App, lesson: Lesson, follow: (href: string) => void }} props */
export function LessonCard({ app, lesson, follow }) {
  const { cards, at, done, met } = lesson;
  const card = cards[at];
  const isDone = done.includes(at);
  const isLast = at === cards.length - 1;
  const place = useRef(/** @type {any} */ (null));
  const first = useRef(true);
  useLayoutEffect(() => {
    if (!first.current) {
      place.current.scrollTop = 0;
      place.current.querySelector("[data-title]").focus({ preventScroll: true });
      place.current.scrollIntoView({ block: "nearest" });
    }
    first.current = false;
  }, [at]);
  const words = conditionWords(app, card);
  const state = !isDone
    ? tr("Continue until {words}.", { words })
    : met
      ? tr("Done: {words}.", { words })
      : tr("You reached this goal, but the sliders have moved since.");
  const isNext = !card.until.length || isDone;
  const glossed = glossing();
  return html`<section class=${`pw-card pw-lesson${isDone ? " solved" : ""}`} aria-label=${tr("Lesson")} ref=${place}>
    <div class="pw-lessonhead"><span>${lesson.title}</span>
      ${lesson.name ? html`<button class="pw-icon" aria-label=${tr("End the lesson")} title=${tr("End the lesson")} onclick=${() => endLesson(app)}>✕</button>` : ""}
      <select aria-label=${tr("Card")} onchange=${(/** @type {any} */ e) => goTo(app, Number(e.target.value))}>${cards.map(
        ({ title }, k) =>
          html`<option value=${k} selected=${k === at}>${`${done.includes(k) ? "✓ " : ""}${tr("{number} of {total}", { number: k + 1, total: cards.length })} · ${title}`}</option>`,
      )}</select></div>
    ${app.host.name === "kernel" ? html`<h3 data-title tabindex="-1">${card.title}</h3>` : html`<h2 data-title tabindex="-1">${card.title}</h2>`}
    <div class="pw-text" key=${at}>${card.body.map((node) => built(node, follow, glossed))}</div>
    <div class="pw-cardbuttons">
      <p class="pw-state" role="status">${card.until.length ? `${isDone ? "✓ " : ""}${state}` : ""}</p>
      <button class="pw-second" disabled=${at === 0} onclick=${() => goTo(app, at - 1)}>${tr("Back")}</button>
      ${
        isLast
          ? ""
          : html`<button class=${isNext ? "pw-primary" : "pw-second"} onclick=${() => goTo(app, at + 1)}>${isNext ? tr("Next") : tr("Skip")}</button>`
      }
    </div>
  </section>`;
}

/** Seen where the card itself has been scrolled away. @param {{ app: App, lesson: Lesson }} props */
export function Onward({ app, lesson: { at, done, cards } }) {
  if (!done.includes(at) || at === cards.length - 1) return "";
  return html`<button class="pw-primary pw-onward" onclick=${() => goTo(app, at + 1)}>✓ ${tr("Next card")}</button>`;
}

/** Below the sliders of a lesson, whose card says what is next. @param {{ app: App }} props */
export function CardActions({ app }) {
  return html`<div class="pw-actions">
    <button class="pw-second" onclick=${() => again(app)}>${tr("Reset this card")}</button>
    ${app.host.can("search") && !isTask(app.store.get()) ? html`<${SearchButton} app=${app} />` : ""}
  </div>`;
}
