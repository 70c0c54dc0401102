"""The package's own models that step as Norse does: LIF, AdEx and Izhikevich."""

from __future__ import annotations

from typing import Any

import torch

from plausiwidgets.models.classic import izhikevich_parts
from plausiwidgets.models.model import NeuronModel, Preset
from plausiwidgets.models.norse import from_norse
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.models.presets import izhikevich_presets
from plausiwidgets.models.registry import builtin

NORSE = "Pehle & Pedersen, Norse, doi:10.5281/zenodo.4422025"


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
        validate=False,
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
        validate=False,
    )


@builtin
def izhikevich() -> NeuronModel:
    """Izhikevich's simple model in Norse's order: both variables step from the old state."""
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
        presets=presets, validate=False,
    )
