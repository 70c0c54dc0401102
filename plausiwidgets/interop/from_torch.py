"""A torch module as a neuron model, as it is: what it remembers from step to step is found, and its step is checked.

State is what a step changes and a later step reads: an attribute, a buffer, or what the module returns beside its
output and takes again. It is found by trial on a few lanes of noise, from silent to far above threshold, and what was
found is compared with the module's own loop before it is accepted. Nothing of a library is imported: its neurons are
known by the names of their classes.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, SupportsFloat

import numpy as np

from plausiwidgets.interop.libraries import POTENTIALS, REST, THRESHOLDS, Convert, Library, library_of
from plausiwidgets.models.contract import Namespace
from plausiwidgets.models.model import RESERVED, NeuronModel, StateVariable
from plausiwidgets.models.nested import leaves, rebuilt
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.arguments import checked, finite, sentence, shown
from plausiwidgets.support.lazy import torch
from plausiwidgets.support.names import unknown

if TYPE_CHECKING:
    from torch.overrides import TorchFunctionMode

Tensors = tuple["torch.Tensor", ...]
Outcome = tuple[list["torch.Tensor"], dict[str, "torch.Tensor"]]
"""The outputs of a step and the states after it, all [lanes]."""
Constants = Mapping[str, "torch.Tensor | float"]
"""What replaces constants of a module, by their paths."""
Found = dict[str, tuple[list[Parameter], Convert]]
"""By the path of a constant, the parameters of the model that decide it, and how."""

_LANES = 17
"""Of a trial: no axis of a module has this length by chance."""
_STEPS = 40
_NOISE_STEPS = 300
"""For how many steps the module's own loop is compared with the step."""
_LAYOUTS = {"[lanes]": (-1,), "[lanes, 1]": (-1, 1), "[lanes, time, 1]": (-1, 1, 1)}
"""How a library lays out what it gets, from the plainest."""
_MAX_STATES = 4
"""Of a module that gets its state as an argument."""


_NO_STATE = "The other results of the module"


class UnfitError(ValueError):
    """Report that a module cannot be a neuron model; the text has the reason."""


# ------------------------------------------------------------------ what a module holds


@dataclass(frozen=True)
class Spot:
    """A place in which a module holds something: an entry of one of its dicts, and in that a field of a NamedTuple."""

    path: str
    home: dict[str, Any]  # of torch or of the module: each holds values of its own type
    key: str
    fields: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit(".", 1)[-1]

    @property
    def value(self) -> object:
        """What is there."""
        value: object = self.home[self.key]
        for name in self.fields:
            value = getattr(value, name)
        return value

    def set(self, value: object) -> None:
        """Put something there, past the assignment of the module itself."""
        self.home[self.key] = _with_field(self.home[self.key], self.fields, value) if self.fields else value


class _Record(Protocol):
    """A NamedTuple of any class."""

    def _replace(self, **fields: object) -> object: ...


def _with_field(whole: _Record, fields: Sequence[str], value: object) -> object:
    first, *others = fields
    return whole._replace(**{first: _with_field(getattr(whole, first), others, value) if others else value})


def _spots(module: torch.nn.Module) -> dict[str, Spot]:
    """Return every place of a module and of what it contains, by its path."""
    inner = {*vars(torch.nn.Module()), "_memories", "_memories_rv"}
    found: dict[str, Spot] = {}
    for prefix, part in module.named_modules():
        own = vars(part)
        # Torch, and SpikingJelly with its memories, look these names up outside of the module's own dict.
        homes: list[dict[str, Any]] = [part._parameters, part._buffers, own.get("_memories") or {}]
        places = [(home, key) for home in homes for key in home]
        for home, key in [*places, *((own, key) for key in own if key not in inner)]:
            for spot in _fields_of(Spot(f"{prefix}.{key}".lstrip("."), home, key)):
                found.setdefault(spot.path, spot)
    return found


def _fields_of(spot: Spot) -> Iterator[Spot]:
    value = spot.value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        for name in value._fields:
            yield from _fields_of(Spot(f"{spot.path}.{name}", spot.home, spot.key, (*spot.fields, name)))
    else:
        yield spot


def _is_number(spot: Spot) -> bool:
    """Return whether something is one number that could be a parameter; a trial tells whether an integer is a flag."""
    value = spot.value
    if isinstance(value, torch.Tensor):
        return value.numel() == 1 and (value.is_floating_point() or (bool(spot.fields) and value.dtype != torch.bool))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _float(value: object) -> float:
    assert isinstance(value, SupportsFloat)
    return float(value.detach() if isinstance(value, torch.Tensor) else value)


def _copy(module: torch.nn.Module) -> torch.nn.Module:
    """Return a copy in float64, whose constants are the decimals that they were written as, and without a history."""
    # Torch refuses to copy a tensor with a history, such as the state of a module that was trained before.
    known = {
        id(s.value): s.value.detach().clone()
        for s in _spots(module).values()
        if isinstance(s.value, torch.Tensor) and not s.value.is_leaf
    }
    written = {path: _decimal(s.value) for path, s in _spots(module).items() if _is_number(s)}
    made = copy.deepcopy(module, known).cpu().double().eval().requires_grad_(False)
    for path, spot in _spots(made).items():
        value = spot.value
        if path in written and isinstance(value, torch.Tensor):
            exact = torch.full_like(value, written[path], dtype=torch.float64).detach()
            spot.set(torch.nn.Parameter(exact, False) if isinstance(value, torch.nn.Parameter) else exact)
        elif isinstance(value, torch.Tensor) and value.numel() == 1 and not spot.fields and not value.dim():
            # A flag of a library, such as which reset it has: as a number of Python it can decide an `if`.
            for part in [part for part in made.modules() if part._buffers is spot.home]:
                del part._buffers[spot.key]
                vars(part)[spot.key] = value.item()
    return made


