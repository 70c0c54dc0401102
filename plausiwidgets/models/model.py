"""A neuron model: its equations as one torch step, its parameters as data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import RLock
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike

from plausiwidgets.engine.program.neuron import Programs
from plausiwidgets.engine.program.step import ProgramStep
from plausiwidgets.models.arithmetic import Arithmetic
from plausiwidgets.models.captured import Outside
from plausiwidgets.models.card import card
from plausiwidgets.models.contract import Namespace, Tensors, check_contract
from plausiwidgets.models.numpy_step import take_numpy
from plausiwidgets.models.parameter import Floats, Parameter, meaning
from plausiwidgets.models.proof import Proof
from plausiwidgets.support.arguments import checked, finite, mapping, whole
from plausiwidgets.support.lazy import torch
from plausiwidgets.support.names import check_key, unknown
from plausiwidgets.support.printed import Table
from plausiwidgets.support.renamed import renamed

Step = Callable[..., Any]
"""See `step` of :class:`NeuronModel`."""
PerSet = float | str | Callable[..., object]

STIMULUS_NAMES = ("amplitude", "holding", "interval", "inhibition", "width", "rise")
LINK_NAMES = ("model", "pattern", "dt", "seed", "lock", "samples", "lines", "self")
"""What a link or a call says beside parameters and stimulus values."""
_stepping = RLock()
"""Held around a step: a module that keeps its state in itself must not be in two steps at once."""
RESERVED = (*STIMULUS_NAMES, *LINK_NAMES)


@checked
@dataclass(frozen=True)
class Preset:
    """A published parameter set.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.Preset("Bursting", {"tau": 12.0, "amplitude": 30.0}, pattern="tonic_bursting", dt=0.1).title
    'Bursting'

    Attributes
    ----------
    title : str
        Text in a menu.
    parameters : mapping of str to float
        Model parameters and, where the publication gives them, stimulus values.
    pattern : str or None
        Key of the firing pattern it was published for.
    dt : float or None
        Time step of the publication in ms.
    source : str
        The publication.
    """

    title: str
    parameters: Mapping[str, float]
    pattern: str | None = None
    dt: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", mapping(self.parameters))
        if self.dt is not None:
            finite(f"Preset {self.title!r}", "dt", self.dt, above=0.0, unit="ms")

    @property
    def citation(self) -> str:
        """First author and year of the publication; empty where `source` names no year.

        Examples
        --------
        >>> import plausiwidgets as pw
        >>> pw.models.get("adex").presets[0].citation
        'Naud 2008'
        """
        year = re.search(r"\b(?:18|19|20)\d\d\b", self.source)
        return "" if year is None else f"{re.split(r',| &', self.source)[0]} {year[0]}"


@checked
@dataclass(frozen=True)
class StateVariable:
    """A state variable of a neuron.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.StateVariable("w", "pA", "Adaptation current.").label
    'w (pA)'

    Attributes
    ----------
    key : str
        Python identifier, as in ``simulate(record=...)``.
    unit : str
        Unit of its values.
    description : str
        Its meaning.
    title : str
        Short name for the user; default: the key.
    """

    key: str
    unit: str = ""
    description: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        check_key("a state variable", self.key)
        object.__setattr__(self, "title", self.title or self.key)

    @property
    def label(self) -> str:
        """Key and unit, as an axis shows it."""
        return f"{self.key} ({self.unit})" if self.unit else self.key

    @property
    def meaning(self) -> str:
        """Title, where it is another than the key, and description, as a tooltip and a table show them."""
        return meaning(self.key, self.title, self.description)


@checked
@renamed
class NeuronModel:
    """A spiking neuron with one membrane potential and one injected current.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> import torch
    >>> def step(current, state, p, dt):
    ...     (v,) = state
    ...     v = v + dt / p.tau * (p.v_rest - v + current)
    ...     spikes = (v > -50.0).to(v.dtype)
    ...     return spikes, (torch.where(v > -50.0, p.v_rest, v),)
    >>> neuron = pw.NeuronModel(
    ...     key="leaky", step=step, states=["v"],
    ...     parameters=[pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms", scale="log"),
    ...                 pw.Parameter("v_rest", -65.0, -80.0, -55.0, unit="mV")],
    ...     initial_state=lambda p, holding: (p.v_rest,),
    ...     current=pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"),
    ...     rest="v_rest", threshold=-50.0, dt=0.1)
    >>> neuron
    <NeuronModel 'leaky': state v; parameters tau, v_rest>

    Parameters
    ----------
    key : str
        Python identifier; the name of the model in calls, links and tables.
    step : callable
        ``step(current, state, p, dt) -> (spikes, state)``: one time step. ``current`` and every
        entry of ``state`` are float64 tensors of shape [lanes], ``state[0]`` is the membrane
        potential in mV, ``p.<name>`` are the parameters, ``dt`` is a 0-d tensor in ms; ``spikes``
        is 1.0 where a lane fired in this step, else 0.0. New tensors, nothing in place; each
        lane independent of the others. With `spike_level` the step returns the state alone. It is called
        by one thread at a time, until it is compiled. A step that is a function of NumPy, with
        ``np.where`` for an ``if``, gets arrays instead of tensors, and needs no torch.
    parameters : sequence of Parameter
        All that the step reads from ``p``.
    initial_state : callable
        ``initial_state(p, holding) -> state``: where the neuron starts at a constant current; an
        entry may be a number, the same for all lanes.
    current : Parameter
        The injected current: unit, range, and as default a step that makes the neuron fire.
    rest, threshold : float, str or callable
        Resting potential and spike threshold in mV: a number, a parameter's name, or a function
        of ``p``. Their distance is the span that voltage criteria scale with.
    dt : float
        Default time step in ms.
    states : sequence of str or StateVariable, optional
        The state variables in order, the membrane potential first; its unit is mV where none is
        given. Left out, they are called ``v``, ``x1``, ``x2``, …
    threshold_state : str, optional
        State variable that is the threshold, where it moves: of a settled neuron it is that of `initial_state`, which
        must be where the neuron settles. `threshold` is then the usual one.
    spike_level : float, optional
        Potential in mV that a spike crosses upwards: the neuron fires in the step that starts below it
        and ends at or above it. For a neuron without a reset, such as Hodgkin's and Huxley's.
    equations : str
        The differential equations in plain text, one per line.
    scheme : str
        How the step integrates them and of which order in `dt`, in words: for the card and the pages of the neuron.
    order : int, optional
        Order of the scheme: halving `dt` divides the error of a step by ``2**order``, as far as no spike is fired. None
        for a step that is exact, or whose order is not known.
    peak : float, optional
        Potential to which a figure draws a spike: 20 mV by default, and for a potential of another unit, or a threshold
        above that, as far above the threshold as this is above the rest.
    limit : float
        A lane whose potential exceeds ``±limit`` mV, or is not finite, has diverged.
    title, description, source : str
        Texts for the user.
    in_sentence : str
        Title within a sentence, without an article, such as "AdEx neuron". The default is the title, followed by
        "neuron" unless the title already contains "neuron", "model" or "cell".
    presets : sequence of Preset
        Published parameter sets.
    ruled_out : mapping of str to (str or Proof)
        Firing patterns, by their keys, that the model cannot show, each with the argument. A text is a proof for all
        parameters; a `Proof` names the limits inside which it holds.
    notes : sequence of str
        Sentences that ``str(model)`` adds, such as what an import made of each value of the original.
    validate : bool
        Run the step on a few lanes and refuse it if it breaks the contract.

    Raises
    ------
    TypeError
        For an argument of a wrong type; the text names it and what is valid.
    ValueError
        If a parameter has a reserved name or appears twice, the step does not keep the contract, or
        it is not a neuron: no potential, or one spike counted in several steps. The text says what to
        change.

    Attributes
    ----------
    proofs : mapping of str to Proof
        Proofs that the model cannot show firing patterns, by the key of the pattern; `ruled_out` has their texts.
    discrete : bool
        Whether the step does not use dt, as found when the model is made: a neuron in discrete time. It is simulated
        at its own dt alone, and verified in steps of this.

    Notes
    -----
    Globals, closures and the parameters of an ``nn.Module`` that the step reads are constants of
    the model, as are functions that it calls: a kernel keeps them, and results are cached. Where one is
    changed later, a verb refuses the model with its name: make a new model, or make it a Parameter.
    """

    def __init__(
        self,
        key: str,
        step: Step,
        parameters: Sequence[Parameter],
        initial_state: Callable[..., Sequence[Any]],
        current: Parameter,
        rest: PerSet,
        threshold: PerSet,
        dt: float = 0.1,
        *,
        states: Sequence[str | StateVariable] | None = None,
        threshold_state: str | None = None,
        spike_level: float | None = None,
        equations: str = "",
        scheme: str = "",
        order: int | None = None,
        peak: float | None = None,
        limit: float = 1e4,
        title: str = "",
        in_sentence: str = "",
        description: str = "",
        source: str = "",
        presets: Sequence[Preset] = (),
        ruled_out: Mapping[str, str | Proof] | None = None,
        notes: Sequence[str] = (),
        validate: bool = True,
    ) -> None:
        check_key("a model", key)
        where = f"model {key!r}"
        self.key = key
        self.step = step
        self.spike_level = None if spike_level is None else float(spike_level)
        self.equations = equations
        self.scheme = scheme
        self.order = None if order is None else whole(where, "order", order, 1)
        self.parameters: Mapping[str, Parameter] = {p.key: p for p in parameters}
        self.initial_state = initial_state
        self.current = current
        self.rest = rest
        self.threshold = threshold
        self.dt = finite(where, "dt", dt, above=0.0, unit="ms")
        self._peak = None if peak is None else finite(where, "peak", peak)
        self.limit = finite(where, "limit", limit, above=0.0, unit="mV")
        self.title = title or key.replace("_", " ")
        self.in_sentence = in_sentence or _in_sentence(self.title)
        self.description = description
        self.source = source
        self.presets = tuple(presets)
        self.proofs: Mapping[str, Proof] = _proofs(where, ruled_out, self.parameters)
        self.ruled_out: Mapping[str, str] = {pattern: proof.text for pattern, proof in self.proofs.items()}
        self.notes = tuple(notes)
        self.lanewise = False
        self.discrete = False
        self.arithmetic: Arithmetic | None = None
        """The number format of a chip, for a model of :func:`plausiwidgets.models.fixed_point`; None for float64."""
        self.exact: NeuronModel | None = None
        """The same neuron in float64, for such a model."""
        self.is_builtin = False
        """Whether its programs come with the package; the registry sets it."""
        self.programs: Programs | None = step.programs if isinstance(step, ProgramStep) else None
        """What runs without torch: of a model of the package, what was exported from its step."""
        if len(self.parameters) < len(parameters):
            names = [p.key for p in parameters]
            twice = sorted({n for n in names if names.count(n) > 1})
            raise ValueError(f"{where}: each parameter must have a different key, got {', '.join(twice)} twice.")
        for reserved in RESERVED:
            if reserved in self.parameters:
                raise ValueError(
                    f"{where}: a parameter must not have the key {reserved!r}, which is reserved for the stimulus and "
                    f"the settings. Choose another key. Reserved: {', '.join(RESERVED)}."
                )
        for what, value in (("rest", rest), ("threshold", threshold)):
            if isinstance(value, str) and value not in self.parameters:
                raise unknown(f"{where}: {what}", "parameter", value, self.parameters)
        self._states = None if states is None else _named(key, states)
        if isinstance(step, ProgramStep):
            _refuse_others(self, step)
        self.threshold_place: int | None = None
        """Place of the threshold in the state, where it moves."""
        if threshold_state is not None:
            named = [state.key for state in self._states or ()]
            if threshold_state not in named:
                raise unknown(f"{where}: threshold_state", "state variable", threshold_state, named)
            self.threshold_place = named.index(threshold_state)
        self._span: float | None = None
        functions = {"step": step, "initial_state": initial_state, "rest": rest, "threshold": threshold}
        self._outside = Outside(functions if validate else {})
        if validate:
            if self.programs is None:
                take_numpy(self)
            check_contract(self)
        self._outside.settle()
        self._made = True

    def __setattr__(self, name: str, value: object) -> None:
        """Raise an AttributeError, because kernels and results are cached for a model."""
        if "_made" in self.__dict__ and name not in ("_states", "_span", "programs", "discrete", "is_builtin"):
            raise AttributeError(f"model {self.key!r}: {name} cannot be changed. Create a new NeuronModel.")
        super().__setattr__(name, value)

    def refuse_changes(self) -> None:
        """Raise an error if a value outside the model's functions that they read has changed since its creation.

        Raises
        ------
        ValueError
            That names it.
        """
        found = self._outside.changed()
        if found is not None:
            name, what = found
            raise ValueError(
                f"model {self.key!r}: its functions use {name}, which has {what} since the model was created. Kernels "
                f"and results are cached for a model, so create a new model, or make {name} a Parameter."
            )

    def __repr__(self) -> str:
        state = ", ".join(s.key for s in self._states) if self._states else "not run yet"
        return f"<NeuronModel {self.key!r}: state {state}; parameters {', '.join(self.parameters) or 'none'}>"

    def __str__(self) -> str:
        """Return the state variables, the parameters with their ranges, the current and the notes."""
        rows = [(p.key, f"{p.default:g}", f"{p.low:g} … {p.high:g}", p.unit) for p in self.parameters.values()]
        drive = self.current
        rows.append((f"{drive.key} (injected)", f"{drive.default:g}", f"{drive.low:g} … {drive.high:g}", drive.unit))
        title = f"NeuronModel {self.key}: state {', '.join(s.key for s in self.states)}; dt {self.dt:g} ms"
        return str(Table(title, ("parameter", "default", "range", "unit"), rows, self.notes))

    def _repr_html_(self) -> str:
        """Return the card of the model, as a notebook shows it; ``model_card`` adds what a step costs."""
        return card(self)

    def __copy__(self) -> NeuronModel:
        """Return another model with the same attributes."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__, is_builtin=False)
        return made

    def __deepcopy__(self, memo: object) -> NeuronModel:
        """Return the model itself, which cannot change."""
        return self

    # -- values --------------------------------------------------------------------------------

    def defaults(self) -> dict[str, float]:
        """Return the default of every parameter."""
        return {name: p.default for name, p in self.parameters.items()}

    def complete(self, parameters: Mapping[str, ArrayLike] | None = None) -> dict[str, Floats]:
        """Return every parameter, checked: the value in `parameters` or the default.

        Raises
        ------
        ValueError
            For an unknown name, or a value that is not finite or outside of its hard limits.
        """
        given = mapping(parameters)
        for name in given:
            if name not in self.parameters:
                raise unknown(f"model {self.key!r}", "parameter", name, self.parameters)
        return {n: p.check(given.get(n, p.default)) for n, p in self.parameters.items()}

    # -- tensors -------------------------------------------------------------------------------

    def namespace(self, values: Mapping[str, object]) -> Namespace:
        """Return ``p`` of a step: an attribute, a float64 tensor, for each parameter."""
        return Namespace(**{n: _tensor(values[n]) for n in self.parameters})

    def start(self, values: Mapping[str, ArrayLike], holding: ArrayLike) -> Floats:
        """Return the initial state of n lanes, shape [state variables, n]."""
        held = np.asarray(holding, dtype=np.float64).reshape(-1)
        n = max([held.size, *(np.size(values[p]) for p in self.parameters)])
        held = np.broadcast_to(held, (n,))
        if self.programs is not None:
            return np.stack(self.programs.start_at(values, held)[:-2])
        lanes = {p: np.broadcast_to(np.asarray(values[p], float), (n,)) for p in self.parameters}
        with torch.no_grad():
            state = self.initial_state(self.namespace(lanes), _tensor(held))
        return np.stack([np.broadcast_to(_tensor(s).numpy(), (n,)) for s in state]).astype(np.float64)

    def advance(
        self, current: torch.Tensor, state: Tensors, p: SimpleNamespace, dt: torch.Tensor
    ) -> tuple[torch.Tensor, Tensors]:
        """Return (spikes, state) after one step; spikes are those of the step or crossings of `spike_level`."""
        with _stepping:
            out = self.step(current, state, p, dt)
        if self.spike_level is None:
            spikes, new = out
            return spikes, new
        new = out
        fired = (state[0] < self.spike_level) & (new[0] >= self.spike_level)
        return fired.to(torch.float64), new

    @property
    def has_finer_steps(self) -> bool:
        """Whether a smaller time step approximates the same neuron better; not so in discrete time or on a chip."""
        return not self.discrete and self.arithmetic is None

    @property
    def states(self) -> tuple[StateVariable, ...]:
        """The state variables, the membrane potential first."""
        if self._states is None and self.programs is not None:
            self._states = _named(self.key, ["v", *(f"x{i}" for i in range(1, len(self.programs.step.state)))])
        if self._states is None:
            values = {n: [v] for n, v in self.defaults().items()}
            with torch.no_grad():
                state = self.initial_state(self.namespace(values), torch.zeros(1, dtype=torch.float64))
            self._states = _named(self.key, ["v", *(f"x{i}" for i in range(1, len(state)))])
        return self._states

    def rest_threshold(self, values: Mapping[str, ArrayLike]) -> tuple[Floats, Floats]:
        """Return resting potential and spike threshold in mV, each of shape [n]."""
        n = max(np.size(values[p]) for p in self.parameters) if self.parameters else 1
        if self.programs is not None and (callable(self.rest) or callable(self.threshold)):
            rest, threshold = self.programs.start_at(values, np.zeros(n))[-2:]
            return rest.copy(), threshold.copy()
        out = []
        for what in (self.rest, self.threshold):
            if isinstance(what, str):
                value = values[what]
            elif callable(what):
                with torch.no_grad():
                    value = _tensor(what(self.namespace(values))).numpy()
            else:
                value = what
            out.append(np.broadcast_to(np.asarray(value, dtype=np.float64).reshape(-1), (n,)).copy())
        return out[0], out[1]

    def usual_rest_threshold(self) -> tuple[float, float]:
        """Return resting potential and spike threshold in mV at the default parameters."""
        rest, threshold = self.rest_threshold(self.defaults())
        return float(rest[0]), float(threshold[0])

    def span(self, values: Mapping[str, ArrayLike]) -> Floats:
        """Return the span from rest to threshold in mV, shape [n].

        Clipped to ½–2 times the span of the default parameters: a voltage criterion is a share
        of the span, and must not be met by moving the threshold.
        """
        return self.span_threshold(values)[0]

    def span_threshold(self, values: Mapping[str, ArrayLike]) -> tuple[Floats, Floats]:
        """Return the span as in :meth:`span`, and the spike threshold, both in mV, shape [n]."""
        if self._span is None:
            usual_rest, usual_threshold = self.usual_rest_threshold()
            self._span = usual_threshold - usual_rest
        usual = self._span
        rest, threshold = self.rest_threshold(values)
        return np.clip(np.nan_to_num(threshold - rest, nan=usual), 0.5 * usual, 2.0 * usual), threshold

    @property
    def peak(self) -> float:
        """Potential to which a figure draws a spike."""
        if self._peak is not None:
            return self._peak
        rest, threshold = self.usual_rest_threshold()
        return 20.0 if self.states[0].unit == "mV" and threshold < 20.0 else 2.0 * threshold - rest

    def full_spike(self) -> float | None:
        """Return the height of a spike in mV, from the default parameters' rest to the peak; None with a reset."""
        if self.spike_level is None:
            return None
        return self.peak - self.usual_rest_threshold()[0]


