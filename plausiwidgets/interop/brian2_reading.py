"""Reader of Brian2's equations, which takes the units and the update of a step from Brian2."""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, SupportsFloat

import numpy as np

from plausiwidgets.interop.brian2_expressions import WHERE, Line, statements, tree_of
from plausiwidgets.interop.brian2_neuron import BrianNeuron, Code
from plausiwidgets.interop.brian2_units import Units, guess, in_si, is_number, is_quantity
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.arguments import shown
from plausiwidgets.support.names import unknown

if TYPE_CHECKING:
    from brian2 import Equations, NeuronGroup, Quantity
    from brian2.units.fundamentalunits import Dimension

_POTENTIALS = ("v", "V", "vm", "Vm")
"""Common names of the membrane potential."""


@dataclass(frozen=True)
class GroupArguments:
    """The arguments of Brian2's ``NeuronGroup`` and the settings of the user.

    Attributes
    ----------
    eqs : str or Equations
        The equations.
    threshold, reset : str
        Condition for a spike, and statements after a spike.
    refractory : Quantity or str
        Duration of the refractory period, or condition for it.
    method : str or tuple of str or None
        Method of the numerical integration.
    space : mapping of str to object
        Values of names, some of which the equations use.
    parameters : sequence of Parameter or None
        Parameters from the user, or None to derive them from the constants.
    current : str or Parameter
        The injected current.
    dt : float
        Time step in ms.
    initial : mapping of str to object
        Initial values as numbers in the unit shown, or as quantities.
    potential : str or None
        Name of the membrane potential.
    spike_level : float or None
        Potential that a spike crosses upwards, if there is no threshold.
    """

    eqs: object
    threshold: str | None
    reset: str
    refractory: str | SupportsFloat
    method: str | tuple[str, ...] | None
    space: Mapping[str, object]
    parameters: Sequence[Parameter] | None
    current: str | Parameter
    dt: float
    initial: Mapping[str, object]
    potential: str | None
    spike_level: float | None


def read(b2: ModuleType, words: GroupArguments) -> BrianNeuron:
    """Return the neuron that Brian2's equations describe.

    Raises
    ------
    ValueError
        If the equations contain noise, or linked or summed variables, if the current or the potential does not exist,
        or if a value is missing.
    """
    return _Reading(b2, words).neuron()


def _checked_equations(b2: ModuleType, eqs: object) -> Equations:
    """Return the equations after checking that they describe one deterministic neuron."""
    made = b2.Equations(eqs) if isinstance(eqs, str) else eqs
    if not isinstance(made, b2.Equations):
        raise TypeError(f"{WHERE}: eqs must be a string or Equations from Brian2, got {shown(eqs)}.")
    if made.stochastic_variables:
        noise = ", ".join(sorted(made.stochastic_variables))
        raise ValueError(f"{WHERE}: the equations must be deterministic, but they have noise ({noise}).")
    for name, equation in made.items():
        for flag in ("linked", "summed", "event-driven", "clock-driven", "shared"):
            if flag in equation.flags:
                raise ValueError(
                    f"{WHERE}: {name!r} must not be ({flag}), because a model is one neuron without synapses."
                )
    return made