def _decimal(value: object) -> float:
    """Return the shortest decimal that is this number in its own precision: 0.9 for a float32 of 0.8999999761581421."""
    if isinstance(value, torch.Tensor) and value.dtype == torch.float32:
        return float(str(np.float32(value.detach().item())))
    return _float(value)


@functools.cache
def _double_mode() -> type[TorchFunctionMode]:
    """Return the class of contexts in which a tensor that a module makes of numbers is float64: its state is, then.

    Other threads are not concerned, as they would be by torch's default type.
    """
    from torch.overrides import TorchFunctionMode

    class InDouble(TorchFunctionMode):
        def __torch_function__(
            self,
            func: Callable[..., object],
            types: object,
            args: Sequence[object] = (),
            kwargs: Mapping[str, object] | None = None,
        ) -> object:
            options = kwargs or {}
            out = func(*args, **options)
            makes = getattr(func, "__name__", "") in _MAKERS and "dtype" not in options
            return out.double() if isinstance(out, torch.Tensor) and out.dtype == torch.float32 and makes else out

    return InDouble


_MAKERS = ("zeros", "ones", "full", "tensor", "as_tensor", "empty", "linspace", "arange", "scalar_tensor")


# ------------------------------------------------------------------ a module that is called on lanes


@dataclass
class Wrapped:
    """A module, how it is called on lanes, and where it keeps its state.

    Attributes
    ----------
    module : torch.nn.Module
    fresh : torch.nn.Module
        A copy that has not been called yet.
    layout : str
        A key of ``_LAYOUTS``.
    given : str
        How the module gets its state: ``"hidden"``, in itself; ``"spread"`` and ``"packed"``, as arguments, or as one.
    template : object
        For what is not hidden, the state as the module takes it.
    shapes : dict of str to tuple
        Of each state, with −1 for the lanes.
    kinds : dict of str to torch.dtype
    scratch : dict of str to tuple
        What has a value for each lane as well, and is written before it is read: some libraries begin anew where its
        shape differs.
    spikes : int or str
        Which of the outputs, or which attribute, is the spikes.
    """

    module: torch.nn.Module
    fresh: torch.nn.Module
    layout: str = "[lanes]"
    given: str = "hidden"
    template: object = None
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    kinds: dict[str, torch.dtype] = field(default_factory=dict)
    scratch: dict[str, tuple[int, ...]] = field(default_factory=dict)
    spikes: int | str = 0

    @functools.cached_property
    def spots(self) -> dict[str, Spot]:
        """Every place of the module, which has been called."""
        return _spots(self.module)

    @functools.cached_property
    def _homes(self) -> list[dict[str, Any]]:
        return list({id(s.home): s.home for s in self.spots.values()}.values())

    def keep(self, path: str, value: torch.Tensor) -> None:
        """Keep something as a state."""
        self.shapes[path] = tuple(-1 if n == _LANES else int(n) for n in value.shape)
        self.kinds[path] = value.dtype

    def lay(self, x: torch.Tensor, shape: Sequence[int] | None = None) -> torch.Tensor:
        """Return lanes as the module lays them out, or in another shape."""
        shape = _LAYOUTS[self.layout] if shape is None else shape
        return x if tuple(shape) == (-1,) else x.reshape(tuple(shape))

    def call(self, x: torch.Tensor, state: Any = None) -> Any:
        """Call the module on lanes `x`; what it keeps in itself stays there."""
        x = self.lay(x)
        if self.given == "spread" and state is not None:
            return self.module(x, *state)
        return self.module(x, state) if self.given == "packed" and state is not None else self.module(x)

    def advance(self, x: torch.Tensor, state: Mapping[str, torch.Tensor], values: Constants) -> Outcome:
        """Return (outputs, state) after one step from `state`, all [lanes]; the module is left as it was.

        Constants are replaced by `values`, by their paths.
        """
        spots = self.spots
        kept = [(home, dict(home)) for home in self._homes]
        laid = {path: self.lay(state[path], shape).to(self.kinds[path]) for path, shape in self.shapes.items()}
        like = next(iter(self.shapes.values()), (-1,))  # a constant of a module meets its state
        try:
            for path, value in values.items():
                laid_out = self.lay(value, like) if isinstance(value, torch.Tensor) and value.dim() == 1 else value
                spots[path].set(laid_out)
            hidden = self.given == "hidden"
            for path, shape in self.scratch.items():
                spots[path].set(self.lay(torch.zeros_like(x), shape))
            for path, value in laid.items() if hidden else ():
                spots[path].set(value.clone())  # some add to it in place
            out = self.call(x, None if hidden else rebuilt(self.template, iter(laid.values())))
            return self.read(out, spots)
        finally:  # tracing leaves its stand-ins behind
            for home, before in kept:
                home.clear()
                home.update(before)

    def read(self, out: Any, spots: Mapping[str, Spot]) -> Outcome:
        """Return (outputs, state), all [lanes], of what the module returned and of what it keeps."""
        first, *new = (out, *(spots[path].value for path in self.shapes)) if self.given == "hidden" else out
        outputs = spots[self.spikes].value if isinstance(self.spikes, str) else first
        read, state = ([x.reshape(-1).to(torch.float64) for _, x in leaves(y)] for y in (outputs, new))
        return read, dict(zip(self.shapes, state, strict=True))

    def fired(self, outputs: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the spikes among the outputs."""
        return outputs[self.spikes if isinstance(self.spikes, int) else 0]

    def loop(self, currents: torch.Tensor) -> Iterator[Outcome]:
        """Yield (outputs, state) of the module's own loop over `currents`, [steps, lanes], in a copy of it."""
        own = replace(self, module=copy.deepcopy(self.fresh))
        state: object = None
        for x in currents:
            with _double_mode()():
                out = own.call(x, state)
            if own.given != "hidden":
                state = tuple(out[1:]) if own.given == "spread" else out[1]
            yield own.read(out, _spots(own.module))


def _ladder(steps: int) -> torch.Tensor:
    """Return noise from far below to far above 1, [steps, lanes]: a current may be in A as well."""
    noise = torch.from_numpy(np.random.default_rng(0).uniform(-0.3, 1.0, (steps, _LANES)))
    few = torch.logspace(-12, -3, _LANES // 4, dtype=torch.float64)
    return noise * torch.cat([few, torch.logspace(-2, 3, _LANES - len(few), dtype=torch.float64)])


# ------------------------------------------------------------------ finding


def _find(
    module: torch.nn.Module, where: str, spikes: int | str | None, potential: str | None, library: Library
) -> Wrapped:
    """Return how a module is called on lanes, and what it remembers."""
    problems: list[str] = []
    forgets = None
    for layout in library.layouts or _LAYOUTS:
        for given in ("hidden", "spread", "packed"):
            wrapped = Wrapped(copy.deepcopy(module), module, layout, given)
            try:
                _begin(wrapped)
            except UnfitError:
                raise
            except Exception as error:
                problems.append(f"{layout}: {_first_line(error)}")
                continue
            others = _find_state(wrapped, where, potential)
            if wrapped.shapes:
                wrapped.spikes = _find_spikes(wrapped, where, library) if spikes is None else spikes
                _check_spikes(wrapped, where, spikes)
                return wrapped
            forgets = others if forgets is None else forgets
    tensors = {path: s.value for path, s in _spots(module).items() if isinstance(s.value, torch.Tensor)}
    several = [f"{path!r} has {x.numel()}" for path, x in tensors.items() if x.numel() > 1]
    also = f" A model is one neuron with one number for each constant, but {', '.join(several[:3])}." if several else ""
    if forgets is not None:
        changed = f" It changes only {', '.join(forgets)}." if forgets else ""
        also += next((f" {sentence(p.partition('Error: ')[2])}" for p in problems if _NO_STATE in p), "")
        raise UnfitError(
            f"{where}: the module must have a state.{changed}{also} The state is a tensor with a value for each lane, "
            f"in an attribute or a buffer. It can also be an argument and a result: forward(x, state) -> (spikes, "
            "state)."
        )
    if any("ambiguous" in problem for problem in problems):
        also += " Write torch.where(condition, a, b) instead of an `if` on a tensor."
    raise UnfitError(
        f"{where}: the module must accept one current of shape [lanes], [lanes, 1] or [lanes, time, 1], and return "
        f"spikes of this shape, but it raised {'; '.join(dict.fromkeys(problems[:3]))}.{also}"
    )


def _check_spikes(wrapped: Wrapped, where: str, spikes: int | str | None) -> None:
    """Refuse a name or a number of an output that the module does not have."""
    if isinstance(spikes, str):
        lanes = [p for p, s in wrapped.spots.items() if isinstance(s.value, torch.Tensor) and s.value.numel() == _LANES]
        if spikes not in lanes:
            raise unknown(f"{where}: spikes", "name", spikes, lanes)
    elif spikes is not None:
        with torch.no_grad():
            count = len(next(wrapped.loop(_ladder(1)))[0])
        if not 0 <= spikes < count:
            raise UnfitError(
                f"{where}: spikes must be the index of an output, from 0 to {count - 1}, got {shown(spikes)}."
            )


def _begin(wrapped: Wrapped) -> None:
    """Call a module, so that every place of its state exists from now on, and learn what it gets as its state."""
    x = torch.linspace(0.1, 0.5, _LANES, dtype=torch.float64)
    with torch.no_grad(), _double_mode()():
        if wrapped.given == "hidden":
            wrapped.call(x)
            out = wrapped.call(x)  # the first call may only create the state
            if not any(leaf.numel() == _LANES for _, leaf in leaves(out)):
                raise ValueError(f"the output has shape {[list(leaf.shape) for _, leaf in leaves(out)]}.")
            return
        out = _with_zeros(wrapped, x)
        if not isinstance(out, tuple) or len(out) < 2:
            raise ValueError("the module returns no state.")
        state = tuple(out[1:]) if wrapped.given == "spread" else out[1]
        again = wrapped.call(x, state)
        own = list(leaves(out[1:]))
        if not own or any(leaf.numel() != _LANES for _, leaf in own) or len(again) != len(out):
            sizes = ", ".join(str(list(leaf.shape)) for _, leaf in own) or "nothing"
            raise ValueError(
                f"{_NO_STATE} must have one value for each of {_LANES} lanes, got tensors of shape {sizes}."
            )
    wrapped.template = state
    names = [name if name.isidentifier() else f"state{i}" for i, (name, _) in enumerate(own)]
    for name, (_, leaf) in zip(names, own, strict=True):
        wrapped.keep(name, leaf)


def _with_zeros(wrapped: Wrapped, x: torch.Tensor) -> Any:
    """Call a module without a state, or where it needs one with zeros."""
    try:
        return wrapped.call(x)
    except TypeError:
        zeros = wrapped.lay(torch.zeros_like(x))
        for count in range(1, _MAX_STATES + 1):
            state = (zeros,) * count
            try:
                return wrapped.call(x, state)
            except (TypeError, ValueError):
                if count == _MAX_STATES:
                    raise
        raise


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"[:160].removesuffix(".")


def _find_state(wrapped: Wrapped, where: str, potential: str | None) -> list[str]:
    """Find the state of a module: of what its steps change, what decides over later steps or over the output.

    What else a step changes is returned in words.
    """
    currents, others = _ladder(_STEPS), []
    if wrapped.given == "hidden":
        own = replace(wrapped, module=copy.deepcopy(wrapped.fresh))
        before = {path: (s.value, _content(s.value)) for path, s in _spots(own.module).items()}
        with torch.no_grad(), _double_mode()():
            own.call(currents[0])
            counts = _counts(own, currents[1])
            own.call(currents[1])
        spots = _spots(own.module)
        changed = [
            p
            for p, s in spots.items()
            if p not in before or s.value is not before[p][0] or _content(s.value) != before[p][1]
        ]
        if counts:
            raise UnfitError(
                f"{where}: the state must be tensors with a value for each lane, but the module counts in "
                f"{', '.join(map(repr, counts))}. Remove counters of calls."
            )
        for path in changed:
            value = spots[path].value
            if isinstance(value, torch.Tensor):
                if value.numel() == _LANES:
                    wrapped.keep(path, value)
                    continue
            elif _holds_tensors(value):
                raise UnfitError(
                    f"{where}: the state must be tensors, but {path!r} is a {type(value).__name__} of tensors. Make "
                    f"each of its entries a separate buffer, as in `self.first, self.second = x, self.first`."
                )
            others.append(f"{path!r}, a {type(value).__name__}")
    # A step may write a value that is never read, such as a copy of its last output. Only trials tell these apart.
    reads = _influences(wrapped, currents)
    # What the output depends on, directly or by way of others, or what depends on itself: that may take longer than a
    # trial. And a potential that is an output and nothing else.
    needed = {"output"}
    while more := {a for a, b in reads if b in needed} - needed:
        needed |= more
    if not needed & set(wrapped.shapes) and wrapped.given == "hidden":
        if any(a == b for a, b in reads):
            _find_spikes(wrapped, where, Library())  # it says what the output is instead
        wrapped.shapes.clear()
        return others
    needed |= {a for a, b in reads if a == b}
    names = [p for p in wrapped.shapes if p in needed]
    potentials = (potential,) if potential else POTENTIALS
    outputs = [p for p in wrapped.shapes if p not in needed and _last(p) in potentials]
    keep = names + [p for p in outputs if not any(_last(n) in POTENTIALS for n in names)][:1]
    if wrapped.given == "hidden":
        for path in [p for p in wrapped.shapes if p not in keep]:
            wrapped.scratch[path] = wrapped.shapes.pop(path)
    return others


def _counts(wrapped: Wrapped, x: torch.Tensor) -> list[str]:
    """Return what is one number for all lanes and goes on from step to step, such as a count of steps."""
    one, other = (replace(wrapped, module=copy.deepcopy(wrapped.module)) for _ in range(2))
    numbers = {path: s for path, s in _spots(one.module).items() if _is_number(s) or _is_flag(s.value)}
    before: dict[str, Any] = {path: s.value for path, s in numbers.items()}
    one.call(x)
    after = {path: s.value for path, s in _spots(one.module).items() if path in before}
    changed = [path for path, value in after.items() if _float(value) != float(before[path])]
    spots = _spots(other.module)
    for path in changed:
        spots[path].set(before[path] + 1)
    other.call(x)
    beside = _spots(other.module)
    return [path for path in changed if _float(beside[path].value) != _float(after[path])]


def _is_flag(value: object) -> bool:
    """Return whether something is a truth value or a number of NumPy, or an integer tensor of one."""
    tensor = isinstance(value, torch.Tensor) and value.numel() == 1 and not value.is_floating_point()
    return tensor or isinstance(value, (bool, np.number, np.bool_))


def _content(value: object) -> object:
    """Return what tells whether something changes in place."""
    if isinstance(value, torch.Tensor):
        return value._version
    return repr(value) if isinstance(value, (list, dict, set, bytearray)) or "deque" in type(value).__name__ else None


def _holds_tensors(value: object) -> bool:
    if not isinstance(value, Iterable) or not (isinstance(value, (list, dict)) or "deque" in type(value).__name__):
        return False
    return any(isinstance(entry, torch.Tensor) for entry in (value.values() if isinstance(value, Mapping) else value))


def _last(path: str) -> str:
    return path.rsplit(".", 1)[-1]


def _influences(wrapped: Wrapped, currents: torch.Tensor) -> set[tuple[str, str]]:
    """Return the pairs (state, state or ``"output"``) of which the first changes the second within a step."""
    noise = torch.Generator().manual_seed(0)
    found: set[tuple[str, str]] = set()
    state = {path: torch.zeros(_LANES, dtype=torch.float64) for path in wrapped.shapes}
    with torch.no_grad():
        for x in currents:
            outputs, new = wrapped.advance(x, state, {})
            for path in state:
                size = 1.0 + state[path].abs()
                # A small change may not reach a threshold, and a large one may leave the range of a clamp.
                for factor in (0.3, 3.0):
                    moved = state[path] + factor * size * torch.randn(_LANES, generator=noise, dtype=torch.float64)
                    if wrapped.kinds[path] == torch.bool:
                        moved = 1.0 - state[path]
                    others, after = wrapped.advance(x, state | {path: moved}, {})
                    if not all(map(_same, outputs, others)):
                        found.add((path, "output"))
                    found |= {(path, b) for b in after if not _same(after[b], new[b])}
            state = {p: v.nan_to_num().clamp(-1e6, 1e6) for p, v in new.items()}
    return found


def _find_spikes(wrapped: Wrapped, where: str, library: Library) -> int:
    """Return which output of a module is its spikes."""
    with torch.no_grad():
        course = [outputs for outputs, _ in wrapped.loop(_ladder(_STEPS))]
        again = [outputs for outputs, _ in wrapped.loop(_ladder(_STEPS))]
    for k, (first, second) in enumerate(zip(course, again, strict=True)):
        if not all(map(_same, first, second)):
            raise UnfitError(
                f"{where}: the module must be deterministic, but two calls with the same currents differ in step {k}. "
                f"Do not use dropout, noise or stochastic firing."
            )
    outputs = [torch.stack(values) for values in zip(*course, strict=True)]
    for i, values in enumerate(outputs):
        values = values[values.isfinite()]
        if ((values == 0) | (values == 1)).all() and values.any() and values.numel() == outputs[i].isfinite().sum():
            return i
    levels = outputs[0][outputs[0].isfinite()].unique()
    if not levels.any():
        raise UnfitError(f"{where}: the module must fire within {_STEPS} steps at a current from 1e-12 to 1000.")
    if levels.numel() <= 64 and (levels == levels.round()).all() and levels.min() >= 0:
        raise UnfitError(
            f"{where}: the spikes of one step must be 1.0 or 0.0, got up to {levels.max():g} spikes in a step."
            f"{library.several}"
        )
    if levels.numel() <= 3:
        raise UnfitError(
            f"{where}: the spikes of one step must be 1.0 or 0.0, got graded spikes "
            f"({', '.join(f'{x:g}' for x in levels.tolist())})."
        )
    raise UnfitError(
        f"{where}: an output of the module must be spikes, 1.0 where the neuron fired and 0.0 elsewhere, got "
        f"{', '.join(f'{x:.3g}' for x in levels[:: max(levels.numel() // 3, 1)][:3].tolist())} as the first output. If "
        f'the spikes are another output or an attribute, pass spikes=1 or spikes="name". A leaky integrator never '
        "fires."
    )


# ------------------------------------------------------------------ from_torch


@checked
def from_torch(
    module: object,
    parameters: Mapping[str, object] | None = None,
    *,
    key: str | None = None,
    dt: float | None = None,
    potential: str | None = None,
    spikes: int | str | None = None,
    current: Parameter | None = None,
    rest: float | str | None = None,
    threshold: float | str | None = None,
    unit: str = "1",
    **options: Any,
) -> NeuronModel:
    """Take a torch module with hidden or returned state as a neuron model, as it is.

    Neurons of snnTorch, SpikingJelly (single step), sinabs and cells of Norse are known by themselves; any other module
    is taken if what it remembers is a tensor with a value for each lane. Its own loop is compared with the step of the
    model for some hundred steps of noise.

    Examples
    --------
    >>> import torch
    >>> import plausiwidgets as pw
    >>> class Leaky(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.beta, self.threshold, self.mem = 0.9, 1.0, 0.0
    ...     def forward(self, x):
    ...         self.mem = self.beta * self.mem + x
    ...         spikes = (self.mem > self.threshold).to(x.dtype)
    ...         self.mem = self.mem - spikes * self.threshold
    ...         return spikes
    >>> neuron = pw.from_torch(Leaky())
    >>> neuron
    <NeuronModel 'leaky': state mem; parameters beta, threshold>
    >>> pw.judge(neuron, "tonic_spiking").status
    'replicated'

    Parameters
    ----------
    module : torch.nn.Module
        It is copied, and stays as it is. In the copy constants of float32 are the decimals that they were written as.
    parameters : mapping of str to Parameter, or to (list of Parameter, callable), optional
        By the path of an attribute or a buffer, such as ``"beta"`` or ``"neuron.tau"``: a `Parameter` that it is; or
        parameters and ``f(p, dt)``, what it becomes of them. Without it each number that the step reads is a
        parameter, with a range by its name and value; ``{}`` leaves all of them as they are.
    key : str, optional
        Of the model; the name of the class in lower case by default.
    dt : float, optional
        Time step in ms, 1 by default (and that of a cell of Norse).
    potential : str, optional
        Which of the states is the membrane potential, where its name does not say so.
    spikes : int or str, optional
        Which output, or which attribute, is the spikes, where it is not the first that is 0.0 and 1.0.
    current : Parameter, optional
        The injected current; by default a range around the smallest constant one that makes the neuron fire.
    rest, threshold : float or str, optional
        As of :class:`NeuronModel`; by default what the neuron rests at without a current, and what is called threshold.
    unit : str
        Of the potential; ``"1"`` for one without a unit.
    **options
        Further arguments of :class:`NeuronModel`.

    Raises
    ------
    TypeError
        If `module` is not a torch module.
    ValueError
        For graded spikes, several layers, several spikes in a step, randomness, state in a list, a module that
        remembers something else than was found, and a name that the module does not have; the text has the reason.
    """
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"from_torch: module must be a torch.nn.Module, such as snn.Leaky(0.9), got {shown(module)}.")
    neuron: torch.nn.Module = getattr(module, "_orig_mod", module)  # of torch.compile
    kind = type(neuron).__name__
    where = f"from_torch({kind})"
    if isinstance(neuron, torch.jit.ScriptModule):
        raise UnfitError(f"{where}: the state of a scripted module cannot be read. Pass the module that was scripted.")
    library = library_of(neuron)
    library.refuse(neuron, where)
    work = _copy(neuron)
    fixed = library.prepare(work, where)
    step_ms = finite(where, "dt", dt or library.dt(neuron) or 1.0, above=0.0, unit="ms")
    wrapped = _find(work, where, spikes, potential, library)
    space = _Space(wrapped, where, fixed, step_ms, _ordered(wrapped, where, potential))
    space.begin = _start(space, library, neuron)
    found = _found_parameters(space) if parameters is None else _named(space, parameters)
    space.conversions = {path: convert for path, (_, convert) in found.items()}
    own = {p.key: p for ps, _ in found.values() for p in ps}
    for what, given in (("rest", rest), ("threshold", threshold)):
        if isinstance(given, str) and given not in own:
            raise unknown(f"{where}: {what}", "parameter", given, own)
    p = Namespace(**{n: torch.full((1,), q.default, dtype=torch.float64) for n, q in own.items()})
    values = space.constants(p, torch.tensor(step_ms, dtype=torch.float64))
    level = _threshold(space, found) if threshold is None else threshold
    resting = _rest(space, values) if rest is None else rest
    height = float(own[level].default if isinstance(level, str) else level)
    base = float(own[resting].default if isinstance(resting, str) else resting)
    if not height > base:
        raise UnfitError(f"{where}: threshold must be above the rest ({base:g}), got {height:g}.")
    drive = current or _current(space, height - base, unit)
    _compare(space, drive, values)
    names = [_identifier(p, space.states) for p in space.states]
    return NeuronModel(
        key or _identifier(re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind).lower(), ()),
        space,
        list(own.values()),
        space.initial_state,
        drive,
        resting,
        level,
        step_ms,
        states=[StateVariable(n, unit if i == 0 else "") for i, n in enumerate(names)],
        **{
            "title": f"{library.title} {kind}".strip() if library.title and key is None else "",
            "source": library.source,
            "description": library.description(neuron),
        }
        | options,
    )


