"""One spelling of settings for the functions that take the same ones."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def takes(original: Callable[P, Any]) -> Callable[[Callable[..., R]], Callable[P, R]]:
    """Give a function of ``(*args, **settings)`` the parameters of another one, in its help and for type checkers."""
    signature = inspect.signature(original)

    def decorate(function: Callable[..., R]) -> Callable[P, R]:
        @functools.wraps(function)
        def call(*args: P.args, **settings: P.kwargs) -> R:
            try:
                signature.bind(*args, **settings)
            except TypeError as error:
                raise TypeError(f"{function.__name__}() {error}") from None
            return function(*args, **settings)

        returned = function.__annotations__["return"]
        call.__annotations__ = {**original.__annotations__, "return": returned}
        call.__signature__ = signature.replace(return_annotation=returned)  # type: ignore[attr-defined]
        return call

    return decorate
