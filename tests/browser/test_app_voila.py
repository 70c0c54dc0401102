"""The app as a widget in Voila, where no kernel of a notebook has subshells."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook


@pytest.mark.slow
def test_the_app_judges_and_searches_in_voila(open_app, tmp_path):
    path = tmp_path / "app.ipynb"
    cell = "import plausiwidgets as pw\npw.Explorer('izhikevich', 'tonic_bursting', {})"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_code_cell(cell)], metadata=kernel), path)
    opened = open_app(path)
    page = opened.page
    page.wait_for_selector(".pw-app[data-pw-judged=yes]")
    page.get_by_role("button", name="Let a search find it").click()
    page.wait_for_function("() => Number(document.querySelector('[data-pw-objective]')?.dataset.dots ?? 0) > 0")
    page.locator(".pw-drawer", has_text="take these values").wait_for()  # before the end the best may not hold
    page.locator(".pw-take").click()
    page.locator(".pw-app[data-pw-status=holds], .pw-app[data-pw-status=waiting]").wait_for()
    assert opened.errors == []
