"""The cells of a notebook: what a cell made in its former run is closed when it runs again."""

from __future__ import annotations

import sys
from typing import Protocol
from weakref import ref


class Closed(Protocol):
    """What a cell makes."""

    def close(self) -> None:
        """End its work, and free its memory."""


_made: dict[str, tuple[str, list[ref[Closed]]]] = {}
"""What each cell of the notebook made in its last run."""


def close_former_run(made: Closed) -> None:
    """Close what an earlier run of the same cell made: it is no longer shown, and would keep its memory."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    parent = shell.get_parent() if shell is not None and hasattr(shell, "get_parent") else {}
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
