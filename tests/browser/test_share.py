"""An exercise is saved from "Share", opened from its file, solved there and handed in."""

from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook

import plausiwidgets as pw

pytestmark = pytest.mark.browser

CODE = """\
import plausiwidgets as pw

pw.Explorer("izhikevich", "tonic_bursting", {"c": -65.0, "d": 6.0}, locked=["a", "b"])
"""

PLACES = """() => [...document.querySelectorAll('.pw-bar button, .pw-row input')].map((one) => {
    const { left, top, width } = one.getBoundingClientRect();
    return [left, top, width].map(Math.round).join(' ');
})"""


@pytest.mark.slow
def test_an_exercise_from_share_is_solved_on_its_page(open_notebook, open_page, tmp_path: Path) -> None:
    notebook = tmp_path / "share.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=[new_code_cell(CODE)], metadata=kernel), notebook)
    opened = open_notebook(notebook)
    opened.wait_for_plot()
    page = opened.page
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_text("Whoever opens it, and runs the notebook, sees what you see now.").wait_for()
    page.get_by_text("The address works on this computer only").wait_for()
    question = page.get_by_label("Question of the exercise")
    page.wait_for_function("() => document.querySelector('[aria-label=\"Question of the exercise\"]').placeholder")
    assert "until the neuron shows “Tonic bursting”" in question.get_attribute("placeholder")
    assert [violation["id"] for violation in Axe().run(page, ".pw-share").response["violations"]] == []
    question.fill("Make it burst.")
    with page.expect_download() as download:
        question.press("Enter")
    page.get_by_text("saved as exercise_izhikevich_tonic_bursting.html").wait_for()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert opened.errors == []

    task = open_page(path)
    card = task.page.get_by_role("region", name="Exercise")
    assert "Make it burst." in card.inner_text()
    assert task.slider("a").is_disabled()
    for name, value in (("c (mV)", "-50"), ("d (mV/ms)", "2")):
        box = task.page.get_by_label(f"Exact value of {name}")
        box.fill(value)
        box.press("Enter")
    card.get_by_text("Solved").wait_for()
    task.page.get_by_role("button", name="Hand in").click()
    assert pw.teaching.read_code(task.page.get_by_label("Code to hand in").input_value()).solved

    page.get_by_role("button", name="Close", exact=True).click()
    before = page.evaluate(PLACES)
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart() }")
    page.locator(".pw-explorer.jupyter-widgets-disconnected .pw-row.jupyter-widgets-disconnected").first.wait_for()
    assert page.evaluate(PLACES) == before
    said = page.locator(".pw-screen").evaluate("screen => getComputedStyle(screen, '::after').content")
    assert "run the cell again" in said
    opened.wait_for_kernel()
