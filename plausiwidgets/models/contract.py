"""The contract of a step: what every engine relies on, checked when a model is made, in words that say what to change.

A step is tried on a few lanes: at the defaults, where all must be finite; with potentials from far below to far
above threshold, and with other parameters, where it shows what it does at a spike; each lane together with the
others and alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import ArrayLike

from plausiwidgets.models.parameter import Floats, Parameter
from plausiwidgets.names import unknown

_LANES = 3
_PROBED_LANES = 7
_TRIES = 4
"""How often a difference must show before it is none of a random number that was drawn rarely."""
_AT_DEFAULTS = "at the default parameters"

_TRIAL_MS, _TRIAL_STEPS = 60.0, 1200
"""Length of a trial, in ms, and at most in steps."""
_AFTER_SPIKE_MS = 3.0
"""Time from the first spike to the end of a trial."""
_MODERATE = 3
"""The first currents of a trial, at which a neuron does not run away."""
_POTENTIAL_FIRST = (
    "it must be the membrane potential, on the scale of rest and threshold. Put the potential first in initial_state, "
    "in what the step returns, and in states"
)
_MOVES = 1e-3
"""Share of the span by which a potential moves at least when the current changes."""
_SEVERAL = re.compile(r"ambiguous|only one element tensors|a Tensor with \d+ elements")
"""What torch says where a step asks for the truth, or the number, of several lanes."""

_MISTAKES = (NameError, AttributeError, TypeError, IndexError)
"""What is wrong whatever the values; anything else a step may raise at values without a meaning."""

Tensors = tuple[torch.Tensor, ...]


# ------------------------------------------------------------------ p, the parameters as a step sees them


class ReadOnly(TypeError):
    """A step sets a parameter; the text says which, and what to do instead."""


class Namespace(SimpleNamespace):
    """An attribute for each parameter, to be read only.

    What a step puts here would last until the end of a simulation in one engine, and be a
    constant in the other.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        raise ReadOnly(
            f"p.{name} cannot be set: parameters are the same in every time step. Use a variable of your own, "
            f"`{name} = p.{name} * 2`, and make what changes from step to step an entry of the state"
        )

    def __delattr__(self, name: str) -> None:
        raise ReadOnly(f"p.{name} cannot be deleted: parameters are the same in every time step")


class Recorder(Namespace):
    """Parameters that remember which of them were read."""

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


# ------------------------------------------------------------------ the check


class Named(Protocol):
    """A state variable, as far as its name goes."""

    @property
    def name(self) -> str: ...


class Neuron(Protocol):
    """What the check needs of a model."""

    name: str
    current: Parameter
    rest: Any
    threshold: Any
    dt: float
    peak: float
    limit: float
    spike_level: float | None
    lanewise: bool

    @property
    def parameters(self) -> Mapping[str, Parameter]: ...
    @property
    def states(self) -> tuple[Named, ...]: ...
    def defaults(self) -> dict[str, float]: ...
    def namespace(self, values: Mapping[str, Any]) -> Namespace: ...
    def start(self, values: Mapping[str, ArrayLike], holding: ArrayLike) -> Floats: ...
    def advance(self, current: torch.Tensor, state: Tensors, p: Any, dt: torch.Tensor) -> tuple[Any, Any]: ...
    def rest_threshold(self, values: Mapping[str, ArrayLike]) -> tuple[Floats, Floats]: ...
    def span(self, values: Mapping[str, ArrayLike]) -> Floats: ...


