"""A neuron in Brian2's words: Brian2 checks the units and writes the update of a step, which becomes rows of a program.

Nothing is evaluated as text: the syntax trees of the update, of threshold, reset and refractoriness are walked. A step
is Brian2's: the state is integrated, then the threshold is tested, then what fired is reset. Torch is not needed.
"""

from __future__ import annotations

import ast
import logging
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from plausiwidgets.engine.program.arrays import stepper
from plausiwidgets.engine.program.neuron import Programs
from plausiwidgets.engine.program.program import Program
from plausiwidgets.engine.program.step import ProgramStep
from plausiwidgets.engine.program.tracer import StepTracer, Traced
from plausiwidgets.models.model import RESERVED, NeuronModel, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.arguments import checked, finite, shown
from plausiwidgets.support.names import unknown
from plausiwidgets.support.quiet import imported

_LONG, _MAX_STEPS = 1000.0, 12_000
"""How long a neuron is run without a current until it rests: ms, and steps."""
_SHORT, _FEW_STEPS = 300.0, 3000
"""The same for the smallest current that makes it fire."""
KEY = "brian2_neuron"
"""Of a neuron that the user gives none."""
_LEFT = "refractory_left"
WHERE = "from_brian2"
"""What a message begins with."""

Number = Any
"""A float, an array, or a traced value."""


# ------------------------------------------------------------------ expressions


def _exprel(x: Number) -> Number:
    """Return (exp(x) − 1)/x, and its limit at 0, as Brian2 does."""
    near = abs(x) < 1e-16
    return np.where(near, 1.0, np.expm1(x) / np.where(near, 1.0, x))


_FUNCTIONS: dict[str, Callable[..., Number]] = {
    **{
        name: getattr(np, name)
        for name in (
            "exp",
            "log",
            "log10",
            "expm1",
            "log1p",
            "sqrt",
            "sin",
            "cos",
            "tan",
            "sinh",
            "cosh",
            "tanh",
            "arcsin",
            "arccos",
            "arctan",
            "floor",
            "ceil",
            "sign",
        )
    },
    "abs": np.abs,
    "clip": lambda x, low, high: np.clip(x, *(None if _is_infinite(y) else y for y in (low, high))),
    "exprel": _exprel,
    "int": lambda x: 1.0 * x if _is_truth(x) else np.trunc(x),
    "timestep": lambda t, dt: np.floor((t + 1e-3 * dt) / dt),
}
"""Brian2's functions without chance."""
_BINARY: dict[type, Callable[[Number, Number], Number]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
    ast.Mod: np.mod,
    ast.FloorDiv: lambda a, b: np.floor(a / b),
}
_COMPARED: dict[type, Callable[[Number, Number], Number]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}


def _is_infinite(x: Number) -> bool:
    return isinstance(x, float) and np.isinf(x)


def _is_truth(x: Number) -> bool:
    value = x.value.dtype if isinstance(x, Traced) else np.asarray(x).dtype
    return bool(np.dtype(value).kind == "b")


def _walk(node: ast.AST, names: Mapping[str, Number]) -> Number:
    """Return the value of an expression."""

    def of(inner: ast.AST) -> Number:
        return _walk(inner, names)

    if isinstance(node, ast.Expression):
        return of(node.body)
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        return node.value if isinstance(node.value, bool) else float(node.value)
    if isinstance(node, ast.Name):
        if node.id in ("True", "False"):
            return node.id == "True"
        if node.id not in names:
            raise ValueError(f"{WHERE}: {node.id!r} has no value.{_about(node.id)}")
        return names[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return _BINARY[type(node.op)](of(node.left), of(node.right))
    if isinstance(node, ast.UnaryOp):
        value = of(node.operand)
        if isinstance(node.op, ast.Not):
            return np.logical_not(value)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BoolOp):
        first, *others = map(of, node.values)
        for other in others:
            first = (np.logical_and if isinstance(node.op, ast.And) else np.logical_or)(first, other)
        return first
    if isinstance(node, ast.Compare) and all(type(op) in _COMPARED for op in node.ops):
        values = [of(x) for x in (node.left, *node.comparators)]
        tests = [_COMPARED[type(op)](a, b) for op, a, b in zip(node.ops, values, values[1:], strict=False)]
        return tests[0] if len(tests) == 1 else np.logical_and(*tests)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        name = node.func.id
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](*map(of, node.args))
        if name in names and [ast.unparse(a) for a in node.args] == ["t"]:  # the injected current as a TimedArray
            return names[name]
        raise ValueError(f"{WHERE}: the function {name!r} is not supported.{_about(name)}")
    raise ValueError(f"{WHERE}: the expression {ast.unparse(node)!r} is not supported.")


