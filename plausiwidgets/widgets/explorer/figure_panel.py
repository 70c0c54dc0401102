"""The figure: target, yours, best and pinned of one pattern, one sweep large and the others small."""

from __future__ import annotations

import time

import ipywidgets as w

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Target, Verdict
from plausiwidgets.texts import SpokenLock, tr
from plausiwidgets.widgets.explorer.presentation import PresentationPanel
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.view.figure import HEIGHT, WIDTH, Look
from plausiwidgets.widgets.view.panel import Host, Panel
from plausiwidgets.widgets.view.scene import Scene, scene_of, voltage_scale
from plausiwidgets.widgets.view.scene_view import SceneView

LOW = 620
"""Height in px of the figure below which the raster makes room for the potential."""

TOO_WIDE = 1.6
"""How many times wider than needed the voltage axis may be before it narrows at rest."""


class FigurePanel(Panel):
    """Collects the responses, and shows the scene that they make; a menu chooses the sweep that is drawn large.

    Besides the session, the page changes it (a zoom, a sweep, the size), from any thread: a lock is held.

    Attributes
    ----------
    figure : SceneView
    view : ipywidgets.Widget
        The figure.
    scene : Scene
        What is shown.
    sweeps : ipywidgets.Widget
        The menu, in a place that it keeps where there is one sweep only.
    pace : float
        Least time in s between two pictures of a drag: a page that draws the sliders' trace by itself needs few.
    """

    place = "figure"

    def __init__(self, explorer: Host) -> None:
        self.figure = self.view = SceneView()
        self.scene = Scene()
        self.pace = 0.0
        self._looked_at = explorer.session.look_at
        self._lock = SpokenLock()
        self._selection: Selection | None = None
        self._verdicts: dict[str, Verdict] = {}  # what is drawn, by role
        self._target: Target | None = None
        self._pinned: NeuronModel | None = None
        self._drawn: Selection | None = None  # whose response is drawn as "yours"
        self._late: Response | None = None  # what came too soon after another to be drawn
        self._drawn_at = -1e9
        self._large = ""
        self._look = Look(WIDTH, HEIGHT, low=LOW)
        self._fitted = 0
        self._menu = w.Dropdown(description=tr("Sweep"), tooltip=tr("The sweep that is drawn large"))
        self._menu.observe(lambda _: self._on_menu(), "value")
        self._offered: tuple[str, ...] = ()
        self.sweeps = w.HBox()
        self.sweeps.add_class("pw-sweeps")
        self.figure.observe(lambda _: self._on_whole(), "whole")
        self.figure.observe(lambda _: self._on_look(), ("width", "height", "zoom"))
        self._page = explorer.page
        self._page.observe(lambda _: self._on_look(), "dark")
        self._present = explorer.panel(PresentationPanel).view
        self._present.observe(lambda _: self._on_look(), "value")

    # -- the session -----------------------------------------------------------------------------

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Begin to show a model and a pattern, where they are others: nothing of those before is left."""
        if self._selection is not None and self._selection.is_about(selection.model, selection.pattern):
            return
        scale = voltage_scale(selection.model)  # a custom model may raise here
        with self._lock:
            self._selection = selection
            self._verdicts.clear()
            self._target = self._pinned = self._drawn = self._late = None
            self._large = ""
            self.scene = Scene(scale=scale, current_unit=selection.model.current.unit)
            self.figure.whole = False
            self._show(fit=True)

    def on_response(self, response: Response) -> None:
        """Draw it. After a jump the axes are fitted, and a zoom is forgotten; otherwise they only widen."""
        role, verdict = response.role, response.verdict
        with self._lock:
            if role == "target":
                self._target = response.target
                self._show()
            elif verdict is None:
                self._verdicts.pop(role, None)
                if role == "yours":
                    self._drawn = self._late = None
                self._show()
            elif role == "yours" and not response.jumped and time.monotonic() - self._drawn_at < self.pace:
                self._late = response
            elif role != "yours" or response.selection is not self._drawn:
                self._draw(response, verdict)

    def on_rest(self, selection: Selection) -> None:
        """Draw what was left out of a drag, and narrow the voltage axis where it has become much too wide."""
        with self._lock:
            if self._late is not None and self._late.verdict is not None:
                self._draw(self._late, self._late.verdict)
            if self._selection is not None and "yours" in self._verdicts:
                needed = self._made(None).potential
                low, high = self.scene.potential
                if high - low > TOO_WIDE * (needed[1] - needed[0]):
                    self._show(fit=True)

    def _draw(self, response: Response, verdict: Verdict) -> None:
        self._verdicts[response.role] = verdict
        if response.role == "yours":
            self._drawn, self._late = response.selection, None
            self._drawn_at = time.monotonic()
        if response.role == "pinned" and response.pinned is not None:
            self._pinned = response.pinned.model
        self._show(fit=response.role == "yours" and response.jumped)

    def _made(self, before: Scene | None) -> Scene:
        assert self._selection is not None
        return scene_of(
            self._selection.model, self._selection.pattern, self._verdicts, self._target, self._large,
            whole=self.figure.whole, pinned=self._pinned, before=before,
        )  # fmt: skip

    def _show(self, fit: bool = False) -> None:
        """Show what there is now; `fit`: with axes of its own, whatever was shown before."""
        if self._selection is None:
            return
        if fit:
            self._fitted += 1  # by which the page knows that it is to forget a zoom
            self.figure.zoom = []
        # Without "yours" the scale is that of the model, and nothing has begun yet.
        fresh = fit or "yours" not in self.scene.lines
        self.scene = self._made(None if fresh else self.scene)
        self.figure.show_scene(self.scene, self._look, self._fitted)
        self._offer_sweeps()

    # -- the page --------------------------------------------------------------------------------

    def _offer_sweeps(self) -> None:
        """Offer the sweeps where there are several."""
        names = self.scene.sweeps if len(self.scene.sweeps) > 1 else ()
        if names != self._offered:
            self._offered = ()  # not the choice of the user
            if names:
                self._menu.options = [(tr(name), name) for name in names]
                self._menu.value = self.scene.sweep
            self._offered = names
        self.sweeps.children = (self._menu,) if names else ()

    def _on_menu(self) -> None:
        with self._lock:
            if self._menu.value not in self._offered:
                return
            self._large = self._menu.value
            self._show(fit=True)
        self._looked_at(self._large)

    @property
    def large(self) -> str:
        """Name of the sweep of "yours" that is drawn large."""
        names = self._verdicts["yours"].traces if "yours" in self._verdicts else {}
        return self.scene.sweep if self.scene.sweep in names else next(iter(names), "")

    def _on_whole(self) -> None:
        with self._lock:
            self._show(fit=True)

    def _on_look(self) -> None:
        with self._lock:
            width, height = self.figure.width or WIDTH, self.figure.height or HEIGHT
            window = (float(self.figure.zoom[0]), float(self.figure.zoom[1])) if self.figure.zoom else None
            self._look = Look(width, height, self._page.dark, window, self._present.value, LOW)
            if self._selection is not None:
                self.figure.show_scene(self.scene, self._look, self._fitted)
