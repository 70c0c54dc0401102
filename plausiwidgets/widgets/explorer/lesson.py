"""A lesson beside the neuron: the cards of a page, which set what the explorer shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl

import traitlets as t

from plausiwidgets.teaching.lessons import Lesson, read_lesson
from plausiwidgets.texts import tr
from plausiwidgets.widgets.page.export import page_file
from plausiwidgets.widgets.session.link import MAX_QUERY
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.view.panel import Host, Panel
from plausiwidgets.widgets.view.script_widget import TRANSLATOR, ScriptWidget

CLASS = "pw-taught"
"""Of an explorer with a lesson: its cards stand where the pictures of the patterns were."""


class LessonView(ScriptWidget):
    """The card, drawn by the script of the page.

    Attributes
    ----------
    lesson : dict
        See :meth:`plausiwidgets.teaching.lessons.Lesson.data`.
    titles : list of str
        Of the patterns of the lesson, for each neuron by themselves.
    card : int
        Place of the card that is shown.
    state : dict
        ``pattern``: place of the shown one among `titles`, or −1; ``values``; ``holds``: None while they are
        not judged.
    """

    _esm = TRANSLATOR + "".join(
        [page_file("elements.js"), page_file("lesson.js"),
         Path(__file__).with_name("lesson.js").read_text("utf-8")]
    )  # fmt: skip
    lesson = t.Dict().tag(sync=True)
    titles: t.List = t.List().tag(sync=True)
    card = t.Int(0).tag(sync=True)
    state: t.Dict = t.Dict({"pattern": -1, "values": {}, "holds": None}).tag(sync=True)


class LessonPanel(Panel):
    """Shows one card at a time; it is made when a lesson is opened."""

    place = "rail"
    order = -2

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self.view = LessonView()
        self.view.on_msg(self._on_message)
        self._lesson: Lesson | None = None
        self._tools: Mapping[str, type[Panel]] = {}

    def open(self, lesson: str | Path, tools: Mapping[str, type[Panel]]) -> None:
        """Begin a lesson for the shown neuron; `tools` by their names. Errors as of :func:`read_lesson`."""
        shown = self.explorer.session.selection
        self._lesson, self._tools = read_lesson(lesson, shown.model, [shown.pattern]), tools
        pairs = self._lesson.shown
        with self.view.hold_sync():
            self.view.titles = [tr(pattern.title) for _, pattern in pairs]
            self.view.lesson = self._lesson.data(pairs)
        self.explorer.add_class(CLASS)
        self._show(0, True)
        self._open(self._lesson.cards[0].tool)

    # -- the session -----------------------------------------------------------------------------

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Wait for the verdict on what was picked."""
        if jumped:
            self._tell(selection, None)

    def on_response(self, response: Response) -> None:
        """Tell the card whether its pattern holds."""
        if response.role == "yours" and response.verdict is not None:
            self._tell(response.selection, bool(response.verdict.accepted))

    def _tell(self, selection: Selection, holds: bool | None) -> None:
        if self._lesson is not None:
            pairs = self._lesson.shown
            place = next((k for k, pair in enumerate(pairs) if selection.is_about(*pair)), -1)
            self.view.state = {"pattern": place, "values": dict(selection.values), "holds": holds}

    # -- the card --------------------------------------------------------------------------------

    def _on_message(self, _: object, content: object, buffers: object) -> None:
        if self._lesson is None or not isinstance(content, dict):
            return
        place, link, tool = content.get("card"), content.get("link"), content.get("tool")
        if isinstance(place, int) and 0 <= place < len(self._lesson.cards):
            self.explorer.messages.attempt("pick", lambda: self._show(place, bool(content.get("sets"))))
        elif isinstance(link, str):
            self.explorer.messages.attempt("pick", lambda: self._follow(link))
        elif isinstance(tool, str):
            self._open(tool)

    def _show(self, place: int, sets: bool) -> None:
        """Show a card, and what it sets; without that, only what it locks."""
        assert self._lesson is not None
        card, session = self._lesson.cards[place], self.explorer.session
        with session.lock:
            self.view.card = place
            selection = session.selection.with_locked(())
            if sets:
                start = self._lesson.start(place)
                selection = Selection.of(card.model, card.pattern, start.values, start.dt)
            fixed = [name for name in selection.values if card.free and name not in card.free]
            session.show(selection.with_locked(fixed))
            self.explorer.messages.clear("note")  # which slider is locked is seen, and the card says what to do

    def _open(self, tool: str) -> None:
        if tool in self._tools:
            self.explorer.open_tool(self._tools[tool])

    def _follow(self, link: str) -> None:
        """Go where a link of a card leads: to a card, or to other values."""
        assert self._lesson is not None
        fields = dict(parse_qsl(link[:MAX_QUERY]))
        card = fields.pop("card", "")
        if card.isascii() and card.isdigit() and 0 < int(card) <= len(self._lesson.cards):
            self._show(int(card) - 1, True)
        session = self.explorer.session
        with session.lock:
            own = session.selection
            found, notes = Selection.from_query(link, own.model, own.pattern)
            named = own if found.is_about(own.model, own.pattern) else found
            given = {
                name: value
                for name, value in found.values.items()
                if ("pattern" in fields or name in fields) and name not in named.locked
            }
            dt = own.dt if found.model is own.model and "dt" not in fields else found.dt
            if fields:
                session.show(named.filled({**named.values, **given}, dt))
        if notes:
            self.explorer.messages.note(notes)
