import { useEffect, useRef } from "preact/hooks";
import { shownIn } from "../figure/canvasView.js";
import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";
import { numberText } from "../i18n/words.ts";
import { perFrame } from "../models/schedule.js";
import { isOf, isOpen, noTries } from "../models/search.js";
import { countText, patternInSentence } from "../models/titles.js";
import { isLost } from "./focus.js";
import { glossing } from "./glosses.js";
import { Heading } from "./heading.js";
import { objectiveCurve } from "./objective.js";

/** @import { Search, Zoom } from "../types.d.ts" */
/** @import { App } from "../app.js" */

/** The drawer under the potential: a search to watch. @param {{ app: App }} props */
export function Drawer({ app }) {
  const { search, turn } = app.store.get();
  const isPlayed = app.play.isPlaying();
  const runs = search && isOpen(search);
  const isTaken = app.isTaken();
  const isOver = search && !runs && !isPlayed;
  const title = patternInSentence(app, search?.pattern ?? app.pattern.key);
  const glossed = glossing();
  const count = app.play.count();
  const words = search
    ? waiting(search) || tr("{count} evaluated, best loss {least}", { count: countText(count), least: leastOf(app, count) })
    : tr("starting …");
  const place = useRef(/** @type {any} */ (null));
  // Of a figure that is partly out of sight, the whole is shown beside the search.
  useEffect(() => place.current.parentElement.scrollIntoView({ block: "nearest" }), []);
  const pressed = useFocus(place);
  const control = (/** @type {"pause" | "resume" | "stop"} */ kind) => () => app.control(kind);
  return html`<section class="pw-drawer" aria-label=${tr("Search")} ref=${place} onfocusin=${pressed}>
    <div class=${`pw-drawerhead${isOver ? " over" : ""}`}>
      <div><${Heading} app=${app}>${tr("Search for {pattern}", { pattern: title })}<//>
        <p role="status">${glossed(isOver ? `${words}. ${after(search, app)}` : words)}</p></div>
      <div class="pw-drawerbuttons">${isPlayed ? html`<button key="skip" onclick=${app.play.skip}>${tr("Skip")}</button>` : ""}
        ${runs && search.state !== "paused" ? html`<button key="pause" onclick=${control("pause")}>❚❚ ${tr("Pause")}</button>` : ""}
        ${runs && search.state === "paused" ? html`<button key="resume" onclick=${control("resume")}>▶ ${tr("Resume")}</button>` : ""}
        ${isOver ? html`<button key="elsewhere" onclick=${() => app.search("random")}>${tr("Search from a new start")}</button>` : ""}
        ${runs || !search ? html`<button key="stop" onclick=${search ? control("stop") : app.stopStarting}>■ ${tr("Stop")}</button>` : html`<button key="close" onclick=${() => app.store.set({ drawer: false })}>${tr("Close")}</button>`}
        <button key="take" class="pw-take" disabled=${!search?.best || Boolean(turn)} aria-disabled=${isTaken} onclick=${() => isTaken || app.take()}>${tr("Use these parameters")}</button></div>
    </div>
    <${Curve} app=${app} words=${words} />
  </section>`;
}

/**
 * Keeps the focus: buttons of a search come and go, and one that was pressed may be gone. It goes to the next one, and
 * when the drawer is closed to the button that opens it. Returns the listener of the focus.
 * @param {{ current: any }} place
 */
function useFocus(place) {
  const last = useRef(/** @type {any} */ (null));
  /** @param {Element} within @param {string} next what takes the focus where it was lost */
  const save = (within, next) => {
    if (!last.current || last.current.isConnected) return;
    last.current = null;
    if (isLost()) /** @type {HTMLElement | null} */ (within.querySelector(next))?.focus({ preventScroll: true });
  };
  useEffect(() => save(place.current, ".pw-drawerbuttons button:not(:disabled)"));
  useEffect(() => {
    const app = place.current.closest(".pw-app");
    return () => {
      setTimeout(() => save(app, "[data-search]"));
    };
  }, []);
  return (/** @type {FocusEvent} */ event) => {
    last.current = event.target;
  };
}

