"""Measure the opening of the app and its memory after many switches, in a notebook, on a server and in a file.

Run ``python -m tests.benchmarks.opening_and_memory OUTPUT [--checkout FOLDER] [--hosts ...] [--no-memory]``. With a
checkout, its package is measured, which can be an older version. Each row of the output is one JSON line.

- Opening: the seconds from the navigation to the first trace on the canvas. Cold is a new browser with a new folder of
  compiled kernels; warm is the next opening in the same browser. In a notebook the time starts with the run of its
  cell, and each opening has a new kernel.
- Memory: the heap of the page after a garbage collection, and the resident memory of the server or the kernel, after
  20, 100 and 200 switches between 20 pairs of model and pattern.
- Key: the milliseconds from a key on a slider to the end of painting, in the notebook.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.key_cost import RECORDER, press_keys
from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.browser.notebooks import BURSTING, notebook, python
from tests.browser.pages import JUDGED, Lab, NotebookPage
from tests.browser.servers import Server, children, start_app, start_lab

HOSTS = ("file", "server", "notebook")
MODELS = ("izhikevich", "adex", "lif", "hodgkin_huxley", "fitzhugh_nagumo")
PATTERNS = ("tonic_spiking", "tonic_bursting", "resonator", "rebound_burst")
STOPS = (20, 100, 200)
HEAP = {"JSHeapUsedSize": "heap_mb", "Nodes": "nodes", "JSEventListeners": "listeners"}
EXPORT = "import sys, plausiwidgets as pw; pw.export_page({models!r}, {patterns!r}, path=sys.argv[1])"

# The time at which a canvas of the figure first has a line that is blue, which is the trace.
CLOCK = """(() => {
  const isDrawn = () => {
    const canvas = document.querySelector("[data-pw-figure] canvas");
    if (!canvas?.width) return false;
    const { data } = canvas.getContext("2d").getImageData(0, canvas.height >> 1, canvas.width, 2);
    let blue = 0;
    for (let k = 0; k < data.length; k += 4) if (data[k + 2] > data[k] + 60) blue += 1;
    return blue > 3;
  };
  const look = () => {
    if (isDrawn()) window.firstTrace = performance.now();
    else setTimeout(look, 5);
  };
  look();
})();"""


def rss(pid: int) -> float:
    """The resident memory of a process and its children, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    own = next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0) / 1000
    return own + sum(rss(child) for child in children(pid))


