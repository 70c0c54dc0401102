"""Conversion of a torch module into a neuron model, by a search for its state.

The state consists of the values that a step changes and a later step reads: an attribute, a buffer, or a result that
the module takes again as an argument. Trials find the state. The resulting step must agree with the loop of the
original module before it is accepted. No library is imported, because neurons of libraries are recognized by the names
of their classes.
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
"""Number of steps in each of two comparisons of the module's loop with the step, from its first and a random state."""


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
    """Return a neuron model of a torch module whose state is in the module or is an argument and a result.

    Neurons of snnTorch, SpikingJelly (single step) and sinabs, and cells of Norse, are recognized automatically. Any
    other module is accepted if its state consists of tensors with a value for each lane. The module's own loop is
    compared with the step of the model for several hundred steps of noise.

    Parameters
    ----------
    module : torch.nn.Module
        The module, which is copied and not changed. In the copy, a float32 constant becomes the decimal number from
        which it was created.
    parameters : mapping of str to Parameter, or to (list of Parameter, callable), optional
        Parameters by the path of an attribute or a buffer, such as ``"beta"`` or ``"neuron.tau"``. A value is a
        `Parameter` that replaces the attribute, or a list of parameters with a function ``f(p, dt)`` that computes the
        attribute. By default each number that the step reads becomes a parameter, with a range from its name and value.
        With ``{}`` all of them stay constants.
    key : str, optional
        Key of the model, by default from the name of the class.
    dt : float, optional
        Time step in ms. By default it is that of a Norse cell, or of a module with an attribute ``dt`` and time
        constants, or else 1.
    potential : str, optional
        State that is the membrane potential, if its name is not a common one.
    spikes : int or str, optional
        Index of the output, or name of the attribute, that contains the spikes. By default the first output with only
        0.0 and 1.0.
    current : Parameter, optional
        The injected current. By default its range surrounds the smallest constant current that makes the neuron fire.
    rest, threshold : float or str, optional
        See :class:`NeuronModel`. By default the former is the resting value of the potential without a current. The
        latter is the attribute with the name of a threshold, or else the largest potential without a spike.
    initial : mapping of str to float, optional
        Initial values of state variables by their names. By default they are those of the module, or 0 for a state that
        ``forward`` requires and no method of the module creates.
    unit : str
        Unit of the potential, ``"1"`` if it has none.
    **options
        Further arguments of :class:`NeuronModel`.

    Returns
    -------
    NeuronModel

    Raises
    ------
    TypeError
        If `module` is not a torch module.
    ValueError
        If the module has graded spikes, several layers, several spikes in a step, randomness, or state in a list, or
        has no attribute of a given name. If its loop differs from the step. The message contains the reason.

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
    """
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"from_torch: module must be a torch.nn.Module, such as snn.Leaky(0.9), got {shown(module)}.")
    # torch.compile wraps the original module.
    neuron: torch.nn.Module = getattr(module, "_orig_mod", module)
    kind = type(neuron).__name__
    where = f"from_torch({kind})"
    if isinstance(neuron, torch.jit.ScriptModule):
        raise UnfitError(f"{where}: the state of a scripted module cannot be read. Pass the module that was scripted.")
    library = library_of(neuron)
    library.refuse(neuron, where)
    with untouched(neuron), _with_context(where):
        work = copied(neuron)
        fixed = _prepared(work, library, where)
        step_ms = finite(where, "dt", dt or library.dt(neuron) or _own_dt(neuron) or 1.0, above=0.0, unit="ms")
        wrapped = find(work, where, spikes, potential, library)
        names = variable_names(neuron, wrapped.keys)
        space = TorchSpace(wrapped, where, fixed, step_ms, _potential_first(wrapped, where, potential, names))
        space.begin = _initial_values(space, library, neuron, initial, names)
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
def _with_context(where: str) -> Iterator[None]:
    """Add a sentence to the start of any error from the module or from torch."""
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
    """Convert a module to double precision and prepare it for single steps.

    Returns functions of (p, dt) that compute the constants which the library sets, by their paths.
    """
    to_double(module)
    return library.prepare(module, where)


