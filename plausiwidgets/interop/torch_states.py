"""Search for the state and the spikes of a torch module.

The state consists of the values that a step changes and a later step reads. Trials on a few lanes of noise, from silent
to far above threshold, find it.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import re
import textwrap
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from plausiwidgets.interop.libraries import POTENTIALS, Library
from plausiwidgets.interop.torch_calls import (
    LANES,
    LAYOUTS,
    Ring,
    Setup,
    Slot,
    UnfitError,
    Wrapped,
    entry_of,
    ladder,
    result_of,
    slot_leaves,
)
from plausiwidgets.interop.torch_copies import double_mode
from plausiwidgets.interop.torch_places import Snapshot, Spot, as_float, is_number, last, spots
from plausiwidgets.models.nested import has_fields, leaves
from plausiwidgets.support.arguments import shown
from plausiwidgets.support.lazy import torch
from plausiwidgets.support.names import unknown

_STEPS, _LONG_STEPS = 40, 400
"""Number of steps in a trial, and in a trial for a neuron with a short time step."""
_INPUTS = frozenset(
    {
        *("x", "input", "inputs", "input_", "inp", "i", "current", "input_current", "i_in", "i_ext", "i_inj", "inj"),
        *("x_t", "xt", "x_in", "data", "input_tensor", "stim", "stimulus", "psp", "drive", "syn_input", "input_data"),
    }
)
"""Common names of the argument for the current, in lower case."""
_SPIKES = ("s", "spike", "spikes", "spk", "z", "fired", "out", "output")
"""Common names of an attribute that contains the spikes."""
_SETUP = re.compile(r"(init|reset|set_batch|zero|begin|start|new_state|clear)", re.IGNORECASE)
_SIZES = {
    "count": ("batch", "batch_size", "bs", "n", "size", "num", "n_neurons", "num_neurons", "b", "batchsize", "lanes"),
    "shape": ("shape", "dims"),
    "lanes": ("x", "like", "input", "inputs", "inp", "input_"),
}
"""Common names of the arguments of a method that creates a state."""
_MAX_SLOTS = 4
"""Maximum number of tensors in a tuple that is an argument without a default."""


class _CountsError(UnfitError):
    """A module counts its steps, or interprets lanes as times, so that another layout may fit."""


def find(
    module: torch.nn.Module, where: str, spikes: int | str | None, potential: str | None, library: Library
) -> Wrapped:
    """Return the description of how a module is called on lanes, with its state.

    Raises
    ------
    UnfitError
        If no description fits. The message contains the reason.
    """
    problems: list[str] = []
    forgets: list[str] | None = None
    counts: _CountsError | None = None
    for setup in (None, *_setups(module)):
        for layout in library.layouts or LAYOUTS:
            for plain in _conventions(module):
                wrapped = replace(plain, layout=layout, setup=setup, entries={}, scratch={})
                try:
                    wrapped = _first_called(wrapped, spikes)
                except UnfitError:
                    raise
                except Exception as error:
                    problems.append(f"{layout}: {_first_line(error)}")
                    continue
                finally:
                    wrapped.begin()
                try:
                    others = _find_state(wrapped, where, potential)
                except _CountsError as error:
                    counts = counts or error
                    continue
                if wrapped.entries:
                    wrapped.spikes = _chosen_spikes(wrapped, where, spikes, library)
                    return wrapped
                forgets = others if forgets is None else forgets
        if forgets is not None or counts is not None:
            break
    if counts is not None:
        raise counts
    raise UnfitError(_why_none(module, where, problems, forgets))


def _why_none(module: torch.nn.Module, where: str, problems: list[str], forgets: list[str] | None) -> str:
    """Return an error message with the reason why no state was found, and advice."""
    tensors = {path: s.value for path, s in spots(module).items() if isinstance(s.value, torch.Tensor)}
    several = [f"{path!r} has {x.numel()}" for path, x in tensors.items() if x.numel() > 1]
    also = f" A model is one neuron with one number for each constant, but {', '.join(several[:3])}." if several else ""
    if forgets is not None:
        changed = f" It changes only {', '.join(forgets)}." if forgets else ""
        return (
            f"{where}: the module must have a state.{changed}{also} The state is a tensor with a value for each lane, "
            f"in an attribute or a buffer. It can also be an argument and a result: forward(x, state) -> (spikes, "
            f"state). A module that computes a whole sequence in one call forgets its state: pass its single step."
        )
    if any("ambiguous" in problem for problem in problems):
        also += " Write torch.where(condition, a, b) instead of an `if` on a tensor."
    return (
        f"{where}: the module must accept one current of shape [lanes], [lanes, 1] or [lanes, time, 1], and return "
        f"spikes of this shape, but it raised {'; '.join(dict.fromkeys(problems[:3]))}.{also}"
    )


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"[:160].removesuffix(".")


# ------------------------------------------------------------------ calls of a module


def _setups(module: torch.nn.Module) -> Iterator[Setup]:
    """Yield the methods of a module that may create its state, with the forms of their argument."""
    own = {name for kind in type(module).__mro__ if kind.__module__ != "torch.nn.modules.module" for name in vars(kind)}
    named = [name for name in own if _SETUP.search(name) and not name.startswith("__")]
    for name in sorted(named, key=lambda n: ("batch" not in n, "reset" not in n, n)):
        function = getattr(module, name, None)
        if not inspect.ismethod(function):
            continue
        needed = _needed(function)
        if not needed:
            yield Setup(name)
        elif len(needed) == 1:
            kinds = [kind for kind, names in _SIZES.items() if needed[0].lower() in names]
            yield from (Setup(name, kind) for kind in kinds or _SIZES)


def _needed(function: Any) -> list[str]:
    """Return the names of a function's arguments without defaults."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    given = inspect.signature(function).parameters.values()
    return [p.name for p in given if p.kind in kinds and p.default is inspect.Parameter.empty]


