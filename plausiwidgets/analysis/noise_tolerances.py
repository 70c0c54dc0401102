"""Noise tolerance of a pattern: the largest current noise with which a neuron still meets its criteria."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from plausiwidgets.engine.lanes import Checkpoint, Engine
from plausiwidgets.engine.piece import Noise
from plausiwidgets.engine.waveform import MIN_TAU
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.patterns.all_of import Judged, judged
from plausiwidgets.patterns.evaluation import evaluate
from plausiwidgets.patterns.parameter_set import parameter_set
from plausiwidgets.patterns.registry import Named
from plausiwidgets.patterns.registry import get as get_pattern
from plausiwidgets.patterns.response import Mask, Responses
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.support.arguments import checked, finite, whole
from plausiwidgets.support.lazy import pandas as pd
from plausiwidgets.support.picture import BLUE, GREY, TEXT, Axis, Plot, drawn
from plausiwidgets.support.printed import Printed, Table, number
from plausiwidgets.support.progress import ProgressLike, watched
from plausiwidgets.texts import marked, tr

Floats = NDArray[np.float64]

FIRST, DOUBLINGS = 0.1, 12
"""Smallest noise in percent of the amplitude, and number of times that it is doubled, up to 409.6 %."""
PRECISION = 1.05
"""Ratio of the smallest failing to the largest passing noise at which the bisection ends."""
REQUIRED = 0.9
"""Minimum share of the noise realizations in which the criteria must be met."""
NEXT_SWEEP = 1000
"""Difference of the seeds of two sweeps of a pattern, so that their noises are independent."""

ADAPTS = marked(
    "not defined, because the pattern adapts its stimulus to the responses of the neuron, such as in a search for the "
    "threshold. With noise, the threshold itself would change."
)
WITHOUT_NOISE = marked("not defined, because the criteria are not met without noise.")


@dataclass(frozen=True, repr=False)
class NoiseTolerance(Printed):
    """Largest current noise with which a neuron still meets the criteria of a pattern.

    Attributes
    ----------
    model, pattern : str
        Keys of the model and the pattern.
    tolerance : float
        Standard deviation of the noise in percent of the amplitude. It is 0 if the criteria are not met at 0.1 %,
        infinite if they are met at 409.6 %, and nan if the tolerance is not defined.
    reason : str
        Reason why the tolerance is not defined, otherwise empty.
    tau : float
        Time constant of the noise in ms.
    seeds : int
        Number of noise realizations.
    percent, share : ndarray, shape [n]
        Tested standard deviations in percent of the amplitude in ascending order, and the share of the noise
        realizations in which the criteria are met.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> print(pw.analysis.noise_tolerance("lif", "class_1_excitable").reason[:11])
    not defined
    """

    model: str
    pattern: str
    tolerance: float
    reason: str
    tau: float
    seeds: int
    percent: Floats = field(repr=False)
    share: Floats = field(repr=False)

    @property
    def text(self) -> str:
        """Tolerance as a sentence without its subject."""
        if self.reason:
            return tr(self.reason)
        if self.tolerance == 0.0:
            return tr("less than {percent} % of the amplitude", percent=number(FIRST))
        if math.isinf(self.tolerance):
            return tr("more than {percent} % of the amplitude", percent=number(float(self.percent[-1])))
        return tr("{percent} % of the amplitude", percent=number(self.tolerance, 2))

    def __repr__(self) -> str:
        return f"<NoiseTolerance of {self.model}, {self.pattern}: {self.text}>"

    def to_frame(self) -> pd.DataFrame:
        """Return a table with a row for each tested noise.

        The columns are ``percent`` of the amplitude and ``share`` of the realizations in which the criteria are met.
        """
        return pd.DataFrame({"percent": self.percent, "share": self.share})

    def _table(self) -> Table:
        rows = [(number(p, 3), number(s, 3)) for p, s in zip(self.percent, self.share, strict=True)]
        words = {"model": self.model, "pattern": self.pattern, "tolerance": self.text}
        notes = [
            tr(
                "The criteria must be met in 90 % of {seeds} runs, each with a different noise. The noise has a "
                "time constant of {tau} ms and lasts as long as the stimulus.",
                seeds=self.seeds,
                tau=number(self.tau),
            )
        ]
        heads = (tr("sd (% of the amplitude)"), tr("share of runs"))
        return Table(tr("{model}, {pattern}: noise tolerance {tolerance}", **words), heads, rows, notes, (0, 1))

    def _picture(self) -> str:
        if self.reason:
            return ""
        ends = (float(self.percent[0]), float(self.percent[-1]))
        x = Axis(ends[0] / 1.2, ends[1] * 1.2, tr("sd of the noise (% of the amplitude)"), np.log10)
        plot = Plot(x, Axis(-0.03, 1.05), 140.0, title=tr("share of runs in which the criteria are met"))
        plot.line((x.low, x.high), (REQUIRED, REQUIRED), GREY, width=1.0, dash="5,4")
        plot.line(self.percent, self.share, BLUE).dots(self.percent, self.share, BLUE, size=6.0)
        if 0.0 < self.tolerance < math.inf:
            plot.line((self.tolerance, self.tolerance), (0.0, 1.0), TEXT, width=1.0)
        return drawn(plot)


class NoisyRunner(Runner):
    """Runner that adds noise to each sweep, from the onset of its first piece to the end of its last one."""

    sets_differ = True
    percent = 0.0
    """Standard deviation of the noise in percent of the largest height of a piece."""
    tau = 5.0

    def apply(
        self,
        sweeps: Mapping[str, Sweep],
        *,
        graded: str = "",
        durations: Mapping[str, float] | None = None,
        only: Mask | None = None,
        keep: bool = True,
    ) -> Responses:
        """Apply sweeps with noise, of which each set has its own realization."""
        noisy = self._noisy(sweeps)
        return super().apply(noisy, graded=graded, durations=durations, only=only, keep=keep)

    def _noisy(self, sweeps: Mapping[str, Sweep]) -> dict[str, Sweep]:
        zero = np.zeros(self.n)
        heights = [np.abs(x) for sweep in sweeps.values() for p in sweep.pieces for x in (p.first, p.last)]
        sd = reduce(np.maximum, heights, zero) * (self.percent / 100.0)
        noisy = {}
        for j, (name, sweep) in enumerate(sweeps.items()):
            pieces = list(sweep.pieces)
            if pieces:
                on = zero + reduce(np.minimum, [p.on for p in pieces])
                off = zero + reduce(np.maximum, [p.off for p in pieces])
                seed = np.arange(self.n) + float(NEXT_SWEEP * j)
                pieces.append(Noise(on, off, sd, sd, zero + self.tau, seed))  # type: ignore[arg-type]
            noisy[name] = Sweep(pieces, sweep.end, sweep.response, sweep.voltage)
        return noisy


@checked
def noise_tolerance(
    model: str | NeuronModel,
    pattern: Named,
    parameters: Mapping[str, float] | None = None,
    tau: float = 5.0,
    seeds: int = 10,
    *,
    dt: float | None = None,
    engine: str = "auto",
    progress: ProgressLike = None,
) -> NoiseTolerance:
    """Return the largest current noise with which a neuron meets the criteria of a pattern.

    Ornstein–Uhlenbeck noise is added to each sweep, from the stimulus onset to the end of the stimulus. Its standard
    deviation is a share of the amplitude, which is the largest height of a sweep above the holding current. The
    criteria must be met in 90 % of the noise realizations. The share starts at 0.1 % and is doubled until they are not,
    and a bisection then narrows the limit to 5 %. The tolerance is not part of a verdict, and the sets are not
    verified.

    Parameters
    ----------
    model, pattern, parameters, dt, engine
        Arguments of :func:`plausiwidgets.judge`. Without `parameters`, the set is the packaged set of the model and the
        pattern.
    tau : float
        Time constant of the noise in ms, at least 0.1.
    seeds : int
        Number of noise realizations from 1 to 1000, with the seeds 0, 1, 2 and so on.
    progress : optional
        Progress display, as in :func:`plausiwidgets.judge`.

    Returns
    -------
    NoiseTolerance
        The tolerance is not defined for a pattern that adapts its stimulus to the responses, and for a set that does
        not meet the criteria without noise. The result then contains the reason.

    Raises
    ------
    ValueError
        If a number is invalid, and in the cases of :func:`plausiwidgets.judge`.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> found = pw.analysis.noise_tolerance("izhikevich", "tonic_spiking")
    >>> 1.0 < found.tolerance < 100.0
    True
    """
    neuron, pat = get_model(model), judged(get_pattern(pattern), "tested with noise")
    finite("noise_tolerance", "tau", tau, low=MIN_TAU, unit="ms")
    count = whole("noise_tolerance", "seeds", seeds, 1, NEXT_SWEEP)
    chosen = parameter_set(neuron, pat, parameters, dt)
    with watched("noise_tolerance", progress) as checkpoint:
        return tolerance_of(neuron, pat, chosen.values, chosen.dt, tau, count, engine, checkpoint)


def tolerance_of(
    model: NeuronModel,
    pattern: Judged,
    values: Mapping[str, Floats],
    dt: float,
    tau: float,
    seeds: int,
    engine: str | Engine = "auto",
    checkpoint: Checkpoint | None = None,
) -> NoiseTolerance:
    """Return the noise tolerance of one complete set."""

    def found(tolerance: float, reason: str = "", shares: Mapping[float, float] | None = None) -> NoiseTolerance:
        known = sorted((shares or {}).items())
        percent, share = (np.array([pair[i] for pair in known], dtype=np.float64) for i in (0, 1))
        return NoiseTolerance(model.key, pattern.key, tolerance, reason, tau, seeds, percent, share)

    if any(part.adapts for part in pattern.components.values()):
        return found(math.nan, ADAPTS)
    one = {name: np.atleast_1d(np.asarray(x, dtype=np.float64)) for name, x in values.items()}
    if evaluate(model, pattern, one, dt, engine, checkpoint).loss[0] != 0.0:
        return found(math.nan, WITHOUT_NOISE)
    met = noise_test(model, pattern, one, dt, tau, seeds, engine, checkpoint)
    shares: dict[float, float] = {}

    def passes(percent: float) -> bool:
        found = met(percent)
        shares[percent] = float(found.mean())
        return bool(found.sum() >= REQUIRED * seeds)

    low, high = 0.0, 0.0
    for k in range(DOUBLINGS + 1):
        high = FIRST * 2.0**k
        if not passes(high):
            break
        low = high
    if low == high:
        return found(math.inf, shares=shares)
    while low and high > PRECISION * low:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if passes(middle) else (low, middle)
    return found(low, shares=shares)


def noise_test(
    model: NeuronModel,
    pattern: Judged,
    values: Mapping[str, Floats],
    dt: float,
    tau: float,
    seeds: int,
    engine: str | Engine = "auto",
    checkpoint: Checkpoint | None = None,
) -> Callable[[float], Mask]:
    """Return a function from the noise in percent of the amplitude to whether each realization meets the criteria.

    Parameters
    ----------
    values : mapping of str to ndarray, shape [1]
        Complete set.
    """
    sets = {name: np.repeat(x, seeds) for name, x in values.items()}
    runners = {
        prefix: NoisyRunner(model, pattern.values_of(prefix, sets), dt, engine, checkpoint)
        for prefix in pattern.components
    }

    def met(percent: float) -> Mask:
        for runner in runners.values():
            runner.percent, runner.tau = percent, tau
        verdict = evaluate(model, pattern, sets, dt, engine, checkpoint, settled=runners)
        return np.asarray(verdict.loss == 0.0)

    return met
