"""Calls of a torch module on lanes for one step, and access to its state before and after the step.

A module stores its state in itself, or takes it as arguments and returns it, or both. In each case a step here is a
function of the current and the state that leaves the module unchanged.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from plausiwidgets.interop.torch_copies import double_mode
from plausiwidgets.interop.torch_places import Snapshot, Spot, as_float, spots
from plausiwidgets.models.nested import leaves, rebuilt
from plausiwidgets.support.lazy import torch

Outcome = tuple[list["torch.Tensor"], dict[str, "torch.Tensor"]]
"""The outputs of a step and the states after it, all of shape (lanes,)."""
Constants = Mapping[str, "torch.Tensor | float"]
"""Values that replace constants of a module, by their paths."""

LANES = 17
"""Number of lanes of a trial. An axis of a module is unlikely to have this length by chance."""
LAYOUTS = {
    "[lanes]": (-1,),
    "[lanes, 1]": (-1, 1),
    "[lanes, time, 1]": (-1, 1, 1),
    "[time, lanes]": (1, -1),
    "[time, lanes, 1]": (1, -1, 1),
    "[lanes, 1, time]": (-1, 1, 1),
}
"""Layouts of the input of a module, the simplest first."""
MAX_STATES = 64
"""Maximum number of values per lane in a state. An array with more values is a layer."""


class UnfitError(ValueError):
    """A module cannot be converted into a neuron model. The message contains the reason."""


@dataclass(frozen=True)
class Slot:
    """An argument of a module that is a part of its state.

    Attributes
    ----------
    name : str
        Name of the argument.
    place : int
        Index among the positional arguments.
    template : object
        Tensors, or containers of tensors, in the form that the module accepts.
    source : int or str or None
        Index or name of the result that is its next value, None for the only result.
    alone : bool
        Whether it is the only slot, whose fields need no prefix.
    """

    name: str
    place: int
    template: object
    source: int | str | None
    alone: bool = True


@dataclass(frozen=True)
class Entry:
    """A tensor of the state, which has one or several values per lane.

    Attributes
    ----------
    keys : tuple of str
        Keys of its values. A complex value has two keys.
    shape : tuple of int
        Shape of the tensor, with −1 for the axis of the lanes.
    dtype : torch.dtype
        Type of the tensor.
    """

    keys: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: torch.dtype

    def joined(self, state: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Return the tensor with the values of a state."""
        values = [state[key] for key in self.keys]
        if self.dtype.is_complex:
            half = len(values) // 2
            values = [torch.complex(re, im) for re, im in zip(values[:half], values[half:], strict=True)]
        if len(values) == 1:
            x = values[0] if self.shape == (-1,) else values[0].reshape(self.shape)
            return x.to(self.dtype)
        axis = self.shape.index(-1)
        others = [n for n in self.shape if n != -1]
        return torch.stack(values).reshape([*others, -1]).movedim(-1, axis).to(self.dtype)

    def split(self, value: object) -> dict[str, torch.Tensor]:
        """Return the values of a tensor by their keys, each of shape (lanes,), or one value for a number."""
        if not isinstance(value, torch.Tensor):
            value = torch.as_tensor(value, dtype=self.dtype)
        if value.dtype.is_complex:
            half = len(self.keys) // 2
            real = Entry(self.keys[:half], self.shape, torch.float64).split(value.real)
            return real | Entry(self.keys[half:], self.shape, torch.float64).split(value.imag)
        if len(self.keys) == 1:
            return {self.keys[0]: value.reshape(-1).to(torch.float64)}
        axis = self.shape.index(-1)
        rows = value.movedim(axis, -1).reshape(len(self.keys), -1).to(torch.float64)
        return dict(zip(self.keys, rows.unbind(), strict=True))