def _conventions(module: torch.nn.Module) -> Iterator[Wrapped]:
    """Yield descriptions of calls of a module, with its state in itself, and with arguments that are its state."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    given = [p for p in inspect.signature(module.forward).parameters.values() if p.kind in kinds]
    names = [p.name for p in given]
    needed = [p.name for p in given if p.default is inspect.Parameter.empty]
    optional = [p.name for p in given if p.default is None]
    if len(needed) <= 1:
        yield Wrapped(module, place=names.index(needed[0]) if needed else 0)
    inputs = [n for n in needed if n.lower() in _INPUTS]
    first = inputs[0] if len(inputs) == 1 else needed[0] if needed else names[0] if names else ""
    others = [n for n in needed if n != first]
    choices = [others] if others else [optional, optional[:1]] if len(optional) > 1 else [optional]
    for chosen in choices:
        if chosen and first:
            slots = tuple(Slot(n, names.index(n), None, None, len(chosen) == 1) for n in chosen)
            yield Wrapped(module, place=names.index(first), slots=slots)


def _first_called(wrapped: Wrapped, spikes: int | str | None) -> Wrapped:
    """Call a module, so that every place of its state exists, and return it with the results that are its state."""
    x = torch.linspace(0.1, 0.5, LANES, dtype=torch.float64)
    with torch.no_grad(), double_mode()():
        wrapped.begin(LANES)
        if wrapped.slots:
            return _with_slots(wrapped, x)
        wrapped.call(x)
        out = wrapped.call(x)  # The first call may only create the state.
        if isinstance(spikes, str):
            return wrapped
        if any(leaf.numel() == LANES for _, leaf in leaves(out)):
            return wrapped
        now = spots(wrapped.module)
        named = [p for p, s in now.items() if last(p) in _SPIKES and _is_lanes(s.value)]
        if not list(leaves(out)) and named:
            return replace(wrapped, spikes=named[0])
        raise ValueError(f"the output has shape {[list(leaf.shape) for _, leaf in leaves(out)]}.")


def _is_lanes(value: object) -> bool:
    return isinstance(value, torch.Tensor) and value.numel() == LANES


def _with_slots(wrapped: Wrapped, x: torch.Tensor) -> Wrapped:
    """Return a module with the templates and the initial values of its slots."""
    problems: list[Exception] = []
    for given in _possible_starts(wrapped, x):
        try:
            wrapped.begin(LANES)
            return _with_templates(wrapped, x, given)
        except Exception as error:
            problems.append(error)
    raise problems[0]


def _with_templates(wrapped: Wrapped, x: torch.Tensor, given: Mapping[str, object] | None) -> Wrapped:
    out = wrapped.call(x, given)
    sources = _sources(wrapped, out, given)
    made = replace(
        wrapped,
        entries={},
        slots=tuple(
            replace(slot, source=source, template=result_of(out, source))
            for slot, source in zip(wrapped.slots, sources, strict=True)
        ),
    )
    own = [(name, leaf) for s in made.slots for name, (_, leaf) in zip(slot_leaves(s), leaves(s.template), strict=True)]
    for name, leaf in own:
        entry = entry_of(name, leaf)
        if entry is None:
            own = []
            break
        made.entries[name] = entry
    if not own:
        sizes = ", ".join(str(list(leaf.shape)) for s in made.slots for _, leaf in leaves(s.template)) or "nothing"
        raise ValueError(f"its state must have one value for each of {LANES} lanes, got tensors of shape {sizes}.")
    again = made.call(x, made.returned(out))
    if [len(list(leaves(r))) for r in made.returned(again).values()] != [
        len(list(leaves(s.template))) for s in made.slots
    ]:
        raise ValueError("the state that it returns has another structure in the next step.")
    made.starts = None if given is None else _numbers(made, given)
    return made


def _numbers(wrapped: Wrapped, given: Mapping[str, object]) -> dict[str, float]:
    """Return the initial values of the slots of a module, 0 if a value differs between lanes."""
    found = dict.fromkeys(wrapped.keys, 0.0)
    for slot in wrapped.slots:
        values = [leaf for _, leaf in leaves(given[slot.name])]
        names = slot_leaves(slot)
        for name, value in zip(names, values, strict=True) if len(values) == len(names) else ():
            entry = wrapped.entries[name]
            like = torch.as_tensor(value).to(entry.dtype).expand_as(_example(entry.shape, entry.dtype))
            for key, lanes in entry.split(like).items():
                if bool((lanes == lanes[0]).all()):
                    found[key] = float(lanes[0])
    return found


def _example(shape: Sequence[int], dtype: torch.dtype) -> torch.Tensor:
    return torch.zeros([LANES if n == -1 else n for n in shape], dtype=dtype)


def _possible_starts(wrapped: Wrapped, x: torch.Tensor) -> Iterator[dict[str, object] | None]:
    """Yield possible initial values of the slots of a module: those of the module itself, then zeros."""
    names = [slot.name for slot in wrapped.slots]
    given = inspect.signature(wrapped.module.forward).parameters
    if all(given[name].default is None for name in names):
        yield None
    for setup in _setups(wrapped.module):
        try:
            out = setup.call(wrapped.module, LANES)
        except Exception:
            continue
        finally:
            wrapped.begin(LANES)
        if len(names) == 1 and list(leaves(out)):
            yield {names[0]: out}
            if isinstance(out, (tuple, list)) and len(out) == 1:
                yield {names[0]: out[0]}
        elif isinstance(out, (tuple, list)) and len(out) == len(names):
            yield dict(zip(names, out, strict=True))
    zeros = wrapped.lay(torch.zeros_like(x))
    annotated = _annotations(wrapped.module)
    records = {name: _record(annotated.get(name), zeros) for name in names}
    if any(value is not None for value in records.values()):
        yield {name: zeros if value is None else value for name, value in records.items()}
    yield dict.fromkeys(names, zeros)
    if len(names) == 1:
        for count in range(1, _MAX_SLOTS + 1):
            yield {names[0]: (zeros,) * count}
        yield from ({names[0]: grown} for grown in _inferred_containers(wrapped, x, zeros))


def _annotations(module: torch.nn.Module) -> Mapping[str, object]:
    try:
        return typing.get_type_hints(type(module).forward)
    except Exception:  # Annotations may contain names that exist only for a type checker.
        return {}


def _record(kind: object, zeros: torch.Tensor) -> object:
    """Return zeros in a dataclass or a NamedTuple, possibly from a union, or None for any other type."""
    for option in (kind, *typing.get_args(kind)):
        fields = [f.name for f in dataclasses.fields(option)] if dataclasses.is_dataclass(option) else []
        fields = fields or list(getattr(option, "_fields", ()))
        if fields and isinstance(option, type):
            return option(**dict.fromkeys(fields, zeros))
    return None


def _inferred_containers(wrapped: Wrapped, x: torch.Tensor, zeros: torch.Tensor) -> Iterator[object]:
    """Yield a dict and a namespace with the entries that the module reads, whose names come from its errors."""
    name = wrapped.slots[0].name
    for made, missing in ((dict[str, object](), KeyError), (SimpleNamespace(), AttributeError)):
        inner = made if isinstance(made, dict) else vars(made)
        for _ in range(8):
            try:
                wrapped.call(x, {name: made})
                break
            except missing as error:
                key = error.args[0] if isinstance(error, KeyError) else getattr(error, "name", None)
                if not isinstance(key, str) or key in inner:
                    break
                inner[key] = zeros
            except Exception:
                break
            finally:
                wrapped.begin(LANES)
        if inner:
            yield made


def _sources(wrapped: Wrapped, out: object, given: Mapping[str, object] | None) -> list[int | str | None]:
    """Return the indices or names of the results that are the next values of a module's slots."""
    names = [slot.name for slot in wrapped.slots]
    fields = list(out) if isinstance(out, Mapping) else list(getattr(out, "_fields", ()))
    fields = fields or (list(vars(out)) if has_fields(out) else [])
    if fields and all(name in fields for name in names):
        return list(names)
    if not isinstance(out, (tuple, list)):
        if len(names) == 1 and list(leaves(out)) and not isinstance(out, torch.Tensor):
            return [None]
        raise ValueError("it returns no state.")
    returned = _returned_names(wrapped.module, len(out))
    if all(name in returned for name in names):
        return [returned.index(name) for name in names]
    if len(names) == 1:
        kind = type(given[names[0]]) if given else None
        inner = [i for i, entry in enumerate(out) if not isinstance(entry, torch.Tensor) and list(leaves(entry))]
        alike = [i for i in inner if type(out[i]) is kind]
        if alike or inner:
            return [(alike or inner)[0]]
        shapes = [leaf.shape for _, leaf in leaves(given[names[0]])] if given else []
        if kind in (tuple, list) and shapes == [leaf.shape for _, leaf in leaves(out)]:
            return [None]  # The whole result is the next state.
    if len(out) < len(names) or (len(out) == len(names) == 1):
        raise ValueError("it returns no state.")
    if len(out) > len(names) and _is_binary(out[-1]) and not _is_binary(out[0]):
        return list(range(len(names)))
    return list(range(len(out) - len(names), len(out)))


