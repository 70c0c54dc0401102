"""Neurons of libraries for torch: how each is made, and its library's own loop, from rest and from a random state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import norse.torch as norse
import numpy as np
import sinabs.activation
import sinabs.layers as sinabs_layers
import snntorch
import torch
from spikingjelly.activation_based import neuron as jelly

import plausiwidgets as pw
from plausiwidgets.interop.from_torch import from_torch

STEPS = 1000
SHARES = np.array([0.5, 0.7, 1.0, 1.5, 2.0, 3.0])
"""Of the default current: how strong the noise of a lane is."""
SINGLE: dict[str, Any] = {"spike_fn": sinabs.activation.SingleSpike}

MADE: dict[str, dict[str, Callable[[], Any]]] = {
    "snnTorch": {
        "Leaky": lambda: snntorch.Leaky(0.9),
        "Leaky, reset to zero": lambda: snntorch.Leaky(0.9, reset_mechanism="zero", init_hidden=True),
        "Leaky, reset at once": lambda: snntorch.Leaky(0.9, reset_delay=False),
        "Leaky, learned": lambda: snntorch.Leaky(0.8, threshold=0.5, learn_beta=True, learn_threshold=True),
        "Lapicque": lambda: snntorch.Lapicque(R=5.0, C=1.0, time_step=1.0),
        "Synaptic": lambda: snntorch.Synaptic(alpha=0.9, beta=0.8),
        "Synaptic, reset to zero": lambda: snntorch.Synaptic(alpha=0.9, beta=0.8, reset_mechanism="zero"),
        "Alpha": lambda: snntorch.Alpha(alpha=0.9, beta=0.8),
    },
    "SpikingJelly": {
        "IFNode": jelly.IFNode,
        "IFNode, soft reset": lambda: jelly.IFNode(v_reset=None),
        "LIFNode": lambda: jelly.LIFNode(tau=5.0),
        "LIFNode, soft reset, input not decayed": lambda: jelly.LIFNode(tau=5.0, v_reset=None, decay_input=False),
        "LIFNode, multi-step": lambda: jelly.LIFNode(tau=5.0, step_mode="m"),
        "ParametricLIFNode": lambda: jelly.ParametricLIFNode(init_tau=4.0),
        "QIFNode": jelly.QIFNode,
        "EIFNode": jelly.EIFNode,
        "IzhikevichNode": lambda: jelly.IzhikevichNode(a=0.2, b=0.1, tau_w=20.0),
        "CUBALIFNode": jelly.CUBALIFNode,
        "ComplementaryLIFNode": jelly.ComplementaryLIFNode,
        "HalfThresholdIFNode": jelly.HalfThresholdIFNode,
        "KLIFNode": jelly.KLIFNode,
        "RAFNode": jelly.RAFNode,
        "SLTTLIFNode": jelly.SLTTLIFNode,
        "SimpleIFNode": jelly.SimpleIFNode,
    },
    "sinabs": {
        "LIF": lambda: sinabs_layers.LIF(tau_mem=20.0, **SINGLE),
        "LIF with a synapse": lambda: sinabs_layers.LIF(tau_mem=20.0, tau_syn=5.0, **SINGLE),
        "LIF, input not normalised, clipped": lambda: sinabs_layers.LIF(
            tau_mem=20.0, norm_input=False, min_v_mem=-1.0, **SINGLE
        ),
        "IAF": lambda: sinabs_layers.IAF(**SINGLE),
        "ALIF": lambda: sinabs_layers.ALIF(tau_mem=20.0, tau_adapt=100.0, **SINGLE),
        "ALIF with a synapse": lambda: sinabs_layers.ALIF(tau_mem=20.0, tau_adapt=100.0, tau_syn=5.0, **SINGLE),
    },
    "Norse": {
        "LIFCell": norse.LIFCell,
        "LIFBoxCell": norse.LIFBoxCell,
        "LIFExCell": norse.LIFExCell,
        "LIFAdExCell": norse.LIFAdExCell,
        "LIFRefracCell": norse.LIFRefracCell,
        "LIFAdExRefracCell": norse.LIFAdExRefracCell,
        "LSNNCell": norse.LSNNCell,
        "IAFCell": norse.IAFCell,
        "IzhikevichCell, tonic spiking": lambda: norse.IzhikevichCell(norse.tonic_spiking),
        "IzhikevichCell, tonic bursting": lambda: norse.IzhikevichCell(norse.tonic_bursting),
    },
}
"""What one line takes."""

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "sinabs LIF, several spikes": (
        lambda: sinabs_layers.LIF(tau_mem=20.0),
        r"got up to \d+ spikes in a step.*SingleSpike",
    ),
    "sinabs LIFSqueeze": (lambda: sinabs_layers.LIFSqueeze(tau_mem=20.0, batch_size=1, **SINGLE), "without Squeeze"),
    "snnTorch Leaky, inhibition": (lambda: snntorch.Leaky(0.9, inhibition=True), "inhibits other neurons"),
    "SpikingJelly GatedLIFNode": (lambda: jelly.GatedLIFNode(T=4), "no single step"),
    "Norse LIF, a layer": (norse.LIF, "computes a whole sequence"),
    "sinabs ExpLeak": (lambda: sinabs_layers.ExpLeak(tau_mem=20.0), "a leaky integrator, which never fires"),
    "snnTorch RLeaky": (lambda: snntorch.RLeaky(0.9, V=0.1, all_to_all=False), "recurrent weights"),
    "snnTorch RSynaptic": (lambda: snntorch.RSynaptic(0.9, 0.8, V=0.1, all_to_all=False), "recurrent weights"),
    "snnTorch SLSTM": (lambda: snntorch.SLSTM(1, 1), "a layer with weights"),
    "snnTorch Leaky, graded": (lambda: snntorch.Leaky(0.9, graded_spikes_factor=0.5), r"graded spikes \(0, 0\.5\)"),
    "SpikingJelly ILIFNode": (jelly.ILIFNode, r"got up to \d+ spikes in a step"),
    "SpikingJelly TernaryIFNode": (jelly.TernaryIFNode, "graded"),
    "SpikingJelly NonSpikingLIFNode": (jelly.NonSpikingLIFNode, "never fires"),
    "SpikingJelly PSN": (lambda: jelly.PSN(T=4), "no single step"),
    "Norse LICell": (norse.LICell, "a leaky integrator, which never fires"),
    "Norse LIFRecurrentCell": (lambda: norse.LIFRecurrentCell(2, 2), "recurrent weights"),
}
"""What is no neuron with one current and spikes of 1.0, and why."""


@contextmanager
def in_double() -> Iterator[None]:
    """Make modules whose constants and states are float64."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def random_start(model: pw.NeuronModel, lanes: int, seed: int = 0) -> np.ndarray:
    """Return a state of each lane: a potential from one span below rest to just below threshold, others of its size."""
    rng = np.random.default_rng(seed)
    rest, threshold = (float(x[0]) for x in model.rest_threshold(model.defaults()))
    span = threshold - rest
    state = model.start(model.defaults(), np.zeros(lanes))
    state[0] = rest + span * rng.uniform(-1.0, 0.95, lanes)
    for row, path in zip(state[1:], model.step.states[1:], strict=True):
        if path.endswith("rho"):  # steps that a neuron stays refractory
            row[:] = rng.integers(0, 6, lanes)
        else:
            row[:] += 0.3 * span * rng.uniform(-1.0, 1.0, lanes)
    return state


