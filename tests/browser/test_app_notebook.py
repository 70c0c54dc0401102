"""The app as a widget of a notebook, in a real JupyterLab."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

APP = "from plausiwidgets.widgets import App\napp = App({})\napp"
JUDGED = ".pw-app[data-pw-judged=yes]"


def notebook(folder: Path, *code: str) -> Path:
    path = folder / "app.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[*map(new_code_cell, code)], metadata=kernel), path)
    return path


def slider(page, place: int = 0):
    return page.locator(".pw-app input[type=range]").nth(place)


def test_the_app_opens_judged_and_without_an_error(open_notebook, tmp_path):
    opened = open_notebook(notebook(tmp_path, APP.format('"adex", "tonic_bursting"')))
    opened.page.wait_for_selector(JUDGED)
    assert opened.page.locator(".pw-app").count() == 1
    assert opened.errors == []