def _is_binary(value: object) -> bool:
    return isinstance(value, torch.Tensor) and bool(((value == 0) | (value == 1)).all())


def _returned_names(module: torch.nn.Module, count: int) -> list[str]:
    """Return the names in the last return statement with `count` values, where other expressions have an empty name."""
    found: list[str] = []
    tree = next(_sources_of(module), ast.Module([], []))
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == count:
            found = [_bare_name(entry) for entry in node.value.elts]
    return found


def _bare_name(node: ast.expr) -> str:
    """Return the name of a variable or an attribute, or an empty string for any other expression."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


# ------------------------------------------------------------------ the state


def _find_state(wrapped: Wrapped, where: str, potential: str | None) -> list[str]:
    """Find the state of a module: the values that its steps change and that affect later steps or the output.

    Returns descriptions of the other values that a step changes.
    """
    currents = ladder(_STEPS)
    others, counts = _find_changes(wrapped, currents)
    if counts:
        wrapped.ring = _ring(wrapped, counts)
        if wrapped.ring is None:
            wrapped.begin()
            raise _CountsError(
                f"{where}: the state must be tensors with a value for each lane, but the module counts in "
                f"{', '.join(map(repr, counts))}. Remove counters of calls."
            )
    # A step may write a value that is never read, such as a copy of its last output. Only trials tell these apart.
    reads = _influences(wrapped, currents)
    # The state consists of values that affect the output, directly or through other values. Values that affect
    # themselves belong to it as well, because their effect on the output may take longer than a trial. A potential
    # that is only an output also belongs to it.
    needed = {"output"}
    while more := {a for a, b in reads if b in needed} - needed:
        needed |= more
    if not needed & set(wrapped.keys):
        if any(a == b for a, b in reads) and not wrapped.slots:
            find_spikes(wrapped, where, Library())  # This call raises an error that describes the output.
        wrapped.entries.clear()
        return others
    needed |= {a for a, b in reads if a == b}
    names = [p for p, entry in wrapped.entries.items() if needed.intersection(entry.keys)]
    potentials = (potential,) if potential else POTENTIALS
    outputs = [p for p in wrapped.entries if p not in names and last(p) in potentials]
    keep = names + [p for p in outputs if not any(last(n) in POTENTIALS for n in names)][:1]
    slots = {name for slot in wrapped.slots for name in slot_leaves(slot)}
    for path in [p for p in wrapped.entries if p not in keep and p not in slots]:
        wrapped.scratch[path] = wrapped.entries.pop(path)
    return others


def _find_changes(wrapped: Wrapped, currents: torch.Tensor) -> tuple[list[str], list[str]]:
    """Find the tensors of lanes that a step changes, and return its other changes, in words, and its counters.

    The module is not reset, so that the places of its state exist.
    """
    others: list[str] = []
    wrapped.begin(LANES)
    module = wrapped.module
    before = {path: (s.value, _content(s.value)) for path, s in spots(module).items()}
    with torch.no_grad(), double_mode()():
        given = wrapped.first_arguments(currents[0]) if wrapped.slots else None
        given = wrapped.returned(wrapped.call(currents[0], given)) or None
        counts = _counts(wrapped, currents[1], given)
        wrapped.call(currents[1], given)
    found = spots(module)
    changed = [
        p
        for p, s in found.items()
        if p not in before or s.value is not before[p][0] or _content(s.value) != before[p][1]
    ]
    for path in changed:
        value = found[path].value
        entry = entry_of(path, value) if isinstance(value, torch.Tensor) else None
        if entry is not None:
            wrapped.entries[path] = entry
        else:
            others.append(f"{path!r}, a {type(value).__name__}")
    wrapped.settled()
    return others, counts


def _counts(wrapped: Wrapped, x: torch.Tensor, given: Mapping[str, object] | None) -> list[str]:
    """Return the states that are one number for all lanes, such as a count of steps."""
    module = wrapped.module
    numbers = {path: s for path, s in spots(module).items() if is_number(s) or _is_flag(s.value)}
    before: dict[str, Any] = {path: s.value for path, s in numbers.items()}
    kept = Snapshot(module, with_contents=True)
    try:
        wrapped.call(x, given)
        now = {path: s for path, s in spots(module).items() if path in before}
        after = {path: as_float(s.value) for path, s in now.items() if is_number(s) or _is_flag(s.value)}
        changed = [path for path, value in after.items() if value != as_float(before[path])]
        kept.restore()
        moved = spots(module)
        for path in changed:
            moved[path].set(before[path] - 1 if as_float(before[path]) > after[path] else before[path] + 1)
        try:
            wrapped.call(x, given)
        except (IndexError, RuntimeError):  # The changed counter is outside a buffer.
            return changed
        beside = spots(module)
        return [path for path in changed if _differs(beside[path].value, after[path])]
    finally:
        kept.restore()


def _differs(value: object, number: float) -> bool:
    several = isinstance(value, torch.Tensor) and value.numel() != 1
    return several or as_float(value) != number


def _is_flag(value: object) -> bool:
    """Return whether a value is a truth value, a NumPy number, or an integer tensor with one element."""
    tensor = isinstance(value, torch.Tensor) and value.numel() == 1 and not value.is_floating_point()
    return tensor or isinstance(value, (bool, np.number, np.bool_))


def _content(value: object) -> object:
    """Return a fingerprint that changes if a value changes in place."""
    if isinstance(value, torch.Tensor):
        return value._version
    return repr(value) if isinstance(value, (list, dict, set, bytearray)) or "deque" in type(value).__name__ else None


def _ring(wrapped: Wrapped, counts: Sequence[str]) -> Ring | None:
    """Return the ring buffer whose pointer is the counter of a module, or None if it has another counter."""
    if len(counts) != 1:
        return None
    (pointer,) = counts
    at: list[int] = []
    with torch.no_grad(), double_mode()():
        wrapped.begin(LANES)
        given = wrapped.first_arguments(torch.zeros(LANES).double()) if wrapped.slots else None
        for x in ladder(8):
            value = as_float(spots(wrapped.module)[pointer].value)
            if value != round(value):
                return None
            at.append(int(value))
            given = wrapped.returned(wrapped.call(x, given)) or None
    wrapped.settled()
    by = at[1] - at[0]
    for length in sorted({n for entry in wrapped.entries.values() for n in entry.shape if n > 1}):
        ahead = by if abs(by) < length - 1 or length == 2 else -by // abs(by)
        around = all((b - a - ahead) % length == 0 for a, b in itertools.pairwise(at))
        axes = {p: e.shape.index(length) for p, e in wrapped.entries.items() if e.shape.count(length) == 1}
        if around and abs(ahead) == 1:
            return Ring(pointer, at[0], length, axes)
    return None


def same(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Return whether two tensors are equal, including the positions of nan."""
    return bool(torch.equal(a.nan_to_num(), b.nan_to_num()))


