"""Starts of mysteries: parameters far from the hidden ones with a physiological response.

In a figure, a response outside the range of the target makes the target flat, and hundreds of spikes hide it. Therefore
starts are drawn until one is at rest before the stimulus, physiological, and within the range of the target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Floats, Parameter
from plausiwidgets.patterns import CriterionResult, Verdict
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.evaluation import evaluate, single
from plausiwidgets.patterns.pattern import COMMON

PATIENT = 4
"""Number of rounds after which a silent start is accepted for a target with spikes."""
DRAWN = 64
"""Number of candidates in a round."""
ROUNDS = ((0.15, 0.5), (0.15, 0.5), (0.15, 0.5), (0.1, 0.35), (0.06, 0.25), (0.03, 0.12))
"""Minimum and maximum distance of a start from the hidden set in each round, as shares of the slider."""
CHOSEN = 6
"""Number of candidates of a round for which each parameter is tested separately."""
FAR = 39
"""Maximum points of a start that is far from the target."""
BEYOND = 0.1
"""Maximum distance of a start from the range of potentials of the target, as a share of that range."""
DIGITS = 4
"""Number of significant digits of drawn values, so that they are equal on every machine."""


def visible_start(
    model: NeuronModel,
    pattern: Judged,
    known: Mapping[str, float],
    start: Mapping[str, float],
    names: Sequence[str],
    dt: float,
    random: np.random.Generator,
) -> dict[str, float]:
    """Return a start whose response can be compared with the target.

    It is `start` itself, or the best candidate of several rounds.

    Parameters
    ----------
    known : mapping of str to float
        Hidden set including the stimulus.
    start : mapping of str to float
        First candidate.
    names : sequence of str
        Names of the hidden parameters. The other values are those of `known`.
    """
    best, quality = dict(start), (-1, 0, 0, 0)
    for k, distances in enumerate(ROUNDS):
        sets = drawn(model, known, names, distances, DRAWN, random)
        if k == 0:
            sets = {name: np.append(start[name], values[1:]) for name, values in sets.items()}
        place, found = _best_of(model, pattern, known, sets, names, dt)
        if found > quality:
            best, quality = {name: float(values[place]) for name, values in sets.items()}, found
        if quality >= (1, 1, 1, 1 if k < PATIENT else 0):
            break
    return best


def drawn(
    model: NeuronModel,
    known: Mapping[str, float],
    names: Sequence[str],
    distances: tuple[float, float],
    count: int,
    random: np.random.Generator,
) -> dict[str, Floats]:
    """Return `count` sets with some parameters moved from a known set by distances along their sliders."""
    sets = {name: np.full(count, float(value)) for name, value in known.items()}
    for name in names:
        p = model.parameters[name]
        share = share_of(p, float(known[name]))
        away = random.uniform(*distances, count) * random.choice([-1.0, 1.0], count)
        away = np.where((share + away < 0.0) | (share + away > 1.0), -away, away)  # reflect it into the slider
        sets[name] = value_at(p, share + away)
    return sets


def _best_of(
    model: NeuronModel,
    pattern: Judged,
    known: Mapping[str, float],
    sets: Mapping[str, Floats],
    names: Sequence[str],
    dt: float,
) -> tuple[int, tuple[int, int, int, int]]:
    """Return the index of the best candidate and its quality.

    The quality contains four flags:

    - the response leaves the target visible
    - each parameter alone misses the target
    - the response is far from the target
    - the response has a spike if the target has one

    All flags are 0 for a candidate that meets all criteria.
    """
    with_target = {name: np.append(values, known[name]) for name, values in sets.items()}
    begun = evaluate(model, pattern, with_target, dt, record=(model.states[0].key,))
    count = begun.loss.size - 1
    far = points(begun.loss, begun.criteria)[:count] <= FAR
    misses = (begun.loss > 0.0)[:count] & ~begun.diverged[:count]
    visible, fires = np.zeros(count, bool), np.zeros(count, bool)
    target = single(begun, count)
    calm = np.logical_and.reduce([np.broadcast_to(c.passed, count + 1) for c in begun.criteria if c.key in COMMON])
    for k in np.flatnonzero(misses):
        visible[k], fires[k] = _is_visible(model, single(begun, int(k)), target)
    visible &= calm[:count]
    order = np.lexsort((np.arange(count), ~fires, ~far, ~visible, ~misses))[:CHOSEN]
    order = order[misses[order]]
    if not order.size:
        return 0, (-1, 0, 0, 0)
    each = missed_by_each(model, pattern, known, sets, names, dt, order)
    found = [(int(visible[k]), int(each[i]), int(far[k]), int(fires[k])) for i, k in enumerate(order)]
    place = max(range(order.size), key=lambda i: (found[i], -i))
    return int(order[place]), found[place]


def missed_by_each(
    model: NeuronModel,
    pattern: Judged,
    known: Mapping[str, float],
    sets: Mapping[str, Floats],
    names: Sequence[str],
    dt: float,
    places: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Return for some candidates whether each parameter, alone at its start, misses the target, shape [places]."""
    alone = {
        name: np.concatenate(
            [x[places] if name == moved else np.full(places.size, float(known[name])) for moved in names]
        )
        for name, x in sets.items()
    }
    return (evaluate(model, pattern, alone, dt).loss > 0.0).reshape(len(names), places.size).all(axis=0)


def _is_visible(model: NeuronModel, begun: Verdict, target: Verdict) -> tuple[bool, bool]:
    """Return whether a response leaves the target visible in every sweep, and whether its spikes suffice.

    A response without spikes suffices only for a target without spikes.
    """
    visible, spikes, wanted = True, 0, 0
    for name, trace in begun.traces.items():
        if name not in target.traces:
            continue  # a procedure has chosen other sweeps
        aim = target.traces[name]
        low, high = float(aim.v[0].min()), float(aim.v[0].max())
        v = trace.v[0]
        fired, usual = (int((x.spike_times[0] >= 0.0).sum()) for x in (trace, aim))
        if model.spike_level is None and usual:
            high = max(high, model.peak)  # a figure draws the spikes up to the peak
        room = BEYOND * (high - low)
        visible = visible and bool((v >= low - room).all() and (v <= high + room).all() and fired <= 2 * usual + 2)
        spikes, wanted = spikes + fired, wanted + usual
    return visible, spikes > 0 or wanted == 0


def share_of(p: Parameter, value: float) -> float:
    """Return the position of a value on its slider, in [0, 1]."""
    return float(np.clip(p.to_unit(value), 0.0, 1.0))


def value_at(p: Parameter, shares: Floats) -> Floats:
    """Return the values at positions of a slider, rounded to `DIGITS` significant digits."""
    values = p.from_unit(np.clip(shares, 0.0, 1.0))
    return p.clip([float(f"{value:.{DIGITS}g}") for value in values])


def points(loss: Floats | np.float64, checks: Sequence[CriterionResult]) -> Floats:
    """Return how well a response is matched, from 0 to 100, rounded down.

    Criteria that every neuron at rest meets, such as silence before the onset, do not count.
    """
    own = [check for check in checks if check.key not in COMMON] or checks
    return np.floor(100.0 * (1.0 - np.minimum(loss / len(own), 1.0)))
