"""The amplitude windows and sweeps of the patterns, until they state these themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plausiwidgets.patterns import Pattern, is_builtin, pulses, steps
from plausiwidgets.patterns.bench import SweepPiece


@dataclass(frozen=True)
class AmplitudeWindow:
    """Which sweeps must fire and which must not: the amplitude is solved between their thresholds."""

    fire: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True)
class Sweep:
    """One sweep: the pieces of its stimulus, and where its spikes count, in ms."""

    pieces: Sequence[SweepPiece]
    response: tuple[float, float]


_WINDOWS = {
    "resonator": AmplitudeWindow(("gap T",), ("gap T/2", "gap 1.5 T", "single pulse")),
    "integrator": AmplitudeWindow(("gap T", "gap 0.6 T"), ("gap 2 T", "gap 4 T", "gap 8 T", "single pulse")),
    "threshold_variability": AmplitudeWindow(("both",), ("excitation alone",)),
    "accommodation": AmplitudeWindow(("fast ramp",), ("slow ramp",)),
}


def amplitude_window(pattern: Pattern) -> AmplitudeWindow | None:
    """Return the window of a pattern, None where its amplitude is not solved."""
    return _WINDOWS.get(pattern.key) if is_builtin(pattern) else None


def sweeps_at(pattern: Pattern, values: Mapping[str, Any]) -> dict[str, Sweep]:
    """Return the sweeps of a pattern that has a window."""
    if pattern.key == "resonator":
        pairs = pulses.pairs(pulses.RESONATOR_WIDTH, pulses.RESONATOR_GAPS, values)
        return {n: Sweep(p, (0.0, pulses.RESONATOR_END)) for n, p in pairs.items()}
    if pattern.key == "integrator":
        pairs = pulses.pairs(pulses.INTEGRATOR_WIDTH, pulses.INTEGRATOR_GAPS, values)
        return {n: Sweep(p, (0.0, pulses.INTEGRATOR_END)) for n, p in pairs.items()}
    if pattern.key == "threshold_variability":
        end = pulses.VARIABILITY_END
        sweeps = pulses.variability_sweeps(values).items()
        return {n: Sweep(p, (10.0 if n == "both" else 0.0, end)) for n, p in sweeps}
    ends = {"fast ramp": steps.FAST_RESPONSE, "slow ramp": steps.SLOW_RAMP}
    return {n: Sweep(p, (0.0, ends[n])) for n, p in steps.accommodation_sweeps(values).items()}