def _about(name: str) -> str:
    deterministic = " A model must be deterministic."
    words = {
        "t": " A model must not depend on the time. Its only input is the current.",
        "lastspike": " Make the time since a spike a variable of the equations.",
        "i": " A model is one neuron. Make values that differ between neurons parameters.",
        **dict.fromkeys(("rand", "randn", "poisson", "xi"), deterministic),
    }
    return words.get(name, "")


@dataclass(frozen=True)
class Line:
    """A statement: a target, and the tree of what it becomes."""

    target: str
    tree: ast.AST


def _lines(code: str, where: str) -> list[Line]:
    """Return the statements of abstract code."""
    found = []
    for statement in ast.parse("\n".join(line.strip() for line in code.replace(";", "\n").splitlines())).body:
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            left = ast.Name(statement.target.id, ast.Load())
            found.append(Line(statement.target.id, ast.BinOp(left, statement.op, statement.value)))
        elif (
            isinstance(statement, ast.Assign)
            and len(statement.targets) == 1
            and isinstance(statement.targets[0], ast.Name)
        ):
            found.append(Line(statement.targets[0].id, statement.value))
        else:
            raise ValueError(f"{where}: a statement must have the form variable = …, got {ast.unparse(statement)!r}.")
    return found


def _tree(text: str) -> ast.AST:
    return ast.parse(text.strip(), mode="eval")


# ------------------------------------------------------------------ units

_DISPLAYED = (
    ("volt", "mV", 1e-3),
    ("second", "ms", 1e-3),
    ("amp", "pA", 1e-12),
    ("siemens", "nS", 1e-9),
    ("farad", "pF", 1e-12),
    ("ohm", "MOhm", 1e6),
    ("hertz", "Hz", 1.0),
    ("amp/metre**2", "uA/cm2", 1e-2),
    ("siemens/metre**2", "mS/cm2", 10.0),
    ("farad/metre**2", "uF/cm2", 1e-2),
    ("volt/second", "mV/ms", 1.0),
    ("metre**2", "um2", 1e-12),
    ("metre", "um", 1e-6),
    ("siemens/volt", "nS/mV", 1e-6),
    ("amp/volt**2", "nS/mV", 1e-6),
    ("amp/second", "pA/ms", 1e-9),
    ("volt/amp/second", "MOhm/ms", 1e9),
)
"""Dimensions as Brian2 writes them, a unit of electrophysiology, and what it is in SI."""
_LARGER = {"pA": "nA", "nA": "uA", "uA": "mA", "nS": "uS", "uS": "mS", "pF": "nF", "nF": "uF"}
"""Units of constants of a whole cell, or of a square centimetre of it."""


