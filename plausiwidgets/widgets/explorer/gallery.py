"""The gallery: every firing pattern as a small picture, to pick from, with what the shown model was found to show."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from pathlib import Path

import ipywidgets as w
import traitlets as t

from plausiwidgets import patterns
from plausiwidgets.analysis.known import published_statuses
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.status import STATUSES
from plausiwidgets.texts import tr
from plausiwidgets.widgets.explorer.pickers import Pickers
from plausiwidgets.widgets.explorer.thumbnails import packaged_thumbnail, thumbnail
from plausiwidgets.widgets.map.cells import WORDS, with_argument
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.session.worker import Priority
from plausiwidgets.widgets.view.panel import Host, Panel, Part
from plausiwidgets.widgets.view.script_widget import DRAWING, ScriptWidget

_HERE = Path(__file__).parent


class GalleryView(ScriptWidget):
    """Pictures in their order, in as many columns as there is room for.

    Attributes
    ----------
    items : list of dict
        ``key``, ``letter``, ``title``, ``potential`` and ``current`` (paths) of each pattern.
    found : dict of str to str
        Status by key, of the shown model.
    shown : str
        Key of the pattern that is shown.
    words : dict of str to str
        For each status.
    """

    _esm = DRAWING + (_HERE / "gallery.js").read_text("utf-8")
    items: t.List = t.List().tag(sync=True)
    found = t.Dict().tag(sync=True)
    shown = t.Unicode("").tag(sync=True)
    words = t.Dict().tag(sync=True)


class GalleryPanel(Panel):
    """The patterns as pictures."""

    place = "rail"

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self.view = GalleryView()
        self.view.on_msg(self._on_message)
        # The page looks at its state: the style sheet shows the gallery while it is pressed.
        self._button = w.ToggleButton(
            False, description=tr("Patterns"), tooltip=tr("All patterns as pictures, and the map of models")
        )
        self._button.add_class("pw-gallery-button")
        self._pickers = explorer.panel(Pickers)
        self._patterns: dict[str, Protocol] = {}
        self._drawn: dict[Protocol, dict[str, str]] = {}
        self._known: dict[NeuronModel, dict[str, str]] = {}  # the status of each pattern before anything is found
        self._found: dict[tuple[NeuronModel, Protocol], str] = {}  # the best here; another mystery has the same key
        self._model: NeuronModel | None = None
        self._incomplete = False
        self._neuron: Mapping[str, Result] | None = None

    @property
    def parts(self) -> Iterable[Part]:
        """The gallery, and the button that opens it where the screen has no room for it."""
        return (*super().parts, Part("bar", self._button, -1))

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Mark what is shown; a custom pattern joins the others."""
        if not jumped and self._patterns:
            return
        known = {key: patterns.get(key) for key in patterns.names()}
        if isinstance(selection.pattern, Judged) and known.get(selection.pattern.key) is not selection.pattern:
            known[selection.pattern.key] = selection.pattern
        if list(known.values()) != list(self._patterns.values()):
            self._patterns = known
            packaged = {pattern: packaged_thumbnail(pattern) for pattern in known.values()}
            self._drawn = {pattern: paths for pattern, paths in packaged.items() if paths is not None} | self._drawn
            self._show_items()
            self._incomplete = True
        self.view.shown = selection.pattern.key
        self._model = selection.model
        self._show_found()

    def on_response(self, response: Response) -> None:
        """Keep in mind what was found, and draw the pictures that are missing."""
        if self._incomplete and response.role == "yours":
            # Not before: the neuron of the pictures would be compiled ahead of the picked one.
            self._incomplete = False
            self._ask()
        if response.role in ("yours", "best") and response.verdict is not None:
            self._note(response.selection.model, response.selection.pattern, response.verdict.status)

    def on_result(self, result: Result) -> None:
        """Take what a search has found."""
        model = self._model
        if model is not None and result.model == model.key and result.pattern in self._patterns:
            self._note(model, self._patterns[result.pattern], result.status)

    def assessed(self, model: NeuronModel, pattern: str, word: str) -> None:
        """Keep in mind what an assessment has found, or not."""
        with self.explorer.session.lock:
            if pattern in self._patterns:
                self._note(model, self._patterns[pattern], word, ("replicated", "fragile", "rejected"))

    def _note(
        self, model: NeuronModel, pattern: Protocol, word: str, counts: Container[str] = ("replicated", "fragile")
    ) -> None:
        before = self._found.get((model, pattern)) or self._known_of(model).get(pattern.key)
        word = with_argument(word, model.cannot.get(pattern.key, ""))
        if word in counts and (before not in STATUSES or STATUSES.index(word) < STATUSES.index(before)):
            self._found[model, pattern] = word
            if model is self._model:
                self._show_found()

    def show_neuron(self, found: Mapping[str, Result] | None) -> None:
        """Show what was found for the neuron of the sliders in place of its model; None: of the model again.

        A pattern is then picked with this neuron, and the best stimulus that was found for it.

        Parameters
        ----------
        found : mapping of str to Result, or None
            By the key of the pattern.
        """
        self._neuron = None if found is None else dict(found)
        self._show_found()

    def _show_found(self) -> None:
        if self._model is None:
            return
        if self._neuron is None:
            here = {key: self._found.get((self._model, pattern)) for key, pattern in self._patterns.items()}
            found = self._known_of(self._model) | {key: word for key, word in here.items() if word is not None}
            words = _words("{words}")
        else:
            found, words = (
                {key: result.status for key, result in self._neuron.items()},
                _words(tr("this neuron: {words}")),
            )
        with self.view.hold_sync():
            self.view.found, self.view.words = found, words

    def _known_of(self, model: NeuronModel) -> dict[str, str]:
        if model not in self._known:
            known = dict.fromkeys(model.cannot, "rejected") | published_statuses(model)
            self._known[model] = {key: with_argument(word, model.cannot.get(key, "")) for key, word in known.items()}
        return self._known[model]

    # -- what is seen ----------------------------------------------------------------------------

    def _show_items(self) -> None:
        empty = {"potential": "", "current": ""}
        self.view.items = [
            {"key": key, "letter": pattern.letter, "title": tr(pattern.title)} | self._drawn.get(pattern, empty)
            for key, pattern in self._patterns.items()
        ]

    def _ask(self) -> None:
        self.explorer.worker.ask("gallery", Priority.LATER, lambda _: self._draw())

    def _draw(self) -> None:
        """Draw one picture, so that more urgent jobs come in between; all are shown together."""
        pattern = next((one for one in self._patterns.values() if one not in self._drawn), None)
        if pattern is None:
            self._show_items()
            return
        try:
            self._drawn[pattern] = thumbnail(pattern)
        except Exception:  # a custom pattern may raise anything; its name stands there
            self._drawn[pattern] = {"potential": "", "current": ""}
        self._ask()

    def _on_message(self, _: object, content: object, buffers: object) -> None:
        key = content.get("pick") if isinstance(content, dict) else None
        if not isinstance(key, str) or key not in self._patterns:
            return
        result = None if self._neuron is None else self._neuron.get(key)
        if result is None or not result.parameters:
            self._pickers.pick(self._patterns[key])
            return
        session = self.explorer.session
        with session.lock:
            shown = session.selection
            opened = session.recalled(shown.model, self._patterns[key])
            found = result.parameters
            self.explorer.messages.attempt("pick", lambda: session.pick(opened.filled(found, shown.dt)))


def _words(form: str) -> dict[str, str]:
    """Return what is said of each status, in a form such as "this neuron: {words}"."""
    return {status: form.format(words=tr(words)) for status, words in WORDS.items()}
