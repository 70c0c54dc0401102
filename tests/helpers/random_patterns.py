"""Random custom patterns whose features are also computed by hand from spike times."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import plausiwidgets as pw
from plausiwidgets.patterns import features as f

SLACK = 0.35
"""Tolerance in ms of a spike time in a simulation by hand, which is a few time steps."""

ENDS: dict[str, Callable[[Any], Any]] = {
    "constant": lambda s: 300.0,
    "longer with the width": lambda s: s.width + 200.0,
    "shorter with the delay": lambda s: 400.0 - s.delay,
    "of the longer": lambda s: np.maximum(s.width, s.delay) + 150.0,
    "of the difference": lambda s: 250.0 + np.abs(s.width - s.delay),
    "shortest within": lambda s: 200.0 + 0.01 * (s.delay - 100.0) ** 2,
    "longest within": lambda s: 400.0 - 0.01 * (s.delay - 100.0) ** 2,
}
WINDOWS: dict[str, Callable[[Any, Any], Any]] = {
    "none": lambda s, end: None,
    "whole": lambda s, end: (0.0, end),
    "from the delay": lambda s, end: (s.delay * 0.5, end),
    "first": lambda s, end: (0.0, 100.0),
}


@dataclass(frozen=True)
class Feature:
    """Feature of a pattern, with a second function that computes its (minimum, maximum) from the spikes of one set."""

    measure: Callable[[Any, Any, Any], Any]
    by_hand: Callable[[Any, Any, float], tuple[float, float]]


def counted(t0: Callable[[Any], float], t1: Callable[[Any, float], float]) -> Callable[..., tuple[float, float]]:
    def by_hand(times: Any, s: Any, end: float) -> tuple[float, float]:
        a, b = t0(s), t1(s, end)
        least = np.count_nonzero((times >= a + SLACK) & (times < b - SLACK))
        return float(least), float(np.count_nonzero((times >= a - SLACK) & (times < b + SLACK)))

    return by_hand


def first_by_hand(times: Any, s: Any, end: float) -> tuple[float, float]:
    late = times[(times >= s.delay - SLACK) & (times < end + SLACK)] - s.delay
    surely = times[(times >= s.delay + SLACK) & (times < end - SLACK)] - s.delay
    if not late.size:
        return np.nan, np.nan
    return late[0] - SLACK, (surely[0] if surely.size else np.inf) + SLACK


def interval_by_hand(times: Any, s: Any, end: float) -> tuple[float, float]:
    surely, perhaps = times[times < end - SLACK], times[times < end + SLACK]
    if surely.size != perhaps.size:
        return -np.inf, np.inf
    mean = float(np.mean(np.diff(surely))) if surely.size > 1 else np.nan
    return mean - SLACK, mean + SLACK


FEATURES: dict[str, Feature] = {
    "n": Feature(lambda r, s, name: r[name].count(), counted(lambda s: 0.0, lambda s, end: end)),
    "early": Feature(lambda r, s, name: r[name].count(0.0, s.width), counted(lambda s: 0.0, lambda s, end: s.width)),
    "late": Feature(lambda r, s, name: r[name].count(s.delay, None), counted(lambda s: s.delay, lambda s, end: end)),
    "latency": Feature(lambda r, s, name: r[name].first(s.delay) - s.delay, first_by_hand),
    "interval": Feature(lambda r, s, name: f.mean(f.intervals(r[name].window())), interval_by_hand),
}


@dataclass(frozen=True)
class Drawn:
    """Random pattern."""

    make: Callable[[], pw.Pattern]
    by_hand: dict[str, tuple[str, Callable[..., tuple[float, float]]]]  # sweep and function of each criterion
    sweeps: Callable[[Any], dict[str, pw.Sweep]]  # sweeps of the pattern, also for plain numbers


def draw(seed: int) -> Drawn:
    """Return the pattern for a seed."""
    rng = np.random.default_rng(seed)

    def pick(entries: dict[str, Any]) -> tuple[str, Any]:
        name = list(entries)[int(rng.integers(len(entries)))]
        return name, entries[name]

    names = ["one", "two"][: int(rng.integers(1, 3))]
    ends = {x: pick(ENDS)[1] for x in names}
    windows = {x: pick(WINDOWS)[1] for x in names}
    shapes = {x: rng.choice(["pulse", "ramp", "pair"]) for x in names}

    def sweeps(s: Any) -> dict[str, pw.Sweep]:
        made = {}
        for x in names:
            pieces = {
                "pulse": lambda: [pw.pulse(s.delay, s.width, s.amplitude)],
                "ramp": lambda: [pw.ramp(0.0, s.width, s.amplitude)],
                "pair": lambda: [pw.pulse(0.0, s.width, s.amplitude), pw.pulse(s.delay, 30.0, 0.5 * s.amplitude)],
            }[shapes[x]]()
            end = ends[x](s)
            made[x] = pw.Sweep(pieces, end, response=windows[x](s, end))
        return made

    features: dict[str, tuple[str, Feature]] = {}
    for k in range(int(rng.integers(1, 4))):
        name, feature = pick(FEATURES)
        features[f"{name}_{k}"] = (names[int(rng.integers(len(names)))], feature)

    def make() -> pw.Pattern:
        return pw.Pattern(
            key=f"drawn_{seed}",
            title=f"Drawn {seed}",
            stimulus_parameters=[
                pw.StimulusParameter("amplitude", 1.0, 0.2, 3.0, of="current", limits=(0.0, None)),
                pw.StimulusParameter("width", 80.0, 20.0, 150.0, unit="ms"),
                pw.StimulusParameter("delay", 50.0, 0.0, 200.0, unit="ms"),
            ],
            sweeps=sweeps,
            measure=lambda r, s: {x: feature.measure(r, s, sweep) for x, (sweep, feature) in features.items()},
            criteria=[pw.Criterion(x, x, "Drawn.", "1", low=0.0, high=5.0) for x in features],
        )

    return Drawn(make, {x: (sweep, feature.by_hand) for x, (sweep, feature) in features.items()}, sweeps)
