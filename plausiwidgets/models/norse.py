"""Norse's cells as neuron models, with the injected current applied directly to the membrane.

Norse's feed-forward steps filter their input through a synapse, so a constant current becomes an exponential rise whose
height depends on the time step. Here the synaptic variable ``i`` of Norse's state is set to the injected current before
each step, and the input is zero. To first order, a trace then stays the same when dt is halved.

dt is in ms, so Norse's inverse time constants are in 1/ms. The parameters of the models are time constants in ms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from plausiwidgets.models.contract import Namespace, Tensors
from plausiwidgets.models.model import NeuronModel, PerSet
from plausiwidgets.models.nested import leaves, rebuilt
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.arguments import checked, shown
from plausiwidgets.support.lazy import torch
from plausiwidgets.support.quiet import imported

NorseTuple = tuple[object, ...]
"""A NamedTuple of Norse, possibly nested, of tensors and numbers: its parameters or a state."""
NorseResult = tuple["torch.Tensor", NorseTuple]
"""The spikes and the state that a step returns."""

NORSE = "Pehle & Pedersen, Norse, doi:10.5281/zenodo.4422025"

# These steps have more than one input, more than one compartment, or noise.
_REFUSED = {
    "coba_lif": "has conductance inputs. Write a step that computes the voltage change from one injected current, and "
    "pass it to pw.NeuronModel",
    "lif_mc": "has several compartments that are coupled by a matrix. Write a step of one compartment, or with the "
    "compartments as state variables, and pass it to pw.NeuronModel",
    "lif_correlation": "has synaptic plasticity. Use lif_feed_forward_step, which is only the neuron",
    "correlation_sensor": "is a sensor, not a neuron",
    "poisson_encode": "is random, but a model must be deterministic",
    "lif_adex_current_encoder": "does not integrate its adaptation variable. Use lif_adex_feed_forward_step",
    "li": "is a leaky integrator, which never fires",
}


def functional(module: str) -> ModuleType:
    """Return a module of ``norse.torch.functional``, which is imported on its first use."""
    return imported(f"norse.torch.functional.{module}")


class NorseStep:
    """A function of a module in ``norse.torch.functional``, imported on its first call because this is slow."""

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.__name__ = name

    def __call__(self, *args: object, **kwargs: object) -> NorseResult:
        step: Callable[..., NorseResult] = getattr(functional(self.module), self.__name__)
        return step(*args, **kwargs)


@checked
def from_norse(
    key: str,
    step: object,
    convert: Callable[..., NorseTuple],
    initial_state: Callable[..., NorseTuple],
    parameters: Sequence[Parameter],
    current: Parameter,
    rest: PerSet,
    threshold: PerSet,
    dt: float = 0.1,
    *,
    inject: Callable[..., object] | None = None,
    **options: Any,
) -> NeuronModel:
    """Return a neuron model that wraps a feed-forward step or a cell from Norse.

    Parameters
    ----------
    key : str
        Name of the model.
    step : callable or Norse cell
        ``norse.torch.functional....feed_forward_step``, or a feed-forward cell such as ``norse.torch.LIFCell()``.
    convert : callable
        ``convert(p, dt)`` returns Norse's parameters (a NamedTuple) for the parameters of the model, for example the
        inverse of a time constant in ms.
    initial_state : callable
        ``initial_state(p, holding)`` returns Norse's state, a NamedTuple, possibly nested, of numbers or tensors of
        shape (lanes,). The injected current replaces a field ``i``.
    parameters, current, rest, threshold, dt
        See :class:`NeuronModel`.
    inject : callable, optional
        ``inject(current, p, dt)`` returns the input tensor of the step, if the state has no field ``i``. By default the
        input is the current.
    **options
        Further arguments of :class:`NeuronModel`.

    Returns
    -------
    NeuronModel

    Raises
    ------
    ValueError
        If the step is recurrent or has conductance inputs, several compartments or noise. The message contains an
        alternative.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> import torch
    >>> from norse.torch.functional.lif import LIFFeedForwardState, LIFParameters, lif_feed_forward_step
    >>> neuron = pw.from_norse(
    ...     "my_lif", lif_feed_forward_step,
    ...     lambda p, dt: LIFParameters(
    ...         tau_syn_inv=torch.zeros_like(p.tau), tau_mem_inv=1.0 / p.tau, v_leak=p.v_rest,
    ...         v_th=torch.full_like(p.tau, -50.0), v_reset=p.v_rest),
    ...     lambda p, holding: LIFFeedForwardState(v=p.v_rest, i=torch.zeros_like(p.v_rest)),
    ...     parameters=[pw.Parameter("tau", 20.0, 5.0, 80.0, unit="ms", scale="log"),
    ...                 pw.Parameter("v_rest", -65.0, -80.0, -55.0, unit="mV")],
    ...     current=pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"), rest="v_rest", threshold=-50.0)
    >>> neuron
    <NeuronModel 'my_lif': state v; parameters tau, v_rest>
    """
    activation = getattr(step, "activation", step)
    label = getattr(activation, "__name__", type(step).__name__)
    function = _accepted(label, activation)
    template: list[object] = []

    def flat_state(p: Namespace, holding: torch.Tensor) -> Tensors:
        state = initial_state(p, holding)
        if not hasattr(state, "_fields"):
            raise ValueError(
                f"from_norse: initial_state must return a NamedTuple from Norse, got {type(state).__name__}."
            )
        filled = _filled(state, holding)
        template[:] = [filled]
        return tuple(leaf for field, leaf in leaves(filled) if field != "i")

    def norse_step(
        injected: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor
    ) -> tuple[torch.Tensor, Tensors]:
        if not template:
            flat_state(p, injected)
        fields, own = [field for field, _ in leaves(template[0])], iter(state)
        if "i" in fields:
            given: object = torch.zeros_like(injected)
        else:
            given = injected if inject is None else inject(injected, p, dt)
        before = rebuilt(template[0], (injected if field == "i" else next(own) for field in fields))
        spikes, new = function(given, before, convert(p, dt), dt)
        return spikes, tuple(leaf for field, leaf in leaves(new) if field != "i")

    norse_step.convert = convert  # type: ignore[attr-defined]
    return NeuronModel(key, norse_step, parameters, flat_state, current, rest, threshold, dt, **options)


def norse_code(model: NeuronModel, parameters: Mapping[str, float], dt: float) -> str | None:
    """Return Python code for the parameters of a Norse cell, or None for a model without a step from Norse.

    The cell has a time step of `dt` ms. ``tau_syn_inv`` is 1/dt, so that its synapse passes an input on within one
    step. The models use 0, because they set the synaptic current in each step.
    """
    convert = getattr(model.step, "convert", None)
    if convert is None:
        return None
    values = {name: torch.tensor([parameters[name]], dtype=torch.float64) for name in model.parameters}
    return _code(convert(SimpleNamespace(**values), torch.tensor(dt, dtype=torch.float64)), 1.0 / dt)


def _filled(entry: object, like: torch.Tensor) -> object:
    """Return a NamedTuple, possibly nested, in which tensors like `like` replace plain numbers."""
    if isinstance(entry, tuple):
        inner = [_filled(e, like) for e in entry]
        kind: Callable[..., object] = type(entry)
        return kind(*inner) if hasattr(entry, "_fields") else tuple(inner)
    return torch.full_like(like, float(entry)) if isinstance(entry, Real) else entry


def _code(entry: object, tau_syn_inv: float, field: str = "") -> str:
    """Return Python code for a NamedTuple, possibly nested, of tensors with one element."""
    if isinstance(entry, tuple):
        names: Sequence[str] = getattr(entry, "_fields", ())
        inner = (f"{n}={_code(e, tau_syn_inv, n)}" for n, e in zip(names, entry, strict=True))
        return f"{type(entry).__name__}({', '.join(inner)})"
    if field == "tau_syn_inv":
        return f"torch.tensor({tau_syn_inv!r})"
    return f"torch.tensor({float(entry)!r})" if isinstance(entry, torch.Tensor) else repr(entry)


def _accepted(label: str, function: object) -> Callable[..., NorseResult]:
    """Return a step of Norse if it is one neuron with one current, else raise an error."""
    if not callable(function):
        raise ValueError(
            f"from_norse: step must be a feed-forward step or a cell from Norse, got {shown(function)}. For a cell "
            f"without an activation (several compartments), pass a custom step to pw.NeuronModel."
        )
    for prefix, reason in _REFUSED.items():
        stem = label.removesuffix("_step").removesuffix("_feed_forward")
        if stem == prefix or (prefix != "li" and label.startswith(prefix)):
            raise ValueError(f"from_norse: Norse's {label} {reason}.")
    code = getattr(function, "__code__", None)
    if code is not None and "input_weights" in code.co_varnames[: code.co_argcount]:
        raise ValueError(
            f"from_norse: step must be one neuron with one injected current, but Norse's {label} is recurrent and has "
            f"weights. Use {label.replace('_recurrent', '').removesuffix('_step')}_feed_forward_step."
        )
    return cast(Callable[..., NorseResult], function)
