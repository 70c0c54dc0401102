"""What a user waits for in JupyterLab: the first trace and its verdict, and the redraw after a key on a slider.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_latency.py

With BESIDE=/path/to/another/checkout that one is measured in the same run, and stands first.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.conftest import browser
from tests.browser.pages import NotebookPage
from tests.browser.servers import start_lab

pytestmark = [pytest.mark.benchmark, pytest.mark.browser, pytest.mark.timeout(0)]
__all__ = ["browser"]

CHECKOUTS = {"beside": os.environ["BESIDE"]} if "BESIDE" in os.environ else {}
CHECKOUTS["now"] = str(Path(__file__).parents[2])
EVENTS, PAUSE = 40, 800
"""Number of keys, and time in ms between two: the verdict on one comes before the next."""
OPENED = "import plausiwidgets as pw\napp = pw.Explorer('lif', 'phasic_spiking')\napp"
FIRST = """() => new Promise((give) => {
    const began = performance.now();
    const times = {};
    const look = () => {
        const now = performance.now() - began;
        if (document.querySelector('[data-pw-figure]')?.dataset.drawn) times.drawn ??= now;
        if (document.querySelector('.pw-app')?.dataset.pwJudged === 'yes') times.judged ??= now;
        if (times.drawn && times.judged) give([times.drawn, times.judged]);
        else setTimeout(look, 5);
    };
    look();
    window.jupyterapp.commands.execute('notebook:run-all-cells');
})"""
KEYS = """async ([count, pause]) => {
    const slider = document.querySelector('.pw-app input[data-name=amplitude]');
    const figure = document.querySelector('[data-pw-figure]');
    const times = [];
    for (let k = 0; k < count; k++) {
        const before = figure.dataset.drawn;
        const began = performance.now();
        slider.value = Number(slider.value) + (k % 2 ? -4 : 4);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        while (figure.dataset.drawn === before) await new Promise(requestAnimationFrame);
        times.push(performance.now() - began);
        await new Promise((go) => setTimeout(go, pause));
    }
    return times;
}"""


@pytest.fixture(params=CHECKOUTS)
def checkout(request, browser, tmp_path, monkeypatch) -> Iterator[SimpleNamespace]:
    """JupyterLab on a checkout, with kernels in a cache of its own: `open()` returns a page before its cell is run."""
    monkeypatch.setenv("PYTHONPATH", CHECKOUTS[request.param])
    monkeypatch.setenv("PLAUSIWIDGETS_CACHE_DIR", str(tmp_path / "cache"))
    server = start_lab(tmp_path / "lab")
    opened: list[NotebookPage] = []

    def open_one() -> NotebookPage:
        name = f"{len(opened)}.ipynb"
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        nbformat.write(new_notebook(cells=[new_code_cell(OPENED)], metadata=kernel), tmp_path / "lab" / "work" / name)
        opened.append(NotebookPage(browser, server, name, width=1400, height=900))
        return opened[-1]

    yield SimpleNamespace(name=request.param, open=open_one)
    for page in opened:
        page.close()
    server.stop()


def test_first_trace_and_drags_idle_and_during_a_search(checkout) -> None:
    for state in ("cold", "warm"):
        page = checkout.open().page
        drawn, judged = page.evaluate(FIRST)
        print(f"\n{checkout.name}, {state}: drawn after {drawn / 1000:.2f} s, judged after {judged / 1000:.2f} s")
    page.wait_for_timeout(10_000)  # what nothing waits for is compiled
    for state in ("idle", "during a search"):
        if state != "idle":  # a leaky neuron does not show the pattern, so that the search goes on
            page.get_by_role("button", name="Let a search find it").click()
            page.wait_for_function("() => Number(document.querySelector('[data-pw-objective]')?.dataset.dots) > 100")
        half, most = np.percentile(page.evaluate(KEYS, [EVENTS, PAUSE]), [50, 95])
        print(f"{checkout.name}, {state}: key to redraw 50 % {half:.1f} ms, 95 % {most:.1f} ms")
