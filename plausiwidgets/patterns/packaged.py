"""Packaged parameter sets, with which the built-in models show patterns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

from plausiwidgets.models.arithmetic import Arithmetic
from plausiwidgets.models.model import NeuronModel, Preset
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.registry import is_builtin
from plausiwidgets.support.arguments import checked

TABLE = "packaged_table.csv"
"""File name of the packaged assessment of the built-in models.

The command ``python -m plausiwidgets.upkeep`` updates it and the other packaged files.
"""
VERDICTS = "verdicts.csv"
"""File name of the verdicts on all presets and defaults."""
DEFAULTS = "defaults"
"""Entry in `VERDICTS` for the defaults of model and pattern, instead of the title of a preset."""

FROM_DEFAULTS = "defaults of model and pattern"
FROM_SEARCH = "packaged: found by a search"


class KnownSet(NamedTuple):
    """Parameter set that is known or published to show a pattern."""

    parameters: Mapping[str, float]
    """Values of the set. Other parameters are at their defaults."""
    dt: float
    preset: Preset | None
    """Published set, None for the defaults and for the result of a search."""
    status: str = ""
    """Status of the packaged verdict, empty without one."""
    failed_test: str = ""
    """Name of the verification test that a fragile set fails."""
    format: str = ""
    """Number format to which the parameters were rounded, in words, empty for float64."""

    @property
    def verified(self) -> bool:
        """Whether the packaged verdict is "replicated"."""
        return self.status == "replicated"

    @property
    def source(self) -> str:
        """Source of the set in the words of a printed verdict.

        Examples
        --------
        >>> import plausiwidgets as pw
        >>> known_sets(pw.models.get("adex"), pw.patterns.get("tonic_spiking"))[0].source
        'packaged: Naud 2008, Tonic spiking'
        """
        if self.format:
            return f"{self._replace(format='').source}, rounded to {self.format}"
        if self.preset is not None:
            return f"packaged: {', '.join(filter(None, (self.preset.citation, self.preset.title)))}"
        return FROM_SEARCH if self.parameters else FROM_DEFAULTS


def known_sets(model: NeuronModel, pattern: Protocol) -> list[KnownSet]:
    """Return the known sets of a model for a pattern, published sets first.

    Published sets are followed by the defaults, if they are verified, and by the verified set of the packaged table.
    Only built-in models and patterns have the latter two and the packaged verdicts, because a copy, or a custom model
    with the same key, is a different neuron.
    """
    is_packaged = model.is_builtin and is_builtin(pattern)
    sets = [_with_verdict(one, model, pattern) for one in published_sets(model, pattern)]
    defaults = default_set(model, pattern)
    if defaults.verified:
        sets.append(defaults)
    found = packaged_parameters(model.key, pattern.key) if is_packaged else None
    return sets if found is None else [*sets, KnownSet(found, model.dt, None, "replicated")]


def published_sets(model: NeuronModel, pattern: Protocol) -> list[KnownSet]:
    """Return the presets of a model for a pattern, without verdicts."""
    known = pattern.parameters(model)
    return [
        KnownSet({n: x for n, x in preset.parameters.items() if n in known}, preset.dt or model.dt, preset)
        for preset in model.presets
        if preset.pattern == pattern.key
    ]


def default_set(model: NeuronModel, pattern: Protocol) -> KnownSet:
    """Return the defaults of a model and a pattern with their packaged verdict."""
    return _with_verdict(KnownSet({}, model.dt, None), model, pattern)


def _with_verdict(one: KnownSet, model: NeuronModel, pattern: Protocol) -> KnownSet:
    title = DEFAULTS if one.preset is None else one.preset.title
    if not (model.is_builtin and is_builtin(pattern)):
        return one
    status, failed_test = _verdicts().get((model.key, pattern.key), {}).get(title, ("", ""))
    return one._replace(status=status, failed_test=failed_test)


def packaged_set(model: NeuronModel, pattern: Protocol) -> KnownSet | None:
    """Return the first verified set of a built-in model and pattern, or None without one.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> found = packaged_set(pw.models.get("izhikevich"), pw.patterns.get("tonic_bursting"))
    >>> found.preset.title, found.dt
    ('C: tonic bursting', 0.25)
    """
    if model.arithmetic is not None and model.exact is not None:
        return _rounded_set(model.exact, model.arithmetic, pattern)
    return next((one for one in known_sets(model, pattern) if one.verified), None)


def _rounded_set(neuron: NeuronModel, arithmetic: Arithmetic, pattern: Protocol) -> KnownSet | None:
    """Return the packaged set of a neuron in float64 with rounded parameters.

    It has no status, because the packaged verdict applies to the exact parameters only.
    """
    exact = packaged_set(neuron, pattern)
    if exact is None:
        return None
    rounded = arithmetic.rounded(neuron.defaults() | dict(exact.parameters))
    return exact._replace(parameters=rounded, status="", failed_test="", format=arithmetic.name)


def packaged_rows(model: NeuronModel) -> dict[str, Mapping[str, str]]:
    """Return the rows of the packaged table by pattern, with entries as in the file, empty for a custom model."""
    if not model.is_builtin:
        return {}
    return {pattern: row for (name, pattern), row in _rows().items() if name == model.key}


@checked
def packaged_parameters(model: str, pattern: str) -> Mapping[str, float] | None:
    """Return the verified set of the packaged table for a model and a pattern, or None without one.

    Parameters
    ----------
    model, pattern : str
        Keys of the model and the pattern.

    Returns
    -------
    mapping of str to float, or None
        Model and stimulus parameters.

    Examples
    --------
    >>> from plausiwidgets.assessment import packaged_parameters
    >>> sorted(packaged_parameters("lif", "tonic_spiking"))[:3]
    ['amplitude', 'holding', 't_ref']
    >>> packaged_parameters("lif", "tonic_bursting") is None
    True
    """
    row = _rows().get((model, pattern))
    return json.loads(row["parameters"]) if row is not None and row["status"] == "replicated" else None


def verified_defaults() -> frozenset[tuple[str, str]]:
    """Return the pairs of model and pattern whose defaults are verified."""
    return frozenset(
        pair for pair, sets in _verdicts().items() if DEFAULTS in sets and sets[DEFAULTS][0] == "replicated"
    )


def verdict_rows() -> list[dict[str, str]]:
    """Return the rows of `VERDICTS` with entries as in the file."""
    return list(_lines(data_file(VERDICTS).read_text(encoding="utf-8")))


def rows_of(text: str) -> dict[tuple[str, str], dict[str, str]]:
    """Return the rows of a CSV table by model and pattern, with entries as in the text.

    This parser is 50 times as fast as pandas.
    """
    return {(row["model"], row["pattern"]): row for row in _lines(text)}


def data_file(name: str) -> Traversable:
    """Return the path of a file of packaged sets."""
    return files("plausiwidgets") / "patterns" / "data" / name


def read_again() -> None:
    """Clear the cached files, so that changed files are read when they are next used."""
    _rows.cache_clear()
    _verdicts.cache_clear()


@cache
def _rows() -> dict[tuple[str, str], dict[str, str]]:
    return rows_of(data_file(TABLE).read_text(encoding="utf-8"))


@cache
def _verdicts() -> dict[tuple[str, str], dict[str, tuple[str, str]]]:
    """Return the status and the failed test of each packaged set, by model and pattern and by title of the set."""
    found: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    for row in verdict_rows():
        found.setdefault((row["model"], row["pattern"]), {})[row["set"]] = row["status"], row["failed_test"]
    return found


def _lines(text: str) -> csv.DictReader[str]:
    return csv.DictReader(io.StringIO(text, newline=""))
