"""One step of a model as a straight line of assignments: what the export makes and the kernel runs."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

UNIFORM, FIXED, MOVING = range(3)
"""What a value depends on: dt and constants; parameters as well; the state or the current as well."""

Number = float | int | bool


@dataclass(frozen=True)
class Value:
    """A number of the step: an input, a constant, or the result of an assignment.

    Attributes
    ----------
    text : str
        Name in the kernel's source; empty for a constant.
    dtype : torch.dtype
    dims : {-1, 0, 1}
        A Python number, a 0-d tensor, or a tensor of lanes: what torch's type promotion asks.
    level : int
        ``UNIFORM``, ``FIXED`` or ``MOVING``.
    number : float, int, bool or None
        The value of a constant.
    mask : str or None
        Name of the mask that selected these lanes, for what ``v[mask]`` gave.
    """

    text: str
    dtype: torch.dtype
    dims: int
    level: int
    number: Number | None = None
    mask: str | None = None


@dataclass(frozen=True)
class Assignment:
    """``name = text``, with the names it reads."""

    name: str
    text: str
    dtype: torch.dtype
    level: int
    reads: tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """A step.

    Its inputs are called ``current``, ``dt``, ``s0`` … (state) and ``p0`` … (parameters in the
    order of ``parameters``).

    Attributes
    ----------
    parameters : tuple of str
    body : tuple of Assignment
        In an order that can be run, without what the outputs do not need.
    spikes : str
        Name of a float64, or a literal.
    state : tuple of str
    """

    parameters: tuple[str, ...]
    body: tuple[Assignment, ...]
    spikes: str
    state: tuple[str, ...]

    @property
    def single(self) -> bool:
        """Whether something is computed in float32."""
        return any(line.dtype == torch.float32 for line in self.body)


@dataclass
class Body:
    """Assignments in the making; the same text is computed once."""

    lines: dict[str, Assignment] = field(default_factory=dict)

    def assign(self, text: str, dtype: torch.dtype, dims: int, inputs: list[Value], mask: str | None = None) -> Value:
        """Add ``x = text``, which reads `inputs`, and return x."""
        level = max((v.level for v in inputs), default=UNIFORM)
        if text not in self.lines:
            reads = tuple(dict.fromkeys(v.text for v in inputs if v.text))
            self.lines[text] = Assignment(f"x{len(self.lines)}", text, dtype, level, reads)
        return Value(self.lines[text].name, dtype, dims, level, mask=mask)

    def needed(self, outputs: list[str]) -> tuple[Assignment, ...]:
        """Return the assignments that `outputs` depend on."""
        wanted = set(outputs)
        kept = []
        for line in reversed(self.lines.values()):
            if line.name in wanted:
                wanted.update(line.reads)
                kept.append(line)
        return tuple(reversed(kept))
