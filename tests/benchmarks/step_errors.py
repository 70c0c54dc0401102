"""Measure how the time step shifts the twelfth spike of the package's neurons.

``python tests/benchmarks/step_errors.py`` simulates each neuron with its defaults and the default stimulus of tonic
spiking, at the default time step, at half of it, and at a step 128 times finer. The numbers, in ms, are in
``step_errors.json`` next to this file. Neurons that do not fire twelve spikes are left out.
"""

import json
from pathlib import Path

import plausiwidgets as pw

FILE = Path(__file__).with_suffix(".json")
SPIKE = 12
FINEST = 128


def spike_time(model: pw.NeuronModel, finer: int) -> float | None:
    """Return the time of the twelfth spike at a fraction of the default time step; None without twelve spikes."""
    amplitude = pw.patterns.get("tonic_spiking").parameters(model)["amplitude"].default
    stimulus = pw.Current.step(amplitude, 1000.0)
    spikes = pw.simulate(model, stimulus, dt=model.dt / finer, record=()).spike_times[0]
    return float(spikes[SPIKE - 1]) if len(spikes) >= SPIKE else None


def measured(model: pw.NeuronModel) -> dict[str, float] | None:
    """Return the time at the finest step, and how much later the spike is at the default step and at half of it."""
    exact, whole, half = (spike_time(model, finer) for finer in (FINEST, 1, 2))
    if exact is None or whole is None or half is None:
        return None
    errors = {"error": round(whole - exact, 3), "error_at_half": round(half - exact, 3)}
    return {"dt": model.dt, "spike_12": round(exact, 3), **errors}


if __name__ == "__main__":
    rows = {name: measured(pw.models.get(name)) for name in pw.models.names()}
    FILE.write_text(json.dumps({name: row for name, row in rows.items() if row}, indent=1) + "\n", encoding="utf-8")
