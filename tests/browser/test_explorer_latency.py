"""From a key on a slider to the redrawn trace, measured inside of the page; a benchmark, not a promise."""

import statistics
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

pytestmark = pytest.mark.benchmark

EVENTS, PAUSE = 60, 150

MEASURE = """async ([events, pause]) => {
    const plot = document.querySelector('.js-plotly-plot');
    const row = [...document.querySelectorAll('.pw-row')].find(r => r.querySelector('[data-name=amplitude]'));
    const handle = row.querySelector('.noUi-handle');
    handle.focus();
    const milliseconds = [];
    for (let i = 0; i < events; i++) {
        const key = i % 40 < 20 ? 'ArrowLeft' : 'ArrowRight';
        const before = plot.data[1].y;
        const drawn = new Promise(resolve => {
            const look = () => {
                if (plot.data[1].y === before) return;
                plot.removeListener('plotly_afterplot', look);
                resolve(performance.now());
            };
            plot.on('plotly_afterplot', look);
            setTimeout(() => { plot.removeListener('plotly_afterplot', look); resolve(NaN); }, 5000);
        });
        const start = performance.now();
        handle.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
        milliseconds.push(await drawn - start);
        await new Promise(resolve => setTimeout(resolve, pause));
    }
    return milliseconds.filter(Number.isFinite);
}"""


def measured(page) -> tuple[float, float]:
    """Return median and 95th percentile in ms."""
    values = sorted(page.evaluate(MEASURE, [EVENTS, PAUSE]))
    assert len(values) > 0.9 * EVENTS
    return statistics.median(values), values[int(0.95 * len(values))]


def test_key_to_redraw_idle_and_during_a_search(benchmark, open_notebook, tmp_path: Path) -> None:
    # A LIF cannot show it, so the search goes on for as long as it takes to measure.
    code = "import plausiwidgets as pw\npw.Explorer('lif', 'phasic_spiking')"
    path = tmp_path / "latency.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell(code)], metadata=kernel), path)
    opened = open_notebook(path)
    opened.wait_for_plot()
    page = opened.page
    page.wait_for_timeout(4000)
    idle = measured(page)
    budget = page.locator(".pw-settings input").first
    budget.fill("90000000")
    budget.press("Enter")
    page.get_by_role("button", name="Optimize").click()
    page.wait_for_function("() => /generation\\D*[1-9]/.test(document.querySelector('.pw-numbers')?.innerText || '')")
    during = measured(page)
    page.get_by_role("button", name="Stop").click()
    ratio = during[0] / idle[0]
    print()
    for what, (median, late) in (("idle", idle), ("during a search", during)):
        print(f"key to redraw, {what}: median {median:.0f} ms, 95th percentile {late:.0f} ms")
    print(f"ratio {ratio:.2f}")
    benchmark.extra_info.update(
        idle_ms=idle[0], idle_p95_ms=idle[1], during_ms=during[0], during_p95_ms=during[1], ratio=ratio
    )
    benchmark.pedantic(page.evaluate, args=(MEASURE, [1, 0]), rounds=5)
