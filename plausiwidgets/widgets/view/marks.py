"""What the criteria measure, drawn over the potential by the page; the JavaScript lives beside this file."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from plausiwidgets.patterns import Check
from plausiwidgets.patterns.marks import Shape


class MarksLayer(anywidget.AnyWidget):
    """A layer over the figure: Plotly's own shapes would be drawn anew with every drag.

    Attributes
    ----------
    shapes : list of dict
        ``form``, ``t0``, ``t1``, ``v0``, ``v1`` (null where there is none), ``text``, the keys of the ``criteria``
        that it belongs to, and whether these hold (``ok``).
    event : bool
        Whether what is shown is less than the whole sweep.
    whole : bool
        Whether a person wants to see the whole sweep all the same.
    """

    _esm = (Path(__file__).parent / "marks.js").read_text("utf-8")
    shapes: t.List = t.List().tag(sync=True)
    event = t.Bool(False).tag(sync=True)
    whole = t.Bool(False).tag(sync=True)

    def show(self, shapes: Iterable[Shape], checks: Iterable[Check]) -> None:
        """Draw shapes, those of several criteria once."""
        passed = {check.key: bool(check.passed) for check in checks}
        merged: dict[tuple[object, ...], dict[str, Any]] = {}
        for shape in shapes:
            if shape.criterion not in passed:
                continue
            place = shape.form, shape.t0, shape.t1, shape.text
            found = merged.setdefault(place, {
                "form": shape.form, "t0": shape.t0, "t1": shape.t1, "text": shape.text,
                "v0": shape.v0 if isfinite(shape.v0) else None, "v1": shape.v1 if isfinite(shape.v1) else None,
                "criteria": [], "ok": True,
            })  # fmt: skip
            found["criteria"].append(shape.criterion)
            found["ok"] = found["ok"] and passed[shape.criterion]
        self.shapes = list(merged.values())