def _influences(wrapped: Wrapped, currents: torch.Tensor) -> set[tuple[str, str]]:
    """Return the pairs (state, state or ``"output"``) in which the first affects the second within a step."""
    noise = torch.Generator().manual_seed(0)
    found: set[tuple[str, str]] = set()
    boolean = {key for entry in wrapped.entries.values() if entry.dtype == torch.bool for key in entry.keys}
    state = {key: torch.zeros(LANES, dtype=torch.float64) for key in wrapped.keys}
    with torch.no_grad():
        for x in currents:
            outputs, new = wrapped.advance(x, state, {})
            for key in state:
                size = 1.0 + state[key].abs()
                # A small change may not reach a threshold, and a large one may leave the range of a clamp.
                for factor in (0.3, 3.0):
                    moved = state[key] + factor * size * torch.randn(LANES, generator=noise, dtype=torch.float64)
                    if key in boolean:
                        moved = 1.0 - state[key]
                    others, after = wrapped.advance(x, state | {key: moved}, {})
                    if not all(map(same, outputs, others)):
                        found.add((key, "output"))
                    found |= {(key, b) for b in after if not same(after[b], new[b])}
            state = {p: v.nan_to_num().clamp(-1e6, 1e6) for p, v in new.items()}
    return found


# ------------------------------------------------------------------ the spikes


