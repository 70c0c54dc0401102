"""Where things stand: a screen of one fixed height with named places, and what lies below it."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as w

from plausiwidgets.texts import SpokenLock, tr
from plausiwidgets.widgets.view.panel import Panel, Part

BOXES = {
    "page": "pw-page",
    "screen": "pw-screen",
    "bar": "pw-bar",
    "rail": "pw-rail",
    "look": "pw-look",
    "figure": "pw-figure",
    "centre": "pw-more",
    "side": "pw-side",
    "tools": "pw-tools",
    "foot": "pw-foot",
    "below": "pw-below",
}
"""The places, and the class of the style sheet that the box of each has.

- ``"bar"``: the bar at the top;
- ``"rail"``: at the left of the figure on a wide screen, a strip above it on a narrow one;
- ``"look"``: above the figure, with the line that says what to look for;
- ``"figure"``: the figure;
- ``"centre"``: between the figure and the search;
- ``"tools"``: above the sliders, opened by a button with the panel's title; one is open at a time;
- ``"side"``: the sliders and the criteria;
- ``"foot"``: the line at the foot;
- ``"below"``: under the screen, where a page can be as long as it likes;
- ``"screen"``: in the grid of the screen, with an area of its own there;
- ``"page"``: not seen.
"""

ON_SCREEN = ("bar", "rail", "look", "figure", "centre", "side", "foot")
"""The boxes of the screen in the order of the tab key; their parts have the orders 0, 10, 20 …"""


class Places:
    """The boxes of the screen, and what is put in them.

    The screen is as high as what shows it (the page sets that, see ``page_watch.js``), so that the figure,
    the verdict and the sliders are always together; what may be long scrolls within its own box. No place
    changes its size because of what is shown in it.

    Parameters
    ----------
    lock : SpokenLock
        Of the session: panels are made, opened and closed with it.
    opened : callable
        ``opened(panel)`` is called when a panel of the tools was opened.

    Attributes
    ----------
    view : tuple of ipywidgets.Widget
        What is not seen, the screen, and what lies below it.
    """

    def __init__(self, lock: SpokenLock, opened: Callable[[Panel], None]) -> None:
        self._lock = lock
        self._opened = opened
        self._buttons: dict[type[Panel], w.ToggleButton] = {}
        self._offered: list[tuple[int, w.ToggleButton]] = []
        self._parts: dict[str, list[Part]] = {place: [] for place in BOXES}
        plain = w.Layout()  # one for all: each is a message of its own to the page
        self._shared = {"layout": w.Layout(), "style": w.ToggleButton.style.klass()}
        self._boxes = {place: _box(name, plain) for place, name in BOXES.items()}
        for i, place in enumerate(ON_SCREEN):
            self._put(Part("screen", self._boxes[place], 10 * i))
        self._put(Part("side", self._boxes["tools"]))
        self._strip, self._open = _box("pw-strip", plain), _box("pw-open", plain)
        self._boxes["tools"].children = (self._strip, self._open)
        self.view = tuple(self._boxes[place] for place in ("page", "screen", "below"))

    def add(self, panel: Panel) -> None:
        """Put the parts of a panel in their places."""
        for part in panel.parts:
            if part.place == "tools":
                self.offer(panel, lambda: panel)
            else:
                self._put(part)
        if panel.place != "tools":
            panel.on_shown(True)

    def open(self, kind: type[Panel]) -> None:
        """Open a panel of the tools, as its button does."""
        self._buttons[kind].value = True

    def _put(self, part: Part) -> None:
        parts = self._parts[part.place]
        parts.append(part)
        parts.sort(key=lambda one: one.order)
        self._boxes[part.place].children = [one.widget for one in parts]

    def offer(self, about: Panel | type[Panel], panel: Callable[[], Panel]) -> None:
        """Make the button of a panel of the tools, which need not be made before it is opened."""
        kind = about if isinstance(about, type) else type(about)
        if kind in self._buttons:
            return
        button = w.ToggleButton(False, description=tr(about.title), tooltip=tr(about.tip), **self._shared)
        button.observe(lambda change: self._on_toggle(kind, panel, change["new"]), "value")
        self._buttons[kind] = button
        self._offered = sorted((*self._offered, (about.order, button)), key=lambda one: one[0])
        self._strip.children = [one for _, one in self._offered]

    def _on_toggle(self, kind: type[Panel], panel: Callable[[], Panel], opened: bool) -> None:
        with self._lock:
            self._toggled(kind, panel(), opened)

    def _toggled(self, kind: type[Panel], panel: Panel, opened: bool) -> None:
        if not opened:
            if self._open.children == (panel.view,):
                self._open.children = ()
            panel.on_shown(False)
            return
        for other, button in self._buttons.items():
            if other is not kind:
                button.value = False
        self._open.children = (panel.view,)
        panel.on_shown(True)
        self._opened(panel)


def _box(name: str, layout: w.Layout) -> w.Box:
    box = w.Box(layout=layout)
    box.add_class(name)
    return box
