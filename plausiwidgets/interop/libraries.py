"""Special properties of neurons from torch libraries, which are recognized by class names without an import."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from plausiwidgets.models.nested import leaves
from plausiwidgets.support.lazy import torch

Convert = Callable[[SimpleNamespace, "torch.Tensor"], "torch.Tensor | float"]
"""Function of the parameters and the time step that computes a constant."""

POTENTIALS = (
    *("v", "mem", "v_mem", "vmem", "membrane", "U", "u", "V", "potential", "membrane_potential", "voltage", "volt"),
    *("vm", "Vm", "v_m", "V_m", "voltage_state"),
)
THRESHOLDS = (
    "threshold",
    "v_threshold",
    "spike_threshold",
    "v_th",
    "v_thresh",
    "vth",
    "thresh",
    "thr",
    "theta",
    "b0",
    "v_peak",
)
REST = ("v_rest", "v_leak", "rest", "E_L")
"""Common names of the potential, the threshold and the resting potential in libraries, the most common first."""


@dataclass(frozen=True)
class Library:
    """A library of neurons.

    Attributes
    ----------
    title, source : str
        Name and publication of the library.
    layouts : tuple of str
        Layouts of the lanes that its neurons accept, as keys of ``torch_calls.LAYOUTS``. If empty, all layouts are
        tried.
    refused : mapping of str to str
        Classes that are not one neuron with one current, with the reason for the error message.
    several : str
        Advice for a neuron with several spikes in a step.
    """

    title: str = ""
    source: str = ""
    layouts: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    several: str = ""

    def refuse(self, module: torch.nn.Module, where: str) -> None:
        """Raise an error if the class of a module or of one of its parts is not one neuron with one current."""
        for part in _parts(module):
            for kind in type(part).__mro__:
                if kind.__name__ in self.refused and LIBRARIES.get(kind.__module__.partition(".")[0]) is self:
                    raise ValueError(f"{where}: {self.title}'s {type(part).__name__} {self.refused[kind.__name__]}.")

    def prepare(self, module: torch.nn.Module, where: str) -> dict[str, Convert]:
        """Prepare a neuron for single steps, and return functions of (p, dt) for its constants, by their paths."""
        return {}

    def dt(self, module: torch.nn.Module) -> float | None:
        """Return the time step of a module in ms, or None if it has no time step."""
        return None

    def begins(self, module: torch.nn.Module, name: str) -> float | None:
        """Return the initial value of the state `name`, or None if the module itself contains the state."""
        return None

    def description(self, module: torch.nn.Module) -> str:
        """Return a sentence for the card of the model."""
        return f"{self.title}'s {type(module).__name__}, as it is." if self.title else ""


class _SnnTorch(Library):
    def refuse(self, module: torch.nn.Module, where: str) -> None:
        super().refuse(module, where)
        if any(getattr(part, "inhibition", False) for part in _parts(module)):
            raise ValueError(
                f"{where}: the module must be one neuron, but it inhibits other neurons of its layer (inhibition=True)."
            )


class _Sinabs(Library):
    def prepare(self, module: torch.nn.Module, where: str) -> dict[str, Convert]:
        for part in _parts(module):
            if hasattr(part, "record_states"):
                part.record_states = False
        return {}


class _SpikingJelly(Library):
    def prepare(self, module: torch.nn.Module, where: str) -> dict[str, Convert]:
        for part in _parts(module):
            if getattr(part, "step_mode", "s") != "s":
                if "s" not in tuple(part.supported_step_mode()):
                    raise ValueError(f"{where}: SpikingJelly's {type(part).__name__} {_AT_ONCE}.")
                part.step_mode = "s"
            if hasattr(part, "store_v_seq"):
                part.store_v_seq = False
        if reset := getattr(module, "reset", None):
            reset()
        return {}


class _Norse(Library):
    def prepare(self, module: torch.nn.Module, where: str) -> dict[str, Convert]:
        # Norse's time step is in s.
        return {f"{name}.dt".lstrip("."): lambda p, dt: dt * 1e-3 for name, _ in _with_dt(module)}

    def dt(self, module: torch.nn.Module) -> float | None:
        found = {1e3 * float(part.dt) for _, part in _with_dt(module)}
        return found.pop() if len(found) == 1 else None

    def begins(self, module: torch.nn.Module, name: str) -> float | None:
        for part in _parts(module):
            if hasattr(part, "state_fallback"):
                value = dict(leaves(part.state_fallback(torch.zeros(1)))).get(name)
                return None if value is None else float(value.detach().reshape(-1)[0])
        return None


class _Layers(Library):
    def dt(self, module: torch.nn.Module) -> float | None:
        found = {float(part.dt) for _, part in _with_dt(module)}
        return found.pop() if len(found) == 1 else None


def _parts(module: torch.nn.Module) -> Iterator[Any]:
    """Yield a module and its submodules, whose attributes depend on their library."""
    return module.modules()


def _with_dt(module: torch.nn.Module) -> list[tuple[str, Any]]:
    """Return the parts of a module that have a time step, with their paths."""
    return [(name, part) for name, part in module.named_modules() if hasattr(part, "dt")]


_RECURRENT = "has recurrent weights, but a model is one neuron with one current. Use the cell without recurrent weights"
_AT_ONCE = "computes a whole sequence and has no single step, but a model requires single steps"
_SEQUENCE = "computes a whole sequence. Use its cell"

LIBRARIES: dict[str, Library] = {
    "plausiwidgets": _Layers("plausiwidgets", layouts=("[lanes]",)),
    "snntorch": _SnnTorch(
        "snnTorch",
        "Eshraghian et al. 2023, doi:10.1109/JPROC.2023.3308088",
        refused={
            "SConv2dLSTM": "is a layer of convolutions",
            "SLSTM": "is a layer with weights",
            "RLeaky": _RECURRENT,
            "RSynaptic": _RECURRENT,
            "LeakyParallel": _SEQUENCE,
            "StateLeaky": _SEQUENCE,
            "LinearLeaky": "is a layer with weights",
            "AssociativeLeaky": "is a layer with weights",
        },
    ),
    "spikingjelly": _SpikingJelly(
        "SpikingJelly",
        "Fang et al. 2023, doi:10.1126/sciadv.adi1480",
        layouts=("[lanes]", "[lanes, 1]"),
        refused={
            **dict.fromkeys(
                (
                    "PSN",
                    "MaskedPSN",
                    "SlidingPSN",
                    "GatedLIFNode",
                    "DSRIFNode",
                    "DSRLIFNode",
                    "FewSpikeNode",
                    "ILCBaseNode",
                    "NoisyBaseNode",
                ),
                _AT_ONCE,
            ),
            "ActivationAwareIFNode": "has a threshold for each channel of a layer. Use IFNode, which has one threshold",
            "NonSpikingBaseNode": "never fires, because it returns its potential",
        },
    ),
    "sinabs": _Sinabs(
        "sinabs",
        "sinabs, synsense.gitlab.io/sinabs",
        layouts=("[lanes, time, 1]",),
        refused={
            **dict.fromkeys(("LIFRecurrent", "IAFRecurrent", "ALIFRecurrent"), _RECURRENT),
            "ExpLeak": "is a leaky integrator, which never fires",
            "SqueezeMixin": "has batches and times in one axis. Use the layer without Squeeze",
        },
        several=" Pass spike_fn=sinabs.activation.SingleSpike to the neuron.",
    ),
    "norse": _Norse(
        "Norse",
        "Pehle & Pedersen, doi:10.5281/zenodo.4422025",
        layouts=("[lanes]", "[lanes, 1]"),
        refused={
            "SNNRecurrentCell": _RECURRENT,
            "SNN": _SEQUENCE,
            "SNNRecurrent": _RECURRENT,
            **dict.fromkeys(("LICell", "LIBoxCell"), "is a leaky integrator, which never fires"),
            "CobaLIFCell": "has conductance inputs, but a model has one injected current",
        },
    ),
}
"""The libraries by the package of a class."""


def library_of(module: torch.nn.Module) -> Library:
    """Return the library of a module or of the first of its parts that has one, else a library without a name."""
    for part in _parts(module):
        for kind in type(part).__mro__:
            library = LIBRARIES.get(kind.__module__.partition(".")[0])
            if library is not None:
                return library
    return Library()