class _Units:
    """Brian2's dimensions, and the units in which numbers are shown."""

    def __init__(self, brian2: Any) -> None:
        self.brian2 = brian2
        self.plain = brian2.get_dimensions(1.0)
        self.shown = {self._parsed(text).dim: (unit, size) for text, unit, size in reversed(_DISPLAYED)}

    def _parsed(self, text: str) -> Any:
        """Return the unit of a product of powers, such as ``uA/cm2`` or ``amp/metre**2``."""
        result, sign = 1.0 * self.brian2.second / self.brian2.second, 1
        for part in re.split(r"([*/ ]+)", re.sub(r"\*\*", "^", text.translate(str.maketrans("µμ²Ω", "uu2Ω")))):
            word = re.fullmatch(r"([A-Za-zΩ]+)\^?(-?\d*)", part)
            if "/" in part:
                sign = -1
            elif part in ("*", " ", ""):
                sign = sign if part == "" else 1
            elif part == "1":
                continue
            elif word is None or not hasattr(self.brian2, word[1].replace("Ω", "ohm").replace("Ohm", "ohm")):
                raise ValueError(f"the unit must be a unit of Brian2, got {text!r}.")
            else:
                unit = getattr(self.brian2, word[1].replace("Ω", "ohm").replace("Ohm", "ohm"))
                result = result * unit ** (sign * int(word[2] or 1))
        return result

    def of(self, dimension: Any) -> tuple[str, float]:
        """Return (unit, size in SI) in which a number of a dimension is shown."""
        if dimension is self.plain:
            return "1", 1.0
        return self.shown.get(dimension, (str(dimension), 1.0))

    def size(self, unit: str, dimension: Any, where: str) -> float:
        """Return a unit in SI; raise a ValueError for a unit with another dimension."""
        if unit in ("", "1"):
            found = 1.0 * self.brian2.second / self.brian2.second
        else:
            try:
                found = self._parsed(unit)
            except ValueError as error:
                raise ValueError(f"{where}: {error}") from None
        if getattr(found, "dim", self.plain) is not dimension:
            raise ValueError(f"{where} must have a unit of the dimension {dimension}, got {unit or '1'!r}.")
        return float(found)


# ------------------------------------------------------------------ from_brian2


@checked
def from_brian2(
    eqs: Any,
    threshold: str | None = None,
    reset: str = "",
    *,
    refractory: Any = False,
    method: Any = None,
    namespace: Mapping[str, Any] | None = None,
    parameters: Sequence[Parameter] | None = None,
    current: str | Parameter = "I",
    key: str = KEY,
    dt: float = 0.1,
    initial: Mapping[str, Any] | None = None,
    potential: str | None = None,
    rest: float | str | None = None,
    level: float | str | None = None,
    spike_level: float | None = None,
    **options: Any,
) -> NeuronModel:
    """Take a neuron in the words of Brian2's ``NeuronGroup`` as a model, integrated as Brian2 does.

    Needs Brian2, which ``pip install plausiwidgets[brian2]`` installs, with NumPy below 2.4; torch is not needed.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> from brian2 import ms, mV                                                         # doctest: +SKIP
    >>> neuron = pw.from_brian2(                                                          # doctest: +SKIP
    ...     "dv/dt = (I - v)/tau : volt (unless refractory)", "v > 15*mV", "v = 0*mV", refractory=5*ms,
    ...     namespace={"tau": 10*ms}, current=pw.Parameter("I", 20.0, 0.0, 60.0, unit="mV"))
    >>> pw.judge(neuron, "tonic_spiking").status                                          # doctest: +SKIP
    'replicated'

    Parameters
    ----------
    eqs : str or Equations
    threshold, reset : str
        Without a threshold, as of a neuron that is to be looked at, `spike_level` says what a spike is.
    refractory : Quantity or str
        A time, an expression of one that does not change, or a condition as long as which the neuron is refractory.
    method : str or tuple of str, optional
        Any of Brian2's for deterministic equations; by default Brian2 chooses.
    namespace : mapping of str to Quantity, optional
        The constants; by default, as in Brian2, the variables where the function is called.
    parameters : sequence of Parameter, optional
        By their keys, constants of the namespace or parameters of the equations, in any of Brian2's units. By default
        each number of the namespace is one, with a range by its dimension and value.
    current : str or Parameter
        What is injected: a parameter of the equations, a constant, or a TimedArray of ``t``. As a `Parameter` with its
        range and its unit.
    key : str
        Of the model.
    dt : float
        Time step in ms.
    initial : mapping of str to float or Quantity, optional
        Where state variables begin: by default, where they rest without a current at the default parameters. Values of
        parameters of the equations are given here as well.
    potential : str, optional
        The membrane potential, where it is not called ``v``, ``V``, ``vm`` or ``Vm`` or is the first equation.
    rest, level : float or str, optional
        Resting potential and spike threshold as of :class:`NeuronModel`; by default where it rests, and what the
        threshold compares the potential with.
    spike_level : float, optional
        Potential that a spike crosses upwards, in the unit shown, for equations without a threshold.
    **options
        Further arguments of :class:`NeuronModel`.

    Raises
    ------
    ImportError
        Without Brian2.
    ValueError
        For noise, functions of time, several currents, linked or summed variables; the text says which. Brian2's own
        errors are passed on.
    """
    b2 = imported("brian2")
    if (threshold is None) == (spike_level is None):
        raise ValueError("from_brian2: pass either threshold or spike_level. A spike crosses spike_level upwards.")
    finite("from_brian2", "dt", dt, above=0.0, unit="ms")
    frame = sys._getframe(2)  # behind the check of the arguments
    space = dict(namespace) if namespace is not None else {**frame.f_globals, **frame.f_locals}
    written = _Written(
        b2, eqs, threshold, reset, refractory, method, space, parameters, current, dt, initial, potential, spike_level
    )
    programs, states = written.programs()
    values = {p.key: p.default for p in written.parameters}
    about = level if isinstance(level, float) else written.level(dict.fromkeys(written.order, 0.0))

    def of(entry: float | str) -> float:
        return values[entry] if isinstance(entry, str) else entry

    begin = written.begin(programs, dt, of(about))
    resting = rest if rest is not None else _short(begin[0])
    reference = {n: x * written.sizes[n] for n, x in zip(written.order, begin, strict=False)}
    height = level if level is not None else written.level(reference)
    base = of(resting)
    programs = written.started(programs, begin, base, of(height))
    drive = written.drive or written.found_drive(programs, dt, begin)
    if drive.unit != written.shown[written.current]:  # shown in a unit in which it is neither 1e6 nor 1e-6
        written.sizes[written.current] = written.units.size(drive.unit, written.dimension, "current")
        programs = written.started(written.programs()[0], begin, base, of(height))
    step = ProgramStep(programs, spike_level, singular=True)
    return NeuronModel(
        key,
        step,
        written.parameters,
        step.initial_state,
        drive,
        resting,
        height,
        dt,
        states=states,
        spike_level=spike_level,
        **({"scheme": f"Brian2's {written.method}", "title": "Brian2" if key == KEY else ""} | options),
    )


