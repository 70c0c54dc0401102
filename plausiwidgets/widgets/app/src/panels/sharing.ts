import type { Host } from "../hosts/host.ts";
import { tr } from "../i18n/texts.ts";

/** The address of a link with these fields. */
export function linkOf({ name, share }: Pick<Host, "name" | "share">, fields: string): string {
  if (share?.base) {
    return `${new URL(share.base, location.href).href}${share.encoded ? encodeURIComponent(fields) : fields}`;
  }
  // A notebook reads the query, and a separate page reads the fragment.
  if (name !== "kernel") return `${location.href.split("#")[0].split("?")[0]}#${fields}`;
  // JupyterLab keeps the query only if the address contains no workspace.
  return `${location.origin}${location.pathname.replace(/\/(lab|doc)\/workspaces\/[^/]+\//, "/$1/")}?${fields}`;
}

/** Requests a notebook with the selection of a link from the server. */
export async function asNotebook(
  { address, token }: NonNullable<Host["notebook"]>,
  fields: string,
): Promise<{ name: string; url: string }> {
  const headers = { "Content-Type": "text/plain", "X-XSRFToken": token };
  const response = await fetch(address, { method: "POST", headers, body: fields });
  const written = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(written.message ?? `${response.status} ${response.statusText}`);
  return written;
}

/** A warning if the address of the page works only on this computer, otherwise an empty string. */
export function localWarning({ name, share }: Pick<Host, "name" | "share">): string {
  if (location.protocol === "file:") {
    return tr(
      "This link works only on this computer. To share this state, send the file and the part of the link that starts with #.",
    );
  }
  const isLocal = name === "server" && !share?.base && /^(localhost|127\..*|\[::1\])$/.test(location.hostname);
  return isLocal
    ? tr("This link works only on this computer. To share this state, save the page as a file (below).")
    : "";
}