@dataclass
class _Space:
    """The step of a model around a module.

    Attributes
    ----------
    fixed, conversions : dict of str to callable
        By the paths of constants, functions of (p, dt) that give them: as the library needs, and of parameters.
    states : list of str
        The potential first.
    begin : dict of str to float
        What each state begins with.
    """

    wrapped: Wrapped
    where: str
    fixed: Mapping[str, Convert]
    dt: float
    states: list[str]
    begin: dict[str, float] = field(default_factory=dict)
    conversions: dict[str, Convert] = field(default_factory=dict)

    def constants(self, p: Namespace, dt: torch.Tensor) -> dict[str, torch.Tensor | float]:
        """Return what the constants become."""
        return {path: convert(p, dt) for path, convert in {**self.fixed, **self.conversions}.items()}

    def __call__(
        self, current: torch.Tensor, state: Tensors, p: Namespace, dt: torch.Tensor
    ) -> tuple[torch.Tensor, Tensors]:
        before = dict(zip(self.states, state, strict=True))
        outputs, new = self.wrapped.advance(current, before, self.constants(p, dt))
        return self.wrapped.fired(outputs), tuple(new[path] for path in self.states)

    def initial_state(self, p: Namespace, holding: torch.Tensor) -> Tensors:
        return tuple(0.0 * holding + value for value in self.begin.values())

    def as_the_library_needs(self) -> dict[str, torch.Tensor | float]:
        """Return what only the time step decides."""
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

    def beside(
        self, module: Wrapped, currents: torch.Tensor, begin: Mapping[str, float], values: Constants
    ) -> Iterator[tuple[list[torch.Tensor], dict[str, torch.Tensor], list[torch.Tensor], dict[str, torch.Tensor]]]:
        """Yield (outputs, state) of the step, and those of a module's own loop, for currents [steps, lanes]."""
        state = {path: torch.full_like(currents[0], number) for path, number in begin.items()}
        loop = module.loop(currents)
        for x in currents:
            with torch.no_grad():  # as in `run`
                outputs, after = next(loop)
                ours, state = self.wrapped.advance(x, state, values)
            yield ours, state, outputs, after


