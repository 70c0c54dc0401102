"""Two hundred patterns picked with the phase plane open: what they leave in kernel and page.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_switches.py
"""

import os
import random
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import plausiwidgets as pw
from tests.browser.conftest import browser, lab, open_notebook
from tests.browser.pages import NotebookPage

pytestmark = [pytest.mark.benchmark, pytest.mark.browser, pytest.mark.timeout(0)]
__all__ = ["browser", "lab", "open_notebook"]

ROUND, WARM = 20, int(os.environ.get("SWITCH_WARM", "4"))
"""Switches of a round, in which each pattern comes once, and rounds before it counts.

The sliders of every pattern are kept, and the kernel's threads take some 50 MB more that they go on using.
"""
ROUNDS = int(os.environ.get("SWITCH_ROUNDS", "10"))
GROWTH_PAGE, GROWTH_KERNEL = 50.0, 20.0
"""Most growth in MB over the two hundred: of the page, and of what the kernel holds."""

NODES = 50
"""Most elements that a switch may leave in the page: the rows that it replaces have some 150."""

CELL = """
import plausiwidgets as pw
explorer = pw.Explorer("izhikevich", "tonic_spiking", {})
explorer.open_tool("phase plane")
display(explorer)
"""
REPORT = """
import ctypes, gc, os, pathlib, threading
from ipywidgets.widgets.widget import _instances
gc.collect()
resident = lambda: int(pathlib.Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) / 1024
before = resident()
ctypes.CDLL(None).malloc_trim(0)  # what nobody holds any more, and the allocator keeps for the next
print(before, resident(), len(_instances), threading.active_count())
"""
EXECUTE = """code => new Promise((resolve) => {
    const future = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code });
    let out = "";
    future.onIOPub = (message) => { if (message.header.msg_type === "stream") out += message.content.text; };
    future.done.then(() => resolve(out));
})"""


def memory(opened: NotebookPage) -> dict[str, float]:
    """Return MB of the kernel and of the page's JavaScript after a collection, and what may have piled up in both."""
    resident, held, widgets, threads = opened.page.evaluate(EXECUTE, REPORT).split()
    session = opened.page.context.new_cdp_session(opened.page)
    for _ in range(2):  # what a finalizer lets go is taken by the second
        session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return {
        "kernel": float(held), "untrimmed": float(resident), "page": metrics["JSHeapUsedSize"] / 2**20,
        "widgets": int(widgets), "threads": int(threads),
        "nodes": metrics["Nodes"], "listeners": metrics["JSEventListeners"],
    }  # fmt: skip


def test_two_hundred_switches_leave_kernel_and_page_as_they_were(open_notebook, tmp_path):
    path = tmp_path / "switches.ipynb"
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell(CELL)], metadata=spec), path)
    opened = open_notebook(path)
    opened.wait_for_app()
    page = opened.page
    page.locator(".pw-tool").wait_for()
    titles = {key: pw.patterns.get(key).title for key in pw.patterns.names()}
    random.seed(1)
    marks = [memory(opened)]
    print("\nbefore", *(f"{name} {value:.0f}" for name, value in marks[0].items()))
    for number in range(1, WARM + ROUNDS + 1):
        began = time.monotonic()
        for key in random.sample(list(titles), ROUND):
            page.locator(".pw-sentence button[aria-haspopup=dialog]").nth(1).click()
            page.locator(".pw-gallery button", has_text=titles[key]).first.click()
            page.locator(".pw-app[data-pw-judged=yes]").wait_for()
        page.wait_for_timeout(2500)  # it is verified at rest, and the page lets go of what is no longer shown
        marks.append(memory(opened))
        print(f"{ROUND * number}", *(f"{name} {value:.0f}" for name, value in marks[-1].items()),
              f"{time.monotonic() - began:.0f} s")  # fmt: skip
    assert opened.errors == []
    first, last = marks[WARM], marks[-1]
    assert last["page"] - first["page"] < GROWTH_PAGE
    assert last["kernel"] - first["kernel"] < GROWTH_KERNEL
    assert last["widgets"] == first["widgets"] and last["threads"] <= first["threads"] + 2
    assert last["nodes"] - first["nodes"] < NODES * ROUND * ROUNDS and last["listeners"] < 1.2 * first["listeners"]
