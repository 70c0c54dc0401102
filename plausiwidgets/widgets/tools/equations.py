"""The equations of the shown neuron beside its sliders; the parameter under the pointer is marked in both."""

from __future__ import annotations

import html
import re
from pathlib import Path

import anywidget
import traitlets as t

from plausiwidgets.models import NeuronModel
from plausiwidgets.texts import marked, tr
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.view.panel import Host, Panel
from plausiwidgets.widgets.view.script_widget import DRAWING
from plausiwidgets.widgets.view.symbols import symbol

_HERE = Path(__file__).parent

_TOKEN = re.compile(r"d(\w+)/dt|\^\(|\w+|\s+|.", re.UNICODE)
_FUNCTIONS = frozenset(("exp", "tanh", "cosh", "sinh", "ln", "log", "sqrt", "min", "max", "round"))
_WORDS = frozenset(("spike", "for", "and", "where", "times", "stays", "there", "with", "at", "crosses"))


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


def meanings(model: NeuronModel) -> dict[str, str]:
    """Return what the names in the equations of a model stand for, in plain text."""
    known = {state.key: f"{state.label}: {tr(state.description)}" for state in model.states}
    known |= {name: f"{p.label}: {tr(p.description)}" for name, p in model.parameters.items()}
    return known | {"I": f"I ({model.current.unit}): {tr(model.current.description or 'Injected current.')}"}


def maths(model: NeuronModel) -> str:
    """Return the equations of a model as HTML, a line each.

    Examples
    --------
    >>> from plausiwidgets import models
    >>> "<sub>L</sub>" in maths(models.get("adex"))
    True
    """
    if not model.equations:
        return f'<p class="pw-hint">{tr("This model comes without equations.")}</p>'
    known = meanings(model)
    return "".join(f'<p class="pw-equation">{_line(line, known)}</p>' for line in model.equations.splitlines())


def _line(line: str, known: dict[str, str]) -> str:
    out, closing, depth = [], [], 0
    for match in _TOKEN.finditer(line):
        text = match[0]
        if match[1] is not None:
            quotient = f'<span class="pw-over">d{_name(match[1], known)}</span><span>d<i>t</i></span>'
            out.append(f'<span class="pw-fraction">{quotient}</span>')
        elif text == "^(":
            out.append("<sup>(")
            closing.append(depth)
            depth += 1
        elif text == "(":
            depth += 1
            out.append("(")
        elif text == ")":
            depth -= 1
            out.append(")")
            if closing and closing[-1] == depth:
                closing.pop()
                out.append("</sup>")
        elif text[0].isalpha():
            out.append(_name(text, known))
        else:
            out.append(html.escape(text))
    return "".join(out) + "</sup>" * len(closing)


def _name(text: str, known: dict[str, str]) -> str:
    """Return a name as HTML: a symbol with its index, a function, or a word."""
    bare = text.rstrip("²³⁴")
    power = text[len(bare) :]
    if bare in known:
        return f'<var data-symbol="{html.escape(bare)}" tabindex="0">{symbol(bare)}</var>{power}'
    if bare in _FUNCTIONS or bare in _WORDS or not _is_symbol(bare):
        return html.escape(text)
    return f"<i>{symbol(bare)}</i>{power}"


def _is_symbol(name: str) -> bool:
    """Return whether a name that is no parameter is one of the equations' own, and no word."""
    return len(name.split("_")[0]) == 1
