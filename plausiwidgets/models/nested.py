"""Nested structures of tensors that a module accepts and returns: tuples, mappings and dataclasses."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace

from plausiwidgets.support.lazy import torch


def leaves(value: object, name: str = "") -> Iterator[tuple[str, torch.Tensor]]:
    """Yield (name, tensor) of each tensor in a structure, in order."""
    if isinstance(value, torch.Tensor):
        yield name, value
    elif isinstance(value, (tuple, list)):
        names = getattr(value, "_fields", None) or [f"{name}{i}" for i in range(len(value))]
        for inner, entry in zip(names, value, strict=True):
            yield from leaves(entry, inner)
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from leaves(entry, str(key))
    elif has_fields(value):
        yield from leaves(vars(value))


def has_fields(value: object) -> bool:
    """Return whether a value is a dataclass instance or a namespace, whose attributes are its entries."""
    is_record = dataclasses.is_dataclass(value) and not isinstance(value, type) and hasattr(value, "__dict__")
    return is_record or isinstance(value, SimpleNamespace)


def rebuilt(template: object, values: Iterator[torch.Tensor]) -> object:
    """Return a structure like `template` with other tensors."""
    if isinstance(template, torch.Tensor):
        return next(values)
    if isinstance(template, tuple) and hasattr(template, "_fields"):
        kind: Callable[..., object] = type(template)
        return kind(*(rebuilt(entry, values) for entry in template))
    if isinstance(template, (tuple, list)):
        return type(template)(rebuilt(entry, values) for entry in template)
    if isinstance(template, Mapping):
        return {key: rebuilt(entry, values) for key, entry in template.items()}
    if has_fields(template):
        made = copy.copy(template)
        for key, entry in vars(template).items():
            vars(made)[key] = rebuilt(entry, values)
        return made
    return template