def _ordered(wrapped: Wrapped, where: str, potential: str | None) -> list[str]:
    """Return the states, the potential first."""
    paths = list(wrapped.shapes)
    if potential is not None:
        chosen = [p for p in paths if potential in (p, _last(p))]
        if not chosen:
            raise unknown(where, "potential", potential, paths)
    else:
        chosen = [p for name in POTENTIALS for p in paths if _last(p) == name]
        if len({p.rpartition(".")[0] for p in chosen}) > 1:
            raise UnfitError(
                f"{where}: the module must be one neuron with one current, got several layers with the potentials "
                f"{', '.join(chosen)}. Pass one of the layers."
            )
        chosen = chosen or (paths if len(paths) == 1 else [])
    if not chosen:
        raise UnfitError(f"{where}: the membrane potential is not known. Pass potential, one of {', '.join(paths)}.")
    return [chosen[0], *(p for p in paths if p != chosen[0])]


def _number(space: _Space, names: Sequence[str]) -> tuple[str, float] | None:
    """Return (path, value) of the first number that has one of the names."""
    spots = [s for s in _spots(space.wrapped.module).values() if s.path not in space.wrapped.shapes]
    named = (s for name in names for s in spots if s.name == name and _is_number(s))
    return next(((s.path, _float(s.value)) for s in named), None)