def _named_leaves(state: Any) -> list[tuple[str, Any]]:
    """Return (name, tensor) of a library's state, in order; fields of NamedTuples have names, others places."""
    if isinstance(state, torch.Tensor):
        return [("", state)]
    names = getattr(state, "_fields", [f"state{i}" for i in range(len(state))])
    return [
        (name or outer, leaf) for outer, entry in zip(names, state, strict=True) for name, leaf in _named_leaves(entry)
    ]


def _filled(state: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(state, torch.Tensor):
        return next(leaves)
    made = [_filled(entry, leaves) for entry in state]
    return type(state)(*made) if hasattr(state, "_fields") else type(state)(made)


def _place(module: Any, path: str) -> tuple[Any, str]:
    """Return the part of a module, and its attribute, that a path names."""
    *parts, name = path.split(".")
    for part in parts:
        module = getattr(module, part)
    return module, name


def own_loop(
    library: str, module: Any, currents: Any, paths: Sequence[str], start: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return (spikes, states) of a library's own loop, [steps, lanes] and [steps, states, lanes].

    Parameters
    ----------
    paths : sequence of str
        Of the states, in their order.
    start : array of shape [states, lanes], optional
        A state of each lane; by default what the library begins with.
    """
    spikes: list[np.ndarray] = []
    course: list[list[np.ndarray]] = []
    state: Any = None
    given = library == "Norse"

    def call(x: Any, state: Any) -> Any:
        if library == "sinabs":
            return module(x[:, None, None])
        return module(x, state) if given else module(x)

    def read() -> dict[str, Any]:
        return dict(_named_leaves(state)) if given else {p: getattr(*_place(module, p)) for p in paths}

    with torch.no_grad():
        if start is not None:
            out = call(0.0 * currents[0], None)  # it makes its state now
            state = out[1] if given else None
            before = read()
            new = {
                p: torch.from_numpy(x.copy()).reshape(before[p].shape).to(before[p].dtype)
                for p, x in zip(paths, start, strict=True)
            }
            if given:
                state = _filled(state, iter([new.get(name, leaf) for name, leaf in _named_leaves(state)]))
            for path, value in new.items() if not given else ():
                part, name = _place(module, path)
                setattr(part, name, value)
        for x in currents:
            out = call(x, state)
            state = out[1] if given else None
            fired = out[0] if isinstance(out, tuple) else out
            spikes.append(fired.detach().reshape(-1).double().numpy().copy())
            now = read()
            course.append([now[path].detach().reshape(-1).double().numpy().copy() for path in paths])
    return np.array(spikes), np.array(course)


def of_model(model: pw.NeuronModel, noise: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (spikes, states) of a model by its own step, [steps, lanes] and [steps, states, lanes]."""
    lanes = noise.shape[1]
    now = tuple(torch.from_numpy(x.copy()) for x in state)
    p = model.namespace({n: np.full(lanes, q.default) for n, q in model.parameters.items()})
    dt, spikes, course = torch.tensor(model.dt, dtype=torch.float64), [], []
    with torch.no_grad():
        for x in torch.from_numpy(noise):
            fired, now = model.advance(x, now, p, dt)
            spikes.append(fired.numpy())
            course.append(torch.stack(now).numpy())
    return np.array(spikes), np.array(course)


def compared(library: str, name: str) -> tuple[pw.NeuronModel, float, bool, int]:
    """Return (model, largest difference of any state, all spikes the same, spikes) of a neuron, taken in one line.

    It runs beside its library over noise, from rest and from a random state.
    """
    torch.manual_seed(0)
    model = from_torch(MADE[library][name]())
    difference, same, count = 0.0, True, 0
    noise = np.random.default_rng(0).uniform(-0.5, 2.5, (STEPS, SHARES.size)) * SHARES * model.current.default
    for start in (None, random_start(model, SHARES.size)):
        with in_double():
            torch.manual_seed(0)
            module = MADE[library][name]().double().eval()
            if getattr(module, "step_mode", "s") == "m":
                module.step_mode = "s"
            theirs, states = own_loop(library, module, torch.from_numpy(noise), model.step.states, start)
        begin = model.start(model.defaults(), np.zeros(SHARES.size)) if start is None else start
        ours, course = of_model(model, noise, begin)
        same = same and bool(np.array_equal(ours, theirs))
        count += int(theirs.sum())
        difference = float(np.maximum(difference, np.nanmax(np.abs(course - states))))
    return model, difference, same, count
