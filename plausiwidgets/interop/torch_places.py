"""The places in which a torch module stores values, and a snapshot that restores all of them.

A place is an entry of a dict of the module, or of a list, a dict or an object within it. A value within tuples also has
a place, and setting it replaces the tuples.
"""

from __future__ import annotations

import collections
from collections.abc import Iterator, Mapping, MutableMapping, MutableSequence
from dataclasses import dataclass
from operator import is_
from types import ModuleType, SimpleNamespace
from typing import Any, Protocol, SupportsFloat, cast

import numpy as np

from plausiwidgets.support.lazy import torch

_DEPTH = 4
"""Maximum depth of nested containers that are searched for values."""
_MAX_ENTRIES = 256
"""Maximum number of entries of a container that may hold a state. A longer container is a recording."""


class _Record(Protocol):
    """A NamedTuple of any class."""

    def _replace(self, **fields: object) -> object: ...


@dataclass(frozen=True)
class Spot:
    """A place in which a module stores a value.

    Attributes
    ----------
    path : str
        Path, such as ``"neuron.tau"`` or ``"line.0"``.
    home : dict
        Dict of torch or of the module, which exists as long as the module.
    key : str
        Key in `home`.
    steps : tuple of str or int
        Keys, indices and names of attributes from this entry to the value.
    """

    path: str
    home: dict[str, Any]  # Torch's dicts and those of modules hold values of different types.
    key: str
    steps: tuple[Any, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the path."""
        return last(self.path)

    @property
    def value(self) -> object:
        """The value in this place.

        Raises
        ------
        KeyError, IndexError, AttributeError
            If the place no longer exists.
        """
        value: object = self.home[self.key]
        for step in self.steps:
            value = _inner(value, step)
        return value

    @property
    def in_record(self) -> bool:
        """Whether the value is a field of a NamedTuple."""
        value: object = self.home[self.key]
        for step in self.steps[:-1]:
            value = _inner(value, step)
        return bool(self.steps) and hasattr(value, "_fields")

    def set(self, value: object) -> None:
        """Write a value to this place without the module's own assignment."""
        self.home[self.key] = _with(self.home[self.key], self.steps, value)


def last(path: str) -> str:
    """Return the last part of a path that is not an index."""
    parts = [part for part in path.split(".") if not part.isdigit()]
    return parts[-1] if parts else path


def _inner(value: object, step: Any) -> object:
    """Return an entry of a container, or an attribute of an object."""
    if isinstance(value, (Mapping, MutableSequence, collections.deque)):
        return cast(Mapping[object, object], value)[step]
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return value[step]
    return getattr(value, step)


def _with(whole: object, steps: tuple[Any, ...], value: object) -> object:
    """Return a container with one value replaced. Only tuples are copied."""
    if not steps:
        return value
    first, *others = steps
    new = _with(_inner(whole, first), tuple(others), value)
    if isinstance(whole, tuple) and hasattr(whole, "_fields"):
        return cast(_Record, whole)._replace(**{first: new})
    if isinstance(whole, tuple):
        return (*whole[:first], new, *whole[first + 1 :])
    if isinstance(whole, (MutableMapping, MutableSequence, collections.deque)):
        cast(MutableMapping[object, object], whole)[first] = new
    else:
        vars(whole)[first] = new
    return whole


def entries(value: object) -> list[tuple[Any, object]]:
    """Return (step, value) of each entry of a container or a custom object, or an empty list for other values."""
    if isinstance(value, Mapping):
        found: list[tuple[Any, object]] = [(k, v) for k, v in value.items() if isinstance(k, (str, int))]
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        found = list(zip(value._fields, value, strict=True))
    elif isinstance(value, (tuple, list, collections.deque)):
        found = list(enumerate(value))
    elif _is_plain_object(value):
        found = list(vars(value).items())
    else:
        return []
    return found if len(found) <= _MAX_ENTRIES else []


def _is_plain_object(value: object) -> bool:
    """Return whether the attributes of an object may be values of a neuron, as in a configuration."""
    if isinstance(value, SimpleNamespace):
        return True
    if isinstance(value, (torch.Tensor, torch.nn.Module, ModuleType, type)) or not hasattr(value, "__dict__"):
        return False
    kind = type(value)
    fixed = any(name in vars(k) for k in kind.__mro__[:-1] for name in ("__deepcopy__", "__call__", "__getattr__"))
    return not fixed and kind.__module__.partition(".")[0] not in _OTHERS


_OTHERS = ("torch", "builtins", "collections", "numpy", "plausiwidgets")
"""Packages whose objects do not contain values of a neuron."""


def parts(module: torch.nn.Module) -> list[tuple[str, torch.nn.Module]]:
    """Return (path, module) of a module and its submodules, including those in lists, which torch does not register."""
    found = dict(module.named_modules())
    known = {id(part) for part in found.values()}
    for prefix, part in list(found.items()):
        for key, value in vars(part).items():
            for step, inner in entries(value) if key not in _INNER else ():
                if isinstance(inner, torch.nn.Module) and id(inner) not in known:
                    more = {f"{prefix}.{key}.{step}.{n}".strip("."): m for n, m in inner.named_modules()}
                    known |= {id(m) for m in more.values()}
                    found |= more
    return list(found.items())


_INNER = frozenset({*vars(torch.nn.Module()), "_memories", "_memories_rv"})
"""Attributes of torch and of SpikingJelly that are searched separately."""


def _homes(part: torch.nn.Module) -> list[tuple[dict[str, Any], list[str]]]:
    """Return the dicts of a module with the keys of its values."""
    own = vars(part)
    # Torch, and SpikingJelly with its memories, store these values outside the module's own dict.
    outer: list[dict[str, Any]] = [part._parameters, part._buffers, own.get("_memories") or {}]
    return [*((home, list(home)) for home in outer), (own, [key for key in own if key not in _INNER])]


def spots(module: torch.nn.Module) -> dict[str, Spot]:
    """Return every place of a module and of its contents, by its path."""
    found: dict[str, Spot] = {}
    for prefix, part in parts(module):
        seen: set[int] = set()
        for home, keys in _homes(part):
            for key in keys:
                for spot in _within(Spot(f"{prefix}.{key}".lstrip("."), home, key), home[key], seen, 0):
                    found.setdefault(spot.path, spot)
    return found


def _within(spot: Spot, value: object, seen: set[int], depth: int) -> Iterator[Spot]:
    """Yield a place, or the places of the entries of its value."""
    inner = entries(value) if depth < _DEPTH and not isinstance(value, torch.nn.Module) else []
    if not inner:
        yield spot
        return
    if not isinstance(value, tuple):
        if id(value) in seen:
            return
        seen.add(id(value))
    for step, entry in inner:
        place = Spot(f"{spot.path}.{step}", spot.home, spot.key, (*spot.steps, step))
        yield from _within(place, entry, seen, depth + 1)


class Snapshot:
    """All values of a module at one time.

    Parameters
    ----------
    module : torch.nn.Module
        The module.
    with_contents : bool
        Whether to restore the contents of tensors and arrays, and not only the references to them.
    """

    def __init__(self, module: torch.nn.Module, with_contents: bool = False) -> None:
        self._kept: list[tuple[Any, Any]] = []
        self._tensors: dict[int, tuple[Any, Any]] = {}
        self._seen: set[int] = set()
        self._with_contents = with_contents
        for _, part in parts(module):
            for home in (part._parameters, part._buffers, part._modules, vars(part)):
                self._keep(home, 0)

    def _keep(self, container: object, depth: int) -> None:
        if self._with_contents and isinstance(container, (torch.Tensor, np.ndarray)):
            copied = container.detach().clone() if isinstance(container, torch.Tensor) else container.copy()
            self._tensors.setdefault(id(container), (container, copied))
        if depth > _DEPTH + 1 or id(container) in self._seen or isinstance(container, torch.nn.Module):
            return
        self._seen.add(id(container))
        if isinstance(container, (dict, set)):
            self._kept.append((container, container.copy()))
        elif isinstance(container, (list, collections.deque)):
            self._kept.append((container, list(container)))
        elif _is_plain_object(container):
            self._keep(vars(container), depth)
            return
        for _, value in entries(container):
            self._keep(value, depth + 1)

    def restore(self) -> None:
        """Restore all values."""
        for container, before in self._kept:
            if isinstance(container, (dict, set)):
                if container != before if isinstance(container, set) else not _same_entries(container, before):
                    container.clear()
                    container.update(before)
            elif len(container) != len(before) or any(a is not b for a, b in zip(container, before, strict=True)):
                container.clear()
                container.extend(before)
        for value, content in self._tensors.values():
            if isinstance(value, torch.Tensor):
                if not torch.equal(value.detach(), content):
                    value.data.copy_(content)
            else:
                value[...] = content


def _same_entries(one: dict[object, object], other: dict[object, object]) -> bool:
    """Return whether two dicts contain the same objects in the same order."""
    return len(one) == len(other) and all(map(is_, one, other)) and all(map(is_, one.values(), other.values()))


def is_number(spot: Spot) -> bool:
    """Return whether a value is one number that could be a parameter. A trial reveals whether an integer is a flag."""
    value = spot.value
    if isinstance(value, torch.Tensor):
        return value.numel() == 1 and (value.is_floating_point() or (spot.in_record and value.dtype != torch.bool))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def as_float(value: object) -> float:
    """Return one number of any type as a float."""
    assert isinstance(value, SupportsFloat)
    return float(value.detach() if isinstance(value, torch.Tensor) else value)


def decimal(value: object) -> float:
    """Return the shortest decimal number with the same value in its own precision, such as 0.9 for a float32."""
    if isinstance(value, torch.Tensor) and value.dtype == torch.float32:
        return float(str(np.float32(value.detach().item())))
    return as_float(value)
