"""What a person sees: the explorer and the map. Nothing below this package imports ipywidgets or plotly.

The names load on first use, so that the plain parts (:mod:`.state`) work without a notebook.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plausiwidgets.widgets.assessment_panel import AssessmentPanel
    from plausiwidgets.widgets.explorer import Explorer
    from plausiwidgets.widgets.map import PlausibilityMap, plausibility_map
    from plausiwidgets.widgets.progress import NotebookProgress
    from plausiwidgets.widgets.state import State

__all__ = ["AssessmentPanel", "Explorer", "NotebookProgress", "PlausibilityMap", "State", "plausibility_map"]

_HOMES = {
    "AssessmentPanel": "assessment_panel",
    "Explorer": "explorer",
    "NotebookProgress": "progress",
    "PlausibilityMap": "map",
    "State": "state",
    "plausibility_map": "map",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"plausiwidgets.widgets.{_HOMES[name]}"), name)
