"""First parameter sets of a model and a pattern: one that is known to show it, or one to be tuned."""

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
"""Number of parameters that are moved at once: few enough to be found again by hand."""

ATTEMPTS = 40
"""Most further moves while the neuron still shows the pattern."""

STEPS = 400
"""Positions of a slider: one key press moves it by a four-hundredth of its range."""


def first_set(model: NeuronModel, pattern: Named, dt: float | None = None) -> Selection:
    """Return the set on which the app opens a model and a pattern: see `parameter_set`."""
    plain = Selection.of(model, pattern)
    chosen = parameter_set(plain.model, plain.pattern, None, dt)
    return plain.filled({name: float(value) for name, value in chosen.values.items()}, chosen.dt)


def opened(
    query: str, model: NeuronModel, pattern: Protocol, dt: float | None = None
) -> tuple[Selection, tuple[str, ...]]:
    """Return the selection of a link, and notes, as :meth:`Selection.from_query`; without values, the first set.

    A link of values only, without a model and a pattern, moves these values of the first set.
    """
    selection, notes = Selection.from_query(query, model, pattern, dt)
    link = read_query(query, model, pattern)
    if link.values and not link.is_move:
        return selection, notes
    first = first_set(selection.model, selection.pattern, dt if link.dt is None else link.dt)
    return first.filled({**first.values, **link.values}, first.dt).with_locked(link.locked), notes


def my_turn(model: NeuronModel, pattern: Protocol, locked: Sequence[str] = (), seed: int = 0) -> Selection:
    """Return a set to be tuned: a known one with some of its parameters moved, the same for the same seed.

    What is `locked` is not moved. Without a known set, and for a stimulus that is not judged, it is the model's
    defaults. The judge goes on to :func:`moved_further` while the set shows the pattern or diverges: there must be
    something to be tuned.
    """
    plain = Selection.defaults(model, pattern).with_locked(locked)
    if not isinstance(pattern, Judged):
        return plain
    known = packaged_set(model, pattern) or next(iter(known_sets(model, pattern)), None)
    if known is None:
        return replace(plain, turn=Turn(plain, seed, 0))
    return _moved(plain.filled(known.parameters, known.dt), seed, 1)


def moved_further(selection: Selection) -> Selection | None:
    """Return what to try in place of a turn that shows the pattern or runs away; None for what is no turn."""
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
        far = random.uniform(0.06, 0.12) + 0.012 * attempt  # no further than it takes
        away = far if here < 0.5 else -far  # there is always room on that side
        if 0.0 < here - away < 1.0 and random.random() < 0.5:
            away = -away
        place = min(max(here + away, 0.0), 1.0)
        values[name] = dragged(parameter, round(place * STEPS), low, high)
    return replace(solved.filled(values, solved.dt), turn=Turn(solved, seed, attempt))


def dragged(parameter: Parameter, position: int, low: float, high: float) -> float:
    """Return the value at a slider's position (0 to STEPS), without digits that the slider cannot resolve."""
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
