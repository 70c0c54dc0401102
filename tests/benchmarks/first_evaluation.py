"""Measure the time from a click on Search to the first evaluation, in Chromium.

Run ``python -m tests.benchmarks.first_evaluation OUTPUT [RUNS]``, which adds the rows that the output lacks. Each row
is one JSON line, with the median and the maximum of the runs for one host and one model. All times are in ms:

- ``wall``: from the click until the page receives the first evaluation. It depends on the load, which is in the row.
- ``posted``: from the click until the page sends the search to the worker, in processor time of the page.
- ``page``: from then until the page receives the first evaluation, in processor time of the page. It draws the panel.
- ``worker``: from then until the worker sends the first evaluation, in processor time of the worker.
- ``start``: from the creation of the worker until its script has run. The worker starts before the click.

The page and the worker work at the same time. Without other load, the evaluation therefore arrives after about
``posted + max(page, worker)``.

A last row has the longest task of the page in processor time during the first seconds of a search on a phone with one
core. A phone that is six times slower needs six times as long.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

import plausiwidgets as pw
from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.browser.pages import JUDGED
from tests.browser.servers import start_app

MODELS = ("izhikevich", "hodgkin_huxley", "adex")
PATTERN = "tonic_spiking"
IDLE = 4000
"""Time in ms between the opening of the page and the click, in which the page draws and the worker starts."""
PHONE = {"viewport": {"width": 400, "height": 800}, "has_touch": True, "is_mobile": True}
PHONE_SECONDS = 8

# The script of each worker gets a prologue that sends the times of its start and of its reports.
MARKS = """
(() => {
  const now = () => performance.timeOrigin + performance.now();
  const marks = (window.marks = { created: [], inside: [], arrived: 0 });
  const prologue = `
    const post = postMessage.bind(self);
    const mark = (kind) => post({ mark: kind, at: performance.timeOrigin + performance.now() });
    self.postMessage = (data, more) => {
      const { evaluations } = data;
      post(data, more);
      if (evaluations) mark("report");
    };
  `;
  const blobs = new Map();
  const create = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob) => { const url = create(blob); blobs.set(url, blob); return url; };
  const Own = Worker;
  window.Worker = class extends Own {
    constructor(url) {
      marks.created.push(now());
      const script = blobs.get(url) ?? `importScripts(${JSON.stringify(new URL(url, location.href).href)})`;
      super(create(new Blob([prologue, script, `; mark("started");`], { type: "text/javascript" })));
      super.addEventListener("message", (event) => {
        if (event.data.mark) { marks.inside.push(event.data); event.stopImmediatePropagation(); }
        else if (event.data.evaluations) marks.arrived ||= now();
      });
    }
    postMessage(order, more) {
      if (order.order === "search") marks.posted ??= now();
      super.postMessage(order, more);
    }
  };
  addEventListener("click", ({ timeStamp }) => { marks.clicked = performance.timeOrigin + timeStamp; }, true);
})();
"""
ONE_CORE = "Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => 1 });"
EVALUATED = "() => marks.arrived && marks.inside.some(({ mark }) => mark === 'report')"

Trace = list[dict[str, Any]]


def traced(browser: Browser, page: Page, act) -> Trace:
    """The trace of the browser while a function runs. It begins with the mark ``zero``."""
    categories = ["toplevel", "blink.user_timing", "disabled-by-default-devtools.timeline"]
    browser.start_tracing(page=page, categories=categories)
    page.evaluate("performance.mark('zero'); marks.zero = performance.timeOrigin + performance.now()")
    act()
    return json.loads(browser.stop_tracing())["traceEvents"]


def tasks(trace: Trace, thread: tuple[int, int]) -> list[tuple[float, float, float]]:
    """The tasks of a thread: begin and end in ms after zero, and processor time in ms."""
    zero = zero_of(trace)["ts"]
    own = [one for one in trace if one["name"] == "ThreadControllerImpl::RunTask" and "tdur" in one]
    return [
        ((one["ts"] - zero) / 1000, (one["ts"] - zero + one["dur"]) / 1000, one["tdur"] / 1000)
        for one in own
        if (one["pid"], one["tid"]) == thread and one["ts"] >= zero
    ]


def zero_of(trace: Trace) -> dict[str, Any]:
    return next(one for one in trace if one["name"] == "zero")


def processor_time(trace: Trace, threads: list[tuple[int, int]], begin: float, end: float) -> float:
    """The processor time of threads in an interval, in ms. A task at an end of the interval counts in proportion."""
    return sum(
        used * max(0.0, min(end, to) - max(begin, at)) / (to - at)
        for thread in threads
        for at, to, used in tasks(trace, thread)
        if to > at
    )


def first_evaluation(browser: Browser, address: str) -> dict[str, float]:
    """One run."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, bypass_csp=True)
    page = context.new_page()
    page.add_init_script(MARKS)
    page.goto(address)
    page.wait_for_selector(JUDGED, timeout=120_000)
    box = page.locator("[data-search]").bounding_box()
    assert box is not None
    page.wait_for_timeout(IDLE)

    def search() -> None:
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_function(EVALUATED, timeout=120_000)

    trace = traced(browser, page, search)
    marks = page.evaluate("marks")
    context.close()
    zero = zero_of(trace)
    main = (zero["pid"], zero["tid"])
    names = {(one["pid"], one["tid"]): one["args"]["name"] for one in trace if one["name"] == "thread_name"}
    workers = [thread for thread, name in names.items() if "DedicatedWorker" in name and thread[0] == main[0]]
    inside = {one["mark"]: one["at"] for one in reversed(marks["inside"])}
    at = {name: marks[name] - marks["zero"] for name in ("clicked", "posted", "arrived")}
    sent = inside["report"] - marks["zero"]
    return {
        "wall": at["arrived"] - at["clicked"],
        "posted": processor_time(trace, [main], at["clicked"], at["posted"]),
        "page": processor_time(trace, [main], at["posted"], at["arrived"]),
        "worker": processor_time(trace, workers, at["posted"], sent),
        "start": inside["started"] - marks["created"][0],
    }


