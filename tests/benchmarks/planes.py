"""Planes of a neuron through what theory knows of it: isolated cells, and the curves of the formulas over them.

``python tests/benchmarks/planes.py --out planes.html`` judges and verifies grids over two values: AdEx's a and tau_w,
Morris and Lecar's V_3 and phi for the two classes of excitability, Izhikevich's b and the current for tonic spiking. It
prints how many cells are verified, and how many stand alone: a cell whose neighbours are all otherwise is noise of the
judge, or a region narrower than a cell. The page has the planes with the curves of the bifurcations over them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

import plausiwidgets as pw
from plausiwidgets.support.picture import BLUE, EDGE, GREEN, ORANGE, TEXT, Axis, Plot, drawn, shade

Floats = NDArray[np.float64]
Curve = Callable[[Floats], Floats]
"""Returns y over x."""

FRAGILE, NONE, BOTH = "#b9c6d3", shade(1.0), "#8a3f78"
"""Colours of cells that hold at the time step alone, that show nothing, and that show two patterns."""


def adex_hopf(tau_w: Floats) -> Floats:
    """Return a (nS) above which AdEx loses its rest by an Andronov–Hopf bifurcation: a / g_L = tau_m / tau_w.

    Touboul and Brette, Biological Cybernetics 99 (2008); tau_m = C / g_L.
    """
    return pw.models.get("adex").defaults()["C"] / tau_w


@dataclass(frozen=True)
class MorrisLecar:
    """The equations of Morris and Lecar's neuron, written down anew."""

    C: float = 20.0
    g_Ca: float = 4.0
    g_K: float = 8.0
    g_L: float = 2.0
    V_Ca: float = 120.0
    V_K: float = -84.0
    V_L: float = -60.0
    V_1: float = -1.2
    V_2: float = 18.0
    V_4: float = 17.4

    def gates(self, v: Floats, v_3: float) -> tuple[Floats, Floats]:
        """Return the shares of open calcium and potassium channels at rest."""
        return 0.5 * (1.0 + np.tanh((v - self.V_1) / self.V_2)), 0.5 * (1.0 + np.tanh((v - v_3) / self.V_4))

    def current(self, v: Floats, v_3: float) -> Floats:
        """Return the current at which a potential is a fixed point."""
        m, n = self.gates(v, v_3)
        return self.g_L * (v - self.V_L) + self.g_Ca * m * (v - self.V_Ca) + self.g_K * n * (v - self.V_K)

    def knee(self, v_3: float) -> float:
        """Return the potential of the lower saddle-node; nan where the curve of fixed points has none."""
        v = np.linspace(-60.0, 10.0, 1401)
        slope = np.diff(self.current(v, v_3))
        turns = np.flatnonzero((slope[:-1] > 0.0) & (slope[1:] <= 0.0))
        if not turns.size:
            return np.nan
        low, high = v[turns[0]], v[turns[0] + 2]
        h = 1e-4
        return brentq(lambda x: float(self.current(x + h, v_3) - self.current(x - h, v_3)), low, high)

    def takens(self, v_3: Floats) -> Floats:
        """Return phi at which the trace is 0 at the saddle-node (Bogdanov–Takens); an Andronov–Hopf comes first below.

        nan where there is no saddle-node: rest is then lost by an Andronov–Hopf bifurcation, or not at all.
        """
        out = np.full(v_3.shape, np.nan)
        for k, half in enumerate(v_3):
            v = self.knee(float(half))
            if not np.isfinite(v):
                continue
            m, n = self.gates(np.array(v), float(half))
            steep = 2.0 * m * (1.0 - m) / self.V_2
            slope = -(self.g_L + self.g_Ca * (m + steep * (v - self.V_Ca)) + self.g_K * n) / self.C
            out[k] = slope / np.cosh((v - half) / (2.0 * self.V_4))
        return out


def izhikevich_hopf(b: Floats, a: float = 0.02) -> Floats:
    """Return the current of the Andronov–Hopf point, where 0.08 v + 5 = a; nan where b < a."""
    v = (a - 5.0) / 0.08
    return np.where(b > a, b * v - (0.04 * v * v + 5.0 * v + 140.0), np.nan)


def izhikevich_node(b: Floats) -> Floats:
    """Return the current of the saddle-node, where 0.08 v + 5 = b."""
    v = (b - 5.0) / 0.08
    return b * v - (0.04 * v * v + 5.0 * v + 140.0)


@dataclass(frozen=True)
class Plane:
    """A plane, the patterns that are judged in it, and the curves over it."""

    title: str
    model: str
    patterns: tuple[str, ...]
    x: str
    y: str
    bounds: dict[str, tuple[float, float]]
    values: dict[str, float] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)


