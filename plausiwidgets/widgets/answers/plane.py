"""The plane of two values: where in it the pattern holds, or each of all patterns."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.analysis.planes import ParameterPlane, parameter_plane
from plausiwidgets.patterns import Protocol, names
from plausiwidgets.patterns import get as get_pattern
from plausiwidgets.patterns.all_of import judged
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.widgets.session.selection import Selection
from plausiwidgets.widgets.session.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.answers.answers import Answers, Asked

PATIENCE, PATIENCE_ALL = 15.0, 40.0
"""Expected time in s of a grid, of one pattern and of all, above which the former one is the last."""

WARM = 2
"""Points of a side of a plane that is not sent: after it, the time of another one is not that of a compilation."""

BITS = 31
"""Criteria or patterns of which each cell has whether they hold."""


def plane(answers: Answers, asked: Asked) -> None:
    """Judge one grid after the other, the coarse ones first, on the thread that the system runs last."""
    selection = answers.selection(asked)
    judged(selection.pattern, "draw a plane of")
    grids = sorted(set(asked["points"]))

    def work(asked: Asked, checkpoint: Checkpoint) -> None:
        on_grid(selection, asked["x"], asked["y"], WARM, asked["all"], checkpoint)
        for k, points in enumerate(grids):
            began = monotonic()
            found = on_grid(selection, asked["x"], asked["y"], points, asked["all"], checkpoint)
            checkpoint()
            took = monotonic() - began
            following = (grids[k + 1] / points) ** 2 * took if k + 1 < len(grids) else np.inf
            finer = bool(following < (PATIENCE_ALL if asked["all"] else PATIENCE))
            asked.reply("running" if finer else "done", arrays=_arrays(found), finer=finer, **_fields(found))
            if not finer:
                return

    answers.work(asked, Priority.IDLE, work)


def on_grid(
    selection: Selection, x: str, y: str, points: int, every: bool, checkpoint: Checkpoint | None = None
) -> ParameterPlane:
    """Return the plane of a selection, of its pattern or of all patterns."""
    model = selection.model

    def watch(_: object) -> None:
        if checkpoint is not None:
            checkpoint()

    settings: dict[str, Any] = {
        "points": points, "bounds": {name: selection.bounds[name] for name in (x, y) if name in selection.bounds},
        "dt": selection.dt, "progress": watch,
    }  # fmt: skip
    if not every:
        return parameter_plane(model, selection.pattern, x, y, selection.values, **settings)
    own = {name: selection.values[name] for name in model.parameters}
    patterns: list[str | Protocol] = []
    for key in names():
        pattern = get_pattern(key)
        if pattern is selection.pattern:
            own |= {f"{pattern.prefix}{name}": selection.values[name] for name in pattern.stimulus_names}
        patterns.append(pattern)
    return parameter_plane(model, patterns, x, y, own, **settings)


def _fields(found: ParameterPlane) -> dict[str, Any]:
    (first, *_) = found.verdicts.values()
    criteria = [] if found.several else [check.title for check in first.criteria]
    return {"patterns": list(found.patterns), "criteria": criteria[:BITS], "solved": list(found.solved)}


def _arrays(found: ParameterPlane) -> dict[str, tuple[str, NDArray[Any]]]:
    if found.several:
        missed = ~found.accepted[:BITS]
    else:
        (verdict,) = found.verdicts.values()
        missed = np.stack([~np.asarray(check.passed, dtype=bool) for check in verdict.criteria[:BITS]])
    return {
        "x": ("f8", found.x), "y": ("f8", found.y), "loss": ("f4", found.loss), "unmet": ("u4", bits(missed)),
    }  # fmt: skip


def bits(flags: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Return flags [k, …] of each cell as the bits of a number.

    Examples
    --------
    >>> bits(np.array([[True, False], [True, True]])).tolist()
    [3, 2]
    """
    weights = (1 << np.arange(len(flags), dtype=np.uint32)).astype(np.uint32)
    return np.sum(flags.reshape(len(flags), -1) * weights[:, None], axis=0, dtype=np.uint32)
