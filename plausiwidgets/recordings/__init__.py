"""Recordings of cells as patterns, and the injected currents of recorded cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plausiwidgets.support.lazy import lazily

if TYPE_CHECKING:
    from plausiwidgets.recordings.injected_current import Injected as Injected
    from plausiwidgets.recordings.recorded_pattern import RecordedPattern as RecordedPattern
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "recordings.injected_current": ("Injected",),
            "recordings.recorded_pattern": ("RecordedPattern",),
        },
    )
