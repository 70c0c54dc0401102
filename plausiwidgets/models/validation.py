"""What no engine could simulate, refused when a model is made, in words that say what to change."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import torch

from plausiwidgets.names import unknown

if TYPE_CHECKING:
    from plausiwidgets.models.model import NeuronModel

_LANES = 3


class _Recorder(SimpleNamespace):
    """Parameters of a step that remembers which of them were read."""

    def __init__(self, read: set[str], **values: Any) -> None:
        super().__init__(**values)
        object.__setattr__(self, "_read", read)

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_") and name not in super().__getattribute__("__dict__"):
            raise AttributeError(f"no parameter {name!r}", name=name, obj=self)
        value = super().__getattribute__(name)
        if not name.startswith("_"):
            super().__getattribute__("_read").add(name)
        return value


def validate_model(model: NeuronModel) -> None:
    """Run `model` once on a few lanes at its defaults, and refuse what breaks the contract.

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


def _check(model: NeuronModel, lanes: int) -> None:
    where = f"model {model.name!r}"
    read: set[str] = set()
    values = {n: torch.full((lanes,), p.default, dtype=torch.float64) for n, p in model.parameters.items()}
    p = _Recorder(read, **values)
    holding = torch.zeros(lanes, dtype=torch.float64)

    state = _call(model, "initial_state", p, holding)
    if not isinstance(state, (tuple, list)) or not state:
        raise ValueError(
            f"{where}: initial_state returned {type(state).__name__}, it must return a tuple with a "
            f"tensor for each state variable, the membrane potential first, such as (p.v_rest,)"
        )
    state = tuple(_as_lanes(s, lanes, f"{where}: initial_state, entry {i}") for i, s in enumerate(state))
    for i, s in enumerate(state):
        if not torch.isfinite(s).all():
            raise ValueError(f"{where}: entry {i} of initial_state is not finite at the default parameters")
    span = {}
    for what in ("rest", "threshold"):
        entry = getattr(model, what)
        if isinstance(entry, str):
            read.add(entry)
        value = _call(model, what, p) if callable(entry) else values[entry] if isinstance(entry, str) else entry
        span[what] = float(torch.as_tensor(value, dtype=torch.float64).reshape(-1)[0])
    if not 0 < span["threshold"] - span["rest"] < float("inf"):
        raise ValueError(
            f"{where}: the threshold ({span['threshold']:g} mV) must lie above the rest ({span['rest']:g} mV) at the "
            f"default parameters: voltage criteria scale with their distance"
        )

    current = torch.full((lanes,), model.current.default, dtype=torch.float64)
    dt = torch.tensor(model.dt, dtype=torch.float64)
    inputs = {"current": current, "dt": dt} | {f"state[{i}]": s for i, s in enumerate(state)}
    inputs |= {f"p.{n}": v for n, v in values.items()}
    before = {n: t.clone() for n, t in inputs.items()}
    out = _call(model, "step", current, state, p, dt)
    for name, tensor in inputs.items():
        if not torch.equal(tensor, before[name]):
            raise ValueError(
                f"{where}: the step changes its input {name} in place. Make a new tensor instead: "
                f"`v = v + x`, not `v += x`; `torch.where(fired, reset, v)`, not `v[fired] = reset`, "
                f"or work on `v.clone()`"
            )
    if not (isinstance(out, tuple) and len(out) == 2):
        raise ValueError(f"{where}: the step must return two things, (spikes, state), not {_describe(out)}")
    spikes, new = out
    if not isinstance(new, (tuple, list)) or len(new) != len(state):
        got = f"{len(new)} entries" if isinstance(new, (tuple, list)) else _describe(new)
        raise ValueError(
            f"{where}: the state that the step returns has {got}, that of initial_state {len(state)}: "
            f"return (spikes, ({', '.join(f's{i}' for i in range(len(state)))},))"
        )
    spikes = _as_lanes(spikes, lanes, f"{where}: spikes")
    for i, s in enumerate(new):
        s = _as_lanes(s, lanes, f"{where}: state[{i}] after the step")
        if not torch.isfinite(s).all():
            raise ValueError(
                f"{where}: state[{i}] is not finite after one step at the default parameters and the "
                f"default current {model.current.default:g} {model.current.unit}"
            )
    if not ((spikes == 0) | (spikes == 1)).all():
        raise ValueError(
            f"{where}: spikes must be 1.0 where the lane fired in this step and 0.0 elsewhere, not "
            f"{spikes[(spikes != 0) & (spikes != 1)][0].item():g}: `spikes = (v > threshold).to(v.dtype)`"
        )
    unused = [n for n in model.parameters if n not in read]
    if unused:
        raise ValueError(
            f"{where} declares parameters that nothing reads: {', '.join(unused)}. Use p.{unused[0]} in the "
            f"step, initial_state, rest or threshold, or remove the Parameter"
        )


def _call(model: NeuronModel, what: str, *args: Any) -> Any:
    try:
        with torch.no_grad():
            return getattr(model, what)(*args)
    except Exception as error:
        text = str(error)
        if "ambiguous" in text or "only one element tensors" in text or "a Tensor with 3 elements" in text:
            if what == "step":
                raise _Ambiguous from error
            raise ValueError(
                f"model {model.name!r}: {what} branches on a tensor of several lanes; write "
                f"torch.where(condition, a, b) instead of an if"
            ) from error
        if isinstance(error, AttributeError) and isinstance(error.obj, _Recorder):
            raise unknown(
                f"parameter read by {what} of model {model.name!r}", error.name, model.parameters
            ) from error
        raise ValueError(
            f"model {model.name!r}: {what} raised {type(error).__name__} at the default parameters: {text}"
        ) from error


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
