"""Neurons in Brian2's words, and the run of a NeuronGroup of Brian2, from rest and from a random state."""

from __future__ import annotations

import re
from typing import Any

import brian2 as b2
import numpy as np
from brian2 import Mohm, ms, mV, nA, nS, pF

import plausiwidgets as pw
from plausiwidgets.interop.brian2_neuron import _Run
from plausiwidgets.interop.brian2_units import Units

ADEX = {
    "eqs": """dvm/dt = (gL*(EL - vm) + gL*DeltaT*exp((vm - VT)/DeltaT) + I - w)/C : volt
              dw/dt = (a*(vm - EL) - w)/tauw : amp
              I : amp""",
    "threshold": "vm > Vcut",
    "reset": "vm = Vr; w += b",
    "namespace": {
        "C": 281 * pF,
        "gL": 30 * nS,
        "EL": -70.6 * mV,
        "VT": -50.4 * mV,
        "DeltaT": 2 * mV,
        "tauw": 144 * ms,
        "a": 4 * nS,
        "b": 0.0805 * nA,
        "Vr": -70.6 * mV,
        "Vcut": -40.4 * mV,
    },
}
NEURONS: dict[str, dict[str, Any]] = {
    **{f"AdEx by {method}": ADEX | {"method": method} for method in ("rk2", "heun")},
    "leaky, exact, refractory": {
        "eqs": "dv/dt = (R*I - v)/tau : volt (unless refractory)\nI : amp",
        "threshold": "v > 15*mV",
        "reset": "v = 0*mV",
        "refractory": 5 * ms,
        "namespace": {"tau": 10 * ms, "R": 100 * Mohm},
    },
    "leaky, refractory by a parameter": {
        "eqs": "dv/dt = (R*I - v)/tau : volt (unless refractory)\nI : amp",
        "threshold": "v > 15*mV",
        "reset": "v = 0*mV",
        "refractory": "2*wait",
        "namespace": {"tau": 10 * ms, "R": 100 * Mohm, "wait": 1.7 * ms},
    },
    "adaptive threshold": {
        "eqs": "dv/dt = (I - v)/(10*ms) : volt\ndvt/dt = (10*mV - vt)/(15*ms) : volt\nI : volt",
        "threshold": "v > vt",
        "reset": "v = 0*mV; vt += 3*mV",
        "method": "exact",
    },
    "MAT2": {
        "eqs": """dv/dt = (R*I - v)/tau : volt
                  dH1/dt = -H1/(10*ms) : volt
                  dH2/dt = -H2/(200*ms) : volt
                  I : amp""",
        "threshold": "v > H1 + H2 + 15*mV",
        "reset": "H1 += 37*mV; H2 += 2*mV",
        "refractory": 2 * ms,
        "namespace": {"tau": 5 * ms, "R": 50 * Mohm},
    },
}
"""What no example of the documentation has: other methods, a refractory period as a parameter, moving thresholds."""

SHARES = np.array([0.7, 1.0, 2.0, 3.0, 5.0])
"""Of the default current: how strong the noise of a lane is."""


def random_start(model: pw.NeuronModel, lanes: int, seed: int = 0, below: float = 1.0) -> np.ndarray:
    """Return a state of each lane: a potential from `below` spans under rest to just under threshold, others near rest.

    Variables without a unit beside a potential in mV are gates, from 0 to 1.
    """
    rng = np.random.default_rng(seed)
    rest, threshold = (float(x[0]) for x in model.rest_threshold(model.defaults()))
    span = threshold - rest
    state = model.start(model.defaults(), np.zeros(lanes))
    state[0] = rest + span * rng.uniform(-below, 0.95, lanes)
    for variable, row in zip(model.states[1:], state[1:], strict=True):
        if variable.key == "refractory_left":
            continue  # what Brian2 counts it by is the time of the last spike
        if variable.unit in ("1", "") and model.states[0].unit == "mV":
            row[:] = rng.uniform(0.0, 1.0, lanes)
        else:
            row[:] += 0.3 * np.maximum(np.abs(row), span) * rng.uniform(-1.0, 1.0, lanes)
    return state


