"""Registry of patterns by key, both built-in and registered."""

from __future__ import annotations

import copyreg
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from plausiwidgets.engine.current import Current, as_current
from plausiwidgets.engine.piece import Piece
from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.proof import Limits, Proof
from plausiwidgets.patterns.all_of import AllOf, Judged, combine, judged
from plausiwidgets.patterns.izhikevich import TWENTY
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import Protocol
from plausiwidgets.patterns.stimuli import given, named
from plausiwidgets.support.arguments import checked, require
from plausiwidgets.support.names import unknown
from plausiwidgets.support.python_file import InFile, Registry

_builtin: dict[str, Pattern] = {pattern.key: pattern for pattern in TWENTY}


def names() -> list[str]:
    """Return the keys of all patterns, first the built-in ones in the order of their letters.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.patterns.names()[:2]
    ['tonic_spiking', 'phasic_spiking']
    """
    return [*_builtin, *custom.by_key]


def key_of(text: str) -> str:
    """Return the key of the pattern with a letter, or the text itself if it is not a letter of a pattern.

    The letter may be in lower case.
    """
    known = names()
    return text if text in known else next((key for key in known if text and get(key).letter == text.upper()), text)


Named = Annotated[str | Protocol | Current | Piece, "(use pw.patterns.all_of(…) for several patterns at once)"]
"""A pattern or protocol as its key or as an object, or a current, or a piece of a current.

The function `all_of` combines several patterns.
"""

_Each = Annotated[str | Protocol, "(all_of(…) takes them as separate arguments)"]


def get(pattern: Named) -> Protocol:
    """Return the protocol for a key, an object, a current or a piece of a current.

    A pattern or protocol is returned unchanged. Keys of stimuli (see `stimulus`) are also accepted, although `names`
    omits them.

    Raises
    ------
    ValueError
        If no pattern has this key. The message lists the keys and suggests the closest one.
    TypeError
        If the argument is not a string, Protocol, Current or Piece. Use `all_of` to combine several patterns.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.patterns.get("rebound_burst").letter
    'N'
    """
    if isinstance(pattern, Protocol):
        return pattern
    if isinstance(pattern, Current | Piece):
        return given(as_current(pattern))
    require("patterns.get", "pattern", pattern, Named)
    assert isinstance(pattern, str)
    found = _builtin.get(pattern) or custom.by_key.get(pattern) or named(pattern)
    if found is None:
        raise unknown(
            "",
            "pattern",
            pattern,
            names(),
            "Pass a custom pattern as an object, or register it with patterns.register.",
        )
    return found


def all_of(*patterns: str | Protocol) -> AllOf:
    """Return the combination of several patterns, which one set of model parameters must show.

    Each pattern is evaluated separately under its own stimulus. The names of its stimulus parameters and criteria start
    with its key, such as ``tonic_spiking_amplitude``. The loss is the sum over all patterns, and ``Verdict.parts[key]``
    is the verdict on one of them.

    Parameters
    ----------
    *patterns : str or Pattern
        At least two different patterns.

    Raises
    ------
    ValueError
        If a name is unknown, if there are fewer than two patterns, or if a pattern occurs twice.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> both = pw.patterns.all_of("tonic_spiking", "rebound_spike")
    >>> both.stimulus_names
    ('tonic_spiking_amplitude', 'tonic_spiking_holding', 'rebound_spike_amplitude', 'rebound_spike_holding', \
'rebound_spike_width')
    >>> pw.judge("izhikevich", both).parts["tonic_spiking"].status
    'replicated'
    """
    require("all_of", "patterns", patterns, Sequence[_Each])
    return combine([get(pattern) for pattern in patterns])


@checked
def register(pattern: Protocol) -> Judged:
    """Register a pattern, so that it is available by its key and in every app that is opened later.

    Raises
    ------
    TypeError
        If the argument is not a protocol.
    ValueError
        If the pattern has no criteria, or has the key of a built-in pattern or of a stimulus.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.patterns.register(pw.patterns.get("tonic_spiking"))
    Traceback (most recent call last):
    ValueError: 'tonic_spiking' is the key of a built-in pattern. Choose another key.
    """
    return custom.register(judged(pattern, "registered"))