def check_contract(model: Neuron) -> None:
    """Run `model` on a few lanes, and refuse what breaks the contract.

    A step that branches in Python on a tensor cannot run on several lanes at once; such a
    model is marked ``lanewise`` and the torch engine runs it a lane at a time.

    Examples
    --------
    >>> from plausiwidgets.models import get
    >>> check_contract(get("adex"))

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


def _check(model: Neuron, lanes: int) -> None:
    where = f"model {model.name!r}"
    read: set[str] = set()
    start = _start(model, lanes, read)
    new = _check_step(model, start, read)
    for name, s in zip(start.names, new, strict=True):
        if not torch.isfinite(s).all():
            _refuse_singularity(model, start, lanes, start.state[0].numpy()[:1])
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
        if lanes > 1 and _depends_on_other_lanes(model, inputs):
            raise ValueError(
                f"{where}: a lane of the step gives other values alone than together with others ({inputs.when}). "
                f"Each lane is a neuron of its own, and must not depend on the other lanes or on their number: "
                f"compute elementwise, without `v.mean()`, `v[0]`, `v[:1]` or `len(v)`, and write "
                f"`torch.where(fired, a, b)` instead of `if fired.any():`"
            )
    _refuse_singularity(model, start, lanes, _round_potentials(model))
    unused = [n for n in model.parameters if n not in read]
    if unused:
        raise ValueError(
            f"{where} declares parameters that nothing reads: {', '.join(unused)}. Use p.{unused[0]} in the "
            f"step, initial_state, rest or threshold, or remove the Parameter"
        )
    _check_trial(model, lanes)


def _start(model: Neuron, lanes: int, read: set[str]) -> Inputs:
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
    names = tuple(s.name for s in model.states)
    if len(names) != len(state):
        raise ValueError(
            f"{where}: initial_state returned {len(state)} entries, and states names {len(names)}: {', '.join(names)}"
        )
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
        try:
            span[what] = float(torch.as_tensor(value, dtype=torch.float64).reshape(-1)[0])
        except (TypeError, ValueError, RuntimeError, IndexError):
            raise ValueError(f"{where}: {what} returned {type(value).__name__}, it must be a number in mV") from None
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


def _further(model: Neuron, lanes: int) -> Iterator[Inputs]:
    for inputs in _probes(model):
        yield from [inputs] if lanes > 1 else inputs.alone()


def _check_step(model: Neuron, inputs: Inputs, read: set[str]) -> list[torch.Tensor]:
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
    new = [_as_lanes(s, lanes, f"{where}: state {n!r} after the step") for n, s in zip(inputs.names, new, strict=True)]
    # A lane that ran away has diverged, and its spikes count for nothing.
    counts = torch.stack(new).isfinite().all(0)
    wrong = spikes[(spikes != 0) & (spikes != 1) & counts]
    if wrong.numel():
        raise ValueError(
            f"{where}: spikes must be 1.0 where the lane fired in this step and 0.0 elsewhere, not "
            f"{wrong[0].item():g} ({inputs.when}): `spikes = (v > threshold).to(v.dtype)`"
        )
    return new


def _call(model: Neuron, what: str, when: str, *args: Any) -> Any:
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
            raise unknown(f"parameter read by {what} of model {model.name!r}", error.name, model.parameters) from error
        if when != _AT_DEFAULTS and not isinstance(error, _MISTAKES):
            raise _Meaningless from error
        raise ValueError(f"model {model.name!r}: {what} raised {type(error).__name__} {when}: {text}") from error


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


# ------------------------------------------------------------------ the first milliseconds


def _check_trial(model: Neuron, lanes: int) -> None:
    """Run the neuron for a moment at several currents: does it have a potential, and does it fire once a spike?"""
    where, name = f"model {model.name!r}", model.states[0].name
    rest, threshold = (float(x[0]) for x in model.rest_threshold(model.defaults()))
    span = threshold - rest
    fired, v = _first_milliseconds(model, lanes)
    above = fired & (v > threshold) & (v <= model.limit)
    # A potential that is reset is the same after each spike of a neuron that runs away.
    again = above[1:] & above[:-1] & (v[1:] != v[:-1])
    for k in np.flatnonzero(again[:, :_MODERATE].any(1))[:1]:
        raise ValueError(
            f"{where}: the step fires in successive steps, at {k * model.dt:.4g} ms, while the potential stays above "
            f"the threshold ({threshold:g} mV): one spike would count in each of them. A spike is an upward crossing, "
            f"and not a level: give the level, such as spike_level=0.0, and let the step return the new state alone, "
            f"or reset the potential where the neuron fires"
        )
    known = v[np.isfinite(v)]
    moved = float(np.ptp(known)) if known.size else 0.0
    if known.size and moved < _MOVES * span:
        raise ValueError(
            f"{where}: {name!r}, the first state variable, moves by {moved:.2g} at most in {len(v) * model.dt:.3g} ms, "
            f"whatever the current from {model.current.low:g} to {model.current.high:g} {model.current.unit}: "
            f"{_POTENTIAL_FIRST}"
        )
    away = np.maximum(np.maximum(rest - span - v[:, 0], v[:, 0] - threshold - span), 0.0)
    if len(away) and away.min() > 0.99 * away[0] > 0.0:
        raise ValueError(
            f"{where}: {name!r}, the first state variable, stays at {v[-1, 0]:.3g} without a current, far from the "
            f"rest ({rest:g} mV) and the threshold ({threshold:g} mV): {_POTENTIAL_FIRST}"
        )


def _first_milliseconds(model: Neuron, lanes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (fired, potential), each of shape [steps, currents], until a little after the first spike.

    The currents are none, the default and twice the default, then the least and the greatest.
    """
    default = model.current.default
    currents = np.array([0.0, default, 2.0 * default, model.current.low, model.current.high])
    n, steps = currents.size, min(_TRIAL_STEPS, int(np.ceil(_TRIAL_MS / model.dt)))
    course: list[tuple[np.ndarray, np.ndarray]] = []
    with suppress(Exception):  # what a step raises at a current without a meaning says nothing about the others
        values = {name: np.full(n, p.default) for name, p in model.parameters.items()}
        inputs = _inputs(model, currents, model.start(values, np.zeros(n)), values, "in its first milliseconds")
        while len(course) < steps:
            parts = [_run(model, part) for part in ([inputs] if lanes > 1 else inputs.alone())]
            spikes, *state = (torch.cat(each) for each in zip(*parts, strict=True))
            inputs = replace(inputs, state=tuple(state))
            course.append((spikes.numpy() != 0, state[0].numpy()))
            if course[-1][0][1]:
                steps = min(steps, len(course) + int(_AFTER_SPIKE_MS / model.dt))
    if not course:
        return np.zeros((0, n), dtype=bool), np.zeros((0, n))
    return np.stack([fired for fired, _ in course]), np.stack([v for _, v in course])


