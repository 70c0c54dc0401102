"""The function `to_norse`, which converts a neuron into a network layer and imports torch when it is called."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.interop.rheobase import rheobase
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.support.arguments import checked, mapping, numbers, shown
from plausiwidgets.support.extras import require
from plausiwidgets.support.names import unknown

if TYPE_CHECKING:
    from plausiwidgets.interop.layer import NeuronLayer

_ALPHA_SPAN = 2.0
"""Default of alpha, multiplied by the span from rest to threshold."""


def _model_parameters(neuron: NeuronModel, given: dict[str, ArrayLike]) -> dict[str, ArrayLike]:
    """Return only the model's parameters if a set contains all of them, else the unchanged set."""
    return {name: given[name] for name in neuron.parameters} if neuron.parameters.keys() <= given.keys() else given


@checked
def to_norse(
    model: str | NeuronModel,
    parameters: Mapping[str, ArrayLike] | None = None,
    dt: float | None = None,
    *,
    surrogate: str | Callable[..., Any] = "superspike",
    alpha: str | float = "auto",
    detach_reset: bool = True,
    learn: str | Collection[str] = (),
    input: str | ArrayLike = "current",
) -> NeuronLayer:
    """Return a neuron as a differentiable network layer, a ``torch.nn.Module`` with the interface of Norse.

    The layer takes the same steps as :func:`plausiwidgets.simulate`. It has no weights and no synapse. Use it like a
    cell of Norse: after a ``Linear``, or in ``norse.torch.SequentialState``, ``Lift`` or ``RecurrentSequential``. Its
    numbers are float64, and ``.float()`` and ``.to(device)`` work as usual.

    Parameters
    ----------
    model : str or NeuronModel
        The neuron model.
    parameters : mapping of str to float or 1-D array, optional
        Parameters without a value have their defaults. An array has one value for each neuron of the layer. The
        complete parameter set of a `Result` also contains parameters of the stimulus, which are ignored.
    dt : float, optional
        Time step in ms, by default that of the model.
    surrogate : {"superspike", "logistic", "triangle"} or callable
        Replacement for the derivative of the spike. A function returns the slope for ``alpha`` times the distance.
    alpha : float or "auto"
        Steepness of the surrogate in 1/mV, by default 2 divided by the span from rest to threshold.
    detach_reset : bool
        Whether the state, including the reset, changes without a derivative at a spike. The spikes in the output always
        have a derivative.
    learn : str or collection of str
        Names of the parameters that become ``nn.Parameter`` at ``layer.neuron.<name>``.
    input : {"current", "rheobase"}, float or 1-D array
        Current for an input of 1: 1 in the unit of the model's current, the smallest current that makes the neuron
        fire, or the given current.

    Returns
    -------
    NeuronLayer

    Raises
    ------
    ImportError
        If PyTorch is not installed. The message contains the command that installs it.
    NotCompilableError
        If the step cannot be exported. The message contains the reason.
    ValueError
        If an argument is out of range, the neuron has no rheobase, or its spikes do not come from a comparison.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> import torch
    >>> layer = pw.to_norse("adex", {"b": [20.0, 60.0, 100.0]}, dt=0.2, learn="b", input="rheobase").float()
    >>> state, spikes = None, 0.0
    >>> for _ in range(250):                                   # 50 ms, a batch of 5, 3 neurons
    ...     z, state = layer(torch.full((5, 3), 2.0), state)
    ...     spikes = spikes + z
    >>> spikes.shape, state._fields
    (torch.Size([5, 3]), ('v', 'w'))
    >>> spikes.sum().backward()
    >>> bool((layer.neuron.b.grad != 0.0).all())
    True
    """
    require("torch")
    from plausiwidgets.interop.layer import NeuronLayer
    from plausiwidgets.interop.surrogate import SURROGATES

    neuron = get(model)
    values = neuron.complete(_model_parameters(neuron, mapping(parameters)))
    step = check_dt(neuron, dt)
    sizes = {v.size for v in values.values() if v.ndim}
    if any(v.ndim > 1 for v in values.values()) or len(sizes - {1}) > 1:
        raise ValueError(
            f"to_norse: arrays of parameters must have one value for each neuron, got {sorted(sizes)} values."
        )
    learned = {learn} if isinstance(learn, str) else set(learn)
    for name in learned:
        if name not in values:
            raise unknown("to_norse: learn", "parameter", name, values)
    if isinstance(surrogate, str) and surrogate not in SURROGATES:
        raise unknown("to_norse", "surrogate", surrogate, SURROGATES)
    slope = SURROGATES[surrogate] if isinstance(surrogate, str) else surrogate
    if isinstance(alpha, str):
        if alpha != "auto":
            raise ValueError(f"to_norse: alpha must be 'auto' or a number > 0 (mV⁻¹), got {alpha!r}.")
        steepness = _ALPHA_SPAN / neuron.span(values)
    else:
        steepness = np.array([alpha], dtype=np.float64)
    if not (steepness > 0.0).all():
        raise ValueError(f"to_norse: alpha must be 'auto' or a number > 0 (mV⁻¹), got {alpha!r}.")
    scale: np.ndarray | None = None
    if isinstance(input, str):
        if input not in ("current", "rheobase"):
            raise unknown("to_norse", "input", input, ("current", "rheobase"))
        if input == "rheobase":
            scale = rheobase(neuron, values, step)
    else:
        scale = numbers(input)
        if scale is None or scale.ndim > 1 or not scale.size or not np.isfinite(scale).all():
            raise ValueError(
                "to_norse: input must be 'current', 'rheobase', or one finite current for all neurons or for each "
                f"neuron ({neuron.current.unit}), got {shown(input)}."
            )
    return NeuronLayer(neuron, values, step, slope, steepness, detach_reset, learned, scale)
