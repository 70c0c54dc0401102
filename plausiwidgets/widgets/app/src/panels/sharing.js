/** @import { App } from "../app.js" */

/** The address of what is shown, as it is passed on. @param {App} app @param {string} fields */
export function linkOf(app, fields) {
  const { name, share } = app.host;
  if (share?.base) return `${new URL(share.base, location.href).href}${share.encoded ? encodeURIComponent(fields) : fields}`;
  // A notebook takes it as a query, a page of its own as a fragment.
  if (name !== "kernel") return `${location.href.split("#")[0].split("?")[0]}#${fields}`;
  // JupyterLab takes the query with it only where the address is the notebook's own, without a workspace.
  return `${location.origin}${location.pathname.replace(/\/(lab|doc)\/workspaces\/[^/]+\//, "/$1/")}?${fields}`;
}

/**
 * Has a notebook of a link written, and returns its name and address.
 * @param {App} app @param {string} fields @returns {Promise<{ name: string, url: string }>}
 */
export async function asNotebook(app, fields) {
  const { address, token } = /** @type {{ address: string, token: string }} */ (app.host.notebook);
  const headers = { "Content-Type": "text/plain", "X-XSRFToken": token };
  const answer = await fetch(address, { method: "POST", headers, body: fields });
  const written = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(written.message ?? `${answer.status} ${answer.statusText}`);
  return written;
}

/** Whether the page's address is of this computer alone. @param {App} app */
export const isLocal = ({ host }) => host.name === "server" && !host.share?.base && /^(localhost|127\..*|\[::1\])$/.test(location.hostname);