def _chosen_spikes(wrapped: Wrapped, where: str, spikes: int | str | None, library: Library) -> int | str:
    """Return the index of the output, or the name of the attribute, that contains the spikes.

    Raises
    ------
    UnfitError, ValueError
        If the module does not have the chosen output or attribute.
    """
    if spikes is None:
        if not isinstance(wrapped.spikes, str):
            return find_spikes(wrapped, where, library)
        _repeated(wrapped, where, ladder(_STEPS))
        return wrapped.spikes
    if isinstance(spikes, str):
        lanes = [p for p, s in wrapped.places.items() if _is_lanes(s.value)]
        if spikes not in lanes:
            raise unknown(f"{where}: spikes", "name", spikes, lanes)
        return spikes
    with torch.no_grad():
        count = len(next(wrapped.loop(ladder(1)))[0])
    if not 0 <= spikes < count:
        raise UnfitError(f"{where}: spikes must be the index of an output, from 0 to {count - 1}, got {shown(spikes)}.")
    return spikes


def find_spikes(wrapped: Wrapped, where: str, library: Library) -> int:
    """Return the index of the output of a module that contains its spikes.

    Raises
    ------
    UnfitError
        If no output contains only 0.0 and 1.0, or the module does not fire.
    """
    trials: list[list[torch.Tensor]] = []
    for steps, factor in ((_STEPS, 1.0), (_LONG_STEPS, 1.0), (_LONG_STEPS, 1e3)):
        outputs = _repeated(wrapped, where, factor * ladder(steps))
        for i, values in enumerate(outputs):
            finite = values[values.isfinite()]
            if ((finite == 0) | (finite == 1)).all() and finite.any():
                return i
        trials.append(outputs)
    outputs = next((trial for trial in trials if trial[0].isfinite().any() and trial[0].any()), trials[-1])
    levels = outputs[0][outputs[0].isfinite()].unique()
    if not levels.any():
        raise UnfitError(f"{where}: the module must fire within {_LONG_STEPS} steps at a current from 1e-12 to 1e6.")
    if levels.numel() <= 64 and (levels == levels.round()).all() and levels.min() >= 0:
        raise UnfitError(
            f"{where}: the spikes of one step must be 1.0 or 0.0, got up to {levels.max():g} spikes in a step."
            f"{library.several}"
        )
    if levels.numel() <= 3:
        raise UnfitError(
            f"{where}: the spikes of one step must be 1.0 or 0.0, got graded spikes "
            f"({', '.join(f'{x:g}' for x in levels.tolist())})."
        )
    raise UnfitError(
        f"{where}: an output of the module must be spikes, 1.0 where the neuron fired and 0.0 elsewhere, got "
        f"{', '.join(f'{x:.3g}' for x in levels[:: max(levels.numel() // 3, 1)][:3].tolist())} as the first output. If "
        f'the spikes are another output or an attribute, pass spikes=1 or spikes="name". A leaky integrator never '
        "fires."
    )