class _Written:
    """A neuron as Brian2 has written it down: it checks the units and writes the update."""

    def __init__(
        self,
        b2: Any,
        eqs: Any,
        threshold: str | None,
        reset: str,
        refractory: Any,
        method: Any,
        space: Mapping[str, Any],
        parameters: Sequence[Parameter] | None,
        current: str | Parameter,
        dt: float,
        initial: Mapping[str, Any] | None,
        potential: str | None,
        spike_level: float | None,
    ) -> None:
        from brian2.utils.logger import catch_logs
        from brian2.utils.stringtools import get_identifiers

        units, initial = _Units(b2), initial or {}
        if isinstance(eqs, str):
            eqs = b2.Equations(eqs)
        if not isinstance(eqs, b2.Equations):
            raise TypeError(f"{WHERE}: eqs must be a string or Equations from Brian2, got {shown(eqs)}.")
        if eqs.stochastic_variables:
            noise = ", ".join(sorted(eqs.stochastic_variables))
            raise ValueError(f"{WHERE}: the equations must be deterministic, but they have noise ({noise}).")
        for name, equation in eqs.items():
            for flag in ("linked", "summed", "event-driven", "clock-driven", "shared"):
                if flag in equation.flags:
                    raise ValueError(
                        f"{WHERE}: {name!r} must not be ({flag}), because a model is one neuron without synapses."
                    )
        name = current.key if isinstance(current, Parameter) else current
        text = " ".join(filter(None, [threshold, reset, refractory if isinstance(refractory, str) else ""]))
        used = set(eqs.identifiers) | (get_identifiers(text) if text else set())
        drive = current if isinstance(current, Parameter) else None
        given = {p.key: p for p in parameters or ()}
        stated = [n for n, e in eqs.items() if e.type == "parameter" and n != name]
        read = " ".join([str(eqs), text])
        places = {n: m.start() if (m := re.search(rf"\b{n}\b", read)) else len(read) for n in used}
        own = {
            n: space[n]
            for n in sorted(used, key=lambda n: (places[n], n))
            if n in space and n not in eqs and n != name and _is_quantity(space[n])
        }
        if name not in used and name not in eqs:
            names = sorted(n for n in {*used, *eqs.names} if n not in eqs.diff_eq_names and not hasattr(b2, n))
            if names:
                raise unknown(WHERE, "current", name, names)
            raise ValueError(
                f"{WHERE}: the equations must have a current {name!r}. If the neuron's input comes from synapses, add "
                f"a current to the equations, such as '+ {name}' and '{name} : volt'."
            )
        if name in eqs and eqs[name].type != "parameter":
            raise ValueError(
                f"{WHERE}: the current {name!r} must be a parameter of the equations, such as '{name} : amp', or a "
                f"name that they do not define, got a {eqs[name].type!s}."
            )
        for n in stated:
            if n not in given and n not in initial:
                raise ValueError(
                    f"{WHERE}: the parameter {n!r} of the equations must have a value. Pass "
                    f"parameters=[pw.Parameter({n!r}, …)] or initial={{{n!r}: …}}. The only current is {name!r}."
                )
        for n in given:
            if n not in own and n not in stated:
                raise unknown(WHERE, "parameter", n, [*own, *stated])
        dims = {n: eqs[n].dim for n in eqs} | {n: b2.get_dimensions(x) for n, x in own.items()}
        if name not in eqs:
            dims[name] = (
                units._parsed(drive.unit).dim
                if drive is not None and drive.unit not in ("", "1")
                else b2.get_dimensions(space.get(name, 1.0 * b2.amp if drive is None else 1.0))
            )
        if parameters is None:
            given = {n: found for n, x in own.items() if (found := _guess(n, float(x), dims[n], units)) is not None}
        group_space = dict(own)
        if name not in eqs:
            unit = b2.Quantity(1.0, dim=dims[name])
            timed = re.search(rf"\b{name}\s*\(\s*t\s*\)", str(eqs)) is not None
            group_space[name] = b2.TimedArray(np.ones(1) * unit, dt=1 * b2.ms) if timed else unit
        with catch_logs(log_level=logging.INFO) as messages:  # such as which method Brian2 chooses
            group = b2.NeuronGroup(
                1,
                eqs,
                threshold=threshold,
                reset=reset or None,
                refractory=refractory,
                method=method or ("exact", "exponential_euler", "euler"),
                namespace=group_space,
                dt=dt * b2.ms,
            )
            group._network = False  # it belongs to no network, and Brian2 need not warn of that
            group.before_run({})
            group.state_updater.update_abstract_code({})
            if threshold is not None:
                group.thresholder["spike"].update_abstract_code({})
            chosen = [m[1] for _, _, text in messages if (m := re.search(r"using method '(\w+)'", text))]
        v = potential or next(
            (n for n in ("v", "V", "vm", "Vm") if n in eqs.diff_eq_names), sorted(eqs.diff_eq_names)[0]
        )
        if v not in eqs.diff_eq_names:
            raise unknown(WHERE, "potential", v, sorted(eqs.diff_eq_names))
        names = [n for n in eqs if n in eqs.diff_eq_names]
        code = "\n".join(
            line for line in group.state_updater.abstract_code.splitlines() if not line.startswith("not_refractory =")
        )
        resets = _lines(reset, f"{WHERE}: reset")
        written = {line.target for line in resets}
        order = [v, *(n for n in names if n != v), *(n for n in stated if n in written and n not in given)]
        shown_in = {n: units.of(dims[n]) for n in [*order, *given, name]}
        sizes = {n: size for n, (_, size) in shown_in.items()}
        for n, p in [*given.items(), *([(name, drive)] if drive is not None else [])]:
            sizes[n] = units.size(p.unit, dims[n], f"{WHERE}: Parameter {n!r}")
        constants = {"inf": np.inf, "pi": np.pi, "e": np.e} | {n: float(x) for n, x in own.items() if n not in given}
        begins = {
            n: _in_si(b2, x, dims[n], units.of(dims[n])[1], f"{WHERE}: initial {n!r}")
            for n, x in initial.items()
            if n in dims
        }
        for n in initial:
            if n not in dims:
                raise unknown(f"{WHERE}: initial", "name", n, [*order, *stated])
        constants |= {n: begins[n] for n in stated if n in begins and n not in given and n not in order}
        once = [Line(n, _tree(str(eqs[n].expr))) for n in eqs.subexpr_names if "constant over dt" in eqs[n].flags]
        always = [
            Line(e.varname, _tree(str(e.expr)))
            for e in eqs.ordered
            if e.type == "subexpression" and "constant over dt" not in e.flags
        ]
        self.eqs, self.units, self.spike_level = eqs, units, spike_level
        self.update, self.condition, self.reset = _lines(code, WHERE), _tree(threshold or "False"), resets
        self.parameters, self.drive, self.current, self.dimension = list(given.values()), drive, name, dims[name]
        self.order, self.sizes, self.shown = order, sizes, {n: unit for n, (unit, _) in shown_in.items()}
        self.initial = {n: x / sizes[n] for n, x in begins.items() if n in order}
        self.once, self.always, self.constants = once, always, constants
        self.hard = {n for n in eqs.diff_eq_names if "unless refractory" in eqs[n].flags}
        self.method = f"method {chosen[0] if chosen else method}"
        moving = {*order, *(line.target for line in [*once, *always])}
        self.time, self.holds = self._refractoriness(refractory, moving)
        self.refracts = self.time is not None or self.holds is not None
        known = {*constants, *given, *moving, name}
        trees = [self.condition, *(line.tree for line in [*self.update, *resets, *once, *always])]
        trees += [tree for tree in (self.time, self.holds) if tree is not None]
        for n in {x.id for tree in trees for x in ast.walk(tree) if isinstance(x, ast.Name)} - known:
            value: Any = getattr(b2, n, None)
            if _is_number(value):
                constants[n] = float(value)  # mV, ms and their like, and constants of physics

    def _refractoriness(self, given: Any, moving: set[str]) -> tuple[ast.expr | None, ast.expr | None]:
        """Return the time for which a neuron is refractory, or the condition as long as which it is; or neither."""
        if not isinstance(given, str):
            is_given = given is not False and float(given) > 0.0
            return ast.Constant(float(given)) if is_given else None, None
        tree = ast.parse(given.strip(), mode="eval").body
        if isinstance(tree, ast.Compare | ast.BoolOp) or (
            isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not)
        ):
            return None, tree
        if changes := moving & {x.id for x in ast.walk(tree) if isinstance(x, ast.Name)}:
            raise ValueError(
                f"{WHERE}: refractory must be a condition, or a time that depends only on parameters and constants, "
                f"got a time that changes with {', '.join(sorted(changes))}."
            )
        return tree, None

    # -- a step --------------------------------------------------------------------------------

    def names(
        self, current: Number, state: Sequence[Number], values: Mapping[str, Number], dt: Number
    ) -> dict[str, Number]:
        """Return what each name of the equations is, in SI."""
        found: dict[str, Number] = dict(self.constants)
        found |= {p.key: values[p.key] * self.sizes[p.key] for p in self.parameters}
        found |= {n: x * self.sizes[n] for n, x in zip(self.order, state, strict=False)}
        found |= {self.current: current * self.sizes[self.current], "dt": dt * 1e-3}
        for line in self.once:
            found[line.target] = _walk(line.tree, found)
        return found

    def _subexpressions(self, names: dict[str, Number]) -> None:
        for line in self.always:
            names[line.target] = _walk(line.tree, names)

    def step(
        self, current: Number, state: Sequence[Number], values: Mapping[str, Number], dt: Number
    ) -> tuple[Number, list[Number]]:
        """Return (spikes, state) after one step."""
        names = self.names(current, state, values, dt)
        self._subexpressions(names)
        free: Number = True
        if self.refracts:
            free = state[-1] <= 0.0
        if self.holds is not None:
            free = np.logical_or(free, np.logical_not(_walk(self.holds, names)))
        names["not_refractory"] = free
        before = dict(names)
        for line in self.update:
            names[line.target] = _walk(line.tree, names)
        for n in self.hard if self.refracts else ():
            names[n] = np.where(free, names[n], before[n])
        self._subexpressions(names)
        if self.spike_level is None:
            fired = np.logical_and(_walk(self.condition, names), free)
        else:
            v, new_v = state[0], names[self.order[0]] / self.sizes[self.order[0]]
            fired = np.logical_and(v < self.spike_level, new_v >= self.spike_level)
        for line in self.reset:
            if line.target not in self.order:
                raise ValueError(f"{WHERE}: reset must change only variables of the neuron, got {line.target!r}.")
            names[line.target] = np.where(fired, _walk(line.tree, names), names[line.target])
        new = [names[n] / self.sizes[n] for n in self.order]
        if self.time is not None:
            steps = _FUNCTIONS["timestep"](_walk(self.time, names), names["dt"])
            new.append(np.where(fired, steps - 1.0, np.maximum(state[-1] - 1.0, 0.0)))
        if self.holds is not None:
            new.append(np.where(fired, 1.0, np.where(free, 0.0, state[-1])))
        return fired, new

    def programs(self) -> tuple[Programs, list[StateVariable]]:
        """Return the step as a program, and the state variables."""
        count = len(self.order) + self.refracts
        tracer = StepTracer([p.key for p in self.parameters], count)
        fired, new = self.step(tracer.current, tracer.state, tracer.parameters, tracer.dt)
        states = [StateVariable(f"{n}_" if n in RESERVED else n, self.shown[n]) for n in self.order]
        if self.refracts:
            states.append(StateVariable(_LEFT, "1", "Steps for which the neuron stays refractory, or 1 while it does."))
        return Programs(tracer.program(fired, new), tracer.program(0.0, ())), states

    def started(self, programs: Programs, begin: Sequence[float], rest: float, level: float) -> Programs:
        """Return the programs with the initial state, and behind it rest and threshold."""
        tracer = StepTracer([p.key for p in self.parameters], 0)
        return Programs(programs.step, tracer.program(0.0, [*begin, rest, level]))

    # -- where it rests, and what makes it fire --------------------------------------------------

    def begin(self, programs: Programs, dt: float, level: float) -> list[float]:
        """Return the initial state: what is given, and where the rest of it settles without a current."""
        state = np.zeros((len(self.order) + self.refracts, 1))
        if self.shown[self.order[0]] == "mV":
            state[0] = min(0.0, level - 20.0)  # below the threshold: else it may be lost at once
        for n, x in self.initial.items():
            state[self.order.index(n)] = x
        if all(n in self.initial for n in self.order if n in self.eqs.diff_eq_names):
            return [float(x) for x in state[:, 0]]
        run = _Run(programs.step, self.parameters, dt)
        for k in range(min(int(_LONG / dt), _MAX_STEPS)):
            _, new = run.step(np.zeros(1), state)
            if not np.isfinite(new).all() or (k > 1000 and np.allclose(new, state, 1e-10, 1e-12)):
                break
            state = new
        for n, x in self.initial.items():
            state[self.order.index(n)] = x
        return [_short(x) for x in state[:, 0]]

    def level(self, reference: Mapping[str, float]) -> float | str:
        """Return what the threshold compares the potential with: a parameter, or a number in the unit shown."""
        v = self.order[0]
        if self.spike_level is not None:
            return self.spike_level
        for node in ast.walk(self.condition):
            if isinstance(node, ast.Compare) and len(node.ops) == 1:
                sides = [node.left, node.comparators[0]]
                own = [isinstance(x, ast.Name) and x.id == v for x in sides]
                if any(own):
                    other = sides[own.index(True) ^ 1]
                    if isinstance(other, ast.Name) and other.id in {p.key for p in self.parameters}:
                        return other.id
                    values = {p.key: p.default for p in self.parameters}
                    names = self.names(0.0, [reference[n] / self.sizes[n] for n in self.order], values, 0.1)
                    self._subexpressions(names)
                    return _short(float(_walk(other, names)) / self.sizes[v])
        unit = "" if self.shown[v] == "1" else f" in {self.shown[v]}"
        raise ValueError(
            f"{WHERE}: the threshold must compare {v!r} with a value, got {ast.unparse(self.condition)!r}. Pass level, "
            f"the spike threshold{unit}."
        )

    def found_drive(self, programs: Programs, dt: float, begin: Sequence[float]) -> Parameter:
        """Return the injected current with a range around the smallest one that makes the neuron fire."""
        ladder = 10.0 ** np.linspace(-3.0, 9.0, 181)
        state = np.repeat(np.array(begin)[:, None], ladder.size, axis=1)
        run, fired = _Run(programs.step, self.parameters, dt), np.zeros(ladder.size)
        steps = min(int(_SHORT / dt), _FEW_STEPS)
        for _ in range(steps):
            spikes, new = run.step(ladder, state)
            fired += spikes
            state = np.where(np.isfinite(new), new, state)
        if not (fired > 0).any():
            unit = "" if self.shown[self.current] == "1" else f" {self.shown[self.current]}"
            raise ValueError(
                f"{WHERE}: the neuron must fire within {steps * dt:g} ms at a current from {ladder[0]:g} to "
                f"{ladder[-1]:g}{unit}. Pass current=pw.Parameter({self.current!r}, …) with a "
                f"default that makes it fire."
            )
        least = float(ladder[(fired > 0).argmax()])
        unit = self.shown[self.current]
        if unit == "pA" and 1.5 * least > 5000.0:
            unit, least = ("nA", 1e-3 * least) if least < 1e6 else ("uA", 1e-6 * least)
        default = float(f"{1.5 * least:.2g}")
        return Parameter(self.current, default, -2.0 * default, 10.0 * default, unit)


