"""Translation of Brian2's equations into programs, with the initial state, the threshold and the current."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.program.arrays import stepper
from plausiwidgets.engine.program.neuron import Programs
from plausiwidgets.engine.program.program import Program
from plausiwidgets.engine.program.tracer import StepTracer
from plausiwidgets.interop.brian2_expressions import WHERE, Line, Number, number, steps_of, walk
from plausiwidgets.interop.brian2_units import Units, short
from plausiwidgets.interop.current_range import current_range
from plausiwidgets.models.model import RESERVED, StateVariable
from plausiwidgets.models.parameter import Parameter

if TYPE_CHECKING:
    from brian2.units.fundamentalunits import Dimension

_LONG, _MAX_STEPS = 1000.0, 12_000
"""Maximum duration in ms, and number of steps, of the simulation without a current in which the neuron settles."""
_SHORT, _FEW_STEPS = 300.0, 3000
"""Maximum duration in ms, and number of steps, of the search for the smallest current that elicits a spike."""
_LEFT = "refractory_left"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Code:
    """The statements of a step, in the order in which Brian2 executes them.

    Attributes
    ----------
    update : list of Line
        Brian2's numerical integration of the state variables.
    condition : ast.AST
        Condition for a spike.
    reset : list of Line
        Statements that are executed after a spike.
    once, always : list of Line
        Subexpressions that are constant over a step, and those that are evaluated before and after the update.
    frozen : set of str
        Variables that do not change while the neuron is refractory.
    refractory_time, refractory_condition : ast.expr or None
        Duration of the refractory period after a spike, or the condition for being refractory.
    """

    update: list[Line]
    condition: ast.AST
    reset: list[Line]
    once: list[Line]
    always: list[Line]
    frozen: set[str]
    refractory_time: ast.expr | None
    refractory_condition: ast.expr | None

    @property
    def refracts(self) -> bool:
        """Whether the neuron has a refractory period."""
        return self.refractory_time is not None or self.refractory_condition is not None

    def trees(self) -> list[ast.AST]:
        """Return all syntax trees."""
        lines = [*self.update, *self.reset, *self.once, *self.always]
        optional = (self.refractory_time, self.refractory_condition)
        return [self.condition, *(line.tree for line in lines), *(tree for tree in optional if tree is not None)]


@dataclass
class BrianNeuron:
    """A neuron whose equations Brian2 has checked and integrated.

    Attributes
    ----------
    code : Code
        The statements of a step.
    units : Units
        The units of Brian2.
    order : list of str
        State variables, the membrane potential first.
    current : str
        Name of the injected current.
    dimension : Dimension
        Dimension of the current.
    parameters : list of Parameter
        Parameters of the model.
    constants : dict of str to float
        Values in SI units.
    sizes, shown : dict of str to float, dict of str to str
        Size in SI units, and name, of the unit in which each value is shown.
    initial : dict of str to float
        Initial values from the user, in the unit shown.
    differential : set of str
        Variables with a differential equation.
    spike_level : float or None
        Potential that a spike crosses upwards, if there is no threshold.
    method : str
        Method of the numerical integration.
    own : tuple of str
        Names of the user's constants, without those of Brian2.
    """

    code: Code
    units: Units
    order: list[str]
    current: str
    dimension: Dimension
    parameters: list[Parameter]
    constants: dict[str, float]
    sizes: dict[str, float]
    shown: dict[str, str]
    initial: dict[str, float]
    differential: set[str]
    spike_level: float | None
    method: str = field(default="")
    own: tuple[str, ...] = ()

    def names(
        self, current: Number, state: Sequence[Number], values: Mapping[str, Number], dt: Number
    ) -> dict[str, Number]:
        """Return the value of each name in the equations, in SI units."""
        found = {n: number(x) for n, x in self.constants.items()}
        found |= {p.key: values[p.key] * self.sizes[p.key] for p in self.parameters}
        found |= {n: x * self.sizes[n] for n, x in zip(self.order, state, strict=False)}
        found |= {self.current: current * self.sizes[self.current], "dt": dt * 1e-3}
        for line in self.code.once:
            found[line.target] = walk(line.tree, found)
        return found

    def _subexpressions(self, names: dict[str, Number]) -> None:
        for line in self.code.always:
            names[line.target] = walk(line.tree, names)

    def step(
        self, current: Number, state: Sequence[Number], values: Mapping[str, Number], dt: Number
    ) -> tuple[Number, list[Number]]:
        """Return (spikes, state) after one step."""
        names = self.names(current, state, values, dt)
        self._subexpressions(names)
        free = self._free(state, names)
        names["not_refractory"] = free
        before = dict(names)
        for line in self.code.update:
            names[line.target] = walk(line.tree, names)
        for n in self.code.frozen if self.code.refracts else ():
            names[n] = np.where(free, names[n], before[n])
        self._subexpressions(names)
        if self.spike_level is None:
            fired = np.logical_and(walk(self.code.condition, names), free)
        else:
            v, new_v = state[0], names[self.order[0]] / self.sizes[self.order[0]]
            fired = np.logical_and(v < self.spike_level, new_v >= self.spike_level)
        for line in self.code.reset:
            if line.target not in self.order:
                raise ValueError(f"{WHERE}: reset must change only variables of the neuron, got {line.target!r}.")
            names[line.target] = np.where(fired, walk(line.tree, names), names[line.target])
        new = [names[n] / self.sizes[n] for n in self.order]
        if self.code.refractory_time is not None:
            steps = steps_of(walk(self.code.refractory_time, names), names["dt"])
            new.append(np.where(fired, steps - 1.0, np.maximum(state[-1] - 1.0, 0.0)))
        if self.code.refractory_condition is not None:
            new.append(np.where(fired, 1.0, np.where(free, 0.0, state[-1])))
        return fired, new

    def _free(self, state: Sequence[Number], names: Mapping[str, Number]) -> Number:
        """Return where the neuron is not refractory."""
        if not self.code.refracts:
            return number(True)
        free = cast(Number, state[-1] <= 0.0)
        if self.code.refractory_condition is not None:
            free = cast(Number, np.logical_or(free, np.logical_not(walk(self.code.refractory_condition, names))))
        return free

    def programs(self) -> tuple[Programs, list[StateVariable]]:
        """Return the step as a program, and the state variables."""
        count = len(self.order) + self.code.refracts
        tracer = StepTracer([p.key for p in self.parameters], count)
        parameters = {name: number(value) for name, value in tracer.parameters.items()}
        state = [number(value) for value in tracer.state]
        fired, new = self.step(number(tracer.current), state, parameters, number(tracer.dt))
        states = [StateVariable(f"{n}_" if n in RESERVED else n, self.shown[n]) for n in self.order]
        if self.code.refracts:
            states.append(StateVariable(_LEFT, "1", "Steps for which the neuron stays refractory, or 1 while it does."))
        return Programs(tracer.program(fired, new), tracer.program(0.0, ())), states

    def started(self, programs: Programs, begin: Sequence[float], rest: float, level: float) -> Programs:
        """Return the programs with the initial state, followed by rest and threshold."""
        tracer = StepTracer([p.key for p in self.parameters], 0)
        return Programs(programs.step, tracer.program(0.0, [*begin, rest, level]))

    # -- the initial state, the threshold and the current --------------------------------------------------

    def begin(self, programs: Programs, dt: float, level: float) -> list[float]:
        """Return the initial state: the values from the user, and the steady state of the other variables."""
        state = np.zeros((len(self.order) + self.code.refracts, 1))
        if self.shown[self.order[0]] == "mV":
            # Start below the threshold, so that the neuron does not diverge immediately.
            state[0] = min(0.0, level - 20.0)
        for n, x in self.initial.items():
            state[self.order.index(n)] = x
        if all(n in self.initial for n in self.order if n in self.differential):
            return [float(x) for x in state[:, 0]]
        run = _Run(programs.step, self.parameters, dt)
        for k in range(min(int(_LONG / dt), _MAX_STEPS)):
            _, new = run.step(np.zeros(1), state)
            if not np.isfinite(new).all() or (k > 1000 and np.allclose(new, state, 1e-10, 1e-12)):
                break
            state = new
        for n, x in self.initial.items():
            state[self.order.index(n)] = x
        return [short(x) for x in state[:, 0]]

    def level(self, reference: Mapping[str, float]) -> float | str:
        """Return the threshold of the potential: the name of a parameter, or a number in the unit shown."""
        v = self.order[0]
        if self.spike_level is not None:
            return self.spike_level
        for node in ast.walk(self.code.condition):
            if isinstance(node, ast.Compare) and len(node.ops) == 1:
                sides = [node.left, node.comparators[0]]
                own = [isinstance(x, ast.Name) and x.id == v for x in sides]
                if any(own):
                    other = sides[own.index(True) ^ 1]
                    if isinstance(other, ast.Name) and other.id in {p.key for p in self.parameters}:
                        return other.id
                    values = {p.key: number(p.default) for p in self.parameters}
                    state = [number(reference[n] / self.sizes[n]) for n in self.order]
                    names = self.names(number(0.0), state, values, number(0.1))
                    self._subexpressions(names)
                    return short(float(walk(other, names)) / self.sizes[v])
        unit = "" if self.shown[v] == "1" else f" in {self.shown[v]}"
        raise ValueError(
            f"{WHERE}: the threshold must compare {v!r} with a value, got {ast.unparse(self.code.condition)!r}. "
            f"Pass level, the spike threshold{unit}."
        )

    def found_drive(self, programs: Programs, dt: float, begin: Sequence[float]) -> Parameter:
        """Return the injected current with a range around the smallest one that makes the neuron fire."""
        steps, run = min(int(_SHORT / dt), _FEW_STEPS), _Run(programs.step, self.parameters, dt)

        def count(currents: Floats) -> Floats:
            state, fired = np.repeat(np.array(begin)[:, None], currents.size, axis=1), np.zeros(currents.size)
            for _ in range(steps):
                spikes, new = run.step(currents, state)
                fired += spikes
                state = np.where(np.isfinite(new), new, state)
            return fired

        sizes = 10.0 ** np.linspace(-3.0, 9.0, 181)
        drive = current_range(self.current, self.shown[self.current], sizes, count, WHERE, f"{steps * dt:g} ms", 1)
        for unit, size in (("uA", 1e-6), ("nA", 1e-3)):
            if drive.unit == "pA" and abs(drive.default) * size > (1.0 if unit == "uA" else 5.0):
                default, low, high = (float(f"{x * size:.2g}") for x in (drive.default, drive.low, drive.high))
                return Parameter(self.current, default, low, high, unit)
        return drive


class _Run:
    """Evaluation of a program's steps in NumPy at the default parameters."""

    def __init__(self, program: Program, parameters: Sequence[Parameter], dt: float) -> None:
        inputs = {"dt": dt} | {f"p{i}": np.full(1, p.default) for i, p in enumerate(parameters)}
        self._step = stepper(program, inputs)

    def step(self, current: Floats, state: Floats) -> tuple[Floats, Floats]:
        """Return (spikes, state) after one step, of shapes (lanes,) and (state variables, lanes)."""
        spikes, new = self._step(current, state)
        return spikes, np.stack(new)
