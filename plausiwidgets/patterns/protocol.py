"""Protocols: the injected current with its parameters."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import islice, product
from types import SimpleNamespace
from typing import Any, Self
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.piece import Floats
from plausiwidgets.engine.program.tracer import Traced
from plausiwidgets.models.model import LINK_NAMES, NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.patterns import trial
from plausiwidgets.patterns.annotations import Mark, Time
from plausiwidgets.patterns.response import Measurement
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.patterns.sweep import Sweep, sketch
from plausiwidgets.support.arguments import checked
from plausiwidgets.support.names import check_key, unknown
from plausiwidgets.support.renamed import StimulusParameters, renamed

StimulusValues = SimpleNamespace
"""Stimulus values ``s``, the argument of the functions of a pattern.

The namespace has an attribute of shape [n] for each stimulus parameter.
"""

_CURRENT, _INJECTED = "current", "injected"
_DOWNWARDS = "Amplitude of the inhibition, downwards from the holding current."
_TEXTS = {
    "amplitude": "Amplitude of the stimulus, relative to the holding current.",
    "holding": (
        "Constant holding current. The neuron settles at this current before the stimulus, which is added to it."
    ),
}


@checked
@renamed
@dataclass(frozen=True)
class StimulusParameter:
    """Parameter of a stimulus, for a slider and a search.

    Parameters
    ----------
    key : str
        Attribute of the namespace that is passed to ``sweeps`` and ``measure``. A search can solve for ``amplitude``.
        The neuron settles at the current ``holding``, which is 0 if a pattern does not have it.
    default, low, high : float
        Default and range, in `unit` or as factors of the model's default current.
    unit : str
        Unit such as ``"ms"``. Do not combine it with `of`.
    of : {"", "current", "injected"}
        With ``"current"``, the value is a current in the unit of the model, and its range consists of factors of the
        model's default current. With ``"injected"``, the value is a current whose range is in the unit of the model.
    scale, linear_width, limits
        Arguments of `Parameter`. By default, the hard limits of a value in ms are its range.
    description : str
        Meaning of the parameter.
    vary : bool
        Whether a search changes the parameter by default.
    downwards : bool
        Whether the value is injected with a minus sign, such as the strength of an inhibition. The app shows this.
    title : str
        Short name for the user, by default the key.

    Raises
    ------
    ValueError
        If both or neither of `unit` and `of` are given.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.StimulusParameter("width", 5.0, 2.0, 500.0, unit="ms", scale="log", description="Width of the pulse.").limits
    (2.0, 500.0)
    """

    key: str
    default: float
    low: float
    high: float
    unit: str = ""
    of: str = ""
    scale: str = "linear"
    linear_width: float | None = None
    limits: tuple[float | None, float | None] | None = None
    description: str = ""
    vary: bool = True
    downwards: bool = False
    title: str = ""

    def __post_init__(self) -> None:
        check_key("a stimulus parameter", self.key)
        object.__setattr__(self, "title", self.title or self.key)
        if self.key in LINK_NAMES:
            raise ValueError(
                f"the key of a stimulus parameter must not be a name that is reserved for links and settings, got "
                f"{self.key!r}. Choose another key. Reserved: {', '.join(LINK_NAMES)}."
            )
        if self.of not in ("", _CURRENT, _INJECTED):
            raise ValueError(
                f"stimulus parameter {self.key!r}: of must be 'current' or 'injected', got {self.of!r}. For any other "
                "value, pass unit instead."
            )
        if bool(self.unit) == bool(self.of):
            raise ValueError(
                f"stimulus parameter {self.key!r} must have either a unit or of. Pass unit='ms', for example, or "
                "of='current' for a current in the model's own unit."
            )
        if self.limits is None:
            object.__setattr__(self, "limits", (self.low, self.high) if self.unit == "ms" else (None, None))
        self.parameter(1.0, self.unit or "current")

    def parameter(self, current: float, unit: str, source: str = "") -> Parameter:
        """Return the parameter in units of a model whose usual current is `current`, in `unit`."""
        assert self.limits is not None
        factor = current if self.of == _CURRENT else 1.0
        linear_width, *limits = (None if x is None else x * factor for x in (self.linear_width, *self.limits))
        text = self.description or (_DOWNWARDS if self.downwards else _TEXTS.get(self.key, ""))
        return Parameter(
            self.key,
            self.default * factor,
            self.low * factor,
            self.high * factor,
            unit if self.of else self.unit,
            self.scale,
            linear_width,
            (limits[0], limits[1]),
            "stimulus",
            text,
            source,
            self.vary,
            self.title,
        )


_in_units: WeakKeyDictionary[Protocol, WeakKeyDictionary[NeuronModel, dict[str, Parameter]]] = WeakKeyDictionary()
"""Cached stimulus parameters of protocols in the units of models, which every evaluation needs."""


@checked
@renamed
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Protocol:
    """Injected current: sweeps and the parameters of their stimulus.

    A protocol has no criteria. A `Pattern` is a protocol with criteria.

    Parameters
    ----------
    key : str
        Identifier.
    title : str
        Title for users.
    stimulus_parameters : sequence of StimulusParameter
        Parameters of the stimulus.
    sweeps : callable
        ``sweeps(s)`` returns a mapping from names to `Sweep`. Stimulus values such as ``s.amplitude`` are arrays of
        shape [n].
    in_sentence : str
        Title within a sentence, with its article, such as "a rebound spike". The default is the title with a lower-case
        first letter, unless the first word is an abbreviation.
    letter, description, look_for, function, parameter_hint, source : str
        Texts for the user: a letter, the behaviour, a sentence such as "Look for two spikes.", the possible role in the
        brain, the parameter that matters, and the publication.
    main_sweep : str
        Name of the sweep that figures show first, by default the first sweep.
    event : pair of float, str or callable, optional
        Start and end of the part of the sweeps that a figure shows, if that part is short. Each is a time in ms, the
        key of a stimulus parameter, or ``time(s, trace)``.
    fine : bool
        Whether the behaviour covers only a few millivolts below the threshold, so that a figure truncates the spikes.
    marks : sequence of plausiwidgets.patterns.annotations.Mark
        Annotations of the criteria in the traces of a figure.

    Raises
    ------
    ValueError
        If names occur twice, sweeps are missing or have a wrong shape, or texts are empty.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pair = pw.Protocol(
    ...     key="pair", title="A pair of pulses",
    ...     stimulus_parameters=[pw.StimulusParameter("amplitude", 2.0, 0.1, 9.0, of="current"),
    ...                  pw.StimulusParameter("interval", 20.0, 5.0, 99.0, unit="ms")],
    ...     sweeps=lambda s: {"pair": pw.Sweep(
    ...         [pw.pulse(0.0, 2.0, s.amplitude), pw.pulse(s.interval, 2.0, s.amplitude)], end=s.interval + 100.0)})
    >>> pw.judge("adex", pair, {"interval": 30.0}).status
    'unjudged'
    """

    key: str
    title: str
    stimulus_parameters: Sequence[StimulusParameter] = ()
    sweeps: Callable[[StimulusValues], Mapping[str, Sweep]] | None = None
    in_sentence: str = ""
    letter: str = ""
    description: str = ""
    look_for: str = ""
    function: str = ""
    parameter_hint: str = ""
    source: str = ""
    main_sweep: str = ""
    event: tuple[Time, Time] | None = None
    fine: bool = False
    marks: Sequence[Mark] = ()

    def __post_init__(self) -> None:
        self._check_keys()
        if self.sweeps is None:
            raise ValueError(f"protocol {self.key!r} must have sweeps. Without sweeps, no current is injected.")
        self._check_main_sweep(trial.try_sweeps(self))

    def _check_keys(self) -> None:
        where = f"pattern {self.key!r}"
        if not self.key.isidentifier():
            raise ValueError(f"the key of a pattern must be a Python identifier, got {self.key!r}.")
        if unicodedata.normalize("NFKC", self.key) != self.key:
            meant = unicodedata.normalize("NFKC", self.key)
            raise ValueError(f"the key of a pattern must be in Unicode's form NFKC, got {self.key!r}. Write {meant!r}.")
        if not self.title:
            raise ValueError(f"{where} must have a title.")
        unique(f"{where}: stimulus parameter", self.stimulus_names)
        set_fields(self, in_sentence=_Phrase.of(self.in_sentence, self.title))
        set_fields(self, stimulus_parameters=StimulusParameters(self.stimulus_parameters), marks=tuple(self.marks))

    # -- values --------------------------------------------------------------------------------

    @property
    def stimulus_names(self) -> tuple[str, ...]:
        """Keys of the stimulus parameters."""
        return tuple(value.key for value in self.stimulus_parameters)

    @property
    def prefix(self) -> str:
        """Prefix of its stimulus parameters and criteria in a combined pattern, the key with an underscore."""
        return f"{self.key}_"

    def within(self, name: str) -> str:
        """Return the name that one of its criteria or sweeps has in a combined pattern, for the user."""
        return f"{self.title}: {name}"

    @property
    def components(self) -> Mapping[str, Self]:
        """Protocols with separate simulations, by the prefix of their stimulus parameters.

        A single protocol is its only component.
        """
        return {"": self}

    @property
    def adapts(self) -> bool:
        """Whether the protocol chooses sweeps according to responses."""
        return False

    def values_of(self, prefix: str, values: Mapping[str, Floats]) -> dict[str, Floats]:
        """Return the values of one component, without the prefix of its stimulus parameters."""
        mine = self.components[prefix].stimulus_names
        model = {name: value for name, value in values.items() if name not in self.stimulus_names}
        return model | {name: values[prefix + name] for name in mine}

    def stimulus_parameters_for(self, model: NeuronModel) -> dict[str, Parameter]:
        """Return the stimulus parameters in the units and ranges of a model.

        Raises
        ------
        ValueError
            If the model has a parameter of the same name.
        """
        known = _in_units.setdefault(self, WeakKeyDictionary())
        if model not in known:
            known[model] = self._in_units_of(model)
        return dict(known[model])

    def _in_units_of(self, model: NeuronModel) -> dict[str, Parameter]:
        out = {}
        for value in self.stimulus_parameters:
            if value.key in model.parameters:
                raise ValueError(
                    f"pattern {self.key!r}: stimulus parameter {value.key!r} must not have the name of a parameter of "
                    f"model {model.key!r}. Rename one of them."
                )
            p = value.parameter(usual_current(model), model.current.unit, self.source)
            low, high = max(p.low, model.current.low), min(p.high, model.current.high)
            # If the two ranges do not overlap, use the range of the pattern.
            if value.key == "holding" and value.of == _CURRENT and low < high:
                p = replace(p, default=float(np.clip(p.default, low, high)), low=low, high=high)
            out[value.key] = p
        return out

    def parameters(self, model: NeuronModel) -> dict[str, Parameter]:
        """Return the model and stimulus parameters by name."""
        return dict(model.parameters) | self.stimulus_parameters_for(model)

    # -- sweeps --------------------------------------------------------------------------------

    def sweeps_at(self, values: Mapping[str, ArrayLike]) -> dict[str, Sweep]:
        """Return the sweeps for given stimulus values by name, or an empty dict for a procedure without sweeps."""
        if self.sweeps is None:
            return {}
        return dict(
            self.sweeps(SimpleNamespace(**{n: np.asarray(values[n], dtype=np.float64) for n in self.stimulus_names}))
        )

    def corners(self) -> list[dict[str, float]]:
        """Return the values in ms at the corners of their hard limits, the longest first.

        The list contains at most 64 corners.
        """
        ends = {
            value.key: [x for x in reversed(value.limits) if x is not None]
            for value in self.stimulus_parameters
            if value.unit == "ms" and value.limits is not None and value.limits != (None, None)
        }
        return [dict(zip(ends, corner, strict=True)) for corner in islice(product(*ends.values()), 64)] if ends else []

    def durations(self, stimulus: StimulusValues) -> dict[str, float]:
        """Return the simulated time of each sweep in ms.

        It is the latest end of the sweep over the corners of the values in ms. Therefore it does not depend on the
        sets, unless the sweep of one of them ends later than at any corner. For traced values, the result is traced.
        """
        assert self.sweeps is not None
        corners = self.corners()
        if any(isinstance(value, Traced) for value in vars(stimulus).values()):
            every = [self.sweeps(SimpleNamespace(**(vars(stimulus) | corner))) for corner in [{}, *corners]]
            return {name: _latest([sweeps[name].end for sweeps in every]) for name in every[0]}
        n = max((np.size(value) for value in vars(stimulus).values()), default=1)
        wide = {x: np.tile(np.broadcast_to(value, (n,)), len(corners) + 1) for x, value in vars(stimulus).items()}
        for i, corner in enumerate(corners):
            for name, value in corner.items():
                wide[name][i * n : (i + 1) * n] = value
        return {name: float(np.max(sweep.end)) for name, sweep in self.sweeps(SimpleNamespace(**wide)).items()}

    def measured_on(self, runner: Runner) -> Measurement:
        """Apply the sweeps to the sets of a runner, and return the measurements."""
        assert self.sweeps is not None
        s = runner.stimulus_values
        responses = runner.apply(self.sweeps(s), graded=self.main_sweep, durations=self.durations(s))
        return Measurement({}, runner.gap_to_threshold(responses[self.main_sweep]))

    # -- construction --------------------------------------------------------------------------

    def _check_main_sweep(self, sweeps: Mapping[str, Sweep]) -> None:
        if not self.main_sweep:
            set_fields(self, main_sweep=next(iter(sweeps)))
        if self.main_sweep not in sweeps:
            raise unknown(f"pattern {self.key!r}", "sweep", self.main_sweep, sweeps)

    # -- representation --------------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.key!r}>"

    def _repr_html_(self) -> str:
        return self._card("")

    def _card(self, criteria: str) -> str:
        head = f"{self.letter} · {self.title}" if self.letter else self.title
        drawn = sketch(self.sweeps_at({v.key: [v.default] for v in self.stimulus_parameters}))
        return (
            f"<div style='max-width:46em'><h3>{html.escape(head)}</h3>"
            f"<p>{html.escape(self.description)} <b>{html.escape(self.look_for)}</b></p>"
            f"<p>{html.escape(self.function)} {html.escape(self.parameter_hint)}</p>{drawn}{criteria}"
            f"<p><small>{html.escape(self.source)}</small></p></div>"
        )


def usual_current(model: NeuronModel) -> float:
    """Return the amplitude of a step that makes the model fire, which is the unit of stimulus currents."""
    return model.current.default if model.current.default > 0 else max(abs(model.current.high), 1e-9)


class _Phrase(str):
    """Form of a title within a sentence, together with the title to which it belongs.

    If `dataclasses.replace` changes the title of a pattern, the attribute `of_title` shows that the form is outdated.
    """

    of_title: str

    @classmethod
    def of(cls, phrase: str, title: str) -> _Phrase:
        """Return the phrase of a title, or the default if it is empty or belongs to another title."""
        is_own = phrase and getattr(phrase, "of_title", title) == title
        made = cls(phrase if is_own else lower_first(title))
        made.of_title = title
        return made


def lower_first(title: str) -> str:
    """Return a title with a lower-case first letter, unless its first word is an abbreviation such as ADP.

    Examples
    --------
    >>> lower_first("Two spikes"), lower_first("A pair of pulses"), lower_first("ADP after a burst")
    ('two spikes', 'a pair of pulses', 'ADP after a burst')
    """
    first, _, _ = title.partition(" ")
    is_word = first[1:].islower() or first == "A"
    return title[:1].lower() + title[1:] if is_word else title


def unique(what: str, names: Sequence[str]) -> None:
    twice = sorted({n for n in names if list(names).count(n) > 1})
    if twice:
        raise ValueError(f"{what} {', '.join(map(repr, twice))} must be listed only once.")


def set_fields(pattern: Protocol, **fields: object) -> None:
    """Set fields of a frozen protocol during its construction."""
    for name, value in fields.items():
        object.__setattr__(pattern, name, value)


def _latest(ends: list[Any]) -> Any:
    numbers = [end for end in ends if not isinstance(end, Traced)]
    traced = {end.value.key: end for end in ends if isinstance(end, Traced)}
    return reduce(np.maximum, [*traced.values(), *([max(numbers)] if numbers else [])])
