"""Detection of changes in the values that a neuron's functions read from outside themselves.

Such values are numbers, tensors, trained parameters and other functions. A kernel contains them as they were when it
was compiled, and results are cached for a model. A snapshot of the values is therefore compared with the current ones
whenever the model is passed to a function of the package. A change raises an error with the name of the value instead
of returning results for the old one.
"""

from __future__ import annotations

import dis
import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache, partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, TypeGuard

import numpy as np

if TYPE_CHECKING:
    import torch

_LIBRARIES = frozenset({"torch", "numpy", "scipy", "norse", "snntorch", "spikingjelly", "plausiwidgets"})
_CLOSED = _LIBRARIES | sys.stdlib_module_names
"""Modules whose contents are not inspected."""
_MAX_NUMBERS = 4096
"""Maximum size of an array that is compared by its entries. Larger arrays are compared by identity and version."""
_MAX_ENTRIES = 64
"""Maximum number of inspected entries of a list or a dict."""
_MAX_DEPTH = 8
_MISSING = object()


class Outside:
    """Snapshot of the values that functions read from outside themselves.

    Arguments that are not callable are ignored.
    """

    def __init__(self, functions: Mapping[str, object]) -> None:
        self._functions: dict[str, object] = {
            name: function for name, function in functions.items() if callable(function)
        }
        self._known: dict[str, object] = dict(_values(self._functions))

    def __reduce__(self) -> tuple[type[Outside], tuple[dict[str, object]]]:
        # The receiving process creates the values of the functions together with them, so the snapshot is empty there.
        return Outside, ({},)

    def settle(self) -> None:
        """Drop the values that the functions change themselves.

        Only the functions ran between the snapshot and this call, so every difference is due to them.
        """
        now = dict(_values(self._functions))
        self._known = {name: value for name, value in now.items() if _equal(self._known.get(name, _MISSING), value)}

    def changed(self) -> tuple[str, str] | None:
        """Return the name of the first changed value and the change in words, or None if no value has changed."""
        if not self._functions:
            return None
        now = dict(_values(self._functions))
        for name, before in self._known.items():
            value = now.get(name, _MISSING)
            if not _equal(before, value):
                return name, _difference(before, value)
        return None


class _Code(tuple[object, ...]):
    """The code of a function, independent of its position in a file or a notebook."""

    __slots__ = ()


def _parts(code: CodeType) -> tuple[object, ...]:
    constants = tuple(_parts(x) if isinstance(x, CodeType) else repr(x) for x in code.co_consts)
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars


def _equal(a: object, b: object) -> bool:
    return a is b or (type(a) is type(b) and bool(a == b))


def _difference(before: object, now: object) -> str:
    if isinstance(before, _Code) or isinstance(now, _Code):
        return "been defined again"
    if now is _MISSING:
        return "been deleted"
    if isinstance(before, str) and isinstance(now, str):
        return f"changed from {before[:40]} to {now[:40]}"
    return "changed"


Named = tuple[str, object, tuple[str, ...]]
"""A value with its name, and the attribute names that code may read from it."""


