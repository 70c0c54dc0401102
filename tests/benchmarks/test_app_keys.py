"""From a key on a slider to the end of painting in the app in JupyterLab, before Plotly has shown the figure and after,
in one run: keys that follow each other, and keys each of which takes the figure back from Plotly.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_app_keys.py
"""

from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.conftest import browser, lab
from tests.browser.pages import Lab

pytestmark = [pytest.mark.benchmark, pytest.mark.browser, pytest.mark.timeout(0)]
__all__ = ["browser", "lab"]

APP = "import plausiwidgets as pw\napp = pw.Explorer('izhikevich', 'tonic_bursting')\napp"
FIGURE = "[data-pw-figure]"
ALONE, FOLLOWING = 15, 60
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


def test_key_to_redraw_before_and_after_plotly(lab: Lab, tmp_path: Path, capsys) -> None:
    path = tmp_path / "app.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell(APP)], metadata=kernel), path)
    opened = lab.open(path, height=900)
    page = opened.page
    page.wait_for_selector(".pw-app[data-pw-judged=yes]")
    found: dict[str, list[float]] = {"without Plotly": [], "after it": [], "from it, each": []}
    page.evaluate(KEYS, [FOLLOWING, 35])
    found["without Plotly"] += page.evaluate(KEYS, [FOLLOWING, 35])
    box = page.locator(FIGURE).bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.move(5, 5)
    taken = f"{FIGURE}[data-pw-painter=plotly]"
    for _ in range(2):
        page.wait_for_selector(taken, timeout=60_000)
        found["after it"] += page.evaluate(KEYS, [FOLLOWING, 35])
    for _ in range(ALONE):
        page.wait_for_selector(taken, timeout=60_000)
        page.wait_for_timeout(300)  # it is painted
        found["from it, each"] += page.evaluate(KEYS, [1, 0])
    lab.close(opened)
    rows = {name: np.percentile(times, [50, 95]) for name, times in found.items()}
    base = rows["without Plotly"]
    with capsys.disabled():
        print()
        for name, row in rows.items():
            ratio = row / base
            print(f"{name:16s} 50 % {row[0]:5.1f} ms, 95 % {row[1]:5.1f} ms; ratio {ratio[0]:.2f}, {ratio[1]:.2f}")
