"""The mystery neuron on the screen: match it by hand, race a search, reveal it."""

from __future__ import annotations

import html
from dataclasses import dataclass
from random import SystemRandom

import ipywidgets as w

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.formatting import number
from plausiwidgets.patterns.registry import Named
from plausiwidgets.teaching.mysteries import Mystery, mystery, score
from plausiwidgets.texts import marked, speaking, tr
from plausiwidgets.widgets.answers import search as races
from plausiwidgets.widgets.answers.mystery import SEEDS, in_link, python_line
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.session import Response
from plausiwidgets.widgets.view.panel import Host, Panel
from plausiwidgets.widgets.view.symbols import symbol

HINT = marked(
    "The dashed line is a neuron with hidden parameters. Drag until your spikes meet its spikes: 100 points when "
    "every criterion holds."
)

RACE = marked(
    "The search tries {count} neurons a second, about as many as you see while you drag. Optimize has no such limit."
)


@dataclass
class Game:
    """A mystery that was begun, and what has come of it.

    Attributes
    ----------
    hidden : Mystery
    yours, best : int
        Points of the sliders, and of the best that a search has found; -1 where there are none yet.
    revealed, raced : bool
        Whether the hidden parameters are shown, and whether a search races.
    first : str
        Who had 100 points first in a race.
    """

    hidden: Mystery
    yours: int = -1
    best: int = -1
    revealed: bool = False
    raced: bool = False
    first: str = ""


class MysteryPanel(Panel):
    """Begins a mystery about the shown model and pattern, keeps the score, and reveals it."""

    title = marked("Mystery")
    tip = marked("A neuron with hidden parameters: match it by hand, race CMA-ES, reveal it")

    place = "tools"
    waits = True

    def __init__(self, explorer: Host) -> None:
        super().__init__(explorer)
        self._games: dict[Judged, Game] = {}  # by what matches: undo and redo go from one to another
        self._about: tuple[NeuronModel, Protocol] | None = None
        self._new = w.Button(description=tr("New mystery"), tooltip=tr("Hide other parameters of this model"))
        self._compete = w.Button(
            description=tr("Race CMA-ES"),
            tooltip=tr("A search begins where your sliders are, at a pace that a hand can beat"),
        )
        self._reveal = w.Button(description=tr("Reveal"), tooltip=tr("Show the hidden parameters beside your values"))
        self._text = w.HTML()
        buttons = w.HBox([self._new, self._compete, self._reveal])
        buttons.add_class("pw-mystery-buttons")
        self.view = w.VBox([buttons, self._text])
        self.view.add_class("pw-mystery")
        for button, action in (
            (self._new, self._begin),
            (self._compete, self._on_race),
            (self._reveal, self._on_reveal),
        ):
            button.on_click(lambda _, action=action: explorer.messages.attempt("pick", action))
        self._show()

    def begin(self, model: str | NeuronModel, pattern: Named, seed: int) -> Mystery:
        """Show the mystery of a model, a pattern and a seed; errors as of :func:`plausiwidgets.teaching.mystery`."""
        with speaking(self.explorer.session.lock.language):
            hidden = mystery(model, pattern, seed)
        with self.explorer.session.lock:
            self._games[hidden.pattern] = Game(hidden)
            selection = Selection.of(hidden.model, hidden.pattern, hidden.start, hidden.dt)
            session = self.explorer.session
            # Without a spike to match it is the pattern itself, which is picked for its own sake too.
            show = session.show if hidden.pattern is hidden.about else session.begin
            show(selection.with_free(hidden.moved))
        return hidden

    def open(self, text: str) -> None:
        """Show the mystery that a link names, ``model.pattern.seed``; it comes from anywhere."""
        self.begin(*in_link(text))

    @property
    def shown(self) -> Mystery | None:
        """The mystery, as long as it is what the explorer shows."""
        game = self._game(self.explorer.session.selection)
        return None if game is None else game.hidden

    # -- the session -----------------------------------------------------------------------------

    def on_selection(self, selection: Selection, jumped: bool) -> None:
        """Keep in mind what a new mystery would be about."""
        begun = self._begun(selection.pattern)
        self._about = selection.model, selection.pattern if begun is None else begun.hidden.about
        if jumped:
            self._show()

    def on_response(self, response: Response) -> None:
        """Keep the score of both."""
        game = self._game(response.selection)
        if game is None or response.verdict is None:
            return
        if response.role == "yours" and not game.revealed:
            game.yours = score(response.verdict)
        elif response.role == "best":
            game.best = score(response.verdict)
        if game.raced and not game.first and 100 in (game.yours, game.best):
            game.first = tr("You were first.") if game.yours == 100 else tr("The search was first.")
        self._show()

    def _begun(self, pattern: Protocol) -> Game | None:
        return self._games.get(pattern) if isinstance(pattern, Judged) else None

    def _game(self, selection: Selection) -> Game | None:
        """Return the game that is played with a selection: its mystery is of this very model."""
        game = self._begun(selection.pattern)
        return game if game is not None and selection.is_about(game.hidden.model, game.hidden.pattern) else None

    # -- events ----------------------------------------------------------------------------------

    def _begin(self) -> None:
        assert self._about is not None
        self.begin(*self._about, SystemRandom().randrange(SEEDS))

    def _on_race(self) -> None:
        with self.explorer.session.lock:
            game = self._game(self.explorer.session.selection)
            if game is None:
                return
            game.best, game.raced, game.first = -1, True, ""
            pace = races.Pace()
            pace.run = self.explorer.optimize(progress=pace)
            self._show()

    def _on_reveal(self) -> None:
        with self.explorer.session.lock:
            game = self._game(self.explorer.session.selection)
            if game is not None:
                game.revealed = True
                self._show()

    # -- what is seen ----------------------------------------------------------------------------

    def _show(self) -> None:
        game = self._game(self.explorer.session.selection)
        self._compete.disabled = self._reveal.disabled = game is None
        if game is None:
            text = f"<p>{tr(HINT)}</p>"
        else:
            hidden = game.hidden
            names = ", ".join(symbol(name) for name in hidden.moved)
            text = (
                f'<p class="pw-score"><span>{tr("you")} <b>{_points(game.yours)}</b></span>'
                f"<span>CMA-ES <b>{_points(game.best)}</b></span></p>"
                f"<p>{tr('Hidden: {names}. All others are right.', names=names)}</p>"
                + (f"<p>{game.first or tr(RACE, count=races.TRIES)}</p>" if game.raced else "")
                + (self._answer(hidden) if game.revealed else "")
                + f'<p class="pw-hint">{_to_share(hidden)}</p>'
            )
        self._text.value = text

    def _answer(self, hidden: Mystery) -> str:
        values, true = self.explorer.session.selection.values, hidden.reveal()
        rows = "".join(
            f"<tr><th>{symbol(name)}</th><td>{number(true[name])}</td><td>{number(values[name])}</td>"
            f"<td>{html.escape(hidden.model.parameters[name].unit)}</td></tr>"
            for name in hidden.moved
        )
        head = f"<tr><td></td><td>{tr('hidden')}</td><td>{tr('your value')}</td><td></td></tr>"
        return f'<table class="pw-answer">{head}{rows}</table>'


def _to_share(hidden: Mystery) -> str:
    link, python = (f"<code>{html.escape(text)}</code>" for text in (f"?{hidden.link}", python_line(hidden)))
    return tr("To share it: {link} after the address, or in Python {python}", link=link, python=python)


def _points(points: int) -> str:
    return "–" if points < 0 else str(points)
