"""Lessons: cards in Markdown with settings of the page and the condition for the next card.

A file starts with its title. A section of the second level is a card if it has a comment with settings, which may be
empty. All other sections are only for readers of the file and do not appear on the page::

    # From spikes to bursts

    ## Slower, and slower

    <!-- card
    pattern: tonic_spiking
    values: amplitude=14, d=6
    free: amplitude
    until: does not hold
    -->

    Drag **amplitude** down. *What happens to the intervals?*

    <details><summary>Answer</summary>

    They grow.

    </details>
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from plausiwidgets.models import NeuronModel
from plausiwidgets.models import get as get_model
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.patterns import Protocol, all_of, judge
from plausiwidgets.patterns import get as get_pattern
from plausiwidgets.patterns.all_of import Judged, judged
from plausiwidgets.patterns.evaluation import complete
from plausiwidgets.patterns.packaged import known_sets, packaged_set
from plausiwidgets.support.arguments import shown
from plausiwidgets.support.names import unknown
from plausiwidgets.teaching.markdown import Node, outside_code, tree

T = TypeVar("T")

SETTINGS = ("model", "pattern", "values", "dt", "free", "until", "tool")

TOOLS = (
    "phase plane",
    "plane",
    "samples",
    "equations",
    "curves",
    "atlas",
    "arithmetic",
    "stimulus",
    "data",
    "mystery",
    "export",
)
"""Tools of the app that a card, and `Explorer.open_tool`, can open."""

_CONDITIONS = "“holds”, “does not hold”, “NAME < NUMBER” or “NAME > NUMBER”, or several of these, separated by commas"
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
_FILE_ENDS = (".md", ".markdown", ".txt")


@dataclass(frozen=True)
class Start:
    """Start of a card: all model and stimulus parameters, and the time step in ms."""

    values: Mapping[str, float]
    dt: float


@dataclass(frozen=True)
class Condition:
    """Condition of a card: whether its pattern is shown, or whether a parameter is below or above a number."""

    holds: bool | None = None
    name: str = ""
    below: float | None = None
    above: float | None = None

    def fulfilled(self, holds: bool, values: Mapping[str, float]) -> bool:
        """Return whether the condition is fulfilled.

        Parameters
        ----------
        holds : bool
            Whether all criteria are met.
        values : mapping of str to float
            Values of the parameters.
        """
        if self.holds is not None:
            return holds == self.holds
        x = values[self.name]
        return x < self.below if self.below is not None else self.above is not None and x > self.above


@dataclass(frozen=True)
class Card:
    """Card of a lesson.

    Attributes
    ----------
    title : str
        Heading of the card.
    line : int
        Line of its heading in the file.
    body : list of Node
        Elements of its text, as in `markdown.tree`.
    model, pattern
        Model and pattern of this card, or of the last card that names one.
    start : Start or None
        Values that the card sets. Without a start the sliders do not change.
    free : tuple of str
        Parameters that the user can change, or all if it is empty.
    until : tuple of Condition
        Conditions that must all be fulfilled for the next card. Without a condition the user can always continue.
    tool : str
        Tool that the card opens, one of `TOOLS` or empty.
    """

    title: str
    line: int
    body: list[Node]
    model: NeuronModel
    pattern: Judged
    start: Start | None
    free: tuple[str, ...]
    until: tuple[Condition, ...]
    tool: str = ""


@dataclass(frozen=True)
class Lesson:
    """Lesson with a title and cards."""

    title: str
    cards: tuple[Card, ...]

    @property
    def shown(self) -> list[tuple[NeuronModel, Judged]]:
        """Pairs of a neuron model and a pattern in the order in which the cards show them."""
        return list({_key(card.model, card.pattern): (card.model, card.pattern) for card in self.cards}.values())

    def start(self, place: int) -> Start:
        """Return the start of a card, which is its own or that of the last previous card with a start."""
        return next(card.start for card in reversed(self.cards[: place + 1]) if card.start is not None)

    def data(self, shown: Sequence[tuple[NeuronModel, Protocol]]) -> dict[str, Any]:
        """Return the cards as data for JSON, each with the index of its pair of model and pattern in `shown`."""
        keys = [_key(*pair) for pair in shown]
        cards = [
            {
                "title": card.title,
                "body": card.body,
                "pattern": keys.index(_key(card.model, card.pattern)),
                "free": list(card.free),
                "start": card.start and {"values": list(card.start.values.items()), "dt": card.start.dt},
                "until": [asdict(condition) for condition in card.until],
                "tool": card.tool,
            }
            for card in self.cards
        ]
        return {"title": self.title, "cards": cards}


def _key(model: NeuronModel, pattern: Protocol) -> tuple[str, str]:
    return model.key, pattern.key


def read_lesson(lesson: str | Path, model: NeuronModel, patterns: Sequence[Protocol] = ()) -> Lesson:
    """Read a lesson that starts with a model, and check each card.

    Parameters
    ----------
    lesson : str or Path
        Markdown text, a Markdown file, or the name of a packaged lesson: ``"lesson"`` (ten minutes), ``"lesson_long"``
        or ``"lesson_de"``.
    model : NeuronModel
        Model of the first cards, until a card names a different one. A card may name this model even if it is not
        registered.
    patterns : sequence of Pattern
        Patterns that a card may name in addition to the registered ones.

    Raises
    ------
    ValueError
        If a setting, a value or a text of a card is invalid, or if a condition is fulfilled at the start of its card.
        The message contains the line.
    OSError
        If the file cannot be read.
    """
    if isinstance(lesson, str) and "\n" not in lesson:
        packaged = packaged_lessons()
        if lesson not in packaged and not lesson.lower().endswith(_FILE_ENDS):
            raise ValueError(
                f"lesson must be a text of several lines, a file ({', '.join(_FILE_ENDS)}) or the name of a packaged "
                f"lesson ({', '.join(packaged)}), got {shown(lesson)}."
            )
        lesson = packaged.get(lesson, Path(lesson))
    text = lesson.read_text(encoding="utf-8") if isinstance(lesson, Path) else lesson
    reader = _Reader(text.splitlines(), model, {pattern.key: pattern for pattern in patterns})
    return reader.lesson()


def packaged_lessons() -> dict[str, Path]:
    """Return the files of the packaged lessons by name."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_notebooks"
    folder = installed if installed.is_dir() else package.parent / "docs"  # an editable installation
    return {path.stem: path for path in sorted(folder.glob("lesson*.md"))}


