"""`from_brian2`: a neuron in the arguments of Brian2's ``NeuronGroup`` as a model.

Brian2 checks the units and writes the update of a step, which becomes a program. Nothing is evaluated as text: the
syntax trees of the update, of threshold, reset and refractoriness are walked. The order within a step is Brian2's: the
state is integrated, then the threshold is tested, then the variables of neurons that fired are reset. Torch is not
needed.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, SupportsFloat

from plausiwidgets.engine.compiled.engine import why_not
from plausiwidgets.engine.program.step import ProgramStep
from plausiwidgets.interop.brian2_expressions import WHERE
from plausiwidgets.interop.brian2_neuron import BrianNeuron
from plausiwidgets.interop.brian2_reading import Words, read
from plausiwidgets.interop.brian2_units import short
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.arguments import checked, finite
from plausiwidgets.support.progress import ProgressLike, Watch, watched
from plausiwidgets.support.quiet import imported

KEY = "brian2_neuron"
"""Key of a model to which the user gives none."""


@checked
def from_brian2(
    eqs: object,
    threshold: str | None = None,
    reset: str = "",
    *,
    refractory: str | SupportsFloat = False,
    method: str | tuple[str, ...] | None = None,
    namespace: Mapping[str, object] | None = None,
    parameters: Sequence[Parameter] | None = None,
    current: str | Parameter = "I",
    key: str = KEY,
    dt: float = 0.1,
    initial: Mapping[str, object] | None = None,
    potential: str | None = None,
    rest: float | str | None = None,
    level: float | str | None = None,
    spike_level: float | None = None,
    progress: ProgressLike = None,
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
        Without a threshold, as for the equations of Hodgkin and Huxley, `spike_level` defines a spike.
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
    progress : "text", "tqdm", callable or Progress, optional
        Shows how far the neuron is: a stiff neuron with many variables takes some seconds. The neuron is then compiled
        as well, and not before its first simulation.
    **options
        Further arguments of :class:`NeuronModel`.

    Raises
    ------
    ImportError
        Without Brian2.
    ValueError
        For noise, functions of time, several currents, linked or summed variables, and equations that Brian2 rejects.
        The message names the cause.
    """
    b2 = imported("brian2")
    if (threshold is None) == (spike_level is None):
        raise ValueError("from_brian2: pass either threshold or spike_level. A spike crosses spike_level upwards.")
    finite("from_brian2", "dt", dt, above=0.0, unit="ms")
    frame = sys._getframe(2)  # that of the caller, behind the check of the arguments
    space = dict(namespace) if namespace is not None else {**frame.f_globals, **frame.f_locals}
    words = Words(
        eqs,
        threshold,
        reset,
        refractory,
        method,
        space,
        parameters,
        current,
        dt,
        initial or {},
        potential,
        spike_level,
    )
    with watched("from_brian2", progress, 4, "stages") as watch:
        neuron = _read(b2, words)
        _passed(watch)
        programs, states = neuron.programs()
        values = {p.key: p.default for p in neuron.parameters}
        about = level if isinstance(level, float) else neuron.level(dict.fromkeys(neuron.order, 0.0))

        def of(entry: float | str) -> float:
            return values[entry] if isinstance(entry, str) else entry

        begin = neuron.begin(programs, dt, of(about))
        _passed(watch)
        resting = rest if rest is not None else short(begin[0])
        reference = {n: x * neuron.sizes[n] for n, x in zip(neuron.order, begin, strict=False)}
        height = level if level is not None else neuron.level(reference)
        base = of(resting)
        programs = neuron.started(programs, begin, base, of(height))
        given = current if isinstance(current, Parameter) else None
        drive = given or neuron.found_drive(programs, dt, begin)
        _passed(watch)
        if drive.unit != neuron.shown[neuron.current]:  # shown in a unit in which its numbers are neither huge nor tiny
            neuron.sizes[neuron.current] = neuron.units.size(drive.unit, neuron.dimension, "current")
            programs = neuron.started(neuron.programs()[0], begin, base, of(height))
        step = ProgramStep(programs, spike_level, singular=True)
        model = NeuronModel(
            key,
            step,
            neuron.parameters,
            step.initial_state,
            drive,
            resting,
            height,
            dt,
            states=states,
            spike_level=spike_level,
            notes=_notes(neuron),
            **({"scheme": f"Brian2's {neuron.method}", "title": "Brian2" if key == KEY else ""} | options),
        )
        if watch is not None:
            why_not(model)  # it compiles the model
            _passed(watch)
        return model


def _passed(watch: Watch | None) -> None:
    """Report that a stage is done."""
    if watch is not None:
        watch.done += 1
        watch()


def _read(b2: ModuleType, words: Words) -> BrianNeuron:
    """Return the neuron of the equations; put a sentence in front of an error of Brian2."""
    try:
        return read(b2, words)
    except (ImportError, MemoryError):
        raise
    except Exception as error:
        text = " ".join(str(error).split())
        if text.startswith(WHERE):
            raise
        raise ValueError(
            f"{WHERE}: Brian2 must accept the equations, the threshold and the reset, but it raises "
            f"{type(error).__name__}: {text.removesuffix('.')}. Correct them as for a NeuronGroup."
        ) from error


def _notes(neuron: BrianNeuron) -> list[str]:
    """Return sentences on the role that each constant of the equations has in the model."""
    made = [f"{p.key} in {p.unit}" if p.unit not in ("", "1") else p.key for p in neuron.parameters]
    used = {node.id for tree in neuron.code.trees() for node in ast.walk(tree) if isinstance(node, ast.Name)}
    kept = [n for n in neuron.constants if n in neuron.own and n in used]
    notes = [f"Parameters: {', '.join(made)}."] if made else []
    return notes + ([f"Constants: {', '.join(kept)}."] if kept else [])
