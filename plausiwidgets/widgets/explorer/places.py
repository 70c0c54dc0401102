"""Where things stand: a screen of one fixed height with named places, and what lies below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as w

from plausiwidgets.widgets.session.session import Panel

PLACES = ("rail", "bar", "look", "centre", "tools", "below")
"""The places that panels can be put in.

- ``"rail"``: at the left of the figure on a wide screen, a strip above it on a narrow one;
- ``"bar"``: the bar at the top, before what copies a link;
- ``"look"``: between the sentence that says what to look for and the figure;
- ``"centre"``: between the figure and the search;
- ``"tools"``: above the sliders, opened by a button with the panel's title; one is open at a time;
- ``"below"``: under the screen, where a page can be as long as it likes.
"""


class Places:
    """The boxes of the screen, and the panels that are put in them.

    The screen is as high as what shows it (the page sets that, see ``page_watch.js``), so that the figure,
    the verdict and the sliders are always together; what may be long scrolls within its own box. No place
    changes its size because of what is shown in it.

    Parameters
    ----------
    bar, look, figure, search, side, foot : sequence of widgets
        What stands there from the beginning.
    over : ipywidgets.Widget
        What lies over all but the bar, the rail and the foot, where it is displayed.
    shown : callable
        ``shown(panel)`` is called when a panel of the tools was opened.

    Attributes
    ----------
    view : tuple of ipywidgets.Widget
        The screen, and what lies below it.
    """

    def __init__(
        self,
        bar: Sequence[w.Widget],
        look: Sequence[w.Widget],
        figure: w.Widget,
        search: w.Widget,
        side: Sequence[w.Widget],
        foot: Sequence[w.Widget],
        over: w.Widget,
        shown: Callable[[Panel], None],
    ) -> None:
        self._shown = shown
        self._buttons: dict[Panel, w.ToggleButton] = {}
        self._strip, self._open = _box("pw-strip"), _box("pw-open")
        self._share = bar[-1]
        self._boxes = {
            "rail": _box("pw-rail"),
            "bar": _box("pw-bar", *bar),
            "look": _box("pw-look", *look),
            "centre": _box("pw-more"),
            "below": _box("pw-below"),
        }
        tools = _box("pw-tools", self._strip, self._open)
        screen = _box(
            "pw-screen",
            self._boxes["bar"],
            self._boxes["rail"],
            self._boxes["look"],
            _box("pw-figure", figure),
            self._boxes["centre"],
            search,
            _box("pw-side", tools, *side),
            _box("pw-foot", *foot),
            over,
        )
        self.view = (screen, self._boxes["below"])

    def put(self, panel: Panel, place: str) -> None:
        """Put a panel in a place, behind what is there.

        Raises
        ------
        ValueError
            If there is no such place.
        """
        if place not in PLACES:
            raise ValueError(f"there is no place {place!r}, valid: {', '.join(PLACES)}")
        if place == "tools":
            self._offer(panel)
            return
        children = self._boxes[place].children
        at = children.index(self._share) if place == "bar" else len(children)
        self._boxes[place].children = (*children[:at], panel.view, *children[at:])
        panel.on_shown(True)

    def _offer(self, panel: Panel) -> None:
        button = w.ToggleButton(False, description=panel.title, tooltip=panel.tip)
        button.observe(lambda change: self._toggled(panel, change["new"]), "value")
        self._buttons[panel] = button
        self._strip.children = (*self._strip.children, button)

    def _toggled(self, panel: Panel, opened: bool) -> None:
        if not opened:
            if self._open.children == (panel.view,):
                self._open.children = ()
            panel.on_shown(False)
            return
        for other, button in self._buttons.items():
            if other is not panel:
                button.value = False
        self._open.children = (panel.view,)
        panel.on_shown(True)
        self._shown(panel)


def _box(name: str, *children: w.Widget) -> w.Box:
    box = w.Box(children)
    box.add_class(name)
    return box
