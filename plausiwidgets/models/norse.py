"""Norse's cells as neuron models: the injected current goes to the membrane itself.

Norse's feed-forward steps filter their input through a synapse: a constant current arrives as
an exponential rise whose height depends on the time step. Here the synaptic variable ``i`` of
Norse's state is set to the injected current before each step, and the input is zero, so that a
trace stays the same, to first order, when dt is halved.

Norse's inverse time constants are in the unit that dt has the inverse of; dt is in ms here, so
they are 1/ms, and a person sees time constants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from plausiwidgets.models.model import NeuronModel, PerSet, Preset, builtin
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.models.presets import izhikevich_presets

NORSE = "Pehle & Pedersen, Norse, doi:10.5281/zenodo.4422025"

# Steps that have more than one input, more than one compartment, or noise.
_REFUSED = {
    "coba_lif": "has conductance inputs: write a step that turns one injected current into the voltage "
    "change yourself, with pw.NeuronModel",
    "lif_mc": "has several compartments coupled by a matrix: write one compartment's step, or the "
    "compartments as state variables, with pw.NeuronModel",
    "lif_correlation": "has synaptic plasticity: wrap the neuron alone, lif_feed_forward_step",
    "correlation_sensor": "is a sensor and not a neuron",
    "poisson_encode": "is random: a model here is deterministic",
    "lif_adex_current_encoder": "does not integrate its adaptation variable: use lif_adex_feed_forward_step",
    "li": "is a leaky integrator, it never fires",
}


def from_norse(
    name: str,
    step: Any,
    convert: Callable[[Any, Any], Any],
    initial_state: Callable[[Any, torch.Tensor], Any],
    parameters: Sequence[Parameter],
    current: Parameter,
    rest: PerSet,
    threshold: PerSet,
    dt: float = 0.1,
    *,
    inject: Callable[[torch.Tensor, Any, torch.Tensor], torch.Tensor] | None = None,
    **options: Any,
) -> NeuronModel:
    """Wrap a feed-forward step, or a cell, of Norse as a neuron model.

    Parameters
    ----------
    name : str
        Key of the model.
    step : callable or norse cell
        ``norse.torch.functional....feed_forward_step``, or a feed-forward cell such as
        ``norse.torch.LIFCell()``.
    convert : callable
        ``convert(p, dt)`` returns Norse's parameters (a NamedTuple) from ours: here a time
        constant in ms becomes an inverse one.
    initial_state : callable
        ``initial_state(p, holding)`` returns Norse's state (a NamedTuple, nested or not) of
        tensors of shape [lanes]. A field ``i`` is the current, whatever it is set to.
    parameters, current, rest, threshold, dt
        As in :class:`NeuronModel`.
    inject : callable, optional
        ``inject(current, p, dt)``: the input tensor of the step, for a state without a field
        ``i``. By default the current itself.
    **options
        Further arguments of :class:`NeuronModel`.

    Raises
    ------
    ValueError
        For a recurrent step, conductance inputs, several compartments or noise; the text says
        how to wrap one input.
    """
    function = getattr(step, "activation", step)
    label = getattr(function, "__name__", type(step).__name__)
    _refuse(label, function)
    template: list[Any] = []

    def flat_state(p: Any, holding: torch.Tensor) -> tuple[torch.Tensor, ...]:
        state = initial_state(p, holding)
        template[:] = [state]
        return tuple(leaf for field, leaf in _leaves(state) if field != "i")

    def norse_step(
        injected: torch.Tensor, state: tuple[torch.Tensor, ...], p: Any, dt: torch.Tensor
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
        if not template:
            flat_state(p, injected)
        fields = [field for field, _ in _leaves(template[0])]
        if "i" in fields:
            given = torch.zeros_like(injected)
        else:
            given = injected if inject is None else inject(injected, p, dt)
        spikes, new = function(given, _build(template[0], iter(state), injected), convert(p, dt), dt)
        return spikes, tuple(leaf for field, leaf in _leaves(new) if field != "i")

    return NeuronModel(
        name, norse_step, parameters, flat_state, current, rest, threshold, dt, **options
    )


def _refuse(label: str, function: Any) -> None:
    if not callable(function):
        raise ValueError(
            f"from_norse takes a feed-forward step or a cell of Norse, not {label}: a cell without an "
            f"activation (several compartments) cannot be wrapped, write its step with pw.NeuronModel"
        )
    for prefix, reason in _REFUSED.items():
        stem = label.removesuffix("_step").removesuffix("_feed_forward")
        if stem == prefix or (prefix != "li" and label.startswith(prefix)):
            raise ValueError(f"Norse's {label} {reason}")
    code = getattr(function, "__code__", None)
    if code is not None and "input_weights" in code.co_varnames[: code.co_argcount]:
        raise ValueError(
            f"Norse's {label} is a recurrent step with weights; a model here is one neuron with one injected "
            f"current: wrap {label.replace('_recurrent', '').removesuffix('_step')}_feed_forward_step"
        )


def _leaves(state: Any, field: str = "v") -> Iterator[tuple[str, torch.Tensor]]:
    """Yield (field name, tensor) of a nested NamedTuple, in order."""
    if isinstance(state, tuple):
        names = getattr(state, "_fields", ("v",) * len(state))
        for name, entry in zip(names, state, strict=True):
            yield from _leaves(entry, name)
    else:
        yield field, state


def _build(template: Any, values: Iterator[torch.Tensor], current: torch.Tensor) -> Any:
    """Return a state like `template` from flat values, its ``i`` being the injected current."""
    fields = getattr(template, "_fields", ())
    entries = []
    for name, entry in zip(fields, template, strict=True):
        if isinstance(entry, tuple):
            entries.append(_build(entry, values, current))
        else:
            entries.append(current if name == "i" else next(values))
    return type(template)(*entries)


# -- the package's own -------------------------------------------------------------------------


class _Late:
    """A function of Norse that is imported when it is first called: Norse takes its time."""

    def __init__(self, module: str, name: str) -> None:
        self.module = f"norse.torch.functional.{module}"
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from importlib import import_module

        return getattr(import_module(self.module), self.__name__)(*args, **kwargs)


_TAU_MEM = Parameter(
    "tau_mem", 20.0, 2.0, 50.0, "ms", "log", limits=(2.0, None), group="membrane",
    description="Membrane time constant: how slowly the potential follows the current.",
    source="Gerstner et al., Neuronal Dynamics, 2014, ch. 1",
)
_V_REST = Parameter(
    "v_rest", -65.0, -80.0, -55.0, "mV", group="membrane",
    description="Resting potential, where the neuron sits without a current.",
    source="Gerstner et al., Neuronal Dynamics, 2014, ch. 1",
)
_V_THRESHOLD = Parameter(
    "v_threshold", -50.0, -55.0, -40.0, "mV", group="spike and reset",
    description="Threshold: above it the neuron fires.",
    source="Gerstner et al., Neuronal Dynamics, 2014, ch. 1",
)
_V_RESET = Parameter(
    "v_reset", -65.0, -85.0, -45.0, "mV", group="spike and reset",
    description="Potential right after a spike; held at least 1 mV below the threshold.",
    source="Gerstner et al., Neuronal Dynamics, 2014, ch. 1",
)
_CURRENT_MV = Parameter(
    "current", 20.0, -50.0, 100.0, "mV",
    description="Injected current times the membrane resistance.",
)


def _reset_below_threshold(p: Any) -> torch.Tensor:
    # A reset at the threshold would let a leaky neuron fire without end, or look bistable.
    return torch.minimum(p.v_reset, p.v_threshold - 1.0)


@builtin
def lif() -> NeuronModel:
    """Leaky integrate-and-fire with an absolute refractory period: Norse's LIFRefrac step."""

    def convert(p: Any, dt: Any) -> Any:
        from norse.torch.functional.lif import LIFParameters
        from norse.torch.functional.lif_refrac import LIFRefracParameters

        inner = LIFParameters(
            tau_syn_inv=torch.zeros_like(p.tau_mem), tau_mem_inv=1.0 / p.tau_mem, v_leak=p.v_rest,
            v_th=p.v_threshold, v_reset=_reset_below_threshold(p),
        )
        # Norse counts refractory steps; unrounded, 3.0000000000000004 would cost one more.
        return LIFRefracParameters(lif=inner, rho_reset=torch.round(p.t_ref / dt))

    def initial(p: Any, holding: torch.Tensor) -> Any:
        from norse.torch.functional.lif import LIFFeedForwardState
        from norse.torch.functional.lif_refrac import LIFRefracFeedForwardState

        zero = torch.zeros_like(p.v_rest)
        return LIFRefracFeedForwardState(lif=LIFFeedForwardState(v=p.v_rest + zero, i=zero), rho=zero)

    return from_norse(
        "lif", _Late("lif_refrac", "lif_refrac_feed_forward_step"), convert, initial,
        parameters=[
            _TAU_MEM, _V_REST, _V_THRESHOLD, _V_RESET,
            Parameter(
                "t_ref", 2.0, 0.0, 5.0, "ms", limits=(0.0, 5.0), group="spike and reset",
                description="Absolute refractory period: for so long after a spike the neuron cannot fire.",
                source="Gerstner et al., Neuronal Dynamics, 2014, ch. 1",
            ),
        ],
        current=_CURRENT_MV, rest="v_rest", threshold="v_threshold", dt=0.1,
        title="Leaky integrate-and-fire (LIF)",
        description="The simplest spiking neuron: a leaky membrane, a threshold and a reset. It has no memory "
        "beyond its potential, so most patterns are out of its reach.",
        source=f"Lapicque 1907; step of {NORSE}",
        builtin=True, validate=False,
    )


