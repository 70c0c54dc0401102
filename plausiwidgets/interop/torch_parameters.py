"""Search for the numbers of a torch module that affect its spikes, and conversion into parameters with ranges."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from plausiwidgets.interop.current_range import current_range
from plausiwidgets.interop.libraries import REST, THRESHOLDS, Convert
from plausiwidgets.interop.torch_calls import LANES, Constants, UnfitError, Wrapped
from plausiwidgets.interop.torch_places import as_float, is_number, last, spots
from plausiwidgets.interop.torch_states import same
from plausiwidgets.models.contract import Namespace
from plausiwidgets.models.model import RESERVED
from plausiwidgets.models.parameter import Floats, Parameter
from plausiwidgets.support.arguments import shown
from plausiwidgets.support.lazy import torch
from plausiwidgets.support.names import unknown

Tensors = tuple["torch.Tensor", ...]
Found = dict[str, tuple[list[Parameter], Convert]]
"""Parameters of the model, and the function that computes a constant from them, by the path of the constant."""


@dataclass
class TorchSpace:
    """The step of a model that wraps a module.

    Attributes
    ----------
    wrapped : Wrapped
        The module with the description of its calls.
    where : str
        Start of an error message.
    fixed, conversions : dict of str to callable
        Functions of (p, dt) that compute constants, by their paths: those that the library requires, and those that
        depend on parameters.
    dt : float
        Time step in ms.
    states : list of str
        Keys of the states, the potential first.
    begin : dict of str to float
        Initial value of each state.
    """

    wrapped: Wrapped
    where: str
    fixed: Mapping[str, Convert]
    dt: float
    states: list[str]
    begin: dict[str, float] = field(default_factory=dict)
    conversions: dict[str, Convert] = field(default_factory=dict)

    def constants(self, p: Namespace, dt: torch.Tensor) -> dict[str, torch.Tensor | float]:
        """Return the values that replace the constants."""
        return {path: convert(p, dt) for path, convert in {**self.fixed, **self.conversions}.items()}

    def __call__(
        self, current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor
    ) -> tuple[torch.Tensor, Tensors]:
        before = dict(zip(self.states, state, strict=True))
        outputs, new = self.wrapped.advance(current, before, self.constants(p, dt))
        return self.wrapped.fired(outputs), tuple(new[path] for path in self.states)

    def initial_state(self, p: Namespace, holding: torch.Tensor) -> Tensors:
        """Return the initial state of each lane, which does not depend on the parameters."""
        return tuple(0.0 * holding + self.begin[key] for key in self.states)

    def as_the_library_needs(self) -> dict[str, torch.Tensor | float]:
        """Return the values of constants that depend only on the time step."""
        dt = torch.tensor(self.dt, dtype=torch.float64)
        return {path: convert(Namespace(), dt) for path, convert in self.fixed.items()}

    def run(
        self, x: torch.Tensor, steps: int, values: Constants | None = None
    ) -> Iterator[tuple[torch.Tensor, dict[str, torch.Tensor]]]:
        """Yield (spikes, state) of steps at a constant current `x`, shape (lanes,), with `values` as constants."""
        state = {path: torch.full_like(x, number) for path, number in self.begin.items()}
        now = self.as_the_library_needs() | dict(values or {})
        for _ in range(steps):
            # no_grad must not be active while the generator is suspended, because the caller may stop there.
            with torch.no_grad():
                outputs, state = self.wrapped.advance(x, state, now)
            yield self.wrapped.fired(outputs), state


def first_number(space: TorchSpace, names: Sequence[str]) -> tuple[str, float] | None:
    """Return (path, value) of the first number that has one of the names, or None."""
    found = [s for s in spots(space.wrapped.module).values() if s.path not in space.wrapped.entries]
    named = (s for name in names for s in found if s.name.lower() == name.lower() and is_number(s))
    return next(((s.path, as_float(s.value)) for s in named), None)


# ------------------------------------------------------------------ rest, threshold and current


def threshold_of(space: TorchSpace, found: Found) -> float | str:
    """Return the value with the name of a threshold, or else the largest potential without a spike at any current."""
    number = first_number(space, THRESHOLDS)
    if number is not None:
        path, value = number
        declared = list(found[path][0]) if path in found else []
        return str(declared[0].key) if len(declared) == 1 and declared[0].default == value else value
    best = _largest_subthreshold(space, space.states[:1])[0]
    if not best > space.begin[space.states[0]]:
        raise UnfitError(
            f"{space.where}: the module has no attribute with the name of a threshold ({', '.join(THRESHOLDS[:4])}, "
            "…). Pass threshold."
        )
    return float(f"{best:.3g}")


def _largest_subthreshold(space: TorchSpace, keys: Sequence[str]) -> list[float]:
    """Return the largest value of each state without a spike, at any current.

    Some neurons fire in the step after the potential has crossed the threshold. For them, a value counts only if the
    next step has no spike.
    """
    begin = [space.begin[key] for key in keys]
    after, before = list(begin), list(begin)
    last_state: dict[str, torch.Tensor] | None = None
    for spikes, state in space.run(torch.logspace(-12, 4, 321, dtype=torch.float64), 400):
        for i, key in enumerate(keys):
            for best, values in ((after, state), (before, last_state)):
                calm = values[key][(spikes == 0) & values[key].isfinite()] if values is not None else ()
                best[i] = max(best[i], float(torch.as_tensor(calm).max())) if len(calm) else best[i]
        last_state = state
    late = [y - z > 10.0 * (x - z) > 0.0 for x, y, z in zip(before, after, begin, strict=True)]
    return [x if is_late else y for x, y, is_late in zip(before, after, late, strict=True)]


def put_bounded_part_first(space: TorchSpace) -> None:
    """Make the potential of a complex state the part, real or imaginary, that is bounded by spikes."""
    entry = next(e for e in space.wrapped.entries.values() if space.states[0] in e.keys)
    if entry.dtype.is_complex:
        calm = _largest_subthreshold(space, entry.keys)
        chosen = entry.keys[int(np.argmin(calm))]
        space.states.remove(chosen)
        space.states.insert(0, chosen)


def rest_of(space: TorchSpace, values: Constants) -> float:
    """Return the resting potential without a current if there is one, even if the neuron fires at first."""
    v, fired = space.begin[space.states[0]], 0
    for k, (spikes, state) in enumerate(space.run(torch.zeros(1, dtype=torch.float64), 1000, values)):
        if not state[space.states[0]].isfinite().all():
            fired = k
            break
        fired = k if spikes.any() else fired
        v = float(state[space.states[0]])
        if fired == 0 and k == _RESTING_STEPS:
            break
        if fired and k - fired == _RESTING_STEPS:
            fired = 0
            break
    if fired:
        number = first_number(space, REST)
        return number[1] if number else space.begin[space.states[0]]
    return float(f"{v:.6g}") if abs(v) > 1e-9 else 0.0


_RESTING_STEPS = 499
"""Number of steps without a spike after which a neuron counts as resting."""


def current_of(space: TorchSpace, span: float, unit: str) -> Parameter:
    """Return the injected current, with a range around the smallest one that makes the neuron fire."""

    def count(currents: Floats) -> Floats:
        fired = torch.zeros(len(currents), dtype=torch.float64)
        for spikes, _ in space.run(torch.from_numpy(currents), _CURRENT_STEPS):
            fired += spikes != 0
        return fired.numpy()

    sizes = abs(span) * np.logspace(-12.0, 6.0, 361)
    try:
        return current_range("current", unit, sizes, count, space.where, f"{_CURRENT_STEPS} steps")
    except ValueError as error:
        raise UnfitError(str(error)) from None


_CURRENT_STEPS = 400

# ------------------------------------------------------------------ parameters


_ONE = 1.0 - 1e-3


def _range(name: str, x: float, span: float, is_threshold: bool) -> tuple[float, float, str]:
    """Return (low, high, scale) of the range of a number, from its name and value."""
    decays = ("alpha", "beta", "decay", "rho", "kappa", "gamma", "lam", "leak")
    if is_threshold:
        return (0.5 * x, 2.0 * x, "log") if x > 0.0 else (x - 0.5 * span, x + span, "linear")
    if any(word in name.lower() for word in decays) and 0.0 < x <= 1.0 and name not in REST:
        return _short(min(0.3, 0.5 * x)), max(_ONE, x), "linear"
    if x > 0.0:
        least = 1.01 if name.lower().startswith("tau") and x > 1.01 and not name.endswith("inv") else 0.0
        return _short(max(0.2 * x, least)), _short(5.0 * x), "log"
    if x < -span or (x < 0.0 and name.lower().startswith("v")):  # A negative number is usually a potential.
        return _short(x - span), _short(x + 0.9 * span), "linear"
    return (2.0 * x, 0.5 * x, "linear") if x < 0.0 else (-span, _short(0.9 * span), "linear")


def _short(x: float) -> float:
    return float(f"{x:.6g}")


def numbers(space: TorchSpace) -> dict[str, float]:
    """Return the numbers of a module that are not part of its state, by their paths."""
    ring = {space.wrapped.ring.pointer} if space.wrapped.ring else set()
    inner = {*space.wrapped.entries, *space.wrapped.scratch, *space.fixed, *ring}
    found = {p: as_float(s.value) for p, s in spots(space.wrapped.module).items() if p not in inner and is_number(s)}
    return {p: number for p, number in found.items() if np.isfinite(number)}


def found_parameters(space: TorchSpace) -> tuple[Found, dict[str, str]]:
    """Return a parameter for each number that affects the spikes and may differ between lanes.

    The second result contains the other numbers, by their paths, with the reason why each stays a constant.
    """
    level = first_number(space, THRESHOLDS)
    begin = space.begin[space.states[0]]
    height = level[1] if level else _largest_subthreshold(space, space.states[:1])[0]
    span = abs(height - begin) or 1.0
    lanes = 3 * LANES
    x = span * torch.cat([torch.logspace(-12, -2, LANES), torch.logspace(-2, 3, lanes - LANES)]).double()
    steps, factor = _firing_trial(space, x)

    def course(values: Constants) -> list[torch.Tensor]:
        return [torch.cat([spikes, *state.values()]) for spikes, state in space.run(factor * x, steps, values)]

    usual, found, reasons = course({}), dict[str, float](), dict[str, str]()
    for path, number in numbers(space).items():
        reason = _why_constant(path, space.wrapped.first_paths, number, span, course, usual, lanes)
        if reason:
            reasons[path] = reason
        else:
            found[path] = number
    made: Found = {}
    for path, number in found.items():
        is_threshold = level is not None and path == level[0]
        low, high, scale = _range(last(path), number, span, is_threshold)
        declared = Parameter(
            identifier(path, list(found)),
            number,
            low,
            high,
            scale=scale,
            vary=not is_threshold,
            description=f"{path!r} of the module.",
        )
        made[path] = ([declared], _read(declared.key))
    return made, reasons


def _firing_trial(space: TorchSpace, x: torch.Tensor) -> tuple[int, float]:
    """Return the number of steps and a factor of the currents at which a neuron fires twice, to reveal its reset."""
    for steps, factor in ((60, 1.0), (300, 1.0), (300, 1e3)):
        count = sum((spikes != 0).to(torch.float64) for spikes, _ in space.run(factor * x, steps))
        if bool((torch.as_tensor(count) >= 2).any()):
            return steps, factor
    return 60, 1.0


def _why_constant(
    path: str,
    first: frozenset[str],
    number: float,
    span: float,
    course: Callable[[Constants], list[torch.Tensor]],
    usual: list[torch.Tensor],
    lanes: int,
) -> str:
    """Return the reason why a number stays a constant, or an empty string if it can be a parameter."""
    if path not in first:
        return "the module computes it in its first step"
    if last(path) == "dt":
        return "it is the time step of the module"
    x = torch.ones(lanes, dtype=torch.float64)
    try:
        # A tensor with the same number must change nothing. Otherwise the module has another branch for tensors.
        equal = course({path: number * x})
        other = course({path: (0.9 * number if number else 0.1 * span) * x})
        unchanged = _near(usual, equal)
    except Exception as error:  # For example, `if self.tau > 1` fails for a tensor.
        text = str(error).strip().partition("\n")[0]
        return f"the step takes it as one number for all lanes ({type(error).__name__}: {text})"[:200]
    if not unchanged:
        return "the step computes another value with a tensor in its place"
    if all(map(same, usual, other)):
        return "another value changes neither the spikes nor the state"
    binary = all(bool(((v[:lanes] == 0) | (v[:lanes] == 1) | ~v[:lanes].isfinite()).all()) for v in other)
    return "" if binary else "another value makes the spikes differ from 0 and 1"


def _near(one: Sequence[torch.Tensor], other: Sequence[torch.Tensor]) -> bool:
    """Return whether two runs are equal, except for the rounding of modules that compute their spikes in float32."""
    a, b = (torch.stack(list(course)) for course in (one, other))
    size = a.nan_to_num(0.0, 0.0, 0.0).abs().amax(0)
    near = (a == b) | (a.isnan() & b.isnan()) | ((a - b).abs() <= 1e-9 + 1e-6 * size)
    return bool(near.all())


def _read(name: str) -> Convert:
    """Return a function that replaces a constant by a parameter."""
    return lambda p, dt: getattr(p, name)


def named_parameters(space: TorchSpace, parameters: Mapping[str, object]) -> Found:
    """Return the parameters from the argument `parameters` of ``from_torch``, with their functions, by path."""
    where, inner = space.where, {*space.wrapped.entries, *space.wrapped.scratch}
    places = spots(space.wrapped.module)
    valid = [p for p, s in places.items() if p not in inner and p in space.wrapped.first_paths and is_number(s)]
    found: Found = {}
    for key, entry in parameters.items():
        path = key if key in valid or key in places else next((p for p in valid if last(p) == key), None)
        if path is None or path in space.wrapped.entries:
            raise unknown(where, "parameter of the module", key, valid)
        if isinstance(entry, Parameter):
            found[path] = ([entry], _read(entry.key))
        elif isinstance(entry, tuple) and len(entry) == 2 and callable(entry[1]):
            declared = [entry[0]] if isinstance(entry[0], Parameter) else list(entry[0])
            found[path] = (declared, entry[1])
        else:
            raise TypeError(
                f"{where}: parameters[{key!r}] must be a Parameter, or a tuple (list of Parameter, f(p, dt)), got "
                f"{shown(entry)}."
            )
    return found


def identifier(path: str, others: Sequence[str]) -> str:
    """Return a path as an identifier, shortened to its last part if no other path has the same last part."""
    alone = sum(last(p) == last(path) for p in others) <= (path in others)
    name = re.sub(r"\W", "_", last(path) if alone else path).strip("_") or "x"
    name = f"x{name}" if name[0].isdigit() else name
    return f"{name}_" if name in RESERVED else name
