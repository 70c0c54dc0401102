"""Function ``pw.plot``, which returns the picture of an object as a Plotly figure."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any, TypeVar

import plotly.graph_objects as go

from plausiwidgets import models, patterns
from plausiwidgets.analysis.atlases import Atlas
from plausiwidgets.analysis.impedances import Impedance
from plausiwidgets.analysis.noise_tolerances import NoiseTolerance
from plausiwidgets.analysis.onsets import BifurcationDiagram
from plausiwidgets.analysis.phase_lines import PhaseLine
from plausiwidgets.analysis.phase_planes import PhasePlane
from plausiwidgets.analysis.planes import ParameterPlane
from plausiwidgets.analysis.precisions import Precision
from plausiwidgets.analysis.reliabilities import Reliability
from plausiwidgets.engine.traces import Traces
from plausiwidgets.models import NeuronModel
from plausiwidgets.optimization import Result
from plausiwidgets.optimization.result import pattern_of
from plausiwidgets.patterns import Protocol, Target, Verdict
from plausiwidgets.support.arguments import checked, shown
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.printed import as_image
from plausiwidgets.texts import chosen, speaking, tr
from plausiwidgets.widgets.drawing.lines import own_lines
from plausiwidgets.widgets.drawing.map_cells import grid_of_table
from plausiwidgets.widgets.drawing.map_picture import map_picture
from plausiwidgets.widgets.figures import style
from plausiwidgets.widgets.figures.atlas_figure import atlas_figure
from plausiwidgets.widgets.figures.map_figure import map_figure
from plausiwidgets.widgets.figures.noise_figures import impedance_figure, reliability_figure, tolerance_figure
from plausiwidgets.widgets.figures.pairs_figure import is_sample, pairs_figure
from plausiwidgets.widgets.figures.phase_figure import bifurcations_figure, phase_line_figure, phase_plane_figure
from plausiwidgets.widgets.figures.plane_figure import plane_figure
from plausiwidgets.widgets.figures.precision_figure import precision_figure
from plausiwidgets.widgets.figures.response_figure import Drawn, Rows
from plausiwidgets.widgets.figures.static_image import Figure
from plausiwidgets.widgets.figures.verdict_figure import verdict_figure

A = TypeVar("A")
T = TypeVar("T")

MAX_LANES = 8
"""Maximum number of drawn lanes of traces. A viewer cannot distinguish more colours."""


@checked
def plot(x: object, *, dark: bool = False, language: str | None = None) -> go.Figure:
    """Return the picture of a verdict, a result, traces, a plane or an assessment as a Plotly figure.

    Parameters
    ----------
    x : Verdict, Result, Traces, pandas.DataFrame, or an object of `plausiwidgets.analysis`
        Object to show:

        - Verdict of one parameter set: target, response, current and the measurements of the criteria in the main
          sweep, and small pictures of the other sweeps
        - Result: the verdict of its best parameter set
        - Traces: potential, spikes and current of each lane, or of the first eight lanes
        - ParameterPlane: the loss in each cell, with an outline around the region that shows the pattern, or the
          regions of several patterns
        - PhasePlane: flow, nullclines and fixed points
        - PhaseLine: rate of change and fixed points
        - BifurcationDiagram: fixed points with their stability, and the firing, against the current
        - Impedance: magnitude and phase against the frequency
        - Reliability: the spikes of all trials
        - NoiseTolerance: the share of noise seeds with which the criteria are met, against the noise
        - Atlas: the spike train of each representative in its cell
        - Precision: the verified patterns in each number format
        - Table of :func:`plausiwidgets.assess`: the plausibility map
        - Table of :func:`plausiwidgets.analysis.sample_accepted`: the distribution of each parameter and of each pair
    dark : bool
        Whether the figure is for a dark background.
    language : {"en", "de"}, optional
        Language of the texts. The default is the language of the last explorer, or English without an explorer.

    Returns
    -------
    plotly.graph_objects.Figure
        Figure with a width of 900 px for a verdict, a result or traces. The size of a map depends on its columns.
        ``.show()`` shows the figure, ``.write_html(path)`` saves it, and ``.update_layout(…)`` changes it.

    Raises
    ------
    TypeError
        If the object has no picture.
    ValueError
        For a verdict of several sets, traces without the potential, a table that `assess` did not return, or an unknown
        language.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> figure = pw.plot(pw.judge("izhikevich", "rebound_spike"))
    >>> figure.layout.yaxis.title.text, figure.layout.yaxis3.title.text
    ('potential (mV)', 'I (mV/ms)')
    >>> figure.write_html("rebound.html")                                # doctest: +SKIP
    >>> table = pw.assess(["lif", "izhikevich"], ["tonic_spiking", "rebound_spike"], budget=200)
    >>> pw.plot(table).data[0].text[0][0]
    '✓'
    """
    with speaking(chosen("plot", language)):
        figure = Figure(_picture(x, dark))
    figure._still = _still(x)
    return figure


def _still(x: Any) -> str:
    """Return the picture that a saved notebook shows without Plotly."""
    if isinstance(x, pd.DataFrame):
        if is_sample(x):
            return ""
        return as_image(map_picture(grid_of_table(x)), tr("Map of models and patterns"))
    picture = x._picture()
    return as_image(picture, repr(x)) if picture else ""


@singledispatch
def _picture(x: object, dark: bool) -> go.Figure | dict[str, object]:
    """Return a figure, or the data and the layout of a figure.

    Functions for the supported types are registered below.
    """
    valid = ", ".join(sorted(kind.__name__ for kind in _picture.registry if kind is not object))
    raise TypeError(f"plot: x must be one of {valid}, got {shown(x)}.")


@_picture.register
def _of_verdict(verdict: Verdict, dark: bool) -> go.Figure:
    model = _known(models.get, verdict.model)
    pattern = _known(patterns.get, verdict.pattern) if verdict._judged_on is None else verdict._judged_on
    return verdict_figure(verdict, model, pattern, _target(model, pattern), "yours", dark)


@_picture.register
def _of_result(result: Result, dark: bool) -> go.Figure:
    model = _known(models.get, result.model) if result.problem is None else result.problem.model
    pattern = _known(pattern_of, result)
    return verdict_figure(result.verdict, model, pattern, _target(model, pattern), "best", dark)


def _target(model: NeuronModel | None, pattern: Protocol | None) -> Target | None:
    """Return the target of a pattern, or None if the model or the pattern is unknown or has no target."""
    return None if model is None or pattern is None else patterns.target(pattern)


@_picture.register
def _of_traces(traces: Traces, dark: bool) -> go.Figure:
    model = _known(models.get, traces.model)
    count = min(len(traces), MAX_LANES)
    theme = style.theme(dark)
    colours = [theme.roles["yours"], theme.roles["best"], theme.roles["pinned"], theme.text, *style.MORE]
    dashes = [style.DASHES[role] for role in ("yours", "pinned", "target", "best")]
    lines = [
        Drawn(
            own_lines({"": traces.lane(i)}, model)[""],
            tr("simulation {number}", number=i),
            str(i),
            colours[i],
            dashes[i % len(dashes)],
        )
        for i in range(count)
    ]
    title = traces.model if model is None else tr(model.title)
    if len(traces) > MAX_LANES:
        title = tr("{model}, first {count} of {total} simulations", model=title, count=MAX_LANES, total=len(traces))
    rows = Rows(lines, (traces.potential_unit, traces.current_unit), (), dark)
    return rows.finished(title, (float(traces.t[0]), float(traces.t[-1])))


@_picture.register
def _of_table(table: pd.DataFrame, dark: bool) -> dict[str, object]:
    if is_sample(table):
        return pairs_figure(table, dark)
    try:
        return map_figure(grid_of_table(table), dark)
    except ValueError as error:
        raise ValueError(f"plot: x must be a DataFrame for a map: {error}") from None


@_picture.register
def _of_plane(plane: ParameterPlane, dark: bool) -> dict[str, object]:
    return plane_figure(plane, dark)


@_picture.register
def _of_atlas(atlas: Atlas, dark: bool) -> dict[str, object]:
    return atlas_figure(atlas, dark)


@_picture.register
def _of_precision(precision: Precision, dark: bool) -> dict[str, object]:
    return precision_figure(precision, dark)


@_picture.register
def _of_phase_plane(plane: PhasePlane, dark: bool) -> dict[str, object]:
    return phase_plane_figure(plane, dark)


@_picture.register
def _of_bifurcations(found: BifurcationDiagram, dark: bool) -> dict[str, object]:
    return bifurcations_figure(found, dark)


@_picture.register
def _of_impedance(found: Impedance, dark: bool) -> dict[str, object]:
    return impedance_figure(found, dark)


@_picture.register
def _of_reliability(found: Reliability, dark: bool) -> dict[str, object]:
    return reliability_figure(found, dark)


@_picture.register
def _of_tolerance(found: NoiseTolerance, dark: bool) -> dict[str, object]:
    return tolerance_figure(found, dark)


@_picture.register
def _of_phase_line(line: PhaseLine, dark: bool) -> dict[str, object]:
    return phase_line_figure(line, dark)


def _known(get: Callable[[A], T], name: A) -> T | None:
    """Return the registered object with a name, or None for an unknown name."""
    try:
        return get(name)
    except ValueError:
        return None
