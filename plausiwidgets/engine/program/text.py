"""Text format of programs: a line for each instruction, such as ``x3 = mul x1 p0``, and a line for the outputs.

The first line contains the names of the parameters, which the other lines call ``p0``, ``p1``, …. A colon and a type
follow a value whose type is not evident, that is, neither float64 nor a truth value from a comparison or a literal:
``x4:float32 = cast x3``, ``7:int64``. The last line is ``-> spikes state …``.
"""

from __future__ import annotations

import numpy as np

from plausiwidgets.engine.program.operations import CAST, TABLE
from plausiwidgets.engine.program.program import (
    BOOL,
    DOUBLE,
    FIXED,
    MOVING,
    UNIFORM,
    Instruction,
    Number,
    Program,
    Value,
)


def to_text(program: Program) -> str:
    """Return a program as text.

    Examples
    --------
    >>> to_text(from_text("tau\\nx0 = mul current p0\\n-> 0.0 x0"))
    'tau\\nx0 = mul current p0\\n-> 0.0 x0'
    """
    names = {line.name: f"x{i}" for i, line in enumerate(program.body)}

    def words(*values: Value) -> list[str]:
        return [_number(v) if v.number is not None else names.get(v.name, v.name) for v in values]

    lines = [" ".join(program.parameters)]
    for line in program.body:
        kind = "" if _usual(line) == line.dtype else f":{line.dtype}"
        lines.append(" ".join([names[line.name] + kind, "=", line.operation.name, *words(*line.arguments)]))
    return "\n".join([*lines, " ".join(["->", *words(program.spikes, *program.state)])])


def from_text(text: str) -> Program:
    """Return the program from a text that :func:`to_text` has written.

    Raises
    ------
    ValueError
        If a line does not have the expected form.
    """
    head, *lines, last = text.splitlines()
    known: dict[str, Value] = {}
    body = []
    for line in lines:
        left, _, right = line.partition(" = ")
        name, _, dtype = left.partition(":")
        operation, *words = right.split(" ")
        row = CAST if operation == CAST.name else TABLE.get(operation)
        if row is None:
            raise ValueError(f"program: a line must have the form 'name = operation arguments', got {line!r}.")
        arguments = tuple(_value(word, known) for word in words)
        level = max((a.level for a in arguments), default=UNIFORM)
        made = Instruction(name, row, arguments, np.dtype(dtype) if dtype else BOOL if row.truth else DOUBLE, level)
        known[name] = Value(name, made.dtype, 1, level)
        body.append(made)
    if not last.startswith("-> "):
        raise ValueError(f"program: the last line must have the form '-> spikes state …', got {last!r}.")
    spikes, *state = (_value(word, known) for word in last.removeprefix("-> ").split(" "))
    return Program(tuple(head.split()), tuple(body), spikes, tuple(state))


def _usual(line: Instruction) -> np.dtype:
    """Return the type of an instruction whose text contains no type."""
    return BOOL if line.operation.truth else DOUBLE


def _number(value: Value) -> str:
    return repr(value.number) if _type_of(value.number) == value.dtype else f"{value.number!r}:{value.dtype}"


def _type_of(number: object) -> np.dtype | None:
    return BOOL if isinstance(number, bool) else DOUBLE if isinstance(number, float) else None


def _value(word: str, known: dict[str, Value]) -> Value:
    if word in known:
        return known[word]
    if word[0] in "ps" and word[1:].isdigit():
        return Value(word, DOUBLE, 1, FIXED if word[0] == "p" else MOVING)
    if word in ("current", "dt"):
        return Value(word, DOUBLE, 1, MOVING if word == "current" else UNIFORM)
    text, _, dtype = word.partition(":")
    number: Number
    if text in ("True", "False"):
        number = text == "True"
    else:
        number = int(text) if text.lstrip("-").isdigit() else float(text)
    return Value("", np.dtype(dtype) if dtype else BOOL if isinstance(number, bool) else DOUBLE, 0, UNIFORM, number)