def _repeated(wrapped: Wrapped, where: str, currents: torch.Tensor) -> list[torch.Tensor]:
    """Return the outputs of a module's own loop, each of shape (steps, lanes), if it is deterministic."""
    with torch.no_grad():
        course = [outputs for outputs, _ in wrapped.loop(currents)]
        again = [outputs for outputs, _ in wrapped.loop(currents)]
    for k, (first, second) in enumerate(zip(course, again, strict=True)):
        if not all(map(same, first, second)):
            raise UnfitError(
                f"{where}: the module must be deterministic, but two calls with the same currents differ in step {k}. "
                f"Do not use dropout, noise or stochastic firing."
            )
    return [torch.stack(values) for values in zip(*course, strict=True)]


# ------------------------------------------------------------------ the initial state


def begins(
    wrapped: Wrapped, where: str, values: Mapping[str, torch.Tensor | float], known: Mapping[str, float]
) -> dict[str, float]:
    """Return the initial values of the state of a module, determined from its own first step.

    Parameters
    ----------
    wrapped : Wrapped
        The module with the description of its calls.
    where : str
        Start of an error message.
    values : mapping of str to tensor or float
        Values of constants that the library of the module requires.
    known : mapping of str to float
        Initial values from the library's documentation, by the names of states.

    Raises
    ------
    UnfitError
        If no values reproduce the module's own first step.
    """
    if wrapped.starts is not None and not wrapped.entries.keys() - set(
        itertools.chain.from_iterable(map(slot_leaves, wrapped.slots))
    ):
        return dict(wrapped.starts)
    x = ladder(2)
    with torch.no_grad():
        (outputs, after), constants = _first_step(wrapped, x)
    wrapped.begin()
    own = spots(wrapped.module)
    few = torch.tensor([LANES // 2, LANES - 3, LANES - 1])
    options = [
        _options(key, own.get(path), known.get(last(path)), wrapped.starts, constants)
        for path, entry in wrapped.entries.items()
        for key in entry.keys
    ]
    while np.prod([len(o) for o in options], dtype=float) > _MAX_COMBINATIONS:
        max(options, key=len).pop()
    combinations = torch.tensor(list(itertools.product(*options)), dtype=torch.float64)
    lanes = combinations.repeat_interleave(len(few), 0)
    state = dict(zip(wrapped.keys, lanes.T.contiguous(), strict=True))
    _call_again(wrapped)
    with torch.no_grad():
        found, new = wrapped.advance(x[0][few].repeat(len(combinations)), state, values)
    fits = torch.ones(len(combinations), dtype=torch.bool)
    for ours, theirs in [*zip(found, outputs, strict=True), *((new[key], after[key]) for key in wrapped.keys)]:
        wanted = theirs[few].repeat(len(combinations))
        fits &= torch.isclose(ours, wanted, 1e-6, 1e-9, equal_nan=True).reshape(-1, len(few)).all(1)
    if not fits.any():
        raise UnfitError(
            f"{where}: the first step of the module must begin with one number for each state "
            f"({', '.join(wrapped.keys)}), and none was found. Pass initial, such as "
            f"initial={{{wrapped.keys[0]!r}: 0.0}}."
        )
    first = combinations[int(fits.int().argmax())]
    return dict(zip(wrapped.keys, first.tolist(), strict=True))


_MAX_COMBINATIONS = 20_000
"""Maximum number of combinations of initial values that are tested."""
_MAX_CONSTANTS = 24


def _options(
    key: str, spot: Spot | None, known: float | None, starts: Mapping[str, float] | None, constants: Iterable[float]
) -> list[float]:
    """Return possible initial values of a state, the most probable first."""
    found: list[float] = []
    if starts is not None and key in starts:
        return [starts[key]]
    value = None if spot is None else spot.value
    if known is not None:
        found.append(known)
    if isinstance(value, torch.Tensor) and value.numel():
        part = value.detach().reshape(-1)
        part = part.imag if value.is_complex() and key.endswith("_imag") else part.real if value.is_complex() else part
        same_everywhere = bool((part == part[0]).all())
        found += [float(part[0])] if same_everywhere else []
        index = key.rpartition("_")[2]
        found += [float(part[int(index)])] if index.isdigit() and int(index) < part.numel() else []
    elif isinstance(value, (int, float)):
        found.append(float(value))
    elif isinstance(value, complex):
        found += [value.imag if key.endswith("_imag") else value.real]
    return list(dict.fromkeys([*found, 0.0, *itertools.islice(constants, _MAX_CONSTANTS)]))


def _first_step(wrapped: Wrapped, x: torch.Tensor) -> tuple[Any, list[float]]:
    """Return the outcome of the first step of a module, and the numbers that are equal in all lanes during it."""
    from torch.overrides import TorchFunctionMode

    seen: dict[float, None] = {}

    class Watched(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            out = func(*args, **(kwargs or {}))
            if isinstance(out, torch.Tensor) and out.numel() in (1, LANES) and getattr(func, "__name__", "") != "item":
                with torch._C.DisableTorchFunction():
                    values = torch.view_as_real(out).reshape(-1, 2).T if out.is_complex() else out.reshape(1, -1)
                    for part in values.to(torch.float64):
                        if bool((part == part[0]).all()) and bool(part[0].isfinite()):
                            seen.setdefault(float(part[0]))
            return out

    with Watched():
        loop = wrapped.loop(x)
        outcome = next(loop)
        loop.close()
    return outcome, list(seen)


def _call_again(wrapped: Wrapped) -> None:
    """Create the places of the state again after the module was reset."""
    with torch.no_grad(), double_mode()():
        x = ladder(2)
        wrapped.begin(LANES)
        given = wrapped.first_arguments(x[0]) if wrapped.slots else None
        given = wrapped.returned(wrapped.call(x[0], given)) or None
        wrapped.call(x[1], given)
    wrapped.settled()


# ------------------------------------------------------------------ names


def variable_names(module: torch.nn.Module, keys: Sequence[str]) -> dict[str, str]:
    """Return the names of variables into which the module unpacks a tuple of its state, by the keys of the states.

    For example, ``v, u = self.state`` gives the states ``state.0`` and ``state.1`` the names v and u.
    """
    found: dict[str, str] = {}
    for tree in _sources_of(module):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Assign) or len(node.targets) != 1:
                continue
            target, value = node.targets[0], node.value
            for one, other in ((target, value), (value, target)):
                if isinstance(one, (ast.Tuple, ast.List)):
                    for option in (other.body, other.orelse) if isinstance(other, ast.IfExp) else (other,):
                        whole = _bare_name(option)
                        for i, entry in enumerate(one.elts):
                            for key in (f"{whole}.{i}", f"{whole}{i}", f"{whole}_{i}"):
                                if whole and _bare_name(entry):
                                    found.setdefault(key, _bare_name(entry))
    named = {key: found[key] for key in keys if key in found}
    return named if len(set(named.values())) == len(named) else {}


def _sources_of(module: torch.nn.Module) -> Iterator[ast.Module]:
    """Yield the syntax trees of the methods of a module, forward first."""
    own = [value for kind in type(module).__mro__[:-1] for value in vars(kind).values() if inspect.isfunction(value)]
    own = [f for f in own if not (f.__module__ or "").startswith("torch.")]
    for function in sorted(own, key=lambda f: f.__name__ != "forward"):
        try:
            yield ast.parse(textwrap.dedent(inspect.getsource(function)))
        except (OSError, TypeError, SyntaxError):
            continue
