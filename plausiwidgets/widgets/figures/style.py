"""Colours, dashes, sizes and words of every figure, as data, and the Plotly template made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ROLE_TITLES = {"target": "target", "yours": "your neuron", "best": "best of the search"}

SHORT_TITLES = {"target": "target", "yours": "yours", "best": "best"}
"""The same where there is little room."""

DASHES = {"target": "4px,3px", "yours": "solid", "best": "10px,3px,2px,3px", "pinned": "12px,4px"}
"""The roles differ in dash as well as in colour."""

MORE = ("#009e73", "#cc79a7", "#7a7a7a", "#b8860b")
"""Further colours of Okabe and Ito, and near them, for lines without a role; readable on both backgrounds."""

FONT_SIZE = 15
"""In points."""

LINE_WIDTH = 2.0
"""Of a trace in px."""


@dataclass(frozen=True)
class Theme:
    """Colours for one background; the lines are Okabe and Ito's colour-blind safe ones.

    Attributes
    ----------
    paper, text, grid, line : str
        Background, font, grid lines and axis lines.
    roles : mapping of str to str
        Line colour of each role.
    warning : str
        Colour of the mark where a trace diverged.
    """

    paper: str
    text: str
    grid: str
    line: str
    roles: Mapping[str, str]
    warning: str


LIGHT = Theme(
    paper="#ffffff",
    text="#222222",
    grid="#e6e6e6",
    line="#8a8a8a",
    roles={"target": "#6b6b6b", "yours": "#0072b2", "best": "#d55e00", "pinned": "#9b3f7b"},
    warning="#b3261e",
)
DARK = Theme(
    paper="#111111",
    text="#e4e4e4",
    grid="#303030",
    line="#7d7d7d",
    roles={"target": "#b4b4b4", "yours": "#56b4e9", "best": "#e69f00", "pinned": "#e08ac4"},
    warning="#ff8a80",
)


def theme(dark: bool) -> Theme:
    """Return the theme for a dark or a light page."""
    return DARK if dark else LIGHT


def template(theme: Theme, size: int = FONT_SIZE) -> dict[str, object]:
    """Return the Plotly template of a theme, with a font size in points."""
    axis = {
        "gridcolor": theme.grid,
        "linecolor": theme.line,
        "tickcolor": theme.line,
        "zeroline": False,
        "title": {"font": {"size": size}},
    }
    return {
        "layout": {
            "paper_bgcolor": theme.paper,
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": theme.text, "size": size},
            "hoverlabel": {"font": {"size": size}},
            "annotationdefaults": {"bgcolor": theme.paper},  # no line runs through a label
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": theme.line, "activecolor": theme.text},
            "xaxis": axis,
            "yaxis": axis,
        }
    }