def _start(space: _Space, library: Library, module: torch.nn.Module) -> dict[str, float]:
    """Return what each state begins with: what the first step of the module itself does with it tells."""
    spots = _spots(_copy(module))
    known = []
    for path in space.states:
        own = _float(spots[path].value) if path in spots and _is_number(spots[path]) else None
        found = library.begins(module, _last(path)) if own is None else own
        known.append(0.0 if found is None else found)
    zeros = [0.0] * (len(known) - 1)
    # A library may ignore the number in an attribute and begin at zero, so each option is compared with its own loop.
    for option in (known, [known[0], *zeros], [0.0, *zeros]):
        begin = dict(zip(space.states, option, strict=True))
        if all(
            all(map(_same, ours, outputs))
            and all(torch.allclose(state[p], y, 1e-6, 1e-9, equal_nan=True) for p, y in after.items())
            for ours, state, outputs, after in space.beside(
                space.wrapped, _ladder(3), begin, space.as_the_library_needs()
            )
        ):
            return begin
    return dict(zip(space.states, known, strict=True))


def _threshold(space: _Space, found: Found) -> float | str:
    """Return what is called the threshold of a module, or else the largest potential without a spike at any current."""
    number = _number(space, THRESHOLDS)
    if number is not None:
        path, value = number
        declared = list(found[path][0]) if path in found else []
        return str(declared[0].key) if len(declared) == 1 and declared[0].default == value else value
    v = space.states[0]
    best = space.begin[v]
    for spikes, state in space.run(torch.logspace(-12, 4, 321, dtype=torch.float64), 400):
        calm = state[v][(spikes == 0) & state[v].isfinite()]
        best = max(best, float(calm.max())) if len(calm) else best
    if not best > space.begin[v]:
        raise UnfitError(
            f"{space.where}: the module has no attribute with the name of a threshold ({', '.join(THRESHOLDS[:4])}, "
            "…). Pass threshold."
        )
    return float(f"{best:.3g}")