def _values(functions: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield the comparable values that functions contain or read, with their names."""
    seen: set[int] = set()

    def walk(name: str, value: object, names: tuple[str, ...], depth: int) -> Iterator[tuple[str, object]]:
        found = _comparable(value)
        if found is not None:
            yield name, found
        elif depth <= _MAX_DEPTH and id(value) not in seen:
            seen.add(id(value))
            for inner in _inside(name, value, names):
                yield from walk(*inner, depth + 1)

    for name, function in functions.items():
        yield from walk(name, function, (), 0)


def _comparable(value: object) -> object:
    """Return a fingerprint of a value, or None for a value whose contents are inspected instead."""
    if isinstance(value, (int, float, complex, str, bytes, np.generic)) or value is None:
        return repr(value)
    if isinstance(value, _Code):
        return value
    if isinstance(value, np.random.Generator):
        return repr(value.bit_generator.state)
    if isinstance(value, (random.Random, np.random.RandomState)):
        return repr((value.getstate if isinstance(value, random.Random) else value.get_state)())
    if isinstance(value, Iterator):
        return object()  # Reading the next item of an iterator would change it, so it never equals its snapshot.
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes() if value.size <= _MAX_NUMBERS else id(value)
    return _of_tensor(value) if _is_tensor(value) else None


def _inside(name: str, value: object, names: tuple[str, ...]) -> Iterator[Named]:
    """Yield the values that a value contains or reads."""
    if isinstance(value, FunctionType):
        yield from _of_function(name, value)
    elif isinstance(value, MethodType) and isinstance(function := value.__func__, FunctionType):
        yield name, function, ()
        yield name.rpartition(".")[0] or name, value.__self__, tuple(_names(function.__code__))
    elif isinstance(value, partial):
        for i, x in enumerate((value.func, *value.args)):
            yield f"{name}[{i}]", x, names
        for key, x in value.keywords.items():
            yield key, x, names
    elif isinstance(value, (list, tuple)):
        yield f"len({name})", len(value), ()
        for i, x in enumerate(value[:_MAX_ENTRIES]):
            yield f"{name}[{i}]", x, names
    elif isinstance(value, dict):
        for key in [*value][:_MAX_ENTRIES]:
            yield f"{name}[{key!r}]", value[key], names
    elif _is_module(value):
        yield from _of_module(name, value)
    elif isinstance(value, ModuleType):
        if value.__name__.partition(".")[0] not in _CLOSED:
            for x in names:
                yield f"{name}.{x}", vars(value).get(x, _MISSING), names
    elif (
        not isinstance(value, (type, BuiltinFunctionType))
        and type(value).__module__.partition(".")[0] not in _LIBRARIES
    ):
        yield from _of_object(name, value, names)


def _of_function(name: str, function: FunctionType) -> Iterator[Named]:
    code, names = function.__code__, tuple(_names(function.__code__))
    for variable, x in captured(function):
        yield variable, x, names
    for i, x in enumerate(function.__defaults__ or ()):
        yield f"default {i + 1} of {name}", x, names
    for key, x in (function.__kwdefaults__ or {}).items():
        yield key, x, names
    if (function.__module__ or "").partition(".")[0] not in _LIBRARIES:
        yield f"{name}()", _Code(_parts(code)), ()
        for x in set(names) & set(vars(function)):
            yield f"{name}.{x}", vars(function)[x], names
        for variable in global_names(code):
            if variable in function.__globals__:
                yield variable, function.__globals__[variable], names


def _of_module(name: str, module: torch.nn.Module) -> Iterator[Named]:
    """Yield the parameters, buffers and numbers of a torch module and its submodules."""
    for part, child in module.named_modules():
        numbers = {
            key: x
            for key, x in vars(child).items()
            if not key.startswith("_") and key != "training" and isinstance(x, (int, float))
        }
        for key, x in (*child._parameters.items(), *child._buffers.items(), *numbers.items()):
            if x is not None:
                yield f"{name}.{part}.{key}" if part else f"{name}.{key}", x, ()


def _of_object(name: str, value: object, names: tuple[str, ...]) -> Iterator[Named]:
    """Yield the methods and attributes of an object that code reads, including those that its methods read."""
    own = getattr(value, "__dict__", None) or {}
    todo, known = ["__call__", *names], set[str]()
    while todo:
        x = todo.pop(0)
        method = getattr(type(value), x, None)
        if x in known:
            continue
        known.add(x)
        if isinstance(method, FunctionType):
            todo += _names(method.__code__)
            yield f"{name}.{x}", method, ()
        if x in own:
            yield f"{name}.{x}", own[x], names


def _of_tensor(tensor: torch.Tensor) -> object:
    if tensor.numel() > _MAX_NUMBERS or tensor.device.type != "cpu":
        return tuple(tensor.shape), id(tensor), tensor._version
    known = tensor.detach()
    if known.numel() == 1:
        return repr(known.item())
    return tuple(known.shape), repr(known.tolist())


def _is_torch(value: object, *path: str) -> bool:
    kind: object = sys.modules.get("torch")
    for name in path:
        kind = getattr(kind, name, None)
    return isinstance(kind, type) and isinstance(value, kind)


def _is_tensor(value: object) -> TypeGuard[torch.Tensor]:
    return _is_torch(value, "Tensor")


def _is_module(value: object) -> TypeGuard[torch.nn.Module]:
    return _is_torch(value, "nn", "Module")


def captured(function: FunctionType) -> Iterator[tuple[str, object]]:
    """Yield the name and value of each variable that a function reads from its enclosing function."""
    for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # The variable has no value yet.
            yield variable, cell.cell_contents


@cache
def global_names(code: CodeType) -> tuple[str, ...]:
    """Return the names that code, including nested code, reads from outside, without attribute names."""
    read = [i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
    inner = [name for constant in code.co_consts if isinstance(constant, CodeType) for name in global_names(constant)]
    return tuple(dict.fromkeys(read + inner))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
