// A lesson, which shows one card at a time next to the neuron.

import { useComputed } from "@preact/signals";
import { type ComponentChildren, h } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { App } from "../app.ts";
import type { Card, Catalogue, ListedLesson, TextNode } from "../catalogue.ts";
import { language, tr } from "../i18n/texts.ts";
import { plain } from "../i18n/words.ts";
import type { Lesson } from "../models/task.ts";
import { patternInSentence, type Titled } from "../models/titles.ts";
import { SearchButton } from "../panels/actions.tsx";
import { glossing } from "../panels/glosses.tsx";

const UNGLOSSED = ["a", "summary", "h3", "code", "pre"];

/** The lessons that the app offers by their names, in the language of the screen if possible. */
export function lessonsOf({ lessons }: Pick<Catalogue, "lessons">): readonly (readonly [string, ListedLesson])[] {
  const all = Object.entries(lessons);
  const own = all.filter(([, lesson]) => lesson.language === language.value);
  return own.length ? own : all;
}

type Follow = (href: string) => void;

/** The text of a card. */
function built(node: TextNode, follow: Follow, glossed: (text: string) => ComponentChildren): ComponentChildren {
  if (typeof node === "string") return glossed(node);
  const [tag, children, attributes = {}] = node;
  const own = UNGLOSSED.includes(tag) ? (text: string) => text : glossed;
  const inner = children.map((child) => built(child, follow, own));
  const { href = "" } = attributes;
  if (tag === "a" && href.startsWith("#")) {
    const go = (event: Event) => {
      event.preventDefault();
      follow(href);
    };
    return h("a", { href, onClick: go }, inner);
  }
  if (tag === "a") return h("a", { href, target: "_blank", rel: "noopener" }, inner);
  if (tag === "pre") return h("pre", { tabIndex: 0, role: "region", "aria-label": tr("Code") }, inner);
  return h(tag, attributes, inner);
}

/** The condition of a card in words. */
function conditionWords(of: Titled, { until, pattern }: Card): string {
  const title = patternInSentence(of, pattern);
  const words = until.map(({ holds, name, below, above }) => {
    if (holds) return tr("the neuron shows {title}", { title });
    if (holds === false) return tr("the neuron no longer shows {title}", { title });
    if (below !== null) return tr("{name} is below {value}", { name, value: plain(below) });
    return tr("{name} is above {value}", { name, value: plain(Number(above)) });
  });
  return words.join(tr(" and "));
}

/** The state of a card in words. Empty for a card without a condition. */
function stateWords(of: Titled, { cards, at, done, isMet }: Lesson): string {
  const card = cards[at];
  if (!card.until.length) return "";
  const words = conditionWords(of, card);
  if (!done.includes(at)) return tr("Continue until {words}.", { words });
  const state = isMet
    ? tr("Done: {words}.", { words })
    : tr("You reached this goal, but the sliders have moved since.");
  return `✓ ${state}`;
}

type LessonCardProps = Pick<App, "selection" | "task" | "host"> & { readonly follow: Follow };

/** The card that is shown. */
export function LessonCard({ selection, task, host, follow }: LessonCardProps) {
  const place = useRef<HTMLElement>(null);
  const lesson = task.lesson.value;
  const at = lesson?.at ?? -1;
  const before = useRef(at);
  useLayoutEffect(() => {
    if (before.current >= 0 && before.current !== at) focusTitle(place.current);
    before.current = at;
  }, [at]);
  if (!lesson) return null;
  const { cards, done } = lesson;
  const card = cards[at];
  const isDone = done.includes(at);
  const Title = host.isPart ? "h3" : "h2";
  return (
    <section class={`pw-card pw-lesson${isDone ? " solved" : ""}`} aria-label={tr("Lesson")} ref={place}>
      <LessonHead lesson={lesson} task={task} />
      <Title data-title tabIndex={-1}>
        {card.title}
      </Title>
      <CardText key={at} card={card} follow={follow} />
      <div class="pw-cardbuttons">
        <p class="pw-state" role="status">
          {stateWords({ catalogue: selection.catalogue, data: selection.data.value }, lesson)}
        </p>
        <button type="button" class="pw-second" disabled={at === 0} onClick={() => task.goTo(at - 1)}>
          {tr("Back")}
        </button>
        {at < cards.length - 1 && <NextCard isNext={!card.until.length || isDone} go={() => task.goTo(at + 1)} />}
      </div>
    </section>
  );
}

/** Scrolls a card to its start and focuses its title. */
function focusTitle(card: HTMLElement | null): void {
  if (!card) return;
  card.scrollTop = 0;
  card.querySelector<HTMLElement>("[data-title]")?.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

/** The title of the lesson, and a menu of its cards. The user can end a lesson that has a name. */
function LessonHead({ lesson, task }: Pick<App, "task"> & { readonly lesson: Lesson }) {
  const { name, title, cards, at, done } = lesson;
  const wordsOf = (card: Card, k: number) => {
    const place = tr("{number} of {total}", { number: k + 1, total: cards.length });
    return `${done.includes(k) ? "✓ " : ""}${place} · ${card.title}`;
  };
  return (
    <div class="pw-lessonhead">
      <span>{title}</span>
      {name && (
        <button
          type="button"
          class="pw-icon"
          aria-label={tr("End the lesson")}
          title={tr("End the lesson")}
          onClick={() => task.endLesson()}
        >
          ✕
        </button>
      )}
      <select aria-label={tr("Card")} onChange={({ currentTarget }) => task.goTo(Number(currentTarget.value))}>
        {cards.map((card, k) => (
          <option key={wordsOf(card, k)} value={k} selected={k === at}>
            {wordsOf(card, k)}
          </option>
        ))}
      </select>
    </div>
  );
}

function CardText({ card, follow }: { readonly card: Card; readonly follow: Follow }) {
  const glossed = glossing();
  return <div class="pw-text">{card.body.map((node) => built(node, follow, glossed))}</div>;
}

/** The button for the next card, which becomes the primary button when the card is done. */
function NextCard({ isNext, go }: { readonly isNext: boolean; readonly go: () => void }) {
  return (
    <button type="button" class={isNext ? "pw-primary" : "pw-second"} onClick={go}>
      {isNext ? tr("Next") : tr("Skip")}
    </button>
  );
}

/** A button for the next card, which is visible while the card itself is scrolled out of view. */
export function Onward({ task }: Pick<App, "task">) {
  const lesson = task.lesson.value;
  if (!lesson) return null;
  const { at, done, cards } = lesson;
  if (!done.includes(at) || at === cards.length - 1) return null;
  return (
    <button type="button" class="pw-primary pw-onward" onClick={() => task.goTo(at + 1)}>
      ✓ {tr("Next card")}
    </button>
  );
}

/** The buttons below the sliders of a lesson. Its card contains the instructions. */
export function CardActions({ search, task, host }: Pick<App, "search" | "task" | "host">) {
  const canSearch = useComputed(() => !task.isTask.value);
  return (
    <div class="pw-actions">
      <button type="button" class="pw-second" onClick={() => task.resetCard()}>
        {tr("Reset this card")}
      </button>
      {host.can("search") && canSearch.value && <SearchButton search={search} task={task} />}
    </div>
  );
}
