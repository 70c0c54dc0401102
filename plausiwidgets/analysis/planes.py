"""Planes of two parameters, with the regions in which a neuron shows one or several patterns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from plausiwidgets import models
from plausiwidgets.analysis.repertoires import distinct_patterns
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models import NeuronModel, Parameter
from plausiwidgets.models.parameter import Floats, check_ends
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.optimization.amplitude import AMPLITUDE, find_thresholds
from plausiwidgets.patterns import Pattern, Protocol, Verdict
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.patterns.evaluation import complete, evaluate
from plausiwidgets.patterns.parameter_set import parameter_set
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.verification import verify_sets
from plausiwidgets.support.arguments import bounded, checked, mapping, whole
from plausiwidgets.support.names import unknown
from plausiwidgets.support.picture import BLUE, TEXT, Axis, Plot, drawn, shade
from plausiwidgets.support.printed import Printed, Table, number
from plausiwidgets.support.progress import ProgressLike, watched
from plausiwidgets.support.renamed import renamed

if TYPE_CHECKING:
    import pandas as pd

S = TypeVar("S", bound=np.generic)

POINTS = 40
"""Default number of points along each side. For most patterns, 1600 sets are evaluated in some tenths of a second."""
MAX_SETS = 100_000
"""Maximum number of evaluated sets of a plane."""
MAX_DRAWN = 6
"""Maximum number of patterns whose planes are drawn in a notebook."""

ALL = "all"
"""Argument that selects all built-in and registered patterns."""


SHADES = 12
"""Number of drawn shades of the loss."""


@renamed
@dataclass(frozen=True, repr=False, eq=False)
class ParameterPlane(Printed):
    """Evaluation of one or several patterns on a grid over two parameters of a neuron.

    Attributes
    ----------
    model : str
        Key of the model.
    axes : tuple of Parameter
        Parameters along x and y.
    x, y : ndarray, shape [nx] and [ny]
        Ascending values of the grid, each evenly spaced on the scale of its parameter.
    parameters : mapping of str to float
        Parameter set of the neuron in the plane. With several patterns, the names of stimulus parameters start with the
        key of their pattern.
    verdicts : mapping of str to Verdict
        Verdicts on the ny × nx sets by the key of the pattern, where x changes fastest.
    solved : tuple of str
        Keys of the patterns whose amplitude was set between its thresholds in every cell.
    several : bool
        Whether several patterns were requested. All arrays then have a leading axis in the order of `patterns`.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> plane = pw.analysis.parameter_plane("lif", "tonic_spiking", "tau_mem", "v_threshold", points=5)
    >>> plane.loss.shape, plane.accepted.dtype
    ((5, 5), dtype('bool'))
    """

    model: str
    axes: tuple[Parameter, Parameter]
    x: Floats
    y: Floats
    parameters: Mapping[str, float]
    verdicts: Mapping[str, Verdict]
    solved: tuple[str, ...] = ()
    several: bool = False

    @property
    def patterns(self) -> tuple[str, ...]:
        """Keys of the patterns."""
        return tuple(self.verdicts)

    @property
    def pair(self) -> tuple[str, str]:
        """Names of the parameters along x and y."""
        return self.axes[0].key, self.axes[1].key

    @property
    def point(self) -> tuple[float, float]:
        """Values of the neuron along x and y."""
        return self.parameters[self.pair[0]], self.parameters[self.pair[1]]

    @property
    def loss(self) -> Floats:
        """Loss of each cell, 0 exactly if every criterion is met, shape [ny, nx] or [patterns, ny, nx]."""
        return self._cells({key: verdict.loss for key, verdict in self.verdicts.items()})

    @property
    def accepted(self) -> NDArray[np.bool_]:
        """Whether every criterion is met at the time step, shape [ny, nx] or [patterns, ny, nx]."""
        return self._cells({key: verdict.accepted for key, verdict in self.verdicts.items()})

    @property
    def status(self) -> NDArray[np.str_]:
        """Status of each cell as in a `Verdict`, shape [ny, nx] or [patterns, ny, nx].

        An accepted cell is ``"unverified"`` without a verification.
        """
        return self._cells({key: verdict.status for key, verdict in self.verdicts.items()})

    @property
    def open_criteria(self) -> NDArray[np.int64]:
        """Number of criteria that are not met, shape [ny, nx] or [patterns, ny, nx]."""
        return self._cells({key: np.sum(_missed(verdict), axis=0) for key, verdict in self.verdicts.items()})

    def unmet(self, row: int, column: int, pattern: str | None = None) -> tuple[str, ...]:
        """Return the titles of the criteria that are not met in the cell of ``y[row]`` and ``x[column]``.

        Parameters
        ----------
        row, column : int
            Indices of the cell in `y` and `x`.
        pattern : str, optional
            Key in `patterns`, by default the first.
        """
        key = self.patterns[0] if pattern is None else pattern
        if key not in self.verdicts:
            raise unknown("unmet", "pattern of this plane", key, self.patterns)
        cell = self._cell(row, column)
        return tuple(check.title for check in self.verdicts[key].criteria if not check.passed[cell])

    def shown_at(self, row: int, column: int) -> tuple[str, ...]:
        """Return the keys of the patterns that are accepted in the cell of ``y[row]`` and ``x[column]``."""
        cell = self._cell(row, column)
        return tuple(key for key, verdict in self.verdicts.items() if verdict.accepted[cell])

    def to_frame(self) -> pd.DataFrame:
        """Return a table with a row for each cell and pattern.

        The columns are both parameters, ``pattern``, ``loss``, ``accepted``, ``status`` and ``open_criteria``, and
        ``amplitude`` if it was solved for.
        """
        import pandas as pd

        x, y = np.meshgrid(self.x, self.y)
        frames = []
        for key, verdict in self.verdicts.items():
            columns = {
                self.pair[0]: x.ravel(),
                self.pair[1]: y.ravel(),
                "pattern": key,
                "loss": verdict.loss,
                "accepted": verdict.accepted,
                "status": verdict.status,
                "open_criteria": _missed(verdict).sum(axis=0),
            }
            if self.solved:
                columns[AMPLITUDE] = verdict.parameters[AMPLITUDE] if key in self.solved else np.nan
            frames.append(pd.DataFrame(columns))
        return pd.concat(frames, ignore_index=True)

    def _cell(self, row: int, column: int) -> int:
        return range(len(self.y))[row] * len(self.x) + range(len(self.x))[column]

    def _cells(self, arrays: Mapping[str, NDArray[S]]) -> NDArray[S]:
        cells = [np.reshape(a, (len(self.y), len(self.x))) for a in arrays.values()]
        return np.stack(cells) if self.several else cells[0]

    def _table(self) -> Table:
        rows = [
            (p.key, p.unit, number(float(values[0])), number(float(values[-1])), number(at))
            for p, values, at in zip(self.axes, (self.x, self.y), self.point, strict=True)
        ]
        cells = len(self.x) * len(self.y)
        notes = []
        for key, verdict in self.verdicts.items():
            count = int(np.sum(verdict.accepted))
            least = f"least loss {number(float(np.nanmin(verdict.loss)), 3)}"
            notes.append(f"{key}: {f'{100 * count / cells:.3g} % of the cells accepted' if count else least}")
        heads = ("value", "unit", "from", "to", "this neuron")
        return Table(repr(self)[1:-1], heads, rows, notes, numbers=(2, 3, 4))

    def _picture(self) -> str:
        ax, ay = self.point
        x, y = (
            Axis(float(v[0]), float(v[-1]), p.label, p.transform)
            for p, v in zip(self.axes, (self.x, self.y), strict=True)
        )
        plots = []
        # Draw a plane for each pattern, because the regions of several patterns would hide each other.
        for key in self.patterns[:MAX_DRAWN]:
            verdict = self.verdicts[key]
            loss = np.reshape(verdict.loss, (len(self.y), len(self.x)))
            worst = max(float(np.nanmax(loss)), 1e-9)
            steps = np.ceil(np.minimum(loss / worst, 1.0) * SHADES) / SHADES
            colours = [[BLUE if at == 0.0 else shade(0.5 + 0.5 * at) for at in row] for row in steps.tolist()]
            title = key if self.several else ""
            colours_of = ((BLUE, "accepted"), (shade(0.55), "near"), (shade(1.0), "far"))
            plot = Plot(x, y, 150.0 if self.several else 260.0, title=title, key=colours_of)
            plots.append(plot.cells(colours).dots(ax, ay, TEXT, size=4.5, hollow=True))
        return drawn(*plots)

    def __repr__(self) -> str:
        what = f"{len(self.patterns)} patterns" if self.several else self.patterns[0]
        counts = [int(np.sum(verdict.accepted)) for verdict in self.verdicts.values()]
        shown = f"{sum(c > 0 for c in counts)} patterns shown" if self.several else f"{counts[0]} cells accepted"
        return (
            f"<ParameterPlane of {self.model}, {what}: {len(self.x)} × {len(self.y)} of {self.pair[0]} and "
            f"{self.pair[1]}, {shown}>"
        )


@checked
def parameter_plane(
    model: str | NeuronModel,
    patterns: str | Protocol | Sequence[str | Protocol],
    x: str,
    y: str,
    parameters: Mapping[str, float] | None = None,
    *,
    points: int = POINTS,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    solve_amplitude: bool | None = None,
    verify: bool = False,
    dt: float | None = None,
    engine: str = "auto",
    progress: ProgressLike = None,
) -> ParameterPlane:
    """Evaluate patterns on a grid over two parameters of a neuron, with the other parameters fixed.

    Parameters
    ----------
    model : str or NeuronModel
        Neuron model, by key or as an object.
    patterns : str or Pattern, a list of several, or "all"
        Patterns to evaluate. Several patterns are evaluated separately, so that their regions can be compared. A
        combined pattern of :func:`plausiwidgets.patterns.all_of` counts as one pattern.
    x, y : str
        Parameters of the model or, with a single pattern, of its stimulus.
    parameters : mapping of str to float, optional
        Parameter set of the neuron in the plane, as in :func:`plausiwidgets.judge`. Parameters that you leave out are
        at their defaults. Without a mapping, the set is the packaged set of the model and the pattern, with its time
        step. Several patterns have no common packaged set, so without a mapping all parameters are at their defaults.
        Their stimulus parameters are named as in `all_of`, such as ``tonic_spiking_amplitude``.
    points : int
        Number of points along each side, at least 2.
    bounds : mapping of str to (float, float), optional
        Ranges of x and y, by default those of the sliders, extended to the values of the neuron.
    solve_amplitude : bool, optional
        Whether the amplitude of each cell is set between its thresholds, for patterns with an amplitude window. The
        amplitude must not be x or y, or an entry of `parameters` with several patterns. The evaluation takes about five
        times as long. The default is True for several patterns, and False for one.
    verify : bool
        Whether to verify accepted cells as in :func:`plausiwidgets.judge`, which takes some ms for each.
    dt, engine
        Arguments of :func:`plausiwidgets.judge`.
    progress : optional
        Progress display, as in :func:`plausiwidgets.judge`.

    Returns
    -------
    ParameterPlane
        To draw it, use :func:`plausiwidgets.plot`.

    Raises
    ------
    ValueError
        If a name is unknown, x and y are equal, or a value is invalid.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> plane = pw.analysis.parameter_plane("lif", "tonic_spiking", "amplitude", "tau_mem", points=8)
    >>> plane
    <ParameterPlane of lif, tonic_spiking: 8 × 8 of amplitude and tau_mem, 12 cells accepted>
    >>> plane.loss.shape, plane.unmet(0, 0)[0]
    ((8, 8), 'fires enough spikes')
    >>> both = pw.analysis.parameter_plane("adex", ["tonic_spiking", "tonic_bursting"], "V_r", "b", points=8)
    >>> both.accepted.sum(axis=(1, 2)).tolist()
    [50, 3]
    """
    neuron = models.get(model)
    everything = isinstance(patterns, str) and patterns == ALL
    several = everything or not isinstance(patterns, (str, Protocol))
    asked = {one.key: one for one in distinct_patterns(None if everything else patterns, "used in a parameter plane")}
    given = mapping(parameters)
    if several:
        step = check_dt(neuron, dt)
        values, held = _held_of_several(neuron, asked, given)
        along: Mapping[str, Parameter] = neuron.parameters
    else:
        (one,) = asked.values()
        chosen, step, _ = parameter_set(neuron, one, parameters, dt)
        values = {name: float(value) for name, value in chosen.items()}
        along = one.parameters(neuron)
        held = {one.key: values}
    for name in (x, y, *mapping(bounds)):
        if name not in along:
            where = "several patterns" if several else f"pattern {next(iter(asked))!r}"
            raise unknown(f"parameter_plane: model {neuron.key!r} with {where}", "parameter", name, along)
    if x == y:
        raise ValueError(f"parameter_plane: x and y must be two different parameters, got {x!r} for both.")
    points = whole("parameter_plane", "points", points, 2)
    bounded("parameter_plane", "number of parameter sets", float(points) ** 2 * len(asked), MAX_SETS)
    grid = [_side(along[name], values[name], mapping(bounds).get(name), points) for name in (x, y)]
    across, up = (side.ravel() for side in np.meshgrid(*grid))
    verdicts, solved = {}, []
    with watched("parameter_plane", progress) as checkpoint:
        for key, one in asked.items():
            sets = {name: np.full(across.size, value) for name, value in held[key].items()} | {x: across, y: up}
            wanted = several if solve_amplitude is None else solve_amplitude
            if (
                wanted
                and amplitude_solvable(one, neuron)
                and AMPLITUDE not in (x, y)
                and one.prefix + AMPLITUDE not in given
            ):
                verdict = _judge_solved(neuron, one, sets, step, engine, checkpoint)
                solved.append(key)
            else:
                verdict = evaluate(neuron, one, sets, step, engine, checkpoint)
            verdicts[key] = verify_sets(neuron, one, verdict, engine, checkpoint) if verify else verdict
    return ParameterPlane(neuron.key, (along[x], along[y]), grid[0], grid[1], values, verdicts, tuple(solved), several)


def _missed(verdict: Verdict) -> NDArray[np.bool_]:
    """Return a mask of the criteria that are not met, shape [criteria, n]."""
    return np.stack([~np.asarray(check.passed, dtype=bool) for check in verdict.criteria])


def _held_of_several(
    model: NeuronModel, asked: Mapping[str, Judged], given: Mapping[str, float]
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Return the values of a neuron under several patterns, and the complete set under each pattern."""
    names = {one.prefix + name: p for one in asked.values() for name, p in one.stimulus_parameters_for(model).items()}
    for name in given:
        if name not in model.parameters and name not in names:
            where = f"parameter_plane: model {model.key!r} with several patterns"
            raise unknown(where, "parameter", name, [*model.parameters, *names])
    own = {name: float(p.check(given.get(name, p.default))) for name, p in model.parameters.items()}
    values, held = dict(own), {}
    for key, one in asked.items():
        stimulus = {n: given[one.prefix + n] for n in one.stimulus_names if one.prefix + n in given}
        held[key] = {name: float(value) for name, value in complete(model, one, own | stimulus).items()}
        values |= {one.prefix + name: held[key][name] for name in one.stimulus_names}
    return values, held


