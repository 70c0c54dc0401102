"""The card of a model: what a notebook shows of it, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Protocol

from plausiwidgets.models.parameter import Parameter


class _State(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def description(self) -> str: ...


class _Preset(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, float]: ...
    @property
    def pattern(self) -> str | None: ...
    @property
    def dt(self) -> float | None: ...
    @property
    def source(self) -> str: ...


class _Model(Protocol):
    """A model, as far as its card goes."""

    name: str
    title: str
    description: str
    source: str
    equations: str
    dt: float
    spike_level: float | None
    current: Parameter
    parameters: Mapping[str, Parameter]
    cannot: Mapping[str, str]

    @property
    def states(self) -> Sequence[_State]: ...
    @property
    def presets(self) -> Sequence[_Preset]: ...


def card(model: _Model, cost: str = "") -> str:
    """Return the card of `model`.

    Parameters
    ----------
    model : NeuronModel
    cost : str
        What a step of it costs, in words, from who can tell; left out, the card does not say.

    Examples
    --------
    >>> from plausiwidgets.models import get
    >>> "tau_w dw/dt = a (v − E_L) − w" in card(get("adex"))
    True
    """
    spike = "" if model.spike_level is None else f"; a spike is an upward crossing of {_number(model.spike_level)} mV"
    facts = [model.description, model.source, f"Time step {_number(model.dt)} ms{spike}.", cost]
    parts = [f"<h3>{_text(model.title)} <code>{_text(model.name)}</code></h3>"]
    parts += [f"<p>{_text(fact)}</p>" for fact in facts if fact]
    if model.equations:
        parts.append(f"<pre>{_text(model.equations)}</pre>")
    states = [(s.name, s.unit, s.description) for s in model.states]
    parts.append(_table("State", ("name", "unit", "what it is"), states))
    parameters = [
        (p.name, _number(p.default), _range(p), p.unit, p.description, p.source)
        for p in (*model.parameters.values(), model.current)
    ]
    parts.append(_table("Parameters", ("name", "default", "range", "unit", "what it does", "source"), parameters))
    if model.presets:
        presets = [_preset(p) for p in model.presets]
        parts.append(_table("Published sets", ("title", "values", "firing pattern", "time step", "source"), presets))
    if model.cannot:
        arguments = [(pattern.replace("_", " "), why) for pattern, why in model.cannot.items()]
        parts.append(_table("Cannot show", ("firing pattern", "why"), arguments))
    return "\n".join(parts)


def _preset(preset: _Preset) -> tuple[str, ...]:
    values = ", ".join(f"{n} {_number(v)}" for n, v in preset.parameters.items())
    pattern = (preset.pattern or "").replace("_", " ")
    return preset.title, values, pattern, "" if preset.dt is None else f"{_number(preset.dt)} ms", preset.source


def _range(parameter: Parameter) -> str:
    scale = "" if parameter.scale == "linear" else f", {parameter.scale} scale"
    fixed = "" if parameter.free else ", fixed by default"
    return f"{_number(parameter.low)} to {_number(parameter.high)}{scale}{fixed}"


def _text(text: str) -> str:
    return escape(text, quote=False)


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{_text(h)}</th>" for h in heads)
    body = "\n".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    # Jupyter sets the text of a table to the right, as for numbers.
    caption = f'<caption style="text-align: left"><b>{_text(title)}</b></caption>'
    return f'<table style="text-align: left">{caption}<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>'
