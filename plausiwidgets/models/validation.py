"""What no engine could simulate, refused when a model is made, in words that say what to change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from plausiwidgets.models.namespace import ReadOnly, Recorder
from plausiwidgets.models.probing import Inputs, depends_on_other_lanes, probes
from plausiwidgets.names import unknown

if TYPE_CHECKING:
    from plausiwidgets.models.model import NeuronModel

_LANES = 3
_AT_DEFAULTS = "at the default parameters"
_SEVERAL = re.compile(r"ambiguous|only one element tensors|a Tensor with \d+ elements")
"""What torch says where a step asks for the truth, or the number, of several lanes."""

_MISTAKES = (NameError, AttributeError, TypeError, IndexError)
"""What is wrong whatever the values; anything else a step may raise at values without a meaning."""


def validate_model(model: NeuronModel) -> None:
    """Run `model` on a few lanes, and refuse what breaks the contract.

    First at its defaults, where all must be finite; then with potentials from far below to far
    above threshold and with other parameters, where a step shows what it does at a spike.

    A step that branches in Python on a tensor cannot run on several lanes at once; such a
    model is marked ``lanewise`` and the reference engine runs it a lane at a time.

    Raises
    ------
    ValueError
        Naming the model and what to change.
    """
    try:
        _check(model, _LANES)
    except _Ambiguous:
        _check(model, 1)
        model.lanewise = True


class _Ambiguous(Exception):
    """The step asked for the truth value of several lanes."""


class _Meaningless(Exception):
    """The step raised something at values that a simulation need not reach."""


def _check(model: NeuronModel, lanes: int) -> None:
    where = f"model {model.name!r}"
    read: set[str] = set()
    start = _start(model, lanes, read)
    new = _check_step(model, start, read)
    for name, s in zip(start.names, new, strict=True):
        if not torch.isfinite(s).all():
            raise ValueError(
                f"{where}: state {name!r} is not finite after one step at the default parameters and the "
                f"default current {model.current.default:g} {model.current.unit}"
            )
    for inputs in _further(model, lanes):
        try:
            with np.errstate(all="ignore"):
                _check_step(model, inputs.copy(), read)
        except _Meaningless:
            continue
        if lanes > 1 and depends_on_other_lanes(model, inputs):
            raise ValueError(
                f"{where}: a lane of the step gives other values alone than together with others ({inputs.when}). "
                f"Each lane is a neuron of its own, and must not depend on the other lanes or on their number: "
                f"compute elementwise, without `v.mean()`, `v[0]`, `v[:1]` or `len(v)`, and write "
                f"`torch.where(fired, a, b)` instead of `if fired.any():`"
            )
    unused = [n for n in model.parameters if n not in read]
    if unused:
        raise ValueError(
            f"{where} declares parameters that nothing reads: {', '.join(unused)}. Use p.{unused[0]} in the "
            f"step, initial_state, rest or threshold, or remove the Parameter"
        )


def _start(model: NeuronModel, lanes: int, read: set[str]) -> Inputs:
    """Return the first inputs of a step at the defaults; check the initial state, rest and threshold."""
    where = f"model {model.name!r}"
    values = {n: torch.full((lanes,), p.default, dtype=torch.float64) for n, p in model.parameters.items()}
    p = Recorder(read, **values)
    holding = torch.zeros(lanes, dtype=torch.float64)
    state = _call(model, "initial_state", _AT_DEFAULTS, p, holding)
    if not isinstance(state, (tuple, list)) or not state:
        raise ValueError(
            f"{where}: initial_state returned {type(state).__name__}, it must return a tuple with a "
            f"tensor for each state variable, the membrane potential first, such as (p.v_rest,)"
        )
    if model._states is not None and len(model._states) != len(state):
        raise ValueError(
            f"{where}: initial_state returned {len(state)} entries, and states names {len(model._states)}: "
            f"{', '.join(s.name for s in model._states)}"
        )
    names = tuple(s.name for s in model.states)
    state = tuple(_start_lanes(s, lanes, f"{where}: initial_state, {n!r}") for n, s in zip(names, state, strict=True))
    for name, s in zip(names, state, strict=True):
        if not torch.isfinite(s).all():
            raise ValueError(f"{where}: {name!r} of initial_state is not finite at the default parameters")
    span = {}
    for what in ("rest", "threshold"):
        entry = getattr(model, what)
        if isinstance(entry, str):
            read.add(entry)
        value = (
            _call(model, what, _AT_DEFAULTS, p) if callable(entry)
            else values[entry] if isinstance(entry, str) else entry
        )  # fmt: skip
        span[what] = float(torch.as_tensor(value, dtype=torch.float64).reshape(-1)[0])
    if not 0 < span["threshold"] - span["rest"] < float("inf"):
        raise ValueError(
            f"{where}: the threshold ({span['threshold']:g} mV) must lie above the rest ({span['rest']:g} mV) at the "
            f"default parameters: voltage criteria scale with their distance"
        )
    if model.spike_level is not None and model.spike_level <= span["rest"]:
        raise ValueError(
            f"{where}: spike_level ({model.spike_level:g} mV) must lie above the rest ({span['rest']:g} mV) at the "
            f"default parameters: a spike crosses it upwards"
        )
    current = torch.full((lanes,), model.current.default, dtype=torch.float64)
    return Inputs(current, state, values, torch.tensor(model.dt, dtype=torch.float64), names, _AT_DEFAULTS)


def _further(model: NeuronModel, lanes: int) -> Iterator[Inputs]:
    for inputs in probes(model):
        yield from [inputs] if lanes > 1 else inputs.alone()


def _check_step(model: NeuronModel, inputs: Inputs, read: set[str]) -> list[torch.Tensor]:
    """Run one step, refuse what breaks the contract whatever the values, and return the new state."""
    where, lanes, state = f"model {model.name!r}", inputs.lanes, inputs.state
    named = inputs.named()
    before = {n: (t.clone(), t._version) for n, t in named.items()}
    p = Recorder(read, **inputs.values)
    out = _call(model, "step", inputs.when, inputs.current, state, p, inputs.dt)
    for name, tensor in named.items():
        # The version also tells of `v[fired] = reset` where nothing fired.
        value, version = before[name]
        if tensor._version != version or not torch.equal(tensor.nan_to_num(), value.nan_to_num()):
            raise ValueError(
                f"{where}: the step changes its input {name} in place. Make a new tensor instead: "
                f"`v = v + x`, not `v += x`; `torch.where(fired, reset, v)`, not `v[fired] = reset`, "
                f"or work on `v.clone()`"
            )
    if model.spike_level is not None:
        if not isinstance(out, (tuple, list)) or any(isinstance(s, (tuple, list)) for s in out):
            raise ValueError(
                f"{where}: with spike_level the step returns the new state alone, such as (v, w), not {_describe(out)}"
            )
        spikes, new = torch.zeros(lanes, dtype=torch.float64), out
    elif not (isinstance(out, tuple) and len(out) == 2):
        raise ValueError(f"{where}: the step must return two things, (spikes, state), not {_describe(out)}")
    else:
        spikes, new = out
    if not isinstance(new, (tuple, list)) or len(new) != len(state):
        got = f"{len(new)} entries" if isinstance(new, (tuple, list)) else _describe(new)
        raise ValueError(
            f"{where}: the state that the step returns has {got}, that of initial_state {len(state)}: "
            f"return (spikes, ({', '.join(inputs.names)},))"
        )
    spikes = _as_lanes(spikes, lanes, f"{where}: spikes")
    new = [
        _as_lanes(s, lanes, f"{where}: state {n!r} after the step") for n, s in zip(inputs.names, new, strict=True)
    ]
    # A lane that ran away has diverged, and its spikes count for nothing.
    counts = torch.stack(new).isfinite().all(0)
    wrong = spikes[(spikes != 0) & (spikes != 1) & counts]
    if wrong.numel():
        raise ValueError(
            f"{where}: spikes must be 1.0 where the lane fired in this step and 0.0 elsewhere, not "
            f"{wrong[0].item():g} ({inputs.when}): `spikes = (v > threshold).to(v.dtype)`"
        )
    return new


def _call(model: NeuronModel, what: str, when: str, *args: Any) -> Any:
    try:
        with torch.no_grad():
            return getattr(model, what)(*args)
    except ReadOnly as error:
        raise ValueError(f"model {model.name!r}: {what} sets a parameter. {error}") from error
    except Exception as error:
        text = str(error)
        if _SEVERAL.search(text):
            if what == "step":
                raise _Ambiguous from error
            raise ValueError(
                f"model {model.name!r}: {what} branches on a tensor of several lanes; write "
                f"torch.where(condition, a, b) instead of an if"
            ) from error
        if isinstance(error, AttributeError) and isinstance(error.obj, Recorder):
            raise unknown(
                f"parameter read by {what} of model {model.name!r}", error.name, model.parameters
            ) from error
        if when != _AT_DEFAULTS and not isinstance(error, _MISTAKES):
            raise _Meaningless from error
        raise ValueError(
            f"model {model.name!r}: {what} raised {type(error).__name__} {when}: {text}"
        ) from error


def _start_lanes(value: Any, lanes: int, what: str) -> torch.Tensor:
    """Return an entry of the initial state as lanes; a number is the same for all of them."""
    if isinstance(value, (int, float)) or (isinstance(value, torch.Tensor) and not value.dim()):
        return torch.full((lanes,), float(value), dtype=torch.float64)
    return _as_lanes(value, lanes, what)


def _as_lanes(value: Any, lanes: int, what: str) -> torch.Tensor:
    if isinstance(value, (int, float)) and lanes == 1:
        value = torch.tensor([value], dtype=torch.float64)
    if not isinstance(value, torch.Tensor):
        raise ValueError(f"{what} is {_describe(value)}, it must be a tensor of shape [lanes]")
    if tuple(value.shape) != (lanes,):
        raise ValueError(
            f"{what} has shape {list(value.shape)}, it must be [lanes], here [{lanes}]: compute it from "
            f"the current, the state and p, elementwise"
        )
    if value.dtype not in (torch.float64, torch.bool):
        raise ValueError(
            f"{what} has dtype {value.dtype}, it must be torch.float64: write `.to(v.dtype)` where a mask "
            f"or a constant becomes a value"
        )
    return value.to(torch.float64)


def _describe(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"
