"""Types of the fields of a message.

Each type validates values and has a form for TypeScript and for the documentation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from plausiwidgets.support.arguments import shown
from plausiwidgets.support.names import unknown

LONGEST_NAME = 64
"""Maximum number of characters of an id, or of the name of a model, a pattern or a value."""
MAX_NAMES = 300
"""Maximum number of entries of a mapping or a list of names.

Several patterns of a neuron with fifty parameters have fewer.
"""


class Type:
    """Base class of the types of a field."""

    def problem(self, value: object, where: str) -> str:
        """Return an error for the value of a field, or an empty string if the value is valid.

        Parameters
        ----------
        where : str
            Name of the field for the error, such as "dt".
        """
        return "" if self.fits(value) else f"{where} must be {self.words}, got {shown(value)}."

    def fits(self, value: object) -> bool:
        """Return whether a value is valid."""
        raise NotImplementedError

    @property
    def typescript(self) -> str:
        """The type in TypeScript."""
        raise NotImplementedError

    @property
    def words(self) -> str:
        """Accepted values in words."""
        raise NotImplementedError

    def records(self) -> list[Record]:
        """Return the named records that the type contains."""
        return []


@dataclass(frozen=True)
class Text(Type):
    """Type of a text with `least` to `most` characters."""

    most: int = LONGEST_NAME
    least: int = 0

    def fits(self, value: object) -> bool:
        return isinstance(value, str) and self.least <= len(value) <= self.most

    typescript = "string"

    @property
    def words(self) -> str:
        return f"a text of {f'{self.least} to ' if self.least else 'at most '}{self.most} characters"


@dataclass(frozen=True)
class Choice(Type):
    """Type of a text that is one of several choices."""

    among: tuple[str, ...]

    def fits(self, value: object) -> bool:
        return isinstance(value, str) and value in self.among

    @property
    def typescript(self) -> str:
        return " | ".join(f'"{one}"' for one in self.among)

    @property
    def words(self) -> str:
        return " or ".join(f'"{one}"' for one in self.among)


@dataclass(frozen=True)
class Number(Type):
    """Type of a finite number within limits, with its unit."""

    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    above: float = -math.inf

    def fits(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        try:
            number = float(value)
        except OverflowError:
            return False
        return math.isfinite(number) and self.low <= number <= self.high and number > self.above

    typescript = "number"

    @property
    def words(self) -> str:
        ends = [
            f"{sign} {end:g}"
            for sign, end in ((">", self.above), ("≥", self.low), ("≤", self.high))
            if math.isfinite(end)
        ]
        return " ".join(["a finite number", ", ".join(ends), f"({self.unit})" if self.unit else ""]).strip()


@dataclass(frozen=True)
class Whole(Type):
    """Type of an integer within limits."""

    low: int = 0
    high: int = 2**53 - 1

    def fits(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high

    typescript = "number"

    @property
    def words(self) -> str:
        return f"an integer from {self.low} to {self.high}"


@dataclass(frozen=True)
class Flag(Type):
    """Type of a truth value."""

    def fits(self, value: object) -> bool:
        return isinstance(value, bool)

    typescript = "boolean"
    words = "true or false"


@dataclass(frozen=True)
class Measured(Type):
    """Type of a measured number, which is null for nan and a text for an infinity."""

    unit: str = ""

    def fits(self, value: object) -> bool:
        return value is None or value in ("Infinity", "-Infinity") or Number().fits(value)

    typescript = 'number | "Infinity" | "-Infinity" | null'
    words = 'a number, "Infinity", "-Infinity" or null'


@dataclass(frozen=True)
class Nullable(Type):
    """Type of a value that may be null."""

    of: Type

    def fits(self, value: object) -> bool:
        return value is None or self.of.fits(value)

    def problem(self, value: object, where: str) -> str:
        return "" if value is None else self.of.problem(value, where)

    @property
    def typescript(self) -> str:
        return f"{self.of.typescript} | null"

    @property
    def words(self) -> str:
        return f"{self.of.words}, or null"

    def records(self) -> list[Record]:
        return self.of.records()


@dataclass(frozen=True)
class ListOf(Type):
    """Type of a list with `least` to `most` entries of one type."""

    of: Type
    most: int = MAX_NAMES
    least: int = 0

    def fits(self, value: object) -> bool:
        return (
            isinstance(value, (list, tuple))
            and self.least <= len(value) <= self.most
            and all(self.of.fits(one) for one in value)
        )

    @property
    def typescript(self) -> str:
        inner = self.of.typescript
        return f"readonly ({inner})[]" if "|" in inner or " " in inner else f"readonly {inner}[]"

    @property
    def words(self) -> str:
        return f"a list of at most {self.most} entries, each {self.of.words}"

    def records(self) -> list[Record]:
        return self.of.records()


@dataclass(frozen=True)
class Pair(Type):
    """Type of a pair of a lower and an upper end."""

    def fits(self, value: object) -> bool:
        number = Number()
        return isinstance(value, (list, tuple)) and len(value) == 2 and all(map(number.fits, value))

    typescript = "readonly [low: number, high: number]"
    words = "a pair of finite numbers"


@dataclass(frozen=True)
class ByName(Type):
    """Type of a mapping from names of at most `longest` characters to values of one type."""

    of: Type
    most: int = MAX_NAMES
    longest: int = LONGEST_NAME

    def fits(self, value: object) -> bool:
        name = Text(self.longest)
        return (
            isinstance(value, Mapping)
            and len(value) <= self.most
            and all(name.fits(key) and self.of.fits(one) for key, one in value.items())
        )

    def problem(self, value: object, where: str) -> str:
        if isinstance(value, Mapping) and len(value) <= self.most:
            name = Text(self.longest)
            for key, one in value.items():
                wrong = name.problem(key, f"a name in {where}") or self.of.problem(
                    one, f"the value of {key!r} in {where}"
                )
                if wrong:
                    return wrong
            return ""
        return super().problem(value, where)

    @property
    def typescript(self) -> str:
        return f"Readonly<Record<string, {self.of.typescript}>>"

    @property
    def words(self) -> str:
        return f"a mapping of at most {self.most} names, each to {self.of.words}"

    def records(self) -> list[Record]:
        return self.of.records()


@dataclass(frozen=True)
class Record(Type):
    """Type of an object with a fixed set of fields, which has a name in TypeScript."""

    name: str
    fields: Mapping[str, Type] = field(hash=False)

    def fits(self, value: object) -> bool:
        return (
            isinstance(value, Mapping)
            and set(value) == set(self.fields)
            and all(kind.fits(value[name]) for name, kind in self.fields.items())
        )

    def problem(self, value: object, where: str) -> str:
        if isinstance(value, Mapping) and set(value) == set(self.fields):
            for name, kind in self.fields.items():
                if wrong := kind.problem(value[name], f"{name} of {where}"):
                    return wrong
            return ""
        return super().problem(value, where)

    @property
    def typescript(self) -> str:
        return self.name

    @property
    def words(self) -> str:
        return f"an object with {', '.join(self.fields)}"

    def records(self) -> list[Record]:
        return [*(inner for kind in self.fields.values() for inner in kind.records()), self]


@dataclass(frozen=True)
class Data(Type):
    """Type of data in an answer whose form another module defines."""

    about: str
    alias: str = "unknown"

    def fits(self, value: object) -> bool:
        return isinstance(value, (dict, list, str, int, float, bool, type(None)))

    @property
    def typescript(self) -> str:
        return self.alias

    @property
    def words(self) -> str:
        return self.about


@dataclass(frozen=True)
class Optional(Type):
    """Type of a field that a message may omit."""

    of: Type

    def fits(self, value: object) -> bool:
        return self.of.fits(value)

    def problem(self, value: object, where: str) -> str:
        return self.of.problem(value, where)

    @property
    def typescript(self) -> str:
        return self.of.typescript

    @property
    def words(self) -> str:
        return f"{self.of.words}; optional"

    def records(self) -> list[Record]:
        return self.of.records()


Fields = Mapping[str, Type]


def wrong_fields(given: Mapping[str, object], wanted: Fields) -> str:
    """Return an error for the fields of a message, or an empty string if they are valid."""
    for name in given:
        if name not in wanted:
            return str(unknown("", "field", name, wanted))
    for name, kind in wanted.items():
        if name not in given:
            if not isinstance(kind, Optional):
                return f"the field {name} is missing."
        elif wrong := kind.problem(given[name], name):
            return wrong
    return ""
