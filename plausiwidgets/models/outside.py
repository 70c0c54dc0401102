"""What a neuron's functions read from outside of themselves: numbers, tensors, trained parameters, other functions.

A kernel keeps what these were when it was made, and results are cached for a model. A snapshot of them is compared
whenever the model is given to a verb, so that a change is an error that names it and no silent old value.
"""

from __future__ import annotations

import dis
import random
import sys
from collections.abc import Iterator, Mapping
from functools import cache, partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

_LIBRARIES = frozenset({"torch", "numpy", "scipy", "norse", "snntorch", "spikingjelly", "plausiwidgets"})
_CLOSED = _LIBRARIES | sys.stdlib_module_names
"""Modules that are not looked into."""
_LARGEST = 4096
"""Numbers of an array that are compared one by one; of a larger one, its identity and version."""
_ENTRIES = 64
"""Entries of a list or a dict that are looked at."""
_DEEPEST = 6
_MISSING = object()


class Outside:
    """The values that functions read from outside of themselves, as they were.

    Parameters
    ----------
    functions : mapping of str to object
        Name → function; what is not callable is left out.

    Examples
    --------
    >>> gain = 2.0
    >>> seen = Outside({"step": lambda v: gain * v})
    >>> seen.changed() is None
    True
    """

    def __init__(self, functions: Mapping[str, Any]) -> None:
        self._functions = {name: function for name, function in functions.items() if callable(function)}
        self._known: dict[str, Any] = dict(_values(self._functions))

    def __reduce__(self) -> Any:
        # Where it arrives, what the functions read has been made anew with them.
        return Outside, ({},)

    def settle(self) -> None:
        """Leave out what the functions change themselves: between the snapshot and now nobody else did."""
        now = dict(_values(self._functions))
        self._known = {name: value for name, value in now.items() if _equal(self._known.get(name, _MISSING), value)}

    def changed(self) -> tuple[str, str] | None:
        """Return the name of the first value that is another than it was, and both in words; None where all are."""
        if not self._functions:
            return None
        now = dict(_values(self._functions))
        for name, before in self._known.items():
            value = now.get(name, _MISSING)
            if not _equal(before, value):
                return name, _difference(before, value)
        return None


class _Code:
    """What a function does, wherever it stands in a file or a notebook."""

    def __init__(self, code: CodeType) -> None:
        self.code = code

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Code) and (self.code is other.code or _parts(self.code) == _parts(other.code))

    __hash__ = None  # type: ignore[assignment]


def _parts(code: CodeType) -> tuple[Any, ...]:
    constants = tuple(_parts(x) if isinstance(x, CodeType) else repr(x) for x in code.co_consts)
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars


def _equal(a: Any, b: Any) -> bool:
    return a is b or (type(a) is type(b) and bool(a == b))


def _difference(before: Any, now: Any) -> str:
    if isinstance(before, _Code) or isinstance(now, _Code):
        return "was defined anew"
    if now is _MISSING:
        return "is gone"
    if isinstance(before, str) and isinstance(now, str):
        return f"was {before[:40]} and is {now[:40]}"
    return "was changed"


