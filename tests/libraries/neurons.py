"""Neurons of libraries for torch: how each is made, and its library's own loop.

``python tests/libraries/neurons.py`` prints the table of them: whether one line takes it, how far it is from its
library, and how fast it is judged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import norse.torch as norse
import numpy as np
import sinabs.activation
import sinabs.layers as sinabs_layers
import snntorch
import torch
from spikingjelly.activation_based import neuron as jelly

import plausiwidgets as pw
from plausiwidgets.models.from_torch import from_torch
from plausiwidgets.simulation.compiled.engine import why_not

STEPS = 1000
SINGLE: dict[str, Any] = {"spike_fn": sinabs.activation.SingleSpike}

MADE: dict[str, dict[str, Callable[[], Any]]] = {
    "snnTorch": {
        "Leaky": lambda: snntorch.Leaky(0.9),
        "Leaky, reset to zero": lambda: snntorch.Leaky(0.9, reset_mechanism="zero", init_hidden=True),
        "Leaky, reset at once": lambda: snntorch.Leaky(0.9, reset_delay=False),
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
}  # fmt: skip
"""What one line takes."""

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "sinabs LIF, several spikes": (lambda: sinabs_layers.LIF(tau_mem=20.0), "several spikes in one step .*SingleSpike"),
    "sinabs ExpLeak": (lambda: sinabs_layers.ExpLeak(tau_mem=20.0), "a leaky integrator, it never fires"),
    "snnTorch RLeaky": (lambda: snntorch.RLeaky(0.9, V=0.1, all_to_all=False), "recurrent weights"),
    "snnTorch Leaky, graded": (lambda: snntorch.Leaky(0.9, graded_spikes_factor=0.5), r"graded \(0, 0\.5\)"),
    "SpikingJelly ILIFNode": (jelly.ILIFNode, "several spikes in one step"),
    "SpikingJelly TernaryIFNode": (jelly.TernaryIFNode, "graded"),
    "SpikingJelly NonSpikingLIFNode": (jelly.NonSpikingLIFNode, "cannot be called on lanes|no output"),
    "SpikingJelly PSN": (lambda: jelly.PSN(T=4), "no single step"),
    "Norse LICell": (norse.LICell, "a leaky integrator, it never fires"),
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


def _potential(module: Any, state: Any) -> Any:
    while isinstance(state, tuple):
        state = getattr(state, "v", None) if getattr(state, "v", None) is not None else state[0]
    if state is not None:
        return state
    return next(getattr(module, n) for n in ("mem", "v", "v_mem") if hasattr(module, n))


def own_loop(library: str, module: Any, currents: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return (spikes, potential) of a library's own loop, [steps, lanes]."""
    spikes, course, state = [], [], None
    with torch.no_grad():
        for x in currents:
            if library == "sinabs":
                out = module(x[:, None, None])
            elif library == "Norse":
                out, state = module(x, state)
            else:
                out = module(x)
            fired = out[0] if isinstance(out, tuple) else out
            spikes.append(fired.detach().reshape(-1).double().numpy().copy())
            course.append(_potential(module, state).detach().reshape(-1).double().numpy().copy())
    return np.array(spikes), np.array(course)


@dataclass(frozen=True)
class Row:
    """What was measured of a neuron."""

    library: str
    name: str
    model: pw.NeuronModel
    reason: str | None
    difference: float
    same: bool
    spikes: int


def row(library: str, name: str, compiled: bool = True) -> Row:
    """Compare a neuron, taken in one line, with its library over noise."""
    torch.manual_seed(0)
    model = from_torch(MADE[library][name]())
    with in_double():
        torch.manual_seed(0)
        module = MADE[library][name]().double().eval()
    shares = np.array([0.5, 0.7, 1.0, 1.5, 2.0, 3.0])
    noise = np.random.default_rng(0).uniform(-0.5, 2.5, (STEPS, shares.size)) * shares * model.current.default
    with in_double():
        theirs, course = own_loop(library, module, torch.from_numpy(noise))
    state = tuple(torch.from_numpy(x.copy()) for x in model.start(model.defaults(), np.zeros(shares.size)))
    p = model.namespace({n: np.full(shares.size, q.default) for n, q in model.parameters.items()})
    dt, ours, v = torch.tensor(model.dt, dtype=torch.float64), [], []
    with torch.no_grad():
        for x in torch.from_numpy(noise):
            fired, state = model.advance(x, state, p, dt)
            ours.append(fired.numpy())
            v.append(state[0].numpy())
    return Row(
        library, name, model, why_not(model) if compiled else None, float(np.nanmax(np.abs(np.array(v) - course))),
        bool(np.array_equal(np.array(ours), theirs)), int(theirs.sum()),
    )  # fmt: skip


def main() -> None:
    """Print the table."""
    print("| library | neuron | compiled | largest difference | same spikes | spikes | judged in ms | sets a second |")
    print("|---|---|---|---|---|---|---|---|")
    for library, neurons in MADE.items():
        for name in neurons:
            r = row(library, name)
            pw.judge(r.model, "tonic_spiking", verify=False)
            seconds = []
            for sets in (1, 500):
                values = {"amplitude": np.full(sets, r.model.current.default)}
                begun = time.perf_counter()
                pw.judge(r.model, "tonic_spiking", values, verify=False)
                seconds.append(time.perf_counter() - begun)
            print(
                f"| {library} | {name} | {r.reason or 'yes'} | {r.difference:.1e} | {r.same} | {r.spikes} | "
                f"{1e3 * seconds[0]:.1f} | {500 / seconds[1]:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
