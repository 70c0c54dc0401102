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
    from plausiwidgets.widgets.map import PlausibilityMap as PlausibilityMap
    from plausiwidgets.widgets.map import plausibility_map as plausibility_map
    from plausiwidgets.widgets.page import Page as Page
    from plausiwidgets.widgets.page import export_page as export_page
    from plausiwidgets.widgets.progress import NotebookProgress as NotebookProgress
    from plausiwidgets.widgets.session.selection import Selection as Selection
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "widgets.explorer": ("Explorer",),
            "widgets.figures.chart": ("plausibility_chart",),
            "widgets.figures.plot": ("plot",),
            "widgets.map": ("PlausibilityMap", "plausibility_map"),
            "widgets.page": ("Page", "export_page"),
            "widgets.progress": ("NotebookProgress",),
            "widgets.session.selection": ("Selection",),
        },
    )
