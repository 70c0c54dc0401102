"""How many widgets an explorer has: tools with many of them are made when they are opened."""

import ipywidgets as w
import pytest
from screen import find, widgets

import plausiwidgets as pw
from plausiwidgets.widgets.explorer.explorer import TOOLS
from plausiwidgets.widgets.tools.recording import RecordingPanel
from plausiwidgets.widgets.tools.stimulus import StimulusPanel

MOST = 275
"""Widgets of an explorer of Izhikevich's neuron that opens: each is a message, and a model in the page."""


@pytest.fixture
def made(monkeypatch):
    """The widgets that were made."""
    out = []
    init = w.Widget.__init__
    monkeypatch.setattr(w.Widget, "__init__", lambda self, **given: (out.append(self), init(self, **given))[1])
    return out


def test_an_explorer_that_opens_has_no_more_than_it_shows(made):
    explorer = pw.Explorer(parameters={})
    assert len(made) <= MOST
    assert [tool.title for tool in TOOLS if tool.waits] == ["Samples", "Equations", "Stimulus", "Data", "Mystery"]
    assert not {StimulusPanel, RecordingPanel} & set(explorer._panels)
    explorer.close()


def test_a_tool_is_made_when_it_is_opened_and_once(explorer, screen, made):
    explorer.selection = explorer.selection.with_value("a", 0.05)
    button = find(explorer, w.ToggleButton, description="Equations")
    assert [x.description for x in widgets(explorer) if type(x) is w.ToggleButton].count("Equations") == 1
    before = len(made)
    button.value = True
    first = len(made)
    assert first > before
    button.value = False
    button.value = True
    assert len(made) == first
    find(explorer, w.ToggleButton, description="Stimulus").value = True
    assert not button.value
    assert explorer.panel(StimulusPanel).view in widgets(explorer)
    explorer.close()
    assert all(one.comm is None for one in made)
