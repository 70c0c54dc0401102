"""The fixtures themselves, on an explorer."""

from pathlib import Path

import nbformat
import pytest

SOURCE = 'import plausiwidgets as pw\nexplorer = pw.Explorer("lif", "tonic_spiking", {})\nexplorer'


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = tmp_path / "slider.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE)], metadata=kernel), path)
    return path


def test_dark_follows_jupyterlab(open_notebook, notebook: Path) -> None:
    opened = open_notebook(notebook)
    opened.wait_for_app()
    opened.set_dark()
    opened.page.wait_for_selector(".pw-app.dark")
    assert opened.errors == []


def test_a_page_reports_its_errors(open_notebook, notebook: Path) -> None:
    opened = open_notebook(notebook, run=False)
    opened.page.evaluate("() => { console.error('as a test'); }")
    assert any("as a test" in error for error in opened.errors)
