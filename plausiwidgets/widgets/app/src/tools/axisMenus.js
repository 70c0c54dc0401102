import { html } from "../html.js";
import { tr } from "../i18n/texts.ts";

/**
 * Two menus of what lies along the axes of a plane; what would be on both changes places.
 * @param {{ names: string[], pair: string[], choose: (pair: [string, string]) => void, titleOf?: (name: string) => string }} props
 */
export function PairMenus({ names, pair, choose, titleOf = (name) => name }) {
  const menu = (/** @type {0 | 1} */ k, /** @type {string} */ label) => html`<label>${label}
    <select onchange=${(/** @type {any} */ event) => {
      const next = /** @type {[string, string]} */ ([...pair]);
      next[k] = event.target.value;
      if (next[0] === next[1]) next[1 - k] = pair[k];
      choose(next);
    }}>${names.map((name) => html`<option value=${name} selected=${name === pair[k]}>${titleOf(name)}</option>`)}</select></label>`;
  return html`${menu(0, tr("x-axis"))} ${menu(1, tr("y-axis"))}`;
}
