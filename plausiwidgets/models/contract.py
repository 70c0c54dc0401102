"""Check of the step's contract, on which every engine relies, when a model is created.

A step runs on a few lanes. At the default parameters all values must be finite. Further runs have potentials from far
below to far above threshold, and other parameters, so that the neuron fires. Each lane runs together with the other
lanes and separately. The inputs of a step are one array of shape (1 + state variables + parameters, lanes): the
current, the state and the parameters. An error states how to change the step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.program.arrays import evaluate
from plausiwidgets.engine.program.program import Program
from plausiwidgets.engine.program.step import ProgramStep
from plausiwidgets.models.checked_model import CheckedModel
from plausiwidgets.models.parameter import Floats, Parameter
from plausiwidgets.support.arguments import sentence
from plausiwidgets.support.lazy import torch
from plausiwidgets.support.names import unknown

_LANES = 3
_PROBED_LANES = 7
_ORDER = np.array([3, 0, 5, 1, 6, 2, 4])
"""Order of the probed lanes, chosen so that sorting the lanes changes it."""
_REPETITIONS = 4
"""Number of repeated calls of a step with the same inputs."""
_AT_DEFAULTS = "at the default parameters"

_TRIAL_MS, _TRIAL_STEPS = 60.0, 1200
"""Length of a trial in ms, and its maximum in steps."""
_AFTER_SPIKE_MS = 3.0
"""Time in ms from the first spike to the end of a trial."""
_MODERATE = 3
"""Number of currents at the start of a trial that are moderate enough not to cause runaway firing."""
_POTENTIAL_FIRST = (
    "Put the membrane potential first in initial_state, in the state that the step returns, and in states."
)
_MIN_CHANGE = 1e-3
"""Minimum change of the potential when the current changes, as a fraction of the span from rest to threshold."""
_SEVERAL = re.compile(r"ambiguous|only one element tensors|a Tensor with \d+ elements")
"""Messages of torch about a branch on several lanes, or the conversion of several lanes to one number."""

_SIZES = re.compile(r"must match|size mismatch|shape '|expanded size|sizes of tensors|broadcast", re.IGNORECASE)
"""Messages of torch and NumPy about different numbers of lanes, which do not depend on the values."""
_MISTAKES = (NameError, AttributeError, TypeError, IndexError)
"""Exceptions that do not depend on the values. Any other exception may be due to unphysical values."""

Tensors = tuple["torch.Tensor", ...]


# ------------------------------------------------------------------ the parameters of a step, p


class ReadOnlyError(TypeError):
    """A step sets a parameter. The message contains the name and an alternative."""


class Namespace(SimpleNamespace):
    """The parameters of a step as read-only attributes.

    A value that a step stored here would last until the end of a simulation in one engine, and would be a constant in
    the other.
    """

    def __setattr__(self, name: str, value: object) -> None:
        raise ReadOnlyError(
            f"p.{name} cannot be set, because parameters are the same in every time step. Use a local variable, "
            f"`{name} = p.{name} * 2`. Make a value that changes between steps an entry of the state."
        )

    def __delattr__(self, name: str) -> None:
        raise ReadOnlyError(f"p.{name} cannot be deleted, because parameters are the same in every time step.")


class WatchedNamespace(Namespace):
    """A namespace of parameters that records which of them are read."""

    def __init__(self, read: set[str], /, **values: object) -> None:
        super().__init__(**values)
        object.__setattr__(self, "_read", read)

    def __getattribute__(self, name: str) -> object:
        value = super().__getattribute__(name)
        if not name.startswith("_"):
            super().__getattribute__("_read").add(name)
        return value


# ------------------------------------------------------------------ the check


def check_contract(model: CheckedModel) -> None:
    """Run a NeuronModel on a few lanes, and raise an error if it violates the contract.

    A step that branches in Python on a tensor cannot run on several lanes. Its model is marked ``lanewise``, and the
    torch engine runs it one lane at a time. A model that is defined by programs is checked without torch.

    Raises
    ------
    ValueError
        If the contract is violated. The message contains the model and the necessary change.
    """
    try:
        if isinstance(model.step, ProgramStep):
            _check_program(model, model.step)
            return
        try:
            _check(model, _LANES)
        except _AmbiguousError:
            model.lanewise = True
            _check(model, 1)
    except _ContractError as error:
        raise ValueError(f"model {model.key!r}: {error}") from error.__cause__


class _ContractError(Exception):
    """The model violates the contract. The message contains the reason."""


class _AmbiguousError(Exception):
    """The step used the truth value of several lanes."""


class _UnphysicalError(Exception):
    """The step raised an error at values that a simulation need not reach."""


def _check(model: CheckedModel, lanes: int) -> None:
    read: set[str] = set()
    start = _start(model, lanes, read)
    for state, value in zip(model.states, _check_step(model, start, _AT_DEFAULTS, read), strict=True):
        if not torch.isfinite(value).all():
            _check_singularity(model, start, start[1, :1])
            raise _ContractError(
                f"state {state.key!r} must be finite after one step at the default parameters and the default current "
                f"({_amount(model.current.default, model.current.unit)})."
            )
    for rows, when in _probes(model):
        for part in _single_lanes(rows) if model.lanewise else [rows]:
            with suppress(_UnphysicalError):
                _check_step(model, part, when, read)
                _check_deterministic(model, part)
                if not model.lanewise and _mixes_lanes(model, rows):
                    raise _ContractError(
                        f"each lane of the step is a separate neuron, and must not depend on the other lanes, on their "
                        f"order or on their number ({when}). Compute elementwise, without `v.mean()`, `v[0]`, `v[:1]`, "
                        f"`v.sort()` or `len(v)`. Write `torch.where(fired, a, b)` instead of `if fired.any():`."
                    )
    _check_singularity(model, start, _round_potentials(model))
    _check_trial(model)
    discrete = _ignores_dt(model)
    if discrete != model.discrete:  # Assign only a change, so that a second check does not modify the model.
        model.discrete = discrete
    _check_unused(model, read)


def _check_program(model: CheckedModel, made: ProgramStep) -> None:
    start = _first_rows(model, np.full(_LANES, model.current.default))
    names = [s.key for s in model.states]
    for when, rows in (("initial state", start[1:]), ("state after one step", _outcome(model, start, False)[1:])):
        for name, row in zip(names, rows[: len(names)], strict=True):
            if not np.isfinite(row).all():
                raise _ContractError(f"{name!r} of the {when} must be finite at the default parameters.")
    _check_potentials(model, *model.usual_rest_threshold())
    for rows, when in _probes(model):
        outcome = _outcome(model, rows, False)
        spikes = outcome[0][np.isfinite(outcome).all(axis=0)]
        if not np.isin(spikes, (0.0, 1.0)).all():
            wrong = spikes[~np.isin(spikes, (0.0, 1.0))][0]
            raise _ContractError(
                f"spikes must be 1.0 where the neuron fired and 0.0 elsewhere, got {wrong:g} ({when})."
            )
    if not made.singular:
        _check_singularity(model, start, _round_potentials(model))
    _check_trial(model)
    step, begin = made.programs.step, made.programs.start
    model.discrete = not any("dt" in line.reads for line in step.body) and "dt" not in {v.name for v in step.state}
    read = {entry for entry in (model.rest, model.threshold) if isinstance(entry, str)}
    for program in (step, begin):
        used = {name for line in program.body for name in line.reads} | {v.name for v in program.state}
        read |= {name for i, name in enumerate(program.parameters) if f"p{i}" in used}
    _check_unused(model, read)


def _check_unused(model: CheckedModel, read: set[str]) -> None:
    unused = [n for n in model.parameters if n not in read]
    if unused:
        raise ValueError(
            f"model {model.key!r} has unused parameters: {', '.join(unused)}. Use p.{unused[0]} in the step, "
            f"initial_state, rest or threshold, or remove the Parameter."
        )


def _start(model: CheckedModel, lanes: int, read: set[str]) -> Floats:
    """Return the first inputs of a step at the defaults, after checking the initial state, rest and threshold."""
    values = {n: torch.full((lanes,), p.default, dtype=torch.float64) for n, p in model.parameters.items()}
    p = WatchedNamespace(read, **values)
    state = _call(model, "initial_state", _AT_DEFAULTS, p, torch.zeros(lanes, dtype=torch.float64))
    if not isinstance(state, (tuple, list)) or not state:
        raise _ContractError(
            f"initial_state must return a tuple with a tensor for each state variable, the membrane potential first, "
            f"such as (p.v_rest,), got {_describe(state)}."
        )
    names = [s.key for s in model.states]
    if len(names) != len(state):
        raise _ContractError(
            f"initial_state must return as many entries as states ({len(names)}: {', '.join(names)}), got {len(state)}."
        )
    for name, entry in zip(names, state, strict=True):
        same = isinstance(entry, (int, float)) or (isinstance(entry, torch.Tensor) and not entry.dim())
        tensor = torch.full((lanes,), float(entry), dtype=torch.float64) if same else entry
        if not torch.isfinite(_as_lanes(tensor, lanes, f"initial_state, {name!r}")).all():
            raise _ContractError(f"{name!r} of initial_state must be finite at the default parameters.")
    rest, threshold = (_potential(model, what, p, values, read) for what in ("rest", "threshold"))
    _check_potentials(model, rest, threshold)
    return _first_rows(model, np.full(lanes, model.current.default))


def _volts(model: CheckedModel, potential: float) -> str:
    return _amount(potential, model.states[0].unit)


def _amount(x: float, unit: str) -> str:
    """Return a number with its unit, if it has one."""
    return f"{x:g}" if unit in ("", "1") else f"{x:g} {unit}"


def _check_potentials(model: CheckedModel, rest: float, threshold: float) -> None:
    """Check that rest, threshold, limit and spike level are in the right order."""
    if not 0 < threshold - rest < float("inf"):
        raise _ContractError(
            f"the threshold must be above the rest ({_volts(model, rest)}) at the default parameters, got "
            f"{_volts(model, threshold)}. The voltage criteria scale with the distance from rest to threshold."
        )
    if not max(abs(rest), abs(threshold)) < model.limit:
        raise _ContractError(
            f"limit must be greater than the absolute values of rest and threshold ({rest:g} and "
            f"{_volts(model, threshold)}), got {_volts(model, model.limit)}. A neuron beyond ±limit has diverged."
        )
    if model.spike_level is not None and model.spike_level <= rest:
        raise _ContractError(
            f"spike_level must be above the rest ({_volts(model, rest)}) at the default parameters, got "
            f"{_volts(model, model.spike_level)}. A spike crosses spike_level upwards."
        )


def _potential(
    model: CheckedModel, what: str, p: WatchedNamespace, values: dict[str, torch.Tensor], read: set[str]
) -> float:
    """Return rest or threshold at the default parameters."""
    entry = getattr(model, what)
    if isinstance(entry, str):
        read.add(entry)
        unit, scale = model.parameters[entry].unit, model.states[0].unit
        if unit and scale and unit != scale:
            raise _ContractError(
                f"{what} must have the unit of the potential {model.states[0].key!r} ({scale}), got the parameter "
                f"{entry!r} in {unit}."
            )
    value = _call(model, what, _AT_DEFAULTS, p) if callable(entry) else values.get(entry, entry)
    try:
        return float(torch.as_tensor(value, dtype=torch.float64).reshape(-1)[0])
    except (TypeError, ValueError, RuntimeError, IndexError):
        name, unit = type(value).__name__, model.states[0].unit
        raise _ContractError(f"{what} must return a number in {unit}, got {name}.") from None


def _check_step(model: CheckedModel, rows: Floats, when: str, read: set[str]) -> list[torch.Tensor]:
    """Run one step, raise an error if it violates the contract, and return the new state."""
    lanes = rows.shape[1]
    names = [s.key for s in model.states]
    current, state, values, dt = _inputs(model, rows)
    named = {"current": current, "dt": dt}
    named |= {f"state {n!r}": s for n, s in zip(names, state, strict=True)} | {f"p.{n}": x for n, x in values.items()}
    before = {n: (x.clone(), x._version) for n, x in named.items()}
    out = _call(model, "step", when, current, state, WatchedNamespace(read, **values), dt)
    for name, tensor in named.items():
        # The version also reveals `v[fired] = reset` in a step in which no lane fired.
        value, version = before[name]
        if tensor._version != version or not torch.equal(tensor.nan_to_num(), value.nan_to_num()):
            raise _ContractError(
                f"the step must not change its input {name} in place. Create a new tensor: write `v = v + x` instead "
                f"of `v += x`, and `torch.where(fired, reset, v)` instead of `v[fired] = reset`, or use `v.clone()`."
            )
    if model.spike_level is not None:
        if not isinstance(out, (tuple, list)) or any(isinstance(s, (tuple, list)) for s in out):
            raise _ContractError(
                f"with spike_level, the step must return only the new state, such as (v, w), got {_describe(out)}."
            )
        spikes, new = torch.zeros(lanes, dtype=torch.float64), out
    elif not (isinstance(out, tuple) and len(out) == 2):
        raise _ContractError(f"the step must return a tuple (spikes, state), got {_describe(out)}.")
    else:
        spikes, new = out
    if not isinstance(new, (tuple, list)) or len(new) != len(state):
        raise _ContractError(
            f"the state that the step returns must have as many entries as initial_state ({len(state)}), got "
            f"{_describe(new)}. Return (spikes, ({', '.join(names)},))."
        )
    spikes = _as_lanes(spikes, lanes, "spikes")
    new = [_as_lanes(s, lanes, f"state {n!r} after the step") for n, s in zip(names, new, strict=True)]
    # A lane that ran away has diverged, so its spikes are not checked.
    wrong = spikes[(spikes != 0) & (spikes != 1) & torch.stack(new).isfinite().all(0)]
    if wrong.numel():
        raise _ContractError(
            f"spikes must be 1.0 where the neuron fired in this step and 0.0 elsewhere, got {wrong[0].item():g} "
            f"({when}). Write, for example, `spikes = (v > threshold).to(v.dtype)`."
        )
    return new


def _call(model: CheckedModel, what: str, when: str, *args: object) -> object:
    try:
        with torch.no_grad():
            return getattr(model, what)(*args)
    except ReadOnlyError as error:
        raise _ContractError(f"{what} must not set a parameter. {error}") from error
    except Exception as error:
        text = str(error)
        if _SEVERAL.search(text):
            if what == "step":
                raise _AmbiguousError from error
            raise _ContractError(
                f"{what} must not branch on a tensor of several lanes. Write torch.where(condition, a, b) instead of "
                "an if statement."
            ) from error
        if isinstance(error, AttributeError) and isinstance(error.obj, WatchedNamespace):
            raise unknown(f"{what} of model {model.key!r}", "parameter", error.name, model.parameters) from error
        if when != _AT_DEFAULTS and isinstance(error, RuntimeError | ValueError) and _SIZES.search(text):
            raise _ContractError(
                f"the step must accept any number of lanes, but raised {type(error).__name__} ({text}). Do not "
                f"keep a tensor of an earlier call, and do not create a tensor of a fixed length. For a delay, use one "
                f"entry of the state for each time step."
            ) from error
        if when != _AT_DEFAULTS and not isinstance(error, _MISTAKES):
            raise _UnphysicalError from error
        raise _ContractError(f"{what} raised {type(error).__name__} {when}: {sentence(text)}") from error


def _as_lanes(value: object, lanes: int, what: str) -> torch.Tensor:
    if isinstance(value, (int, float)) and lanes == 1:
        value = torch.tensor([value], dtype=torch.float64)
    if not isinstance(value, torch.Tensor):
        raise _ContractError(f"{what} must be a tensor of shape [lanes], got {_describe(value)}.")
    if tuple(value.shape) != (lanes,):
        raise _ContractError(
            f"{what} must have the shape [lanes], here [{lanes}], got shape {list(value.shape)}. Compute it "
            f"elementwise from the current, the state and p."
        )
    if value.dtype not in (torch.float64, torch.bool):
        raise _ContractError(
            f"{what} must have the dtype torch.float64, got {value.dtype}. Use `.to(v.dtype)` to convert a mask or a "
            f"constant to a value."
        )
    return value.to(torch.float64)


def _describe(value: object) -> str:
    return f"a {type(value).__name__}" + (f" of {len(value)}" if isinstance(value, (tuple, list)) else "")


# ------------------------------------------------------------------ one step


def _inputs(model: CheckedModel, rows: Floats) -> tuple[torch.Tensor, Tensors, dict[str, torch.Tensor], torch.Tensor]:
    """Return the inputs of a step (current, state, parameters, dt) as tensors that share no memory."""
    current, *others = (torch.from_numpy(row.copy()) for row in rows)
    count = len(model.states)
    values = dict(zip(model.parameters, others[count:], strict=True))
    return current, tuple(others[:count]), values, torch.tensor(model.dt, dtype=torch.float64)


def _single_lanes(rows: Floats) -> list[Floats]:
    return [rows[:, i : i + 1] for i in range(rows.shape[1])]


def _outcome(model: CheckedModel, rows: Floats, alone: bool, share: float = 1.0) -> Floats:
    """Return (spikes, state) after one step of `share` times dt, shape (1 + state variables, lanes)."""
    if alone:
        return np.concatenate([_outcome(model, lane, False, share) for lane in _single_lanes(rows)], axis=1)
    if isinstance(model.step, ProgramStep):
        return _of_program(model, model.step.programs.step, rows, share)
    current, state, values, dt = _inputs(model, rows)
    dt = share * dt
    with torch.no_grad(), np.errstate(all="ignore"):
        spikes, new = model.advance(current, state, model.namespace(values), dt)
    flat = [torch.as_tensor(x).to(torch.float64) for x in (spikes, *new)]
    return torch.stack([x.reshape(1).expand(rows.shape[1]) if x.numel() == 1 else x for x in flat]).numpy()


def _of_program(model: CheckedModel, step: Program, rows: Floats, share: float) -> Floats:
    """Return (spikes, state) after one step of a program in NumPy, shape (1 + state variables, lanes)."""
    count = len(model.states)
    inputs = {"current": rows[0], "dt": share * model.dt} | {f"s{i}": rows[1 + i] for i in range(count)}
    values = dict(zip(model.parameters, rows[1 + count :], strict=True))
    spikes, state = evaluate(step, inputs | {f"p{i}": values[name] for i, name in enumerate(step.parameters)})
    return np.stack([np.broadcast_to(np.asarray(x, dtype=np.float64), rows.shape[1:]) for x in (spikes, *state)])


def _check_deterministic(model: CheckedModel, rows: Floats) -> None:
    """Raise an error if a step returns different values when it is called again with the same inputs."""
    first = _outcome(model, rows, False)
    for _ in range(_REPETITIONS):
        if not np.array_equal(first, _outcome(model, rows, False), equal_nan=True):
            raise _ContractError(
                "the step must be deterministic, but returns different values when it is called again with the same "
                "current, state and parameters. Do not use random numbers, and make every value that the step "
                "remembers an entry of the state."
            )


def _mixes_lanes(model: CheckedModel, rows: Floats) -> bool:
    """Return whether a lane has different results on its own and together with the other lanes."""
    together = _outcome(model, rows, False)
    with suppress(Exception):  # The step fails without the other lanes.
        # The last bit of torch's exp may depend on the position in a vector.
        return not np.allclose(together, _outcome(model, rows, True), 1e-9, 1e-12, equal_nan=True)
    return True


def _probes(model: CheckedModel) -> Iterator[tuple[Floats, str]]:
    """Yield inputs that exercise a step beyond the resting state, each with a description for errors.

    The first inputs are the default parameters with potentials from far below to far above threshold, so that some
    lanes fire. The second are parameters, currents and states that differ in every lane.
    """
    rest, threshold = model.usual_rest_threshold()
    span, edge, n = threshold - rest, 0.99 * model.limit, _PROBED_LANES
    above = [threshold + 0.1 * span, threshold + 2.0 * span, max(threshold, model.peak) + span, edge]
    ladder = np.clip([-edge, rest - 2.0 * span, rest + 0.5 * span, *above], -edge, edge)
    # An initial state that fails at unusual values does not invalidate the step.
    with suppress(Exception):
        rows = _first_rows(model, np.full(n, model.current.default))
        rows[1] = ladder
        yield rows[:, _ORDER], "with potentials from far below to far above threshold"
    with suppress(Exception):
        spread = {name: _spread(p, j) for j, (name, p) in enumerate(model.parameters.items())}
        rows = _first_rows(model, _spread(model.current, len(spread)), spread)
        state = rows[1 : 1 + len(model.states)]
        state[:] = np.nan_to_num(state)
        state[0] += np.linspace(-0.5, 1.5, n) * span
        state[1:] += 0.1 * np.arange(n)
        yield rows[:, _ORDER], "at other parameters within their ranges"


def _first_rows(model: CheckedModel, currents: Floats, values: dict[str, Floats] | None = None) -> Floats:
    """Return the inputs of the first step, at the default parameters unless `values` are given."""
    if values is None:
        values = {name: np.full(currents.size, p.default) for name, p in model.parameters.items()}
    return np.stack([currents, *model.start(values, np.zeros(currents.size)), *values.values()])


def random_values(model: CheckedModel, n: int, rng: np.random.Generator) -> dict[str, Floats]:
    """Return parameters of n lanes: the defaults in every other lane, and random values within the ranges elsewhere."""
    values = {name: p.from_unit(rng.random(n)) for name, p in model.parameters.items()}
    for name, p in model.parameters.items():
        values[name][::2] = p.default
    return values


def _spread(parameter: Parameter, place: int) -> Floats:
    """Return a value per lane within the range of a parameter, in a different order for each `place`."""
    return parameter.from_unit(np.arange(1, _PROBED_LANES + 1) * 0.618 * (place + 1) % 1.0)


# ------------------------------------------------------------------ singularities


def _round_potentials(model: CheckedModel) -> Floats:
    """Return potentials at which a rate may be 0/0: round numbers, and parameters that are potentials."""
    rest, threshold = model.usual_rest_threshold()
    span = threshold - rest
    spacing = 10.0 ** np.floor(np.log10(span)) / 20.0
    low, high = np.round(np.array([rest - 4.0 * span, threshold + 6.0 * span]) / spacing)
    potentials = [p.default for p in model.parameters.values() if p.unit == model.states[0].unit]
    return np.append(np.arange(low, high) * spacing, potentials)


def _check_singularity(model: CheckedModel, start: Floats, potentials: Floats) -> None:
    """Raise an error if a step returns nan at a potential and finite values at the neighbouring potentials."""
    names = [s.key for s in model.states]

    def outcome(v: Floats) -> Floats:
        rows = np.repeat(start[:, :1], v.size, axis=1)
        rows[1] = v
        with suppress(Exception):  # A step may fail at an unphysical potential, which is not a singularity.
            return _outcome(model, rows, model.lanewise)[1:]
        return np.zeros((len(names), v.size))

    wrong = np.isnan(outcome(potentials))
    at = np.flatnonzero(wrong.any(0))
    shift = 1e-4 * model.span(model.defaults())[0]
    finite = [np.isfinite(outcome(potentials[at] + s)).all(0) for s in (-shift, shift)] if at.size else []
    for lane in at[finite[0] & finite[1]] if finite else ():
        name = names[int(np.flatnonzero(wrong[:, lane])[0])]
        raise _ContractError(
            f"state {name!r} must be finite after a step, got nan at a potential of "
            f"{_volts(model, potentials[lane])}. This is a 0/0, as in x / (1 - exp(-x)) at x = 0. Replace it by its "
            f"limit: `torch.where(x.abs() < 1e-6, 1 + x / 2, x / -torch.expm1(-x))`."
        )


# ------------------------------------------------------------------ the first milliseconds


def _check_trial(model: CheckedModel) -> None:
    """Run the neuron briefly at several currents, and check that it has a potential and fires once per spike."""
    name = model.states[0].key
    rest, threshold = model.usual_rest_threshold()
    span = threshold - rest
    fired, v = _first_milliseconds(model)
    again = _fires_again(model, fired, v)
    for k in np.flatnonzero(again[:, :_MODERATE].any(1))[:1]:
        if smaller := _smaller_current(model):
            raise _ContractError(
                f"the step fires in successive steps, at {k * model.dt:.4g} ms, at the default current "
                f"({_amount(model.current.default, model.current.unit)}) or twice this, but not at smaller currents. "
                f"Pass a smaller default of the current, such as {smaller:g}."
            )
        raise _ContractError(
            f"the step fires in successive steps, at {k * model.dt:.4g} ms, while the potential stays above the "
            f"threshold ({_volts(model, threshold)}), so one spike is counted several times. Reset the potential where "
            f"the neuron fires. If it has no reset, pass spike_level=0.0, for example, and return only the new state "
            f"from the step."
        )
    known = v[np.isfinite(v)]
    moved = float(np.ptp(known)) if known.size else 0.0
    if known.size and moved < _MIN_CHANGE * span:
        raise _ContractError(
            f"{name!r}, the first state variable, must be the membrane potential. It changes by {moved:.2g} at most in "
            f"{len(v) * model.dt:.3g} ms at currents from {model.current.low:g} to "
            f"{_amount(model.current.high, model.current.unit)}. {_POTENTIAL_FIRST}"
        )
    away = np.maximum(np.maximum(rest - span - v[:, 0], v[:, 0] - threshold - span), 0.0)
    silent = model.spike_level is None and not fired[:, 0].any() and np.isfinite(away).all()
    # A slow neuron that starts at its reset potential returns over the whole trial.
    stays = silent and len(away) and away[-1] > 0.99 * away[len(away) // 2] and away[-1] > 0.0
    if len(away) and (away.min() > 0.99 * away[0] > 0.0 or stays):
        raise _ContractError(
            f"{name!r}, the first state variable, must be the membrane potential. Without a current, it is at "
            f"{v[-1, 0]:.3g}, far from the rest ({_volts(model, rest)}) and the threshold "
            f"({_volts(model, threshold)}). {_POTENTIAL_FIRST}"
        )


_DT_STATES, _DT_STEPS = 200, 40
"""Number of initial states, and number of steps, for which a step is compared with one of half the dt."""


def _ignores_dt(model: CheckedModel) -> bool:
    """Return whether a step and a step of half the dt have the same results in every comparison.

    Such a neuron is defined in steps of its dt, like the neurons of machine learning. The comparison runs for several
    steps from many states, including that of a neuron at rest, so that it also covers processes that start with a
    spike.
    """
    rng, n = np.random.default_rng(0), _DT_STATES // (10 if model.lanewise else 1)
    values = random_values(model, n, rng)
    try:
        state = np.nan_to_num(model.start(values, np.zeros(n)))
        rest, threshold = model.usual_rest_threshold()
        state[0, 1:] += rng.uniform(-1.0, 2.0, n - 1) * (threshold - rest)
        # Use many orders of magnitude, because a remaining time may be counted in steps or in ms.
        for row in state[1:]:
            row[1:] += rng.normal(size=n - 1) * 10.0 ** rng.uniform(-2.0, 2.0, n - 1)
        rows = np.stack([rng.uniform(model.current.low, model.current.high, n), *state, *values.values()])
        rows[0, :2] = 2.0 * model.current.default
        for _ in range(_DT_STEPS):
            whole = _outcome(model, rows, model.lanewise)
            if not np.array_equal(whole, _outcome(model, rows, model.lanewise, 0.5), equal_nan=True):
                return False
            rows[1 : len(whole)] = np.nan_to_num(whole[1:])
    except Exception:  # A step may fail at unphysical values, for any dt.
        return False
    return True


def _fires_again(model: CheckedModel, fired: NDArray[np.bool_], v: Floats) -> NDArray[np.bool_]:
    """Return where a neuron fires in two successive steps while its potential is above the threshold."""
    above = fired & (v > model.usual_rest_threshold()[1]) & (v <= model.limit)
    # A neuron with a reset that runs away has the same potential after each spike.
    return above[1:] & above[:-1] & (v[1:] != v[:-1])


def _smaller_current(model: CheckedModel) -> float | None:
    """Return the largest fraction of the default current at which the neuron fires single spikes, or None."""
    currents: Floats = model.current.default * np.float64(0.7) ** np.arange(1, 20)
    fired, v = _first_milliseconds(model, currents)
    single = fired.any(0) & ~_fires_again(model, fired, v).any(0)
    return float(f"{currents[single][0]:.2g}") if single.any() else None


def _first_milliseconds(model: CheckedModel, currents: Floats | None = None) -> tuple[NDArray[np.bool_], Floats]:
    """Return (fired, potential), each of shape (steps, currents), until shortly after the first spike.

    The default currents are zero, the default, twice the default, the minimum and the maximum.
    """
    default, given = model.current.default, currents is not None
    if currents is None:
        currents = np.array([0.0, default, 2.0 * default, model.current.low, model.current.high])
    n, steps = currents.size, min(_TRIAL_STEPS, int(np.ceil(_TRIAL_MS / model.dt)))
    course: list[np.ndarray] = []
    # A step may fail at an extreme current, which is not an error of the neuron.
    with suppress(Exception):
        rows = _first_rows(model, currents)
        while len(course) < steps:
            outcome = _outcome(model, rows, model.lanewise)
            rows[1 : len(outcome)] = outcome[1:]
            course.append(outcome[:2])
            if outcome[0, 1] != 0 and not given:
                steps = min(steps, len(course) + int(_AFTER_SPIKE_MS / model.dt))
    fired, v = np.stack(course, axis=1) if course else np.zeros((2, 0, n))
    return fired != 0, v
