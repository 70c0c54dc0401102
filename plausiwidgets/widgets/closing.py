"""The end of a view: ipywidgets' table of all widgets keeps each one, and all that it refers to, until it is closed."""

from __future__ import annotations

import ipywidgets as w


class View(w.VBox):
    """A box that takes along what it shows, and what its parts keep to be shown again, when it is closed."""

    def close(self) -> None:
        """Close it and every widget that it has made; what was closed stays so."""
        if self.comm is None:
            return
        kept = _kept_by(self)
        super().close()
        for widget in kept:
            widget.close()


def _kept_by(view: View) -> list[w.Widget]:
    """Return the widgets that are laid out in a view, or that an object of this package holds for it."""
    seen: dict[int, object] = {}
    ahead: list[object] = [view]
    while ahead:
        thing = ahead.pop()
        if id(thing) in seen:
            continue
        seen[id(thing)] = thing
        if isinstance(thing, dict):
            ahead += thing.values()
        elif isinstance(thing, (list, tuple)):
            ahead += thing
        elif isinstance(thing, w.Widget) or type(thing).__module__.startswith("plausiwidgets.widgets."):
            ahead += vars(thing).values() if hasattr(thing, "__dict__") else ()
    return [thing for thing in seen.values() if isinstance(thing, w.Widget)]
