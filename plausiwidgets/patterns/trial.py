"""Test the functions of a pattern when it is created, and reject functions that return wrong numbers.

``sweeps``, ``measure`` and ``procedure`` are called for synthetic neurons (:mod:`plausiwidgets.patterns.synthetic`):
for all of them at once, for single neurons, for some of them, in different orders and for many neurons. A function
that mixes its parameter sets (with `.mean()` over all sets, `[0]` or `argsort`) returns different results in these
calls.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.current import MAX_GIVEN
from plausiwidgets.engine.piece import Floats
from plausiwidgets.patterns.response import Graded, Measurement
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.patterns.synthetic import DT, MISTAKES, SETS, UntriableError, bench_of
from plausiwidgets.support.arguments import bounded, numbers, shown

MAX_TIME = 1e6
"""Longest time in ms of a sweep, unless the environment allows more."""

_COMPANIES = [
    np.array(sets)
    for sets in (
        *([i] for i in range(SETS)),
        [2, 0, 1],
        [4, 3],
        [0, 1],
        [5, 2, 6, 4],
        [7, 6, 5, 4, 3],
        [*reversed(range(SETS))],
        [3, 3],
    )
]
"""Sets that are tried again, in this order: each alone, some, and all the other way round."""
_FEW = np.array([1])
"""A set of one spike."""
_MANY = np.arange(130) % SETS
"""Sets in a large batch."""
_MAX_SAMPLES = 2e6
"""Samples of potentials up to which a large batch is tried."""
_TOGETHER = (
    "The result of a parameter set must not depend on other sets. Compute with arrays of shape [n], and reduce over "
    "the last axis only: write `np.nanmean(times, axis=-1)` instead of `times.mean()`. Do not use `[0]`, and do not "
    "sort over the sets."
)

_tried = ContextVar("tried", default=True)


@contextmanager
def untried() -> Iterator[None]:
    """Make the package's own patterns without a trial, a fifth of an explorer's start otherwise: tests try them."""
    token = _tried.set(False)
    try:
        yield
    finally:
        _tried.reset(token)


def is_needed() -> bool:
    """Return whether a pattern that is made now has to be tried."""
    return _tried.get()


def try_sweeps(pattern: Any) -> dict[str, Sweep]:
    """Return the sweeps of a protocol for the made-up neurons, checked; a ValueError says what to change."""
    where, s = f"pattern {pattern.key!r}", _values(pattern)

    def sweeps(sets: NDArray[np.intp]) -> dict[str, Sweep]:
        return _checked(where, _called(pattern, "sweeps", _taken(s, sets)), sets.size)

    made = sweeps(np.arange(SETS))
    for sets in _COMPANIES:
        again = sweeps(sets)
        if [*again] != [*made] or any(len(again[x].pieces) != len(made[x].pieces) for x in made):
            one, other = ({x: len(sweep.pieces) for x, sweep in y.items()} for y in (made, again))
            raise ValueError(
                f"{where}: sweeps must return the same names and numbers of pieces for all values, got {one} for some "
                f"values and {other} for other values. To leave out a piece, set its amplitude to 0."
            )
        for name, sweep in made.items():
            refuse_mixed(f"{where}: sweeps", _numbers(name, sweep), _numbers(name, again[name]), sets, SETS, named=str)
    simulated = pattern.durations(s)
    for name, sweep in made.items():
        bounded(where, f"longest time (ms) of sweep {name!r}", simulated[name], MAX_TIME)
        _check_windows(f"{where}: sweep {name!r}", sweep, simulated[name])
    return made


def try_features(pattern: Any, sweeps: Mapping[str, Sweep], own: Sequence[str]) -> dict[str, ArrayLike | Graded] | None:
    """Return what a pattern measures of the made-up neurons, checked; None where it needs a parameter of the neuron.

    A ValueError says what to change.

    Parameters
    ----------
    sweeps : mapping of str to Sweep
        Those of the pattern: a large batch is left out where they record too long a potential.
    own : sequence of str
        Features that the package measures itself.
    """
    s, what = _values(pattern), "procedure" if pattern.measure is None else "measure"
    where = f"pattern {pattern.key!r}: {what}"

    def of(sets: NDArray[np.intp]) -> Mapping[str, ArrayLike | Graded]:
        runner = bench_of(_taken(s, sets), sets)
        if pattern.measure is None:
            measured = _called(pattern, what, runner)
            if not isinstance(measured, Measurement):
                raise ValueError(f"{where} must return a Measurement, got {type(measured).__name__}.")
            return measured.features
        now = runner.stimulus_values
        features: Mapping[str, ArrayLike | Graded] = _called(
            pattern, what, runner.apply(pattern.sweeps(now), durations=pattern.durations(now)), now
        )
        return features

    windows = [sweep.voltage for sweep in sweeps.values() if sweep.voltage is not None]
    samples = sum(float(np.max(stop) - np.min(start)) for start, stop in windows) / DT
    companies = [*_COMPANIES, *([_MANY] if samples * _MANY.size < _MAX_SAMPLES else [])]
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of an empty row, which the user sees when it is judged
            early = of(_FEW)  # before the others: one that remembers what it has seen gives them another value later
            features = of(np.arange(SETS))
            _check_names(where, features, own)
            refuse_mixed(where, features, early, _FEW, SETS)
            for sets in companies:
                refuse_mixed(where, features, of(sets), sets, SETS)
    except UntriableError:
        return None
    return dict(features)


def _values(pattern: Any) -> SimpleNamespace:
    """Return stimulus values of the made-up neurons: the defaults, and some from all over the ranges."""
    s = SimpleNamespace()
    for k, value in enumerate(pattern.stimulus_parameters):
        # Of irrational steps, so that no two values of a set, and no two sets, have the same place.
        shares = (0.25 + 0.5 * k + (0.382 + 0.236 * k) * np.arange(1, SETS)) % 1.0
        between = value.parameter(1.0, value.unit or "current").from_unit(shares)
        setattr(s, value.key, np.array([value.default, *between]))
    return s


def _taken(s: SimpleNamespace, sets: NDArray[np.intp]) -> SimpleNamespace:
    return SimpleNamespace(**{name: value[sets].copy() for name, value in vars(s).items()})


def _called(pattern: Any, what: str, *args: object) -> Any:
    """Call a function of the pattern and return the result; an exception becomes a ValueError."""
    try:
        return getattr(pattern, what)(*args)
    except Exception as error:
        # A procedure may accept certain neurons only, and reject a synthetic one.
        if what == "procedure" and not isinstance(error, MISTAKES):
            raise UntriableError(what) from error
        raise ValueError(
            f"pattern {pattern.key!r}: {what} raised {type(error).__name__} ({error}) for a synthetic neuron that is "
            "silent, fires once or fires many spikes. Return nan for a feature that cannot be computed. "
            f"Available stimulus_parameters: {', '.join(pattern.stimulus_names) or 'none'}."
        ) from error


def _check_names(where: str, features: object, own: Sequence[str]) -> None:
    if not isinstance(features, Mapping):
        raise ValueError(f"{where} must return a dict of feature → values, got {type(features).__name__}.")
    taken = [name for name in own if name in features]
    if taken:
        raise ValueError(
            f"{where} must not return {', '.join(map(repr, taken))}, which is measured for every pattern. Choose "
            "another name, or remove the feature."
        )
    for name, feature in features.items():
        for value in _entries(feature):
            if numbers(value) is None:
                raise ValueError(
                    f"{where.rpartition(':')[0]}: feature {name!r} must be a number or nan for each parameter set, got "
                    f"{shown(value)}."
                )


def refuse_mixed(
    where: str,
    together: Mapping[str, ArrayLike | Graded],
    again: Mapping[str, ArrayLike | Graded],
    sets: NDArray[np.intp],
    n: int,
    named: Callable[[str], str] = repr,
) -> None:
    """Raise a ValueError if values of n sets computed `together` differ from values of some sets computed `again`."""
    for name, feature in together.items():
        for whole, part in zip(_entries(feature), _entries(again.get(name, np.nan)), strict=False):
            if np.shape(whole) not in ((), (n,)) or np.shape(part) not in ((), (sets.size,)):
                continue  # a wrong shape is an error only if a criterion uses the feature
            expected, found = _per_set(whole, n)[sets], _per_set(part, sets.size)
            bad = np.flatnonzero(~np.isclose(found, expected, 1e-9, 1e-12, equal_nan=True))
            if bad.size:
                raise ValueError(
                    f"{where} returns a different {named(name)} for a parameter set if the other sets change "
                    f"({found[bad[0]]:g} and {expected[bad[0]]:g}). {_TOGETHER}"
                )


def _checked(where: str, sweeps: object, n: int) -> dict[str, Sweep]:
    if not isinstance(sweeps, Mapping) or not sweeps or not all(isinstance(x, Sweep) for x in sweeps.values()):
        raise ValueError(f"{where}: sweeps must return a dict of name → Sweep, got {shown(sweeps)}.")
    for name, sweep in sweeps.items():
        bounded(where, f"number of pieces of sweep {name!r}", float(len(sweep.pieces)), MAX_GIVEN)
        for what, value in _numbers(name, sweep).items():
            if np.shape(value) not in ((), (n,)):
                raise ValueError(
                    f"{where}: the {what} must be a number or have the shape [n], one value for each parameter set, "
                    f"got the shape {list(np.shape(value))} for {n} sets."
                )
            if " of piece " in what and not np.isfinite(np.asarray(value, dtype=np.float64)).all():
                raise ValueError(f"{where}: the {what} must be finite, got {shown(value)}.")
        ends = _per_set(sweep.end, n)
        if not (np.isfinite(ends).all() and (ends > 0).all()):
            raise ValueError(
                f"{where}: the end of sweep {name!r} must be a finite time > 0 (ms), got {shown(sweep.end)}."
            )
    return dict(sweeps)


def _numbers(name: str, sweep: Sweep) -> dict[str, ArrayLike]:
    """Return every number of a sweep that may differ from set to set, by what it is."""
    window = dict(zip(("begin of response", "end of response"), sweep.response or (), strict=False))
    pieces = {
        f"{words} of piece {k + 1}": getattr(piece, field)
        for k, piece in enumerate(sweep.pieces)
        for field, words in piece.WORDS.items()
    }
    return {f"{what} of sweep {name!r}": value for what, value in ({"end": sweep.end} | window | pieces).items()}


def _check_windows(where: str, sweep: Sweep, simulated: float) -> None:
    start, stop = (_per_set(x, SETS) for x in sweep.window)
    end, slack = _per_set(sweep.end, SETS), 1e-9 * simulated
    bad = (start < -slack) | (stop > end + slack) | (start >= stop)
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        raise ValueError(
            f"{where}: response must be within 0 to {end[i]:g} ms, the end of the sweep, got {start[i]:g} to "
            f"{stop[i]:g} ms."
        )
    if sweep.voltage is not None:
        if any(np.ndim(x) for x in sweep.voltage):
            raise ValueError(
                f"{where}: voltage must be two times in ms, the same for all parameter sets, got "
                f"{shown(sweep.voltage)}."
            )
        first, last = (float(x) for x in sweep.voltage)
        if not -slack <= first < last <= simulated + slack:
            raise ValueError(
                f"{where}: voltage must be within 0 to {simulated:g} ms, the longest end of the sweep, got {first:g} "
                f"to {last:g} ms."
            )


def _entries(feature: ArrayLike | Graded) -> tuple[ArrayLike, ...]:
    return (feature.value, feature.progress) if isinstance(feature, Graded) else (feature,)


def _per_set(value: ArrayLike, n: int) -> Floats:
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (n,))