def longest_task(browser: Browser, address: str) -> float:
    """The processor time of the longest task of a phone's page during a search, in ms."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.add_init_script(MARKS + ONE_CORE)
    page.goto(address)
    page.wait_for_selector(JUDGED, timeout=120_000)
    button = page.locator("[data-search]")
    button.scroll_into_view_if_needed()
    page.wait_for_timeout(IDLE)

    def search() -> None:
        button.tap()
        page.wait_for_timeout(1000 * PHONE_SECONDS)

    trace = traced(browser, page, search)
    context.close()
    zero = zero_of(trace)
    return max(used for *_, used in tasks(trace, (zero["pid"], zero["tid"])))


def row_of(browser: Browser, host: str, model: str, address: str, runs: int) -> dict[str, Any]:
    """The row of one host and one model."""
    if host == "phone":
        longest = longest_task(browser, f"{address}#model={model}&pattern=tonic_bursting")
        return {"host": host, "model": model, "longest_task": round(longest, 1)}
    found = [first_evaluation(browser, f"{address}#model={model}&pattern={PATTERN}") for _ in range(runs)]
    times = {
        name: {"median": round(median(one[name] for one in found), 1), "max": round(max(one[name] for one in found), 1)}
        for name in found[0]
    }
    return {"host": host, "model": model, **times, "load": round(os.getloadavg()[0], 1)}


def main() -> None:
    """Measure, and write the rows."""
    output, runs = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    rows = [json.loads(line) for line in output.read_text().splitlines()] if output.exists() else []
    known = {(row["host"], row["model"]) for row in rows}
    home = Path(tempfile.mkdtemp())
    file = pw.export_page([*MODELS, "lif"], path=home / "neuron.html", language="en")
    server = start_app(home, "--workers=1", "--language=en")
    addresses = {"file": file.as_uri(), "server": f"{server.url}/", "phone": file.as_uri()}
    wanted = [(host, model) for host in ("file", "server") for model in MODELS] + [("phone", "lif")]
    with suppress(KeyboardInterrupt), sync_playwright() as playwright:
        path = find_chromium(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        for host, model in wanted:
            if (host, model) in known:
                continue
            rows.append(row_of(browser, host, model, addresses[host], runs))
            output.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
            print(rows[-1], flush=True)
        browser.close()
    server.stop()


if __name__ == "__main__":
    main()
