"""The app in JupyterLab: from the run of a cell to first trace and verdict, with a new kernel and a warm one; messages,
bytes and models; from a key on a slider to the redraw, before Plotly has shown the figure and after; a search to its
first tries and to its stop.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_app_opening.py

With BESIDE=/path/to/another/checkout that one's app is opened in the same run.
"""

import os

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.conftest import browser, lab
from tests.browser.pages import NotebookPage

pytestmark = [pytest.mark.benchmark, pytest.mark.browser, pytest.mark.timeout(0)]
__all__ = ["browser", "lab"]

ROUNDS = int(os.environ.get("ROUNDS", "3"))
# A set that is in no file.
OPENED = 'import plausiwidgets as pw\npw.Explorer("izhikevich", "tonic_bursting", {"c": -51.3, "d": 2.1})'
CELLS = {"now": OPENED}
if "BESIDE" in os.environ:
    CELLS["beside"] = f"import sys\nsys.path.insert(0, {os.environ['BESIDE']!r})\n{OPENED}"
SEARCHED = (
    "import plausiwidgets as pw\napp = pw.Explorer('hodgkin_huxley', 'mixed_mode', {})\n"
    "app.selection = app.selection.with_varied(list(app.model.parameters)[:2])\napp"
)
CLOCK = """() => new Promise((give) => {
    const began = performance.now();
    const times = {};
    // A picture whose middle is not of one colour.
    const isDrawn = () => {
        const canvas = document.querySelector("[data-pw-figure] canvas");
        if (!canvas?.width) return false;
        const { data } = canvas.getContext("2d").getImageData(0, canvas.height >> 1, canvas.width, 2);
        let blue = 0;
        for (let k = 0; k < data.length; k += 4) if (data[k + 2] > data[k] + 60) blue += 1;
        return blue > 3;
    };
    const look = () => {
        const now = (performance.now() - began) / 1000;
        if (!times.drawn && isDrawn()) times.drawn = now;
        if (document.querySelector('.pw-app')?.dataset.pwJudged === 'yes') times.judged ??= now;
        if (times.drawn && times.judged) give(times); else setTimeout(look, 5);
    };
    look();
    window.jupyterapp.commands.execute("notebook:run-all-cells");
})"""
KEYS = """async ([count, pause]) => {
    const slider = document.querySelector('.pw-row input[type=range]');
    const figure = document.querySelector('[data-pw-figure]');
    const after = () => new Promise((give) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => give(performance.now());
        port2.postMessage(null);
    });
    const times = [];
    for (let k = 0; k < count; k++) {
        const before = figure.dataset.drawn;
        const began = performance.now();
        slider.value = Number(slider.value) + (k % 2 ? -4 : 4);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        while (figure.dataset.drawn === before) await new Promise(requestAnimationFrame);
        times.push((await after()) - began);
        await new Promise((go) => setTimeout(go, pause));
    }
    return times;
}"""
PRESSED = """words => new Promise((give) => {
    const button = [...document.querySelectorAll('.pw-app button')].find((one) => one.innerText.includes(words));
    const began = performance.now();
    const dots = () => Number(document.querySelector('[data-pw-objective]')?.dataset.dots ?? 0);
    const isOver = () => ![...document.querySelectorAll('.pw-drawer button')].some((one) => /Stop/.test(one.innerText));
    button.click();
    const look = () => {
        const done = words === 'Stop' ? isOver() : dots() > 0;
        if (done) give((performance.now() - began) / 1000); else setTimeout(look, 5);
    };
    look();
})"""
MANY_TRIES = "() => Number(document.querySelector('[data-pw-objective]')?.dataset.dots ?? 0) > 200"


@pytest.fixture
def opened(lab, tmp_path):
    """`opened(cell)` is a new notebook in JupyterLab, whose cell is not run yet."""
    pages: list[NotebookPage] = []

    def open_one(cell: str) -> NotebookPage:
        path = tmp_path / f"{len(pages)}.ipynb"
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        nbformat.write(new_notebook(cells=[new_code_cell(cell)], metadata=kernel), path)
        pages.append(lab.open(path, run=False))
        return pages[-1]

    yield open_one
    for page in pages:
        page.close()


def load() -> str:
    """Return the load of the machine, which all times depend on."""
    return f"load {os.getloadavg()[0]:.1f}"


@pytest.mark.parametrize("name", CELLS)
def test_an_opening(opened, name):
    for _ in range(ROUNDS):
        page = opened(CELLS[name])
        frames: list[bytes] = []

        def keep(payload: str | bytes, frames: list[bytes] = frames) -> None:
            frames.append(payload if isinstance(payload, bytes) else payload.encode())

        page.page.on("websocket", lambda socket, keep=keep: socket.on("framereceived", keep))
        for state in ("cold", "warm"):
            page.page.reload()  # the sockets that are opened from now on are counted
            page.wait_for_kernel()
            page.page.wait_for_timeout(1500)
            frames.clear()
            times = page.page.evaluate(CLOCK)
            sizes = f"{len(frames)} messages of {sum(map(len, frames)) / 1e3:.0f} kB"
            models = sum(b"comm_open" in frame for frame in frames)
            print(
                f"\n{name}, {state}: drawn after {times['drawn']:.2f} s, judged after {times['judged']:.2f} s, "
                f"{sizes}, {models} models ({load()})",
                end="",
                flush=True,
            )
            page.page.wait_for_timeout(3000)


def test_keys_before_and_after_plotly(opened):
    page = opened(OPENED).page
    page.evaluate(CLOCK)
    page.evaluate(KEYS, [60, 35])
    times = {"without Plotly": page.evaluate(KEYS, [60, 35])}
    box = page.locator("[data-pw-figure]").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.move(5, 5)
    taken = "[data-pw-figure][data-pw-painter=plotly]"
    page.wait_for_selector(taken, timeout=60_000)
    times["after it"] = page.evaluate(KEYS, [60, 35])
    times["from it, each"] = []
    for _ in range(15):
        page.wait_for_selector(taken, timeout=60_000)
        page.wait_for_timeout(300)  # it is painted
        times["from it, each"] += page.evaluate(KEYS, [1, 0])
    for what, found in times.items():
        half, most = np.percentile(found, [50, 95])
        print(f"\nkey to redraw, {what}: 50 % {half:.1f} ms, 95 % {most:.1f} ms ({load()})", end="", flush=True)


def test_a_search_and_its_stop_after_a_reload(opened):
    notebook = opened(SEARCHED)
    page = notebook.page
    notebook.run_all()
    page.wait_for_selector(".pw-app[data-pw-judged=yes]")
    page.wait_for_timeout(8000)  # the kernel has compiled meanwhile
    first = page.evaluate(PRESSED, "Let a search")
    page.wait_for_function(MANY_TRIES, polling=200, timeout=120_000)
    notebook.reload()
    page.wait_for_selector(".pw-app[data-pw-judged=yes]")
    page.wait_for_function(MANY_TRIES, polling=50)
    stopped = page.evaluate(PRESSED, "Stop")
    print(f"\nsearch: first tries {first:.2f} s; stopped {stopped:.2f} s after the click, page reloaded ({load()})")
