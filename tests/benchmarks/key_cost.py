"""Measure the time from a key on a slider to the end of painting, in exported pages.

Run ``python tests/benchmarks/key_cost.py page.html [other.html ...]``. The pages take turns, so that the machine is the
same for all of them. Each key is an arrow key on a slider. The time goes from the timestamp of the event to the end of
a call of a canvas that follows within 150 ms: "first" is the first picture after the key, "painted" is the last one.
The output is one JSON line for each page.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

KEYS = 60
ROUNDS = 3
WAIT = 220  # ms between two keys

RECORDER = """
(() => {
  const log = (window.keyLog = []);
  let key = null;
  const begin = (event) => log.push((key = { at: event.timeStamp, first: 0, last: 0, calls: 0 }));
  addEventListener("keydown", begin, true);
  const { prototype } = CanvasRenderingContext2D;
  for (const name of ["stroke", "fill", "fillRect", "fillText", "clearRect", "drawImage"]) {
    const call = prototype[name];
    prototype[name] = function (...given) {
      const result = call.apply(this, given);
      if (key) {
        key.last = performance.now();
        key.first ||= key.last;
        key.calls++;
      }
      return result;
    };
  }
  setInterval(() => { if (key && performance.now() - key.at > 150) key = null; }, 5);
})();
"""


def opened(browser, path: Path) -> Page:
    page = browser.new_page(viewport={"width": 1400, "height": 800})
    page.add_init_script(RECORDER)
    page.goto(path.resolve().as_uri())
    page.wait_for_selector("[data-pw-judged=yes]")
    page.wait_for_timeout(3000)
    page.locator(".pw-side input[type=range]").first.focus()
    return page


def press_keys(page: Page) -> list[dict[str, float]]:
    page.evaluate("keyLog.length = 0")
    for k in range(KEYS):
        page.keyboard.press("ArrowRight" if k % 20 < 10 else "ArrowLeft")
        page.wait_for_timeout(WAIT)
    return page.evaluate(
        "keyLog.map(({ at, first, last, calls }) => ({ first: first - at, painted: last - at, calls }))"
    )


def main(paths: list[Path]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        pages = [opened(browser, path) for path in paths]
        keys: list[list[dict[str, float]]] = [[] for _ in paths]
        for _ in range(ROUNDS):
            for page, known in zip(pages, keys, strict=True):
                page.bring_to_front()
                known += press_keys(page)
        for path, known in zip(paths, keys, strict=True):
            row: dict[str, object] = {"page": path.name, "bytes": path.stat().st_size, "keys": len(known)}
            for name in ("first", "painted"):
                times = [key[name] for key in known if key["calls"]]
                row |= {
                    f"{name}_median_ms": round(float(np.median(times)), 2),
                    f"{name}_95_ms": round(float(np.quantile(times, 0.95)), 2),
                }
            row["canvas_calls"] = int(np.median([key["calls"] for key in known]))
            print(json.dumps(row))
        browser.close()


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
