"""Sweeps as formulas of the stimulus values, for a page that computes a current without Python.

A pattern's ``sweeps(s)`` is called with symbolic stimulus values. The formulas are compared with the function at random
values from all over their ranges, and refused unless they agree to the last bit. The sweeps that a procedure chooses
for a neuron (such as those just above its rheobase) have no formulas; :func:`applied_sweeps` returns them for one set
of values.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.bench import Bench
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.response import Mask, Responses
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.simulation.current import Floats
from plausiwidgets.simulation.formula import OPERATIONS, Formula, Tree, tree_of

_CHECKED_AT, _CHECKED = 50, 5000
"""Random values at which the formulas are compared with the function; fewer where so many pieces were compared."""


def value_of(tree: Tree, values: Mapping[str, float]) -> float:
    """Return the value of a tree.

    Examples
    --------
    >>> value_of(["+", ["*", 2.0, "width"], 300.0], {"width": 5.0})
    310.0
    """
    if isinstance(tree, str):
        return float(values[tree])
    if isinstance(tree, list):
        return float(OPERATIONS[tree[0]](*(value_of(operand, values) for operand in tree[1:])))
    return float(tree)


def sweep_formulas(pattern: Protocol, prefix: str = "") -> dict[str, dict[str, Any]] | None:
    """Return the sweeps of a pattern without parts as formulas, or None where they are none.

    Parameters
    ----------
    prefix : str
        Before the names of its stimulus values.

    Returns
    -------
    dict of str to dict
        For each sweep ``pieces``, each a list of the trees of on, off, start and end; ``end``; and ``duration``, the
        time in ms to simulate, as `Protocol.durations` has it.

    Examples
    --------
    >>> from plausiwidgets import patterns
    >>> sweep_formulas(patterns.get("rebound_spike"))["release"]["end"]
    ['+', 'width', 500.0]
    """
    if pattern.sweeps is None:
        return {}
    names = {value.key: Formula(prefix + value.key) for value in pattern.free_values}
    try:
        sweeps = {name: _trees(sweep) for name, sweep in pattern.sweeps(SimpleNamespace(**names)).items()}
        if names:
            durations = pattern.durations(SimpleNamespace(**names))
        for name, sweep in sweeps.items():
            sweep["duration"] = tree_of(durations[name]) if names else sweep["end"]
    except Exception:  # a custom function may do anything with its values
        return None
    return sweeps if _is_right(pattern, prefix, sweeps) else None


def _trees(sweep: Sweep) -> dict[str, Any]:
    pieces = [[tree_of(x) for x in (p.on, p.off, p.first, p.last)] for p in sweep.pieces]
    return {"pieces": pieces, "end": tree_of(sweep.end)}


def _is_right(pattern: Protocol, prefix: str, formulas: Mapping[str, Mapping[str, Any]]) -> bool:
    rng = np.random.default_rng(0)
    pieces = sum(len(sweep["pieces"]) for sweep in formulas.values())
    for _ in range(min(_CHECKED_AT, max(_CHECKED // max(pieces, 1), 3))):
        values = {v.key: np.array([v.parameter(1.0, "").from_unit(rng.random())]) for v in pattern.free_values}
        numbers = {prefix + name: float(value[0]) for name, value in values.items()}
        durations = pattern.durations(SimpleNamespace(**values))
        sweeps = pattern.sweeps_at(values)
        if list(sweeps) != list(formulas):
            return False
        for name, sweep in sweeps.items():
            if sweep_numbers(sweep, durations[name]) != numbers_of(formulas[name], numbers):
                return False
    return True


def numbers_of(formulas: Mapping[str, Any], values: Mapping[str, float]) -> dict[str, Any]:
    """Return the formulas of a sweep with numbers in place of the trees."""
    pieces = [[value_of(tree, values) for tree in piece] for piece in formulas["pieces"]]
    return {"pieces": pieces} | {name: value_of(formulas[name], values) for name in ("end", "duration")}


def sweep_numbers(sweep: Sweep, duration: float) -> dict[str, Any]:
    """Return a sweep of one set as :func:`numbers_of` does."""
    pieces = [[_number(x) for x in (p.on, p.off, p.first, p.last)] for p in sweep.pieces]
    return {"pieces": pieces, "end": _number(sweep.end), "duration": float(duration)}


def _number(value: Any) -> float:
    return float(np.ravel(value)[0])


def applied_sweeps(
    model: NeuronModel, pattern: Protocol, values: Mapping[str, float], dt: float
) -> dict[str, dict[str, Any]]:
    """Return the sweeps that a pattern's procedure applies to a neuron, and shows, as :func:`numbers_of` does.

    Parameters
    ----------
    values : mapping of str to float
        Every parameter of the model and every stimulus value of the pattern.
    dt : float
        Time step in ms.
    """
    bench = _Listening(model, {name: np.array([value]) for name, value in values.items()}, dt)
    with np.errstate(invalid="ignore"):
        pattern.measured_on(bench)
    return bench.applied


class _Listening(Bench):
    """Notes the sweeps of its one set."""

    def __init__(self, model: NeuronModel, values: Mapping[str, Floats], dt: float) -> None:
        super().__init__(model, values, dt, record=(model.states[0].key,))
        self.applied: dict[str, dict[str, Any]] = {}

    def apply(
        self, sweeps: Mapping[str, Sweep], *, graded: str = "", durations: Mapping[str, float] | None = None,
        only: Mask | None = None, keep: bool = True,
    ) -> Responses:  # fmt: skip
        if keep and (only is None or only[0]):
            longest = max(_number(sweep.end) for sweep in sweeps.values())
            for name, sweep in sweeps.items():
                self.applied[name] = sweep_numbers(sweep, longest if durations is None else durations[name])
        return super().apply(sweeps, graded=graded, durations=durations, only=only, keep=keep)
