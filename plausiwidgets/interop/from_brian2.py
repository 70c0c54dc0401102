"""The function `from_brian2`, which converts the arguments of Brian2's ``NeuronGroup`` into a model.

Brian2 checks the units and generates the update of a step, which becomes a program. No text is executed, because the
syntax trees of the update, the threshold, the reset and the refractory period are evaluated instead. The order within a
step is that of Brian2: the state is integrated, then the threshold is tested, then the variables of neurons that fired
are reset. Torch is not needed.
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
from plausiwidgets.interop.brian2_reading import GroupArguments, read
from plausiwidgets.interop.brian2_units import short
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.arguments import checked, finite
from plausiwidgets.support.progress import ProgressLike, Watch, watched
from plausiwidgets.support.quiet import imported

KEY = "brian2_neuron"
"""Default key of a model."""


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
    """Return a model from the arguments of Brian2's ``NeuronGroup``, with Brian2's integration.

    This function needs Brian2, which ``pip install plausiwidgets[brian2]`` installs, with NumPy below 2.4. It does not
    need torch.

    Parameters
    ----------
    eqs : str or Equations
        The equations.
    threshold, reset : str
        Condition for a spike, and statements after a spike. Without a threshold, as for the Hodgkin–Huxley equations,
        `spike_level` defines a spike.
    refractory : Quantity or str
        A duration, an expression for a constant duration, or a condition that is true while the neuron is refractory.
    method : str or tuple of str, optional
        A method of Brian2 for deterministic equations. By default Brian2 chooses it.
    namespace : mapping of str to Quantity, optional
        The constants. By default, as in Brian2, these are the variables at the place of the call.
    parameters : sequence of Parameter, optional
        Parameters whose keys are names of constants or of parameters of the equations, in any unit of Brian2. By
        default each number of the namespace becomes a parameter, with a range from its dimension and value.
    current : str or Parameter
        The injected current, which is a parameter of the equations, a constant, or a TimedArray of ``t``. A `Parameter`
        also sets its range and unit.
    key : str
        Key of the model.
    dt : float
        Time step in ms.
    initial : mapping of str to float or Quantity, optional
        Initial values of state variables. By default they are the resting values without a current at the default
        parameters. The mapping can also contain values of parameters of the equations.
    potential : str, optional
        Name of the membrane potential, by default ``v``, ``V``, ``vm`` or ``Vm``, or else the first variable by name
        that has a differential equation.
    rest, level : float or str, optional
        Resting potential and spike threshold, as `rest` and `threshold` of :class:`NeuronModel`. By default they are
        the resting value of the potential, and the value with which the threshold condition compares the potential.
    spike_level : float, optional
        Potential that a spike crosses upwards, in the unit shown, for equations without a threshold.
    progress : "text", "tqdm", callable or Progress, optional
        Display of the progress, because a stiff neuron with many variables takes several seconds. With a display, the
        neuron is compiled here instead of at its first simulation.
    **options
        Further arguments of :class:`NeuronModel`.

    Returns
    -------
    NeuronModel

    Raises
    ------
    ImportError
        If Brian2 is not installed.
    ValueError
        If Brian2 rejects the equations, or they contain noise, functions of time, several currents, or linked or summed
        variables. The message contains the cause.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> from brian2 import ms, mV                                                         # doctest: +SKIP
    >>> neuron = pw.from_brian2(                                                          # doctest: +SKIP
    ...     "dv/dt = (I - v)/tau : volt (unless refractory)", "v > 15*mV", "v = 0*mV", refractory=5*ms,
    ...     namespace={"tau": 10*ms}, current=pw.Parameter("I", 20.0, 0.0, 60.0, unit="mV"))
    >>> pw.judge(neuron, "tonic_spiking").status                                          # doctest: +SKIP
    'replicated'
    """
    b2 = imported("brian2")
    if (threshold is None) == (spike_level is None):
        raise ValueError("from_brian2: pass either threshold or spike_level. A spike crosses spike_level upwards.")
    finite("from_brian2", "dt", dt, above=0.0, unit="ms")
    frame = sys._getframe(2)  # Skip the frame of the argument check to reach that of the caller.
    space = dict(namespace) if namespace is not None else {**frame.f_globals, **frame.f_locals}
    words = GroupArguments(
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
        _report_stage(watch)
        programs, states = neuron.programs()
        values = {p.key: p.default for p in neuron.parameters}
        about = level if isinstance(level, float) else neuron.level(dict.fromkeys(neuron.order, 0.0))

        def of(entry: float | str) -> float:
            return values[entry] if isinstance(entry, str) else entry

        begin = neuron.begin(programs, dt, of(about))
        _report_stage(watch)
        resting = rest if rest is not None else short(begin[0])
        reference = {n: x * neuron.sizes[n] for n, x in zip(neuron.order, begin, strict=False)}
        height = level if level is not None else neuron.level(reference)
        base = of(resting)
        programs = neuron.started(programs, begin, base, of(height))
        given = current if isinstance(current, Parameter) else None
        drive = given or neuron.found_drive(programs, dt, begin)
        _report_stage(watch)
        # Use a unit in which the numbers of the current are neither very large nor very small.
        if drive.unit != neuron.shown[neuron.current]:
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
            why_not(model)  # This call compiles the model.
            _report_stage(watch)
        return model


def _report_stage(watch: Watch | None) -> None:
    """Report that a stage is complete."""
    if watch is not None:
        watch.done += 1
        watch()


def _read(b2: ModuleType, words: GroupArguments) -> BrianNeuron:
    """Return the neuron of the equations, and add a sentence to the start of any error from Brian2."""
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
    """Return sentences about the role of each constant of the equations in the model."""
    made = [f"{p.key} in {p.unit}" if p.unit not in ("", "1") else p.key for p in neuron.parameters]
    used = {node.id for tree in neuron.code.trees() for node in ast.walk(tree) if isinstance(node, ast.Name)}
    kept = [n for n in neuron.constants if n in neuron.own and n in used]
    notes = [f"Parameters: {', '.join(made)}."] if made else []
    return notes + ([f"Constants: {', '.join(kept)}."] if kept else [])
