"""The map of an assessment on a page: its marks, a click that opens an explorer."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

CODE = """\
import pandas as pd
import plausiwidgets as pw
row = {"model": "lif", "pattern": "tonic_spiking", "status": "replicated", "loss": 0.0, "evaluations": 64}
table = pd.DataFrame([
    row | {"parameters": {"tau_mem": 7.0, "amplitude": 40.0}},
    row | {"pattern": "tonic_bursting", "status": "rejected", "loss": 5.0, "parameters": {}},
])
shown = pw.plausibility_map(table)
shown
"""


def test_a_click_on_a_cell_opens_an_explorer(open_notebook, tmp_path: Path) -> None:
    path = tmp_path / "map.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell(CODE)], metadata=kernel), path)
    opened = open_notebook(path)
    page = opened.page
    marks = page.locator(".js-plotly-plot .heatmap-label")
    marks.first.wait_for(state="attached", timeout=120_000)
    assert marks.all_text_contents() == ["✓", "✗"]
    plot = page.locator(".js-plotly-plot").first
    area = plot.locator(".nsewdrag").first.bounding_box()
    assert area["width"] > 500  # the width of the page, not plotly's own
    page.mouse.move(area["x"] + area["width"] * 0.25, area["y"] + area["height"] / 2)
    page.locator(".hoverlayer .hovertext").first.wait_for()
    assert "64 evaluations" in page.locator(".hoverlayer").first.text_content()
    page.mouse.click(area["x"] + area["width"] * 0.25, area["y"] + area["height"] / 2)
    page.locator(".pw-explorer").wait_for(timeout=60_000)
    page.wait_for_function("document.querySelectorAll('.js-plotly-plot').length === 2", timeout=60_000)
    assert opened.errors == []
