"""What a person sees: the explorer. Nothing below this package imports ipywidgets or plotly.

The names load on first use, so that the plain parts (:mod:`.state`) work without a notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plausiwidgets.widgets.explorer import Explorer
    from plausiwidgets.widgets.state import State

__all__ = ["Explorer", "State"]


def __getattr__(name: str) -> Any:
    if name == "Explorer":
        from plausiwidgets.widgets.explorer import Explorer

        return Explorer
    if name == "State":
        from plausiwidgets.widgets.state import State

        return State
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
