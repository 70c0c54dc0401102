"""The patterns by key: built-in and registered ones."""

from __future__ import annotations

from collections.abc import Sequence

from plausiwidgets.arguments import checked, require
from plausiwidgets.names import unknown
from plausiwidgets.patterns.all_of import AllOf, Judged, combine, judged
from plausiwidgets.patterns.izhikevich import TWENTY
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.stimuli import given, named
from plausiwidgets.simulation.current import Current

_builtin: dict[str, Pattern] = {pattern.key: pattern for pattern in TWENTY}
_registered: dict[str, Judged] = {}


def names() -> list[str]:
    """Return the keys of all patterns: the twenty in the order of their letters, then the registered ones.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.patterns.names()[:2]
    ['tonic_spiking', 'phasic_spiking']
    """
    return [*_builtin, *_registered]


Named = str | Protocol | Current | Sequence[str | Protocol]
"""A pattern or stimulus by key or as an object, a current, or several patterns that one neuron must show."""


def get(pattern: Named) -> Protocol:
    """Return a pattern by its key, `all_of` the patterns of a list, or a current as a stimulus.

    An object is returned unchanged. The keys of stimuli (see `stimulus`) are valid too, although `names` leaves them
    out.

    Raises
    ------
    ValueError
        If no pattern has this key; the text lists the valid ones and the nearest.
    TypeError
        For anything but a name, a Protocol, or a list of these.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.patterns.get("rebound_burst").letter
    'N'
    """
    if isinstance(pattern, Protocol):
        return pattern
    if isinstance(pattern, Current):
        return given(pattern)
    require("patterns.get", "pattern", pattern, Named)
    if not isinstance(pattern, str):
        return all_of(*pattern)
    found = _builtin.get(pattern) or _registered.get(pattern) or named(pattern)
    if found is None:
        raise unknown("pattern", pattern, names())
    return found


def all_of(*patterns: str | Protocol) -> AllOf:
    """Return the pattern of a neuron that shows several patterns with one set of its parameters.

    Each is judged as it is alone, under a stimulus of its own: its stimulus values and criteria have its key
    before their names, such as ``tonic_spiking_amplitude``. The loss is the sum over all, and
    ``Verdict.parts[key]`` is the verdict of each. `judge` and `optimize` take a list in its place.

    Parameters
    ----------
    *patterns : str or Pattern
        Two or more, none of them twice.

    Raises
    ------
    ValueError
        For an unknown name, fewer than two patterns, or one that is named twice.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> both = pw.patterns.all_of("tonic_spiking", "rebound_spike")
    >>> both.free
    ('tonic_spiking_amplitude', 'tonic_spiking_holding', 'rebound_spike_amplitude', 'rebound_spike_holding', \
'rebound_spike_width')
    >>> pw.judge("izhikevich", both).parts["tonic_spiking"].status
    'replicated'
    """
    require("all_of", "patterns", patterns, Sequence[str | Protocol])
    return combine([get(pattern) for pattern in patterns])


@checked
def register(pattern: Protocol) -> Judged:
    """Make a pattern available by its key, also in every explorer that is opened later.

    Raises
    ------
    TypeError
        If it is not a pattern.
    ValueError
        If it has the key of a built-in one or of a stimulus, or no criteria.
    """
    known = judged(pattern, "register")
    if pattern.key in _builtin:
        raise ValueError(f"{pattern.key!r} is the key of a built-in pattern: choose another one")
    if named(pattern.key) is not None:
        raise ValueError(f"{pattern.key!r} is the key of a stimulus: choose another one")
    _registered[pattern.key] = known
    return known


def is_registered(pattern: str | Protocol) -> bool:
    """Return whether `get` finds this key or, for an object, this very pattern by its key."""
    key = pattern if isinstance(pattern, str) else pattern.key
    found = _builtin.get(key) or _registered.get(key) or named(key)
    return found is not None and (isinstance(pattern, str) or found is pattern)


def is_builtin(pattern: Protocol) -> bool:
    """Return whether a pattern is built-in, so that its key means the same in every process."""
    return pattern is _builtin.get(pattern.key)
