"""A custom neuron and a custom pattern, which pass `mypy`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

import plausiwidgets as pw


def step(current: torch.Tensor, state: Sequence[torch.Tensor], p: Any, dt: torch.Tensor) -> Any:
    v, w = state
    v = v + dt / p.tau * (p.v_rest - v + current - w)
    w = w + dt / 100.0 * (0.1 * (v - p.v_rest) - w)
    fired = v > -50.0
    return fired.to(v.dtype), (torch.where(fired, -65.0, v), w)


neuron = pw.NeuronModel(
    "leaky_adaptive",
    step,
    states=("v", pw.StateVariable("w", unit="mV")),
    parameters=[
        pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms", scale="log"),
        pw.Parameter("v_rest", -65.0, -80.0, -55.0, unit="mV"),
    ],
    initial_state=lambda p, holding: (p.v_rest, 0.0),
    current=pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"),
    rest="v_rest",
    threshold=-50.0,
    dt=0.1,
    presets=[pw.Preset("Mine", {"tau": 12.0}, pattern="tonic_spiking")],
)

rebound = pw.Pattern(
    key="my_rebound",
    title="Rebound spike",
    stimulus_parameters=[
        pw.StimulusParameter("amplitude", 2.0, 0.02, 20.0, scale="log", of="current"),
        pw.StimulusParameter("width", 5.0, 2.0, 500.0, scale="log", unit="ms"),
    ],
    sweeps=lambda s: {"release": pw.Sweep([pw.pulse(0.0, s.width, -s.amplitude)], end=s.width + 500.0)},
    measure=lambda r, s: {
        "during": r["release"].count(0.0, s.width),
        "n": r["release"].count(s.width, None),
        "latency": r["release"].first(s.width) - s.width,
    },
    criteria=[
        pw.Criterion("during", "silent during inhibition", high=0, kind="count"),
        pw.Criterion("n", "spikes after it", low=1, kind="count"),
    ],
)

shown = pw.Protocol(
    key="two_ramps",
    title="Two ramps",
    sweeps=lambda s: {"up": pw.Sweep([pw.ramp(0.0, 50.0, 1.0)], end=100.0)},
)


resonant = pw.Pattern(
    key="my_window",
    title="Between two thresholds",
    stimulus_parameters=[pw.StimulusParameter("amplitude", 2.0, 0.02, 20.0, of="current")],
    sweeps=lambda s: {
        "one": pw.Sweep([pw.pulse(0.0, 5.0, s.amplitude)], end=100.0),
        "two": pw.Sweep([pw.pulse(0.0, 5.0, s.amplitude), pw.pulse(20.0, 5.0, s.amplitude)], end=100.0),
    },
    measure=lambda r, s: {"one": r["one"].count(), "two": r["two"].count()},
    criteria=[pw.Criterion("one", "silent", high=0), pw.Criterion("two", "spikes", low=1)],
    amplitude_window=pw.AmplitudeWindow(fire=("two",), silent=("one",)),
)

rates = pw.Pattern(
    key="my_rates",
    title="Rates over currents",
    stimulus_parameters=[],
    procedure=lambda runner: pw.patterns.Measurement(
        {"n": np.ones(runner.n), "min_isi": np.ones(runner.n)}, np.zeros(runner.n)
    ),
    criteria=[pw.Criterion("n", "currents", low=1)],
    curve=pw.Curve("current", "rate", "Current", "Rate", y_unit="Hz"),
)

pw.require("torch")


def run() -> str:
    pw.models.register(neuron)
    pw.patterns.register(rebound)
    verdict: pw.Verdict = pw.judge(neuron, rebound)
    counted = {key: part.accepted for key, part in verdict.parts.items()}
    result = pw.optimize("leaky_adaptive", rebound, budget=100)
    return f"{verdict.status} {counted} {result.summary} {pw.judge(neuron, shown).status}"