CLASSES = ("class_1_excitable", "class_2_excitable")
CYCLE = {"g_Ca": 4.0, "V_4": 17.4}
PLANES = [
    Plane(
        "AdEx, 500 pA", "adex", CLASSES, "tau_w", "a", {"tau_w": (10.0, 300.0), "a": (-2.0, 20.0)},
        {"amplitude": 500.0}, {"a / g_L = tau_m / tau_w": adex_hopf},
    ),
    *(
        Plane(
            f"Morris–Lecar, {amplitude:g} µA/cm²", "morris_lecar", CLASSES, "V_3", "phi",
            {"V_3": (-15.0, 15.0), "phi": (0.01, 0.4)}, CYCLE | {"amplitude": amplitude},
            {"Bogdanov–Takens": MorrisLecar().takens},
        )
        for amplitude in (70.0, 90.0, 150.0)
    ),
    Plane(
        "Izhikevich, a 0.02", "izhikevich", ("tonic_spiking",), "b", "amplitude",
        {"b": (0.0, 0.26), "amplitude": (0.2, 15.0)}, {"a": 0.02, "c": -65.0, "d": 6.0},
        {"Andronov–Hopf": izhikevich_hopf, "saddle-node": izhikevich_node},
    ),
]  # fmt: skip


def isolated(status: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Return the cells whose status all eight neighbours do not have.

    Examples
    --------
    >>> isolated(np.array([["a", "a", "b"], ["a", "c", "b"], ["a", "a", "b"]])).sum()
    np.int64(1)
    """
    rows, columns = status.shape
    alone = np.ones(status.shape, dtype=bool)
    for row in range(rows):
        for column in range(columns):
            near = status[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
            alone[row, column] = (near == status[row, column]).sum() == 1
    return alone


def looked_at(plane: Plane, points: int) -> str:
    """Judge a plane, print what there is, and return its picture."""
    judged = {}
    for pattern in plane.patterns:
        one = pw.analysis.parameter_plane(
            plane.model, pattern, plane.x, plane.y, plane.values, points=points, bounds=plane.bounds, verify=True,
            solve_amplitude=False,
        )  # fmt: skip
        judged[pattern] = one
        status = one.status
        words = {word: int((status == word).sum()) for word in ("replicated", "fragile")}
        alone = isolated(np.where(status == "replicated", "replicated", "not"))
        places = [f"{plane.x} {one.x[c]:.4g}, {plane.y} {one.y[r]:.4g}: {status[r, c]}" for r, c in np.argwhere(alone)]
        print(
            f"{plane.title:30} {pattern:20} of {status.size} cells {words}, isolated {int(alone.sum())} {places}",
            flush=True,
        )
    first = next(iter(judged.values()))
    colours = [[NONE] * len(first.x) for _ in first.y]
    for one, colour in zip(judged.values(), (BLUE, ORANGE), strict=False):
        for row, column in np.argwhere(one.status != "rejected"):
            shown = colour if one.status[row, column] == "replicated" else FRAGILE
            former = colours[row][column]
            colours[row][column] = shown if former in (NONE, FRAGILE) else former if shown == FRAGILE else BOTH
    key = [(colour, pattern.replace("_", " ")) for pattern, colour in zip(judged, (BLUE, ORANGE), strict=False)]
    key += [(FRAGILE, "fragile"), *zip((TEXT, GREEN), plane.curves, strict=False)]
    x, y = (Axis(float(v[0]), float(v[-1]), p.label, p.transform)
            for v, p in zip((first.x, first.y), first.axes, strict=True))  # fmt: skip
    plot = Plot(x, y, 340.0, key=key).cells(colours)
    along = np.linspace(first.x[0], first.x[-1], 400)
    for curve, colour in zip(plane.curves.values(), (TEXT, GREEN), strict=False):
        up = curve(along)
        up = np.where((up >= first.y[0]) & (up <= first.y[-1]), up, np.nan)
        plot.line(along, up, EDGE, width=4.0).line(along, up, colour, width=2.0)
    return f"<h3>{plane.title}</h3>{drawn(plot)}"


def main() -> None:
    """Judge the planes, print their numbers, write a page with their pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=21)
    parser.add_argument("--only", nargs="*", help="beginnings of titles")
    parser.add_argument("--out", type=Path, default=Path("planes.html"))
    options = parser.parse_args()
    chosen = [p for p in PLANES if not options.only or p.title.startswith(tuple(options.only))]
    pictures = [looked_at(plane, options.points) for plane in chosen]
    options.out.write_text("<meta charset=utf-8>" + "".join(pictures), encoding="utf-8")


if __name__ == "__main__":
    main()
