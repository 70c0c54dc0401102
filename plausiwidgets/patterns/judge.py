"""The judge: the one function behind the screen, the optimizer and the table."""

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
from plausiwidgets.engine.compiled.engine import before_compiled, why_not
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
from plausiwidgets.support.arguments import bounded, checked
from plausiwidgets.support.progress import ProgressLike, TextProgress, watched

if TYPE_CHECKING:
    import pandas as pd

    Single = float | np.floating[Any] | np.integer[Any]
    SetsMapping = Mapping[str, ArrayLike] | pd.DataFrame | pd.Series[Any]
else:  # a table has keys and columns, and a script that has none does not load pandas
    SetsMapping = Mapping[str, ArrayLike]

MAX_SETS = 3e6
"""Sets of one call: of each the verdict keeps some 0.5 kB, and as much again while it is put together."""
BLOCK = 10_000
"""Sets that are simulated at once: each takes some 15 kB meanwhile."""
VERIFICATION = (40, 160)
"""Least and largest number of time steps of a verification, in those of an evaluation: measured for the twenty patterns
of two models."""
LINE_EVERY = 10.0
"""Time in s between two lines of a verification without Numba."""


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
    """Judge whether a model shows a pattern with given parameters.

    Parameters
    ----------
    model : str or NeuronModel
    pattern : str, Pattern or Current
        A `Current`, a piece such as ``pw.pulse(0.0, 5.0, 300.0)``, or a protocol without criteria, is shown: the status
        is ``"unjudged"``, and the traces are the response. `plausiwidgets.patterns.all_of` returns the pattern of
        several at once.
    parameters : mapping of str to float or 1-D array
        Parameters of the model and of the stimulus; those that you leave out are at their defaults, so that ``{}``
        is the set of defaults. Arrays broadcast to n sets, and every result then has an axis of n. Without a mapping,
        the set is the packaged one of this model and pattern, on which the app opens; where the package has none, it
        is the defaults. `Verdict.parameter_source` names which of them it was.
    dt : float, optional
        Time step in ms; default: that of the packaged set, or the model's.
    engine : {"auto", "compiled", "torch"}
    verify : bool, optional
        Judge what is accepted again: at dt/2 to dt/16 (but for a neuron in discrete time), with six significant
        digits, pushed off its rest to the other side, after a longer rest, in 20 s at rest, some seconds after the
        stimulus, and in longer forms of the pattern. Without it what is accepted is "unverified". Default: one set is
        verified, arrays are not, and nothing is verified where Numba is not installed.
    progress : optional
        None, ``"text"``, ``"tqdm"``, a function of a `plausiwidgets.support.progress.Work`, or an object with ``init``,
        ``step`` and ``close``. It is called every few ms of work, and what it raises ends the work.

    Returns
    -------
    Verdict
        Booleans and numbers for one set, arrays [n] for n.

    Notes
    -----
    As long as the kernel of a model is not there, with ``engine="auto"``, one set is judged by plain Python
    (`Verdict.engine` is ``"python"``) and the kernel is made in the background. Status and spikes are the same; the
    last digits of a potential, and of a loss above 0, may not be. What is accepted and to be verified waits for the
    kernel, and after a second says so on stderr.

    Raises
    ------
    ValueError
        For an unknown name, or a value that is not finite or outside of its hard limits.

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
    # Such a verification takes minutes, so it prints its progress.
    slow = bool(verified) and engine == "auto" and not has_numba()
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
                _print_estimate(time.monotonic() - began, -(-count // BLOCK))
            blocks.append(verify_sets(neuron, pat, verdict, engine, checkpoint) if verified else verdict)
            if checkpoint is not None:
                checkpoint.done = min(begin + BLOCK, count)
    return replace(joined(blocks) if many else single(blocks[0]), parameter_source=source)


def _print_estimate(seconds: float, blocks: int) -> None:
    """Print how long a verification without Numba takes, given the time of the evaluation before it."""
    low, high = (max(round(seconds * factor * blocks), 1) for factor in VERIFICATION)
    with suppress(Exception):  # stderr may be closed
        if sys.stderr is not None:
            line = f"plausiwidgets: {NO_NUMBA.partition(',')[0]}. The verification takes {low} to {high} s"
            print(line, file=sys.stderr)


def _before_kernel(
    model: NeuronModel,
    pattern: Protocol,
    values: Mapping[str, Floats],
    dt: float,
    verify: bool,
    checkpoint: Checkpoint | None,
) -> Verdict | None:
    """Return the verdict of one set before there is a kernel; None when there is one, and it is needed.

    To verify takes plain Python many times as long as to compile: what is accepted, as a whole or in a part, waits for
    the kernel.
    """
    from plausiwidgets.engine.choice.background_compile import awaited, compile_behind

    plain = before_compiled(model)
    if plain is None:
        return None
    early = evaluate_early(plain, model, pattern, values, dt, checkpoint)
    # A part counts too, because each accepted part of a combined pattern is verified on its own.
    if early is not None and not (verify and any(one.accepted.any() for one in (early, *early.parts.values()))):
        if has_numba():
            compile_behind(model)
        return early
    with awaited(model):
        why_not(model)
    return None
