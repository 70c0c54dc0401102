"""JSON form of the instructions of a program, for the player in ``widgets/app/src/engine/program.ts``."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import TYPE_CHECKING, cast

from plausiwidgets.engine.program.operations import CAST
from plausiwidgets.engine.program.program import BOOL, RECORD, Instruction, Part, Value

if TYPE_CHECKING:
    Json = float | str | bool | list["Json"] | dict[str, "Json"] | None

STIMULUS, PROPERTY = ".", "@"
"""First characters of the names of inputs, for stimulus values and for properties of the runner.

The key of a stimulus value is an identifier. Without the first character it could be the name of an instruction.
"""


class Writer:
    """Writer of instructions as JSON, in the form ``[operation, argument, …, attribute, …]``.

    An argument is a number, a truth value, the name of an input, or ``[place]`` for the result of another instruction.
    The runner and its responses are left out, because the app has only one of each.

    Attributes
    ----------
    body : list
        An entry for each instruction.
    """

    def __init__(self, body: tuple[Instruction, ...]) -> None:
        self._places = {line.name: i for i, line in enumerate(body)}
        self.body: list[Json] = [self._line(line) for line in body]

    def argument(self, value: Value) -> Json:
        x = value.number
        if x is None:
            return [self._places[value.name]] if value.name in self._places else value.name.removeprefix(STIMULUS)
        if value.dtype == BOOL:
            return bool(x)
        # JSON has no infinite numbers and no nan.
        return float(x) if math.isfinite(x) else "@nan" if math.isnan(x) else "@inf" if x > 0 else "@-inf"

    def _line(self, line: Instruction) -> Json:
        arguments = [self.argument(a) for a in line.arguments if a.dtype != RECORD or not a.name.startswith(PROPERTY)]
        if line.operation is CAST:  # Numbers in the app have no type, so a conversion is an operation of the table.
            return ["ne", *arguments, 0.0] if line.dtype == BOOL else ["where", *arguments, 1.0, 0.0]
        return [line.operation.name, *arguments, *map(_attribute, line.attributes)]


def _attribute(x: Hashable) -> Json:
    if not isinstance(x, Part):
        return cast("Json", x)
    writer = Writer(x.body)
    return {"body": writer.body, "result": writer.argument(x.result)}
