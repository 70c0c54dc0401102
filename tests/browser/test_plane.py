"""The plane of two sliders on the page: by pointer and by keys, for one pattern and for all."""

from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook

CODE = "import plausiwidgets as pw\npw.Explorer('izhikevich', 'tonic_bursting', {'c': -62.0, 'd': 6.0})"
VALUE = "name => +document.querySelector(`.pw-row:has([data-name=${name}]) input[type=number]`).value"
OUTLINE = "() => document.querySelector('.pw-parameter-plane .pw-holds-line')?.getAttribute('d')"
FINE = "() => !document.querySelector('.pw-parameter-plane').textContent.includes('finer')"


@pytest.mark.slow
def test_the_point_is_dragged_and_moved_by_keys_and_all_patterns_are_regions(open_app, tmp_path: Path) -> None:
    path = tmp_path / "plane.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=[new_code_cell(CODE)], metadata=kernel), path)
    opened = open_app(path, width=1400, height=900)
    opened.wait_for_plot()
    page = opened.page
    page.get_by_role("button", name="Plane", exact=True).click()
    page.wait_for_function(f"() => ({OUTLINE})()?.length > 20")
    page.wait_for_function(FINE)
    before = page.evaluate(OUTLINE)

    # A drag moves both sliders, and the verdict follows.
    box = page.evaluate("() => document.querySelector('.pw-plane-frame').getBoundingClientRect().toJSON()")
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    for share in (0.4, 0.5, 0.6, 0.7):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.13 * box["height"])
        page.wait_for_timeout(60)
    page.mouse.up()
    page.wait_for_function(f"() => Math.abs(({VALUE})('c') + 49) < 0.5")
    page.wait_for_function("() => document.querySelector('.pw-yours').innerText.includes('✓')")
    assert page.evaluate(OUTLINE) == before  # the plane of its own two values stays

    # Arrow keys.
    picture = page.locator(".pw-parameter-plane .pw-plane-picture")
    c = page.evaluate(VALUE, "c")
    picture.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"c => ({VALUE})('c') < c - 1", arg=c)
    assert "c = " in page.locator(".pw-parameter-plane .pw-plane-caption").inner_text()

    # Another slider changes the plane.
    page.locator(".pw-row:has([data-name=b]) .noUi-handle").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"before => ({OUTLINE})() !== before", arg=before)

    # All patterns.
    page.get_by_label("Patterns", exact=True).select_option("all")
    page.wait_for_selector(".pw-region-letter", state="attached")
    page.wait_for_function(FINE)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
    assert opened.errors == []
