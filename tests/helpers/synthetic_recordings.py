"""Synthetic recordings of an AdEx neuron with known currents of seven kinds, with and without noise."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import plausiwidgets as pw

Floats = NDArray[np.float64]
Points = list[tuple[float, float]]

LENGTH = 1000.0
"""Duration of a recording in ms."""
KINDS = ("steps", "ramp", "triangle", "stairs", "constant", "chirp", "noise")


@dataclass(frozen=True)
class Synthetic:
    """Recording with the injected current.

    `current` is the measured current and `injected` the true current, in pA at the times `t`. At the `edges` in ms, the
    true current jumps or bends.
    """

    kind: str
    noise: float
    t: Floats
    v: Floats
    current: Floats
    injected: Floats
    edges: tuple[float, ...]

    def bend(self, edge: float) -> float:
        """Return the distance in pA of the current 10 ms after an edge from the line through the current before it."""
        k, width = int(np.searchsorted(self.t, edge)), round(10.0 / (self.t[1] - self.t[0]))
        x = self.injected[np.clip([k - width, k - 1, k + width], 0, self.t.size - 1)]
        return abs(float(x[2] - 2.0 * x[1] + x[0]))

    @property
    def is_waveform(self) -> bool:
        """Whether the current is a waveform instead of a protocol with a few pieces."""
        return self.kind in ("chirp", "noise")


def synthetic(kind: str, k: int, *, is_noisy: bool) -> Synthetic:
    """Return the k-th recording of a kind."""
    rng = np.random.default_rng([KINDS.index(kind), k, is_noisy])
    dt = (0.05, 0.1, 0.2)[k % 3]
    t = np.arange(0.0, LENGTH, dt)
    injected, edges = _current(kind, k, t, np.random.default_rng([KINDS.index(kind), k]))
    size = float(np.ptp(injected)) or 50.0
    noise = float(rng.uniform(0.005, 0.02)) * size if is_noisy else 0.0
    measured = injected + rng.normal(0.0, noise, t.size) if is_noisy else injected
    return Synthetic(kind, noise, t, _potential(t, injected, rng), measured, injected, edges)


def all_recordings() -> Iterator[Synthetic]:
    """Yield all sixty recordings."""
    for kind, count in zip(KINDS, (5, 5, 5, 5, 4, 3, 3), strict=True):
        for k in range(count):
            for is_noisy in (False, True):
                yield synthetic(kind, k, is_noisy=is_noisy)


def compared(one: Synthetic) -> dict[str, Any]:
    """Return a comparison of the protocol that is read from a recording with the true current.

    Errors of the current are shares of its range, or of 50 pA if it is constant. The error of an edge counts only if
    the current bends there by more than its noise. `potential_error_mV` is the largest difference between the
    potentials that the two currents cause in a passive membrane with 100 MΩ and 20 ms.
    """
    pattern = pw.from_recording(one.t, one.v, current=one.current, units={"current": "pA"})
    [found] = pattern.protocols.values()
    read = np.full(one.t.size, found.holding)
    for piece in found.pieces:
        inside = (one.t >= piece.on - 1e-6) & (one.t < piece.off - 1e-6)
        share = (one.t[inside] - piece.on) / (piece.off - piece.on)
        read[inside] += piece.first + (piece.last - piece.first) * share
    size, dt = float(np.ptp(one.injected)) or 50.0, float(one.t[1] - one.t[0])
    bounds = np.array([x for piece in found.pieces for x in (piece.on, piece.off)])
    edges = () if one.is_waveform else [edge for edge in one.edges if one.bend(edge) > 2.0 * one.noise]
    apart, passive = read - one.injected, 0.0
    far = 0.0
    for difference in apart.tolist():  # A current of 1 pA changes the potential of a membrane with 100 MΩ by 0.1 mV.
        passive += dt * (0.1 * difference - passive) / 20.0
        far = max(far, abs(passive))
    return {
        "spontaneous": pattern.spontaneous is not None,
        "waveform": found.measured,
        "pieces": len(found.pieces),
        "rms_error": float(f"{np.sqrt(np.mean(apart**2)) / size:.2g}"),
        "edge_error_ms": round(max((float(np.abs(bounds - edge).min()) for edge in edges), default=0.0), 3),
        "holding_error": float(f"{abs(found.holding - one.injected[0]) / size:.2g}"),
        "potential_error_mV": round(far, 3),
        "own_criteria": len(pattern.own),
        "own_criteria_met": sum(result.passed for result in pattern.own),
    }


def _current(kind: str, k: int, t: Floats, rng: np.random.Generator) -> tuple[Floats, tuple[float, ...]]:
    """Return the injected current and the times at which it jumps or bends."""
    holding = (0.0, 20.0, -30.0, 0.0, 10.0)[k]
    amplitude = (300.0, -100.0, 150.0, 60.0, 400.0)[k]
    if kind == "constant":
        return np.full(t.size, (0.0, 40.0, -60.0, 250.0)[k]), ()
    if kind == "chirp":
        phase = 0.5 * (10.0, 20.0, 30.0)[k] * ((t - 100.0) / 1000.0) ** 2 / 0.8
        return np.where((t >= 100.0) & (t < 900.0), 50.0 * np.sin(2.0 * np.pi * phase), 0.0), (100.0,)
    if kind == "noise":
        levels = rng.normal(150.0, (40.0, 80.0, 60.0)[k], int(LENGTH))
        held = levels[((t - 100.0) // (5.0, 2.0, 10.0)[k]).astype(int)]
        return np.where((t >= 100.0) & (t < 900.0), held, 0.0), (100.0, 900.0)
    points: list[Points] = {
        "steps": [
            _steps((100.0, 500.0, amplitude)),
            _steps((80.0, 580.0, amplitude)),
            _steps((100.0, 300.0, amplitude), (300.0, 700.0, -80.0)),
            _steps((146.85, 646.85, amplitude)),
            _steps((100.0, 103.0, 900.0), (120.0, 123.0, 900.0)),
        ],
        # The first ramp rises within a few ms like the edge of a step, and the second is a measurement of a rheobase.
        "ramp": [
            [(100.0, 0.0), (104.0, amplitude), (600.0, amplitude), (604.0, 0.0)],
            [(15.6, 0.0), (980.6, 100.0)],
            [(200.0, 0.0), (700.0, amplitude), (700.0, 0.0)],
            [(300.0, 0.0), (310.0, amplitude), (800.0, amplitude)],
            [(100.0, 0.0), (500.0, amplitude), (508.0, 0.0)],
        ],
        "triangle": [[(a, 0.0), (b, amplitude), (c, 0.0)] for a, b, c in _TRIANGLES],
        "stairs": [
            _steps(*((100.0 + i * width, 100.0 + (i + 1) * width, (i + 1) * step) for i in range(count)))
            for count, width, step in (
                (5, 100.0, 60.0),
                (8, 80.0, 30.0),
                (4, 150.0, -25.0),
                (10, 50.0, 40.0),
                (3, 200.0, 100.0),
            )
        ],
    }[kind]
    chosen = [(0.0, 0.0), *points[k], (LENGTH, points[k][-1][1])]
    times, levels = (np.array(x) for x in zip(*chosen, strict=True))
    edges = tuple(dict.fromkeys(float(x) for x, _ in points[k]))
    return holding + _interpolated(t, times, levels), edges


_TRIANGLES = (
    (100.0, 300.0, 500.0),
    (100.0, 150.0, 300.0),
    (50.0, 450.0, 850.0),
    (100.0, 110.0, 120.0),
    (200.0, 400.0, 500.0),
)


def _steps(*steps: tuple[float, float, float]) -> Points:
    """Return the corners of steps, which may be adjacent or separate."""
    out: Points = []
    for on, off, level in steps:
        if out and out[-1][0] == on:
            out.pop()
        else:
            out.append((on, 0.0))
        out += [(on, level), (off, level), (off, 0.0)]
    return out


def _interpolated(t: Floats, times: Floats, levels: Floats) -> Floats:
    """Return a current that jumps where two corners have the same time."""
    after = np.clip(np.searchsorted(times, t + 1e-9, side="right"), 1, times.size - 1)
    width = times[after] - times[after - 1]
    share = np.divide(t - times[after - 1], width, out=np.ones(t.size), where=width > 0.0)
    return levels[after - 1] + np.clip(share, 0.0, 1.0) * (levels[after] - levels[after - 1])


def _potential(t: Floats, injected: Floats, rng: np.random.Generator) -> Floats:
    """Return the potential of an AdEx neuron with spikes as an amplifier would record them.

    The neuron starts at rest with the first current. The equations of Brette & Gerstner (2005) are integrated here, so
    that the test does not use the simulation of the package.
    """
    p = {name: one.default for name, one in pw.models.get("adex").parameters.items()}
    dt, settle = float(t[1] - t[0]), 500.0
    every = np.concatenate([np.full(round(settle / dt), injected[0]), injected]).tolist()
    x, w, refractory = p["E_L"], 0.0, 0
    v = np.empty(len(every))
    shape = np.interp(np.arange(0.0, 2.0, dt), [0.0, 0.5, 1.0, 1.5, 2.0], [0.0, 20.0, 5.0, -20.0, p["V_r"]]).tolist()
    for i, current in enumerate(every):
        if refractory:
            v[i] = shape[len(shape) - refractory]
            refractory -= 1
            continue
        rise = p["g_L"] * p["delta_T"] * math.exp(min((x - p["V_T"]) / p["delta_T"], 20.0))
        change = (rise - p["g_L"] * (x - p["E_L"]) - w + current) / p["C"]
        w += dt * (p["a"] * (x - p["E_L"]) - w) / p["tau_w"]
        x += dt * change
        v[i] = x
        if x > -30.0:
            x, w, refractory = p["V_r"], w + p["b"], len(shape)
            v[i] = -30.0
    return v[-t.size :] + rng.normal(0.0, 0.05, t.size)
