"""The numbers of a torch module as parameters of a model: which of them decide over its spikes, and their ranges."""

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
"""By the path of a constant, the parameters of the model that decide it, and how."""


@dataclass
class TorchSpace:
    """The step of a model around a module.

    Attributes
    ----------
    fixed, conversions : dict of str to callable
        By the paths of constants, functions of (p, dt) that give them: as the library needs, and of parameters.
    states : list of str
        The potential first.
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
        return tuple(0.0 * holding + self.begin[key] for key in self.states)

    def as_the_library_needs(self) -> dict[str, torch.Tensor | float]:
        """Return the values that depend on the time step alone."""
        dt = torch.tensor(self.dt, dtype=torch.float64)
        return {path: convert(Namespace(), dt) for path, convert in self.fixed.items()}

    def run(
        self, x: torch.Tensor, steps: int, values: Constants | None = None
    ) -> Iterator[tuple[torch.Tensor, dict[str, torch.Tensor]]]:
        """Yield (spikes, state) of steps at a constant current [lanes], with constants replaced by `values`."""
        state = {path: torch.full_like(x, number) for path, number in self.begin.items()}
        now = self.as_the_library_needs() | dict(values or {})
        for _ in range(steps):
            with torch.no_grad():  # not while the caller has the step: it may stop there
                outputs, state = self.wrapped.advance(x, state, now)
            yield self.wrapped.fired(outputs), state


def first_number(space: TorchSpace, names: Sequence[str]) -> tuple[str, float] | None:
    """Return (path, value) of the first number that has one of the names."""
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
    best = _largest_calm(space, space.states[:1])[0]
    if not best > space.begin[space.states[0]]:
        raise UnfitError(
            f"{space.where}: the module has no attribute with the name of a threshold ({', '.join(THRESHOLDS[:4])}, "
            "…). Pass threshold."
        )
    return float(f"{best:.3g}")


def _largest_calm(space: TorchSpace, keys: Sequence[str]) -> list[float]:
    """Return the largest value of each state without a spike, at any current.

    A neuron that fires in the step after it has crossed its threshold is calm where the next step is calm.
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
    """Make the potential of a complex state the part that a spike bounds: the real or the imaginary one."""
    entry = next(e for e in space.wrapped.entries.values() if space.states[0] in e.keys)
    if entry.dtype.is_complex:
        calm = _largest_calm(space, entry.keys)
        chosen = entry.keys[int(np.argmin(calm))]
        space.states.remove(chosen)
        space.states.insert(0, chosen)


def rest_of(space: TorchSpace, values: Constants) -> float:
    """Return the resting potential without a current, if there is one; the neuron may fire at first."""
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
"""Without a spike, after which a neuron rests."""


def current_of(space: TorchSpace, span: float, unit: str) -> Parameter:
    """Return the injected current with a range around what just makes the neuron fire."""

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
    """Return (low, high, scale) of a number by its name and value."""
    decays = ("alpha", "beta", "decay", "rho", "kappa", "gamma", "lam", "leak")
    if is_threshold:
        return (0.5 * x, 2.0 * x, "log") if x > 0.0 else (x - 0.5 * span, x + span, "linear")
    if any(word in name.lower() for word in decays) and 0.0 < x <= 1.0 and name not in REST:
        return _short(min(0.3, 0.5 * x)), max(_ONE, x), "linear"
    if x > 0.0:
        least = 1.01 if name.lower().startswith("tau") and x > 1.01 and not name.endswith("inv") else 0.0
        return _short(max(0.2 * x, least)), _short(5.0 * x), "log"
    if x < -span or (x < 0.0 and name.lower().startswith("v")):  # a potential
        return _short(x - span), _short(x + 0.9 * span), "linear"
    return (2.0 * x, 0.5 * x, "linear") if x < 0.0 else (-span, _short(0.9 * span), "linear")


def _short(x: float) -> float:
    return float(f"{x:.6g}")


def numbers(space: TorchSpace) -> dict[str, float]:
    """Return the numbers of a module that are not its state, by their paths."""
    ring = {space.wrapped.ring.pointer} if space.wrapped.ring else set()
    inner = {*space.wrapped.entries, *space.wrapped.scratch, *space.fixed, *ring}
    found = {p: as_float(s.value) for p, s in spots(space.wrapped.module).items() if p not in inner and is_number(s)}
    return {p: number for p, number in found.items() if np.isfinite(number)}


def found_parameters(space: TorchSpace) -> tuple[Found, dict[str, str]]:
    """Return a parameter for each number that decides over the spikes, and that may differ from lane to lane.

    Of the other numbers, the reason why each stays a constant is returned, by their paths.
    """
    level = first_number(space, THRESHOLDS)
    begin = space.begin[space.states[0]]
    height = level[1] if level else _largest_calm(space, space.states[:1])[0]
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
    """Return the number of steps, and a factor of the currents, at which a neuron fires twice: it then shows resets."""
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
    """Return why a number stays a constant; nothing for one that can be a parameter."""
    if path not in first:
        return "the module computes it in its first step"
    if last(path) == "dt":
        return "it is the time step of the module"
    x = torch.ones(lanes, dtype=torch.float64)
    try:
        # A tensor with the same number must change nothing, or the module has another branch for tensors.
        equal = course({path: number * x})
        other = course({path: (0.9 * number if number else 0.1 * span) * x})
        unchanged = _near(usual, equal)
    except Exception as error:  # such as `if self.tau > 1`
        text = str(error).strip().partition("\n")[0]
        return f"the step takes it as one number for all lanes ({type(error).__name__}: {text})"[:200]
    if not unchanged:
        return "the step computes another value with a tensor in its place"
    if all(map(same, usual, other)):
        return "another value changes neither the spikes nor the state"
    binary = all(bool(((v[:lanes] == 0) | (v[:lanes] == 1) | ~v[:lanes].isfinite()).all()) for v in other)
    return "" if binary else "another value makes the spikes differ from 0 and 1"


def _near(one: Sequence[torch.Tensor], other: Sequence[torch.Tensor]) -> bool:
    """Return whether two courses are equal but for the rounding of float32, which some make of their spikes."""
    a, b = (torch.stack(list(course)) for course in (one, other))
    size = a.nan_to_num(0.0, 0.0, 0.0).abs().amax(0)
    near = (a == b) | (a.isnan() & b.isnan()) | ((a - b).abs() <= 1e-9 + 1e-6 * size)
    return bool(near.all())


def _read(name: str) -> Convert:
    """Return a function that replaces a constant by a parameter."""
    return lambda p, dt: getattr(p, name)


def named_parameters(space: TorchSpace, parameters: Mapping[str, object]) -> Found:
    """Return ([Parameter], function) by path, as the argument `parameters` of ``from_torch`` gives them."""
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
    """Return the last part of a path as a name, or all of it where others end in the same."""
    alone = sum(last(p) == last(path) for p in others) <= (path in others)
    name = re.sub(r"\W", "_", last(path) if alone else path).strip("_") or "x"
    name = f"x{name}" if name[0].isdigit() else name
    return f"{name}_" if name in RESERVED else name