class _Reader:
    """Reader of the cards of a lesson, of which each continues from the start of the previous one."""

    def __init__(self, lines: Sequence[str], model: NeuronModel, patterns: Mapping[str, Protocol]) -> None:
        self.lines, self.own, self.model, self.patterns = lines, model, model, patterns
        self.pattern: Judged | None = None
        self.start: Start | None = None

    def lesson(self) -> Lesson:
        plain = outside_code(self.lines)
        begins = [k for k, line in plain if line.startswith("## ")]
        title = next((line[2:].strip() for _, line in plain if line.startswith("# ")), "")
        ends = [*begins, len(self.lines)][1:]
        sections = (self._card(first, end) for first, end in zip(begins, ends, strict=True))
        cards = [card for card in sections if card is not None]
        if not title or not cards:
            raise ValueError(
                f"the lesson must have a title and at least one card, got the title {title!r} and {len(cards)} cards. "
                "Write a line “# Title”, and sections “## Title” with a comment “<!-- card -->”."
            )
        return Lesson(title, tuple(cards))

    def _card(self, first: int, end: int) -> Card | None:
        """Return a section as a card, or None if it has no settings."""
        title = self.lines[first][3:].strip()
        settings, lines = self._settings(first + 1, end)
        if settings is None:
            return None
        if "model" in settings:
            self.model = self._at(settings["model"], lambda name: self.own if name == self.own.key else get_model(name))
        if "pattern" in settings:
            self.pattern = self._at(settings["pattern"], self._named)
        if self.pattern is None:
            raise ValueError(f"line {first + 1}: the first card, {title!r}, must set a pattern. Write “pattern: NAME”.")
        begun = self._begin(settings) if {"model", "pattern", "values", "dt"} & set(settings) else None
        free = self._at(settings["free"], self._free) if "free" in settings else ()
        until = self._at(settings["until"], self._until) if "until" in settings else ()
        tool = self._at(settings["tool"], self._tool) if "tool" in settings else ""
        if until and begun is not None:
            holds = bool(judge(self.model, self.pattern, begun.values, dt=begun.dt, verify=False).accepted)
            if all(condition.fulfilled(holds, begun.values) for condition in until):
                line, text = settings["until"]
                raise ValueError(
                    f"line {line}: the condition {text!r} must not be met at the start of the card. Change its values "
                    "or its condition."
                )
        body = tree(lines, first + 2)
        return Card(title, first + 1, body, self.model, self.pattern, begun, free, until, tool)

    def _settings(self, first: int, end: int) -> tuple[dict[str, tuple[int, str]] | None, list[str]]:
        """Return the settings of a section with their lines, and the lines of the section without them.

        The settings are None if the section has no comment.
        """
        lines, found = list(self.lines[first:end]), {}
        plain = outside_code(lines)
        begins = [k for k, line in plain if line.startswith("<!--")]
        for k in begins:
            is_empty = lines[k].split() == ["<!--", "card", "-->"]
            if not (is_empty or lines[k].split() == ["<!--", "card"]) or k != begins[0]:
                raise ValueError(
                    f"line {first + k + 1}: a card must have only one comment, got {shown(lines[k])}. Write "
                    "“<!-- card -->”, or a line “<!-- card”, the settings, and a line “-->”."
                )
            last = k if is_empty else next((j for j in range(k + 1, len(lines)) if lines[j].strip() == "-->"), None)
            if last is None:
                raise ValueError(f"line {first + k + 1}: the settings of this card must end with a line “-->”.")
            for j in range(k + 1, last):
                name, colon, text = lines[j].partition(":")
                name, line = name.strip(), first + j + 1
                if not lines[j].strip():
                    continue
                if name not in SETTINGS or not colon:
                    raise unknown(f"line {line}", "setting of a card", name, SETTINGS)
                if name in found or not text.strip():
                    raise ValueError(
                        f"line {line}: each setting must have a value and occur only once, got {shown(lines[j])}."
                    )
                found[name] = (line, text.strip())
            lines[k : last + 1] = [""] * (last + 1 - k)
        return (found if begins else None), lines

    def _at(self, setting: tuple[int, str], read: Callable[[str], T]) -> T:
        """Read a setting, and add its line to an error."""
        line, text = setting
        try:
            return read(text)
        except ValueError as error:
            raise ValueError(f"line {line}: {error}") from None

    def _named(self, text: str) -> Judged:
        if text in self.patterns:
            return judged(self.patterns[text], "evaluated")
        keys = text.split("+")
        return all_of(*keys) if len(keys) > 1 else judged(get_pattern(text), "evaluated")

    def _begin(self, settings: Mapping[str, tuple[int, str]]) -> Start:
        """Return the start of a card.

        The values of the card replace those of the known set of its pattern, or of the start of the previous card.
        """
        assert self.pattern is not None
        pattern = self.pattern
        if self.start is None or {"model", "pattern"} & set(settings):
            values, dt = self._known(pattern)
        else:
            values, dt = dict(self.start.values), self.start.dt
        if "values" in settings:
            values |= self._at(settings["values"], self._values)
        if "dt" in settings:
            dt = self._at(settings["dt"], self._dt)
        line = next(iter(settings.values()))[0] if "values" not in settings else settings["values"][0]
        complete_values = self._at((line, ""), lambda _: complete(self.model, pattern, values))
        numbers = MappingProxyType({name: float(x) for name, x in complete_values.items()})
        self.start = Start(numbers, dt)
        return self.start

    def _known(self, pattern: Judged) -> tuple[dict[str, float], float]:
        """Return the packaged set, or the first preset of a custom model that shows the pattern, or the defaults."""
        packaged = packaged_set(self.model, pattern)
        for known in known_sets(self.model, pattern) if packaged is None else [packaged]:
            given, dt = known.parameters, known.dt
            if known.verified or judge(self.model, pattern, given, dt=dt, verify=False).accepted:
                return dict(given), dt
        return {}, self.model.dt

    def _parameter(self, name: str) -> str:
        assert self.pattern is not None
        known = self.pattern.parameters(self.model)
        if name not in known:
            raise unknown(f"{self.model.title} with “{self.pattern.title}”", "parameter", name, known)
        return name

    def _values(self, text: str) -> dict[str, float]:
        values = {}
        for part in text.split(","):
            match = re.fullmatch(rf"\s*(\w+)\s*=\s*({_NUMBER})\s*", part)
            if match is None:
                raise ValueError(f"values must have the form NAME=NUMBER, NAME=NUMBER, …, got {shown(part.strip())}.")
            values[self._parameter(match[1])] = float(match[2])
        return values

    def _dt(self, text: str) -> float:
        if not re.fullmatch(_NUMBER, text):
            raise ValueError(f"dt must be a time step in ms, got {shown(text)}.")
        dt = float(text)
        check_dt(self.model, dt)
        return dt

    def _free(self, text: str) -> tuple[str, ...]:
        return tuple(self._parameter(name.strip()) for name in text.split(","))

    def _tool(self, text: str) -> str:
        if text not in TOOLS:
            raise unknown("", "tool", text, TOOLS)
        return text

    def _until(self, text: str) -> tuple[Condition, ...]:
        found = []
        for part in text.split(","):
            words = " ".join(part.split())
            match = re.fullmatch(rf"(\w+) ?([<>]) ?({_NUMBER})", words)
            if words in ("holds", "does not hold"):
                found.append(Condition(holds=words == "holds"))
            elif match is not None:
                name, end = self._parameter(match[1]), float(match[3])
                found.append(Condition(name=name, below=end) if match[2] == "<" else Condition(name=name, above=end))
            else:
                raise ValueError(f"until must be {_CONDITIONS}, got {shown(words)}.")
        return tuple(found)
