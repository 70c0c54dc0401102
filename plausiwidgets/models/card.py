"""The card of a model in a notebook, as HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from plausiwidgets.models.parameter import Parameter
from plausiwidgets.models.proof import Proof

DOI = re.compile(r"\bdoi:(10\.[^\s;,]+)")
"""Pattern of the DOI in the source of a neuron."""


def card(model: Any, operations: str = "") -> str:
    """Return the card of a model as HTML, with the operation count of a step in words if given."""
    unit = "" if model.states[0].unit == "1" else f" {model.states[0].unit}"
    level = "" if model.spike_level is None else f"{_number(model.spike_level)}{unit}"
    spike = f"; a spike is an upward crossing of {level}" if level else ""
    facts = [model.description, model.source, f"Time step {_number(model.dt)} ms{spike}.", model.scheme, operations]
    parts = [f"<h3>{_text(model.title)} <code>{_text(model.key)}</code></h3>"]
    parts += [f"<p>{_linked(_text(fact))}</p>" for fact in facts if fact]
    if model.equations:
        parts.append(f"<pre>{_text(model.equations)}</pre>")
    states = [(s.key, s.unit, s.meaning) for s in model.states]
    parts.append(_table("State", ("name", "unit", "what it is"), states))
    parameters = [
        (p.key, _number(p.default), _range(p), p.unit, p.meaning, p.source)
        for p in (*model.parameters.values(), model.current)
    ]
    parts.append(_table("Parameters", ("name", "default", "range", "unit", "what it does", "source"), parameters))
    if model.presets:
        presets = [_preset(p) for p in model.presets]
        parts.append(_table("Published sets", ("title", "values", "firing pattern", "time step", "source"), presets))
    if model.ruled_out:
        arguments = [
            (pattern.replace("_", " "), proof.text, _limits(proof, model.parameters))
            for pattern, proof in model.proofs.items()
        ]
        parts.append(_table("Cannot show", ("firing pattern", "why", "for"), arguments))
    return "\n".join(parts)


def _preset(preset: Any) -> tuple[str, ...]:
    values = ", ".join(f"{n} {_number(v)}" for n, v in preset.parameters.items())
    pattern = (preset.pattern or "").replace("_", " ")
    return preset.title, values, pattern, "" if preset.dt is None else f"{_number(preset.dt)} ms", preset.source


def _limits(proof: Proof, parameters: Mapping[str, Parameter]) -> str:
    """Return the limits of a proof in words."""
    limits = [
        f"{name} {_number(low)} to {_number(high)} {parameters[name].unit}".strip()
        for name, (low, high) in proof.limits.items()
    ]
    return ", ".join(limits) or "all parameters"


def _range(parameter: Parameter) -> str:
    scale = "" if parameter.scale == "linear" else f", {parameter.scale} scale"
    fixed = "" if parameter.vary else ", fixed by default"
    return f"{_number(parameter.low)} to {_number(parameter.high)}{scale}{fixed}"


def _text(text: str) -> str:
    return escape(text, quote=False)


def _linked(text: str) -> str:
    return DOI.sub(r'<a href="https://doi.org/\1">doi:\1</a>', text)


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{_text(h)}</th>" for h in heads)
    body = "\n".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    # Jupyter aligns the text of a table to the right by default.
    caption = f'<caption style="text-align: left"><b>{_text(title)}</b></caption>'
    return f'<table style="text-align: left">{caption}<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>'
