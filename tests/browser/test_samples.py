"""Samples on the page: sampled in the background, chosen by pointer and by keys, and on the sliders."""

from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook

CODE = "import plausiwidgets as pw\npw.Explorer('lif', 'tonic_spiking', {'amplitude': 30.0})"
VALUE = "name => +document.querySelector(`.pw-row:has([data-name=${name}]) input[type=number]`).value"
CAPTION = "() => document.querySelector('.pw-samples .pw-plane-caption').innerText"

DRAWN = (
    """names => names.every((name, i) => document.querySelectorAll('.pw-samples .pw-label')[i]?.textContent === name)"""
)
POINT = """() => {
    const box = document.querySelector('.pw-sample').getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
}"""


@pytest.mark.slow
def test_sets_are_sampled_and_open_by_pointer_and_by_keys(open_notebook, tmp_path: Path) -> None:
    path = tmp_path / "samples.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=[new_code_cell(CODE)], metadata=kernel), path)
    opened = open_notebook(path, width=1400, height=900)
    opened.wait_for_plot()
    page = opened.page
    page.get_by_role("button", name="Samples", exact=True).click()
    page.get_by_role("button", name="Sample", exact=True).click()
    page.wait_for_selector(".pw-sample", state="attached")
    assert page.locator(".pw-sample").count() == 500
    page.wait_for_selector(".pw-row:has([data-name=amplitude]) .pw-track .pw-spread", state="attached")
    assert "500 sets" in page.evaluate(CAPTION)

    # Any two values or features; a point is chosen, and opens.
    page.get_by_label("Along x", exact=True).select_option("amplitude")
    page.get_by_label("Along y", exact=True).select_option("rate")
    page.wait_for_function(DRAWN, arg=["amplitude (mV)", "mean rate (Hz)"])
    point = page.evaluate(POINT)
    page.mouse.move(*point)
    page.wait_for_function(f"() => ({CAPTION})().startsWith('amplitude = ')")
    shown = page.evaluate(CAPTION)
    page.mouse.down()
    page.mouse.up()
    amplitude = float(shown.split(" = ")[1].split(",")[0])
    page.wait_for_function(f"x => Math.abs(({VALUE})('amplitude') - x) < 0.01 * x", arg=amplitude)

    picture = page.locator(".pw-samples .pw-plane-picture")
    page.mouse.move(5, 5)
    picture.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    amplitude = float(page.evaluate(CAPTION).split(" = ")[1].split(",")[0])
    page.keyboard.press("Enter")
    page.wait_for_function(f"x => Math.abs(({VALUE})('amplitude') - x) < 0.01 * x", arg=amplitude)
    page.wait_for_function("() => document.querySelector('.pw-yours').innerText.includes('✓')")
    assert page.locator(".pw-sample").count() == 500
    found = Axe().run(page, context=".pw-explorer", options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
    assert opened.errors == []
