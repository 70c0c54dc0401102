"""Operation count of a neuron, determined from its program, and its measured time per step.

The counting rule is that of Izhikevich, *IEEE Trans. Neural Networks* 15(5), 2004, who counts the floating-point
operations for 1 ms of a neuron, and "assumes that each exponent takes only ten operations":

- 1 for each sum, product, quotient, change of sign, comparison, logical operation and choice between two values;
- 10 for each transcendental function (exponential, logarithm, power, root, sine, …); a sigmoid is an exponential and
  three more operations;
- 0 for a constant, a change of type, and an operation that depends only on the parameters and the time step, because an
  engine computes it once and not in every step.

The count includes the test for a spike and the reset, so it is slightly larger than the numbers of 2004. It describes
one time step as written, independent of the processor, on which a product and a sum may be one instruction.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from plausiwidgets.engine.lane_current import LaneCurrent
from plausiwidgets.engine.lanes import LaneJob, NotCompilableError
from plausiwidgets.engine.program.program import MOVING
from plausiwidgets.models.card import card
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.support.arguments import checked
from plausiwidgets.support.renamed import renamed

if TYPE_CHECKING:
    from plausiwidgets.engine.program.program import Instruction

_ROUND_SECONDS = 4e-3
"""Duration in s of a measurement: long compared with a Python call, but short enough to avoid most interruptions."""
_ROUNDS, _LANES = 50, 320

_counts: WeakKeyDictionary[NeuronModel, int] = WeakKeyDictionary()


def operations(model: str | NeuronModel) -> int:
    """Return the operation count of one time step by Izhikevich's rule (see the module).

    Examples
    --------
    >>> operations("izhikevich_2004")
    19
    """
    from plausiwidgets.engine.compiled.engine import remembered, step_program

    neuron = get(model)
    return remembered(
        _counts, neuron, lambda: sum(_count(line) for line in step_program(neuron).body if line.level == MOVING)
    )


def operations_per_ms(model: str | NeuronModel, dt: float | None = None) -> float:
    """Return the operation count for 1 ms of a neuron, at its own time step or at `dt` (ms)."""
    neuron = get(model)
    return operations(neuron) / check_dt(neuron, dt)


def nanoseconds(model: str | NeuronModel) -> float:
    """Return the measured time of one time step of one neuron, in ns, on one thread.

    The result is the minimum of several measurements of 320 neurons at the default parameters and the default current,
    without the time to start. The measurement takes about 0.2 s.

    Raises
    ------
    NotCompilableError
        If the model cannot be compiled.
    """
    from plausiwidgets.engine.compiled.engine import run_compiled

    neuron = get(model)
    lanes = _LANES
    values = {n: np.full(lanes, p.default) for n, p in neuron.parameters.items()}
    current = LaneCurrent.constant(np.full(lanes, neuron.current.default))
    state = neuron.start(values, np.zeros(lanes))

    def seconds(steps: int) -> float:
        job = LaneJob(neuron, values, state, current, steps, neuron.dt)
        began = time.perf_counter()
        run_compiled(job, threads=1)
        return time.perf_counter() - began

    seconds(10)
    steps = max(int(100 * _ROUND_SECONDS / seconds(100)), 100)
    return min(seconds(steps) for _ in range(_ROUNDS)) / (steps * lanes) * 1e9


@renamed
@dataclass(frozen=True)
class ModelCard:
    """The card of a model for a notebook: equations, state, parameters, presets and operation count.

    Attributes
    ----------
    model : NeuronModel
        The model.
    operations : str
        Operation count of a step, in words.
    """

    model: NeuronModel
    operations: str

    def _repr_html_(self) -> str:
        return card(self.model, self.operations)


@checked
def model_card(model: str | NeuronModel, measure: bool = False) -> ModelCard:
    """Return the card of a model with its operation count and, with `measure`, its measured time per step.

    Raises
    ------
    ValueError
        If no model has this name.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.analysis.model_card("izhikevich_2004").operations
    '19 operations a step, 76 per ms.'
    """
    neuron = get(model)
    try:
        text = f"{operations(neuron)} operations a step, {operations_per_ms(neuron):.0f} per ms."
        if measure:
            ns = nanoseconds(neuron)
            text += f" {ns:.2g} ns a step, {ns / neuron.dt:.3g} per ms, as one of 320 on one thread of this machine."
    except NotCompilableError as reason:
        text = f"The operations cannot be counted: {reason}"
    return ModelCard(neuron, text)


def _count(line: Instruction) -> int:
    """Return the operation count of an instruction, which is 0 for a choice between two constants."""
    choice = line.operation.computes == "choice" and all(a.number is not None for a in line.arguments[1:])
    return 0 if choice else line.operation.operations
