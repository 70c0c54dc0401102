"""Neurons of NIR, and what their equations in NIR's documentation give, by a matrix exponential."""

from __future__ import annotations

from typing import Any

import nir
import numpy as np
from brian2_neurons import SHARES, of_program, random_start
from scipy.linalg import expm

import plausiwidgets as pw

RESETS: tuple[str | float, ...] = ("zero", "subtract", -0.2)


def one(x: float) -> np.ndarray:
    return np.array([x])


NODES: dict[str, Any] = {
    "LIF": nir.LIF(tau=one(0.02), r=one(2.0), v_leak=one(0.1), v_threshold=one(1.0)),
    "CubaLIF": nir.CubaLIF(
        tau_syn=one(0.005), tau_mem=one(0.02), r=one(1.5), v_leak=one(0.1), v_threshold=one(1.0), w_in=one(2.0)
    ),
    "CubaLIF, equal time constants": nir.CubaLIF(
        tau_syn=one(0.01), tau_mem=one(0.01), r=one(1.0), v_leak=one(0.0), v_threshold=one(1.0)
    ),
    "IF": nir.IF(r=one(3.0), v_threshold=one(1.0)),
}


def by_exponential(
    node: Any, reset: str | float, dt: float, noise: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (spikes, states) after each step: the linear equations of a node, solved for a current that is constant.

    Parameters
    ----------
    dt : float
        In ms; NIR's times are in s.
    noise : array of shape [steps, lanes]
    start : array of shape [states, lanes]
    """
    v_leak, threshold = float(getattr(node, "v_leak", one(0.0))[0]), float(node.v_threshold[0])
    if isinstance(node, nir.IF):
        a, b = np.zeros((1, 1)), np.array([[float(node.r[0]), 0.0]])
    elif isinstance(node, nir.LIF):
        tau = float(node.tau[0])
        a, b = np.array([[-1.0 / tau]]), np.array([[float(node.r[0]) / tau, v_leak / tau]])
    else:
        tau, tau_syn = float(node.tau_mem[0]), float(node.tau_syn[0])
        a = np.array([[-1.0 / tau, float(node.r[0]) / tau], [0.0, -1.0 / tau_syn]])
        b = np.array([[0.0, v_leak / tau], [float(np.ravel(node.w_in)[0]) / tau_syn, 0.0]])
    n = len(a)
    whole = np.zeros((n + 2, n + 2))
    whole[:n, :n], whole[:n, n:] = a, b
    step = expm(whole * dt * 1e-3)[:n]
    state, spikes, course = start.copy(), [], []
    for x in noise:
        state = step @ np.vstack([state, x, np.ones_like(x)])
        fired = state[0] > threshold
        after = state[0] - threshold if reset == "subtract" else 0.0 if reset == "zero" else float(reset)
        state[0] = np.where(fired, after, state[0])
        spikes.append(fired.astype(float))
        course.append(state.copy())
    return np.array(spikes), np.array(course)


def compared(node: Any, reset: str | float, model: pw.NeuronModel) -> tuple[float, bool, int]:
    """Return (largest difference, all spikes the same, spikes), from rest and from a random state."""
    steps = 5000 if isinstance(node, nir.IF) else 1000  # an integrator is slow at its default current
    noise = np.random.default_rng(0).uniform(-0.5, 2.5, (steps, SHARES.size)) * SHARES * model.current.default
    difference, same, count = 0.0, True, 0
    for start in (model.start(model.defaults(), np.zeros(SHARES.size)), random_start(model, SHARES.size)):
        theirs, states = by_exponential(node, reset, model.dt, noise, start)
        ours, course = of_program(model, noise, start)
        same, count = same and bool(np.array_equal(ours, theirs)), count + int(theirs.sum())
        difference = float(np.maximum(difference, np.abs(course - states).max()))
    return difference, same, count
