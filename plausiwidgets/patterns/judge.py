"""The function `judge`, which evaluates parameter sets for the app, the search and the tables."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast, overload

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.compiled.availability import NO_NUMBA, has_numba
from plausiwidgets.engine.compiled.engine import interim_engine, why_not
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.models.simulate import broadcast
from plausiwidgets.patterns.evaluation import Floats, evaluate, evaluate_early, joined, single
from plausiwidgets.patterns.parameter_set import parameter_set
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.registry import Named
from plausiwidgets.patterns.registry import get as get_pattern
from plausiwidgets.patterns.verdict import OneVerdict, Verdict, Verdicts
from plausiwidgets.patterns.verification import verify_sets
from plausiwidgets.support.arguments import bounded, checked, sentence
from plausiwidgets.support.progress import ProgressLike, TextProgress, watched

if TYPE_CHECKING:
    import pandas as pd

    Single = float | np.floating[Any] | np.integer[Any]
    SetsMapping = Mapping[str, ArrayLike] | pd.DataFrame | pd.Series[Any]
else:  # without pandas, which a mapping does not need, and without private types of NumPy, which an error would name
    SetsMapping = Mapping[str, Any]

MAX_SETS = 3e6
"""Maximum number of sets in a call. A verdict takes about 0.5 kB per set, and twice as much while it is assembled."""
BLOCK = 10_000
"""Number of sets that are simulated together. Each takes about 15 kB during the simulation."""
VERIFICATION = (40, 160)
"""Minimum and maximum duration of a verification, in multiples of the duration of an evaluation.

