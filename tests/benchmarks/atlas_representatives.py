"""Simulate ten representatives of the atlases of five neurons with other integrators, and draw their potential.

Run ``python -m tests.benchmarks.atlas_representatives [FOLDER]``. The neurons without a reset run by the Runge–Kutta
method of `equations`, which shares no code with the package; the others run in the package at an eighth of the time
step. A representative is confirmed if this simulation gives the same cell and only physiological potentials. With a
folder, each neuron's ten potentials are written there as an SVG file, to look at.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import picture
import plotly.graph_objects as go

import plausiwidgets as pw
from plausiwidgets.analysis.atlases import Atlas, Behaviour

MODELS = ("izhikevich", "adex", "mihalas_niebur", "morris_lecar", "hodgkin_huxley")
COUNT, STEP, POINTS = 10, 1000.0, 32
OUTPUT = Path(__file__).with_suffix(".json")


def response(model: str, one: Behaviour, dt: float) -> picture.Trace:
    """Return the response to the step of the atlas, which starts after a rest."""
    cell = picture.Cell(model, one.parameters, dt)
    rest = cell.run(cell.start(0.0), 3000.0, 0.0)
    cell.rest, amplitude = float(rest.v[-1]), one.parameters["amplitude"]
    return cell.run(rest.state, STEP + 500.0, 0.0, [(0.0, STEP, amplitude, amplitude)])


def cell_of(found: Atlas, trace: picture.Trace) -> tuple[int, ...]:
    """Return the cell of a response: its rate and the ratio of its longest to its shortest late interval."""
    times = trace.between(0.0, STEP)
    late = np.diff(times)[(len(times) - 1) // 2 :]
    ratio = late.max() / late.min() if late.size > 1 else 0.0
    edges = [axis.edges(POINTS) for axis in found.axes]
    return tuple(
        int(np.searchsorted(edge, value, "right")) for edge, value in zip(edges, (times.size, ratio), strict=True)
    )


def main() -> None:
    """Confirm ten representatives of each neuron."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    table = {}
    for model in MODELS:
        found = pw.analysis.atlas(model, seed=0)
        chosen = np.random.default_rng(1).choice(len(found.behaviours), COUNT, replace=False)
        rows, figure = [], go.Figure()
        for place, k in enumerate(sorted(chosen)):
            one = found.behaviours[k]
            trace = response(model, one, found.dt)
            v = trace.v[np.isfinite(trace.v)]
            rows.append(
                {
                    "cell": list(one.cell),
                    "cell_there": list(cell_of(found, trace)),
                    "spikes": len(one.spike_times),
                    "spikes_there": int(trace.between(0.0, STEP).size),
                    "potential": [round(float(v.min()), 1), round(float(v.max()), 1)],
                }
            )
            every = max(trace.t.size // 20_000, 1)
            figure.add_scatter(x=trace.t[::every], y=trace.v[::every] - 200.0 * place, line={"width": 1})
        same = sum(row["cell"] == row["cell_there"] for row in rows)
        near = sum(max(abs(a - b) for a, b in zip(row["cell"], row["cell_there"], strict=True)) <= 1 for row in rows)
        cells = sum(picture.CELL[0] <= row["potential"][0] and row["potential"][1] <= picture.CELL[1] for row in rows)
        table[model] = {"same_cell": same, "same_or_next_cell": near, "potentials_of_a_cell": cells, "rows": rows}
        print(f"{model}: {same} of {COUNT} in the same cell, {near} in it or the next, {cells} potentials", flush=True)
        if folder is not None:
            figure.update_layout(width=1400, height=1800, showlegend=False)
            figure.write_html(folder / f"{model}.html", include_plotlyjs="directory")
    lines = ",\n".join(f"{json.dumps(model)}: {json.dumps(row)}" for model, row in table.items())
    OUTPUT.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
