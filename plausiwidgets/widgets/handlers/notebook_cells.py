"""Cells of a notebook. When a cell runs again, the objects of its former run are closed."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any, Protocol
from weakref import ref


class Closed(Protocol):
    """Object that a cell creates, such as a widget."""

    def close(self) -> None:
        """End the work of the object and free its memory."""


_made: dict[str, tuple[str, list[ref[Closed]]]] = {}
"""Message id of the last run of each cell, and the objects that the run created."""


def _request() -> Mapping[str, Any]:
    """Return the message that runs the current cell, or an empty mapping outside a kernel."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return shell.get_parent() or {} if shell is not None and hasattr(shell, "get_parent") else {}


def runs_without_page() -> bool:
    """Return whether a program such as nbconvert runs the current cell, so that no page shows its widgets.

    The message of such a program has no cell id. Voilà also sends no cell id, but shows the widgets afterwards.
    """
    request = _request()
    is_named = bool((request.get("metadata") or {}).get("cellId"))
    return bool(request.get("header")) and not is_named and "voila" not in os.environ.get("SERVER_SOFTWARE", "")


def close_former_run(made: Closed) -> None:
    """Close the objects of an earlier run of the current cell and register `made`.

    The notebook no longer shows these objects, but they would keep their memory.
    """
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
