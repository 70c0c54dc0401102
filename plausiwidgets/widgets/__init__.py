"""What the user sees: the explorer and the map. Nothing below this package imports ipywidgets or plotly.

- :mod:`.explorer`: one session, and the panels that observe it;
- :mod:`.view`: what draws: scenes of neurons, their figures, and the widget that shows Plotly's figures;
- :mod:`.page`: the page that needs no server;
- :mod:`.map`: the plausibility map, and an assessment as it fills in.

The names load on first use, so that the plain parts (:mod:`.session.selection`) work without a notebook.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plausiwidgets.widgets.explorer.explorer import Explorer
    from plausiwidgets.widgets.figures import plot
    from plausiwidgets.widgets.map.chart import PlausibilityChart, plausibility_chart
    from plausiwidgets.widgets.map.progress import NotebookProgress
    from plausiwidgets.widgets.map_explorer import AssessmentPanel, PlausibilityMap, plausibility_map
    from plausiwidgets.widgets.notebook import App
    from plausiwidgets.widgets.page.export import export_page
    from plausiwidgets.widgets.page.widget import Page
    from plausiwidgets.widgets.session.selection import Selection
    from plausiwidgets.widgets.session.session import Response, Session
    from plausiwidgets.widgets.view.panel import Panel

_HOMES = {
    "App": "notebook",
    "AssessmentPanel": "map_explorer",
    "Explorer": "explorer.explorer",
    "NotebookProgress": "map.progress",
    "Page": "page.widget",
    "Panel": "view.panel",
    "PlausibilityChart": "map.chart",
    "PlausibilityMap": "map_explorer",
    "Response": "session.session",
    "Selection": "session.selection",
    "Session": "session.session",
    "export_page": "page.export",
    "plausibility_chart": "map.chart",
    "plausibility_map": "map_explorer",
    "plot": "figures",
}

__all__ = [
    "App", "AssessmentPanel", "Explorer", "NotebookProgress", "Page", "Panel", "PlausibilityChart", "PlausibilityMap",
    "Response", "Selection", "Session", "export_page", "plausibility_chart", "plausibility_map", "plot",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"plausiwidgets.widgets.{_HOMES[name]}"), name)