def _side(parameter: Parameter, value: float, asked: tuple[float, float] | None, points: int) -> Floats:
    """Return the values along one side, evenly spaced on the scale of the parameter."""
    low, high = (min(parameter.low, value), max(parameter.high, value)) if asked is None else asked
    check_ends(f"parameter_plane: bounds of {parameter.key!r}", low, high)
    parameter.check([low, high])
    return parameter.check(parameter.from_unit(np.linspace(0.0, 1.0, points), low, high))


def amplitude_solvable(pattern: Judged, model: NeuronModel) -> bool:
    """Return whether the amplitude of a pattern can be set between its thresholds."""
    return (
        isinstance(pattern, Pattern)
        and pattern.amplitude_window is not None
        and pattern.stimulus_parameters_for(model)[AMPLITUDE].low > 0.0
    )


def _judge_solved(
    model: NeuronModel,
    pattern: Judged,
    sets: Mapping[str, Floats],
    dt: float,
    engine: str,
    checkpoint: Checkpoint | None,
) -> Verdict:
    """Evaluate sets at an amplitude between the thresholds of each, or at the given amplitude without thresholds."""
    assert isinstance(pattern, Pattern)
    amplitude = pattern.stimulus_parameters_for(model)[AMPLITUDE]
    runner = Runner(model, sets, dt, engine, checkpoint)
    limits = amplitude.low, amplitude.high
    between = find_thresholds(pattern, runner, limits).amplitude(sets[AMPLITUDE], limits)
    return evaluate(model, pattern, {**sets, AMPLITUDE: between}, dt, engine, checkpoint, settled={"": runner})
