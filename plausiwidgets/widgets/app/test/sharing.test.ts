// Addresses of links on Binder, a hub, a server, a file and a notebook.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Host } from "../src/hosts/host.ts";
import { linkOf, localWarning } from "../src/panels/sharing.ts";

const FIELDS = "model=adex&pattern=tonic_bursting&a=4";

type Sharing = Pick<Host, "name" | "share">;

/** Sets the address of the page. */
function at(address: string): void {
  Object.defineProperty(globalThis, "location", { configurable: true, value: new URL(address) });
}

test("on Binder a link starts a new session with the selection", () => {
  const base = "https://mybinder.org/v2/gh/owner/name/v1?urlpath=plausiwidgets%2F%3F";
  const host: Sharing = { name: "server", share: { base, encoded: true, where: "binder" } };
  at("https://hub.mybinder.org/user/x/plausiwidgets/?token=secret#model=lif");
  const link = new URL(linkOf(host, FIELDS));
  assert.equal(link.origin, "https://mybinder.org");
  assert.equal(link.searchParams.get("urlpath"), `plausiwidgets/?${FIELDS}`);
  assert.ok(!link.href.includes("secret"));
  assert.equal(localWarning(host), "");
});

test("on a hub a link leads each user to a server of their own", () => {
  const base = "/hub/user-redirect/plausiwidgets/?";
  const host: Sharing = { name: "server", share: { base, encoded: false, where: "hub" } };
  at("https://hub.example.org/user/a-b/plausiwidgets/");
  assert.equal(linkOf(host, FIELDS), `https://hub.example.org/hub/user-redirect/plausiwidgets/?${FIELDS}`);
});

test("a link to a server has the fields after a hash, without a token, and a local address is detected", () => {
  const host: Sharing = { name: "server", share: { base: "", encoded: false, where: "server" } };
  at("http://127.0.0.1:8866/?token=secret#model=lif");
  assert.equal(linkOf(host, FIELDS), `http://127.0.0.1:8866/#${FIELDS}`);
  assert.match(localWarning(host), /^This link works only on this computer\. .* save the page as a file/);
  at("https://explorer.example.org/");
  assert.equal(localWarning(host), "");
});

test("a link to a file leads only to the file on this computer", () => {
  at("file:///C:/neurons/adex.html#model=lif");
  assert.equal(linkOf({ name: "none" }, FIELDS), `file:///C:/neurons/adex.html#${FIELDS}`);
  assert.match(localWarning({ name: "none" }), /^This link works only on this computer\. .* send the file/);
  at("https://example.org/adex.html");
  assert.equal(localWarning({ name: "none" }), "");
});

test("a link to a notebook has the fields as a query, without the workspace", () => {
  at("http://127.0.0.1:8888/lab/workspaces/auto-x/tree/a.ipynb");
  assert.equal(linkOf({ name: "kernel" }, FIELDS), `http://127.0.0.1:8888/lab/tree/a.ipynb?${FIELDS}`);
});
