"""The map of an assessment on a page: what stands there, what a pointer and a keyboard do, and who can read it."""

from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook

CODE = """\
import pandas as pd
import plausiwidgets as pw
from plausiwidgets.assessment import published_table
shown = pw.assessment.plausibility_map(published_table())
shown
"""

FILL = """\
from plausiwidgets.widgets.map.cells import grid_of_table
table = published_table()
table.loc[(table["model"] == "lif") & (table["pattern"] == "tonic_spiking"), "status"] = "failed"
shown.map.show(grid_of_table(table))
"""


def notebook(path: Path, *cells: str) -> Path:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata=kernel), path)
    return path


def focused(page) -> str:
    return page.evaluate("document.activeElement.dataset.key ?? ''")


@pytest.mark.slow
@pytest.mark.browser
def test_a_keyboard_reaches_every_cell_and_opens_it(open_notebook, tmp_path: Path) -> None:
    opened = open_notebook(notebook(tmp_path / "map.ipynb", CODE))
    page = opened.page
    grid = page.get_by_role("grid", name="Which model shows which pattern")
    grid.wait_for(timeout=120_000)
    cells = grid.get_by_role("gridcell")
    assert cells.count() == 400 and grid.locator("[tabindex='0']").count() == 1
    lif = page.get_by_role("gridcell", name="Leaky integrate-and-fire (LIF), A Tonic spiking: shows it (verified)")
    assert lif.text_content().startswith("✓")
    assert [v["id"] for v in Axe().run(page, context=".pw-cellmap").response["violations"]] == []
    keys = [cell.split("/") for cell in cells.evaluate_all("cells => cells.map(cell => cell.dataset.key)")]
    models, patterns = list(dict.fromkeys(m for m, _ in keys)), list(dict.fromkeys(p for _, p in keys))
    grid.locator("[tabindex='0']").focus()
    for press, (i, j) in {
        "ArrowRight": (0, 1), "ArrowDown": (1, 1), "End": (1, 19), "Control+End": (19, 19), "ArrowDown ": (19, 19),
        "Home": (19, 0), "ArrowUp": (18, 0), "Control+Home": (0, 0), "ArrowLeft": (0, 0),
    }.items():  # fmt: skip
        page.keyboard.press(press.strip())
        assert focused(page) == f"{models[i]}/{patterns[j]}", press
    details = page.locator(".pw-map-details")
    assert "Tonic spiking" in details.inner_text() and "found after" in details.inner_text()
    cells.nth(25).hover()
    assert f"{patterns[5]}".split("_")[0] in details.inner_text().lower()
    for key in ("x", "b", "d", "d"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.locator(".pw-explorer").wait_for(timeout=60_000)
    page.locator(".pw-opened").wait_for()
    assert page.locator(".jp-Cell").count() == 1, "JupyterLab's own keys did nothing"
    assert opened.errors == []


@pytest.mark.browser
def test_cells_that_are_filled_keep_their_place_and_the_focus(open_notebook, tmp_path: Path) -> None:
    opened = open_notebook(notebook(tmp_path / "fill.ipynb", CODE, FILL), run=False, width=800, height=800)
    page = opened.page
    opened.command("notebook:run-cell")
    cell = page.locator("[data-key='lif/tonic_spiking']")
    cell.wait_for(timeout=120_000)
    place = "cell => { const { width, height } = cell.getBoundingClientRect(); return [width, height].join(); }"
    before = cell.evaluate(place)
    opened.run_all()
    page.locator("[data-key='lif/tonic_spiking'].pw-is-failed").wait_for(state="attached")
    assert cell.evaluate(place) == before
    scroller = page.locator(".pw-map-scroll")
    assert scroller.evaluate("box => box.scrollWidth > box.clientWidth"), "a narrow page scrolls within the map"
    page.locator("[role=gridcell][tabindex='0']").focus()
    page.keyboard.press("End")
    name, last = page.locator("tbody th").first.bounding_box(), page.locator(":focus").bounding_box()
    box = scroller.bounding_box()
    assert abs(name["x"] - box["x"]) < 2, "the names of the models stay"
    assert name["x"] + name["width"] <= last["x"] + 1 and last["x"] + last["width"] <= box["x"] + box["width"] + 1
    assert opened.errors == []
