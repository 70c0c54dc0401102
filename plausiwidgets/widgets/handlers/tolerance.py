"""The noise that a pattern tolerates, for a neuron that the page cannot simulate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plausiwidgets.analysis.noise_tolerances import noise_tolerance
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.widgets.handlers.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.handlers.requests import Handlers, Request


def tolerance(handlers: Handlers, request: Request) -> None:
    """Measure the noise that the selection tolerates and send the result in words."""
    selection = handlers.selection(request)

    def work(request: Request, checkpoint: Checkpoint) -> None:
        found = noise_tolerance(
            selection.model,
            selection.pattern,
            selection.values,
            request["tau"],
            request["seeds"],
            dt=selection.dt,
            progress=lambda _: checkpoint(),
        )
        request.reply(text=found.text)

    handlers.work(request, Priority.TOOL, work)
