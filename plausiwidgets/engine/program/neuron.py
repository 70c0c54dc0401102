"""All functions of a neuron as programs: its step, its initial state, resting potential and threshold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plausiwidgets.engine.program.arrays import evaluate
from plausiwidgets.engine.program.lowest_root import lowest_root
from plausiwidgets.engine.program.program import Program
from plausiwidgets.engine.program.text import from_text, to_text

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Programs:
    """The programs of a neuron.

    Attributes
    ----------
    step : Program
        One time step.
    start : Program
        The state at the constant current ``current``. Its last two state entries are the resting potential and the
        spike threshold in mV. If there is a `balance`, the program reads the potential as ``s0``.
    balance : Program or None
        For a neuron that starts at its lowest resting potential, which has no closed form. The spikes of this program
        are the current through the membrane at the potential ``s0``.
    """

    step: Program
    start: Program
    balance: Program | None = None

    def start_at(self, values: Mapping[str, ArrayLike], current: Floats) -> list[Floats]:
        """Return the state, resting potential and threshold of lanes, each of shape (lanes,)."""
        inputs = {f"p{i}": np.asarray(values[n], dtype=np.float64) for i, n in enumerate(self.start.parameters)}
        inputs["current"] = current
        balance = self.balance
        if balance is not None:
            inputs["s0"] = lowest_root(lambda v: evaluate(balance, inputs | {"s0": v})[0])
        return [np.broadcast_to(x, current.shape) for x in evaluate(self.start, inputs)[1]]

    def __reduce__(self) -> tuple[Callable[[str], Programs], tuple[str]]:
        return read, (self.text(),)

    def text(self) -> str:
        """Return the programs as text, each below its name."""
        named = {"step": self.step, "start": self.start, "balance": self.balance}
        return "\n\n".join(f"[{name}]\n{to_text(program)}" for name, program in named.items() if program) + "\n"


def read(text: str) -> Programs:
    """Return the programs from a text that :meth:`Programs.text` has written."""
    found = {}
    for part in text.strip().split("\n\n"):
        name, _, program = part.partition("]\n")
        found[name.removeprefix("[")] = from_text(program)
    return Programs(**found)