class _Reading:
    """Reader that collects the parts of a neuron in the order in which they depend on each other."""

    def __init__(self, b2: ModuleType, words: GroupArguments) -> None:
        self.b2, self.words, self.units = b2, words, Units(b2)
        self.eqs = _checked_equations(b2, words.eqs)
        self.drive = words.current if isinstance(words.current, Parameter) else None
        self.current = words.current.key if isinstance(words.current, Parameter) else words.current
        self.stated = [n for n, e in self.eqs.items() if e.type == "parameter" and n != self.current]
        self.used = self._identifiers()
        self.own = self._constants()
        self._check_current()
        self.given = {p.key: p for p in words.parameters or ()}
        self._check_values()
        self.dims = self._dimensions()
        if words.parameters is None:
            guesses = {n: guess(n, float(x), self.dims[n], self.units) for n, x in self.own.items()}
            self.given = {n: found for n, found in guesses.items() if found is not None}

    def _code_text(self) -> str:
        refractory = self.words.refractory
        parts = [self.words.threshold, self.words.reset, refractory if isinstance(refractory, str) else ""]
        return " ".join(filter(None, parts))

    def _identifiers(self) -> set[str]:
        from brian2.utils.stringtools import get_identifiers

        text = self._code_text()
        return set(self.eqs.identifiers) | (get_identifiers(text) if text else set())

    def _constants(self) -> dict[str, Quantity | float]:
        """Return the constants of the equations with their values, in the order of their first use in the text."""
        text, space = " ".join([str(self.eqs), self._code_text()]), self.words.space
        places = {n: m.start() if (m := re.search(rf"\b{n}\b", text)) else len(text) for n in self.used}
        return {
            n: space[n]
            for n in sorted(self.used, key=lambda n: (places[n], n))
            if n in space and n not in self.eqs and n != self.current and is_quantity(space[n])
        }

    def _check_current(self) -> None:
        name, eqs = self.current, self.eqs
        if name not in self.used and name not in eqs:
            names = {*self.used, *eqs.names} - set(eqs.diff_eq_names)
            if own := sorted(n for n in names if not hasattr(self.b2, n)):
                raise unknown(WHERE, "current", name, own)
            raise ValueError(
                f"{WHERE}: the equations must have a current {name!r}. If the neuron's input comes from synapses, add "
                f"a current to the equations, such as '+ {name}' and '{name} : volt'."
            )
        if name in eqs and eqs[name].type != "parameter":
            raise ValueError(
                f"{WHERE}: the current {name!r} must be a parameter of the equations, such as '{name} : amp', or a "
                f"name that they do not define, got a {eqs[name].type!s}."
            )

    def _check_values(self) -> None:
        for n in self.stated:
            if n not in self.given and n not in self.words.initial:
                raise ValueError(
                    f"{WHERE}: the parameter {n!r} of the equations must have a value. Pass "
                    f"parameters=[pw.Parameter({n!r}, …)] or initial={{{n!r}: …}}. The only current is "
                    f"{self.current!r}."
                )
        for n in self.given:
            if n not in self.own and n not in self.stated:
                raise unknown(WHERE, "parameter", n, [*self.own, *self.stated])

    def _dimensions(self) -> dict[str, Dimension]:
        """Return the dimension of each variable and constant, and of the current."""
        dims = {n: self.eqs[n].dim for n in self.eqs} | {n: self.b2.get_dimensions(x) for n, x in self.own.items()}
        if self.current not in self.eqs:
            if self.drive is not None and self.drive.unit not in ("", "1"):
                dims[self.current] = self.units.parsed(self.drive.unit).dim
            else:
                usual = 1.0 * self.b2.amp if self.drive is None else 1.0
                dims[self.current] = self.b2.get_dimensions(self.words.space.get(self.current, usual))
        return dims

    def _group(self) -> tuple[NeuronGroup, str]:
        """Return a group of one neuron with Brian2's update code, and the name of the integration method."""
        from brian2.utils.logger import catch_logs

        b2, words, space = self.b2, self.words, dict(self.own)
        if self.current not in self.eqs:
            unit = b2.Quantity(1.0, dim=self.dims[self.current])
            is_timed = re.search(rf"\b{self.current}\s*\(\s*t\s*\)", str(self.eqs)) is not None
            space[self.current] = b2.TimedArray(np.ones(1) * unit, dt=1 * b2.ms) if is_timed else unit
        # Brian2 logs, for example, the method that it chooses.
        with catch_logs(log_level=logging.INFO) as messages:
            group = b2.NeuronGroup(
                1,
                self.eqs,
                threshold=words.threshold,
                reset=words.reset or None,
                refractory=words.refractory,
                method=words.method or ("exact", "exponential_euler", "euler"),
                namespace=space,
                dt=words.dt * b2.ms,
            )
            # The group belongs to no network, so Brian2 must not warn about that.
            group._network = False
            group.before_run({})
            group.state_updater.update_abstract_code({})
            if words.threshold is not None:
                group.thresholder["spike"].update_abstract_code({})
            chosen = [m[1] for _, _, text in messages if (m := re.search(r"using method '(\w+)'", text))]
        return group, f"method {chosen[0] if chosen else words.method}"

    def _order(self, resets: list[Line]) -> list[str]:
        """Return the state variables: the potential, the other variables, and the parameters that a reset changes."""
        differential = self.eqs.diff_eq_names
        usual = next((n for n in _POTENTIALS if n in differential), sorted(differential)[0])
        potential = self.words.potential or usual
        if potential not in differential:
            raise unknown(WHERE, "potential", potential, sorted(differential))
        changed = {line.target for line in resets}
        others = [n for n in self.eqs if n in differential and n != potential]
        return [potential, *others, *(n for n in self.stated if n in changed and n not in self.given)]

    def _initial(self, order: list[str]) -> dict[str, float]:
        """Return the initial values from the user, in SI units."""
        found = {}
        for n, x in self.words.initial.items():
            if n not in self.dims:
                raise unknown(f"{WHERE}: initial", "name", n, [*order, *self.stated])
            size = self.units.of(self.dims[n])[1]
            found[n] = in_si(x, self.dims[n], size, f"{WHERE}: initial {n!r}")
        return found

    def _code(self, group: NeuronGroup, resets: list[Line], order: list[str]) -> Code:
        lines = group.state_updater.abstract_code.splitlines()
        update = "\n".join(line for line in lines if not line.startswith("not_refractory ="))
        once: list[Line] = []
        always: list[Line] = []
        for equation in self.eqs.ordered:
            if equation.type == "subexpression":
                kind = once if "constant over dt" in equation.flags else always
                kind.append(Line(equation.varname, tree_of(str(equation.expr))))
        moving = {*order, *(line.target for line in [*once, *always])}
        time, condition = _refractoriness(self.words.refractory, moving)
        return Code(
            statements(update, WHERE),
            tree_of(self.words.threshold or "False"),
            resets,
            once,
            always,
            {n for n in self.eqs.diff_eq_names if "unless refractory" in self.eqs[n].flags},
            time,
            condition,
        )

    def neuron(self) -> BrianNeuron:
        """Return the neuron.

        Errors of Brian2 about units and methods are raised here.
        """
        group, method = self._group()
        resets = statements(self.words.reset, f"{WHERE}: reset")
        order = self._order(resets)
        shown_in = {n: self.units.of(self.dims[n]) for n in [*order, *self.given, self.current]}
        sizes = {n: size for n, (_, size) in shown_in.items()}
        ranged = {**self.given, **({} if self.drive is None else {self.current: self.drive})}
        for n, p in ranged.items():
            sizes[n] = self.units.size(p.unit, self.dims[n], f"{WHERE}: Parameter {n!r}")
        begins = self._initial(order)
        code = self._code(group, resets, order)
        return BrianNeuron(
            code=code,
            units=self.units,
            order=order,
            current=self.current,
            dimension=self.dims[self.current],
            parameters=list(self.given.values()),
            constants=self._all_constants(code, order, begins),
            sizes=sizes,
            shown={n: unit for n, (unit, _) in shown_in.items()},
            initial={n: x / sizes[n] for n, x in begins.items() if n in order},
            differential=set(self.eqs.diff_eq_names),
            spike_level=self.words.spike_level,
            method=method,
            own=tuple(self.own),
        )

    def _all_constants(self, code: Code, order: list[str], begins: Mapping[str, float]) -> dict[str, float]:
        """Return the constants in SI units, including Brian2's units and physical constants."""
        constants = {"inf": np.inf, "pi": np.pi, "e": np.e}
        constants |= {n: float(x) for n, x in self.own.items() if n not in self.given}
        constants |= {n: begins[n] for n in self.stated if n in begins and n not in self.given and n not in order}
        known = {*constants, *self.given, *order, self.current}
        known |= {line.target for line in [*code.once, *code.always]}
        names = {node.id for tree in code.trees() for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for n in names - known:
            value: object = getattr(self.b2, n, None)
            if is_number(value):
                constants[n] = float(value)
        return constants


def _refractoriness(given: str | SupportsFloat, moving: set[str]) -> tuple[ast.expr | None, ast.expr | None]:
    """Return the refractory period as (duration, condition), in which at most one entry is not None."""
    if not isinstance(given, str):
        is_given = given is not False and float(given) > 0.0
        return ast.Constant(float(given)) if is_given else None, None
    tree = ast.parse(given.strip(), mode="eval").body
    if isinstance(tree, ast.Compare | ast.BoolOp) or (isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)):
        return None, tree
    if changes := moving & {x.id for x in ast.walk(tree) if isinstance(x, ast.Name)}:
        raise ValueError(
            f"{WHERE}: refractory must be a condition, or a time that depends only on parameters and constants, "
            f"got a time that changes with {', '.join(sorted(changes))}."
        )
    return tree, None
