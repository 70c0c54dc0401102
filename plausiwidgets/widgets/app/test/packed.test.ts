// The compressed script of a standalone page.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { deflateSync } from "node:zlib";
import { runPacked, unpacked } from "../src/packed.ts";
import "./dom.ts";

const SCRIPT = "const greeting = 'Grüße';\n".repeat(4000);
const packed = deflateSync(SCRIPT).toString("base64");

/** A page with a compressed script. */
function pageOf(t: TestContext, text: string) {
  const page = document.createElement("div");
  page.innerHTML = '<p hidden></p><script type="application/octet-stream"></script>';
  document.body.append(page);
  t.after(() => page.remove());
  const [sentences, element] = [...page.children] as HTMLElement[];
  element.textContent = text;
  return { page, sentences, element };
}

test("a compressed text is unpacked, and a damaged one is an error", async () => {
  assert.ok(packed.length < SCRIPT.length / 10);
  assert.equal(await unpacked(packed), SCRIPT);
  await assert.rejects(unpacked(packed.slice(0, 100)));
});

test("the script replaces its compressed form", async (t) => {
  const { page, sentences, element } = pageOf(t, packed);
  await runPacked(element, sentences);
  const script = page.querySelector("script");
  assert.deepEqual([script?.type, script?.text], ["module", SCRIPT]);
  assert.deepEqual([page.children.length, sentences.hidden], [2, true]);
});

test("a browser that cannot unpack the script shows a sentence about that", async (t) => {
  const { page, sentences, element } = pageOf(t, packed);
  const stream = globalThis.DecompressionStream;
  t.after(() => Object.assign(globalThis, { DecompressionStream: stream }));
  Reflect.deleteProperty(globalThis, "DecompressionStream");
  await runPacked(element, sentences);
  assert.equal(sentences.hidden, false);
  assert.equal(page.querySelector("script[type=module]"), null);
});