/** Who is served before, of a server with many visitors. @param {Search} search */
function waiting({ before }) {
  if (!before) return "";
  return before === 1 ? tr("1 visitor is ahead of you …") : tr("{count} visitors are ahead of you …", { count: before });
}

/** @param {App} app @param {number} count */
function leastOf(app, count) {
  const { search } = app.store.get();
  if (!search || !count) return "–";
  if (count === search.tries.count) return numberText(search.tries.least, 3);
  let least = Infinity;
  for (let k = 0; k < count; k++) if (search.tries.losses[k] < least) least = search.tries.losses[k];
  return numberText(least, 3);
}

/** What a search that is over has found, and what can be done next. @param {Search} search @param {App} app */
function after(search, app) {
  const { state, status, least, error, tries, atEnds } = search;
  const host = app.host.name;
  if (state === "failed") return error || tr("The search failed.");
  if (least === 0 && tries.count === 1 && app.isBestAtStart())
    return tr("Your parameters already show the pattern. Move a slider first, or search from a new start.");
  if (host === "none" && least === 0) return tr("Criteria met, not verified. Open these parameters in a notebook to verify them.");
  if (state === "done" && app.pattern.ruled_out && isOf(search, app.store.get().selection))
    return tr("Ruled out by a proof. Use the closest match, or choose another neuron model.");
  if (host === "none" && state === "done")
    return tr("Not found, which does not prove that no solution exists. Search from a new start, or run the Python search in a notebook.");
  if (status === "replicated" && app.isTaken())
    return tr("Found and verified. These parameters are now on your sliders. Drag to see how far you can change them.");
  if (status === "replicated") return tr("Found and verified. Use these parameters, then drag to see how far you can change them.");
  if (least === 0 && status !== "fragile") return tr("Criteria met, not verified. Use these parameters to verify them, or search again.");
  if (status === "fragile")
    return tr("Not robust. All criteria are met, but one verification test fails. Use these parameters anyway, or search again.");
  if (state === "stopped" && !search.best) return tr("Stopped before the first evaluation.");
  if (state === "stopped") return tr("Stopped. Use the best parameters so far, or search again.");
  const names = atEnds.join(", ");
  if (names)
    return tr(
      "Not found. The best parameters are at a limit of the search range of {names}. Widen that range, search from a new start, or choose another neuron model.",
      { names },
    );
  return tr(
    "Not found, which does not prove that no solution exists. Search from a new start, widen a range, or choose another neuron model.",
  );
}

const NONE = { id: "", tries: noTries(), restarts: [] };

/** @param {{ app: App, words: string }} props */
function Curve({ app, words }) {
  const place = useRef(/** @type {any} */ (null));
  useEffect(() => watched(app, place.current), []);
  return html`<div class="pw-objective" ref=${place}><canvas data-pw-objective role="img" aria-label=${words}></canvas></div>`;
}

/** Draws the curve of the search whenever something changes. @param {App} app @param {HTMLElement} place */
function watched(app, place) {
  const curve = objectiveCurve();
  let of = "";
  const made =
    (/** @type {boolean} */ each) => (/** @type {number} */ width, /** @type {number} */ height, /** @type {Zoom | null} */ zoom) => {
      const { search, dark, present } = app.store.get();
      return curve.picture(search ?? NONE, app.play.count(), { width, height, dark, size: present ? 18 : 14, zoom, each });
    };
  const own = shownIn(app, place, {
    picture: made(false),
    rested: made(true),
    whole: () => curve.ranges().x,
    read(x, _, shown) {
      const { search } = app.store.get();
      const found = search && curve.read(search, app.play.count(), shown, x);
      const [{ top, height, left, width }] = shown.panels;
      return found && { ...found, top, height, right: left + width };
    },
  });
  const draw = () => {
    const { search } = app.store.get();
    if (search && search.id !== of) {
      of = search.id;
      own.forget();
    }
    own.draw();
    /** @type {HTMLElement} */ (place.firstElementChild).dataset.dots = String(app.play.count());
  };
  const soon = perFrame(draw);
  const off = app.store.on((_, changed) => ["search", "played", "dark", "present", "language"].some((key) => changed.has(key)) && soon());
  draw();
  return () => {
    off();
    soon.cancel();
    own.close();
  };
}