def _values(functions: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    seen: set[int] = set()
    for name, function in functions.items():
        yield from _of(name, function, seen, (), 0)


def _of(name: str, value: Any, seen: set[int], attributes: tuple[str, ...], depth: int) -> Iterator[tuple[str, Any]]:
    """Yield what can be compared of a value; `attributes` are the names that the code asks of it, perhaps."""
    if isinstance(value, (int, float, complex, str, bytes, np.generic)) or value is None:
        yield name, repr(value)
        return
    if depth > _DEEPEST or id(value) in seen or isinstance(value, BuiltinFunctionType):
        return
    seen.add(id(value))
    if isinstance(value, FunctionType):
        yield from _of_function(name, value, seen, depth)
    elif isinstance(value, MethodType) and isinstance(function := value.__func__, FunctionType):
        yield from _of_function(name, function, seen, depth)
        names = tuple(_names(function.__code__))
        yield from _of(name.rpartition(".")[0] or name, value.__self__, seen, names, depth + 1)
    elif isinstance(value, partial):
        for i, x in enumerate((value.func, *value.args)):
            yield from _of(f"{name}[{i}]", x, seen, attributes, depth + 1)
        for key, x in value.keywords.items():
            yield from _of(key, x, seen, attributes, depth + 1)
    elif isinstance(value, np.random.Generator):
        yield name, repr(value.bit_generator.state)
    elif isinstance(value, (random.Random, np.random.RandomState)):
        yield name, repr((value.getstate if isinstance(value, random.Random) else value.get_state)())
    elif isinstance(value, Iterator):
        yield name, object()  # whoever asks it for its next changes it
    elif isinstance(value, np.ndarray):
        yield name, (value.shape, value.tobytes() if value.size <= _LARGEST else id(value))
    elif isinstance(value, (list, tuple)):
        yield f"len({name})", len(value)
        for i, x in enumerate(value[:_ENTRIES]):
            yield from _of(f"{name}[{i}]", x, seen, attributes, depth + 1)
    elif isinstance(value, dict):
        for key in [*value][:_ENTRIES]:
            yield from _of(f"{name}[{key!r}]", value[key], seen, attributes, depth + 1)
    elif _is_torch(value, "Tensor"):
        yield name, _of_tensor(value)
    elif _is_torch(value, "nn", "Module"):
        yield from _of_module(name, value, seen, depth)
    elif isinstance(value, ModuleType):
        if value.__name__.partition(".")[0] not in _CLOSED:
            for x in attributes:
                yield from _of(f"{name}.{x}", vars(value).get(x, _MISSING), seen, attributes, depth + 1)
    elif not isinstance(value, type) and type(value).__module__.partition(".")[0] not in _LIBRARIES:
        yield from _of_object(name, value, seen, attributes, depth)


def _of_function(name: str, function: FunctionType, seen: set[int], depth: int) -> Iterator[tuple[str, Any]]:
    code, names = function.__code__, tuple(_names(function.__code__))
    ours = (function.__module__ or "").partition(".")[0] in _LIBRARIES
    if not ours:
        yield f"{name}()", _Code(code)
        for x in set(names) & set(vars(function)):
            yield from _of(f"{name}.{x}", vars(function)[x], seen, names, depth + 1)
    for variable, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        try:
            content = cell.cell_contents
        except ValueError:  # empty so far
            continue
        yield from _of(variable, content, seen, names, depth + 1)
    for i, x in enumerate(function.__defaults__ or ()):
        yield from _of(f"default {i + 1} of {name}", x, seen, names, depth + 1)
    for key, x in (function.__kwdefaults__ or {}).items():
        yield from _of(key, x, seen, names, depth + 1)
    if not ours:
        for variable in global_names(code):
            if variable in function.__globals__:
                yield from _of(variable, function.__globals__[variable], seen, names, depth + 1)


def _of_module(name: str, module: Any, seen: set[int], depth: int) -> Iterator[tuple[str, Any]]:
    """Yield parameters, buffers and numbers of a torch module and of those in it."""
    for part, child in module.named_modules():
        where = f"{name}.{part}" if part else name
        for tensors in (child._parameters, child._buffers):
            for key, tensor in tensors.items():
                if tensor is not None:
                    yield f"{where}.{key}", _of_tensor(tensor)
        for key, x in vars(child).items():
            if not key.startswith("_") and key != "training" and isinstance(x, (int, float)):
                yield f"{where}.{key}", repr(x)


def _of_object(
    name: str, value: Any, seen: set[int], attributes: tuple[str, ...], depth: int
) -> Iterator[tuple[str, Any]]:
    own = getattr(value, "__dict__", None) or {}
    todo, known = ["__call__", *attributes], set[str]()
    while todo:
        x = todo.pop(0)
        method = getattr(type(value), x, None)
        if x in known:
            continue
        known.add(x)
        if isinstance(method, FunctionType):
            todo += _names(method.__code__)
            yield from _of_function(f"{name}.{x}", method, seen, depth)
        if x in own:
            yield from _of(f"{name}.{x}", own[x], seen, attributes, depth + 1)


def _of_tensor(tensor: Any) -> Any:
    if tensor.numel() > _LARGEST or tensor.device.type != "cpu":
        return tuple(tensor.shape), id(tensor), tensor._version
    known = tensor.detach()
    if known.numel() == 1:
        return repr(known.item())
    return tuple(known.shape), repr(known.tolist())


def _is_torch(value: Any, *path: str) -> bool:
    kind: Any = sys.modules.get("torch")
    for name in path:
        kind = getattr(kind, name, None)
    return kind is not None and isinstance(value, kind)


@cache
def global_names(code: CodeType) -> tuple[str, ...]:
    """Return the names that code, and code within it, reads from outside; a name after a dot is none of them."""
    read = [i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
    inner = [name for constant in code.co_consts if isinstance(constant, CodeType) for name in global_names(constant)]
    return tuple(dict.fromkeys(read + inner))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
