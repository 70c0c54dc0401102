"""Colours, dashes, sizes and titles of all figures as data, and the Plotly template with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ROLE_TITLES = {"target": "target", "yours": "your neuron", "best": "best of the search"}

SHORT_TITLES = {"target": "target", "yours": "yours", "best": "best"}
"""Short titles of the roles, for little space."""

DASHES = {"target": "4px,3px", "yours": "solid", "best": "10px,3px,2px,3px", "pinned": "12px,4px"}
"""Dashes of the roles, so that the roles do not differ in colour only."""

MORE = ("#009e73", "#cc79a7", "#7a7a7a", "#b8860b")
"""Colours of lines without a role, from Okabe and Ito or similar, which are readable on both backgrounds."""

FONT_SIZE = 15
"""Font size in points."""

LINE_WIDTH = 2.0
"""Width of a trace in px."""


@dataclass(frozen=True)
class Theme:
    """Colours for one background. The line colours are from Okabe and Ito and safe for colour-blind viewers.

    Attributes
    ----------
    paper, text, grid, line : str
        Colours of background, font, grid lines and axis lines.
    roles : mapping of str to str
        Line colour of each role.
    warning : str
        Colour of the mark at which a trace diverged.
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
            "annotationdefaults": {"bgcolor": theme.paper},  # The background of a label hides lines behind it.
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": theme.line, "activecolor": theme.text},
            "xaxis": axis,
            "yaxis": axis,
        }
    }
