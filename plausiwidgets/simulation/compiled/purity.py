"""Whether a step is a function of its inputs: what draws numbers or counts must not be frozen.

An export runs the step once and keeps what it saw: ``random.gauss()`` would be the same number
for ever, a counter would stand still, and a tensor that the step keeps outside of its state would
be replaced by a stand-in of the export, on which no engine could go on.
"""

from __future__ import annotations

import itertools
import random
import sys
import types
from collections import deque
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from plausiwidgets.models.contract import Inputs
from plausiwidgets.models.contract import _equal as equal
from plausiwidgets.models.contract import _probes as probes
from plausiwidgets.models.contract import _run as run
from plausiwidgets.simulation.compiled import reasons

if TYPE_CHECKING:
    from plausiwidgets.models.model import NeuronModel

_RUNS = 5
_MOST_OBJECTS = 2000
_MOST_BYTES = 65_536
_LIBRARIES = sys.stdlib_module_names | {"torch", "numpy", "numba", "norse", "plausiwidgets", "sympy", "pandas"}


def why_impure(model: NeuronModel) -> str | None:
    """Return why the step is not a function of its inputs alone, as far as a few runs can tell."""
    for inputs in probes(model):
        for part in inputs.alone() if model.lanewise else [inputs]:
            reason = _try(model, part)
            if reason is not None:
                return reason
    return None


def _try(model: NeuronModel, inputs: Inputs) -> str | None:
    # Another thread may draw numbers as well, and a step may keep what it computed once: what
    # counts is a change in every run but the first.
    outcomes, changed = [], True
    try:
        outcomes.append(run(model, inputs.copy()))
        before = _Surroundings(model.step)
        for _ in range(_RUNS - 1):
            outcomes.append(run(model, inputs.copy()))
            after = _Surroundings(model.step)
            changed = changed and before.key != after.key
            before = after
    except Exception:  # the export will say more about it
        changed = False
    if not all(equal(outcomes[0], other) for other in outcomes[1:]):
        return reasons.unsteady(model)
    return reasons.keeps_state(model) if changed else None


class _Surroundings:
    """What a step can reach besides its inputs, at one moment.

    Attributes
    ----------
    key : list
        Equal to that of another moment if nothing has changed.
    """

    def __init__(self, step: Any) -> None:
        self.key: list[Any] = [random.getstate(), repr(np.random.get_state())]  # noqa: NPY002
        # An object that is kept keeps its id for itself.
        self._kept: dict[int, Any] = {}
        self._visit(step)

    def _visit(self, thing: Any) -> None:
        if isinstance(thing, (int, float, complex, str, bytes, type(None))):
            self.key.append((type(thing), repr(thing)))
            return
        self.key.append(id(thing))
        if id(thing) in self._kept or len(self._kept) > _MOST_OBJECTS:
            return
        self._kept[id(thing)] = thing
        with suppress(Exception):  # an object may do anything when it is looked at
            self.key.append(_content(thing))
            for part in _parts(thing):
                self._visit(part)


def _content(thing: Any) -> Any:
    """Return what tells whether a single object has changed inside."""
    if isinstance(thing, torch.Tensor):
        return thing._version
    if isinstance(thing, np.ndarray):
        return thing.tobytes() if thing.nbytes <= _MOST_BYTES else None
    if isinstance(thing, np.random.Generator):
        return repr(thing.bit_generator.state)
    if isinstance(thing, np.random.RandomState):
        return repr(thing.get_state())
    if isinstance(thing, random.Random):
        return thing.getstate()
    if isinstance(thing, torch.Generator):
        return bytes(thing.get_state().tolist())
    return repr(thing) if isinstance(thing, itertools.count) else None


def _parts(thing: Any) -> list[Any]:
    """Return what an object holds, as far as a step could change it: nothing that is made here."""
    if isinstance(thing, dict):
        return [*thing.keys(), *thing.values()]
    if isinstance(thing, (list, tuple, set, frozenset, deque)):
        return list(thing)
    if isinstance(thing, types.MethodType):
        return [thing.__self__, thing.__func__]
    if isinstance(thing, partial):
        return [thing.func, thing.args, thing.keywords]
    if isinstance(thing, types.FunctionType):
        cells = [cell.cell_contents for cell in thing.__closure__ or () if cell != types.CellType()]
        named = [thing.__globals__[n] for n in _names(thing.__code__) if n in thing.__globals__]
        own = [thing.__defaults__, thing.__kwdefaults__, vars(thing)]
        return [*cells, *own, *([] if _is_library(thing.__module__) else named)]
    if isinstance(thing, (torch.nn.Module, types.SimpleNamespace)):
        return [vars(thing), None if _is_library(type(thing).__module__) else type(thing)]
    if isinstance(thing, types.ModuleType) or _is_library(getattr(thing, "__module__", None) or "builtins"):
        return []
    if isinstance(thing, type):
        return list(vars(thing).values())
    return [getattr(thing, "__dict__", None), type(thing)]


def _names(code: types.CodeType) -> list[str]:
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return [*code.co_names, *(name for c in inner for name in _names(c))]


def _is_library(module: str) -> bool:
    return module.split(".")[0] in _LIBRARIES
