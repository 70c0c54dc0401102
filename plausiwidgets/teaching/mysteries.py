"""Mysteries: exercises whose target is the recorded response of a neuron with hidden parameters."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from plausiwidgets.engine.traces import Traces
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Floats
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.models.simulate import broadcast
from plausiwidgets.patterns import Verdict
from plausiwidgets.patterns import get as get_pattern
from plausiwidgets.patterns.all_of import Judged, judged
from plausiwidgets.patterns.evaluation import complete, evaluate, single
from plausiwidgets.patterns.packaged import KnownSet, known_sets
from plausiwidgets.patterns.registry import Named
from plausiwidgets.recordings.from_recording import from_recording
from plausiwidgets.support.arguments import checked, whole
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.teaching.physiological_starts import (
    FAR,
    drawn,
    missed_by_each,
    points,
    share_of,
    value_at,
    visible_start,
)
from plausiwidgets.texts import marked, tr

KEY = "mystery"
"""Key of the pattern that matches the response of a mystery."""

HIDING = 0.16
"""Maximum distance of a hidden parameter from a known set, as a share of its slider."""
AWAY = (0.15, 0.5)
"""Minimum and maximum distance of a first start from the hidden set, as shares of the slider."""
TRIED = 64
"""Number of candidates for a hidden set, and number for a start."""
CHOSEN = 6
"""Number of starts that are tested more thoroughly."""
MARGIN = 0.25
"""Time that a figure shows after the last spike of the response, as a share of the time until this spike."""
BEFORE_IT, MIN_MARGIN = 20.0, 60.0
"""Time in ms that a figure shows before the onset, and minimum time after the last spike."""
DRAWS = 6
"""Maximum number of draws of the hidden parameters, because their change may not affect the response."""

QUESTION = marked(
    "The target is a neuron with hidden parameters. Find parameters with which your neuron fires at the same times."
)
HINTS = (
    marked("First match the number of spikes, then the time of the first spike, then the interspike intervals."),
    marked("Move one slider at a time from end to end, watch what changes, then undo."),
)


class _Hidden(NamedTuple):
    """Hidden neuron with a start.

    `points` measures how well the start matches the target. It exceeds 100 if the response does not depend on each
    hidden parameter.
    """

    pattern: Judged
    names: tuple[str, ...]
    parameters: Mapping[str, float]
    known: Mapping[str, float]
    start: Mapping[str, float]
    points: int


@checked
def mystery(model: str | NeuronModel, pattern: Named, seed: int = 0, *, moved: int = 3) -> Exercise:
    """Return an exercise to find the hidden parameters of a neuron that shows a pattern.

    The function changes some parameters of a known set at random, such that the set still shows the pattern. The hidden
    parameters meet every criterion of the exercise, and the parameters at the start do not. If possible, the criteria
    are also not met when a single parameter is at its start, so that the response depends on each hidden parameter.
    Equal arguments give the same neuron on every machine.

    Parameters
    ----------
    model, pattern
        Arguments of :func:`plausiwidgets.judge`.
    seed : int
        Seed of the random numbers, at least 0.
    moved : int
        Number of parameters to hide, at least 1. Fewer are hidden if the response depends on fewer parameters.

    Returns
    -------
    Exercise
        Exercise whose `free` parameters are hidden. The method :meth:`Exercise.reveal` returns them.

    Raises
    ------
    ValueError
        If a name is unknown, if the pattern has no criteria, or if no known set of the model shows it.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> hidden = pw.teaching.mystery("izhikevich", "tonic_bursting", seed=7)
    >>> hidden.free, hidden.link
    (('a', 'b', 'c'), 'mystery=izhikevich.tonic_bursting.7')
    """
    neuron, about = get_model(model), judged(get_pattern(pattern), "used in a mystery")
    seed, moved = whole("mystery", "seed", seed, 0), whole("mystery", "moved", moved, 1)
    numbers = [seed, zlib.crc32(neuron.key.encode()), zlib.crc32(about.key.encode())]
    random = np.random.default_rng(numbers)
    free = [name for name, p in neuron.parameters.items() if p.vary]
    # A custom model or pattern has no known sets, but its defaults may show the pattern.
    for known in known_sets(neuron, about) or [KnownSet({}, neuron.dt, None)]:
        base = {name: float(value) for name, value in complete(neuron, about, known.parameters).items()}
        nearest: _Hidden | None = None
        seen = _shown_by(neuron, about, seed, free, base, known.dt)
        for _ in range(DRAWS):
            chosen = random.choice(len(seen), size=min(moved, len(seen)), replace=False)
            names = tuple(seen[i] for i in sorted(chosen.tolist()))
            found = _hidden_near(neuron, about, seed, names, base, known.dt, random)
            if found is not None and (nearest is None or found.points < nearest.points):
                nearest = found
            if nearest is not None and nearest.points <= FAR:
                break
        if nearest is not None:
            target, names, hidden, solution, start, _ = nearest
            # The draws of the start have their own generator, so that they do not affect the hidden neuron.
            own = np.random.default_rng([*numbers, 1])
            start = MappingProxyType(visible_start(neuron, target, solution, start, names, known.dt, own))
            return Exercise(
                QUESTION,
                names,
                HINTS,
                model=neuron,
                pattern=target,
                start=start,
                dt=known.dt,
                about=about,
                seed=seed,
                _hidden=MappingProxyType(hidden),
            )
    raise ValueError(
        f"mystery: the package has no parameter set of {neuron.title} that shows {about.title}. Add one to the model "
        "as a Preset, or choose another pattern."
    )


def _shown_by(
    model: NeuronModel, about: Judged, seed: int, free: Sequence[str], base: Mapping[str, float], dt: float
) -> list[str]:
    """Return the names of the parameters whose change affects the response of a known set the most.

    Each parameter is changed alone along its slider.
    """
    potential = model.states[0].key
    verdict = evaluate(model, about, {name: np.full(1, x) for name, x in base.items()}, dt, record=(potential,))
    matched = _matching(model, about, seed, single(verdict, 0)) if verdict.accepted[0] else None
    if matched is None:
        return list(free)
    pattern, known, _ = matched
    names, values = [], []
    for name in free:
        p = model.parameters[name]
        shares = np.array([share_of(p, base[name]) + sign * away for sign in (-1.0, 1.0) for away in (*AWAY, HIDING)])
        places = value_at(p, shares[(shares >= 0.0) & (shares <= 1.0)])
        names += [name] * len(places)
        values += places.tolist()
    moved = np.array(names)
    sets = {
        name: np.where(moved == name, values, float(x)) if name in free else np.full(moved.size, float(x))
        for name, x in known.items()
    }
    lost = evaluate(model, pattern, sets, dt).loss > 0.0
    share = {name: float(lost[moved == name].mean()) for name in dict.fromkeys(names)}
    return [name for name in share if share[name] == max(share.values()) or share[name] == 1.0]


def _matching(
    model: NeuronModel, about: Judged, seed: int, verdict: Verdict
) -> tuple[Judged, Mapping[str, Floats], Traces | None] | None:
    """Return the pattern that matches the response of an accepted set, with the values and the response.

    The result is None if the response cannot be matched. Without a spike to match, the pattern is the original one.
    """
    trace = _matched_trace(about, verdict)
    if trace is None:
        pattern: Judged = about
        known = complete(model, pattern, verdict.parameters)
    else:
        pattern = from_recording(
            trace.t,
            v=trace.v[0],
            spikes=trace.spike_times[0],
            current=trace.current[0],
            key=KEY,
            title=tr("Mystery {seed}", seed=seed),
            compare=["spikes"],
        )
        last = float(trace.spike_times[0][-1])
        shown = min(last + max(MARGIN * last, MIN_MARGIN), float(trace.t[-1]))
        pattern = replace(pattern, in_sentence=pattern.title, event=(-BEFORE_IT, shown))
        known = complete(model, pattern, {name: float(verdict.parameters[name]) for name in model.parameters})
    matches = evaluate(model, pattern, broadcast(known), verdict.dt).loss[0] == 0.0
    return (pattern, known, trace) if matches else None


def _hidden_near(
    model: NeuronModel,
    about: Judged,
    seed: int,
    names: tuple[str, ...],
    base: Mapping[str, float],
    dt: float,
    random: np.random.Generator,
) -> _Hidden | None:
    """Return a hidden neuron with some parameters moved from a known set, or None."""
    candidates = {name: np.full(TRIED, value) for name, value in base.items()}
    for name in names:
        p = model.parameters[name]
        candidates[name] = value_at(p, share_of(p, base[name]) + random.uniform(-HIDING, HIDING, TRIED))
    candidates = {name: np.append(values, base[name]) for name, values in candidates.items()}  # append the known set
    verdict = evaluate(model, about, candidates, dt, record=(model.states[0].key,))
    for place in np.flatnonzero(verdict.accepted)[:2]:
        found = _with_start(model, about, seed, names, dt, single(verdict, int(place)), random)
        if found is not None:
            return found
    return None


def _with_start(
    model: NeuronModel,
    about: Judged,
    seed: int,
    names: tuple[str, ...],
    dt: float,
    verdict: Verdict,
    random: np.random.Generator,
) -> _Hidden | None:
    """Return the hidden neuron of an accepted set with a start.

    The result is None if its response cannot be matched, or if every start matches it.
    """
    matched = _matching(model, about, seed, verdict)
    if matched is None:
        return None
    pattern, complete_set, trace = matched
    known = {name: float(value) for name, value in complete_set.items()}
    starts = drawn(model, known, names, AWAY, TRIED, random)
    begun = evaluate(model, pattern, starts, dt)
    good = (begun.loss > 0.0) & ~begun.diverged
    if not good.any():
        return None
    earned = points(begun.loss, begun.criteria)
    # Prefer a start far from the target that fires, but not much more often than the hidden neuron.
    spikes = {check.key: check.value for check in begun.criteria}.get("n", np.zeros(TRIED))
    usual = 1 if trace is None else int((trace.spike_times[0] >= 0.0).sum())
    calm = (spikes <= 2 * usual + 2) & (spikes >= 1)
    order = np.lexsort((np.arange(TRIED), ~calm, earned > FAR, ~good))[:CHOSEN]
    order = order[good[order]]
    # The user must find each hidden parameter, so each parameter alone at its start must miss the response.
    each = missed_by_each(model, pattern, known, starts, names, dt, order)
    place = int(order[each.argmax()])
    start = {name: float(values[place]) for name, values in starts.items()}
    hidden = {name: float(verdict.parameters[name]) for name in model.parameters}
    return _Hidden(pattern, names, hidden, known, start, int(earned[place]) if each.any() else 101)


def _matched_trace(about: Judged, verdict: Verdict) -> Traces | None:
    """Return the sweep to match, or None if no sweep has a spike.

    It is the main sweep if it has a spike, and otherwise the sweep with the most spikes.
    """
    traces = [trace for trace in verdict.traces.values() if (trace.spike_times[0] >= 0.0).any()]
    main = verdict.traces.get(about.main_sweep)
    if main is not None and (main.spike_times[0] >= 0.0).any():
        return main
    return max(traces, key=lambda trace: trace.spike_times[0].size, default=None)


def score(verdict: Verdict) -> int:
    """Return how well a response is matched, from 0 to 100, where 100 means that every criterion is met.

    Criteria that every neuron at rest meets, such as silence before the onset, do not count.
    """
    return 100 if verdict.accepted else min(99, int(points(np.float64(verdict.loss), verdict.criteria)))
