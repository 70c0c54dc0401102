"""The page without a server as one widget, for front ends that do not have the layouts of ipywidgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import anywidget
import traitlets as t

from plausiwidgets.arguments import checked, whole
from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.teaching.mysteries import Mystery
from plausiwidgets.widgets.page.export import checked_page

HEIGHT = 760
"""Height in px, at which the figure, the sliders and the verdict are seen together."""

LEAST, MOST = 300, 4000

_ESM = """
function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.title = "Neuron model";
  // It cannot reach what is around it; clipboard and files are for the buttons of an exercise, popups for the links of
  // a lesson.
  frame.setAttribute("sandbox", "allow-scripts allow-downloads allow-popups");
  frame.allow = "clipboard-write";
  frame.style.cssText = "width: 100%; border: 0; display: block";
  frame.style.height = `${model.get("height")}px`;
  frame.srcdoc = model.get("page");
  el.append(frame);
  model.on("change:height", () => { frame.style.height = `${model.get("height")}px`; });
}
export default { render };
"""


class Page(anywidget.AnyWidget):
    """A neuron with its sliders, which simulates and judges in the browser: the page of `export_page` in a frame.

    It needs anywidget alone, and no kernel once it is shown, so that it also works in marimo. In Jupyter,
    :class:`plausiwidgets.Explorer` does more: it searches, verifies and has tools.

    Parameters
    ----------
    model : str or NeuronModel
    patterns, parameters, dt, exercise, lesson, language
        As of :func:`plausiwidgets.export_page`.
    height : int
        Of the frame, in px; it is as wide as its place.

    Raises
    ------
    ValueError, NotCompilable
        As of :func:`plausiwidgets.export_page`.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.Page("lif", "tonic_spiking").height
    760
    """

    _esm = _ESM
    page = t.Unicode().tag(sync=True)
    height = t.Int(HEIGHT).tag(sync=True)

    @checked
    def __init__(
        self,
        model: str | NeuronModel,
        patterns: str | Protocol | Sequence[str | Protocol] | None = None,
        parameters: Mapping[str, float] | None = None,
        *,
        dt: float | None = None,
        exercise: Exercise | Mystery | None = None,
        lesson: str | Path | None = None,
        language: str | None = None,
        height: int = HEIGHT,
    ) -> None:
        high = whole("Page", "height", height, LEAST, MOST)
        page = checked_page(model, patterns, parameters, dt, exercise, lesson, language)
        super().__init__(page=page, height=high)
