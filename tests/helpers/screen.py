"""The widgets of an explorer or a map, found by their titles."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets as w
import numpy as np

import plausiwidgets as pw
from plausiwidgets.widgets.session.script import script
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Session
from plausiwidgets.widgets.session.worker import Worker
from plausiwidgets.widgets.view.messages import MessageLine
from plausiwidgets.widgets.view.page_watch import PageWatch
from plausiwidgets.widgets.view.scene_view import SceneView


def widgets(root: w.Widget) -> Iterator[w.Widget]:
    """Yield a widget and all that is laid out in it."""
    yield root
    for child in getattr(root, "children", ()):
        yield from widgets(child)


def find(root: w.Widget, kind: type, **traits: object) -> Any:
    """Return the one widget of a kind with these traits."""
    found = [x for x in widgets(root) if isinstance(x, kind) and all(getattr(x, k) == v for k, v in traits.items())]
    assert len(found) == 1, f"{len(found)} of {kind.__name__} with {traits}"
    return found[0]


def named(root: w.Widget, css: str) -> Any:
    """Return the one widget with a class of the style sheet."""
    found = [x for x in widgets(root) if css in getattr(x, "_dom_classes", ())]
    assert len(found) == 1, f"{len(found)} of {css}"
    return found[0]


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


class Alone:
    """A host for panels in place of an explorer."""

    def __init__(self, selection: Selection) -> None:
        self.session = Session(selection, self._raise)
        self.worker = Worker(self._raise)
        self.page = PageWatch()
        self._panels: dict[type, Any] = {}

    @property
    def messages(self) -> MessageLine:
        return self.panel(MessageLine)

    def panel(self, kind: type) -> Any:
        if kind not in self._panels:
            self._panels[kind] = kind(self)
        return self._panels[kind]

    def to_python(self) -> str:
        return script(self.session.selection)

    @staticmethod
    def _raise(error: Exception) -> None:
        raise error


class Row:
    """A parameter's row."""

    def __init__(self, view: w.Widget) -> None:
        line, *bounds = view.children
        self.label, self.slider, self.box, self.tick = line.children
        self.bounds = (bounds[0].children[0], bounds[0].children[2]) if bounds else None


def trace_of(view: SceneView, uid: str) -> dict[str, Any]:
    """Return a trace that is shown, with its arrays; ``x`` and ``y`` are empty where there is none."""
    shown = {trace["uid"]: trace for trace in getattr(view, uid.partition("_")[0])}.get(uid, {"uid": uid})
    sent = {axis: shown.get(axis, {"float32": b""})["float32"] for axis in "xy"}
    return shown | {axis: np.frombuffer(values, np.float32) for axis, values in sent.items()}


class Screen:
    """An explorer as a user sees and uses it."""

    def __init__(self, explorer: pw.Explorer) -> None:
        self.explorer = explorer

    # -- to use ----------------------------------------------------------------------------------

    def menu(self, title: str) -> w.Dropdown:
        return find(self.explorer, w.Dropdown, description=title)

    def pick_preset(self, start: str) -> None:
        menu = self.menu("Presets")
        menu.value = next(value for title, value in menu.options if title.startswith(start))

    def button(self, title: str) -> w.Button:
        return find(self.explorer, w.Button, description=title)

    def press(self, title: str) -> None:
        self.button(title).click()

    @property
    def rows(self) -> dict[str, Row]:
        views = [x for x in widgets(self.explorer) if "pw-row" in getattr(x, "_dom_classes", ())]
        return {re.search('data-name="([^"]*)"', Row(v).label.value)[1]: Row(v) for v in views}

    def show_bounds(self, shown: bool = True) -> None:
        find(self.explorer, w.ToggleButton, description="Ranges").value = shown

    @property
    def dt(self) -> w.FloatText:
        return named(self.explorer, "pw-dt").children[1]

    @property
    def sweeps(self) -> w.Dropdown | None:
        children = named(self.explorer, "pw-sweeps").children
        return children[0] if children else None

    # -- to look at ------------------------------------------------------------------------------

    @property
    def badge(self) -> str:
        return named(self.explorer, "pw-yours").value

    @property
    def best_chip(self) -> str:
        return named(self.explorer, "pw-best").value

    @property
    def criteria(self) -> str:
        return named(self.explorer, "pw-verdict").children[1].value

    @property
    def message(self) -> str:
        """What went wrong or should be known; without it the line says where the values come from."""
        text = named(self.explorer, "pw-status").value
        return "" if "pw-origin" in text else text

    @property
    def origin(self) -> str:
        text = named(self.explorer, "pw-status").value
        return text if "pw-origin" in text else ""

    @property
    def elsewhere(self) -> str:
        """The line about a search for another pattern."""
        line = named(self.explorer, "pw-elsewhere")
        return "" if line.layout.display == "none" else line.children[0].value

    @property
    def ways(self) -> bool:
        """Whether ways on are offered after a search in vain."""
        return named(self.explorer, "pw-ways").layout.display != "none"

    @property
    def explanation(self) -> str:
        return named(self.explorer, "pw-explain").value

    @property
    def progress(self) -> str:
        return named(self.explorer, "pw-progress-box").value

    @property
    def figure(self) -> SceneView:
        return next(x for x in widgets(self.explorer) if isinstance(x, SceneView))

    @property
    def layout(self) -> dict[str, Any]:
        """The layout of the figure."""
        return self.figure.picture["layout"]

    def trace(self, role: str, row: str = "voltage") -> Any:
        """Return the trace of ``"yours"``, ``"best"``, ``"target"`` or ``"pinned"`` in a row of the figure."""
        return trace_of(self.figure, f"{role}_{row}")

    @property
    def yours(self) -> np.ndarray:
        return self.trace("yours")["y"]

    @property
    def best(self) -> np.ndarray:
        return self.trace("best")["y"]

    @property
    def target(self) -> np.ndarray:
        return self.trace("target")["y"]

    @property
    def curve(self) -> np.ndarray:
        """Evaluations, best loss, current loss and restarts of each point of the objective curve."""
        (rows,) = (x.rows for x in widgets(self.explorer) if hasattr(x, "rows"))
        return np.frombuffer(rows, np.float32).reshape(-1, 4)

    @property
    def link(self) -> Any:
        """The button that copies a link: its `query` and its line of `python`."""
        (button,) = (x for x in widgets(self.explorer) if hasattr(x, "query"))
        return button