def _own_dt(module: torch.nn.Module) -> float | None:
    """Return the time step of a module in ms if it has one, with the unit inferred from its time constants, or None."""
    own = {path: decimal(s.value) for path, s in spots(module).items() if is_number(s)}
    steps = {x for path, x in own.items() if last(path) == "dt" and x > 0.0}
    times = [x for path, x in own.items() if last(path).lower().startswith("tau") and x > 0.0]
    if len(steps) != 1 or not times:
        return None
    (step,) = steps
    return step if min(times) >= 1.0 else 1e3 * step if max(times) < 1.0 and step < 0.1 else None


def _potential_first(wrapped: Wrapped, where: str, potential: str | None, names: Mapping[str, str]) -> list[str]:
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


def _initial_values(
    space: TorchSpace,
    library: Library,
    module: torch.nn.Module,
    initial: Mapping[str, float] | None,
    names: Mapping[str, str],
) -> dict[str, float]:
    """Return the initial values of the states, from the user or else from the module's own first step."""
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
    """Return sentences about the role of each value of the module in the model, with the reason."""
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


# ------------------------------------------------------------------ comparison with the module's loop


def _compare(space: TorchSpace, reference: Wrapped, drive: Parameter, values: Constants, starts_given: bool) -> None:
    """Raise an error with the first difference if the loop of the original module differs from the step."""
    noise = np.random.default_rng(1).uniform(-0.5, 2.5, (_STEPS, 3)) * np.array([0.7, 1.0, 2.0]) * drive.default
    currents = torch.from_numpy(noise)
    places = spots(reference.module)
    for path, value in values.items():
        before = places[path].value
        number = float(value.reshape(-1)[0] if isinstance(value, torch.Tensor) else value)
        places[path].set(torch.full_like(before, number) if isinstance(before, torch.Tensor) else number)
    reference = reference.on(reference.module)  # Take a new snapshot, so that the module now starts with these values.
    begin = {key: torch.full((3,), number, dtype=torch.float64) for key, number in space.begin.items()}
    visited = _compare_run(space, reference, currents, begin, values, begin if starts_given else None)
    anywhere = _random_state(space, visited)
    _compare_run(space, reference, currents, anywhere, values, anywhere)


def _random_state(space: TorchSpace, state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return a random state around one that the neuron visits, in which integers stay unchanged."""
    rng = np.random.default_rng(2)
    found = {}
    for key, value in state.items():
        size = 0.3 * (value.nan_to_num().abs() + abs(space.begin[key]) + 1e-3)
        moved = value.nan_to_num() + size * torch.from_numpy(rng.uniform(-1.0, 1.0, value.shape))
        found[key] = value if bool((value == value.round()).all()) else moved
    return found


def _compare_run(
    space: TorchSpace,
    reference: Wrapped,
    currents: torch.Tensor,
    begin: Mapping[str, torch.Tensor],
    values: Constants,
    start: Mapping[str, torch.Tensor] | None,
) -> dict[str, torch.Tensor]:
    """Compare the step with the loop of a module, and return the state halfway through the comparison."""
    largest: dict[str, float] = {}
    state, middle = dict(begin), dict(begin)
    loop = reference.loop(currents, start)
    for k, x in enumerate(currents):
        # no_grad must not be active while the generator is suspended, because the caller may stop there.
        with torch.no_grad():
            outputs, after = next(loop)
            ours, state = space.wrapped.advance(x, state, values)
        theirs, spikes = reference.fired(outputs), space.wrapped.fired(ours)
        if len(wrong := (theirs != spikes).nonzero()):
            lane = int(wrong[0])
            _raise_difference(
                space,
                k,
                f"the spike is {float(theirs[lane]):g} in the module's own loop and "
                f"{float(spikes[lane]):g} in its step",
            )
        for key in [key for key in space.states if key in after]:
            largest[key] = max(largest.get(key, 0.0), float(after[key].nan_to_num(0.0, 0.0, 0.0).abs().max()))
            if not torch.allclose(after[key], state[key], 1e-6, 1e-9 + 1e-6 * largest[key], equal_nan=True):
                one, other = (float(x[key][(after[key] != state[key]).nonzero()[0]]) for x in (after, state))
                _raise_difference(
                    space, k, f"{key!r} is {one:.9g} in the module's own loop and {other:.9g} in its step"
                )
        if k == _STEPS // 2:
            middle = state
    loop.close()
    return middle


def _raise_difference(space: TorchSpace, k: int, what: str) -> NoReturn:
    raise UnfitError(
        f"{space.where}: in step {k} {what}, so the module must have more state than "
        f"{', '.join(map(repr, space.states))}. Make all of its state tensors with a value for each lane."
    )
