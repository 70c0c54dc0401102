"""The function ``pw.from_recording``, which creates a pattern from recorded sweeps of a cell."""

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
    """Return a pattern that requires the responses of a recorded cell.

    A neuron shows the pattern if its responses to the recorded currents have the compared features of the cell. You can
    evaluate, plot and search for the pattern like any other. The recording is the target in figures, and it must meet
    its own criteria.

    Parameters
    ----------
    t : array_like, path of a file or list of paths, or DataFrame
        Increasing times in **ms**. If you pass only `spikes`, the start and the end of the recording are sufficient. A
        file has the format CSV, ATF or ABF of Axon (ABF requires pyABF) or NWB (requires PyNWB). ATF, ABF and NWB files
        contain their units and several sweeps. The sweeps of several files are numbered in succession. For a CSV file
        or a DataFrame, the other arguments are names of columns, and a column ``sweep`` separates sweeps. The first
        line of a CSV file contains the names of the columns, and lines that start with ``#`` are ignored. Numbers may
        have decimal commas if semicolons or tabs separate the columns.
    v : array_like [n] or [sweeps, n], or str, optional
        Membrane potential in **mV** at each time, by default column ``"v"``.
    spikes : array_like or str, optional
        Spike times in ms, or 0 and 1 at each time. By default, column ``"spikes"``, or the upward crossings of
        `threshold` by `v`.
    current : array_like [n] or [sweeps, n], or str, optional
        Injected current at each time, **in the unit of the model** or in ``units["current"]``, by default column
        ``"current"``. Its noise is estimated where the current is constant, and removed. The injected protocol consists
        of the holding current, steps, pulses and ramps (`RecordedPattern.protocols`). A current that never changes is a
        holding current. The stimulus parameter ``current_scale`` multiplies the current, for a model with another unit.
        Without a current the stimulus is a step whose ``amplitude`` a search may change.
    time : str
        Name of the column that contains the times.
    key, title : str
        Key and title of the pattern. By default, the title is the name of the file.
    units : mapping of str to str, optional
        Units of ``"t"`` (ms, s, us), ``"v"`` (mV, V, uV) and ``"current"`` (pA, nA, uA, mA, A). Pass them if they
        differ from the default units, or to convert the current to the unit of a model. Units in the names of columns
        (``Vm_mV``) are recognized.
    sweeps : iterable of int, optional
        Numbers of the sweeps to use, starting at 0, by default all. Sweeps with equal currents are repeats, whose
        spread determines the accepted ranges of the criteria.
    holdout : iterable of int
        Numbers of the sweeps that are left out of the pattern to test predictions. `RecordedPattern.held_out` is a
        pattern of these sweeps.
    step : (float, float), optional
        Start and end of the step in ms on the scale of `t`, if there is no current. By default, the whole recording.
    silent_before : bool, optional
        Whether the neuron must be silent at the holding current, as for every other pattern. The default is True if no
        sweep of the file has a spike at the holding current, either before the stimulus or later than 500 ms after it.
        If the cell fires spontaneously, the rate and the regularity (CV2) of its firing are compared.
    threshold : float, optional
        Potential in mV that a spike crosses upwards. By default, the mean of the median and the maximum of `v`, but at
        least 20 mV above the median. Between two spikes, the potential must fall to 5 mV below the threshold.
    as_measured : bool, optional
        If True, the current is injected as measured, in at most 1000 linear pieces, which frozen noise requires. If
        False, the current is a protocol with noise. By default, the current is a protocol, unless a part of it
        fluctuates far more than its constant parts.
    compare : iterable of str, or mapping of str to float, optional
        Compared features, by default all that the recording contains. The values of a mapping are weights from 0 to 1
        in the loss. The names are:

        - ``n``, ``latency``, ``mean_isi``, ``cv``, ``cv2`` and ``times`` of the spikes, or ``spikes`` for all of these
        - ``rest`` and ``rate_before``, the resting potential and the firing rate before the stimulus
        - ``course``, the root mean square error of the potential outside spikes
        - ``resistance``, ``time_constant`` and ``sag`` of steps without spikes
        - ``ahp``, the minimum potential between spikes
        - ``height`` and ``width`` of spikes, for a neuron without a reset
        - ``level``, the potential at the end of silent steps of a cell that fires spontaneously

        A cell that fires spontaneously has no resting potential, and a repeat would have different spike times. For
        such a cell, ``times`` (unless there are repeats) and ``cv`` are omitted by default. ``n``, ``mean_isi`` and
        ``ahp`` are compared between changes of the current, within twice the range of a repeat. ``cv2`` is the
        irregularity of neighbouring intervals at the holding current, and ``level`` replaces the resistance and the
        time constant.
    distance : {"coincidence", "van_rossum"}
        Comparison of spike times. The coincidence factor Γ (Kistler, Gerstner & van Hemmen 1997) must be at least 0.7
        times that of the repeats among each other. Van Rossum's distance D² (2001) must be at most 0.2 per recorded
        spike, which corresponds to errors of a fifth of the time constant. The formulas are in
        `plausiwidgets.patterns.features`.
    precision : float, optional
        Precision Δ of the coincidence factor in ms, by default a quarter of the mean interval, but at most 4 ms. It is
        also the minimum tolerance of the latency.
    time_constant : float
        Time constant τ of van Rossum's distance in ms.
    tolerance : float
        Relative tolerance of the number of spikes, the latency and the mean interval, and absolute tolerance of the
        coefficient of variation. It is doubled for the resistance and the sag, and tripled for the time constant and
        the width of spikes.
    vary : iterable of str
        Known stimulus parameters that a search may change: ``"holding"``, the constant current (0, or the first level
        of `current`), and ``"current_scale"``. Parameters with bounds in `optimize` are also varied.
    junction_potential : float
        Liquid junction potential in mV, which is subtracted from the recorded potential.
    series_resistance : float
        Series resistance in MΩ that the amplifier has not compensated. The product of the current and the resistance is
        subtracted from the recorded potential, so the current must have a unit in amperes.
    budget : int
        Default number of evaluations of a search.

    Returns
    -------
    RecordedPattern

    Raises
    ------
    ValueError
        If a column is missing, a value is not a number, or times do not increase or leave a gap. If the potential is in
        volts, the times are in seconds, or the potential or the current is clipped. The message contains the place of
        the error. If the recording is shorter than 5 ms, does not meet its own criteria, or would be reproduced by
        every silent neuron.
    ImportError
        If the package that reads ABF or NWB is not installed. The message contains the command that installs it.

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
