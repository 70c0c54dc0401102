"""Tests of the functions of a pattern when it is created, which reject functions that return wrong numbers.

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
"""Maximum length of a sweep in ms, unless the environment allows more."""

_BATCHES = [
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
"""Batches of sets for repeated calls: each set alone, some sets, and all sets in reverse order."""
_ONE_SPIKE = np.array([1])
"""Batch that contains only the set with one spike."""
_MANY = np.arange(130) % SETS
"""Sets of a large batch."""
_MAX_SAMPLES = 2e6
"""Maximum number of samples of potentials in a large batch."""
_TOGETHER = (
    "The result of a parameter set must not depend on other sets. Compute with arrays of shape [n], and reduce over "
    "the last axis only: write `np.nanmean(times, axis=-1)` instead of `times.mean()`. Do not use `[0]`, and do not "
    "sort over the sets."
)

_tried = ContextVar("tried", default=True)


@contextmanager
def untried() -> Iterator[None]:
    """Skip the tests of built-in patterns within a context, because they would take a fifth of the start of the app."""
    token = _tried.set(False)
    try:
        yield
    finally:
        _tried.reset(token)


def is_needed() -> bool:
    """Return whether patterns that are created now must be tested."""
    return _tried.get()


def try_sweeps(pattern: Any) -> dict[str, Sweep]:
    """Return the sweeps of a protocol for the synthetic neurons, after testing them.

    Raises
    ------
    ValueError
        If the sweeps depend on the other sets of a batch, or have wrong names, shapes or times.
    """
    where, s = f"pattern {pattern.key!r}", _values(pattern)

    def sweeps(sets: NDArray[np.intp]) -> dict[str, Sweep]:
        return _checked(where, _called(pattern, "sweeps", _selected(s, sets)), sets.size)

    made = sweeps(np.arange(SETS))
    for sets in _BATCHES:
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
    """Return the features of a pattern for the synthetic neurons, after testing them.

    Parameters
    ----------
    sweeps : mapping of str to Sweep
        Sweeps of the pattern. The test of a large batch is omitted if they record long potentials.
    own : sequence of str
        Features that are measured for every pattern.

    Returns
    -------
    mapping of str to array or Graded, or None
        None if the functions read a parameter of a model.

    Raises
    ------
    ValueError
        If the features depend on the other sets of a batch, or have wrong names or shapes.
    """
    s, what = _values(pattern), "procedure" if pattern.measure is None else "measure"
    where = f"pattern {pattern.key!r}: {what}"

    def of(sets: NDArray[np.intp]) -> Mapping[str, ArrayLike | Graded]:
        runner = bench_of(_selected(s, sets), sets)
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
    batches = [*_BATCHES, *([_MANY] if samples * _MANY.size < _MAX_SAMPLES else [])]
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # warnings of empty rows, which users see in an evaluation
            early = of(_ONE_SPIKE)  # call it first, because a function with a memory returns other values later
            features = of(np.arange(SETS))
            _check_names(where, features, own)
            refuse_mixed(where, features, early, _ONE_SPIKE, SETS)
            for sets in batches:
                refuse_mixed(where, features, of(sets), sets, SETS)
    except UntriableError:
        return None
    return dict(features)


def _values(pattern: Any) -> SimpleNamespace:
    """Return stimulus values for the synthetic neurons: the defaults, and values from all of the ranges."""
    s = SimpleNamespace()
    for k, value in enumerate(pattern.stimulus_parameters):
        # Use irrational steps, so that no two values of a set, and no two sets, are at the same position in their
        # range.
        shares = (0.25 + 0.5 * k + (0.382 + 0.236 * k) * np.arange(1, SETS)) % 1.0
        between = value.parameter(1.0, value.unit or "current").from_unit(shares)
        setattr(s, value.key, np.array([value.default, *between]))
    return s


def _selected(s: SimpleNamespace, sets: NDArray[np.intp]) -> SimpleNamespace:
    return SimpleNamespace(**{name: value[sets].copy() for name, value in vars(s).items()})


def _called(pattern: Any, what: str, *args: object) -> Any:
    """Call a function of the pattern and return the result, or raise a ValueError if it fails."""
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
    """Return all numbers of a sweep that may differ between sets, by their description."""
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
