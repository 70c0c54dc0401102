"""Messages of searches: begin, find again, pause, resume, stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plausiwidgets.widgets.answers.search import Pace

if TYPE_CHECKING:
    from plausiwidgets.widgets.answers.answers import Answers, Asked


def search(answers: Answers, asked: Asked) -> None:
    """Begin a search; the publisher sends its answers."""
    selection = answers.selection(asked)
    settings: dict[str, Any] = {
        name: asked[name] for name in ("budget", "seed", "popsize") if asked.fields.get(name) is not None
    }
    if asked["begin"] == "random":
        settings["start"] = None
    pace = Pace() if asked.fields.get("pace") else None
    if pace is not None:
        settings["progress"] = pace
    begun = answers.searches.begin(selection, asked.identity, **settings)
    if pace is not None:
        pace.run = begun.run


def running(answers: Answers, asked: Asked) -> None:
    """Send the ids of all searches, then each search starting at its first evaluation."""
    searches = answers.searches.all()
    asked.reply(searches=[one.identity for one in searches])
    for one in searches:
        answers.searches.send_whole(one)


def pause(answers: Answers, asked: Asked) -> None:
    """Pause a search."""
    answers.searches.get(asked["of"]).run.pause()
    answers.searches.hasten()
    asked.reply()


def resume(answers: Answers, asked: Asked) -> None:
    """Resume a search."""
    answers.searches.get(asked["of"]).run.resume()
    answers.searches.hasten()
    asked.reply()


def stop(answers: Answers, asked: Asked) -> None:
    """Stop a search."""
    answers.searches.get(asked["of"]).run.stop()
    answers.searches.hasten()
    asked.reply()
