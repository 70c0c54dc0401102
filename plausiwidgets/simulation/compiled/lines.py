"""Which line of the user's code an error or an operation comes from."""

from __future__ import annotations

import linecache
import re
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils._python_dispatch import TorchDispatchMode

if TYPE_CHECKING:
    from types import FrameType

    from plausiwidgets.models.model import NeuronModel

Line = tuple[str, int]

_LIBRARIES = frozenset({"torch", "numpy", "sympy", "norse", "plausiwidgets"})
_GENERATED = "<eval_with_key"
"""What torch calls the code that it makes itself."""
_TRACE_LINE = re.compile(r'File "(.+)", line (\d+)')


def at(line: Line | None) -> str:
    """Return a line as it stands at the end of a sentence."""
    if line is None:
        return ""
    code = linecache.getline(*line).strip()
    return f" ({line[0]}, line {line[1]}{f': `{code}`' if code else ''})"


def of_traceback(model: NeuronModel, error: BaseException) -> Line | None:
    """Return the innermost line of the user's code in the traceback of `error`."""
    inside = False
    line = None
    code = _code_of(model)
    for frame, number in traceback.walk_tb(error.__traceback__):
        inside = inside or frame.f_code is code
        if inside and not _is_library(frame):
            line = (frame.f_code.co_filename, number)
    return line


def of_node(node: Any) -> Line | None:
    """Return the user's line that a node of an exported graph comes from, where torch has noted it."""
    found = _TRACE_LINE.findall(node.meta.get("stack_trace") or "")
    return next(((file, int(n)) for file, n in reversed(found) if not _is_library_file(file)), None)


def of_operation(model: NeuronModel, names: Iterable[str]) -> Line | None:
    """Run the step once in torch and return the line that calls the first of `names` that is called.

    A name is that of an ATen operation, such as ``"cat"``, or of a torch function in full, such as
    ``"torch.Tensor.numel"``.
    """
    called = calls(model)
    return next((called[n] for n in names if n in called), None)


def of_source(model: NeuronModel, name: str) -> Line | None:
    """Return the first line of the step that calls a function `name`, where torch does not tell."""
    code = _code_of(model)
    call = re.compile(rf"\b{re.escape(name)}\(")
    numbers = sorted({n for _, _, n in code.co_lines() if n}) if code is not None else []
    called = (n for n in numbers if call.search(linecache.getline(code.co_filename, n)))
    return next(((code.co_filename, n) for n in called), None)


def calls(model: NeuronModel) -> dict[str, Line]:
    """Run the step once in torch and return what it calls: the names, and the line of the first call."""
    values = {n: torch.full((3,), p.default, dtype=torch.float64) for n, p in model.parameters.items()}
    found: dict[str, Line] = {}
    code = _code_of(model)
    try:
        state = tuple(torch.from_numpy(row.copy()) for row in model.start(model.defaults(), [0.0] * 3))
        current = torch.full((3,), model.current.default, dtype=torch.float64)
        with torch.no_grad(), _Functions(code, found), _Operations(code, found):
            model.advance(current, state, model.namespace(values), torch.tensor(model.dt, dtype=torch.float64))
    except Exception:  # a reason without its line is better than none
        return found
    return found


class _Operations(TorchDispatchMode):
    """Notes the line at which an ATen operation is first called."""

    def __init__(self, code: Any, found: dict[str, Line]) -> None:
        super().__init__()
        self.code, self.found = code, found

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        _note(self, func.overloadpacket.__name__.strip("_"))
        return func(*args, **(kwargs or {}))


class _Functions(TorchFunctionMode):
    """Notes the line at which a function of torch is first called, by its full name."""

    def __init__(self, code: Any, found: dict[str, Line]) -> None:
        super().__init__()
        self.code, self.found = code, found

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        _note(self, resolve_name(func) or "")
        return func(*args, **(kwargs or {}))


def _note(watch: Any, name: str) -> None:
    if name and name not in watch.found:
        line = _user_line(watch.code)
        if line is not None:
            watch.found[name] = line


def _user_line(code: Any) -> Line | None:
    line = None
    for frame, number in traceback.walk_stack(sys._getframe(2)):
        if line is None and not _is_library(frame):
            line = (frame.f_code.co_filename, number)
        if frame.f_code is code:
            return line
    return None


def _is_library(frame: FrameType) -> bool:
    name = frame.f_globals.get("__name__", "")
    return name.split(".")[0] in _LIBRARIES or frame.f_code.co_filename.startswith(_GENERATED)


def _is_library_file(name: str) -> bool:
    return name.startswith(_GENERATED) or not _LIBRARIES.isdisjoint(Path(name).parts)


def _code_of(model: NeuronModel) -> Any:
    step = model.step
    step = getattr(step, "__wrapped__", step)
    step = getattr(step, "__func__", step)
    return getattr(step, "__code__", None) or getattr(type(step).__call__, "__code__", None)
