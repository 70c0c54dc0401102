"""A neuron model: its equations as one torch step, and its parameters as data."""

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
"""The `step` argument of :class:`NeuronModel`."""
PerSet = float | str | Callable[..., object]

STIMULUS_NAMES = ("amplitude", "holding", "interval", "inhibition", "width", "rise")
LINK_NAMES = ("model", "pattern", "dt", "seed", "lock", "samples", "lines", "self")
"""Names of settings that a link or a call contains besides parameters and stimulus values."""
_stepping = RLock()
"""Lock that is held during a step, because two threads must not step a module that stores its own state."""
RESERVED = (*STIMULUS_NAMES, *LINK_NAMES)


@checked
@dataclass(frozen=True)
class Preset:
    """A published parameter set.

    Parameters
    ----------
    title : str
        Text in a menu.
    parameters : mapping of str to float
        Model parameters and, if the publication contains them, stimulus values.
    pattern : str or None
        Key of the firing pattern for which the set was published.
    dt : float or None
        Time step of the publication in ms.
    source : str
        The publication.

    Raises
    ------
    TypeError
        If an argument has a wrong type.
    ValueError
        If `dt` is not a finite number > 0.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.Preset("Bursting", {"tau": 12.0, "amplitude": 30.0}, pattern="tonic_bursting", dt=0.1).title
    'Bursting'
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
        """First author and year of the publication, or an empty string if `source` contains no year.

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

    Parameters
    ----------
    key : str
        Python identifier, as in ``simulate(record=...)``.
    unit : str
        Unit of its values.
    description : str
        Its meaning.
    title : str
        Short name for the user, by default the key.

    Raises
    ------
    TypeError
        If an argument has a wrong type.
    ValueError
        If the key is not a valid name.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.StateVariable("w", "pA", "Adaptation current.").label
    'w (pA)'
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
        """Key and unit for the label of an axis."""
        return f"{self.key} ({self.unit})" if self.unit else self.key

    @property
    def meaning(self) -> str:
        """Description for a tooltip or a table, after the title if this differs from the key."""
        return meaning(self.key, self.title, self.description)


