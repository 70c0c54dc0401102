"""Cards of a lesson as data for the app."""

from __future__ import annotations

from collections.abc import Callable

from plausiwidgets.models import NeuronModel
from plausiwidgets.patterns import Protocol
from plausiwidgets.teaching.lessons import Lesson


def lesson_data(
    lesson: Lesson, name_of_model: Callable[[NeuronModel], str], name_of_pattern: Callable[[Protocol], str]
) -> dict[str, object]:
    """Return the data of the cards for JSON, with the page's names of their models and patterns."""
    data = lesson.data(lesson.shown)
    for entry, card in zip(data["cards"], lesson.cards, strict=True):
        entry |= {"model": name_of_model(card.model), "pattern": name_of_pattern(card.pattern)}
    return data