def _proofs(
    where: str, ruled_out: Mapping[str, str | Proof] | None, parameters: Mapping[str, Parameter]
) -> dict[str, Proof]:
    """Return the proofs of a model; ValueError if the limits of one contain an unknown parameter."""
    proofs = {pattern: Proof(why) if isinstance(why, str) else why for pattern, why in mapping(ruled_out).items()}
    for proof in proofs.values():
        for name in proof.limits:
            if name not in parameters:
                raise unknown(f"{where}: limits of a proof", "parameter", name, parameters)
    return proofs


def _refuse_others(model: NeuronModel, step: ProgramStep) -> None:
    """Raise an error for an argument that differs from the programs of the step."""
    programs = step.programs
    names, count = programs.step.parameters, len(programs.step.state)

    def refuse(what: str, valid: str) -> NoReturn:
        raise ValueError(
            f"model {model.key!r}: {what} must be {valid}, because its step is a program that belongs to another "
            f"model. To change {what}, pass the function from which the other model was created."
        )

    if tuple(model.parameters) != names:
        refuse("parameters", f"{', '.join(names) or 'empty'}, in this order")
    if len(model.states) != count:
        refuse("states", f"{count} state variables")
    if model.initial_state != step.initial_state:
        refuse("initial_state", "step.initial_state")
    if model.spike_level != step.level:
        refuse("spike_level", str(step.level))
    ends = programs.start_at(model.defaults(), np.zeros(1))[-2:]
    for what, given, own in zip(("rest", "threshold"), (model.rest, model.threshold), ends, strict=True):
        value = model.parameters[given].default if isinstance(given, str) else given
        if callable(value) or not np.isclose(value, own[0]):
            refuse(what, f"{own[0]:g}, or a parameter with this default")


def _in_sentence(title: str) -> str:
    """Return the default form of a title within a sentence, which names a neuron."""
    is_neuron = any(word in title.lower() for word in ("neuron", "model", "cell"))
    return title if is_neuron else f"{title} neuron"


def _named(model: str, states: Sequence[str | StateVariable]) -> tuple[StateVariable, ...]:
    named = [StateVariable(s) if isinstance(s, str) else s for s in states]
    names = [s.key for s in named]
    if not names or len(set(names)) < len(names):
        raise ValueError(
            f"model {model!r}: states must contain at least one name, and each name only once, got "
            f"{', '.join(names) or 'an empty list'}."
        )
    if not named[0].unit:
        named[0] = replace(named[0], unit="mV")
    return tuple(named)


def _tensor(value: object) -> torch.Tensor:
    if isinstance(value, torch.Tensor):
        return value.to(torch.float64)
    return torch.as_tensor(np.array(value, dtype=np.float64))
