import { html } from "../html.js";

/** @import { App } from "../app.js" */

/** A heading of a part: below that of the page, or of a cell of a notebook. @param {{ app: App, children: any }} props */
export function Heading({ app, children }) {
  return app.host.name === "kernel" ? html`<h3 class="pw-heading">${children}</h3>` : html`<h2 class="pw-heading">${children}</h2>`;
}
