"""Notebook with the selection of the app, for JupyterLab on the same server."""

from __future__ import annotations

from urllib.parse import parse_qs

from plausiwidgets import models, patterns
from plausiwidgets.widgets.handlers.initial_selection import opened
from plausiwidgets.widgets.handlers.mystery import in_link, python_of
from plausiwidgets.widgets.handlers.selection import DEFAULT_MODEL, DEFAULT_PATTERN


def notebook(link: str) -> tuple[str, str]:
    """Return the name and the code of a notebook that opens the selection of a link.

    The code contains only known names and numbers, and no text of the link.

    Raises
    ------
    ValueError
        If a part of the link cannot be used.

    Examples
    --------
    >>> name, code = notebook("model=lif&pattern=tonic_spiking&tau_mem=12.5")
    >>> name, "'tau_mem': 12.5" in code
    ('lif_tonic_spiking', True)
    >>> notebook("model=lif&pattern=tonic_spiking&tau_mem=__import__('os')")
    Traceback (most recent call last):
    ValueError: tau_mem must be a number, got ‘__import__('os')’. The page uses 20.
    """
    hidden = parse_qs(link).get("mystery")
    if hidden:
        key, about, seed = in_link(hidden[0])
        model, pattern = models.get(key), patterns.get(about)
        call = python_of(model, pattern, seed)
    else:
        selection, notes = opened(link, models.get(DEFAULT_MODEL), patterns.get(DEFAULT_PATTERN))
        if notes:
            raise ValueError(" ".join(notes))
        model, pattern = selection.model, selection.pattern
        call = selection.to_python()
    hint = "# Run this cell (Shift+Enter) to show the app."
    return f"{model.key}_{pattern.key}", f"{hint}\nimport plausiwidgets as pw\n\n{call}"