@checked
@renamed
class NeuronModel:
    """A spiking neuron with one membrane potential and one injected current.

    Parameters
    ----------
    key : str
        Python identifier, which is the name of the model in calls, links and tables.
    step : callable
        ``step(current, state, p, dt) -> (spikes, state)`` computes one time step with NumPy or torch. ``current`` and
        every entry of ``state`` are float64 arrays (or tensors) of shape (lanes,). ``state[0]`` is the membrane
        potential in mV, ``p.<name>`` are the parameters, and ``dt`` is the time step in ms, without a dimension.
        ``spikes`` is true or 1.0 where a lane fired in this step. The step must create new arrays instead of changing
        its inputs in place, and must compute each lane independently of the others, with ``np.where`` instead of
        ``if``. With `spike_level` it returns only the state. Only one thread at a time calls the step until it is
        compiled.
    parameters : sequence of Parameter
        All parameters that the functions of the model read from ``p``.
    initial_state : callable
        ``initial_state(p, holding) -> state`` returns the initial state at a constant current. An entry may be a number
        that applies to all lanes.
    current : Parameter
        The injected current with its unit, its range, and as its default the amplitude of a step that makes the neuron
        fire.
    rest, threshold : float, str or callable
        Resting potential and spike threshold in mV, as a number, a parameter's name, or a function of ``p``. Voltage
        criteria scale with the distance between them, the span.
    dt : float
        Default time step in ms.
    states : sequence of str or StateVariable, optional
        The state variables in order, the membrane potential first. The default unit of the potential is mV. The default
        names are ``v``, ``x1``, ``x2``, …
    threshold_state : str, optional
        State variable that is the threshold, if the threshold moves. Its resting value is that of `initial_state`,
        which must therefore return the steady state. `threshold` is then the threshold at rest.
    spike_level : float, optional
        Potential in mV that a spike crosses upwards, for a neuron without a reset, such as that of Hodgkin and Huxley.
        The neuron fires in a step that starts below this level and ends at or above it.
    equations : str
        The differential equations in plain text, one per line.
    scheme : str
        Description of the integration scheme of the step and its order in `dt`, for the card and the pages of the
        neuron.
    order : int, optional
        Order of the scheme. If no spike occurs, halving `dt` divides the error of a step by ``2**order``. None for an
        exact step or an unknown order.
    peak : float, optional
        Potential up to which figures draw a spike, by default 20 mV. If the potential has another unit, or the
        threshold is above 20 mV, the default is as far above the threshold as the threshold is above rest.
    limit : float
        Maximum absolute potential in mV. A lane has diverged if its potential exceeds ``±limit`` or a state variable is
        not finite.
    title, description, source : str
        Texts for the user.
    in_sentence : str
        Title within a sentence, without an article, such as "AdEx neuron". The default is the title, followed by
        "neuron" unless the title already contains "neuron", "model" or "cell".
    presets : sequence of Preset
        Published parameter sets.
    ruled_out : mapping of str to (str or Proof)
        Firing patterns that the model cannot show, by their keys, each with a proof. A text is a proof for all
        parameters. A `Proof` contains the limits within which it is valid.
    notes : sequence of str
        Sentences that ``str(model)`` adds, such as the origin of each imported value.
    validate : bool
        Whether to run the step on a few lanes and raise an error if it violates the contract.

    Attributes
    ----------
    proofs : mapping of str to Proof
        Proofs that the model cannot show firing patterns, by the key of the pattern. `ruled_out` contains their texts.
    discrete : bool
        Whether the step does not use dt, as determined when the model is created. Such a neuron in discrete time is
        simulated and verified only at its own dt.

    Raises
    ------
    TypeError
        If an argument has a wrong type. The message contains its name and the accepted types.
    ValueError
        If a parameter has a reserved name or occurs twice, the step violates the contract, or one spike is counted in
        several steps. The message contains the necessary change.

    Notes
    -----
    Kernels and results are cached. Globals, closures and the parameters of an ``nn.Module`` that the step reads are
    therefore constants of the model, and so are the functions that it calls. If one of them changes later, the
    functions of the package raise an error with its name. Create a new model, or make the value a Parameter.

    Examples
    --------
    A leaky integrate-and-fire neuron in NumPy:

    >>> import numpy as np
    >>> import plausiwidgets as pw
    >>> def step(current, state, p, dt):
    ...     (v,) = state
    ...     v = v + dt / p.tau * (p.v_rest - v + current)
    ...     spikes = v > -50.0
    ...     return spikes, (np.where(spikes, p.v_rest, v),)
    >>> description = dict(
    ...     states=["v"],
    ...     parameters=[pw.Parameter("tau", 20.0, 5.0, 50.0, unit="ms", scale="log"),
    ...                 pw.Parameter("v_rest", -65.0, -80.0, -55.0, unit="mV")],
    ...     initial_state=lambda p, holding: (p.v_rest,),
    ...     current=pw.Parameter("current", 25.0, 0.0, 100.0, unit="mV"),
    ...     rest="v_rest", threshold=-50.0, dt=0.1)
    >>> pw.NeuronModel(key="leaky", step=step, **description)
    <NeuronModel 'leaky': state v; parameters tau, v_rest>

    The same step in PyTorch:

    >>> import torch
    >>> def torch_step(current, state, p, dt):
    ...     (v,) = state
    ...     v = v + dt / p.tau * (p.v_rest - v + current)
    ...     spikes = v > -50.0
    ...     return spikes.to(v.dtype), (torch.where(spikes, p.v_rest, v),)
    >>> pw.NeuronModel(key="leaky_torch", step=torch_step, **description)
    <NeuronModel 'leaky_torch': state v; parameters tau, v_rest>
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
        """Number format of a chip, for a model of :func:`plausiwidgets.models.fixed_point`, or None for float64."""
        self.exact: NeuronModel | None = None
        """Original model in float64, for a model of :func:`plausiwidgets.models.fixed_point`."""
        self.is_builtin = False
        """Whether the programs come with the package. The registry sets this attribute."""
        self.programs: Programs | None = step.programs if isinstance(step, ProgramStep) else None
        """Programs that run without torch. Those of a built-in model were exported from its step."""
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
            _check_program(self, step)
        self.threshold_place: int | None = None
        """Index of the threshold in the state, or None if the threshold does not move."""
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
            If a value has changed. The message contains its name.
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
        """Return the card of the model for a notebook. ``model_card`` adds the operation count of a step."""
        return card(self)

    def __copy__(self) -> NeuronModel:
        """Return a new model with the same attributes."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__, is_builtin=False)
        return made

    def __deepcopy__(self, memo: object) -> NeuronModel:
        """Return the model itself, because it is immutable."""
        return self

    # -- values --------------------------------------------------------------------------------

    def defaults(self) -> dict[str, float]:
        """Return the default of every parameter."""
        return {name: p.default for name, p in self.parameters.items()}

    def complete(self, parameters: Mapping[str, ArrayLike] | None = None) -> dict[str, Floats]:
        """Return a checked value for every parameter, either from `parameters` or its default.

        Raises
        ------
        ValueError
            If a name is unknown, or a value is not finite or is outside the parameter's hard limits.
        """
        given = mapping(parameters)
        for name in given:
            if name not in self.parameters:
                raise unknown(f"model {self.key!r}", "parameter", name, self.parameters)
        return {n: p.check(given.get(n, p.default)) for n, p in self.parameters.items()}

    # -- tensors -------------------------------------------------------------------------------

    def namespace(self, values: Mapping[str, object]) -> Namespace:
        """Return the argument ``p`` of a step, with a float64 tensor as an attribute for each parameter."""
        return Namespace(**{n: _tensor(values[n]) for n in self.parameters})

    def start(self, values: Mapping[str, ArrayLike], holding: ArrayLike) -> Floats:
        """Return the initial state of n lanes, shape (state variables, n)."""
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
        """Return (spikes, state) after one step, with the spikes of the step or crossings of `spike_level`."""
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
        """Whether a smaller time step is more accurate. False in discrete time and in the arithmetic of a chip."""
        return not self.discrete and self.arithmetic is None

    @property
    def states(self) -> tuple[StateVariable, ...]:
        """State variables, the membrane potential first."""
        if self._states is None and self.programs is not None:
            self._states = _named(self.key, ["v", *(f"x{i}" for i in range(1, len(self.programs.step.state)))])
        if self._states is None:
            values = {n: [v] for n, v in self.defaults().items()}
            with torch.no_grad():
                state = self.initial_state(self.namespace(values), torch.zeros(1, dtype=torch.float64))
            self._states = _named(self.key, ["v", *(f"x{i}" for i in range(1, len(state)))])
        return self._states

    def rest_threshold(self, values: Mapping[str, ArrayLike]) -> tuple[Floats, Floats]:
        """Return the resting potential and the spike threshold in mV, each of shape (n,)."""
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
        """Return the resting potential and the spike threshold in mV at the default parameters."""
        rest, threshold = self.rest_threshold(self.defaults())
        return float(rest[0]), float(threshold[0])

    def span(self, values: Mapping[str, ArrayLike]) -> Floats:
        """Return the span from rest to threshold in mV, shape (n,).

        The span is clipped to ½–2 times that of the default parameters. A voltage criterion is a fraction of the span,
        so moving the threshold must not be enough to meet it.
        """
        return self.span_threshold(values)[0]

    def span_threshold(self, values: Mapping[str, ArrayLike]) -> tuple[Floats, Floats]:
        """Return the span, as in :meth:`span`, and the spike threshold, both in mV and of shape (n,)."""
        if self._span is None:
            usual_rest, usual_threshold = self.usual_rest_threshold()
            self._span = usual_threshold - usual_rest
        usual = self._span
        rest, threshold = self.rest_threshold(values)
        return np.clip(np.nan_to_num(threshold - rest, nan=usual), 0.5 * usual, 2.0 * usual), threshold

    @property
    def peak(self) -> float:
        """Potential up to which figures draw a spike, in the unit of the potential."""
        if self._peak is not None:
            return self._peak
        rest, threshold = self.usual_rest_threshold()
        return 20.0 if self.states[0].unit == "mV" and threshold < 20.0 else 2.0 * threshold - rest

    def full_spike(self) -> float | None:
        """Return the height of a spike in mV, from rest at the default parameters to the peak, or None with a reset."""
        if self.spike_level is None:
            return None
        return self.peak - self.usual_rest_threshold()[0]


def _proofs(
    where: str, ruled_out: Mapping[str, str | Proof] | None, parameters: Mapping[str, Parameter]
) -> dict[str, Proof]:
    """Return the proofs of a model, after checking that their limits contain only known parameters."""
    proofs = {pattern: Proof(why) if isinstance(why, str) else why for pattern, why in mapping(ruled_out).items()}
    for proof in proofs.values():
        for name in proof.limits:
            if name not in parameters:
                raise unknown(f"{where}: limits of a proof", "parameter", name, parameters)
    return proofs


def _check_program(model: NeuronModel, step: ProgramStep) -> None:
    """Raise an error if an argument differs from the programs of the step."""
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
    """Return the default form of a title within a sentence, which contains a word for neuron."""
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
