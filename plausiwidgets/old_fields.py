"""The words of 0.2 for fields: they are refused with the new ones, until 0.4."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def renamed_fields(**words: str) -> Callable[[type[T]], type[T]]:
    """Make a class refuse the old words for its fields, as attributes and as arguments.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.Parameter("tau", 20.0, 5.0, 80.0).name
    Traceback (most recent call last):
    AttributeError: Parameter.name is now Parameter.key
    >>> pw.FreeValue("width", 5.0, 2.0, 500.0, unit="ms", text="Width of the pulse.")
    Traceback (most recent call last):
    TypeError: FreeValue: the argument text is now description
    """

    def decorated(kind: type[T]) -> type[T]:
        made = kind.__init__

        @functools.wraps(made)
        def init(self: T, *args: Any, **kwargs: Any) -> None:
            for old in words.keys() & kwargs.keys():
                raise TypeError(f"{kind.__name__}: the argument {old} is now {words[old]}")
            made(self, *args, **kwargs)

        def missing(self: T, name: str) -> Any:
            if name in words:
                raise AttributeError(f"{kind.__name__}.{name} is now {kind.__name__}.{words[name]}")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)

        # By setattr, so that a type checker goes on refusing what is misspelt.
        for method, function in (("__init__", init), ("__getattr__", missing)):
            setattr(kind, method, function)
        return kind

    return decorated
