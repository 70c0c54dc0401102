"""Impedance, reliability and noise tolerance as Plotly figures with panels."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets import models, patterns
from plausiwidgets.analysis.impedances import Impedance
from plausiwidgets.analysis.noise_tolerances import REQUIRED, NoiseTolerance
from plausiwidgets.analysis.reliabilities import Reliability
from plausiwidgets.texts import tr
from plausiwidgets.widgets.figures import style

WIDTH, GAP = 900, 0.06
"""Width of a figure in px, and distance between two panels as a share of the height."""

LOGARITHMIC = {"type": "log", "dtick": "D2"}
"""Settings of a logarithmic axis with ticks at 1, 2 and 5."""


def impedance_figure(found: Impedance, dark: bool = False) -> dict[str, object]:
    """Return the data and the layout of an impedance, with magnitude and phase against the frequency.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> [trace["name"] for trace in impedance_figure(pw.analysis.impedance("rf"))["data"]]
    ['magnitude', 'resonance', 'phase']
    """
    theme = style.theme(dark)
    data = [_line(found.frequency, found.magnitude, tr("magnitude"), theme.roles["yours"], 1)]
    if np.isfinite(found.resonance):
        peak = _line([found.resonance], [found.magnitude.max()], tr("resonance"), theme.text, 1)
        data.append(peak | {"mode": "markers", "marker": {"size": 11, "color": theme.text}})
    data.append(_line(found.frequency, found.phase, tr("phase"), theme.roles["best"], 2))
    title = f"{_title(found.model)}: {found.notes[0]}"
    axes: list[Mapping[str, object]] = [
        {"title": {"text": f"{tr('magnitude')} ({found.unit})"}, "rangemode": "tozero"},
        {"title": {"text": tr("phase (°)")}, "zeroline": True, "zerolinecolor": theme.line},
    ]
    return _laid_out(data, title, axes, (0.6, 0.4), {**LOGARITHMIC, "title": {"text": tr("frequency (Hz)")}}, theme)


def reliability_figure(found: Reliability, dark: bool = False) -> dict[str, object]:
    """Return the data and the layout of a reliability, with the spikes of all trials and the frozen current.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> figure = reliability_figure(pw.analysis.reliability("lif", trials=5, duration=200.0))
    >>> [trace["name"] for trace in figure["data"]]
    ['constant', 'frozen noise', 'current']
    """
    theme = style.theme(dark)
    panels = [
        (tr("constant"), found.constant, theme.roles["target"]),
        (tr("frozen noise"), found.frozen, theme.roles["yours"]),
    ]
    data, axes = [], []
    for row, (name, events, colour) in enumerate(panels, 1):
        x = np.concatenate(events.spike_times)
        y = np.repeat(np.arange(len(events.spike_times)) + 1.0, [len(times) for times in events.spike_times])
        marks = {"mode": "markers", "marker": {"symbol": "line-ns-open", "size": 7, "color": colour}}
        data.append(_line(x, y, name, colour, row) | marks)
        axes.append({"title": {"text": f"{tr('trial')}<br>({name})"}, "range": [0.0, len(events.spike_times) + 1.0]})
    t = (np.arange(found.current.size) + 0.5) * found.duration / found.current.size
    data.append(_line(t, found.current, tr("current"), theme.text, 3, 1.2))
    unit = f" ({found.unit})" if found.unit not in ("", "1") else ""
    axes.append({"title": {"text": f"I{unit}"}})
    words = tr(
        "{share} % of the spikes are in events of the frozen noise, {constant} % without it",
        share=_percent(found.reliability),
        constant=_percent(found.constant.reliability),
    )
    time = {"title": {"text": tr("time (ms)")}, "range": [0.0, found.duration]}
    return _laid_out(data, f"{_title(found.model)}: {words}", axes, (0.36, 0.36, 0.28), time, theme)


def tolerance_figure(found: NoiseTolerance, dark: bool = False) -> dict[str, object]:
    """Return the data and the layout of a noise tolerance.

    The figure shows the share of noise seeds with which the criteria are met against the noise.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> figure = tolerance_figure(pw.analysis.noise_tolerance("izhikevich", "tonic_spiking"))
    >>> figure["layout"]["xaxis"]["title"]["text"]
    'sd of the noise (% of the amplitude)'
    """
    theme = style.theme(dark)
    line = _line(found.percent, found.share, tr("share of runs"), theme.roles["yours"], 1)
    data = [line | {"mode": "lines+markers", "marker": {"size": 9}}]
    name = tr(patterns.get(found.pattern).title) if found.pattern in patterns.names() else found.pattern
    title = f"{_title(found.model)}, {name}: {tr('noise tolerance')} {found.text}"
    axes = [{"title": {"text": tr("share of runs in which<br>the criteria are met")}, "range": [-0.03, 1.05]}]
    x = {**LOGARITHMIC, "title": {"text": tr("sd of the noise (% of the amplitude)")}}
    figure = _laid_out(data, title, axes, (1.0,), x, theme)
    across = {"type": "line", "xref": "paper", "x0": 0.0, "x1": 1.0, "y0": REQUIRED, "y1": REQUIRED}
    shapes: list[dict[str, object]] = [across | {"line": {"color": theme.line, "dash": "dash", "width": 1.2}}]
    if 0.0 < found.tolerance < math.inf:
        at = {"type": "line", "yref": "paper", "x0": found.tolerance, "x1": found.tolerance, "y0": 0.0, "y1": 1.0}
        shapes.append(at | {"line": {"color": theme.text, "width": 1.2}})
    figure["layout"]["shapes"] = shapes
    return figure


def _line(x: ArrayLike, y: ArrayLike, name: str, colour: str, row: int, width: float = 2.4) -> dict[str, object]:
    suffix = "" if row == 1 else str(row)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "name": name,
        "xaxis": "x",
        "yaxis": f"y{suffix}",
        "line": {"color": colour, "width": width},
        "hovertemplate": "%{x:.4g}, %{y:.4g}",
        "showlegend": False,
    }


def _laid_out(
    data: list[dict[str, object]],
    title: str,
    axes: Sequence[Mapping[str, object]],
    shares: Sequence[float],
    x: Mapping[str, object],
    theme: style.Theme,
) -> dict[str, Any]:
    """Return a figure of panels from top to bottom, each with a share of the height."""
    common = {"ticks": "outside", "showline": True}
    room = 1.0 - GAP * (len(shares) - 1)
    layout: dict[str, Any] = {
        "template": style.template(theme),
        "width": WIDTH,
        "height": 180 + 130 * len(shares) + 100,
        "hovermode": "closest",
        "title": {"text": html.escape(title, quote=False), "x": 0.0, "xref": "paper", "font": {"size": 16}},
        "margin": {"l": 92, "r": 20, "t": 60, "b": 60},
        "xaxis": {**common, **x, "anchor": "y" if len(axes) == 1 else f"y{len(axes)}"},
    }
    top = 1.0
    for row, (axis, share) in enumerate(zip(axes, shares, strict=True), 1):
        bottom = max(top - share * room, 0.0)
        layout["yaxis" if row == 1 else f"yaxis{row}"] = {**common, **axis, "domain": [bottom, top]}
        top = bottom - GAP
    return {"data": data, "layout": layout}


def _title(name: str) -> str:
    return tr(models.get(name).title) if name in models.names() else name


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100.0 * share:.0f}"