def of_program(model: pw.NeuronModel, noise: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (spikes, states) of a model by its program, [steps, lanes] and [steps, states, lanes]."""
    assert model.programs is not None
    run, spikes, course = _Run(model.programs.step, list(model.parameters.values()), model.dt), [], []
    for x in noise:
        fired, state = run.step(x, state)
        spikes.append(np.array(fired, dtype=np.float64))
        course.append(state)
    return np.array(spikes), np.array(course)


def of_brian2(
    words: dict[str, Any], model: pw.NeuronModel, noise: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (spikes, states) of a NeuronGroup after each step, [steps, lanes] and [steps, states, lanes].

    Parameters
    ----------
    words : dict
        Arguments of ``NeuronGroup``, and ``initial``, values of parameters of its equations.
    noise : array of shape [steps, lanes]
        Of the injected current, in the unit of the model.
    start : array of shape [states, lanes]
    """
    words = {"method": ("exact", "exponential_euler", "euler")} | words
    given = words.pop("initial", {}) or {}
    for ours in ("dt", "current", "spike_level", "potential", "parameters", "level", "rest"):
        words.pop(ours, None)
    eqs, steps, lanes = words.pop("eqs"), *noise.shape
    name, namespace = model.current.key, dict(words.pop("namespace", {}))
    parsed = b2.Equations(eqs)
    timed = name not in parsed.names  # a constant, or a TimedArray: here an array of each step and lane
    size = Units(b2).size(model.current.unit, _dimension(parsed, name, namespace, model), "current")
    if timed:
        values = noise * size * b2.Quantity(1.0, dim=_dimension(parsed, name, namespace, model))
        namespace["injected"] = b2.TimedArray(values, dt=model.dt * ms)
        eqs = re.sub(rf"\b{name}\b(\(t\))?", "injected(t, i)", eqs)
    group = b2.NeuronGroup(lanes, eqs, dt=model.dt * ms, namespace=namespace, **words)
    units = Units(b2)
    for key, value in given.items():
        if key in group.variables and key not in [s.key for s in model.states]:
            group.variables[key].set_value(float(value))
    kept = [s.key for s in model.states if s.key in group.variables]
    for state, row in zip(model.states, start, strict=True):
        if state.key in kept:
            group.variables[state.key].set_value(row * units.of(group.variables[state.key].dim)[1])
    course, spikes = np.full((steps, len(model.states), lanes), np.nan), np.zeros((steps, lanes))

    @b2.network_operation(dt=model.dt * ms, when="start")
    def inject(t):
        if not timed:
            group.variables[name].set_value(noise[round(float(t / ms) / model.dt)] * size)

    @b2.network_operation(dt=model.dt * ms, when="end")
    def note(t):
        k = round(float(t / ms) / model.dt)
        for i, state in enumerate(model.states):
            if state.key in kept:
                variable = group.variables[state.key]
                course[k, i] = variable.get_value() / units.of(variable.dim)[1]

    parts = [group, inject, note]
    if words.get("threshold") is not None:
        parts.append(b2.SpikeMonitor(group))
    b2.Network(*parts).run(steps * model.dt * ms, namespace={})
    if words.get("threshold") is not None:
        spikes[np.round(np.asarray(parts[-1].t / ms) / model.dt).astype(int), np.asarray(parts[-1].i)] = 1.0
    else:
        before = np.vstack([start[:1], course[:-1, 0]])
        spikes = ((before < model.spike_level) & (course[:, 0] >= model.spike_level)).astype(float)
    return spikes, course


def _dimension(eqs: Any, name: str, namespace: dict[str, Any], model: pw.NeuronModel) -> Any:
    if name in eqs.names:
        return eqs[name].dim
    value = namespace.get(name)
    if isinstance(value, b2.TimedArray):
        return value.dim
    return Units(b2).parsed(model.current.unit).dim if value is None else b2.get_dimensions(value)


def compared(
    words: dict[str, Any], model: pw.NeuronModel, steps: int = 1000, strength: float = 1.0, below: float = 1.0
) -> tuple[float, bool, int]:
    """Return (largest difference, all spikes the same, spikes) of a model and Brian2, from rest and from anywhere."""
    noise = np.random.default_rng(0).uniform(-0.5, 2.5, (steps, SHARES.size)) * SHARES
    noise *= strength * model.current.default
    difference, same, count = 0.0, True, 0
    for start in (model.start(model.defaults(), np.zeros(SHARES.size)), random_start(model, SHARES.size, below=below)):
        theirs, states = of_brian2(words, model, noise, start)
        ours, course = of_program(model, noise, start)
        same, count = same and bool(np.array_equal(ours, theirs)), count + int(theirs.sum())
        difference = float(np.maximum(difference, np.nanmax(np.abs(course - states))))
    return difference, same, count