class _Run:
    """Steps of a program by NumPy at the default parameters."""

    def __init__(self, program: Program, parameters: Sequence[Parameter], dt: float) -> None:
        inputs = {"dt": dt} | {f"p{i}": np.full(1, p.default) for i, p in enumerate(parameters)}
        self._step = stepper(program, inputs)

    def step(self, current: Any, state: Any) -> tuple[Any, Any]:
        """Return (spikes, state) after one step, [lanes] and [state variables, lanes]."""
        spikes, new = self._step(current, state)
        return spikes, np.stack(new)


def _short(x: float) -> float:
    """Return a potential with six digits, and 0 for what is next to it."""
    return 0.0 if abs(x) < 1e-6 else float(f"{x:.6g}")


def _is_quantity(value: Any) -> bool:
    """Return whether something is one number, with or without a dimension."""
    # mV and its like are found in Brian2 itself.
    return _is_number(value) and type(value).__name__ != "Unit"


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    try:
        return np.ndim(value) == 0 and np.isfinite(float(value))
    except (TypeError, ValueError):
        return False


def _in_si(b2: Any, value: Any, dimension: Any, size: float, where: str) -> float:
    """Return a value in SI: a Quantity of the dimension, or a number in the unit shown."""
    if not _is_quantity(value):
        raise TypeError(f"{where} must be a number or a Quantity, got {shown(value)}.")
    if hasattr(value, "dim"):
        if value.dim is not dimension:
            raise ValueError(f"{where} must be a Quantity of the dimension {dimension}, got {value}.")
        return float(value)
    return float(value) * size


def _guess(name: str, si: float, dimension: Any, units: _Units) -> Parameter | None:
    """Return a parameter for a constant, with a range by its dimension and value; None where it cannot be one."""
    if name in RESERVED or name.startswith("_") or si == 0.0:
        return None
    unit, size = units.of(dimension)
    while abs(si / size) >= (1e3 if unit[0] == "u" else 1e4) and unit in _LARGER:
        unit, size = _LARGER[unit], 1e3 * size
    x = float(f"{si / size:.12g}")
    if unit == "mV" and (x < -10.0 or x > 40.0):  # else a span or a slope, which must not become negative
        return Parameter(name, x, _short(x - 20.0), _short(x + 20.0), unit)
    if x > 0.0:
        return Parameter(name, x, float(f"{0.2 * x:.6g}"), float(f"{5.0 * x:.6g}"), unit, scale="log")
    return Parameter(name, x, 2.0 * x, 0.0, unit)