def entry_of(path: str, value: torch.Tensor) -> Entry | None:
    """Return the state in a tensor of a trial, or None for a tensor without lanes or with too many values per lane."""
    count = value.numel() // LANES
    if value.numel() != count * LANES or not 1 <= count <= MAX_STATES:
        return None
    if count == 1 or list(value.shape).count(LANES) == 1:
        shape = tuple(-1 if n == LANES else int(n) for n in value.shape)
    else:
        return None
    if -1 not in shape:
        return None
    names = [path] if count == 1 else [f"{path}_{i}" for i in range(count)]
    keys = [f"{n}_{part}" for part in ("real", "imag") for n in names] if value.dtype.is_complex else names
    return Entry(tuple(keys), shape, value.dtype)


@dataclass(frozen=True)
class Ring:
    """A ring buffer, represented by a fixed pointer and a moving buffer.

    Attributes
    ----------
    pointer : str
        Path of an integer that cycles through the buffer.
    at, length : int
        First position of the pointer, and length of the buffer.
    axes : mapping of str to int
        Axis of the ring in each buffer, by its path.
    """

    pointer: str
    at: int
    length: int
    axes: Mapping[str, int]

    def moved(self, path: str, value: torch.Tensor, pointer: int) -> torch.Tensor:
        """Return a buffer rotated from the position `pointer` to the first position of the pointer."""
        if path not in self.axes:
            return value
        axis = self.axes[path]
        order = [(i + pointer - self.at) % self.length for i in range(self.length)]
        return torch.stack([value.select(axis, i) for i in order], axis)


@dataclass(frozen=True)
class Setup:
    """A method of a module that creates its state, and the form of its argument.

    Attributes
    ----------
    method : str
        Name of the method.
    argument : {"", "count", "shape", "lanes"}
        No argument, the number of lanes, a tuple with this number, or a tensor of lanes.
    """

    method: str
    argument: str = ""

    def call(self, module: torch.nn.Module, lanes: int) -> object:
        """Call the method for a number of lanes, and return its result."""
        given: dict[str, object] = {
            "count": lanes,
            "shape": (lanes,),
            "lanes": torch.zeros(lanes, dtype=torch.float64),
        }
        function = getattr(module, self.method)
        return function(given[self.argument]) if self.argument else function()