The numbers were measured for the twenty patterns of two models.
"""
LINE_EVERY = 10.0
"""Time in s between two lines of progress of a verification without a kernel."""


@overload
def judge(
    model: str | NeuronModel,
    pattern: Named,
    parameters: Mapping[str, Single] | None = None,
    *,
    dt: float | None = None,
    engine: str = "auto",
    verify: bool | None = None,
    progress: ProgressLike = None,
) -> OneVerdict: ...
@overload
def judge(
    model: str | NeuronModel,
    pattern: Named,
    parameters: SetsMapping,
    *,
    dt: float | None = None,
    engine: str = "auto",
    verify: bool | None = None,
    progress: ProgressLike = None,
) -> Verdicts: ...
@checked
def judge(
    model: str | NeuronModel,
    pattern: Named,
    parameters: SetsMapping | None = None,
    *,
    dt: float | None = None,
    engine: str = "auto",
    verify: bool | None = None,
    progress: ProgressLike = None,
) -> Verdict:
    """Evaluate whether a model shows a pattern with given parameters.

    Parameters
    ----------
    model : str or NeuronModel
        Neuron model, by key or as an object.
    pattern : str, Pattern or Current
        A `Current`, a piece such as ``pw.pulse(0.0, 5.0, 300.0)``, and a protocol without criteria are also accepted.
        The status is then ``"unjudged"``, and the traces are the response. To combine several patterns, use
        `plausiwidgets.patterns.all_of`.
    parameters : mapping of str to float or 1-D array
        Parameters of the model and of the stimulus. Parameters that you leave out are at their defaults, so ``{}`` is
        the set of defaults. If you pass arrays, they broadcast to n sets, and every result has an axis of length n.
        Without a mapping, the set is the packaged set of this model and pattern, with which the app opens, or the
        defaults if there is no packaged set. `Verdict.parameter_source` contains the source of the set.
    dt : float, optional
        Time step in ms. By default, the time step of the packaged set, or of the model without one.
    engine : {"auto", "compiled", "torch"}
        Simulation engine. ``"auto"`` compiles the model if possible.
    verify : bool, optional
        Whether to verify sets that meet all criteria, which are otherwise ``"unverified"``. By default, a single set is
        verified and arrays are not. Without Numba, no set is verified by default. The verification tests are:

        - time steps from dt/2 to dt/16, except for a neuron in discrete time
        - parameters with six significant digits
        - a start on the other side of rest, and a longer rest before the stimulus
        - 20 s at rest, and some seconds after the stimulus
        - longer forms of the pattern
    progress : optional
        None, ``"text"``, ``"tqdm"``, a function of a `plausiwidgets.support.progress.Work`, or an object with ``init``,
        ``step`` and ``close``. It is called every few ms of work. An exception that it raises ends the work.

    Returns
    -------
    Verdict
        Status, loss and criteria, as single values for one set and as arrays of shape [n] for n sets.

    Notes
    -----
    With ``engine="auto"``, plain Python evaluates a single set until the kernel of the model has been compiled in the
    background. `Verdict.engine` is then ``"python"``. The status and the spikes are the same. The last digits of a
    potential, and of a loss above 0, may differ. A verification waits for the kernel, and prints a message on stderr
    after a second. If the model cannot be compiled, the verification prints the reason, an estimate of its duration,
    and its progress.

    Raises
    ------
    ValueError
        If a name is unknown, or a value is not finite or outside its hard limits.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> verdict = pw.judge("adex", "tonic_spiking")
    >>> verdict.status, verdict.parameter_source
    ('replicated', 'packaged: Naud 2008, Tonic spiking')
    >>> pw.judge("adex", "tonic_spiking", {}).parameter_source
    'defaults of model and pattern'
    """
    neuron, pat = get_model(model), get_pattern(pattern)
    values, step, source = parameter_set(neuron, pat, cast(Mapping[str, ArrayLike] | None, parameters), dt)
    many = any(np.ndim(v) > 0 for v in values.values())
    # A verification takes many times as long as an evaluation, and minutes in plain Python.
    verified = verify or (verify is None and not many and has_numba())
    count = max(np.size(v) for v in values.values())
    bounded("judge", "number of sets", float(count), MAX_SETS)
    arrays = broadcast(values)
    # Without a kernel, a verification takes minutes, so it prints its progress.
    slow = _no_kernel(neuron) if verified and engine == "auto" else ""
    if slow and progress is None:
        progress = TextProgress(every=LINE_EVERY)
    # A single block has no part that could be reported as done.
    with watched("judge", progress, count if count > BLOCK else 0) as checkpoint:
        # The first evaluation of a session must not wait for seconds until a kernel is compiled.
        if engine == "auto" and not many:
            early = _before_kernel(neuron, pat, arrays, step, verified, checkpoint)
            if early is not None:
                reason = "" if has_numba() else NO_NUMBA
                return replace(single(early), parameter_source=source, uncompiled=reason)
        blocks = []
        # Blocks bound the memory. No set depends on another, so that they change no verdict.
        for begin in range(0, max(count, 1), BLOCK):
            block = {name: x[begin : begin + BLOCK] for name, x in arrays.items()}
            began = time.monotonic()
            verdict = evaluate(neuron, pat, block, step, engine, checkpoint)
            # Only accepted sets are verified, and the evaluation was timed on this machine.
            if slow and begin == 0 and verdict.accepted.any():
                _print_estimate(slow, time.monotonic() - began, -(-count // BLOCK))
            blocks.append(verify_sets(neuron, pat, verdict, engine, checkpoint) if verified else verdict)
            if checkpoint is not None:
                checkpoint.done = min(begin + BLOCK, count)
    return replace(joined(blocks) if many else single(blocks[0]), parameter_source=source)


def _no_kernel(model: NeuronModel) -> str:
    """Return the reason why `model` runs without a kernel, or an empty string if it has one or will be compiled."""
    if not has_numba():
        return NO_NUMBA.partition(",")[0]
    return "" if interim_engine(model) else why_not(model) or ""


def _print_estimate(reason: str, seconds: float, blocks: int) -> None:
    """Print an estimate of the duration of a verification without a kernel, from the duration of an evaluation in s."""
    low, high = (max(round(seconds * factor * blocks), 1) for factor in VERIFICATION)
    with suppress(Exception):  # stderr may be closed
        if sys.stderr is not None:
            line = f"plausiwidgets: {sentence(reason)} The verification takes {low} to {high} s"
            print(line, file=sys.stderr)


def _before_kernel(
    model: NeuronModel,
    pattern: Protocol,
    values: Mapping[str, Floats],
    dt: float,
    verify: bool,
    checkpoint: Checkpoint | None,
) -> Verdict | None:
    """Return the verdict of one set from plain Python before the kernel exists, or None if the kernel is required.

    The verification of an accepted set, or of an accepted part of a combined pattern, waits for the kernel. In plain
    Python, it takes many times as long as the compilation of the kernel.
    """
    from plausiwidgets.engine.choice.background_compile import announced_wait, compile_in_background

    plain = interim_engine(model)
    if plain is None:
        return None
    early = evaluate_early(plain, model, pattern, values, dt, checkpoint)
    # A part counts too, because each accepted part of a combined pattern is verified on its own.
    if early is not None and not (verify and any(one.accepted.any() for one in (early, *early.parts.values()))):
        if has_numba():
            compile_in_background(model)
        return early
    with announced_wait(model):
        why_not(model)
    return None
