"""Requests that start, find, pause, resume or stop a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plausiwidgets.widgets.handlers.search import Pace

if TYPE_CHECKING:
    from plausiwidgets.widgets.handlers.requests import Handlers, Request


def search(handlers: Handlers, request: Request) -> None:
    """Start a search. A thread of the host sends its answers."""
    selection = handlers.selection(request)
    settings: dict[str, object] = {
        name: request[name] for name in ("budget", "seed", "popsize") if request.fields.get(name) is not None
    }
    if request["begin"] == "random":
        settings["start"] = None
    pace = Pace() if request.fields.get("pace") else None
    if pace is not None:
        settings["progress"] = pace
    begun = handlers.searches.begin(selection, request.identity, **settings)
    if pace is not None:
        pace.run = begun.run


def running(handlers: Handlers, request: Request) -> None:
    """Send the ids of all searches, then each search from its first evaluation."""
    searches = handlers.searches.all()
    request.reply(searches=[one.identity for one in searches])
    for one in searches:
        handlers.searches.send_whole(one)


def pause(handlers: Handlers, request: Request) -> None:
    """Pause a search."""
    handlers.searches.get(request["of"]).run.pause()
    handlers.searches.hasten()
    request.reply()


def resume(handlers: Handlers, request: Request) -> None:
    """Resume a search."""
    handlers.searches.get(request["of"]).run.resume()
    handlers.searches.hasten()
    request.reply()


def stop(handlers: Handlers, request: Request) -> None:
    """Stop a search."""
    handlers.searches.get(request["of"]).run.stop()
    handlers.searches.hasten()
    request.reply()
