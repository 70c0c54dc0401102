"""Copies of torch modules in double precision, and temporary double precision in the original module.

The class of a module may define its own copy, and omit an attribute. The copy is therefore created without the module's
``__deepcopy__``, and the original module is run as well. At the end it is restored to its former state.
"""

from __future__ import annotations

import copy
import functools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from plausiwidgets.interop.torch_places import Snapshot, decimal, is_number, parts, spots
from plausiwidgets.support.lazy import torch

if TYPE_CHECKING:
    from torch.overrides import TorchFunctionMode


class NotCopiedError(ValueError):
    """An attribute of a module cannot be copied. The message contains its name."""


def copied(module: torch.nn.Module) -> torch.nn.Module:
    """Return a deep copy of a module, whose tensors have no autograd history.

    Raises
    ------
    NotCopiedError
        If Python cannot copy an attribute.
    """
    memo: dict[int, object] = {}
    made = [(part, part.__class__.__new__(part.__class__)) for _, part in parts(module)]
    memo.update({id(part): new for part, new in made})
    # Torch cannot copy a tensor with a history, such as the state of a module that was trained before.
    for spot in spots(module).values():
        value = spot.value
        if isinstance(value, torch.Tensor) and not value.is_leaf:
            memo[id(value)] = value.detach().clone()
    for part, new in made:
        for key, value in vars(part).items():
            if isinstance(value, ModuleType):
                vars(new)[key] = value
                continue
            try:
                vars(new)[key] = copy.deepcopy(value, memo)
            except Exception as error:
                raise NotCopiedError(f"the attribute {key!r}, a {type(value).__name__}, cannot be copied.") from error
    return made[0][1]


def to_double(module: torch.nn.Module) -> None:
    """Convert a module to float64 and evaluation mode.

    Each constant becomes the decimal number from which it was created.

    Values are replaced and never changed in place, so that a snapshot can restore them.
    """
    module.eval()
    written = {path: decimal(s.value) for path, s in spots(module).items() if is_number(s)}
    for path, spot in spots(module).items():
        value = spot.value
        if not isinstance(value, torch.Tensor):
            continue
        double = value.detach().cpu().clone()
        if double.is_floating_point() or double.is_complex():
            double = double.to(torch.complex128 if double.is_complex() else torch.float64)
        if path in written:
            double = torch.full_like(double, written[path])
        elif not spot.steps and value.numel() == 1 and not value.dim():
            # Convert a flag of a library, such as its kind of reset, to a Python number, which can be the condition of
            # an `if`.
            for _, part in parts(module):
                if part._buffers is spot.home:
                    del part._buffers[spot.key]
                    vars(part)[spot.key] = value.item()
            if spot.key not in spot.home:
                continue
        spot.set(torch.nn.Parameter(double, False) if isinstance(value, torch.nn.Parameter) else double)


@contextmanager
def untouched(module: torch.nn.Module) -> Iterator[None]:
    """Restore the values of a module and the random number generators of torch, NumPy and Python after the block."""
    snapshot = Snapshot(module, with_contents=True)
    generators = [
        (s.value, s.value.get_state()) for s in spots(module).values() if isinstance(s.value, torch.Generator)
    ]
    drawn = torch.get_rng_state(), np.random.get_state(), random.getstate()  # noqa: NPY002  the global ones
    try:
        yield
    finally:
        snapshot.restore()
        for generator, state in generators:
            generator.set_state(state)
        torch.set_rng_state(drawn[0])
        np.random.set_state(drawn[1])  # noqa: NPY002
        random.setstate(drawn[2])


@functools.cache
def double_mode() -> type[TorchFunctionMode]:
    """Return a class of contexts in which tensors that a module creates from numbers are float64, including its state.

    Unlike a change of torch's default type, the context does not affect other threads.
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
