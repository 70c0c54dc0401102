"""Python script of the selection in an explorer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plausiwidgets import models
from plausiwidgets.models import NeuronModel
from plausiwidgets.models.norse import norse_code
from plausiwidgets.optimization.versions import versions
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.all_of import AllOf
from plausiwidgets.patterns.registry import is_registered
from plausiwidgets.patterns.stimuli import GivenCurrent, constructor
from plausiwidgets.recordings.recording_file import code_of
from plausiwidgets.widgets.handlers.selection import Selection


def script(selection: Selection, search: Mapping[str, object] | None = None) -> str:
    """Return a Python script that reproduces the spikes, the verdict and the search of an explorer.

    Parameters
    ----------
    search : mapping, optional
        Arguments of `plausiwidgets.optimize` for the last search. Without a search, the script contains a search with
        the ranges and the free parameters of the selection as a comment.

    Examples
    --------
    >>> print(script(Selection.of("lif", "tonic_spiking")).splitlines()[1])
    import plausiwidgets as pw
    """
    model, pattern = selection.model, selection.pattern
    own = preamble(model, pattern)
    units = {name: p.unit for name, p in selection.parameters.items()}
    lines = [
        f"# {model.key}, {pattern.key}: as shown in an explorer of plausiwidgets {versions()['plausiwidgets']}",
        "import plausiwidgets as pw",
        "",
        *own,
        *([] if code_of(pattern) else [f"pattern = {constructor(pattern)}"]),
        *_mapping("parameters", selection.values, units),
        f"verdict = pw.judge({model.key!r}, pattern, parameters, dt={selection.dt!r})",
        "print(verdict)",
    ]
    if not isinstance(pattern, GivenCurrent) and selection.varied:
        lines += ["", *_search(selection, search, units)]
    return "\n".join([*lines, *_as_norse(selection), "", "figure = pw.plot(verdict)", "figure.show()", ""])


def preamble(model: NeuronModel, pattern: Protocol) -> list[str]:
    """Return the lines of a script that define a custom model and a custom pattern.

    If an object has no source code, its line is a comment for the user. Packaged objects need no line.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> preamble(pw.models.get("lif"), pw.patterns.get("tonic_spiking"))
    []
    """
    lines = []
    if model.key not in models.names() or models.get(model.key) is not model:
        lines.append(f"# {model.key!r} is a custom neuron: define it here, and pw.models.register(it).")
    if code := code_of(pattern):
        return [*lines, f"pattern = {code}"]
    parts = pattern.parts if isinstance(pattern, AllOf) else (pattern,)
    custom = [part for part in parts if not isinstance(part, GivenCurrent) and not is_registered(part)]
    return lines + [
        f"# {part.key!r} is a custom pattern: define it here, and pw.patterns.register(it)." for part in custom
    ]


def _as_norse(selection: Selection) -> list[str]:
    """Return comments with the parameters as a Norse cell, or no lines if Norse has no cell of the model."""
    try:
        norse = norse_code(selection.model, selection.values, selection.dt)
    except ImportError as missing:
        return ["", f"# The parameters of a cell of Norse in a network are left out: {missing}"]
    if norse is None:
        return []
    return [
        "",
        f"# The parameters of a cell of Norse in a network, with times in ms: it needs dt={selection.dt!r}, and an",
        "# input drives it for one step.",
        f"# {norse}",
    ]


def search_of(selection: Selection) -> dict[str, Any]:
    """Return the arguments of `plausiwidgets.optimize` for a search with the selection."""
    return {
        "fixed": {name: selection.values[name] for name in selection.fixed},
        "bounds": {name: selection.bounds[name] for name in selection.varied},
        "start": selection.values,
        "dt": selection.dt,
    }


def _search(selection: Selection, made: Mapping[str, Any] | None, units: Mapping[str, str]) -> list[str]:
    """Return the lines of a search, as comments if no search was run."""
    settings = dict(search_of(selection) if made is None else made)
    lines = _mapping("bounds", settings.pop("bounds"), units)
    arguments = ["bounds=bounds"]
    for name in ("start", "fixed"):
        values = settings.pop(name)
        if not values:
            continue
        if dict(values) == dict(selection.values):
            arguments.append(f"{name}=parameters")
        elif name == "fixed" and all(selection.values.get(key) == value for key, value in values.items()):
            arguments.append(f"fixed={{name: parameters[name] for name in {tuple(values)!r}}}")
        else:
            lines += _mapping(name, values, units)
            arguments.append(f"{name}={name}")
    if (strategy := settings.pop("strategy", None)) is not None:
        name = getattr(strategy, "__name__", type(strategy).__name__)
        lines.append(f"# {name} is a custom strategy: define or import it here.")
        arguments.append(f"strategy={name}")
    arguments += [f"{name}={value!r}" for name, value in settings.items() if value is not None]
    lines += [
        f"result = pw.optimize(\n    {selection.model.key!r}, pattern, {', '.join(arguments)}\n)",
        "print(result)",
    ]
    if made is None:
        commented = "\n".join(lines).replace("\n", "\n# ")
        return [f"# A search in these ranges:\n# {commented}"]
    return ["# The search, with its seed:", *lines]


def _mapping(name: str, values: Mapping[str, object], units: Mapping[str, str]) -> list[str]:
    """Return the lines of a dict, with one entry and its unit in each line."""
    entries = [f"    {key!r}: {value!r},  # {units.get(key, '')}".rstrip(" #") for key, value in values.items()]
    return [f"{name} = {{", *entries, "}"]