@builtin
def adex_norse() -> NeuronModel:
    """Adaptive exponential neuron as Norse's LIFAdEx computes it: cut at the threshold."""

    def convert(p: Any, dt: Any) -> Any:
        from norse.torch.functional.lif_adex import LIFAdExParameters

        return LIFAdExParameters(
            adaptation_current=p.a, adaptation_spike=p.b, delta_T=p.delta_T,
            tau_ada_inv=1.0 / p.tau_w, tau_syn_inv=torch.zeros_like(p.tau_w), tau_mem_inv=1.0 / p.tau_mem,
            v_leak=p.v_rest, v_th=p.v_threshold, v_reset=_reset_below_threshold(p),
        )

    def initial(p: Any, holding: torch.Tensor) -> Any:
        from norse.torch.functional.lif_adex import LIFAdExFeedForwardState

        zero = torch.zeros_like(p.v_rest)
        return LIFAdExFeedForwardState(v=p.v_rest + zero, i=zero, a=zero)

    return from_norse(
        "adex_norse", _Late("lif_adex", "lif_adex_feed_forward_step"), convert, initial,
        parameters=[
            _TAU_MEM, _V_REST,
            Parameter(
                "delta_T", 2.0, 0.5, 5.0, "mV", "log", group="membrane",
                description="Slope factor: how sharply the potential takes off near the threshold.",
                source="Brette & Gerstner 2005",
            ),
            _V_THRESHOLD, _V_RESET,
            Parameter(
                "a", 0.2, -2.0, 4.0, "1", "asinh", 0.1, group="adaptation",
                description="Subthreshold adaptation: how strongly the adaptation follows the potential.",
                source="Brette & Gerstner 2005, over the leak conductance",
            ),
            Parameter(
                "b", 5.0, -5.0, 40.0, "mV", "asinh", 1.0, group="adaptation",
                description="Spike-triggered adaptation: added at each spike.",
                source="Brette & Gerstner 2005, times the membrane resistance",
            ),
            Parameter(
                "tau_w", 100.0, 5.0, 500.0, "ms", "log", group="adaptation",
                description="Time constant of the adaptation.", source="Brette & Gerstner 2005",
            ),
        ],
        current=_CURRENT_MV, rest="v_rest", threshold="v_threshold", dt=0.1,
        title="Adaptive exponential, Norse's (LIFAdEx)",
        description="Norse's LIFAdEx fires at the very threshold of its exponential, so the upswing of a spike "
        "never happens; compare it with the textbook AdEx.",
        source=f"Brette & Gerstner, J. Neurophysiol. 94, 2005; step of {NORSE}",
        builtin=True, validate=False,
    )


