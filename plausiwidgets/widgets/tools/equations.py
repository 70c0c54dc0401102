"""The equations of the shown neuron beside its sliders; the parameter under the pointer is marked in both."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets as t

from plausiwidgets.models import NeuronModel
from plausiwidgets.texts import marked
from plausiwidgets.widgets.answers.equations import maths, meanings
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.view.panel import Host, Panel
from plausiwidgets.widgets.view.script_widget import DRAWING

_HERE = Path(__file__).parent


class EquationsView(anywidget.AnyWidget):
    """Equations as HTML, and what is said of each name in them.

    Attributes
    ----------
    maths : str
        HTML; every symbol carries its name as ``data-symbol``.
    meanings : dict of str to str
        What each name stands for, in plain text.
    """

    _esm = DRAWING + (_HERE / "equations.js").read_text("utf-8")
    maths = t.Unicode("").tag(sync=True)
    meanings = t.Dict().tag(sync=True)


class EquationsPanel(Panel):
    """The differential equations of the shown model, as its author wrote them."""

    title = marked("Equations")
    tip = marked("The equations of the model; point at a slider or a symbol to see what it is")

    place = "tools"
    waits = True

    def __init__(self, explorer: Host) -> None:
        self.view = EquationsView()
        self._model: NeuronModel | None = None

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Show the equations of another model."""
        model = selection.model
        if model is not self._model:
            self._model = model
            with self.view.hold_sync():
                self.view.maths = maths(model)
                self.view.meanings = meanings(model)
