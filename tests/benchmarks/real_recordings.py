"""Three real recordings: what is read from them, their own criteria, and fits of three neurons with held-out sweeps.

``python tests/benchmarks/real_recordings.py`` reads the recordings of ``tests/data/recordings``, evaluates them by
their own criteria and the fitted neurons by the criteria of fitted and held-out sweeps, and writes the numbers to
``real_recordings.json`` and a picture of each recording next to this file.
``python tests/benchmarks/real_recordings.py fit RECORDING MODEL`` searches for a parameter set first.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

import plausiwidgets as pw

matplotlib.use("Agg")
from matplotlib import pyplot as plt

FILE = Path(__file__).with_suffix(".json")
FOLDER = Path(__file__).parents[1] / "data" / "recordings"
BUDGET, SEED = 4_000, 0
RECORDINGS: dict[str, tuple[str, tuple[int, ...], tuple[int, ...]]] = {
    "steps": ("17o05028_ic_steps.abf", (0, 3, 6, 9, 12), (1, 4, 7, 10, 13)),
    "ramp": ("171116sh_0016.abf", (0, 4, 7, 8, 10), (2, 6, 9)),
    "interneuron": ("2019_07_24_0055_fsi.abf", (0, 4, 8, 12, 16), (2, 6, 10, 14)),
}
"""File, fitted sweeps and held-out sweeps of each recording; both were fixed before the first search."""
BOUNDS: dict[str, dict[str, tuple[float, float]]] = {
    "adex": {
        "C": (10, 500),
        "g_L": (0.1, 20),
        "E_L": (-75, -30),
        "V_T": (-60, -20),
        "delta_T": (0.2, 10),
        "V_r": (-70, -30),
        "a": (-5, 20),
        "b": (0, 100),
        "tau_w": (5, 1000),
    },
    "mihalas_niebur": {
        "G": (0.001, 0.2),
        "E_L": (-75, -30),
        "V_r": (-80, -35),
        "Theta_r": (-69, -25),
        "Theta_inf": (-58, -25),
        "a": (-0.1, 0.1),
        "b": (0.0005, 0.1),
    },
    "izhikevich": {
        "sq": (0.0003, 0.08),
        "mn": (0.02, 6),
        "bias": (0.5, 170),
        "c": (-70, -30),
        "a": (-0.05, 0.5),
        "b": (-0.5, 0.5),
        "d": (-5, 5),
    },
}
"""Search bounds. The ranges of the sliders are made for cells that rest at −70 mV."""


def cell(name: str, *, is_whole: bool = False) -> pw.recordings.RecordedPattern:
    """Return the fitted sweeps of a recording, or all of its sweeps, as a pattern."""
    file, fitted, held_out = RECORDINGS[name]
    if is_whole:
        return pw.from_recording(FOLDER / file, key=name)
    return pw.from_recording(FOLDER / file, sweeps=fitted, holdout=held_out, key=name)


def reading(pattern: pw.recordings.RecordedPattern) -> dict[str, Any]:
    """Return what is read from all sweeps of a recording, and how it meets its own criteria."""
    traces = pw.patterns.target(pattern).traces
    firing = pattern.spontaneous
    return {
        "spontaneous": None
        if firing is None
        else {"holding": firing.level, "rate_hz": round(firing.rate, 2), "sweeps": len(firing.spikes)},
        "notes": list(pattern.notes),
        "own_criteria": len(pattern.own),
        "own_criteria_met": sum(one.passed for one in pattern.own),
        "features": sorted({one.name for one in pattern.compared}),
        "sweeps": {
            name: {
                "holding_pA": round(found.holding, 3),
                "onset_ms": found.onset,
                "current": found.words("pA"),
                "spikes": int(traces[name].spike_times[0].size),
            }
            for name, found in pattern.protocols.items()
        },
    }


def fit(name: str, model: str) -> dict[str, Any]:
    """Search for a parameter set that reproduces the fitted sweeps."""
    began = time.process_time()
    result = pw.optimize(model, cell(name), seed=SEED, budget=BUDGET, bounds=BOUNDS[model])
    return {
        "evaluations": int(result.evaluations),
        "seconds": round(time.process_time() - began),
        "parameters": {key: float(f"{value:.6g}") for key, value in result.parameters.items()},
    }


def evaluated(name: str, model: str, parameters: dict[str, float]) -> dict[str, Any]:
    """Return how many criteria of the fitted and the held-out sweeps a neuron meets, and which ones it does not."""
    pattern = cell(name)
    assert pattern.held_out is not None
    out: dict[str, Any] = {}
    for what, one in (("fitted", pattern), ("held_out", pattern.held_out)):
        criteria = pw.judge(model, one, parameters, verify=False).criteria
        kinds = {c.criterion.key: c.name for c in one.compared}
        missed = [kinds.get(c.key, c.key) for c in criteria if not c.passed]
        out[what] = {
            "met": sum(bool(c.passed) for c in criteria),
            "criteria": len(criteria),
            "missed": {kind: missed.count(kind) for kind in sorted(set(missed))},
        }
    return out


def picture(name: str, fits: dict[str, Any]) -> None:
    """Store the recorded sweeps with what was read, and the response of the best neuron on fitted and held-out ones."""
    pattern, whole = cell(name), cell(name, is_whole=True)
    assert pattern.held_out is not None
    model = max(fits, key=lambda key: fits[key]["fitted"]["met"] + fits[key]["held_out"]["met"])
    shown = {
        sweep: (trace, what, one.begins[sweep])
        for what, one in (("fitted", pattern), ("held out", pattern.held_out))
        for sweep, trace in pw.judge(model, one, fits[model]["parameters"], verify=False).traces.items()
    }
    recorded = pw.patterns.target(whole).traces
    lowest = min(float(trace.v.min()) for trace in recorded.values())
    figure, axes = plt.subplots(len(recorded), 1, figsize=(11, 0.95 * len(recorded)), sharex=True)
    for axis, (sweep, trace) in zip(axes, recorded.items(), strict=True):
        begin, t = whole.begins[sweep], trace.t + whole.begins[sweep]
        axis.plot(t, trace.v[0], color="0.55", lw=0.6)
        axis.plot(trace.spike_times[0] + begin, np.full(trace.spike_times[0].size, 62.0), "|", color="0.35", ms=4)
        if sweep in shown:
            response, what, start = shown[sweep]
            inside = response.t + start >= t[0]
            colour = "tab:blue" if what == "fitted" else "tab:orange"
            axis.plot(response.t[inside] + start, response.v[0][inside], color=colour, lw=0.6)
            times = response.spike_times[0] + start
            axis.plot(times[times >= t[0]], np.full((times >= t[0]).sum(), 76.0), "|", color=colour, ms=4)
        place = axis.twinx()
        points = whole.protocols[sweep].corners(float(t[0]), float(t[-1]))
        place.plot(points[:, 0], points[:, 1], color="tab:green", lw=0.9)
        place.tick_params(labelsize=6, colors="tab:green")
        axis.set_ylim(lowest - 8.0, 86.0)
        axis.tick_params(labelsize=6)
        axis.set_title(f"{sweep}: {whole.protocols[sweep].words('pA')}", fontsize=6.5, loc="left", pad=1.5)
    axes[-1].set_xlabel("time (ms)", fontsize=7)
    words = "grey: recording; green: current that was read (pA); blue and orange: "
    title = pw.models.get(model).title
    figure.suptitle(f"{RECORDINGS[name][0]}: {words}{title} on fitted and on held-out sweeps", fontsize=8)
    figure.tight_layout(h_pad=0.1)
    figure.savefig(FILE.with_name(f"real_recording_{name}.webp"), dpi=80, pil_kwargs={"quality": 60})
    plt.close(figure)


def main(arguments: list[str]) -> None:
    """Search if two names are given, then evaluate everything and write it."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    if arguments:
        _, name, model = arguments
        found.setdefault(name, {}).setdefault("fits", {})[model] = fit(name, model) | {}
        FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return
    for name in RECORDINGS:
        fits = found.get(name, {}).get("fits", {})
        for model, one in fits.items():
            one |= evaluated(name, model, one["parameters"])
        found[name] = {"file": RECORDINGS[name][0], **reading(cell(name, is_whole=True)), "fits": fits}
        if fits:
            picture(name, fits)
    FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
