"""Combined patterns, in which one set of model parameters shows several patterns, each under its own stimulus."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from numpy.typing import ArrayLike

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.patterns.criterion import Criterion
from plausiwidgets.patterns.pattern import Pattern
from plausiwidgets.patterns.protocol import Protocol, StimulusParameter, lower_first
from plausiwidgets.patterns.sweep import Sweep
from plausiwidgets.support.renamed import renamed
from plausiwidgets.texts import marked, tr


@renamed
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class AllOf(Protocol):
    """Several patterns that one set of model parameters must show.

    Create one with `plausiwidgets.patterns.all_of`.

    Attributes
    ----------
    parts : tuple of Pattern
        The combined patterns.
    criteria : tuple of Criterion
        Criteria of all parts. Each key starts with the key of its pattern.
    budget : int
        Default number of evaluations of a search, the sum of the budgets of all parts.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> both = pw.patterns.all_of("tonic_spiking", "integrator")
    >>> [part.key for part in both.parts]
    ['tonic_spiking', 'integrator']
    """

    parts: tuple[Pattern, ...]
    criteria: tuple[Criterion, ...]
    budget: int

    def __post_init__(self) -> None:
        self._check_keys()

    @property
    def components(self) -> Mapping[str, Pattern]:  # type: ignore[override]
        """Parts of the combined pattern by the prefix of their stimulus parameters."""
        return {part.prefix: part for part in self.parts}

    def _in_units_of(self, model: NeuronModel) -> dict[str, Parameter]:
        return {
            part.prefix + name: replace(
                p, key=part.prefix + name, title=_title(p), description=part.within(p.description)
            )
            for part in self.parts
            for name, p in part.stimulus_parameters_for(model).items()
        }

    def sweeps_at(self, values: Mapping[str, ArrayLike]) -> dict[str, Sweep]:
        """Return the sweeps of all parts for given stimulus values."""
        return {
            part.within(name): sweep
            for part in self.parts
            for name, sweep in part.sweeps_at({n: values[part.prefix + n] for n in part.stimulus_names}).items()
        }

    def __repr__(self) -> str:
        return f"<AllOf {', '.join(part.key for part in self.parts)}>"

    def _repr_html_(self) -> str:
        cards = "".join(part._repr_html_() for part in self.parts)
        return f"<h3>{html.escape(self.title)}</h3><p>{html.escape(self.description)}</p>{cards}"


Judged = Pattern | AllOf
"""A protocol that has criteria."""


def judged(protocol: Protocol, what: str) -> Judged:
    """Return a protocol unchanged if it has criteria.

    Parameters
    ----------
    protocol : Protocol
        Pattern or stimulus.
    what : str
        Participle for the error message, such as ``"searched for"``.

    Raises
    ------
    ValueError
        If the protocol is a stimulus without criteria.
    """
    if isinstance(protocol, Judged):
        return protocol
    raise ValueError(
        f"“{protocol.title}” is a stimulus without criteria, so it cannot be {what}. Choose a firing pattern."
    )


def combine(parts: Sequence[Protocol]) -> AllOf:
    """Return the combination of several patterns.

    A combined pattern in `parts` is replaced by its own parts.

    Raises
    ------
    ValueError
        If there are fewer than two patterns, if a pattern occurs twice, or if one of them is a stimulus without
        criteria.
    """
    asked = [judged(part, "combined with other patterns") for part in parts]
    flat = [part for pattern in asked for part in pattern.components.values()]
    keys = [part.key for part in flat]
    if len(flat) < 2:
        raise ValueError(f"all_of: patterns must contain at least two patterns, got {len(flat)}.")
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(
            f"all_of: patterns must contain each pattern only once, got {', '.join(map(repr, twice))} twice."
        )
    titles = [flat[0].title, *(lower_first(part.title) for part in flat[1:])]
    letters = [part.letter for part in flat]
    return AllOf(
        key="_and_".join(keys),
        title=_list(titles),
        in_sentence=_list([part.in_sentence for part in flat]),
        letter="+".join(letters) if all(letters) else "",
        description=marked("With these parameters, the neuron shows each of these patterns, given the right stimulus."),
        look_for=" ".join(f"{part.title}: {part.look_for}" for part in flat if part.look_for),
        source="; ".join(dict.fromkeys(part.source for part in flat if part.source)),
        stimulus_parameters=[
            replace(value, key=part.prefix + value.key, title=_title(value))
            for part in flat
            for value in part.stimulus_parameters
        ],
        main_sweep=flat[0].within(flat[0].main_sweep) if flat[0].main_sweep else "",
        parts=tuple(flat),
        criteria=tuple(
            replace(criterion, key=part.prefix + criterion.key, title=part.within(criterion.title))
            for part in flat
            for criterion in part.criteria
        ),
        budget=sum(part.budget for part in flat),
    )


def in_sentence(pattern: Protocol) -> str:
    """Return the title of a pattern within a sentence, in the current language.

    The title of a combined pattern lists the titles of its parts.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> in_sentence(pw.patterns.all_of("tonic_spiking", "integrator", "rebound_spike"))
    'tonic spiking, temporal integration and a rebound spike'
    """
    *parts, last = (tr(part.in_sentence) for part in pattern.components.values())
    return tr("{first} and {last}", first=", ".join(parts), last=last) if parts else last


def _list(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _title(value: StimulusParameter | Parameter) -> str:
    """Return the explicit title of a value, or an empty string if the title is only its key.

    The key is about to change, and an empty title follows the key.
    """
    return "" if value.title == value.key else value.title
