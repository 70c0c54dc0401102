"""``p``, the parameters as a step sees them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


class ReadOnly(TypeError):
    """A step sets a parameter; the text says which, and what to do instead."""


class Namespace(SimpleNamespace):
    """An attribute for each parameter, to be read only.

    What a step puts here would last until the end of a simulation in one engine, and be a
    constant in the other.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        raise ReadOnly(
            f"p.{name} cannot be set: parameters are the same in every time step. Use a variable of your own, "
            f"`{name} = p.{name} * 2`, and make what changes from step to step an entry of the state"
        )

    def __delattr__(self, name: str) -> None:
        raise ReadOnly(f"p.{name} cannot be deleted: parameters are the same in every time step")


class Recorder(Namespace):
    """Parameters that remember which of them were read."""

    def __init__(self, read: set[str], **values: Any) -> None:
        super().__init__(**values)
        object.__setattr__(self, "_read", read)

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_") and name not in super().__getattribute__("__dict__"):
            raise AttributeError(f"no parameter {name!r}", name=name, obj=self)
        value = super().__getattribute__(name)
        if not name.startswith("_"):
            super().__getattribute__("_read").add(name)
        return value