# ------------------------------------------------------------------ singularities


def _round_potentials(model: Neuron) -> np.ndarray:
    """Return the potentials in mV at which a rate may be 0/0: round ones, and parameters that are potentials."""
    rest, threshold = (float(x[0]) for x in model.rest_threshold(model.defaults()))
    span = threshold - rest
    spacing = 10.0 ** np.floor(np.log10(span)) / 20.0
    low, high = np.round(np.array([rest - 4.0 * span, threshold + 6.0 * span]) / spacing)
    potentials = [p.default for p in model.parameters.values() if p.unit == "mV"]
    return np.append(np.arange(low, high) * spacing, potentials)


def _refuse_singularity(model: Neuron, at: Inputs, lanes: int, potentials: np.ndarray) -> None:
    """Refuse a step that gives nan at one of the potentials and is finite beside it.

    Raises
    ------
    ValueError
        That names the state variable and the potential, and says how to write a rate that has its limit there.
    """
    span = model.span(model.defaults())[0]

    def outcome(v: np.ndarray) -> torch.Tensor:
        wide = at.spread(v)
        with suppress(Exception):  # what a step raises at a potential without a meaning says nothing about this
            parts = [wide] if lanes > 1 else wide.alone()
            return torch.cat([torch.stack(_run(model, part)[1:]) for part in parts], dim=1)
        return torch.zeros(len(at.names), v.size)

    wrong = outcome(potentials).isnan()
    if not wrong.any():
        return
    where = np.flatnonzero(wrong.any(0).numpy())
    beside = [outcome(potentials[where] + shift).isfinite().all(0) for shift in (-1e-4 * span, 1e-4 * span)]
    for lane in where[(beside[0] & beside[1]).numpy()]:
        name = at.names[int(wrong[:, lane].nonzero()[0])]
        raise ValueError(
            f"model {model.name!r}: state {name!r} is nan after a step at a potential of {potentials[lane]:g} mV, and "
            f"finite beside it: a 0/0, as of x / (1 - exp(-x)) at x = 0. Write such a rate with its limit there: "
            f"`torch.where(x.abs() < 1e-6, 1 + x / 2, x / -torch.expm1(-x))`"
        )


# ------------------------------------------------------------------ what a step is tried with


@dataclass(frozen=True)
class Inputs:
    """What a step gets, but for the namespace of the parameters.

    Attributes
    ----------
    current : torch.Tensor
    state : tuple of torch.Tensor
    values : dict of str to torch.Tensor
        The parameters.
    dt : torch.Tensor
    names : tuple of str
        Of the state variables.
    when : str
        In words, for an error.
    """

    current: torch.Tensor
    state: tuple[torch.Tensor, ...]
    values: dict[str, torch.Tensor]
    dt: torch.Tensor
    names: tuple[str, ...]
    when: str

    @property
    def lanes(self) -> int:
        """Number of lanes."""
        return self.current.numel()

    def copy(self) -> Inputs:
        """Return equal inputs that share nothing with these."""
        return self._each(lambda t: t.clone())

    def alone(self) -> list[Inputs]:
        """Return each lane by itself."""

        def lane(i: int) -> Inputs:
            return self._each(lambda t: t[i : i + 1].clone() if t.dim() else t.clone())

        return [lane(i) for i in range(self.lanes)]

    def spread(self, potentials: np.ndarray) -> Inputs:
        """Return the first of these lanes at several potentials."""
        wide = self._each(lambda t: t[:1].expand(potentials.size).clone() if t.dim() else t.clone())
        return replace(wide, state=(torch.from_numpy(potentials.astype(np.float64)), *wide.state[1:]))

    def named(self) -> dict[str, torch.Tensor]:
        """Return all tensors by the names that a person knows them by."""
        return (
            {"current": self.current, "dt": self.dt}
            | {f"state {n!r}": s for n, s in zip(self.names, self.state, strict=True)}
            | {f"p.{n}": v for n, v in self.values.items()}
        )

    def _each(self, change: Callable[[torch.Tensor], torch.Tensor]) -> Inputs:
        return Inputs(
            change(self.current),
            tuple(change(s) for s in self.state),
            {n: change(v) for n, v in self.values.items()},
            change(self.dt),
            self.names,
            self.when,
        )


