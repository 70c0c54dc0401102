"""What a person sees: the explorer and the map. Nothing below this package imports ipywidgets or plotly.

The names load on first use, so that the plain parts (:mod:`.state`) work without a notebook.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plausiwidgets.widgets.explorer.explorer import Explorer
    from plausiwidgets.widgets.explorer.state import State
    from plausiwidgets.widgets.map.assessment_panel import AssessmentPanel
    from plausiwidgets.widgets.map.chart import PlausibilityChart, plausibility_chart
    from plausiwidgets.widgets.map.map import PlausibilityMap, plausibility_map
    from plausiwidgets.widgets.map.progress import NotebookProgress

__all__ = [
    "AssessmentPanel", "Explorer", "NotebookProgress", "PlausibilityChart", "PlausibilityMap", "State",
    "plausibility_chart", "plausibility_map",
]  # fmt: skip

_HOMES = {
    "AssessmentPanel": "map.assessment_panel",
    "Explorer": "explorer.explorer",
    "NotebookProgress": "map.progress",
    "PlausibilityChart": "map.chart",
    "PlausibilityMap": "map.map",
    "State": "explorer.state",
    "plausibility_chart": "map.chart",
    "plausibility_map": "map.map",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"plausiwidgets.widgets.{_HOMES[name]}"), name)
