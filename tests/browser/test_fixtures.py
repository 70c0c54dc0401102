"""The fixtures themselves, on a slider and a figure."""

from pathlib import Path

import nbformat
import pytest

SOURCE = """
import ipywidgets
import plotly.graph_objects as go
from plausiwidgets.widgets.view.plot_view import PlotView

view = PlotView()
figure = go.Figure(go.Scatter(y=[0.0, 1.0, 4.0]))
view.show(figure)
slider = ipywidgets.FloatSlider(value=1.0, min=0.0, max=10.0, description="height")


def on_slider(change):
    figure.data[0].y = [0.0, change["new"], 4.0]
    view.show(figure)


slider.observe(on_slider, "value")
ipywidgets.VBox([slider, view])
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    cell = nbformat.v4.new_code_cell(SOURCE)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = tmp_path / "slider.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), path)
    return path


def move_slider(page) -> None:
    page.wait_for_plot()
    page.page.locator(".widget-slider .noUi-handle").first.focus()
    page.page.keyboard.press("ArrowRight")
    page.page.wait_for_function("document.querySelector('.pw-plot-picture').data[0].y[1] === 1.1")
    drawn = page.page.evaluate("Array.from(document.querySelector('.pw-plot-picture').data[0].y)")
    assert drawn == [0.0, 1.1, 4.0]
    assert page.errors == []


def test_a_slider_moves_a_figure_in_jupyterlab(open_notebook, notebook: Path) -> None:
    page = open_notebook(notebook)
    move_slider(page)
    page.set_dark()


@pytest.mark.slow
def test_a_slider_moves_a_figure_in_voila(open_app, notebook: Path) -> None:
    move_slider(open_app(notebook))


def test_a_page_reports_its_errors(open_notebook, notebook: Path) -> None:
    page = open_notebook(notebook, run=False)
    page.page.evaluate("() => { console.error('as a test'); }")
    assert any("as a test" in error for error in page.errors)
