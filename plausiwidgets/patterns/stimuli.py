"""Stimuli without criteria: a step, a train of pulses, a ramp, noise, a chirp or a custom current."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

import numpy as np

from plausiwidgets.engine.current import TAIL, Current, current_code, samples_of
from plausiwidgets.engine.piece import Floats, Piece, chirp, noise, pulse, ramp
from plausiwidgets.engine.waveform import MAX_SEED, MIN_TAU
from plausiwidgets.patterns.all_of import AllOf
from plausiwidgets.patterns.protocol import Protocol, StimulusParameter, StimulusValues
from plausiwidgets.patterns.sweep import BEFORE, Sweep
from plausiwidgets.support.arguments import checked, shown
from plausiwidgets.support.names import unknown
from plausiwidgets.texts import marked

SHAPES = ("step", "pulses", "ramp", "noise", "chirp")

PREFIX = "stimulus_"
"""Prefix of the keys of stimuli."""

AFTER = TAIL
"""Time in ms from the end of a stimulus to the end of its sweep."""

CHIRP_LIMIT = 500.0
"""Maximum frequency in Hz of a chirp in the app, whose largest time step is 1 ms."""

LONGEST = 5000.0
"""Maximum length of a current in ms, and approximate maximum length of a train of pulses.

The app simulates the whole current while a slider is dragged.
"""

PULSES, MAX_PULSES = 5, 50
SEED = 1

WAVEFORM = ("noise_sd", "noise_tau", "f_start", "f_end")
"""Stimulus parameters of the noise and of the chirp."""

SWEEP = "stimulus"

_Pieces = Callable[[StimulusValues], list[Piece]]
_End = Callable[[StimulusValues], float]

_HINT = marked("This stimulus has no criteria. Change any parameter and watch the response.")
_HOLDING = StimulusParameter("holding", 0.0, -1.0, 1.0, of="current", scale="asinh", linear_width=0.05)
_ONSET = StimulusParameter("onset", 0.0, 0.0, 200.0, unit="ms", description=marked("Time of the stimulus onset."))


@checked
def stimulus(shape: str, *, number: int | None = None, seed: int | None = None) -> Protocol:
    """Return a stimulus without criteria.

    Its amplitude, times and holding current are stimulus parameters. The status of its verdict is ``"unjudged"``. A
    search requires criteria, so it raises an error for a stimulus.

    Parameters
    ----------
    shape : {"step", "pulses", "ramp", "noise", "chirp"}
        Shape of the stimulus. A ramp rises from 0 to its amplitude. A pulse ends at the onset of the next pulse. Noise
        is added to a step (see `noise`). A chirp is a sine wave whose frequency changes (see `chirp`).
    number : int, optional
        Number of pulses from 1 to 50, by default 5.
    seed : int, optional
        Seed of the noise from 0 to 2³² − 1, by default 1.

    Returns
    -------
    Protocol
        Equal arguments return the same object.

    Raises
    ------
    ValueError
        If the shape is unknown, or if the number or the seed is out of range or does not apply to the shape.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> train = pw.patterns.stimulus("pulses", number=3)
    >>> train.stimulus_names, len(pw.judge("adex", train, {"width": 20.0}).traces["stimulus"].spike_times[0])
    (('amplitude', 'holding', 'onset', 'width', 'interval'), 8)
    """
    if shape not in SHAPES:
        raise unknown("stimulus", "shape", shape, SHAPES)
    if number is not None and shape != "pulses":
        raise ValueError(f"stimulus: number must be None with the shape {shape!r}, got {number}. It counts pulses.")
    if number is not None and not 1 <= number <= MAX_PULSES:
        raise ValueError(
            f"stimulus: number must be an integer from 1 to {MAX_PULSES}, the number of pulses, got {shown(number)}."
        )
    if seed is not None and shape != "noise":
        raise ValueError(f"stimulus: seed must be None with the shape {shape!r}, got {seed}. It is the seed of noise.")
    if seed is not None and not 0 <= seed <= MAX_SEED:
        raise ValueError(f"stimulus: seed must be an integer from 0 to 2³² − 1, got {shown(seed)}.")
    if shape == "noise":
        return _shape(shape, SEED if seed is None else int(seed))
    return _shape(shape, PULSES if number is None and shape == "pulses" else int(number or 0))


def named(key: str) -> Protocol | None:
    """Return the stimulus with a key, or None for any other key.

    Keys are ``stimulus_step``, ``stimulus_pulses_3`` or ``stimulus_noise_7``, for example.
    """
    found = re.fullmatch(rf"{PREFIX}({'|'.join(SHAPES)})(?:_(0|[1-9][0-9]{{0,9}}))?", key, re.ASCII)
    if found is None:
        return None
    shape, number = found[1], None if found[2] is None else int(found[2])
    if shape == "noise" and (number or 0) <= MAX_SEED:
        return stimulus(shape, seed=number)
    if number is not None and (shape != "pulses" or not 1 <= number <= MAX_PULSES):
        return None
    return None if shape == "noise" else stimulus(shape, number=number)


def constructor(pattern: Protocol) -> str:
    """Return a Python expression for a pattern: its key, or the call that creates a combined pattern or a current."""
    if isinstance(pattern, AllOf):
        return f"pw.patterns.all_of({', '.join(repr(part.key) for part in pattern.parts)})"
    if not isinstance(pattern, GivenCurrent):
        return repr(pattern.key)
    if pattern.current.has_waveform:
        return current_code(pattern.current)
    t, values, lines = pattern.samples
    more = ", lines=True" if lines else ""
    if pattern.current.end != t[-1] + AFTER:
        more += f", end={pattern.current.end!r}"
    if pattern.current.holding:
        more += f", holding={pattern.current.holding!r}"
    return f"pw.Current.values({t.tolist()!r}, {values.tolist()!r}{more})"


# -- shapes ------------------------------------------------------------------------------------------


@cache
def _shape(shape: str, number: int) -> Protocol:
    if shape == "step":
        return _of(
            "step",
            marked("Current step"),
            marked("a current step"),
            [_amplitude(1.0, -1.0, 3.0), _HOLDING, _ONSET, _lasting(300.0, 1000.0)],
            lambda s: [pulse(s.onset, s.duration, s.amplitude)],
            lambda s: s.onset + s.duration,
        )
    if shape == "ramp":
        return _of(
            "ramp",
            marked("Current ramp"),
            marked("a current ramp"),
            [_amplitude(1.5, -1.0, 3.0), _HOLDING, _ONSET, _lasting(500.0, 2000.0)],
            lambda s: [ramp(s.onset, s.duration, s.amplitude)],
            lambda s: s.onset + s.duration,
        )
    if shape in ("noise", "chirp"):
        return _noise(number) if shape == "noise" else _chirp()
    width = StimulusParameter(
        "width", 5.0, 0.5, 100.0, unit="ms", scale="log", description=marked("Width of each pulse.")
    )
    values = [_amplitude(2.0, -2.0, 8.0), _HOLDING, _ONSET, width]
    if number == 1:
        return _of(
            "pulses_1",
            marked("Current pulse"),
            marked("a current pulse"),
            values,
            _train(1),
            lambda s: s.onset + s.width,
        )
    longest = min(500.0, LONGEST / number)
    values.append(
        StimulusParameter(
            "interval",
            min(50.0, longest),
            1.0,
            longest,
            unit="ms",
            scale="log",
            description=marked("Time between the onsets of two pulses. A wider pulse ends at the next onset."),
        )
    )
    return _of(
        f"pulses_{number}",
        marked("Train of current pulses"),
        marked("a train of current pulses"),
        values,
        _train(number),
        lambda s: s.onset + (number - 1) * s.interval + s.width,
    )


def _noise(seed: int) -> Protocol:
    sd = StimulusParameter(
        "noise_sd",
        0.5,
        0.0,
        3.0,
        of="current",
        limits=(0.0, None),
        description=marked("Standard deviation of the noise."),
    )
    tau = StimulusParameter(
        "noise_tau",
        5.0,
        0.5,
        50.0,
        unit="ms",
        scale="log",
        limits=(MIN_TAU, None),
        description=marked("Time constant of the autocorrelation of the noise."),
    )
    return _of(
        f"noise_{seed}",
        marked("Frozen noise"),
        marked("frozen noise"),
        [_amplitude(1.0, -1.0, 3.0), sd, tau, _HOLDING, _ONSET, _lasting(500.0, 1000.0)],
        lambda s: [pulse(s.onset, s.duration, s.amplitude), noise(s.onset, s.duration, s.noise_sd, s.noise_tau, seed)],
        lambda s: s.onset + s.duration,
    )


def _chirp() -> Protocol:
    def frequency(key: str, default: float, low: float, high: float, text: str) -> StimulusParameter:
        return StimulusParameter(key, default, low, high, unit="Hz", limits=(0.0, CHIRP_LIMIT), description=text)

    return _of(
        "chirp",
        marked("Chirp"),
        marked("a chirp"),
        [
            _amplitude(0.5, 0.0, 2.0),
            frequency("f_start", 1.0, 0.0, 50.0, marked("Frequency at the stimulus onset.")),
            frequency("f_end", 50.0, 1.0, 200.0, marked("Frequency at the end of the stimulus.")),
            _HOLDING,
            _ONSET,
            _lasting(1000.0, 2000.0),
        ],
        lambda s: [chirp(s.onset, s.duration, s.amplitude, s.f_start, s.f_end)],
        lambda s: s.onset + s.duration,
    )


def _amplitude(default: float, low: float, high: float) -> StimulusParameter:
    return StimulusParameter(
        "amplitude",
        default,
        low,
        high,
        of="current",
        description=marked("Maximum current relative to the holding current. A negative amplitude is inhibitory."),
    )


def _lasting(default: float, high: float) -> StimulusParameter:
    return StimulusParameter(
        "duration", default, 1.0, high, unit="ms", scale="log", description=marked("Duration of the stimulus.")
    )


def _train(number: int) -> _Pieces:
    def pieces(s: StimulusValues) -> list[Piece]:
        if number == 1:
            return [pulse(s.onset, s.width, s.amplitude)]
        # Shorten the pulses, because overlapping pulses would add up.
        width = np.minimum(s.width, s.interval)
        return [pulse(s.onset + k * s.interval, width, s.amplitude) for k in range(number)]

    return pieces


def _of(
    key: str, title: str, in_sentence: str, values: Sequence[StimulusParameter], pieces: _Pieces, end: _End
) -> Protocol:
    return Protocol(
        key=PREFIX + key,
        title=title,
        in_sentence=in_sentence,
        stimulus_parameters=values,
        look_for=_HINT,
        sweeps=lambda s: {SWEEP: Sweep(pieces(s), end(s) + AFTER)},
        event=(-BEFORE, lambda s, trace: float(end(s)) + AFTER),
    )


# -- custom currents ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GivenCurrent(Protocol):
    """Custom current as a stimulus, whose peak and holding current are stimulus parameters.

    Attributes
    ----------
    current : Current
        The current at the default values of both parameters.
    """

    current: Current

    @cached_property
    def samples(self) -> tuple[Floats, Floats, bool]:
        """Arguments ``t``, ``current`` and ``lines`` of :meth:`Current.values` for this current without waveforms."""
        return samples_of(self.current)


@lru_cache(maxsize=64)
def given(
    current: Current, title: str = marked("Custom current"), in_sentence: str = marked("the current waveform")
) -> GivenCurrent:
    """Return a current as a stimulus, the same object for the same current.

    Raises
    ------
    ValueError
        If the current is 0 at all times, or has a piece outside 0 to 5000 ms.
    """
    pieces = [p for p in current.pieces if p.off > p.on and (p.first or p.last)]
    if not pieces:
        raise ValueError("the current must not be 0 at all times.")
    first, last = min(p.on for p in pieces), max(p.off for p in pieces)
    if first < 0.0 or last > LONGEST:
        wrong = first if first < 0.0 else last
        raise ValueError(f"the times of the current must be from 0 (the onset) to {LONGEST:g} ms, got {wrong:g} ms.")
    peak, level = current.peak, current.holding
    reach = 2.0 * abs(peak)
    text = marked("Maximum of the waveform relative to the holding current. It scales the whole waveform.")
    holding = (
        replace(
            _HOLDING,
            default=level,
            low=level - 2.0 * abs(level),
            high=level + 2.0 * abs(level),
            of="injected",
            scale="linear",
            linear_width=None,
            limits=None,
        )
        if level
        else _HOLDING
    )

    def sweeps(s: StimulusValues) -> dict[str, Sweep]:
        factor = s.amplitude / peak
        scaled = [replace(p, first=p.first * factor, last=p.last * factor) for p in pieces]
        return {"current": Sweep(scaled, current.end)}

    return GivenCurrent(
        key=f"{PREFIX}values",
        title=title,
        in_sentence=in_sentence,
        look_for=_HINT,
        stimulus_parameters=[
            StimulusParameter("amplitude", peak, -reach, reach, of="injected", description=text),
            holding,
        ],
        sweeps=sweeps,
        current=current,
    )
