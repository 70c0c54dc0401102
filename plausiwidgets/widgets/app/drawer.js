import { tr } from "./engine/texts.js";
import { numberText } from "./engine/words.js";
import { Heading } from "./heading.js";
import { objectivePainter } from "./objective.js";
import { isOpen } from "./search.js";
import { perFrame } from "./state.js";
import { html, useEffect, useRef } from "./vendor/preact.js";
import { inSentence } from "./words.js";

/** @import { Search } from "./types.d.ts" */
/** @import { App } from "./app.js" */

/** The drawer under the potential: a search to watch. @param {{ app: App }} props */
export function Drawer({ app }) {
  const { search, turn } = app.store.get();
  const isPlayed = app.play.isPlaying();
  const runs = search && isOpen(search);
  const title = inSentence(tr(app.pattern.title), app.store.get().language);
  const count = app.play.count();
  const words = search
    ? waiting(search) || tr("{count} tried, least distance {least}", { count, least: leastOf(app, count) })
    : tr("starting …");
  const place = useRef(/** @type {any} */ (null));
  // Of a figure that is partly out of sight, the whole is shown beside the search.
  useEffect(() => place.current.parentElement.scrollIntoView({ block: "nearest" }), []);
  const tell = (/** @type {"pause" | "resume" | "stop"} */ kind) => () => app.tell(kind);
  return html`<section class="pw-drawer" aria-label=${tr("Search")} ref=${place}>
    <div class="pw-drawerhead">
      <div><${Heading} app=${app}>${tr("How far from {pattern}?", { pattern: title })}<//>
        <p role="status">${search && !runs && !isPlayed ? `${words}. ${after(search)}` : words}</p></div>
      ${isPlayed ? html`<button key="skip" onclick=${app.play.skip}>${tr("Skip")}</button>` : ""}
      ${runs && search.state !== "paused" ? html`<button key="pause" onclick=${tell("pause")}>❚❚ ${tr("Pause")}</button>` : ""}
      ${runs && search.state === "paused" ? html`<button key="resume" onclick=${tell("resume")}>▶ ${tr("Go on")}</button>` : ""}
      ${search && !runs && !isPlayed ? html`<button key="elsewhere" onclick=${() => app.search("random")}>${tr("Search elsewhere")}</button>` : ""}
      ${runs || !search ? html`<button key="stop" onclick=${search ? tell("stop") : app.stopStarting}>■ ${tr("Stop")}</button>` : html`<button key="close" onclick=${() => app.store.set({ drawer: false })}>${tr("Close")}</button>`}
      <button key="take" class="pw-take" disabled=${!search?.best || Boolean(turn)} onclick=${app.take}>${tr("Take these values")}</button>
    </div>
    <${Curve} app=${app} words=${words} />
  </section>`;
}

/** Who is served before, of a server with many visitors. @param {Search} search */
function waiting({ before }) {
  if (!before) return "";
  return before === 1 ? tr("One visitor is before you …") : tr("{count} visitors are before you …", { count: before });
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

/** What a search that is over has found, and what can be done next. @param {Search} search */
function after({ state, status, least, error, tries }) {
  if (state === "failed") return error || tr("The search failed.");
  if (least === 0 && tries.count === 1) return tr("Your values hold already: move a slider first, or search elsewhere.");
  if (status === "replicated") return tr("Found, and verified: take these values, then drag to see how far they go.");
  if (least === 0 || status === "fragile") return tr("Every criterion holds, but not in each check: take these values, or search again.");
  if (state === "stopped") return tr("Stopped: take the best, drag on from it, and search again.");
  return tr("Not found, which does not show that there is none: widen a range, or search again from here.");
}

/** @param {{ app: App, words: string }} props */
function Curve({ app, words }) {
  const place = useRef(/** @type {any} */ (null));
  useEffect(() => {
    const painter = objectivePainter();
    const draw = () => {
      const { search, dark, present } = app.store.get();
      if (!place.current?.clientWidth) return;
      const shown = search ?? { id: "", tries: { losses: new Float32Array(), count: 0, least: Infinity }, restarts: [] };
      painter.draw(place.current, shown, app.play.count(), dark, present ? 18 : 14);
      place.current.dataset.whole = String(painter.whole);
      place.current.dataset.dots = String(app.play.count());
    };
    const soon = perFrame(draw);
    const off = app.store.on((_, changed) => ["search", "dark", "drawn", "present"].some((key) => changed.has(key)) && soon());
    const size = new ResizeObserver(draw);
    size.observe(place.current);
    draw();
    return () => {
      off();
      size.disconnect();
      soon.cancel();
    };
  }, []);
  return html`<canvas data-pw-objective ref=${place} role="img" aria-label=${words}></canvas>`;
}
