"""What can this neuron do, on the page: the dots of the gallery, and a find that opens with its stimulus."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

CODE = "import plausiwidgets as pw\npw.Explorer('lif', 'tonic_spiking', {'tau_mem': 12.0, 'amplitude': 16.0})"
FOUND = "() => document.querySelectorAll('.pw-dot-mark[data-found=replicated]').length"


@pytest.mark.slow
def test_a_press_lights_the_dots_of_this_neuron(open_app, tmp_path: Path) -> None:
    path = tmp_path / "repertoire.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=[new_code_cell(CODE)], metadata=kernel), path)
    opened = open_app(path, width=1400, height=900)
    opened.wait_for_plot()
    page = opened.page
    patterns = page.locator(".pw-gallery-button")  # on a narrow page it opens the gallery
    if patterns.is_visible():
        patterns.click()
    page.get_by_role("button", name="What can this neuron do?").click()
    page.get_by_role("button", name="This neuron: 3 of 20", exact=True).wait_for()
    assert page.evaluate(FOUND) == 3
    integrator = page.locator(".pw-thumbnail[data-key=integrator]")
    assert "this neuron: shows it (verified)" in integrator.get_attribute("title")
    integrator.click()
    page.wait_for_function("() => document.querySelector('.pw-yours').innerText.includes('✓')")
    assert page.evaluate(FOUND) == 3
    page.locator(".pw-row:has([data-name=tau_mem]) .noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    page.locator("button", has_text="What can this neuron do?").wait_for(state="attached")
    assert opened.errors == []
