"""Teaching: exercises, mysteries, codes of answers that students hand in, and lessons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plausiwidgets.support.lazy import lazily

if TYPE_CHECKING:
    from plausiwidgets.teaching.codes import Answer as Answer
    from plausiwidgets.teaching.codes import class_results as class_results
    from plausiwidgets.teaching.codes import read_code as read_code
    from plausiwidgets.teaching.exercises import Exercise as Exercise
    from plausiwidgets.teaching.mysteries import mystery as mystery
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "teaching.codes": ("Answer", "class_results", "read_code"),
            "teaching.exercises": ("Exercise",),
            "teaching.mysteries": ("mystery",),
        },
    )
