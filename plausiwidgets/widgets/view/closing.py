"""Closing a view: ipywidgets keeps every widget, and all that it refers to, until it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import is_dataclass
from typing import Any

import ipywidgets as w

from plausiwidgets.widgets.view.panel import Panel
from plausiwidgets.widgets.view.still import KeepsStill


class View(KeepsStill, w.VBox):
    """A box that closes with itself what it shows, and what its parts keep to be shown again."""

    def __init__(self, children: Sequence[w.Widget] = (), **traits: Any) -> None:
        super().__init__(children, **traits)
        self.add_class("pw-live")

    def close(self) -> None:
        """Close it and every widget that it has made."""
        if self.comm is None:
            return
        kept = _kept_by(self)
        super().close()
        for widget in kept:
            widget.close()


def _kept_by(view: View) -> list[w.Widget]:
    """Return the widgets that are laid out in a view, or that a panel or an object of this package holds for it."""
    seen: dict[object, object] = {}
    ahead: list[object] = [view]
    while ahead:
        thing = ahead.pop()
        if isinstance(thing, dict):
            ahead += thing.values()
        elif isinstance(thing, (list, tuple)):
            ahead += thing
        elif _may_keep(thing):
            key = thing.comm if isinstance(thing, w.Widget) else thing  # a custom panel may hold widgets without a hash
            if key not in seen:
                seen[key] = thing
                ahead += vars(thing).values() if hasattr(thing, "__dict__") else ()
    return [thing for thing in seen.values() if isinstance(thing, w.Widget)]


def _may_keep(thing: object) -> bool:
    ours = type(thing).__module__.startswith("plausiwidgets.widgets.") and not is_dataclass(thing)  # those are values
    return ours or isinstance(thing, (w.Widget, Panel))
