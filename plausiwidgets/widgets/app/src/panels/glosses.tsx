// Glosses of standard terms, each with one sentence, shown as a tooltip at the first use of a term in a tool, a table or a
// card.

import type { ComponentChildren, RefObject, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { tr } from "../i18n/texts.ts";
import { TERMS } from "./terms.ts";

interface GlossProps {
  readonly gloss: string;
  /** The accessible name, if it is not the term itself. */
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** A text with marked terms. */
export type Glossed = readonly (string | VNode<GlossProps>)[];

/** A term with the regular expression that finds it. */
interface Term {
  readonly found: RegExp;
  readonly gloss: string;
}

let known: { readonly forms: string; readonly terms: readonly Term[] } = { forms: "", terms: [] };

/** The terms in the language of the screen. */
function termsNow(): readonly Term[] {
  const all = TERMS.map(([words]) => words());
  const forms = all.join("\n");
  if (forms !== known.forms) {
    known = { forms, terms: TERMS.map(([, gloss], k) => ({ found: patternFor(all[k]), gloss: gloss() })) };
  }
  return known.terms;
}

// Latin and Greek letters. For each term, the browser would need a millisecond to compile the class of all letters.
const LETTERS = "a-zÀ-ÖØ-öø-ɏͰ-Ͽ";

function patternFor(forms: string): RegExp {
  const escaped = forms.replace(/[.+?^${}()[\]\\]/g, "\\$&").replaceAll("*", `[${LETTERS}-]*`);
  const longestFirst = escaped.split("|").sort((a, b) => b.length - a.length);
  return new RegExp(`(?<![${LETTERS}0-9-])(?:${longestFirst.join("|")})(?![${LETTERS}0-9-])`, "gi");
}

/**
 * Returns a function that marks the terms of a text. The function marks each term only once in all its texts, so that a tool
 * has few Tab stops. A component must call `glossing` at each render and must not pass the function on.
 */
export function glossing(): (text: string) => Glossed {
  const seen = new Set<Term>();
  return function glossed(text) {
    const parts: (string | VNode<GlossProps>)[] = [];
    let at = 0;
    for (let next = firstIn(text, at); next; next = firstIn(text, at)) {
      const { term, from, words } = next;
      parts.push(text.slice(at, from));
      parts.push(seen.has(term) ? words : marked(term.gloss, words));
      seen.add(term);
      at = from + words.length;
    }
    return [...parts, text.slice(at)];
  };
}

const marked = (gloss: string, words: string): VNode<GlossProps> => (
  <Gloss key={gloss} gloss={gloss}>
    {words}
  </Gloss>
);

interface Match {
  readonly term: Term;
  readonly from: number;
  readonly words: string;
}

/** The first term of a text after a position, and the longest of several terms at this position. */
function firstIn(text: string, at: number): Match | null {
  let first: Match | null = null;
  for (const term of termsNow()) {
    term.found.lastIndex = at;
    const match = term.found.exec(text);
    if (!match) continue;
    const [words] = match;
    const isFirst =
      !first || match.index < first.from || (match.index === first.from && words.length > first.words.length);
    if (isFirst) first = { term, from: match.index, words };
  }
  return first;
}

/** A "?" that explains the terms of a label or a button. Empty if the text has no terms. */
export function Explained({ of }: { readonly of: string }) {
  const meanings = glossing()(of).flatMap((part) => (typeof part === "string" ? [] : [part.props.gloss]));
  if (!meanings.length) return null;
  return (
    <Gloss gloss={meanings.join(" ")} label={tr("Explain: {term}", { term: of })}>
      ?
    </Gloss>
  );
}

const GAP = 2; // px between a term and its gloss
const EDGE = 8; // px between a gloss and the edge of the window
let count = 0;

/** A term with its gloss, which is shown on hover, on focus and after a tap. */
function Gloss({ gloss, label = "", children }: GlossProps) {
  const word = useRef<HTMLSpanElement>(null);
  const tip = useRef<HTMLSpanElement>(null);
  const [id] = useState(() => `pw-gloss-${++count}`); // useId returns the same names in each app of a notebook
  const { show, hide } = useTip(word, tip, gloss);
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    show();
  };
  // The term is a span, because a button would break the line before the following punctuation.
  return (
    <span
      class="pw-term"
      onPointerEnter={({ pointerType }) => pointerType !== "touch" && show()}
      onPointerLeave={({ pointerType }) => pointerType !== "touch" && hide()}
    >
      <span
        class={`pw-word${label ? " pw-ask" : ""}`}
        role="button"
        tabIndex={0}
        aria-label={label || undefined}
        aria-describedby={id}
        ref={word}
        onFocus={show}
        onBlur={hide}
        onClick={show}
        onKeyDown={keys}
      >
        {children}
      </span>
      <span popover="manual" role="tooltip" class="pw-gloss" id={id} ref={tip} />
    </span>
  );
}

/** Shows a gloss next to its term, until Escape, a click elsewhere or scrolling hides it. */
function useTip(word: RefObject<HTMLElement | null>, tip: RefObject<HTMLElement | null>, gloss: string) {
  const close = useRef(() => {});
  useEffect(() => () => close.current(), []);
  const show = () => {
    const [button, box] = [word.current, tip.current];
    if (!button || !box?.showPopover || box.matches(":popover-open")) return;
    box.textContent = gloss; // a hidden gloss has no text, so that a screen reader does not read it as a part of the text around it
    box.showPopover();
    place(box, button);
    const keys = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close.current();
    };
    const away = (event: Event) => {
      if (!event.composedPath().includes(button)) close.current();
    };
    document.addEventListener("keydown", keys, true);
    document.addEventListener("pointerdown", away, true);
    document.addEventListener("scroll", away, true);
    close.current = () => {
      document.removeEventListener("keydown", keys, true);
      document.removeEventListener("pointerdown", away, true);
      document.removeEventListener("scroll", away, true);
      if (box.isConnected) box.hidePopover();
      box.textContent = "";
      close.current = () => {};
    };
  };
  return { show, hide: () => close.current() };
}

/** Places a gloss below its term, or above it if there is no space below. */
function place(box: HTMLElement, button: HTMLElement): void {
  const { left, top, bottom } = button.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const { innerWidth, innerHeight } = window;
  const isBelow = bottom + GAP + height + EDGE < innerHeight;
  box.style.left = `${Math.max(Math.min(left, innerWidth - width - EDGE), EDGE)}px`;
  box.style.top = `${isBelow ? bottom + GAP : Math.max(top - height - GAP, EDGE)}px`;
}
