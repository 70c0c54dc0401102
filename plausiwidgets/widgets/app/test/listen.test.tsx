// The button and the space bar that play the spikes.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { App } from "../src/app.ts";
import { Listen } from "../src/panels/Listen.tsx";
import { rendered, shown } from "./dom.ts";
import { appOf } from "./harness.ts";

/** An audio context without sound. */
class SilentContext {
  readonly currentTime = 0;
  readonly sampleRate = 8000;
  readonly state = "running";
  readonly destination = {};
  readonly resume = async () => {};
  readonly suspend = async () => {};
  readonly close = async () => {};
  readonly createBuffer = () => ({ copyToChannel() {} });
  readonly createBufferSource = () => ({ connect() {}, start() {}, stop() {} });
}

/** A view of an app. Both are closed after the test, because a playback would keep the process alive after a failure. */
function listening(app: App, t: TestContext) {
  const view = shown(
    <div class="pw-app">
      <Listen {...app} />
      <input type="range" />
      <p>a text</p>
    </div>,
  );
  t.after(() => {
    view.remove();
    app.close();
  });
  let isHovered = true;
  const place = view.find(".pw-app");
  // The tests have no pointer, so the app itself answers whether it is under the pointer.
  Object.defineProperty(place, "matches", { value: (selector: string) => selector !== ":hover" || isHovered });
  const key = (selector: string, name: string, more: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, composed: true, ...more });
    view.find(selector).dispatchEvent(event);
    return event.defaultPrevented;
  };
  const hover = (isOver: boolean) => {
    isHovered = isOver;
  };
  return { ...view, key, hover };
}

test("the button plays and stops, and the speed is shown once it was used", async (t) => {
  Object.assign(globalThis, { AudioContext: SilentContext });
  const app = appOf();
  const { find, all } = listening(app, t);
  const button = find("button");
  assert.equal(button.textContent, "▶ Listen");
  assert.equal(all("select").length, 0);
  button.click();
  await rendered();
  assert.equal(app.player.isPlaying.value, true);
  assert.equal(button.getAttribute("aria-label"), "Stop sound");
  assert.equal(find("[role=status]").textContent, "left: target, right: yours");
  const select = find<HTMLSelectElement>("select");
  assert.deepEqual(
    [...select.options].map((one) => one.textContent),
    ["1", "1/2", "1/5", "1/10"],
  );
  assert.equal(app.player.speed.value, 1 / 5);
  button.click();
  await rendered();
  assert.deepEqual([app.player.isPlaying.value, button.textContent], [false, "▶ Listen"]);
  assert.equal(all("select").length, 1);
});

test("a move of a slider, another pattern and the end of the app stop the sound", async (t) => {
  Object.assign(globalThis, { AudioContext: SilentContext });
  const app = appOf();
  t.after(app.close);
  const changes = [
    () => app.selection.put({ c: -60 }),
    () => app.selection.choose("izhikevich", "tonic_bursting"),
    () => app.close(),
  ];
  for (const change of changes) {
    app.player.play();
    assert.equal(app.player.isPlaying.value, true);
    assert.equal(app.run.pointedAt.value, app.scene.value.x[0]);
    await change();
    assert.deepEqual([app.player.isPlaying.value, app.run.pointedAt.value], [false, null]);
  }
});

test("the space bar plays while the pointer is over the app and no control has the focus", async (t) => {
  Object.assign(globalThis, { AudioContext: SilentContext });
  const app = appOf();
  const { key, hover } = listening(app, t);
  await rendered();
  assert.equal(key("input", " "), false, "the slider has the focus");
  hover(false);
  assert.equal(key("p", " "), false);
  hover(true);
  assert.equal(key("p", " ", { shiftKey: true }), false);
  app.screen.sheet.value = "more";
  assert.equal(key("p", " "), false);
  app.screen.sheet.value = "";
  assert.equal(app.player.isPlaying.value, false);
  assert.equal(key("p", " "), true);
  assert.equal(app.player.isPlaying.value, true);
  assert.equal(key("p", " ", { repeat: true }), true);
  assert.equal(app.player.isPlaying.value, true, "a key that is held is one press");
  hover(false);
  assert.equal(key("input", "Escape"), true);
  assert.equal(app.player.isPlaying.value, false);
  assert.equal(key("input", "Escape"), false, "Escape closes a panel again");
});

test("a browser without sound is named in a sentence", async (t) => {
  Reflect.deleteProperty(globalThis, "AudioContext");
  const app = appOf();
  const { find } = listening(app, t);
  find("button").click();
  await rendered();
  assert.match(find("[role=status]").textContent ?? "", /^The browser plays no sound here\./);
  assert.equal(app.player.isPlaying.value, true);
});
