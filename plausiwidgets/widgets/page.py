"""The app without a host: in one file, as a module of a page, and as a widget of a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import anywidget
import traitlets as t

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.support.arguments import checked, whole
from plausiwidgets.support.whole_file import write_whole
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.widgets.app.document import page_text
from plausiwidgets.widgets.app.module import module_text

HEIGHT = 760
"""Height in px, at which the figure, the sliders and the verdict are seen together."""

MIN_HEIGHT, MAX_HEIGHT = 300, 4000


@checked
def export_page(
    model: str | NeuronModel | Sequence[str | NeuronModel],
    patterns: str | Protocol | Sequence[str | Protocol] | None = None,
    parameters: Mapping[str, float] | None = None,
    *,
    path: str | Path = "neuron.html",
    dt: float | None = None,
    exercise: Exercise | None = None,
    lesson: str | Path | None = None,
    language: str | None = None,
) -> Path:
    """Write the app as one file: without a server, a kernel or a network.

    It simulates and judges every change by itself, at the time step of the selection, by the criteria of the pattern.
    It stores the values that are given, published ones and, where these do not show the pattern, what the assessment of
    the package found; of these the verdicts are Python's, and verified. A custom pattern whose ``measure`` uses more
    than arithmetic of numpy and `plausiwidgets.patterns.features` keeps its stored verdicts, and the page notes it.

    Parameters
    ----------
    model : str or NeuronModel, or a sequence of them
        It begins with the first.
    patterns : str, Pattern or a sequence of them, optional
        Each with its own stimulus; it begins with the first. Default: those of the lesson, or all that are registered.
    parameters : mapping of str to float, optional
        Parameters of the model and of the stimulus, where a pattern has it, to store and to open with; those that you
        leave out are at their defaults. Without a mapping, the page opens each pattern on the packaged set of the
        model, with its time step, or on the defaults where the package has none.
    path : str or Path
        The file to write; an older one is replaced when the new one is whole.
    dt : float, optional
        Time step in ms; default: that of the packaged set, or the model's.
    exercise : Exercise, optional
        Makes the page an exercise on its one pattern. It begins at the start of the exercise, or at `parameters`, and
        is solved when every criterion is met. The page locks the sliders that are not free, and writes a code to hand
        in, which :func:`plausiwidgets.teaching.read_code` checks; it stores no set but the start. With ``#class`` at
        the end of its address it reads the codes of a class.
    lesson : str or Path, optional
        A text in Markdown, the file with it (``.md``, ``.txt``), or the name of a lesson of the package ("lesson",
        "lesson_long", "lesson_de"): its cards stand beside the neuron, each sets model, pattern and values, and goes on
        when its condition holds or the reader wants to. The page holds every model that a card names. The format is
        described in the guide "Write a lesson".
    language : {"en", "de"}, optional
        Of the texts of the page; default: that of the browser, or English where the package does not have it.
        Exercises, lessons, custom models and patterns keep the language that they are written in.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    ValueError
        For an unknown name or language, or a value that is not finite or outside of its hard limits; for an exercise
        that is solved at its start, or that the page could not judge; for a lesson that cannot be read, with the line.
    NotCompilableError
        If the step, or the initial state, has no JavaScript form; the text names the operation.

    Examples
    --------
    >>> import tempfile
    >>> import plausiwidgets as pw
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pw.export_page("adex", ["tonic_spiking", "rebound_spike"], path=f"{folder}/adex.html").name
    'adex.html'
    """
    target = Path(path)
    write_whole(target, page_text(model, patterns, parameters, dt, exercise, lesson, language))
    return target


@checked
def export_widget(
    model: str | NeuronModel | Sequence[str | NeuronModel],
    patterns: str | Protocol | Sequence[str | Protocol] | None = None,
    parameters: Mapping[str, float] | None = None,
    *,
    path: str | Path = "neuron.mjs",
    dt: float | None = None,
    language: str | None = None,
) -> Path:
    """Write the app as a figure for an article, a book or any other web page.

    The file is an ES module with the interface of anywidget: its default export has a function
    ``render({ model, el })``. MyST's directive ``{anywidget}``, Quarto, marimo and a script of five lines show it. The
    figure needs neither a frame nor a kernel, and loads nothing. The browser simulates, evaluates and searches. The
    figures of a page share one app if the same version wrote them.

    Parameters
    ----------
    model, patterns, parameters, dt
        As in :func:`plausiwidgets.export_page`.
    path : str or Path
        The file to write. An existing file is replaced when the new one is complete.
    language : {"en", "de"}, optional
        Language of the texts; default: that of the page around the figure, or of the browser.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    ValueError
        For an unknown name or language, a value that is not finite or outside its hard limits, and a pattern that the
        page cannot evaluate.
    NotCompilableError
        If the step, or the initial state, has no JavaScript form; the text names the operation.
    FileNotFoundError
        If the folder of the file does not exist.

    Examples
    --------
    >>> import tempfile
    >>> import plausiwidgets as pw
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pw.export_widget("adex", "tonic_spiking", path=f"{folder}/adex.mjs").name
    'adex.mjs'
    """
    target = Path(path)
    text = module_text(model, patterns, parameters, dt, language)
    if not target.parent.is_dir():
        raise FileNotFoundError(f"export_widget: path must be in an existing folder, got {str(target)!r}.")
    write_whole(target, text)
    return target


class Page(anywidget.AnyWidget):
    """The app without a host, in a frame: it simulates and judges in the browser.

    It needs no kernel once it is shown. :class:`plausiwidgets.Explorer` does more: it verifies, searches and assesses.

    Parameters
    ----------
    model : str or NeuronModel, or a sequence of them
    patterns, parameters, dt, exercise, lesson, language
        As of :func:`plausiwidgets.export_page`.
    height : int
        Of the frame, in px; it is as wide as its place.

    Raises
    ------
    ValueError, NotCompilableError
        As of :func:`plausiwidgets.export_page`.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.Page("lif", "tonic_spiking").height
    760
    """

    # The frame cannot reach what is around it; clipboard and files are for the buttons of an exercise, popups for the
    # links of a lesson.
    _esm = """
function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.title = "Neuron model";
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
    page = t.Unicode().tag(sync=True)
    height = t.Int(HEIGHT).tag(sync=True)

    @checked
    def __init__(
        self,
        model: str | NeuronModel | Sequence[str | NeuronModel],
        patterns: str | Protocol | Sequence[str | Protocol] | None = None,
        parameters: Mapping[str, float] | None = None,
        *,
        dt: float | None = None,
        exercise: Exercise | None = None,
        lesson: str | Path | None = None,
        language: str | None = None,
        height: int = HEIGHT,
    ) -> None:
        high = whole("Page", "height", height, MIN_HEIGHT, MAX_HEIGHT)
        super().__init__(page=page_text(model, patterns, parameters, dt, exercise, lesson, language), height=high)