def _rest(space: _Space, values: Constants) -> float:
    """Return what the neuron rests at without a current, where it does."""
    v = space.begin[space.states[0]]
    for spikes, state in space.run(torch.zeros(1, dtype=torch.float64), 500, values):
        if spikes.any() or not state[space.states[0]].isfinite().all():
            number = _number(space, REST)
            return number[1] if number else space.begin[space.states[0]]
        v = float(state[space.states[0]])
    return float(f"{v:.6g}") if abs(v) > 1e-9 else 0.0


_OFTEN = 10
"""Spikes within 400 steps at the default current."""


def _current(space: _Space, span: float, unit: str) -> Parameter:
    """Return the injected current: twice what just makes the neuron fire, and a range around it."""
    ladder = abs(span) * torch.logspace(-12, 6, 361, dtype=torch.float64)
    fired = torch.zeros(1 + len(ladder), dtype=torch.float64)
    for spikes, _ in space.run(torch.cat([torch.zeros(1).double(), ladder]), 400):
        fired += spikes != 0
    more = fired[1:] - fired[0]  # than without a current
    if not (more > 0).any():
        raise UnfitError(
            f"{space.where}: the neuron must fire within 400 steps at a constant current from {float(ladder[0]):.3g} "
            f"to {float(ladder[-1]):.3g}. Pass current, a Parameter with a default that makes the neuron fire."
        )
    # One that integrates without a leak fires at any current, if one waits.
    least, often = (float(ladder[int((more >= count).int().argmax())]) for count in (1, _OFTEN))
    default = float(f"{max(1.5 * least, often):.2g}")
    return Parameter("current", default, -2.0 * default, 10.0 * default, unit)


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


