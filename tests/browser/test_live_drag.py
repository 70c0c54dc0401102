"""A drag while the kernel is busy: the page draws by itself, and what the kernel says later is the same."""

from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

pytestmark = pytest.mark.browser

FIRST = """
import threading, time
import plausiwidgets as pw
explorer = pw.Explorer("lif", "tonic_spiking", {"amplitude": 20.0})
explorer
"""

# While it is pressed, the kernel does not get to anything that a slider says.
SECOND = """
import ipywidgets
deaf = ipywidgets.ToggleButton(description="deaf")
ready = ipywidgets.HTML()

def hold(change):
    def work():
        with explorer.session.lock:
            while deaf.value:
                time.sleep(0.01)
    if change["new"]:
        threading.Thread(target=work).start()

deaf.observe(hold, "value")

def watch():
    from plausiwidgets.widgets.explorer.live import LivePage
    page = next(child for child in explorer.children if isinstance(child, LivePage))
    while not page.module:
        time.sleep(0.05)
    ready.value = "module sent"

threading.Thread(target=watch).start()
ipywidgets.HBox([deaf, ready])
"""


def potential(page) -> np.ndarray:
    return np.array(page.trace(1), dtype=float)


# What is drawn of the sliders: extent of the potential's line, and the places of the spikes, in px.
DRAWN = """() => {
    const group = (index) => [...document.querySelectorAll('.js-plotly-plot .scatterlayer .trace')]
        .find((g) => g.__data__[0].trace.index === index);
    const box = group(1).querySelector('.js-line').getBBox();
    const place = (point) => Number(point.getAttribute('transform').match(/[-\\d.]+/)[0]);
    return [[box.x, box.y, box.width, box.height], [...group(4).querySelectorAll('.point')].map(place)];
}"""


# Into silence and out of it again, quicker than plotly hears of it; returns how often plotly drew, what the raster
# showed of the silence, and of the firing.
TO_SILENCE = """async () => {
    const plot = document.querySelector('.js-plotly-plot');
    const row = [...document.querySelectorAll('.pw-row')].find((r) => r.querySelector('[data-name=amplitude]'));
    const handle = row.querySelector('.noUi-handle');
    const press = async (key) => {
        handle.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        await new Promise((resolve) => setTimeout(resolve, 40));
    };
    const places = () => [...plot.querySelectorAll('.scatterlayer .trace')]
        .find((g) => g.__data__[0].trace.index === 4)?.querySelectorAll('.point') ?? [];
    const left = () => [...places()].map((p) => Number(p.getAttribute('transform').match(/[-\\d.]+/)[0]));
    let drawn = 0;
    plot.on('plotly_afterplot', () => drawn++);
    await press('Home');
    const silent = left();
    await new Promise((resolve) => setTimeout(resolve, 500)); // plotly draws the silence
    const settled = left();
    drawn = 0;
    await press('End');
    return [drawn, silent, settled, left()];
}"""


def test_the_page_draws_a_drag_that_the_kernel_cannot_answer_yet(open_notebook, tmp_path: Path) -> None:
    path = tmp_path / "live.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell(FIRST), new_code_cell(SECOND)], metadata=kernel), path)
    opened = open_notebook(path)
    opened.wait_for_plot()
    page = opened.page
    page.locator(".widget-html-content", has_text="module sent").wait_for()
    page.wait_for_timeout(1000)  # until the page has taken it
    before, line_before = potential(opened), page.evaluate(DRAWN)
    page.get_by_role("button", name="deaf").click()
    page.wait_for_timeout(300)
    handle = page.locator(".pw-row", has=page.locator("[data-name=amplitude]")).locator(".noUi-handle")
    for _ in range(25):
        handle.press("ArrowLeft")
    page.wait_for_timeout(100)
    line_alone = page.evaluate(DRAWN)
    page.wait_for_timeout(300)
    alone = potential(opened)
    assert len(alone) == len(before)
    assert not np.array_equal(alone, before)
    page.get_by_role("button", name="deaf").click()
    page.wait_for_timeout(3000)
    line, spikes = page.evaluate(DRAWN)
    np.testing.assert_allclose(potential(opened), alone, rtol=1e-5, atol=1e-3)
    # Plotly draws what the page has moved before: nothing jumps.
    np.testing.assert_allclose(line_alone[0], line, atol=0.6)
    np.testing.assert_allclose(line_alone[1], spikes, atol=0.6)
    assert len(spikes) != len(line_before[1]) or not np.allclose(spikes, line_before[1], atol=0.6)
    assert opened.errors == []
    page.get_by_role("button", name="deaf").click()
    page.wait_for_timeout(300)
    drawn, silent, settled, firing = page.evaluate(TO_SILENCE)
    assert all(place < -100 for place in silent + settled), (silent, settled)
    assert len([place for place in firing if place > 0]) > 3
    assert drawn == 0, "a silent neuron's first spike took a drawing of the whole figure"
    page.get_by_role("button", name="deaf").click()
    assert opened.errors == []
