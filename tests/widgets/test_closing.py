"""What was closed is gone: widgets, threads, memory; and it takes no more work."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import ipywidgets
import pandas as pd
import pytest
from ipywidgets.widgets.widget import _instances
from screen import find, until

import plausiwidgets as pw
from plausiwidgets.widgets import AssessmentPanel
from plausiwidgets.widgets.view.plot_view import PlotlyScript


def used() -> pw.Explorer:
    """Return an explorer that has shown several models, searched, and begun an assessment."""
    explorer = pw.Explorer("izhikevich", "tonic_spiking")
    assert explorer.optimize(budget=300).wait(60)
    explorer.show("adex", "tonic_bursting")
    find(explorer, ipywidgets.ToggleButton, description="Map of models").value = True
    find(explorer, ipywidgets.Button, description="Only Adaptive exponential (AdEx)").click()
    find(explorer, ipywidgets.Button, description="Assess Adaptive exponential (AdEx)").click()
    explorer.show("lif", "integrator")
    assert explorer.wait(60)
    return explorer


def working() -> set[threading.Thread]:
    """Return the package's threads; the helpers of a simulation serve whatever comes next."""
    return {t for t in threading.enumerate() if t.name.startswith(("plausiwidgets ", "plausiwidgets-"))}


@contextmanager
def nothing_left() -> Iterator[Callable[[], None]]:
    """Expect that all widgets and threads that a block begins are gone at its end."""
    PlotlyScript.shared()  # which stays
    gc.collect()
    before, others = set(_instances), working()  # what another test left is not this one's
    made: list[weakref.ref] = []
    yield lambda: made.extend(weakref.ref(_instances[key]) for key in set(_instances) - before)
    assert set(_instances) <= before
    until(lambda: working() <= others)
    gc.collect()
    assert made
    assert not [ref() for ref in made if ref() is not None]


@pytest.mark.slow
def test_five_explorers_leave_nothing_behind():
    for _ in range(5):
        with nothing_left() as note:
            explorer = used()
            note()
            explorer.close()
            explorer.close()
            del explorer


@pytest.mark.parametrize("arguments", [{"lesson": "# Without a card\n"}, {"mystery": -1}])
def test_an_explorer_whose_lesson_or_mystery_is_refused_leaves_nothing_open(arguments):
    before, others = set(_instances), working()
    with pytest.raises(ValueError, match="valid"):
        pw.Explorer("izhikevich", "tonic_spiking", **arguments)
    assert set(_instances) <= before
    until(lambda: working() <= others)


def test_maps_charts_and_assessments_leave_nothing_behind():
    row = {"model": "lif", "pattern": "tonic_spiking", "status": "replicated", "parameters": {}, "robustness": 1.0}
    table = pd.DataFrame([row])
    with nothing_left() as note:
        shown = pw.assessment.plausibility_map(table)
        shown.map.open_cell("lif", "tonic_spiking")
        panel = AssessmentPanel("lif", "tonic_spiking", start=True, budget=50)
        panel.map.open_cell("lif", "tonic_spiking")
        chart = pw.assessment.plausibility_chart(table)
        note()
        for view in (shown, panel, chart):
            view.close()
        del shown, panel, chart, view


def test_a_closed_explorer_says_so_and_keeps_what_it_found():
    explorer = pw.Explorer()
    explorer.optimize(budget=300).wait(60)
    until(lambda: explorer.results)
    explorer.close()
    for work in (
        explorer.optimize,
        explorer.undo,
        explorer.use_best,
        lambda: explorer.show("lif", "tonic_spiking"),
        lambda: explorer.add(None),
        lambda: setattr(explorer, "selection", explorer.selection),
    ):
        with pytest.raises(RuntimeError, match=r"this explorer is closed: open another one with plausiwidgets"):
            work()
    explorer.stop()
    assert explorer.wait(1.0)
    assert explorer.results[0].replicated
    assert explorer.selection.model.key == "izhikevich"
