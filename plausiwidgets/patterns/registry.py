"""The patterns by their keys: the package's own, and those that a person registers."""

from __future__ import annotations

from plausiwidgets.names import unknown
from plausiwidgets.patterns.izhikevich import TWENTY
from plausiwidgets.patterns.pattern import Pattern

_builtin: dict[str, Pattern] = {pattern.key: pattern for pattern in TWENTY}
_own: dict[str, Pattern] = {}


def names() -> list[str]:
    """Return the keys of all patterns: the twenty in the order of their letters, then the registered ones.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.patterns.names()[:2]
    ['tonic_spiking', 'phasic_spiking']
    """
    return [*_builtin, *list(_own)]


def get(pattern: str | Pattern) -> Pattern:
    """Return a pattern by its key; a Pattern is returned as it is.

    Raises
    ------
    ValueError
        If no pattern has this key; the text lists the valid ones and the nearest.
    TypeError
        If it is neither a name nor a Pattern.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.patterns.get("rebound_burst").letter
    'N'
    """
    if isinstance(pattern, Pattern):
        return pattern
    if not isinstance(pattern, str):
        raise TypeError(f"pattern is {pattern!r}, valid is: the name of a pattern, or a Pattern")
    found = _builtin.get(pattern) or _own.get(pattern)
    if found is None:
        raise unknown("pattern", pattern, names())
    return found


def register(pattern: Pattern) -> Pattern:
    """Make a pattern available by its key, and in every explorer opened from now on.

    Raises
    ------
    TypeError
        If it is not a Pattern.
    ValueError
        If it would replace one of the package's own.
    """
    if not isinstance(pattern, Pattern):
        raise TypeError(f"register takes a Pattern, not {type(pattern).__name__}")
    if pattern.key in _builtin:
        raise ValueError(f"{pattern.key!r} is one of the package's own patterns: choose another key")
    _own[pattern.key] = pattern
    return pattern


def is_registered(pattern: str | Pattern) -> bool:
    """Return whether this key, or this very pattern, is in the registry: another one may have the same key."""
    if isinstance(pattern, str):
        return pattern in _builtin or pattern in _own
    return pattern is _builtin.get(pattern.key) or pattern is _own.get(pattern.key)


def is_builtin(pattern: Pattern) -> bool:
    """Return whether it is one of the package's own: then its key means the same in every process."""
    return pattern is _builtin.get(pattern.key)
