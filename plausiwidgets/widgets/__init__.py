"""What the user sees. Nothing below this package imports ipywidgets, anywidget or plotly.

- :mod:`.app`: the app, as modules of JavaScript, and the catalogue of what it knows without asking;
- :mod:`.answers`: what Python answers it, one table of messages;
- :mod:`.explorer`: the app in a notebook, with traits for scripts;
- :mod:`.page`: the app without a host, in a file or in a frame;
- :mod:`.figures`: what a script plots.

The names load on first use, so that the plain parts (:mod:`.session.selection`) work without a notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plausiwidgets.support.lazy import lazily

if TYPE_CHECKING:
    from plausiwidgets.widgets.explorer import Explorer as Explorer
    from plausiwidgets.widgets.figures.chart import plausibility_chart as plausibility_chart
    from plausiwidgets.widgets.figures.plot import plot as plot
    from plausiwidgets.widgets.handlers.selection import Selection as Selection
    from plausiwidgets.widgets.page import Page as Page
    from plausiwidgets.widgets.page import export_page as export_page
    from plausiwidgets.widgets.plausibility_map import PlausibilityMap as PlausibilityMap
    from plausiwidgets.widgets.plausibility_map import plausibility_map as plausibility_map
    from plausiwidgets.widgets.progress import NotebookProgress as NotebookProgress
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "widgets.explorer": ("Explorer",),
            "widgets.figures.chart": ("plausibility_chart",),
            "widgets.figures.plot": ("plot",),
            "widgets.plausibility_map": ("PlausibilityMap", "plausibility_map"),
            "widgets.page": ("Page", "export_page"),
            "widgets.progress": ("NotebookProgress",),
            "widgets.handlers.selection": ("Selection",),
        },
    )