def _found_parameters(space: _Space) -> Found:
    """Return a parameter for each number that decides over the spikes, and that may differ from lane to lane."""
    spots = _spots(space.wrapped.module)
    inner = {*space.wrapped.shapes, *space.wrapped.scratch, *space.fixed}
    numbers = {p: _float(s.value) for p, s in spots.items() if p not in inner and _is_number(s)}
    numbers = {p: number for p, number in numbers.items() if np.isfinite(number)}
    level = _number(space, THRESHOLDS)
    begin = space.begin[space.states[0]]
    span = abs(level[1] - begin) if level and level[1] != begin else 1.0
    lanes = 3 * _LANES
    x = span * torch.cat([torch.logspace(-12, -2, _LANES), torch.logspace(-2, 3, lanes - _LANES)]).double()

    def course(values: Constants) -> list[torch.Tensor]:
        return [torch.cat([spikes, *state.values()]) for spikes, state in space.run(x, 60, values)]

    def binary(spikes: torch.Tensor) -> bool:
        return bool(((spikes == 0) | (spikes == 1) | ~spikes.isfinite()).all())

    usual, found = course({}), dict[str, float]()
    for path, number in numbers.items():
        try:
            # A tensor with the same number must change nothing, or the module has another branch for tensors.
            same = course({path: torch.full_like(x, number)})
            other = course({path: torch.full_like(x, 0.9 * number if number else 0.1 * span)})
            decides = _near(usual, same) and not all(map(_same, usual, other))
        except Exception:  # such as `if self.tau > 1`: it is a number of the module, and stays one
            continue
        if decides and all(binary(v[:lanes]) for v in other):
            found[path] = number
    made: Found = {}
    for path, number in found.items():
        is_threshold = level is not None and path == level[0]
        low, high, scale = _range(_last(path), number, span, is_threshold)
        declared = Parameter(
            _identifier(path, list(found)),
            number,
            low,
            high,
            scale=scale,
            vary=not is_threshold,
            description=f"{path!r} of the module.",
        )
        made[path] = ([declared], _read(declared.key))
    return made


