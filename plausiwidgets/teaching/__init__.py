"""What is for a class: exercises and the codes that are handed in, lessons, mystery neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plausiwidgets.support.lazy import lazily

if TYPE_CHECKING:
    from plausiwidgets.teaching.exercises import Answer as Answer
    from plausiwidgets.teaching.exercises import Exercise as Exercise
    from plausiwidgets.teaching.exercises import class_results as class_results
    from plausiwidgets.teaching.exercises import read_code as read_code
    from plausiwidgets.teaching.mysteries import Mystery as Mystery
    from plausiwidgets.teaching.mysteries import mystery as mystery
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "teaching.exercises": ("Answer", "Exercise", "class_results", "read_code"),
            "teaching.mysteries": ("Mystery", "mystery"),
        },
    )