@builtin
def izhikevich() -> NeuronModel:
    """Izhikevich's simple model in Norse's order: both variables step from the old state."""
    from plausiwidgets.models.classic import izhikevich_parts

    def convert(p: Any, dt: Any) -> Any:
        from norse.torch.functional.izhikevich import IzhikevichParameters

        return IzhikevichParameters(
            a=p.a, b=p.b, c=p.c, d=p.d, sq=p.sq, mn=p.mn, bias=p.bias, v_th=30.0,
            tau_inv=1.0,  # per ms; Norse's default of 250 is for dt in seconds
        )

    def initial(p: Any, holding: torch.Tensor) -> Any:
        from norse.torch.functional.izhikevich import IzhikevichState

        return IzhikevichState(*parts["initial_state"](p, holding))

    parts = izhikevich_parts()
    presets: tuple[Preset, ...] = izhikevich_presets(norse_order=True)
    return from_norse(
        "izhikevich", _Late("izhikevich", "izhikevich_feed_forward_step"), convert, initial,
        parameters=parts["parameters"], current=parts["current"], rest=parts["rest"],
        threshold=parts["threshold"], dt=0.25, peak=30.0,
        title="Izhikevich (simple model)",
        description="Two variables, four parameters, and nearly all of the twenty patterns: a quadratic "
        "membrane and one slow recovery variable u.",
        source=f"Izhikevich, IEEE Trans. Neural Networks 14(6), 2003; step of {NORSE}",
        presets=presets, builtin=True, validate=False,
    )
