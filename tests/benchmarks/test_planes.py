"""The plane of two sliders in a real JupyterLab: how soon it is there, how often it follows a drag, and what it leaves.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_planes.py
"""

import statistics

import pytest

from tests.benchmarks.test_latency import HELD, HELD_MS, PRESSED, REPEAT_MS, WATCH
from tests.benchmarks.test_switches import memory
from tests.browser.conftest import browser, lab, open_notebook
from tests.browser.pages import NotebookPage
from tests.browser.test_explorer import notebook

pytestmark = [pytest.mark.benchmark, pytest.mark.browser, pytest.mark.timeout(0)]
__all__ = ["browser", "lab", "open_notebook"]

PLANES = 100

# Every plane that is painted is an image of n × n pixels.
PAINTED = """() => {
    window.painted = [];
    window.ImageData = class extends ImageData {
        constructor(n, ...rest) {
            super(n, ...rest);
            painted.push([n, performance.now()]);
        }
    };
}"""
WITHOUT_KERNEL = """
import torch
import plausiwidgets as pw

def step(current, state, p, dt):
    v = state[0] + dt / p.tau * (-65.0 - state[0] + current + 0.0 * torch.special.airy_ai(state[0]))
    fired = v > -50.0
    return fired.to(v.dtype), (torch.where(fired, -65.0, v),)

pw.models.register(pw.NeuronModel(
    "slow", step, [pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms")], initial_state=lambda p, holding: (-65.0,),
    current=pw.Parameter("current", 30.0, 0.0, 100.0, unit="mV"), rest=-65.0, threshold=-50.0, title="Slow",
))
"""


def opened_on(open_notebook, tmp_path, model: str) -> NotebookPage:
    first = WITHOUT_KERNEL if model == "slow" else "import plausiwidgets as pw"
    opened = open_notebook(notebook(tmp_path, f"{first}\npw.Explorer('{model}', 'tonic_spiking', {{}})"))
    opened.wait_for_plot()
    opened.page.evaluate(WATCH)
    opened.page.evaluate(PAINTED)
    opened.page.wait_for_timeout(15_000)  # pictures and neurons are compiled that nothing waits for
    return opened


def pressed(page) -> str:
    redraws = page.evaluate(PRESSED, [40, 400])["redraws"]
    return f"{statistics.median(redraws):.0f} ({sorted(redraws)[int(0.95 * len(redraws))]:.0f}) ms"


@pytest.mark.parametrize("model", ["izhikevich", "adex", "hodgkin_huxley", "slow"])
def test_a_plane_is_there_and_follows_a_drag(open_notebook, tmp_path, model):
    opened = opened_on(open_notebook, tmp_path, model)
    page = opened.page
    closed = pressed(page)
    asked = page.evaluate("() => performance.now()")
    page.get_by_role("button", name="Plane", exact=True).click()
    finest = 10 if model == "slow" else 40
    page.wait_for_function("n => painted.some(([points]) => points === n)", arg=finest, timeout=120_000)
    times = {n: time - asked for n, time in reversed(page.evaluate("painted"))}
    shown = pressed(page)
    page.wait_for_timeout(3000)
    page.evaluate("() => { painted = []; }")
    held = page.evaluate(HELD, [HELD_MS, REPEAT_MS])
    planes = page.evaluate("painted.length") / (HELD_MS / 1000)
    stages = ", ".join(f"{n} × {n} after {time:.0f} ms" for n, time in sorted(times.items()))
    print(f"\n{model}: {stages}; key to redraw {closed}, with the plane {shown}; "
          f"a held key: {planes:.1f} planes and {held['rate']:.1f} redraws a second")  # fmt: skip
    assert opened.errors == []


def test_a_hundred_planes_leave_kernel_and_page_as_they_were(open_notebook, tmp_path):
    opened = opened_on(open_notebook, tmp_path, "izhikevich")
    page = opened.page
    page.get_by_role("button", name="Plane", exact=True).click()
    page.wait_for_function("() => painted.some(([points]) => points === 40)", timeout=120_000)
    marks = []
    for number in range(1, PLANES + 21):
        page.evaluate("i => { painted = []; key(i); }", number)
        page.wait_for_function("() => painted.some(([points]) => points === 40)", timeout=120_000)
        if number in (20, PLANES + 20):  # the first twenty do not count
            page.wait_for_timeout(2500)
            marks.append(memory(opened))
            print(f"\n{number}", *(f"{name} {value:.0f}" for name, value in marks[-1].items()))
    assert marks[1]["page"] - marks[0]["page"] < 20.0
    assert marks[1]["kernel"] - marks[0]["kernel"] < 20.0
    assert marks[1]["widgets"] == marks[0]["widgets"]
    assert opened.errors == []
