"""The equations of a model as HTML, and the meanings of the names in them."""

from __future__ import annotations

import html
import re

from plausiwidgets.models import NeuronModel
from plausiwidgets.texts import tr
from plausiwidgets.widgets.catalogue.symbols import symbol

_TOKEN = re.compile(r"d(\w+)/dt|\^\(|\w+|\s+|.", re.UNICODE)
_FUNCTIONS = frozenset(("exp", "tanh", "cosh", "sinh", "ln", "log", "sqrt", "min", "max", "round"))
_WORDS = frozenset(("spike", "for", "and", "where", "times", "stays", "there", "with", "at", "crosses"))


def meanings(model: NeuronModel) -> dict[str, str]:
    """Return the meanings of the names in the equations of a model, in plain text."""
    known = {state.key: f"{state.label}: {tr(state.meaning)}" for state in model.states}
    known |= {name: f"{p.label}: {tr(p.meaning)}" for name, p in model.parameters.items()}
    return known | {"I": f"I ({model.current.unit}): {tr(model.current.description or 'Injected current.')}"}


def maths(model: NeuronModel) -> str:
    """Return the equations of a model as HTML, with a paragraph for each line.

    Examples
    --------
    >>> from plausiwidgets import models
    >>> "<sub>L</sub>" in maths(models.get("adex"))
    True
    """
    if not model.equations:
        return f'<p class="pw-hint">{tr("No equations are available for this model.")}</p>'
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
    """Return the HTML of a name: a symbol with its index, a function or a word."""
    bare = text.rstrip("²³⁴")
    power = text[len(bare) :]
    if bare in known:
        return f'<var data-symbol="{html.escape(bare)}" tabindex="0">{symbol(bare)}</var>{power}'
    if bare in _FUNCTIONS or bare in _WORDS or not _is_symbol(bare):
        return html.escape(text)
    return f"<i>{symbol(bare)}</i>{power}"


def _is_symbol(name: str) -> bool:
    """Return whether a name that is not a parameter is a symbol of the equations instead of a word."""
    return len(name.split("_")[0]) == 1
