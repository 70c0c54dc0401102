"""The app without a host, in a file, as a module of a page or as a widget of a notebook."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.support.arguments import checked, whole
from plausiwidgets.support.whole_file import write_whole
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.widgets.app.document import page_text
from plausiwidgets.widgets.app.module import module_text
from plausiwidgets.widgets.handlers.notebook_cells import runs_without_page

HEIGHT = 760
"""Default height of the frame in px, which shows the figure, the sliders and the verdict together."""

MIN_HEIGHT, MAX_HEIGHT = 300, 4000

SANDBOX = "allow-scripts allow-downloads allow-popups"
"""Permissions of the frame, which cannot access the notebook.

The buttons of an exercise write files, and the links of a lesson open windows.
"""


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
    """Write the app as one file that needs no server, no kernel and no network.

    The page simulates and evaluates every change at the time step of the selection. It stores the parameters of the
    call, published sets and, if these do not show the pattern, the set that the assessment of the package found. The
    verdicts on stored sets are verified verdicts of Python. If the ``measure`` of a custom pattern uses more than
    NumPy's arithmetic and `plausiwidgets.patterns.features`, the page shows only these stored verdicts, with a note.

    Parameters
    ----------
    model : str or NeuronModel, or a sequence of them
        Models of the page, which opens with the first.
    patterns : str, Pattern or a sequence of them, optional
        Patterns of the page, which opens with the first. The default is the patterns of the lesson, or all registered
        patterns.
    parameters : mapping of str to float, optional
        Parameters of the model and the stimulus with which the page opens. A pattern ignores parameters that it does
        not have. Parameters that you leave out have their defaults. Without a mapping, the page opens each pattern with
        the packaged set and its time step, or with the defaults if the package has no set.
    path : str or Path
        File to write. An older file is replaced when the new file is complete.
    dt : float, optional
        Time step in ms. The default is that of the packaged set, or that of the model.
    exercise : Exercise, optional
        Exercise on the one pattern of the page. It starts at the start of the exercise, or at `parameters`, and is
        solved when every criterion is met. The page locks the sliders that are not free, stores only the start, and
        writes a code for the teacher, which :func:`plausiwidgets.teaching.read_code` checks. With ``#class`` at the end
        of its address, the page reads the codes of a class.
    lesson : str or Path, optional
        Text in Markdown, a file with this text (``.md``, ``.txt``), or the name of a packaged lesson ("lesson",
        "lesson_long", "lesson_de"). The cards are shown next to the neuron, and each sets the model, the pattern and
        values. The next card follows when the condition of a card is met or the reader continues. The page contains
        every model that a card names. The guide "Write a lesson" describes the format.
    language : {"en", "de"}, optional
        Language of the texts of the page. The default is the language of the browser if the package has it, otherwise
        English. Exercises, lessons, custom models and custom patterns keep their language.

    Returns
    -------
    Path
        Path of the file.

    Raises
    ------
    ValueError
        For an unknown name or language, or for a value that is not finite or outside its hard limits. Also for an
        exercise that is solved at its start or that the page cannot evaluate, and for a lesson that cannot be read,
        with the number of the line.
    NotCompilableError
        If the step or the initial state has no JavaScript form. The text names the operation.

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
        See :func:`plausiwidgets.export_page`.
    path : str or Path
        File to write. An older file is replaced when the new file is complete.
    language : {"en", "de"}, optional
        Language of the texts. The default is the language of the web page around the figure, or of the browser.

    Returns
    -------
    Path
        Path of the file.

    Raises
    ------
    ValueError
        For an unknown name or language, for a value that is not finite or outside its hard limits, and for a pattern
        that the page cannot evaluate.
    NotCompilableError
        If the step or the initial state has no JavaScript form. The text names the operation.
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
    """App in a frame of a notebook, which simulates and evaluates in the browser.

    The app needs no kernel after it is shown. If nbconvert executes the notebook, its web page also contains the app.
    :class:`plausiwidgets.Explorer` can also verify, search and assess.

    Parameters
    ----------
    model : str or NeuronModel, or a sequence of them
    patterns, parameters, dt, exercise, lesson, language
        See :func:`plausiwidgets.export_page`.
    height : int
        Height of the frame in px. Its width is that of the output area.

    Raises
    ------
    ValueError, NotCompilableError
        See :func:`plausiwidgets.export_page`.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.Page("lif", "tonic_spiking").height
    760
    """

    _esm = """
function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.title = "Neuron model";
  frame.setAttribute("sandbox", "SANDBOX");
  frame.allow = "clipboard-write";
  frame.style.cssText = "width: 100%; border: 0; display: block";
  frame.style.height = `${model.get("height")}px`;
  frame.srcdoc = model.get("page");
  el.append(frame);
  model.on("change:height", () => { frame.style.height = `${model.get("height")}px`; });
}
export default { render };
""".replace("SANDBOX", SANDBOX)
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

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return the widget, or only its frame if a program such as nbconvert runs the cell.

        A web page from such a program may show no widgets.
        """
        if runs_without_page():
            frame = (
                f'<iframe title="Neuron model" sandbox="{SANDBOX}" allow="clipboard-write" '
                f'style="width: 100%; border: 0; display: block; height: {self.height}px" '
                f'srcdoc="{html.escape(self.page)}"></iframe>'
            )
            return {"text/html": frame, "text/plain": ""}
        bundle: Any = super()._repr_mimebundle_(**options)  # The bundle is None if the widget is closed.
        data, about = bundle or ({}, {})
        return {**data, "text/plain": "Page of the app: run this cell to show it."}, about