@dataclass
class Wrapped:
    """A module with the description of its calls and its state.

    Attributes
    ----------
    module : torch.nn.Module
        The module before its first call.
    layout : str
        A key of ``LAYOUTS``.
    place : int
        Index of the current among the positional arguments.
    slots : tuple of Slot
        Arguments that are states. Their entries have the name of the argument as the path.
    entries : dict of str to Entry
        The state by its paths, which are places in the module, and slots.
    scratch : dict of str to Entry
        Other entries with a value for each lane, which a step writes before it reads them. Some libraries restart their
        state if the shape of such an entry differs.
    ring : Ring or None
        The ring buffer of the module, if it has one.
    setup : Setup or None
        Method that creates the module's state for a number of lanes.
    starts : dict of str to float or None
        Initial values of the slots, None if the module creates them itself.
    spikes : int or str
        Index of the output, or name of the attribute, that contains the spikes.
    """

    module: torch.nn.Module
    layout: str = "[lanes]"
    place: int = 0
    slots: tuple[Slot, ...] = ()
    entries: dict[str, Entry] = field(default_factory=dict)
    scratch: dict[str, Entry] = field(default_factory=dict)
    ring: Ring | None = None
    setup: Setup | None = None
    starts: dict[str, float] | None = None
    spikes: int | str = 0
    fresh: Snapshot | None = None
    """Snapshot of the module before its first call."""

    first_paths: frozenset[str] = frozenset()
    """Paths of the places of the module before its first call."""

    def __post_init__(self) -> None:
        if self.fresh is None:
            self.fresh = Snapshot(self.module, with_contents=True)
            self.first_paths = frozenset(spots(self.module))

    @property
    def keys(self) -> list[str]:
        """Keys of the state variables."""
        return [key for entry in self.entries.values() for key in entry.keys]

    @functools.cached_property
    def places(self) -> dict[str, Spot]:
        """Every place of the module after it has been called, by its path."""
        return spots(self.module)

    def on(self, module: torch.nn.Module) -> Wrapped:
        """Return the same description of calls for another module."""
        names = ("layout", "place", "slots", "entries", "scratch", "ring", "setup", "starts", "spikes")
        return Wrapped(module, **{name: getattr(self, name) for name in names})

    def begin(self, lanes: int | None = None) -> None:
        """Restore the module to its state before the first call, and set it up for `lanes` lanes if necessary."""
        assert self.fresh is not None
        self.fresh.restore()
        vars(self).pop("places", None)
        if self.setup is not None and lanes is not None:
            self.setup.call(self.module, lanes)

    def lay(self, x: torch.Tensor, shape: Sequence[int] | None = None) -> torch.Tensor:
        """Return lanes in the module's layout, or in another shape."""
        shape = LAYOUTS[self.layout] if shape is None else shape
        return x if tuple(shape) == (-1,) else x.reshape(tuple(shape))

    def call(self, x: torch.Tensor, given: Mapping[str, object] | None = None) -> object:
        """Call the module on lanes `x` with values for its slots. The module keeps the state that it stores."""
        arguments: list[object] = [None] * (1 + max([self.place, *(s.place for s in self.slots if given)]))
        arguments[self.place] = self.lay(x)
        for slot in self.slots if given else ():
            assert given is not None
            arguments[slot.place] = given[slot.name]
        return self.module(*arguments)

    def arguments(self, state: Mapping[str, torch.Tensor]) -> dict[str, object]:
        """Return the values of the slots for a state."""
        found: dict[str, object] = {}
        for slot in self.slots:
            names = slot_leaves(slot)
            values = iter([self.entries[name].joined(state) for name in names])
            found[slot.name] = rebuilt(slot.template, values)
        return found

    def returned(self, out: object) -> dict[str, object]:
        """Return the next values of the slots from the results of the module."""
        return {slot.name: result_of(out, slot.source) for slot in self.slots}

    def advance(self, x: torch.Tensor, state: Mapping[str, torch.Tensor], values: Constants) -> Outcome:
        """Return (outputs, state) after one step from `state`, all of shape (lanes,), without changing the module.

        `values` replace constants of the module, by their paths.
        """
        places = self.places
        kept = self._kept
        # A constant must have the layout of the state.
        like = next(iter(self.entries.values())).shape if self.entries else (-1,)
        like = like if like.count(-1) == 1 and math.prod(like) == -1 else (-1,)
        try:
            for path, value in values.items():
                laid_out = self.lay(value, like) if isinstance(value, torch.Tensor) and value.dim() == 1 else value
                places[path].set(laid_out)
            for path, entry in self.scratch.items():
                zeros = torch.zeros_like(x)
                places[path].set(entry.joined(dict.fromkeys(entry.keys, zeros)))
            self._put(state)
            return self.read(self.call(x, self.arguments(state)))
        finally:  # Tracing would otherwise leave placeholder tensors in the module.
            kept.restore()

    @functools.cached_property
    def _kept(self) -> Snapshot:
        return Snapshot(self.module)

    def settled(self) -> None:
        """Use the present values of the module as the starting point of each step."""
        vars(self).pop("_kept", None)
        vars(self).pop("places", None)

    def _put(self, state: Mapping[str, torch.Tensor]) -> None:
        """Write a state to its places in the module."""
        names = self.slot_names
        for path, entry in self.entries.items():
            if path not in names:
                self.places[path].set(entry.joined(state).clone())  # Some modules add to their state in place.
        if self.ring is not None:
            self.places[self.ring.pointer].set(self.ring.at)

    @functools.cached_property
    def slot_names(self) -> set[str]:
        """Paths of the state entries that are arguments."""
        return {name for slot in self.slots for name in slot_leaves(slot)}

    def read(self, out: object) -> Outcome:
        """Return (outputs, state), all of shape (lanes,), from the results and the stored state of the module."""
        now = spots(self.module) if self.entries.keys() - self.slot_names - self.places.keys() else self.places
        if isinstance(self.spikes, str):
            outputs = [leaf for _, leaf in leaves(now[self.spikes].value)]
        else:
            outputs = [leaf for _, leaf in leaves(out)]
        read = [x.reshape(-1).to(torch.float64) for x in outputs if not x.dtype.is_complex]
        state: dict[str, torch.Tensor] = {}
        given = self.returned(out)
        for slot in self.slots:
            for name, (_, leaf) in zip(slot_leaves(slot), leaves(given[slot.name]), strict=True):
                state |= self.entries[name].split(leaf)
        for path, entry in self.entries.items():
            if path not in self.slot_names:
                if path not in now:
                    raise UnfitError(
                        f"the state must have the same tensors in each step, but {path!r} exists only after some "
                        f"steps. Make all of its tensors before the first step."
                    )
                value = now[path].value
                if self.ring is not None and isinstance(value, torch.Tensor):
                    value = self.ring.moved(path, value, int(as_float(now[self.ring.pointer].value)))
                state |= entry.split(value)
        return read, {key: state[key] for key in self.keys}

    def fired(self, outputs: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the spikes among the outputs."""
        return outputs[self.spikes if isinstance(self.spikes, int) else 0]

    def loop(
        self, currents: torch.Tensor, start: Mapping[str, torch.Tensor] | None = None
    ) -> Generator[Outcome, None, None]:
        """Yield (outputs, state) of the module's own loop over `currents`, shape (steps, lanes).

        The loop starts in the state `start`, or in the module's own initial state. The module is unchanged after the
        loop.
        """
        given: dict[str, object] | None = None
        now = Snapshot(self.module, with_contents=True)
        try:
            with double_mode()():
                self.begin(currents.shape[1])
            if start is not None:
                with double_mode()():
                    if any(path not in self.slot_names for path in self.entries):
                        zeros = torch.zeros_like(currents[0])
                        self.call(zeros, self.arguments(start) or None)  # The call creates the places of the state.
                    vars(self).pop("places", None)
                    self._put(start)
                given = self.arguments(start) or None
            elif self.slots:
                given = self.first_arguments(currents[0])
            for x in currents:
                with double_mode()():
                    out = self.call(x, given)
                given = self.returned(out) or None
                outputs, state = self.read(out)
                # In its first steps a module may have one value for all lanes.
                yield [_wide(y, x) for y in outputs], {key: _wide(y, x) for key, y in state.items()}
        finally:
            now.restore()
            vars(self).pop("places", None)

    def first_arguments(self, x: torch.Tensor) -> dict[str, object] | None:
        """Return the values of the slots before the first step, or None if the module creates them itself."""
        if self.starts is None:
            return None
        return self.arguments({key: torch.full_like(x, number) for key, number in self.starts.items()})


def _wide(value: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return value.expand_as(like) if value.numel() == 1 else value


def slot_leaves(slot: Slot) -> list[str]:
    """Return the paths of the tensors in a slot: its name, or the names of its fields."""
    names = [name for name, _ in leaves(slot.template)]
    if names == [""]:
        return [slot.name]
    prefix = "" if slot.alone else f"{slot.name}."
    return [f"{prefix}{name}" if name.isidentifier() else f"{slot.name}{name}" for name in names]


def result_of(out: object, source: int | str | None) -> object:
    """Return one of the results of a module."""
    if source is None:
        return out
    if isinstance(source, str):
        return out[source] if isinstance(out, Mapping) else getattr(out, source)
    assert isinstance(out, (tuple, list))
    return out[source]


def ladder(steps: int) -> torch.Tensor:
    """Return noise currents from far below to far above 1, shape (steps, lanes), because a current may also be in A."""
    noise = torch.from_numpy(np.random.default_rng(0).uniform(-0.3, 1.0, (steps, LANES)))
    few = torch.logspace(-12, -3, LANES // 4, dtype=torch.float64)
    return noise * torch.cat([few, torch.logspace(-2, 3, LANES - len(few), dtype=torch.float64)])
