"""Plane of two parameters, with the region that shows the pattern or the regions of all patterns."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.analysis.planes import ParameterPlane, amplitude_solvable, parameter_plane
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization.amplitude import AMPLITUDE
from plausiwidgets.patterns import Protocol, names
from plausiwidgets.patterns import get as get_pattern
from plausiwidgets.patterns.all_of import judged
from plausiwidgets.patterns.packaged import known_sets
from plausiwidgets.widgets.handlers.selection import Selection
from plausiwidgets.widgets.handlers.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.handlers.requests import Handlers, Request

PATIENCE, PATIENCE_ALL = 15.0, 40.0
"""Maximum expected time in s of the next finer grid, for one pattern and for all patterns."""

WARM = 2
"""Points per side of a first plane, which is not sent.

This plane compiles the step, so the measured time of the next plane contains no compilation.
"""

BITS = 31
"""Maximum number of criteria or patterns for which each cell has a bit."""


def plane(handlers: Handlers, request: Request) -> None:
    """Evaluate the pattern on increasingly fine grids and send each plane.

    The work runs on the thread with the lowest priority.
    """
    selection = handlers.selection(request)
    judged(selection.pattern, "used in a parameter plane")
    grids = sorted(set(request["points"]))

    def work(request: Request, checkpoint: Checkpoint) -> None:
        on_grid(selection, request["x"], request["y"], WARM, request["all"], checkpoint)
        for k, points in enumerate(grids):
            began = monotonic()
            found = on_grid(selection, request["x"], request["y"], points, request["all"], checkpoint)
            checkpoint()
            took = monotonic() - began
            following = (grids[k + 1] / points) ** 2 * took if k + 1 < len(grids) else np.inf
            finer = bool(following < (PATIENCE_ALL if request["all"] else PATIENCE))
            request.reply("running" if finer else "done", arrays=_arrays(found), finer=finer, **_fields(found))
            if not finer:
                return

    handlers.work(request, Priority.IDLE, work)


def on_grid(
    selection: Selection, x: str, y: str, points: int, every: bool, checkpoint: Checkpoint | None = None
) -> ParameterPlane:
    """Return the parameter plane of a selection, for its pattern or, with `every`, for all patterns."""
    model = selection.model

    def watch(_: object) -> None:
        if checkpoint is not None:
            checkpoint()

    settings: dict[str, Any] = {
        "points": points,
        "bounds": {name: selection.bounds[name] for name in (x, y) if name in selection.bounds},
        "dt": selection.dt,
        "progress": watch,
    }
    if not every:
        return parameter_plane(model, selection.pattern, x, y, selection.values, **settings)
    own = {name: selection.values[name] for name in model.parameters}
    stimuli: dict[str, float] = {}
    patterns = [judged(get_pattern(key), "draw a plane of") for key in names()]
    for pattern in patterns:
        if pattern is selection.pattern:
            shown = {name: selection.values[name] for name in pattern.stimulus_names}
        else:
            shown = nearest_stimulus(model, pattern, own)
            if amplitude_solvable(pattern, model):
                del shown[AMPLITUDE]  # Each cell has its own amplitude.
        stimuli |= {f"{pattern.prefix}{name}": value for name, value in shown.items()}
    return parameter_plane(model, patterns, x, y, own | stimuli, **settings)


def nearest_stimulus(model: NeuronModel, pattern: Protocol, parameters: Mapping[str, float]) -> dict[str, float]:
    """Return the stimulus of the nearest parameter set that shows a pattern, or the default stimulus.

    The distance between two parameter sets is measured on the sliders.
    """
    declared = pattern.stimulus_parameters_for(model)

    def distance(known: Mapping[str, float]) -> float:
        pairs = [(p, known.get(n, p.default), parameters.get(n, p.default)) for n, p in model.parameters.items()]
        return float(np.sum([(p.to_unit(a) - p.to_unit(b)) ** 2 for p, a, b in pairs]))

    nearest = min((known.parameters for known in known_sets(model, pattern)), key=distance, default={})
    return {name: float(nearest.get(name, p.default)) for name, p in declared.items()}


def _fields(found: ParameterPlane) -> dict[str, object]:
    (first, *_) = found.verdicts.values()
    criteria = [] if found.several else [check.title for check in first.criteria]
    return {"patterns": list(found.patterns), "criteria": criteria[:BITS], "solved": list(found.solved)}


def _arrays(found: ParameterPlane) -> dict[str, tuple[str, NDArray[np.generic]]]:
    if found.several:
        missed = ~found.accepted[:BITS]
    else:
        (verdict,) = found.verdicts.values()
        missed = np.stack([~np.asarray(check.passed, dtype=bool) for check in verdict.criteria[:BITS]])
    return {
        "x": ("f8", found.x),
        "y": ("f8", found.y),
        "loss": ("f4", found.loss),
        "unmet": ("u4", bits(missed)),
    }


def bits(flags: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Return flags of shape (k, …) as the bits of one number for each of the remaining entries.

    Examples
    --------
    >>> bits(np.array([[True, False], [True, True]])).tolist()
    [3, 2]
    """
    weights = (1 << np.arange(len(flags), dtype=np.uint32)).astype(np.uint32)
    return np.sum(flags.reshape(len(flags), -1) * weights[:, None], axis=0, dtype=np.uint32)
