"""``pw.from_recording``: a pattern from recorded sweeps of a cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from plausiwidgets.recordings.recorded_pattern import RecordedPattern
from plausiwidgets.recordings.recording_file import recording_of
from plausiwidgets.recordings.settings import Settings, weights_of
from plausiwidgets.support.arguments import checked, finite
from plausiwidgets.support.names import unknown

if TYPE_CHECKING:
    import pandas as pd

DISTANCES = ("coincidence", "van_rossum")


@checked
def from_recording(
    t: ArrayLike | str | Path | Sequence[str | Path] | pd.DataFrame,
    v: ArrayLike | str | None = None,
    spikes: ArrayLike | str | None = None,
    current: ArrayLike | str | None = None,
    *,
    time: str = "t",
    key: str = "recording",
    title: str = "",
    units: Mapping[str, str] | None = None,
    sweeps: Iterable[int] | None = None,
    holdout: Iterable[int] = (),
    step: tuple[float, float] | None = None,
    silent_before: bool | None = None,
    threshold: float | None = None,
    as_measured: bool | None = None,
    compare: Iterable[str] | Mapping[str, float] | None = None,
    distance: str = "coincidence",
    precision: float | None = None,
    time_constant: float = 10.0,
    tolerance: float = 0.1,
    vary: Iterable[str] = (),
    junction_potential: float = 0.0,
    series_resistance: float = 0.0,
    budget: int = 50_000,
) -> RecordedPattern:
    """Make a pattern from recorded sweeps of a cell, to be evaluated, shown and searched for like any other.

    A neuron shows the pattern if its response to the recorded current has the features of the cell that `compare`
    names. The recording itself is the target in a figure, and it must meet its own criteria.

    Parameters
    ----------
    t : array_like, path of a file or list of paths, or DataFrame
        Times in **ms**, increasing. With `spikes` only, start and end of the recording are enough. A file is CSV, ATF
        or ABF of Axon (ABF with pyABF) or NWB (with PyNWB). ATF, ABF and NWB name their units and have several sweeps.
        The sweeps of several files follow each other. For CSV or a DataFrame the other arguments name columns, a column
        ``sweep`` separates sweeps, the first line of CSV names the columns, and lines that begin with ``#`` are left
        out. Numbers may have decimal commas if columns are separated by semicolons or tabs.
    v : array_like [n] or [sweeps, n], or str, optional
        Membrane potential in **mV** at each time. Column ``"v"`` by default.
    spikes : array_like or str, optional
        Spike times in ms, or 0 and 1 at each time. Default: column ``"spikes"``, or the upward crossings of
        `threshold` by `v`.
    current : array_like [n] or [sweeps, n], or str, optional
        Injected current at each time, **in the unit of the model**, or in ``units["current"]``. Its noise is estimated
        where the current is still, and removed: the protocol of holding current, steps, pulses and ramps is injected
        (`RecordedPattern.protocols`). A current that never changes is a holding current. The stimulus parameter
        ``current_scale`` multiplies it, for a model with another unit. Column ``"current"`` by default. Without a
        current the stimulus is a step whose ``amplitude`` a search may change.
    time : str
        Name of the column of times.
    key, title : str
        Of the pattern; the title is the name of the file by default.
    units : mapping of str to str, optional
        Of ``"t"`` (ms, s, us), ``"v"`` (mV, V, uV) and ``"current"`` (pA, nA, uA, mA, A), where they are others, or the
        current should be converted to the unit of a model. What the name of a column says (``Vm_mV``) is taken.
    sweeps : iterable of int, optional
        Sweeps to use, by their numbers in the file from 0 on; default: all. Sweeps of the same current are repeats:
        their spread is the interval of the criteria.
    holdout : iterable of int
        Sweeps that are left out of the pattern, to be predicted: `RecordedPattern.held_out` is a pattern of them.
    step : (float, float), optional
        Without a current: begin and end of the step in ms, on the scale of `t`. Default: the whole recording.
    silent_before : bool, optional
        Whether the neuron must be silent at the holding current, as for every other pattern. Default: True if no sweep
        of the file has a spike at the holding current, before the stimulus or from 500 ms after it. If the cell fires
        spontaneously, the rate and the regularity (CV2) of its firing are compared.
    threshold : float, optional
        Potential in mV that a spike crosses upwards. Default: midway between the median and the maximum of `v`,
        at least 20 mV above the median. The potential must fall 5 mV below it between two spikes.
    as_measured : bool, optional
        True: the current is injected as measured, as frozen noise requires, in at most 1000 linear pieces. False: the
        current is a protocol with noise. Default: a protocol, unless a part of the current fluctuates far more than its
        still parts.
    compare : iterable of str, or mapping of str to float, optional
        Features that are compared, with weights from 0 to 1 in the loss if it is a mapping; default: all that the
        recording has. ``n``, ``latency``, ``mean_isi``, ``cv``, ``cv2`` and ``times`` of the spikes, or ``spikes`` for
        all of these; ``rest``; ``rate_before``; ``course``: root mean square error outside of spikes; ``resistance``,
        ``time_constant`` and ``sag`` of steps without spikes; ``ahp``: lowest potential between spikes; ``height`` and
        ``width`` of spikes, for a neuron without a reset. A cell that fires spontaneously has no resting potential, and
        a repeat would have other spike times. For such a cell, ``times`` (unless there are repeats) and ``cv`` are left
        out by default. ``n``, ``mean_isi`` and ``ahp`` are compared between changes of the current, within twice the
        range in which a repeat would be. ``cv2`` is the irregularity of neighbouring intervals at the holding current,
        and ``level``, the potential at the end of silent steps, replaces resistance and time constant.
    distance : {"coincidence", "van_rossum"}
        How spike times are compared: by the coincidence factor Γ (Kistler, Gerstner & van Hemmen 1997), at
        least 0.7 of what repeats reach among each other, or by van Rossum's distance D² (2001), at most 0.2 for each
        recorded spike: what they are off by a fifth of the time constant cost. Formulas:
        `plausiwidgets.patterns.features`.
    precision : float, optional
        Δ of the coincidence factor in ms. Default: a quarter of the mean interval, at most 4 ms. Also the least
        tolerance of the latency.
    time_constant : float
        τ of van Rossum's distance, in ms.
    tolerance : float
        Share by which number of spikes, latency and mean interval may differ, and by how much the coefficient
        of variation; twice that for resistance and sag, three times for the time constant and the width of spikes.
    vary : iterable of str
        Stimulus values that a search may change although they are known: ``"holding"``, the constant current
        (0, or the first level of `current`), and ``"current_scale"``. Bounds in `optimize` vary them too.
    junction_potential : float
        Liquid junction potential in mV. The potential of the cell is the recorded one minus this potential.
    series_resistance : float
        Series resistance in MΩ that the amplifier has not compensated. The potential of the cell is the recorded one
        minus current times resistance, so the current must have a unit in amperes.
    budget : int
        Evaluations that a search takes by default.

    Returns
    -------
    RecordedPattern

    Raises
    ------
    ValueError
        With the place, if a column is missing, a value is not a number, times do not increase or leave a gap, the
        potential is in volts or the times are in seconds, or potential or current are clipped; if the recording is
        shorter than 5 ms, does not meet its own criteria, or shows nothing that a silent neuron would not show.
    ImportError
        For ABF or NWB without the package that reads it, with the command that installs it.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> cell = pw.from_recording((0.0, 300.0), spikes=[22.0, 60.0, 101.0, 140.0, 182.0, 221.0, 260.0])
    >>> cell.stimulus_names, pw.judge("adex", cell, verify=False).status
    (('amplitude', 'holding'), 'rejected')
    """
    if distance not in DISTANCES:
        raise unknown("from_recording", "distance", distance, DISTANCES)
    for name, value in (("precision", precision), ("time_constant", time_constant), ("tolerance", tolerance)):
        if value is not None:
            finite("from_recording", name, value, above=0.0)
    settings = Settings(
        key,
        title,
        step,
        silent_before,
        threshold,
        as_measured,
        weights_of(compare),
        distance,
        precision,
        time_constant,
        tolerance,
        tuple(vary),
        junction_potential,
        series_resistance,
        budget,
    )
    recording, chosen = recording_of(t, {"v": v, "spikes": spikes, "current": current}, time, units)
    chosen["t"] = chosen.get("t", "ms")
    chosen["v"] = chosen.get("v", "mV")
    return recording.made(settings, chosen, sweeps, tuple(holdout))
