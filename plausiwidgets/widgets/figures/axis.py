"""Axis on the scale of a parameter, with its positions and ticks."""

from __future__ import annotations

import numpy as np

from plausiwidgets.models import Parameter
from plausiwidgets.support.picture import Axis
from plausiwidgets.support.printed import number
from plausiwidgets.widgets.drawing.envelope import Floats


def axis(parameter: Parameter, values: Floats, most: int = 7) -> tuple[Floats, dict[str, object]]:
    """Return the positions of values on a Plotly axis, and the settings of this axis in a layout.

    On a linear axis, the positions are the values. On other axes, they are positions on the parameter's scale, with
    ticks at about `most` values.
    """
    low, high = float(values[0]), float(values[-1])
    positions = np.asarray(parameter.transform(values), dtype=np.float64)
    layout: dict[str, object] = {"title": {"text": parameter.label}, "showgrid": False, "ticks": "outside"}
    if parameter.scale != "linear":
        at = Axis(low, high, scale=parameter.transform).marks(most + 1.0, 1.0)
        layout |= {"tickvals": parameter.transform(at).tolist(), "ticktext": [number(value) for value in at]}
    return positions, layout
