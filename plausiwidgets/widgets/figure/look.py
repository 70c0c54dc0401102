"""Colours, sizes and words of the explorer's figure, as data."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("target", "live", "best")

ROLE_TITLES = {"target": "target", "live": "yours", "best": "best found"}

DASHES = {"target": "4px,3px", "live": "solid", "best": "10px,3px,2px,3px"}
"""The roles differ in dash as well as in colour."""

RASTER_ROWS = {"target": 2.0, "live": 1.0, "best": 0.0}

FONT_SIZE = 15
"""Points on a 1400 px page: readable from the back row of a classroom."""


@dataclass(frozen=True)
class Theme:
    """Colours for one background; the lines are Okabe and Ito's colour-blind safe ones.

    Attributes
    ----------
    paper, text, grid, line : str
        Background, font, grid lines and axis lines.
    roles : mapping of str to str
        Line colour of target, live and best.
    warning : str
        Colour of the mark where a trace diverged.
    """

    paper: str
    text: str
    grid: str
    line: str
    roles: dict[str, str]
    warning: str


LIGHT = Theme(
    paper="#ffffff",
    text="#222222",
    grid="#e6e6e6",
    line="#8a8a8a",
    roles={"target": "#6b6b6b", "live": "#0072b2", "best": "#d55e00"},
    warning="#b3261e",
)
DARK = Theme(
    paper="#111111",
    text="#e4e4e4",
    grid="#303030",
    line="#7d7d7d",
    roles={"target": "#b4b4b4", "live": "#56b4e9", "best": "#e69f00"},
    warning="#ff8a80",
)


def theme(dark: bool) -> Theme:
    """Return the theme for a dark or a light page."""
    return DARK if dark else LIGHT
