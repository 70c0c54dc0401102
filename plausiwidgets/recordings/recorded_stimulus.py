"""Stimulus of recorded sweeps: their currents, and whether the cell fires without a stimulus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from plausiwidgets.engine.piece import Piece
from plausiwidgets.patterns.protocol import StimulusParameter, StimulusValues
from plausiwidgets.recordings.injected_current import Injected, injected
from plausiwidgets.recordings.recorded_sweep import SWEEP, RecordedSweep
from plausiwidgets.recordings.settings import Settings
from plausiwidgets.recordings.spontaneous import SpontaneousFiring, spontaneous_firing
from plausiwidgets.recordings.table import Data, threshold_of
from plausiwidgets.support.names import unknown
from plausiwidgets.texts import marked

LEAD = 500.0
"""Time in ms for which a neuron settles at the holding current of a sweep that differs from the common one."""
BASELINE = 500.0
"""Minimum time in ms before the stimulus in which spontaneous firing is compared like that in the sweep."""
SCALE = marked(
    "Scale factor for the recorded current, relative to the holding current. Use it for a "
    "model with another current unit."
)


@dataclass(frozen=True)
class Stimulus:
    """Stimulus of recorded sweeps.

    Attributes
    ----------
    sweeps : list of RecordedSweep
        Compared sweeps, in which sweeps with equal currents are combined.
    parameters : tuple of StimulusParameter
        Parameters of the stimulus.
    is_silent : bool
        Whether the cell is silent at its holding current.
    holding : float
        Most common holding current.
    firing : SpontaneousFiring or None
        Firing of the cell at the holding current, None for a recording without a current.
    currents : list of (Data, Injected)
        Sweeps with their recovered currents.
    near : float
        Maximum difference of two currents that count as equal.
    """

    sweeps: list[RecordedSweep]
    parameters: tuple[StimulusParameter, ...]
    is_silent: bool
    holding: float = 0.0
    firing: SpontaneousFiring | None = None
    currents: list[tuple[Data, Injected]] = field(default_factory=list)
    near: float = 0.0


def stimulus_of(
    sweeps: Sequence[Data],
    settings: Settings,
    others: Sequence[Data] = (),
    small: float = 0.0,
    holding: float | None = None,
) -> Stimulus:
    """Return the stimulus of recorded sweeps.

    Parameters
    ----------
    sweeps : sequence of Data
        Checked sweeps.
    settings : Settings
        Settings of the recording.
    others : sequence of Data
        Unused sweeps of the same file, which reveal whether the cell fires spontaneously.
    small : float
        Range of a small current in its unit. A fluctuation below a tenth of it is noise.
    holding : float, optional
        Holding current, by default the most common initial level.
    """
    given = [data.current for data in sweeps if data.current is not None]
    if not given:
        return _unknown_step(sweeps, settings)
    if len(given) != len(sweeps):
        raise ValueError("the sweeps must either all have a current or all have no current.")
    if settings.step is not None:
        raise ValueError("from_recording: pass either current or step. With a current, the stimulus is known.")
    reach = max(float(np.quantile(x, 0.99) - np.quantile(x, 0.01)) for x in given)
    currents = [
        injected(data.t, data.current, settings.as_measured, max(reach, small))  # type: ignore[arg-type]
        for data in sweeps
    ]
    # Constant currents have no range, so their noise determines which differences are small.
    noise = max(c.noise for c in currents)
    near = 0.02 * reach + 0.2 * noise + 1e-9 * max(abs(c.holding) for c in currents)
    if holding is None:
        holding = _common([c.holding for c in currents], near)
    known = list(zip(sweeps, currents, strict=True))
    firing = spontaneous_firing(known, others, holding, near)
    silent = not firing.spikes if settings.silent_before is None else settings.silent_before
    if settings.silent_before:
        _check_silent(known, holding, near)
    groups: list[RecordedSweep] = []
    for data, c in known:
        twin = next((g for g in groups if g.current is not None and _same(g.current, c, near, g.data, data)), None)
        if twin is not None:
            groups[groups.index(twin)] = replace(twin, repeats=(*twin.repeats, data))
            continue
        groups.append(_sweep_of(data, c, holding, near, silent))
    levels = [abs(x) for c in currents for p in c.pieces for x in (p.first, p.last)]
    wide = max([*levels, *(abs(c.holding - holding) for c in currents)]) or abs(holding) or 1.0
    values = (
        StimulusParameter(
            "holding", holding, holding - wide, holding + wide, of="injected", vary="holding" in settings.vary
        ),
        StimulusParameter(
            "current_scale",
            1.0,
            1e-3,
            1e3,
            unit="×",
            scale="log",
            vary="current_scale" in settings.vary,
            description=SCALE,
        ),
    )
    _check_vary(settings.vary, values)
    return Stimulus(groups, values, silent, holding, firing, known, near)


def _common(levels: Sequence[float], near: float) -> float:
    """Return the most common level, or the one closest to zero among equally common levels."""
    return max(levels, key=lambda x: (sum(abs(x - y) <= near for y in levels), -abs(x)))


def _sweep_of(data: Data, current: Injected, holding: float, near: float, silent: bool) -> RecordedSweep:
    """Return a recorded sweep with its current and the time from which it is compared.

    If its holding current is not the common one, the neuron settles at this current before the recording.
    """
    start = float(data.t[0])
    onset = start if current.onset is None else float(current.onset)
    is_common = abs(current.holding - holding) <= near
    lead = 0.0 if is_common else LEAD
    is_whole = not is_common or (not silent and onset - start >= BASELINE)
    begin = start - lead if is_whole else onset
    early = bool((data.spikes < onset).any())
    return RecordedSweep(
        data.label or SWEEP,
        data,
        begin,
        onset - begin,
        data.end - begin,
        current,
        _pieces_of(current, begin, data.end - begin, 0.0 if is_common else current.holding - holding),
        (data,),
        lead,
        silent and not early and current.onset is not None,
    )


def _check_silent(known: Sequence[tuple[Data, Injected]], holding: float, near: float) -> None:
    """Raise a ValueError if sweeps contain spikes at the holding current before their stimulus."""
    firing = {
        data.number: float(early[0])
        for data, c in known
        if abs(c.holding - holding) <= near
        and (early := data.spikes[data.spikes < (data.end if c.onset is None else c.onset)]).size
    }
    if not firing:
        return
    number, first = next(iter(firing.items()))
    left = [data.number for data, _ in known if data.number not in firing]
    where = f" in sweep {number}" if len(known) > 1 else ""
    way = f"Pass the other sweeps only (sweeps={left}), or" if left else "Pass"
    raise ValueError(
        f"from_recording: silent_before must not be True for a recording with spikes before the stimulus onset. The "
        f"first spike is at {first:g} ms{where}. {way} silent_before=False."
    )


def _pieces_of(
    current: Injected, begin: float, end: float, level: float
) -> Callable[[StimulusValues], Sequence[Piece]]:
    """Return the function of the pieces of a sweep, whose holding current is `level` above the common one."""
    known = [(p.on - begin, p.off - begin, p.first, p.last) for p in current.pieces]
    if level:
        known.append((0.0, end, level, level))
    return lambda s: [Piece(on, off, first * s.current_scale, last * s.current_scale) for on, off, first, last in known]


def _same(a: Injected, b: Injected, near: float, of_a: Data, of_b: Data) -> bool:
    """Return whether two sweeps have equal currents and lengths."""
    if len(a.pieces) != len(b.pieces) or abs(a.holding - b.holding) > near or a.measured != b.measured:
        return False
    if abs((of_a.end - of_a.t[0]) - (of_b.end - of_b.t[0])) > 1.0 or abs(of_a.t[0] - of_b.t[0]) > 1e-6:
        return False
    return all(
        max(abs(p.on - q.on), abs(p.off - q.off)) < 0.5 and max(abs(p.first - q.first), abs(p.last - q.last)) <= near
        for p, q in zip(a.pieces, b.pieces, strict=True)
    )


def _unknown_step(sweeps: Sequence[Data], settings: Settings) -> Stimulus:
    """Return the stimulus of a recording without a current: a step of unknown amplitude."""
    if len(sweeps) > 1:
        raise ValueError(
            f"the recording has {len(sweeps)} sweeps, which requires a current. Pass current (for a file, the name of "
            "its column), or choose one sweep (sweeps=[0])."
        )
    data = sweeps[0]
    start, end = float(data.t[0]), data.end
    on, off = (start, end) if settings.step is None else (float(settings.step[0]), float(settings.step[1]))
    if not start <= on < off <= end:
        raise ValueError(
            f"from_recording: step must be two increasing times from {start:g} to {end:g} ms, the length of the sweep, "
            f"got {settings.step}."
        )
    early = data.spikes[data.spikes < on]
    if settings.silent_before and early.size:
        raise ValueError(
            "from_recording: silent_before must not be True for a recording with spikes before the stimulus onset at "
            f"{on:g} ms. The first spike is at {early[0]:g} ms. Pass silent_before=False."
        )
    silent = not early.size if settings.silent_before is None else settings.silent_before
    if not (data.spikes >= on).any():
        ends = ""
        if data.v is not None:
            level = threshold_of([data.v]) if settings.threshold is None else settings.threshold
            ends = f" Between {data.v.min():.3g} and {data.v.max():.3g} mV, v never crosses {level:.3g} mV upwards."
        raise ValueError(
            f"a recording without a current must have spikes after the stimulus onset at {on:g} ms.{ends} Otherwise "
            "every silent neuron shows it. Pass current, threshold or spikes."
        )
    values = (
        StimulusParameter("amplitude", 1.0, 0.02, 3.0, of="current", scale="log", limits=(0.0, None)),
        StimulusParameter(
            "holding", 0.0, -1.0, 1.0, of="current", scale="asinh", linear_width=0.05, vary="holding" in settings.vary
        ),
    )
    _check_vary(settings.vary, values)

    def pieces(s: StimulusValues) -> Sequence[Piece]:
        return [Piece(0.0, off - on, s.amplitude, s.amplitude)]

    sweep = RecordedSweep(SWEEP, data, on, 0.0, end - on, None, pieces, (data,), is_timed=silent)
    return Stimulus([sweep], values, silent)


def _check_vary(vary: tuple[str, ...], values: Sequence[StimulusParameter]) -> None:
    for name in vary:
        if name not in [value.key for value in values]:
            raise unknown("from_recording: vary", "stimulus parameter", name, [value.key for value in values])