@checked
def load(path: str | Path, name: str | None = None) -> list[Judged]:
    """Run a Python file and register the patterns that it defines.

    The function `plausiwidgets.models.load` does the same for models.

    Parameters
    ----------
    path : path
        Python file. Its patterns are global variables, or entries of global lists, tuples and dicts.
    name : str, optional
        Key of a pattern, to register only this pattern.

    Returns
    -------
    list of Pattern
        The registered patterns.

    Raises
    ------
    OSError
        If the file cannot be read.
    ImportError
        If the file needs an optional package that is not installed. The message contains the command that installs it.
    ValueError
        If the file fails, if it does not define a pattern or the pattern `name`, or if a pattern has the key of a
        built-in pattern or of a stimulus.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import plausiwidgets as pw
    >>> code = '''
    ... import plausiwidgets as pw
    ...
    ... three = pw.Pattern(
    ...     key="three_of_a_file", title="Three spikes",
    ...     stimulus_parameters=[pw.StimulusParameter("amplitude", 1.0, 0.1, 4.0, of="current", limits=(0.0, None))],
    ...     sweeps=lambda s: {"step": pw.Sweep([pw.pulse(0.0, 300.0, s.amplitude)], end=400.0)},
    ...     measure=lambda r, s: {"n": r["step"].count()},
    ...     criteria=[pw.Criterion("n", "spikes", "Spikes in the step.", "spikes", low=3, high=3, kind="count")])
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "my_patterns.py"
    ...     size = path.write_text(code)
    ...     [pattern.title for pattern in pw.patterns.load(path)]
    ['Three spikes']
    """
    return custom.load(path, name)


def received(pattern: str | Judged | InFile) -> Protocol:
    """Return the pattern that another process sent by ``custom.sendable``."""
    return custom.of(pattern) if isinstance(pattern, InFile) else get(pattern)


def proof_against(pattern: Protocol, model: NeuronModel) -> Proof | None:
    """Return the proof that a model cannot show a pattern or one of its parts, or None without a known proof.

    A proof of a built-in pattern does not apply to a custom pattern with the same key.
    """
    for part in pattern.components.values():
        if part.key in model.proofs and (is_builtin(part) or part.key not in _builtin):
            return model.proofs[part.key]
    return None


def why_ruled_out(pattern: Protocol, model: NeuronModel, bounds: Limits | None = None) -> str:
    """Return the reason why no parameters of a model show a pattern or one of its parts.

    Parameters
    ----------
    bounds : mapping of str to (low, high), optional
        Bounds of the model's parameters in a search, by default their ranges.

    Returns
    -------
    str
        Text of the proof, empty without a known proof or if the bounds exceed its limits.
    """
    proof = proof_against(pattern, model)
    return proof.text if proof is not None and proof.holds_within(bounds or {}) else ""


def is_registered(pattern: str | Protocol) -> bool:
    """Return whether `get` finds this key or, for an object, finds the same object by its key."""
    key = pattern if isinstance(pattern, str) else pattern.key
    found = _builtin.get(key) or custom.by_key.get(key) or named(key)
    return found is not None and (isinstance(pattern, str) or found is pattern)


def is_builtin(pattern: Protocol) -> bool:
    """Return whether a pattern is built-in, so that its key has the same meaning in every process."""
    return pattern is _builtin.get(pattern.key)


def _taken(key: str) -> str:
    if key in _builtin:
        return "the key of a built-in pattern"
    return "the key of a stimulus" if named(key) is not None else ""


custom: Registry[Judged] = Registry("pattern", (Pattern, AllOf), is_builtin, _taken)
"""Registry of custom patterns."""


def _reduced(pattern: Pattern) -> Any:
    """Return the pickled form of a pattern, which for a built-in pattern contains only its key."""
    return (get, (pattern.key,)) if is_builtin(pattern) else pattern.__reduce_ex__(pickle.DEFAULT_PROTOCOL)


copyreg.pickle(Pattern, _reduced)
