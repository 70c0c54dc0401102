"""Progress in a notebook: a bar, a line in words, and the map as it is filled."""

from dataclasses import replace

import pytest

import plausiwidgets as pw
from plausiwidgets.assessment import StudySnapshot
from plausiwidgets.widgets.drawing.map_cells import grid_of_results
from plausiwidgets.widgets.progress import NotebookProgress
from tests.widgets.figures.test_static_image import texts_of


@pytest.fixture
def shown(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    return shown


def test_an_assessment_has_a_bar_a_line_and_a_map(shown):
    progress = NotebookProgress()
    mine = replace(pw.patterns.get("tonic_spiking"), key="mine", letter="", title="My own")
    pw.assess("lif", [mine, "tonic_bursting"], budget=300, popsize=8, progress=progress)
    head, cells = progress.view.children
    bar, line = head.children
    assert shown == [progress.view]
    assert bar.value == 1.0 and "✓ done: 2 of 2 · 1 ✓, 0 ~, 1 ✗" in line.value
    assert {"C", "min", "✓", "∅"} <= set(texts_of(cells.value))


def test_a_search_has_a_bar_and_a_line(shown):
    progress = NotebookProgress()
    result = pw.optimize("lif", "tonic_bursting", budget=300, progress=progress)
    head, cells = progress.view.children
    bar, line = head.children
    assert bar.value == 1.0 and f"{result.evaluations} of 300" in line.value and cells.value == ""


def test_a_failure_is_shown_as_text(shown):
    progress = NotebookProgress()
    waiting = pw.Result("<b>", "tonic_spiking", 0, 600)
    progress.init(StudySnapshot({waiting.id: waiting}, "failed", error="<i> gave up"))
    assert "&lt;i&gt; gave up" in progress.view.children[0].children[1].value


def test_searches_that_wait_and_run():
    waiting = pw.Result("lif", "mixed_mode", 0, 300)
    [cell] = grid_of_results([waiting]).cells.values()
    assert (cell.status, cell.lines) == ("waiting", ("waiting",))
    [cell] = grid_of_results([replace(waiting, stop_reason="running", evaluations=64)]).cells.values()
    assert cell.status == "running" and cell.lines == ("searching, 64 of 300 evaluations",)
