"""A drag while the kernel is busy: the page draws by itself, and what the kernel says later is the same."""

from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import expect

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
    from plausiwidgets.widgets.explorer.live import Live
    page = explorer.panel(Live).view
    while not (page.draws and explorer.session.response("yours")):
        time.sleep(0.05)
    ready.value = "module taken"

threading.Thread(target=watch).start()
ipywidgets.HBox([deaf, ready])
"""


def potential(page) -> np.ndarray:
    return np.array(page.trace(), dtype=float)


# What is drawn of the sliders: extent of the potential's line, and the times of the spikes.
DRAWN = """() => {
    const { data } = document.querySelector('.pw-scene').pwScene;
    const { width, height } = document.querySelector('.pw-lines [data-uid=yours_voltage] path').getBoundingClientRect();
    return [[width, height], Array.from(data.find((trace) => trace.uid === 'yours_raster').x)];
}"""

# Into silence and out of it again; returns the spikes that the raster showed of both.
TO_SILENCE = """async () => {
    const row = [...document.querySelectorAll('.pw-row')].find((r) => r.querySelector('[data-name=amplitude]'));
    const handle = row.querySelector('.noUi-handle');
    const press = async (key) => {
        handle.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        await new Promise((resolve) => setTimeout(resolve, 100));
        return document.querySelector('.pw-scene').pwScene.data.find((t) => t.uid === 'yours_raster').x.length / 3;
    };
    return [await press('Home'), await press('End')];
}"""

# The pixel of a value, by the place of a mark of the figure, against Plotly's own tick of that value.
PIXELS = """() => {
    const { frame, shown } = document.querySelector('.pw-scene').pwScene;
    const ticks = [...document.querySelectorAll('.pw-plot-picture .xtick text, .pw-plot-picture .ytick text')];
    const box = document.querySelector('.pw-scene').getBoundingClientRect();
    return ticks.map((tick) => {
        const { left, right, top, bottom } = tick.getBoundingClientRect();
        const value = Number(tick.textContent.replace('\u2212', '-'));
        const across = tick.parentNode.classList.contains('xtick');
        return [across, across ? (left + right) / 2 - box.left : (top + bottom) / 2 - box.top,
                across ? frame.x(value) : frame.y(value)];
    }).filter(([across, , y]) => across || (y > frame.top && y < frame.top + frame.height)).slice(0, 6);
}"""


@pytest.mark.slow
def test_the_page_draws_a_drag_that_the_kernel_cannot_answer_yet(open_notebook, tmp_path: Path) -> None:
    path = tmp_path / "live.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell(FIRST), new_code_cell(SECOND)], metadata=kernel), path)
    opened = open_notebook(path, height=1250)  # high enough for the raster
    opened.wait_for_plot()
    page = opened.page
    page.locator(".widget-html-content", has_text="module taken").wait_for()
    page.wait_for_timeout(1000)  # until the figure has drawn what was judged
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
    # What the page has drawn is what the kernel says of it: nothing jumps.
    np.testing.assert_allclose(line_alone[0], line, atol=0.6)
    np.testing.assert_allclose(line_alone[1], spikes, rtol=1e-5)
    assert len(spikes) != len(line_before[1]) or not np.allclose(spikes, line_before[1], atol=0.6)
    for _, drawn, reckoned in page.evaluate(PIXELS):
        assert drawn == pytest.approx(reckoned, abs=2.0)
    page.get_by_role("button", name="deaf").click()
    page.wait_for_timeout(300)
    silent, firing = page.evaluate(TO_SILENCE)
    assert silent == 0 and firing > 3
    page.get_by_role("button", name="deaf").click()
    assert opened.errors == []


NEVER_COMPILED = """
import threading
import plausiwidgets as pw
from plausiwidgets.simulation.compiled import engine

go_on, make = threading.Event(), engine._make
engine._make = lambda model: make(model) if go_on.wait(300) else None
explorer = pw.Explorer("adex", "tonic_spiking", {"amplitude": 500.0})
explorer
"""

COMPILE = """
import ipywidgets
button = ipywidgets.Button(description="compile")

def compile():
    go_on.set()
    if explorer.worker.join(120):
        button.description = "compiled"

button.on_click(lambda _: threading.Thread(target=compile).start())
button
"""


# The kernel's first picture may have been made before the page told it the size of its place.
DRAWN_IN_ITS_SIZE = """() => {
    const { data, shown, el } = document.querySelector('.pw-scene').pwScene;
    return shown?.width === el.clientWidth && data.some((t) => t.uid === 'yours_voltage');
}"""


@pytest.mark.slow
def test_the_first_trace_its_verdict_and_the_first_drag_need_no_compiled_neuron(open_notebook, tmp_path: Path) -> None:
    path = tmp_path / "first.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell(NEVER_COMPILED), new_code_cell(COMPILE)], metadata=kernel), path)
    opened = open_notebook(path)
    opened.wait_for_plot()
    page, chip = opened.page, opened.page.locator(".pw-yours")
    page.wait_for_function(DRAWN_IN_ITS_SIZE)
    expect(chip).to_contain_text("○ holds")
    before = potential(opened)
    handle = page.locator(".pw-row", has=page.locator("[data-name=amplitude]")).locator(".noUi-handle")
    handle.press("Home")
    expect(chip).to_contain_text("✗")
    silent = chip.text_content()
    dragged = potential(opened)
    assert len(dragged) == len(before)
    assert not np.array_equal(dragged, before)
    page.get_by_role("button", name="compile").click()
    page.get_by_role("button", name="compiled").wait_for(timeout=120_000)
    assert chip.text_content() == silent
    np.testing.assert_allclose(potential(opened), dragged, rtol=1e-5, atol=1e-3)
    assert opened.errors == []


ZOOM = """() => document.querySelector('.pw-plot-picture').layout.xaxis.range.map(Math.round)"""


@pytest.mark.slow
def test_a_zoom_stays_during_a_drag_is_drawn_finely_and_ends_with_a_double_click(open_notebook, tmp_path: Path) -> None:
    path = tmp_path / "zoom.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    code = "import plausiwidgets as pw\npw.Explorer('izhikevich', 'tonic_spiking', {})"
    nbformat.write(new_notebook(cells=[new_code_cell(code)], metadata=kernel), path)
    opened = open_notebook(path, height=1250)  # high enough for the raster
    opened.wait_for_plot()
    page = opened.page
    page.wait_for_function("() => document.querySelector('.pw-scene').pwScene.data?.[0]?.x.length > 100")
    page.wait_for_timeout(3000)
    box, whole = page.locator(".pw-plot-picture").bounding_box(), page.evaluate(ZOOM)
    page.mouse.move(box["x"] + 200, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 30, steps=5)
    page.mouse.up()
    page.wait_for_timeout(1500)
    zoomed = page.evaluate(ZOOM)
    assert whole[0] < zoomed[0] < zoomed[1] < whole[1]
    inside = [x for x in opened.trace(axis="x") if zoomed[0] <= x <= zoomed[1]]
    assert len(inside) > 0.9 * (zoomed[1] - zoomed[0]) / 0.25
    page.locator(".pw-row .noUi-handle").first.press("ArrowLeft")
    page.wait_for_timeout(1500)
    assert page.evaluate(ZOOM) == zoomed
    page.mouse.dblclick(box["x"] + 250, box["y"] + 60)
    page.wait_for_timeout(1000)
    assert page.evaluate(ZOOM) == whole
    assert opened.errors == []
