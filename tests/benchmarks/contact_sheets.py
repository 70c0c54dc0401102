"""Contact sheets of every verified pair of the packaged table, drawn with integrators that are not in the package.

Usage: ``python tests/benchmarks/contact_sheets.py FOLDER [--pairs MODEL:LETTERS …] [--numbers FILE]``

A panel contains the sweeps of one pair side by side, with the injected current below. The equations are those of
`equations` and `reset_neurons`. The parameter sets, the initial states and the waveforms come from the package. Onsets
and latencies have their own stimuli: three multiples of the threshold or of the rheobase, which the script measures.
For bistability the script looks for a second pulse that stops the firing. Grey lines are 10 mV apart around rest, and
the numbers are the lowest and the highest potential, the time in ms, and the number of spikes of each sweep.

``--numbers`` writes a measurement of each sweep to a JSON file:

- the resting potential, the lowest potential and the highest potential apart from the upstrokes that a reset cuts off
- the number of spikes and the time of the first spike
- the longest time above a half and above a third of the distance from rest to the highest potential
- the extrema after the stimulus, relative to rest, after the potential has left its last spike
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import equations
import numpy as np
import reset_neurons

import plausiwidgets as pw
from plausiwidgets.assessment import packaged_table

SETTLE, BEFORE = 3000.0, 50.0
COLUMNS, ROWS = 5, 6
ONSETS, LATENCIES = (1.001, 1.1, 2.0), (1.0005, 1.1, 1.5)
FINE = {"fitzhugh_nagumo": 0.02, "hindmarsh_rose": 0.02, "morris_lecar": 0.02, "wilson": 0.005}


class Neuron:
    """One parameter set, settled at its holding current."""

    def __init__(self, name: str, parameters: dict[str, float]) -> None:
        self.model, self.name = pw.models.get(name), name
        self.p = {
            key: float(x) for key, x in self.model.complete({k: parameters[k] for k in self.model.parameters}).items()
        }
        self.holding = float(parameters.get("holding", 0.0))
        self.dt = FINE.get(name, 0.01) if name in equations.EQUATIONS else 0.01
        lanes = {key: np.array([x]) for key, x in self.p.items()}
        start = self.model.start(lanes, [self.holding])[:, 0].copy()
        if name == "glif":
            start = np.array([start[0], start[1] - self.p["V_th"] - start[2], *start[2:5]])
        elif name in ("lif", "eif", "adex_refrac"):
            start = start[:-1]
        self.state = start
        _, v, _, self.state = self.run(SETTLE, [])
        self.rest = float(v[-1])
        self.top = float(self.model.peak)

    def run(self, duration: float, pieces: list[tuple]) -> tuple:
        """Return times, potentials, spike times and the last state."""
        if self.name in reset_neurons.FUNCTIONS:
            return reset_neurons.integrate(self.name, self.p, self.state, duration, self.dt, self.holding, pieces)
        for finer in (1.0, 8.0):
            t, v, end = equations.integrate(
                self.name, self.p, self.state, duration, self.dt / finer, self.holding, pieces
            )
            if np.isfinite(v).all():
                break
        high = v > self.model.spike_level
        return t, v, t[1:][high[1:] & ~high[:-1]], end

    def weakest(self, top: float, width: float, length: float, lasts: bool) -> float:
        """Return the weakest pulse that elicits a spike, or sustained firing."""
        low, high = 0.0, top
        while high - low > 1e-6 * high:
            middle = 0.5 * (low + high)
            spikes = self.run(length, [(0.0, width, middle, middle)])[2]
            fires = spikes.size > 0 and not (lasts and (spikes.size < 3 or spikes[-1] < 0.6 * length))
            low, high = (low, middle) if fires else (middle, high)
        return high


def sweeps(neuron: Neuron, letter: str, values: dict[str, float]) -> dict[str, tuple[float, list[tuple]]]:
    """Return the length and the pieces of each sweep of a panel."""
    a = values["amplitude"]
    if letter in "GH":
        weakest = neuron.weakest(a, 2000.0, 2000.0, lasts=True)
        return {f"{x:g} R": (1000.0, [(0.0, 1000.0, x * weakest, x * weakest)]) for x in ONSETS}
    if letter == "I":
        weakest = neuron.weakest(a, 3.0, 203.0, lasts=False)
        return {f"{x:g}": (120.0, [(0.0, 3.0, x * weakest, x * weakest)]) for x in LATENCIES}
    if letter == "P":
        spikes = neuron.run(1000.0, [(0.0, 5.0, a, a)])[2]
        if spikes.size < 8:
            return {"does not last": (1000.0, [(0.0, 5.0, a, a)])}
        for height in (a, -a):
            for phase in range(20):
                onset = spikes[spikes.size // 3] + phase / 20.0 * np.median(np.diff(spikes))
                pieces = [(0.0, 5.0, a, a), (onset, onset + 5.0, height, height)]
                after = neuron.run(onset + 1500.0, pieces)[2]
                if not (after > onset + 2.0 * np.median(np.diff(spikes))).any():
                    return {"": (onset + 400.0, pieces)}
        return {"no pulse ends it": (1000.0, [(0.0, 5.0, a, a)])}
    pattern = pw.patterns.get(next(k for k in pw.patterns.names() if pw.patterns.get(k).letter == letter))
    s = argparse.Namespace(**{key: np.array([float(values[key])]) for key in pattern.stimulus_names})
    found = {}
    for title, sweep in pattern.sweeps(s).items():
        pieces = [tuple(float(np.ravel(x)[0]) for x in (p.on, p.off, p.first, p.last)) for p in sweep.pieces]
        found[title] = (float(np.ravel(sweep.end)[0]), pieces)
    return found


def numbers(neuron: Neuron, t: np.ndarray, v: np.ndarray, spikes: np.ndarray, off: float) -> dict:
    """Return the measurements of one sweep."""
    longest = {}
    for name, share in (("half", 1 / 2), ("a third", 1 / 3)):
        is_high = np.concatenate([[False], v > neuron.rest + share * (v.max() - neuron.rest), [False]])
        edges = np.flatnonzero(np.diff(is_high))
        # The time step differs between neurons and is equal within a sweep.
        longest[f"longest above {name}"] = round(float((edges[1::2] - edges[::2]).max(initial=0) * (t[1] - t[0])), 1)
    after = v[t > max(off, spikes[-1] if spikes.size else 0.0) + 0.5] - neuron.rest
    if neuron.model.spike_level is not None and after.size:  # the falling phase of the spike is part of it
        after = after[np.argmax(after < 0.3 * (neuron.model.spike_level - neuron.rest)) :]
    turns = np.flatnonzero(np.diff(np.sign(np.diff(after))) != 0) + 1
    extrema = [round(float(x), 2) for x in after[turns] if abs(x) > 0.05][:6]
    row = {"rest": round(neuron.rest, 1), "lowest": round(float(v.min()), 1), "highest": round(float(v.max()), 1)}
    row |= {"spikes": int(spikes.size), "first spike": round(float(spikes[0]), 1) if spikes.size else None}
    return row | longest | {"extrema after": extrema}


def injected(time: float, pieces: list[tuple]) -> float:
    """Return the current at a time, without the holding current."""
    return sum(a + (b - a) * (time - on) / (off - on) for on, off, a, b in pieces if on <= time < off)


def panel(draw, box: tuple[int, int, int, int], row: dict) -> dict[str, dict]:
    """Draw one pair, and return the measurements of its sweeps."""
    x0, y0, width, height = box
    values = {**row["parameters"]}
    neuron = Neuron(row["model"], values)
    parts, counts, measured = [], [], {}
    for title, (length, pieces) in sweeps(neuron, row["letter"], values).items():
        t, v, spikes, _ = neuron.run(length, pieces)
        measured[title] = numbers(neuron, t, v, spikes, max(piece[1] for piece in pieces))
        before = np.arange(-BEFORE, 0.0, 0.25)
        at = np.concatenate([before, t])
        trace = np.concatenate([np.full(before.size, neuron.rest), v])
        if neuron.model.spike_level is None:
            for time in spikes:
                trace[np.searchsorted(at, time - 1e-9)] = neuron.top
        times = np.linspace(at[0], at[-1], 600)
        current = np.array([injected(x, pieces) for x in times])
        parts.append((at, trace, current))
        counts.append(spikes.size)
    low, high = min(p[1].min() for p in parts), max(p[1].max() for p in parts)
    bottom, top = min(low, neuron.rest - 10.0), max(high, neuron.rest + 30.0)
    total = sum(p[0][-1] - p[0][0] for p in parts)
    gap, plot = 6, height - 42
    scale = (width - 8 - gap * (len(parts) - 1)) / total

    def y(value):
        return y0 + 14 + (top - value) / (top - bottom) * plot

    for level in np.arange(np.ceil((bottom - neuron.rest) / 10.0), (top - neuron.rest) / 10.0):
        shade = (150, 190, 150) if level == 0 else (232, 232, 232)
        draw.line([(x0, y(neuron.rest + 10.0 * level)), (x0 + width - 8, y(neuron.rest + 10.0 * level))], fill=shade)
    largest = max(np.abs(p[2]).max() for p in parts) or 1.0
    left = float(x0)
    for at, trace, current in parts:
        span = (at[-1] - at[0]) * scale
        columns = np.minimum(((at - at[0]) * scale).astype(int), int(span))
        edges = np.flatnonzero(np.diff(columns, prepend=-1))
        lows, highs = np.minimum.reduceat(trace, edges), np.maximum.reduceat(trace, edges)
        points = []
        for column, a, b in zip(columns[edges], lows, highs, strict=True):
            points += [(left + column, y(a)), (left + column, y(b))]
        draw.line(points, fill=(20, 60, 150))
        xs = left + np.linspace(0.0, span, current.size)
        draw.line(
            [(x, y0 + height - 14 - 9 * c / largest) for x, c in zip(xs, current, strict=True)], fill=(200, 90, 0)
        )
        left += span + gap
    title = f"{row['model']} {row['letter']}"
    draw.text(
        (x0, y0), f"{title}  {bottom:.0f}..{top:.0f} mV, {total:.0f} ms, {'/'.join(map(str, counts))}", fill=(0, 0, 0)
    )
    return measured


def main() -> None:
    from PIL import Image, ImageDraw

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pairs", nargs="*", help="pairs such as adex:ST, by default all")
    parser.add_argument("--numbers", type=Path)
    given = parser.parse_args()
    table = packaged_table()
    chosen = (
        None if given.pairs is None else {(m, x) for m, letters in (p.split(":") for p in given.pairs) for x in letters}
    )
    rows = [
        row
        for row in table.sort_values("letter", kind="stable").to_dict("records")
        if row["status"] == "replicated" and (chosen is None or (row["model"], row["letter"]) in chosen)
    ]
    given.folder.mkdir(parents=True, exist_ok=True)
    found = []
    for page, first in enumerate(range(0, len(rows), COLUMNS * ROWS)):
        width, height = 310, 165
        image = Image.new("RGB", (COLUMNS * width, ROWS * height), "white")
        draw = ImageDraw.Draw(image)
        for k, row in enumerate(rows[first : first + COLUMNS * ROWS]):
            measured = panel(draw, (4 + k % COLUMNS * width, 2 + k // COLUMNS * height, width, height), row)
            found.append({"model": row["model"], "letter": row["letter"], "sweeps": measured})
            print(found[-1], flush=True)
        image.save(given.folder / f"{page + 1:02}.png")
    if given.numbers:
        text = json.dumps(found, ensure_ascii=False).replace('{"model"', '\n {"model"')
        given.numbers.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
