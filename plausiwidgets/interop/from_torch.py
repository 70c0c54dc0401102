"""A torch module as a neuron model, as it is: what it remembers from step to step is found, and its step is checked.

State is what a step changes and a later step reads: an attribute, a buffer, or what the module returns beside its
output and takes again. It is found by trial, and what was found is compared with the loop of the module that was
passed before it is accepted. Nothing of a library is imported: its neurons are known by the names of their classes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from plausiwidgets.interop.libraries import POTENTIALS, Library, library_of
from plausiwidgets.interop.torch_calls import Constants, UnfitError, Wrapped
from plausiwidgets.interop.torch_copies import NotCopiedError, copied, to_double, untouched
from plausiwidgets.interop.torch_parameters import (
    Found,
    TorchSpace,
    current_of,
    found_parameters,
    identifier,
    named_parameters,
    put_bounded_part_first,
    rest_of,
    threshold_of,
)
from plausiwidgets.interop.torch_places import decimal, is_number, last, spots
from plausiwidgets.interop.torch_states import begins, find, variable_names
from plausiwidgets.models.contract import Namespace
from plausiwidgets.models.model import NeuronModel, StateVariable
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.support.arguments import checked, finite, mapping, shown
from plausiwidgets.support.lazy import torch
from plausiwidgets.support.names import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plausiwidgets.interop.libraries import Convert

_STEPS = 300
"""For how many steps the loop of the module is compared with the step, from its beginning and from a random state."""


@checked
def from_torch(
    module: object,
    parameters: Mapping[str, object] | None = None,
    *,
    key: str | None = None,
    dt: float | None = None,
    potential: str | None = None,
    spikes: int | str | None = None,
    current: Parameter | None = None,
    rest: float | str | None = None,
    threshold: float | str | None = None,
    initial: Mapping[str, float] | None = None,
    unit: str = "1",
    **options: Any,
) -> NeuronModel:
    """Take a torch module with hidden or returned state as a neuron model, as it is.

    Neurons of snnTorch, SpikingJelly (single step), sinabs and cells of Norse are known by themselves; any other module
    is taken if what it remembers is a tensor with a value for each lane. Its own loop is compared with the step of the
    model for some hundred steps of noise.

    Examples
    --------
    >>> import torch
    >>> import plausiwidgets as pw
    >>> class Leaky(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.beta, self.threshold, self.mem = 0.9, 1.0, 0.0
    ...     def forward(self, x):
    ...         self.mem = self.beta * self.mem + x
    ...         spikes = (self.mem > self.threshold).to(x.dtype)
    ...         self.mem = self.mem - spikes * self.threshold
    ...         return spikes
    >>> neuron = pw.from_torch(Leaky())
    >>> neuron
    <NeuronModel 'leaky': state mem; parameters beta, threshold>
    >>> pw.judge(neuron, "tonic_spiking").status
    'replicated'

    Parameters
    ----------
    module : torch.nn.Module
        It is copied, and stays as it is. In the copy constants of float32 are the decimals that they were written as.
    parameters : mapping of str to Parameter, or to (list of Parameter, callable), optional
        By the path of an attribute or a buffer, such as ``"beta"`` or ``"neuron.tau"``: a `Parameter` that it is; or
        parameters and ``f(p, dt)``, what it becomes of them. Without it each number that the step reads is a
        parameter, with a range by its name and value; ``{}`` leaves all of them as they are.
    key : str, optional
        Of the model; the name of the class in lower case by default.
    dt : float, optional
        Time step in ms, 1 by default (and that of a cell of Norse).
    potential : str, optional
        Which of the states is the membrane potential, where its name does not say so.
    spikes : int or str, optional
        Which output, or which attribute, is the spikes, where it is not the first that is 0.0 and 1.0.
    current : Parameter, optional
        The injected current; by default a range around the smallest constant one that makes the neuron fire.
    rest, threshold : float or str, optional
        As of :class:`NeuronModel`; by default what the neuron rests at without a current, and what is called threshold.
    initial : mapping of str to float, optional
        Where state variables begin, by their names; by default where the module itself begins, and 0 for a state that
        ``forward`` requires and no method of the module makes.
    unit : str
        Of the potential; ``"1"`` for one without a unit.
    **options
        Further arguments of :class:`NeuronModel`.

    Raises
    ------
    TypeError
        If `module` is not a torch module.
    ValueError
        For graded spikes, several layers, several spikes in a step, randomness, state in a list, a module that
        remembers something else than was found, and a name that the module does not have; the text has the reason.
    """
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"from_torch: module must be a torch.nn.Module, such as snn.Leaky(0.9), got {shown(module)}.")
    neuron: torch.nn.Module = getattr(module, "_orig_mod", module)  # of torch.compile
    kind = type(neuron).__name__
    where = f"from_torch({kind})"
    if isinstance(neuron, torch.jit.ScriptModule):
        raise UnfitError(f"{where}: the state of a scripted module cannot be read. Pass the module that was scripted.")
    library = library_of(neuron)
    library.refuse(neuron, where)
    with untouched(neuron), _explained(where):
        work = copied(neuron)
        fixed = _prepared(work, library, where)
        step_ms = finite(where, "dt", dt or library.dt(neuron) or _own_dt(neuron) or 1.0, above=0.0, unit="ms")
        wrapped = find(work, where, spikes, potential, library)
        names = variable_names(neuron, wrapped.keys)
        space = TorchSpace(wrapped, where, fixed, step_ms, _ordered(wrapped, where, potential, names))
        space.begin = _beginning(space, library, neuron, initial, names)
        if potential is None:
            put_bounded_part_first(space)
        found, constants = found_parameters(space) if parameters is None else (named_parameters(space, parameters), {})
        space.conversions = {path: convert for path, (_, convert) in found.items()}
        own = {p.key: p for ps, _ in found.values() for p in ps}
        for what, entry in (("rest", rest), ("threshold", threshold)):
            if isinstance(entry, str) and entry not in own:
                raise unknown(f"{where}: {what}", "parameter", entry, own)
        p = Namespace(**{n: torch.full((1,), q.default, dtype=torch.float64) for n, q in own.items()})
        values = space.constants(p, torch.tensor(step_ms, dtype=torch.float64))
        level = threshold_of(space, found) if threshold is None else threshold
        resting = rest_of(space, values) if rest is None else rest
        height = float(own[level].default if isinstance(level, str) else level)
        base = float(own[resting].default if isinstance(resting, str) else resting)
        if not height > base:
            raise UnfitError(f"{where}: threshold must be above the rest ({base:g}), got {height:g}.")
        drive = current or current_of(space, height - base, unit)
        to_double(neuron)
        _prepared(neuron, library, where)
        _compare(space, wrapped.on(neuron), drive, values, initial is not None)
        labels = [names.get(key, key) for key in space.states]
        labels = [identifier(label, labels) for label in labels]
        about = library.description(neuron)
        title = f"{library.title} {kind}".strip() if library.title and key is None else ""
    defaults = {"title": title, "source": library.source, "description": about}
    return NeuronModel(
        key or identifier(re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind).lower(), ()),
        space,
        list(own.values()),
        space.initial_state,
        drive,
        resting,
        level,
        step_ms,
        states=[StateVariable(n, unit if i == 0 else "") for i, n in enumerate(labels)],
        notes=_notes(space, found, constants, labels, step_ms),
        **defaults | options,
    )


@contextmanager
def _explained(where: str) -> Iterator[None]:
    """Put a sentence in front of an error that comes from the module or from torch."""
    try:
        yield
    except NotCopiedError as error:
        raise UnfitError(f"{where}: {error} Make the module without this attribute.") from error
    except UnfitError as error:
        raise error if str(error).startswith("from_torch") else UnfitError(f"{where}: {error}") from None
    except (ValueError, TypeError) as error:
        if str(error).startswith("from_torch"):
            raise
        raise UnfitError(_failed(where, error)) from error
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, NotImplementedError, AssertionError) as error:
        raise UnfitError(_failed(where, error)) from error


def _failed(where: str, error: Exception) -> str:
    text = str(error).strip().partition("\n")[0].removesuffix(".")
    return (
        f"{where}: the module could not be run for one step on several lanes. It raised {type(error).__name__}: "
        f"{text}. Pass a module whose forward takes one current for each lane."
    )


def _prepared(module: torch.nn.Module, library: Library, where: str) -> dict[str, Convert]:
    """Make a module double and ready for single steps; return what its constants become of (p, dt), by path."""
    to_double(module)
    return library.prepare(module, where)


def _own_dt(module: torch.nn.Module) -> float | None:
    """Return the time step of a module in ms, where it has one, and its time constants show in which unit it is."""
    own = {path: decimal(s.value) for path, s in spots(module).items() if is_number(s)}
    steps = {x for path, x in own.items() if last(path) == "dt" and x > 0.0}
    times = [x for path, x in own.items() if last(path).lower().startswith("tau") and x > 0.0]
    if len(steps) != 1 or not times:
        return None
    (step,) = steps
    return step if min(times) >= 1.0 else 1e3 * step if max(times) < 1.0 and step < 0.1 else None


def _ordered(wrapped: Wrapped, where: str, potential: str | None, names: Mapping[str, str]) -> list[str]:
    """Return the states, the potential first."""
    keys = wrapped.keys
    called = {key: names.get(key, last(key)) for key in keys}
    if potential is not None:
        chosen = [k for k in keys if potential in (k, called[k])]
        if not chosen:
            raise unknown(where, "potential", potential, [names.get(k, k) for k in keys])
    else:
        chosen = [k for name in POTENTIALS for k in keys if called[k] == name]
        if len({k.rpartition(".")[0] for k in chosen}) > 1:
            raise UnfitError(
                f"{where}: the module must be one neuron with one current, got several layers with the potentials "
                f"{', '.join(chosen)}. Pass one of the layers."
            )
        chosen = chosen or (keys if len(wrapped.entries) == 1 and len(keys) <= 2 else [])
    if not chosen:
        shown_names = ", ".join(names.get(k, k) for k in keys)
        raise UnfitError(f"{where}: the membrane potential is not known. Pass potential, one of {shown_names}.")
    return [chosen[0], *(k for k in keys if k != chosen[0])]


def _beginning(
    space: TorchSpace,
    library: Library,
    module: torch.nn.Module,
    initial: Mapping[str, float] | None,
    names: Mapping[str, str],
) -> dict[str, float]:
    """Return the numbers with which the states begin: given ones, and those of the module's own first step."""
    keys = space.wrapped.keys
    given: dict[str, float] = {}
    for name, value in mapping(initial).items():
        key = next((k for k in keys if name in (k, names.get(k), last(k))), None)
        if key is None:
            raise unknown(f"{space.where}: initial", "state", name, [names.get(k, k) for k in keys])
        given[key] = finite(f"{space.where}: initial", name, value)
    if given.keys() >= set(keys):
        return given
    known = {last(key): library.begins(module, last(key)) for key in keys}
    numbers = {name: x for name, x in known.items() if x is not None}
    try:
        found = begins(space.wrapped, space.where, space.as_the_library_needs(), numbers)
    except UnfitError:
        if not given:
            raise
        found = dict.fromkeys(keys, 0.0)
    return found | given


def _notes(
    space: TorchSpace, found: Found, constants: Mapping[str, str], labels: Sequence[str], dt: float
) -> list[str]:
    """Return sentences on the role that each value of the module has in the model, with the reason."""
    notes = [f"One step of the module is {dt:g} ms."]
    for label, key in zip(labels, space.states, strict=True):
        where = "argument and result" if key in space.wrapped.slot_names else f"{key!r} of the module"
        notes.append(f"State {label}: {where}, which begins with {space.begin[key]:.6g}.")
    made = [f"{', '.join(p.key for p in declared)} from {path!r}" for path, (declared, _) in found.items()]
    notes += [f"Parameters: {'; '.join(made)}."] if made else []
    for reason in dict.fromkeys(constants.values()):
        paths = [repr(path) for path, other in constants.items() if other == reason]
        notes.append(f"Constant {', '.join(paths)}: {reason}.")
    if space.wrapped.ring is not None:
        notes.append(f"Ring buffer: {space.wrapped.ring.pointer!r} goes around in {space.wrapped.ring.length} steps.")
    if isinstance(space.wrapped.spikes, str):
        notes.append(f"The spikes are {space.wrapped.spikes!r} of the module.")
    return notes


# ------------------------------------------------------------------ the check


def _compare(space: TorchSpace, reference: Wrapped, drive: Parameter, values: Constants, starts_given: bool) -> None:
    """Raise an error if the loop of the module that was passed differs from the step, with the first such step."""
    noise = np.random.default_rng(1).uniform(-0.5, 2.5, (_STEPS, 3)) * np.array([0.7, 1.0, 2.0]) * drive.default
    currents = torch.from_numpy(noise)
    places = spots(reference.module)
    for path, value in values.items():
        before = places[path].value
        number = float(value.reshape(-1)[0] if isinstance(value, torch.Tensor) else value)
        places[path].set(torch.full_like(before, number) if isinstance(before, torch.Tensor) else number)
    reference = reference.on(reference.module)  # from now on, these values are the first ones
    begin = {key: torch.full((3,), number, dtype=torch.float64) for key, number in space.begin.items()}
    visited = _same_course(space, reference, currents, begin, values, begin if starts_given else None)
    anywhere = _moved(space, visited)
    _same_course(space, reference, currents, anywhere, values, anywhere)


def _moved(space: TorchSpace, state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return a random state around one that the neuron visits: whole numbers stay whole."""
    rng = np.random.default_rng(2)
    found = {}
    for key, value in state.items():
        size = 0.3 * (value.nan_to_num().abs() + abs(space.begin[key]) + 1e-3)
        moved = value.nan_to_num() + size * torch.from_numpy(rng.uniform(-1.0, 1.0, value.shape))
        found[key] = value if bool((value == value.round()).all()) else moved
    return found


def _same_course(
    space: TorchSpace,
    reference: Wrapped,
    currents: torch.Tensor,
    begin: Mapping[str, torch.Tensor],
    values: Constants,
    start: Mapping[str, torch.Tensor] | None,
) -> dict[str, torch.Tensor]:
    """Compare the step with the loop of a module; return the state in the middle of the course."""
    largest: dict[str, float] = {}
    state, middle = dict(begin), dict(begin)
    loop = reference.loop(currents, start)
    for k, x in enumerate(currents):
        with torch.no_grad():  # not while the caller has the step: it may stop there
            outputs, after = next(loop)
            ours, state = space.wrapped.advance(x, state, values)
        theirs, spikes = reference.fired(outputs), space.wrapped.fired(ours)
        if len(wrong := (theirs != spikes).nonzero()):
            lane = int(wrong[0])
            _refuse(
                space,
                k,
                f"the spike is {float(theirs[lane]):g} in the module's own loop and "
                f"{float(spikes[lane]):g} in its step",
            )
        for key in [key for key in space.states if key in after]:
            largest[key] = max(largest.get(key, 0.0), float(after[key].nan_to_num(0.0, 0.0, 0.0).abs().max()))
            if not torch.allclose(after[key], state[key], 1e-6, 1e-9 + 1e-6 * largest[key], equal_nan=True):
                one, other = (float(x[key][(after[key] != state[key]).nonzero()[0]]) for x in (after, state))
                _refuse(space, k, f"{key!r} is {one:.9g} in the module's own loop and {other:.9g} in its step")
        if k == _STEPS // 2:
            middle = state
    loop.close()
    return middle


def _refuse(space: TorchSpace, k: int, what: str) -> NoReturn:
    raise UnfitError(
        f"{space.where}: in step {k} {what}, so the module must have more state than "
        f"{', '.join(map(repr, space.states))}. Make all of its state tensors with a value for each lane."
    )
