"""Exercises: a question about one pattern with the parameters at the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.patterns.all_of import Judged
from plausiwidgets.support.arguments import checked, require
from plausiwidgets.support.renamed import renamed


@renamed
@checked
@dataclass(frozen=True)
class Exercise:
    """Exercise about one pattern, which is solved when every criterion of the pattern is met.

    Parameters
    ----------
    question : str
        Task of the user. If it contains a question mark, the page has a field for an answer in words.
    free : sequence of str
        Names of the parameters that the user can change. The other parameters are locked. Without names, all parameters
        can be changed.
    hints : sequence of str
        Hints that the user can open one after the other.
    model : NeuronModel, optional
    pattern : Pattern or AllOf, optional
        Model and pattern, by default those of the page. The function :func:`mystery` sets them, with the response of
        the hidden neuron as the target of the pattern.
    start : mapping of str to float, optional
        All parameters at the start, by default `parameters` of the page.
    dt : float, optional
        Time step in ms, by default that of the page.
    about : Pattern or AllOf, optional
        Pattern that the hidden neuron shows.
    seed : int, optional
        Seed of the hidden neuron.

    Examples
    --------
    >>> import tempfile
    >>> import plausiwidgets as pw
    >>> task = pw.teaching.Exercise("Make it burst.", free=["c", "d"], hints=["Where does a reset land?"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = f"{folder}/burst.html"
    ...     pw.export_page("izhikevich", "tonic_bursting", {"c": -65.0}, path=path, exercise=task).name
    'burst.html'
    """

    question: str
    free: Sequence[str] = ()
    hints: Sequence[str] = ()
    model: NeuronModel | None = field(default=None, kw_only=True)
    pattern: Judged | None = field(default=None, kw_only=True)
    start: Mapping[str, float] | None = field(default=None, kw_only=True)
    dt: float | None = field(default=None, kw_only=True)
    about: Judged | None = field(default=None, kw_only=True)
    seed: int | None = field(default=None, kw_only=True)
    _hidden: Mapping[str, float] = field(default_factory=dict, repr=False, kw_only=True)

    def __post_init__(self) -> None:
        if not self.question.strip():
            raise ValueError(f"Exercise: question must be a task for the reader, got {self.question!r}.")
        for name in ("free", "hints"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
            require("Exercise", name, getattr(self, name), Sequence[str])  # an iterator can be read only once

    def reveal(self) -> Mapping[str, float]:
        """Return the hidden parameters of a mystery, or an empty mapping for any other exercise."""
        return self._hidden

    @property
    def link(self) -> str:
        """Query of a link to a mystery with its model, pattern and seed, empty for any other exercise."""
        if self.model is None or self.about is None:
            return ""
        return f"mystery={self.model.key}.{self.about.key}.{self.seed}"
