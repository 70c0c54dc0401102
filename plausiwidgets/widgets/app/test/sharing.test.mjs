import assert from "node:assert/strict";
import test from "node:test";
import { isLocal, linkOf } from "../src/panels/sharing.js";

const FIELDS = "model=adex&pattern=tonic_bursting&a=4";

/** An app at an address. */
const at = (address, host) => {
  globalThis.location = new URL(address);
  return { host };
};

test("on Binder a link starts a new session on what is shown", () => {
  const base = "https://mybinder.org/v2/gh/owner/name/v1?urlpath=plausiwidgets%2F%3F";
  const app = at("https://hub.mybinder.org/user/x/plausiwidgets/?token=secret#model=lif", {
    name: "server",
    share: { base, encoded: true, where: "binder" },
  });
  const link = new URL(linkOf(app, FIELDS));
  assert.equal(link.origin, "https://mybinder.org");
  assert.equal(link.searchParams.get("urlpath"), `plausiwidgets/?${FIELDS}`);
  assert.ok(!link.href.includes("secret"));
  assert.equal(isLocal(app), false);
});

test("on a hub a link leads everybody to a server of their own", () => {
  const share = { base: "/hub/user-redirect/plausiwidgets/?", encoded: false, where: "hub" };
  const app = at("https://hub.example.org/user/a-b/plausiwidgets/", { name: "server", share });
  assert.equal(linkOf(app, FIELDS), `https://hub.example.org/hub/user-redirect/plausiwidgets/?${FIELDS}`);
});

test("a server's own address has what is shown after a hash, without a token, and one of this computer is told apart", () => {
  const share = { base: "", encoded: false, where: "server" };
  const app = at("http://127.0.0.1:8866/?token=secret#model=lif", { name: "server", share });
  assert.equal(linkOf(app, FIELDS), `http://127.0.0.1:8866/#${FIELDS}`);
  assert.equal(isLocal(app), true);
  assert.equal(isLocal(at("https://explorer.example.org/", { name: "server", share })), false);
});

test("a notebook has it as a query, without its workspace", () => {
  const app = at("http://127.0.0.1:8888/lab/workspaces/auto-x/tree/a.ipynb", { name: "kernel" });
  assert.equal(linkOf(app, FIELDS), `http://127.0.0.1:8888/lab/tree/a.ipynb?${FIELDS}`);
});