class Measured:
    """One host of one version of the package."""

    def __init__(self, name: str, playwright, folder: Path, checkout: Path) -> None:
        self.name = name
        self.folder = folder
        self._checkout = checkout
        self._launch = lambda: playwright.chromium.launch(
            executable_path=find_chromium(playwright.chromium.executable_path), args=ARGUMENTS
        )

    @contextmanager
    def begun(self) -> Iterator[tuple[Callable[[], Page], Server | None]]:
        """A new browser and host with an empty folder of kernels: a function that opens the app, and the server."""
        home = Path(tempfile.mkdtemp(dir=self.folder))
        os.environ |= {"PYTHONPATH": str(self._checkout), "PLAUSIWIDGETS_CACHE_DIR": str(home / "kernels")}
        (home / "kernels").mkdir(mode=0o700)
        browser = self._launch()
        server = None
        if self.name == "notebook":
            server = start_lab(home)
            lab = Lab(server, browser)
            path = notebook(home, BURSTING)
            yield lambda: self._run_cell(lab.open(path, run=False)), server
        else:
            context = browser.new_context(viewport={"width": 1400, "height": 1000})
            if self.name == "server":
                server = start_app(home, "--workers=1")
                url = f"{server.url}/"
            else:
                url = (home / "neuron.html").as_uri()
                code = EXPORT.format(models=list(MODELS), patterns=list(PATTERNS))
                subprocess.run([sys.executable, "-c", code, str(home / "neuron.html")], check=True, cwd=home)
            yield lambda: self._visit(context, url), server
        browser.close()
        if server:
            server.stop()

    def _visit(self, context, url: str) -> Page:
        page = context.new_page()
        page.add_init_script(CLOCK + RECORDER)
        page.goto(f"{url}#pattern=tonic_bursting")
        page.wait_for_function("() => window.firstTrace", timeout=120_000)
        return page

    def _run_cell(self, opened: NotebookPage) -> Page:
        page = opened.page
        page.evaluate(RECORDER)
        page.wait_for_timeout(1500)
        page.evaluate("performance.mark('run')")
        page.evaluate(CLOCK)
        opened.command("notebook:run-all-cells")
        page.wait_for_function("() => window.firstTrace", timeout=120_000)
        page.opened = opened
        return page

    def opening(self) -> dict[str, float]:
        """The seconds to the first trace, cold and warm."""
        found = {}
        with self.begun() as (open_app, _):
            for state in ("cold", "warm"):
                page = open_app()
                began = "(performance.getEntriesByName('run')[0]?.startTime ?? 0)"
                found[f"{state}_s"] = round(page.evaluate(f"firstTrace - {began}") / 1000, 3)
                page.wait_for_selector(JUDGED)
                if state == "cold":
                    page.wait_for_timeout(2000)
                    page.evaluate("delete window.firstTrace; performance.clearMarks()")
                    page.opened.close() if self.name == "notebook" else page.close()
        return found

    def memory(self) -> Iterator[dict[str, object]]:
        """Heap and resident memory after each of STOPS."""
        with self.begun() as (open_app, server):
            page = open_app()
            count = 0
            for stop in STOPS:
                while count < stop:
                    self._switch(page, MODELS[count % len(MODELS)], PATTERNS[count % len(PATTERNS)])
                    count += 1
                page.wait_for_timeout(2000)
                yield {
                    "switches": stop,
                    **self._heap(page),
                    **({"rss_mb": round(self._rss(page, server))} if server else {}),
                }

    def _switch(self, page: Page, model: str, pattern: str) -> None:
        if self.name == "notebook":
            python(page.opened, f"app.show('{model}', '{pattern}')")
        else:
            page.evaluate(f"location.hash = '#model={model}&pattern={pattern}'")
        page.wait_for_timeout(60)
        page.wait_for_selector(JUDGED)
        page.locator(".pw-side input[type=range]").first.focus()
        page.keyboard.press("ArrowRight")

    def _heap(self, page: Page) -> dict[str, float]:
        session = page.context.new_cdp_session(page)
        session.send("HeapProfiler.enable")
        session.send("Performance.enable")
        session.send("HeapProfiler.collectGarbage")
        found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        session.detach()
        heap = {short: found[name] for name, short in HEAP.items()}
        return heap | {"heap_mb": round(heap["heap_mb"] / 1e6, 1)}

    def _rss(self, page: Page, server: Server) -> float:
        return rss(
            int(python(page.opened, "__import__('os').getpid()")) if self.name == "notebook" else server.process.pid
        )

    def keys(self) -> dict[str, float]:
        """From a key to the end of painting."""
        with self.begun() as (open_app, _):
            page = open_app()
            page.wait_for_selector(JUDGED)
            page.wait_for_timeout(3000)
            page.locator(".pw-side input[type=range]").first.focus()
            known = [key for key in press_keys(page) if key["calls"]]
        row = {}
        for name in ("first", "painted"):
            times = [key[name] for key in known]
            row |= {f"{name}_median_ms": round(float(np.median(times)), 1)}
            row |= {f"{name}_95_ms": round(float(np.quantile(times, 0.95)), 1)}
        return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--checkout", type=Path, default=Path.cwd())
    parser.add_argument("--version", default="now", help="the name of the measured version in the output")
    parser.add_argument("--hosts", nargs="+", choices=HOSTS, default=HOSTS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-memory", action="store_true", help="measure the opening only")
    given = parser.parse_args()
    rows: list[dict[str, object]] = []

    def note(host: str, **found: object) -> None:
        row = {"version": given.version, "host": host, **found, "load": round(os.getloadavg()[0], 1)}
        rows.append(row)
        print(json.dumps(row), flush=True)

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        for name in given.hosts:
            measured = Measured(name, playwright, Path(folder), given.checkout.resolve())
            for _ in range(given.rounds):
                note(name, measured="opening", **measured.opening())
            if given.no_memory:
                continue
            for row in measured.memory():
                note(name, measured="memory", **row)
            if name == "notebook":
                note(name, measured="key", **measured.keys())
    given.output.write_text("[\n" + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n]\n")


if __name__ == "__main__":
    main()
