"""Conversion of neurons from and to the Neuromorphic Intermediate Representation (NIR).

NIR describes a neuron in continuous time, in s, and leaves the time step to the platform. Before version 1.0.8 it also
left the reset to the platform. Between two steps, the linear equations are solved exactly for a constant current. The
metadata of a node from ``to_nir`` contain the time step and the integration method of the packaged neuron.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, cast

import numpy as np

from plausiwidgets.engine.program.neuron import Programs
from plausiwidgets.engine.program.step import ProgramStep
from plausiwidgets.engine.program.tracer import StepTracer, Traced
from plausiwidgets.models.model import NeuronModel, StateVariable
from plausiwidgets.models.parameter import Floats, Parameter
from plausiwidgets.models.registry import get
from plausiwidgets.support.arguments import checked, finite, shown
from plausiwidgets.support.names import unknown
from plausiwidgets.support.quiet import imported

KEY = "nir_neuron"
"""Default key of a model."""
NEURONS = ("LIF", "CubaLIF", "IF")
_REFUSED = {
    "LI": "is a leaky integrator, which never fires",
    "CubaLI": "is a leaky integrator, which never fires",
    "I": "is an integrator, which never fires",
    "Threshold": "has no state",
}
_GAINS = ("Scale", "Linear", "Affine")
_EDGES = ("Input", "Output", "Flatten")
_INTERVAL = 50.0
"""Interspike interval in ms of an integrator without a leak at the default current."""


@checked
def from_nir(
    node: object,
    *,
    dt: float | None = None,
    reset: str | float | None = None,
    integration: str | None = None,
    key: str = KEY,
    current: Parameter | None = None,
    **options: Any,
) -> NeuronModel:
    """Return a model of a NIR neuron, or of a graph with one neuron.

    This function does not need torch, and needs NIR only for the node.

    Parameters
    ----------
    node : nir.LIF, nir.CubaLIF, nir.IF or nir.NIRGraph
        The neuron. A graph must contain one neuron, and may contain Scale, Linear or Affine nodes before it.
    dt : float, optional
        Time step in ms, although the time constants of NIR are in s. By default that of the node's metadata.
    reset : {"zero", "subtract"} or float, optional
        Potential after a spike: 0, the potential minus the threshold, or a number. By default the field ``v_reset`` of
        the node, which NIR has since version 1.0.8, becomes a parameter.
    integration : {"exact", "euler"}, optional
        Integration of a step, either exact or by forward Euler. By default that of the node's metadata, or exact.
    key : str
        Key of the model.
    current : Parameter, optional
        The injected current. By default its range surrounds the smallest one that makes the neuron fire.
    **options
        Further arguments of :class:`NeuronModel`.

    Returns
    -------
    NeuronModel

    Raises
    ------
    TypeError
        If `node` is not a node or a graph from NIR.
    ValueError
        If the node never fires, the graph has several neurons, the reset is unknown, or the node has no reset or no
        time step and none is passed.

    Examples
    --------
    >>> import numpy as np
    >>> import nir                                                                        # doctest: +SKIP
    >>> import plausiwidgets as pw
    >>> one = np.array([1.0])
    >>> node = nir.LIF(tau=0.02 * one, r=one, v_leak=0 * one, v_threshold=one)            # doctest: +SKIP
    >>> pw.judge(pw.from_nir(node, dt=1.0, reset="zero"), "tonic_spiking").status         # doctest: +SKIP
    'replicated'
    """
    neuron, gain, bias = _one_neuron(node)
    kind = type(neuron).__name__
    about: Mapping[str, object] = getattr(neuron, "metadata", None) or {}
    dt = _time_step(dt, about)
    values = {name: _number(neuron, name) for name in _FIELDS[kind]}
    if reset is None:
        values["v_reset"] = _reset(neuron, about)
    elif isinstance(reset, str) and reset not in ("zero", "subtract"):
        raise ValueError(f"from_nir: reset must be 'zero', 'subtract' or a number, got {shown(reset)}.")
    method = str(about.get("integration", "exact") if integration is None else integration)
    if method not in _SCHEMES:
        raise unknown("from_nir", "integration", method, _SCHEMES)
    parameters = [_parameter(name, x) for name, x in values.items()]
    tracer = StepTracer([p.key for p in parameters], 2 if kind == "CubaLIF" else 1)
    p, x, time_step = tracer.parameters, gain * tracer.current + bias, tracer.dt
    if method == "exact":
        v, synaptic = _exact(kind, p, x, tracer.state, time_step)
    else:
        v, synaptic = _euler(kind, p, x, tracer.state, time_step)
    fired, level = v > p["v_threshold"], options.get("spike_level")
    if level is not None:
        finite("from_nir", "spike_level", level)
    after = p["v_reset"] if reset is None else v - p["v_threshold"] if reset == "subtract" else _number_of(reset)
    state = [np.where(fired, after, v), *synaptic]
    spikes = fired if level is None else np.logical_and(tracer.state[0] < level, state[0] >= level)
    rest = "v_leak" if "v_leak" in values else 0.0
    begin = StepTracer([q.key for q in parameters], 0)
    first = begin.parameters["v_leak"] if "v_leak" in values else 0.0
    start = begin.program(0.0, [first, *(0.0 for _ in synaptic), first, begin.parameters["v_threshold"]])
    drive = current or _current(values, gain, bias, values["v_threshold"] - values.get("v_leak", 0.0), kind)
    step = ProgramStep(Programs(tracer.program(spikes, state), start), level)
    return NeuronModel(
        key,
        step,
        parameters,
        step.initial_state,
        drive,
        rest,
        "v_threshold",
        dt,
        states=[StateVariable("v", "1"), *(StateVariable("i", "1") for _ in synaptic)],
        **({"scheme": _SCHEMES[method], "title": f"NIR {kind}" if key == KEY else ""} | options),
    )


_SCHEMES = {"exact": "exact for a current that is constant within a step", "euler": "forward Euler"}
_FIELDS = {
    "LIF": ("tau", "r", "v_leak", "v_threshold"),
    "IF": ("r", "v_threshold"),
    "CubaLIF": ("tau_syn", "tau_mem", "r", "v_leak", "v_threshold", "w_in"),
}


def _exact(
    kind: str, p: Mapping[str, Traced], x: Traced, state: Sequence[Traced], dt: Traced
) -> tuple[Traced, list[Traced]]:
    """Return the exact potential and synaptic current after a step with a constant current."""
    v = state[0]
    if kind == "IF":
        return v + dt * 1e-3 * p["r"] * x, []
    if kind == "LIF":
        end = p["v_leak"] + p["r"] * x
        return end + (v - end) * np.exp(-dt / p["tau"]), []
    settled, tau, tau_syn = p["w_in"] * x, p["tau_mem"], p["tau_syn"]
    end, left, kept = p["v_leak"] + p["r"] * settled, state[1] - settled, np.exp(-dt / tau)
    v = end + (v - end) * kept + p["r"] * left * kept * _synaptic_response(dt, tau, tau_syn)
    return v, [settled + left * np.exp(-dt / tau_syn)]


def _euler(
    kind: str, p: Mapping[str, Traced], x: Traced, state: Sequence[Traced], dt: Traced
) -> tuple[Traced, list[Traced]]:
    """Return the potential and the synaptic current after a step of forward Euler."""
    # Keep the order of the operations, which is that of Norse, because each order rounds differently. A packaged neuron
    # must have the same spikes after `to_nir` and `from_nir`.
    v = state[0]
    if kind == "IF":
        return v + dt * 1e-3 * p["r"] * x, []
    if kind == "LIF":
        return v + dt * (1.0 / p["tau"]) * ((p["v_leak"] - v) + p["r"] * x), []
    synaptic = state[1]
    v = v + dt * (1.0 / p["tau_mem"]) * ((p["v_leak"] - v) + p["r"] * synaptic)
    return v, [synaptic + dt * (1.0 / p["tau_syn"]) * (p["w_in"] * x - synaptic)]


def _number_of(reset: str | float) -> float:
    return 0.0 if isinstance(reset, str) else float(reset)


def _time_step(dt: float | None, about: Mapping[str, object]) -> float:
    """Return the time step in ms from the argument, or from the metadata, in which it is in s."""
    known = about.get("dt")
    if dt is None and isinstance(known, (int, float)):
        dt = 1e3 * float(known)
    if dt is None:
        raise ValueError("from_nir: dt must be passed, in ms, because the node has no time step in its metadata.")
    return finite("from_nir", "dt", dt, above=0.0, unit="ms")


def _reset(neuron: object, about: Mapping[str, object]) -> float:
    """Return the reset potential of a node from its field, or from its metadata for NIR versions without the field."""
    if getattr(neuron, "v_reset", None) is not None:
        return _number(neuron, "v_reset")
    known = about.get("v_reset")
    if isinstance(known, (int, float)):
        return float(known)
    raise ValueError(
        f"from_nir: reset must be 'zero', 'subtract' or a number, because this {type(neuron).__name__} has no v_reset. "
        f"NIR has this field since version 1.0.8."
    )


def _synaptic_response(dt: Traced, tau: Traced, tau_syn: Traced) -> Traced:
    """Return the response of the membrane to a synaptic current that decays from 1, divided by exp(−dt/tau)."""
    z = dt * (tau_syn - tau) / (tau_syn * tau)
    near = abs(z) < 1e-12
    kept: Traced = dt / tau * np.where(near, 1.0, np.expm1(z) / np.where(near, 1.0, z))
    return kept


class _Graph(Protocol):
    """A graph of NIR."""

    nodes: Mapping[str, object]
    edges: Iterable[tuple[str, str]]


def _one_neuron(node: object) -> tuple[object, float, float]:
    """Return (neuron, gain, bias) of a node or a graph."""
    kind = type(node).__name__
    if not any(base.__module__.partition(".")[0] == "nir" for base in type(node).__mro__):
        raise TypeError(f"from_nir: node must be a node or a graph from NIR, such as nir.LIF(…), got {shown(node)}.")
    gain, bias, neuron = 1.0, 0.0, node
    if kind == "NIRGraph":
        graph = cast(_Graph, node)
        neurons = [n for n in graph.nodes.values() if type(n).__name__ not in (*_GAINS, *_EDGES)]
        names = ", ".join(type(n).__name__ for n in neurons) or "none"
        if len(neurons) != 1:
            raise ValueError(
                f"from_nir: the graph must have one neuron with one current, got {len(neurons)} neurons ({names})."
            )
        neuron = neurons[0]
        for name in _before(graph, neuron):
            inner = graph.nodes[name]
            if type(inner).__name__ in _GAINS:
                scale = _number(inner, "scale" if type(inner).__name__ == "Scale" else "weight")
                gain *= scale
                bias = bias * scale + (_number(inner, "bias") if type(inner).__name__ == "Affine" else 0.0)
    kind = type(neuron).__name__
    if kind in _REFUSED:
        raise ValueError(f"from_nir: NIR's {kind} {_REFUSED[kind]}.")
    if kind not in NEURONS:
        raise ValueError(
            f"from_nir: node must be a neuron ({', '.join(NEURONS)}) or a graph with one neuron, got NIR's {kind}."
        )
    return neuron, gain, bias


def _before(graph: _Graph, neuron: object) -> list[str]:
    """Return the names of the nodes that lead to the neuron of a graph, in the order of their effect."""
    name = next(name for name, node in graph.nodes.items() if node is neuron)
    found: list[str] = []
    while sources := [source for source, target in graph.edges if target == name and source in graph.nodes]:
        if len(sources) > 1 or sources[0] in found or sources[0] == name:
            raise ValueError(
                f"from_nir: the graph must be a chain without branches and loops, but {name!r} has input "
                f"from {', '.join(map(repr, sources))}."
            )
        name = sources[0]
        found.insert(0, name)
        weight = getattr(graph.nodes[name], "weight", None)
        if weight is not None and np.ndim(weight) > 1 and np.shape(weight)[-1] > 1:
            raise ValueError(
                f"from_nir: {name!r} must have one input, the injected current, got {np.shape(weight)[-1]}."
            )
    rest = [n for n, node in graph.nodes.items() if n not in found and type(node).__name__ in _GAINS]
    if rest:
        raise ValueError(
            f"from_nir: each Scale, Linear or Affine node of the graph must lead to its neuron, but "
            f"{', '.join(map(repr, rest))} {'does' if len(rest) == 1 else 'do'} not. Pass only the neuron."
        )
    return found


def _number(node: object, name: str) -> float:
    """Return a number of a node, in which NIR stores one value per neuron. Time constants are converted to ms."""
    try:
        values = np.unique(np.asarray(getattr(node, name), dtype=np.float64))
    except (AttributeError, TypeError, ValueError):
        values = np.array([np.nan])
    if not np.isfinite(values).all():
        raise ValueError(
            f"from_nir: {name} of NIR's {type(node).__name__} must be a finite number, or an array of such numbers, "
            f"got {shown(getattr(node, name, None))}."
        )
    if values.size != 1:
        raise ValueError(
            f"from_nir: {name} of NIR's {type(node).__name__} must have one value, got {values.size} different values. "
            f"Pass a node with one neuron."
        )
    return float(values[0]) * (1e3 if name.startswith("tau") else 1.0)


def _parameter(name: str, x: float) -> Parameter:
    unit = "ms" if name.startswith("tau") else "1"
    if x > 0.0:
        return Parameter(name, x, 0.2 * x, 5.0 * x, unit, scale="log", vary=name != "v_threshold")
    return Parameter(name, x, x - 1.0, x + 0.5, unit)


def _current(values: Mapping[str, float], gain: float, bias: float, span: float, kind: str) -> Parameter:
    """Return the injected current with a default of 1.5 times the smallest one that makes the neuron fire."""
    needed = span / values["r"] / values.get("w_in", 1.0)
    if kind == "IF":
        needed /= 1e-3 * _INTERVAL * 1.5
    if bias < needed:
        default = float(f"{(1.5 * needed - bias) / gain:.2g}")
        low, high = sorted((-2.0 * default, 10.0 * default))
    else:  # The neuron fires without input.
        default = float(f"{0.5 * needed / gain:.2g}")
        low, high = sorted((1.5 * (needed - bias) / gain - default, 10.0 * default))
    return Parameter("current", default, low, high, "1")


@checked
def to_nir(model: str | NeuronModel, parameters: Mapping[str, float] | None = None) -> object:
    """Return a packaged neuron as a NIR node, if NIR has an equivalent.

    The only such neuron is ``lif``, which becomes a ``nir.LIF``. NIR has no refractory period, no time step and no
    integration method. The node's ``metadata`` contain the time step in s and the integration method, so that
    :func:`from_nir` returns a neuron with the same spikes. They also contain the reset, because NIR versions before
    1.0.8 have no field for it. Potentials are in mV and time constants in s. This function needs NIR, which ``pip
    install nir`` installs.

    Parameters
    ----------
    model : str or NeuronModel
        The neuron model ``lif``.
    parameters : mapping of str to float, optional
        Parameters of the model. Parameters without a value have their defaults.

    Returns
    -------
    nir.LIF

    Raises
    ------
    ValueError
        If the model is not ``lif``, or has a refractory period.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> float(pw.to_nir("lif", {"tau_mem": 20.0, "t_ref": 0.0}).tau[0])                                 # doctest: +SKIP
    0.02
    """
    neuron = get(model)
    if neuron.key != "lif":
        raise ValueError(
            f"to_nir: model must be 'lif', got {neuron.key!r}. No other packaged model has an equivalent in NIR."
        )
    nir = imported("nir")
    values = {name: float(x) for name, x in neuron.complete(parameters).items()}
    if values["t_ref"] > 0.0:
        raise ValueError(f"to_nir: t_ref must be 0 ms, got {values['t_ref']:g}. NIR has no refractory period.")

    def one(x: float) -> Floats:
        return np.array([x])

    reset = min(values["v_reset"], values["v_threshold"] - 1.0)  # The model limits its reset in the same way.
    fields = {field.name for field in dataclasses.fields(nir.LIF)}
    return nir.LIF(
        tau=one(1e-3 * values["tau_mem"]),
        r=one(1.0),
        v_leak=one(values["v_rest"]),
        v_threshold=one(values["v_threshold"]),
        metadata={"v_reset": reset, "dt": 1e-3 * neuron.dt, "integration": "euler"},
        **({"v_reset": one(reset)} if "v_reset" in fields else {}),
    )