def _same(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Return whether two tensors are equal, nan where the other is."""
    return bool(torch.equal(a.nan_to_num(), b.nan_to_num()))


def _near(one: Sequence[torch.Tensor], other: Sequence[torch.Tensor]) -> bool:
    """Return whether two courses are equal but for the rounding of float32, which some make of their spikes."""
    a, b = (torch.stack(list(course)) for course in (one, other))
    size = a.nan_to_num(0.0, 0.0, 0.0).abs().amax(0)
    near = (a == b) | (a.isnan() & b.isnan()) | ((a - b).abs() <= 1e-9 + 1e-6 * size)
    return bool(near.all())


def _read(name: str) -> Convert:
    """Return what replaces a constant by a parameter."""
    return lambda p, dt: getattr(p, name)


def _named(space: _Space, parameters: Mapping[str, object]) -> Found:
    """Return ([Parameter], function) by path, as `parameters` says."""
    where, inner = space.where, {*space.wrapped.shapes, *space.wrapped.scratch}
    spots = _spots(space.wrapped.module)
    valid = [p for p, s in spots.items() if p not in inner and _is_number(s)]
    found: Found = {}
    for key, entry in parameters.items():
        path = key if key in spots else next((p for p in valid if _last(p) == key), None)
        if path is None or path in space.wrapped.shapes:
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


def _identifier(path: str, others: Sequence[str]) -> str:
    """Return the last part of a path as a name, or all of it where others end in the same."""
    alone = sum(_last(p) == _last(path) for p in others) <= (path in others)
    name = re.sub(r"\W", "_", _last(path) if alone else path).strip("_") or "x"
    name = f"x{name}" if name[0].isdigit() else name
    return f"{name}_" if name in RESERVED else name


# ------------------------------------------------------------------ the check


def _compare(space: _Space, drive: Parameter, values: Constants) -> None:
    """Raise an error if the module's own loop differs from its step; the text has the first step that differs."""
    noise = np.random.default_rng(1).uniform(-0.5, 2.5, (_NOISE_STEPS, 3)) * np.array([0.7, 1.0, 2.0]) * drive.default
    reference = replace(space.wrapped, fresh=copy.deepcopy(space.wrapped.fresh))
    spots = _spots(reference.fresh)
    for path, value in values.items():
        before = spots[path].value
        number = float(value.reshape(-1)[0] if isinstance(value, torch.Tensor) else value)
        spots[path].set(torch.full_like(before, number) if isinstance(before, torch.Tensor) else number)
    largest: dict[str, float] = {}
    course = space.beside(reference, torch.from_numpy(noise), space.begin, values)
    for k, (ours, state, outputs, after) in enumerate(course):
        theirs, spikes = reference.fired(outputs), space.wrapped.fired(ours)
        if len(wrong := (theirs != spikes).nonzero()):
            lane = int(wrong[0])
            _differs(
                space,
                k,
                f"the spike is {float(theirs[lane]):g} in the module's own loop and "
                f"{float(spikes[lane]):g} in its step",
            )
        for path in [p for p in space.states if p in after]:
            largest[path] = max(largest.get(path, 0.0), float(after[path].nan_to_num(0.0, 0.0, 0.0).abs().max()))
            if not torch.allclose(after[path], state[path], 1e-6, 1e-9 + 1e-6 * largest[path], equal_nan=True):
                one, other = (float(x[path][(after[path] != state[path]).nonzero()[0]]) for x in (after, state))
                _differs(space, k, f"{path!r} is {one:.9g} in the module's own loop and {other:.9g} in its step")


def _differs(space: _Space, k: int, what: str) -> NoReturn:
    raise UnfitError(
        f"{space.where}: in step {k} {what}, so the module must have more state than "
        f"{', '.join(map(repr, space.states))}. Make all of its state tensors with a value for each lane."
    )
