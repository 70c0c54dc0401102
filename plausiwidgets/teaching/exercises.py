"""An exercise: a question about one pattern, and where to begin."""

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
    """A question about one pattern. The exercise is solved when every criterion of the pattern is met.

    Parameters
    ----------
    question : str
        Task of the user. If it contains a question mark, the page has a field for an answer in words.
    free : sequence of str
        Names of the parameters that may be changed; all others are locked. Without names, all may be changed.
    hints : sequence of str
        Hints that the user opens one after the other.
    model : NeuronModel, optional
    pattern : Pattern or AllOf, optional
        Model and pattern, by default those of the page. :func:`mystery` sets them: the target of its pattern is the
        recorded response of the hidden neuron.
    start : mapping of str to float, optional
        Every parameter at the start, by default `parameters` of the page.
    dt : float, optional
        Time step in ms, by default that of the page.
    about : Pattern or AllOf, optional
        The pattern that the hidden neuron shows.
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
            require("Exercise", name, getattr(self, name), Sequence[str])  # an iterator is read only now

    def reveal(self) -> Mapping[str, float]:
        """Return the hidden parameters of a mystery. Every other exercise hides none."""
        return self._hidden

    @property
    def link(self) -> str:
        """Query of a link to a mystery: model, pattern and seed. It is empty for every other exercise."""
        if self.model is None or self.about is None:
            return ""
        return f"mystery={self.model.key}.{self.about.key}.{self.seed}"
