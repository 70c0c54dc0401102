"""The cells of a notebook: what a cell made in its former run is closed when it runs again."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any, Protocol
from weakref import ref


class Closed(Protocol):
    """What a cell makes."""

    def close(self) -> None:
        """End its work, and free its memory."""


_made: dict[str, tuple[str, list[ref[Closed]]]] = {}
"""What each cell of the notebook made in its last run."""


def _request() -> Mapping[str, Any]:
    """Return the message that runs the present cell; empty outside of a kernel."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return shell.get_parent() or {} if shell is not None and hasattr(shell, "get_parent") else {}


def runs_without_page() -> bool:
    """Return whether a program such as nbconvert runs the present cell: it names no cell, and nobody sees a widget.

    Voilà runs cells in the same way, but shows the widgets afterwards.
    """
    request = _request()
    is_named = bool((request.get("metadata") or {}).get("cellId"))
    return bool(request.get("header")) and not is_named and "voila" not in os.environ.get("SERVER_SOFTWARE", "")


def close_former_run(made: Closed) -> None:
    """Close what an earlier run of the same cell made: it is no longer shown, and would keep its memory."""
    parent = _request()
    cell, run = (parent.get("metadata") or {}).get("cellId"), (parent.get("header") or {}).get("msg_id")
    if not cell or not run:
        return
    former, others = _made.get(cell, ("", []))
    if former != run:
        for one in others:
            if (old := one()) is not None:
                old.close()
        others = []
    _made[cell] = run, [*others, ref(made)]
