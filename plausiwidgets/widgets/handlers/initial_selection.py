"""Initial parameter sets of a model and a pattern: a set that shows the pattern, or a set to tune."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from plausiwidgets.models import NeuronModel, Parameter
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.packaged import known_sets, packaged_set
from plausiwidgets.patterns.parameter_set import parameter_set
from plausiwidgets.patterns.registry import Named
from plausiwidgets.widgets.handlers.link import read_query
from plausiwidgets.widgets.handlers.selection import Selection, Turn

MOVED = 3
"""Number of parameters that an exercise moves simultaneously. A user can restore so few parameters by hand."""

ATTEMPTS = 40
"""Maximum number of moves while the neuron still shows the pattern."""

STEPS = 400
"""Number of positions of a slider. A key press moves the slider by 1/400 of its range."""


def first_set(model: NeuronModel, pattern: Named, dt: float | None = None) -> Selection:
    """Return the parameter set with which the app opens a model and a pattern.

    The set is that of :func:`~plausiwidgets.patterns.parameter_set.parameter_set`.
    """
    plain = Selection.of(model, pattern)
    chosen = parameter_set(plain.model, plain.pattern, None, dt)
    return plain.filled({name: float(value) for name, value in chosen.values.items()}, chosen.dt)


def opened(
    query: str, model: NeuronModel, pattern: Protocol, dt: float | None = None
) -> tuple[Selection, tuple[str, ...]]:
    """Return the selection of a link and notes for the user.

    A link without values opens the first set. If a link has values, but neither a model nor a pattern, the values
    replace those of the first set.
    """
    selection, notes = Selection.from_query(query, model, pattern, dt)
    link = read_query(query, model, pattern)
    if link.values and not link.is_move:
        return selection, notes
    first = first_set(selection.model, selection.pattern, dt if link.dt is None else link.dt)
    return first.filled({**first.values, **link.values}, first.dt).with_locked(link.locked), notes


def my_turn(model: NeuronModel, pattern: Protocol, locked: Sequence[str] = (), seed: int = 0) -> Selection:
    """Return a parameter set that shows the pattern, with some of its parameters moved away.

    The `locked` parameters are not moved. The same seed moves the parameters in the same way. Without such a set, and
    for a stimulus without criteria, the parameters are the model's defaults.

    A set that still shows the pattern or diverges leaves nothing to tune. The caller then continues with
    :func:`moved_further`.
    """
    plain = Selection.defaults(model, pattern).with_locked(locked)
    if not isinstance(pattern, Judged):
        return plain
    known = packaged_set(model, pattern) or next(iter(known_sets(model, pattern)), None)
    if known is None:
        return replace(plain, turn=Turn(plain, seed, 0))
    return _moved(plain.filled(known.parameters, known.dt), seed, 1)


def moved_further(selection: Selection) -> Selection | None:
    """Return the next set to tune, with the parameters moved further, or None without another attempt.

    The result is None if the selection is not a set to tune, and after `ATTEMPTS` attempts.
    """
    turn = selection.turn
    return None if turn is None or turn.attempt >= ATTEMPTS else _moved(turn.solved, turn.seed, turn.attempt + 1)


def _moved(solved: Selection, seed: int, attempt: int) -> Selection:
    random = np.random.default_rng([seed, attempt])
    names = [name for name in solved.values if name in solved.varied]
    chosen = random.choice(names, size=min(MOVED, len(names)), replace=False).tolist() if names else []
    values = dict(solved.values)
    for name in chosen:
        parameter, (low, high) = solved.parameters[name], solved.bounds[name]
        here = float(parameter.to_unit(values[name], low, high))
        # Each attempt moves the parameters further, so the smallest sufficient move is used.
        far = random.uniform(0.06, 0.12) + 0.012 * attempt
        away = far if here < 0.5 else -far  # The side with more room is always wide enough.
        if 0.0 < here - away < 1.0 and random.random() < 0.5:
            away = -away
        place = min(max(here + away, 0.0), 1.0)
        values[name] = dragged(parameter, round(place * STEPS), low, high)
    return replace(solved.filled(values, solved.dt), turn=Turn(solved, seed, attempt))


def dragged(parameter: Parameter, position: int, low: float, high: float) -> float:
    """Return the value at a slider's position (0 to `STEPS`), rounded to the digits that the slider can resolve."""
    if position <= 0:
        return low
    if position >= STEPS:
        return high
    before, here, after = parameter.from_unit(
        [(position - 1) / STEPS, position / STEPS, (position + 1) / STEPS], low, high
    ).tolist()
    step = min(after - here, here - before)
    decimals = max(0, math.ceil(-math.log10(step))) if step > 0 else 12
    return min(max(round(here, decimals), low), high)