def _probes(model: Neuron) -> Iterator[Inputs]:
    """Yield inputs that show more of a step than the first one of a neuron at rest.

    First the default parameters with potentials from far below to far above threshold, so that
    some lanes fire; then parameters, currents and states that differ in every lane.
    """
    usual = {n: np.full(_PROBED_LANES, p.default) for n, p in model.parameters.items()}
    with suppress(Exception):  # an initial state without a meaning says nothing about the step
        state = model.start(usual, np.zeros(_PROBED_LANES))
        state[0] = _ladder(model)
        current = np.full(_PROBED_LANES, model.current.default)
        yield _inputs(model, current, state, usual, "with potentials from far below to far above threshold")
    with suppress(Exception):
        spread = {n: _spread(p, j) for j, (n, p) in enumerate(model.parameters.items())}
        state = np.nan_to_num(model.start(spread, np.zeros(_PROBED_LANES)))
        state[0] += np.linspace(-0.5, 1.5, _PROBED_LANES) * model.span(model.defaults())[0]
        state[1:] += 0.1 * np.arange(_PROBED_LANES)
        current = _spread(model.current, len(spread))
        yield _inputs(model, current, state, spread, "at other parameters within their ranges")


def _run(model: Neuron, inputs: Inputs) -> Tensors:
    """Return (spikes, *state) of one step as float64; `inputs` is as the step leaves it."""
    with torch.no_grad(), np.errstate(all="ignore"):
        spikes, new = model.advance(inputs.current, inputs.state, model.namespace(inputs.values), inputs.dt)
    return tuple(_flat(x, inputs.lanes) for x in (spikes, *new))


def _equal(a: Tensors, b: Tensors, tolerance: float = 0.0) -> bool:
    """Return whether two outcomes are the same, nan being equal to nan."""
    return len(a) == len(b) and all(
        x.shape == y.shape and torch.allclose(x, y, rtol=tolerance, atol=tolerance * 1e-3, equal_nan=True)
        for x, y in zip(a, b, strict=True)
    )


def _depends_on_other_lanes(model: Neuron, inputs: Inputs) -> bool:
    """Return whether a lane gives other values alone than together with the others.

    A step that gives other values each time, as with random numbers, cannot be told to do so.
    """
    for _ in range(_TRIES):
        together = _run(model, inputs.copy())
        if not _equal(together, _run(model, inputs.copy())):
            return False
        try:
            alone = [_run(model, lane) for lane in inputs.alone()]
        except Exception:  # it needs the others
            continue
        # The last bit of torch's exp may depend on its place in a vector.
        if _equal(together, tuple(torch.cat(parts) for parts in zip(*alone, strict=True)), 1e-9):
            return False
    return True


def _inputs(model: Neuron, current: Any, state: Any, values: dict[str, Any], when: str) -> Inputs:
    return Inputs(
        torch.from_numpy(current),
        tuple(torch.from_numpy(row.copy()) for row in state),
        {n: torch.from_numpy(v) for n, v in values.items()},
        torch.tensor(model.dt, dtype=torch.float64),
        tuple(s.name for s in model.states),
        when,
    )


def _ladder(model: Neuron) -> np.ndarray:
    rest, threshold = (float(x[0]) for x in model.rest_threshold(model.defaults()))
    span, edge = threshold - rest, 0.99 * model.limit
    above = [threshold + 0.1 * span, threshold + 2.0 * span, max(threshold, model.peak) + span, edge]
    return np.clip(np.array([-edge, rest - 2.0 * span, rest + 0.5 * span, *above]), -edge, edge)


def _spread(parameter: Parameter, place: int) -> np.ndarray:
    """Return a value of each lane within the range of a parameter, in another order for each `place`."""
    return parameter.from_unit(np.arange(1, _PROBED_LANES + 1) * 0.618 * (place + 1) % 1.0)


def _flat(value: Any, lanes: int) -> torch.Tensor:
    """Return an output as float64 of shape [lanes]; a lane alone may give a bare number."""
    tensor = torch.as_tensor(value).to(torch.float64)
    return tensor.reshape(1).expand(lanes) if tensor.numel() == 1 else tensor
