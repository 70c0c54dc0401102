"""Generation of a kernel's source from a program: a loop over time around a loop over lanes.

A kernel works on one block of lanes. All data of its inner loop is in one array, the work space, in rows of ``STRIDE``
numbers at offsets that are constants in the source. From these offsets LLVM infers that the rows do not overlap, and
vectorizes the loop. The inner loop has no branch. It writes the spikes to a row and sets a flag if any lane fired or
diverged. Only then does the kernel inspect the lanes one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Protocol

from plausiwidgets.engine.compiled.source import assignments, text_of
from plausiwidgets.engine.program.program import (
    BOOL,
    DOUBLE,
    FIXED,
    MOVING,
    SINGLE,
    UNIFORM,
    Instruction,
    Program,
)

WIDTH = 160
"""Maximum number of lanes of a block."""
PAD = 8
"""Unit of the block size. A block is padded with copies of its first lane, so that all vectors are full."""
STRIDE = WIDTH + 8
"""Length of a row. It is not a power of two, because rows must not map to the same lines of the cache."""
CURRENT, BASE, SPIKED, PEAK, LOW, HIGH, TROUGH, RISE, LOWEST, HIGHEST = range(10)
"""Rows after the state variables.

They are, in this order: injected current, holding current, spikes of the current step, highest potential of the peak
window, lowest and highest potential since the last spike, lowest potential before that spike, smallest rise of a spike,
lowest and highest potential up to the last spike.
"""
_ENGINE_ROWS = 10
RESULTS = 4
"""Number of rows after all others, ordered by lane: peak, lowest and highest potential, smallest rise."""

_KEPT_EXACTLY = (DOUBLE, SINGLE, BOOL)
"""Types whose values a float64 row stores exactly."""


class KernelFunction(Protocol):
    """A compiled kernel: a dispatcher of Numba."""

    py_func: FunctionType

    def __call__(self, *arguments: object) -> tuple[int, int, bool]:
        """Run a block and return (next step, remaining lanes, whether a lane has no room for another spike)."""


@dataclass(frozen=True)
class Layout:
    """Rows of the work space: state variables, rows of the engine, parameters of the model, constants.

    Attributes
    ----------
    states : int
        Number of state variables, which are the first rows.
    parameters : tuple of (str, int)
        The parameters that the step reads, each with its row.
    rows : int
        Number of rows.
    """

    states: int
    parameters: tuple[tuple[str, int], ...]
    rows: int

    def row(self, which: int) -> int:
        """Return the index of a row of the engine, such as ``CURRENT``."""
        return self.states + which


_TEMPLATE = '''\
"""A kernel, generated from the step of a neuron model."""

import math

import numpy as np
from numba import njit

from plausiwidgets.engine.compiled.mathfunctions import exp, floor_divide, log, remainder, sigmoid, whole32, whole64
from plausiwidgets.engine.compiled.runtime import (
    LANE,
    fill_up,
    keep_extremes,
    note_spikes,
    padded,
    record,
    renew_currents,
    take_out,
)

STATES = {states}
PARAMETERS = {parameters}
ROWS = {rows}

SIGNATURE = (
    "Tuple((int64, int64, boolean))(float64[::1], float64[:, :, ::1], float64[:, ::1], int64[:, ::1], int32[:, ::1], "
    "float64[:, :, :], int64[::1], int64, int64, int64, float64, float64, float64, int64, int64, int64, int64, int64)"
)


@njit(nogil=True, error_model="numpy")
def alone(w, recorded, places, lane, k, until, dt, limit, k0, k1, m0, m1, extremes):
    """Advance a single lane in registers to its next spike, its divergence or step `until`.

    Returns the last step, and whether the lane fired or diverged in it.
    """
    i = 0
{uniform}
{loaded}
{placed}
    peak, low, high = w[{peak}], w[{low}], w[{high}]
    while True:
{moved}
        # In this order, LLVM moves the reset out of the path of all other steps, which take 12 instead of 15 ns.
        if spike != 0.0:
            break
        if lost:
            break
        if k0 <= k < k1:
{recorded}
        if m0 <= k < m1:
            peak = s0 if s0 > peak else peak
        if extremes:
            low = s0 if s0 < low else low
            high = s0 if s0 > high else high
        if k + 1 == until:
            break
        k += 1
{stored}
    w[{peak}], w[{low}], w[{high}] = peak, low, high
    return k, spike != 0.0, lost


def run(w, pieces, table, notes, spikes, recorded, places, n, k, stop, dt, t0, limit, k0, k1, m0, m1, extremes):
    """Advance n lanes from step k to `stop`, or until a lane has no room for another spike.

    Returns the next step, the number of remaining lanes, and whether a lane has no room.
    """
{uniform}
    # Not literals, because Numba would compile each called function again for each literal.
    states, rows = np.int64(STATES), np.int64(ROWS)
    m = padded(n)
    if k == 0:
        fill_up(w, rows, n)
        for i in range(m):
{fixed}
    else:  # remove the lanes with too many spikes, whose state is nan
        n = take_out(w, pieces, notes, recorded, n, k, limit, k0, k1, states)
        m = padded(n)
    change = k
    full = False
    while k < stop and n > 0 and not full:
        if k >= change:
            change = renew_currents(k, dt, t0, w, pieces, table, notes, n, m, states)
        if n == 1:
            # The padding is no longer updated, because no lane is ever added.
            lane = notes[LANE, 0]
            k, fired, lost = alone(w, recorded, places, lane, k, min(stop, change), dt, limit, k0, k1, m0, m1,
                                   extremes)
        else:
            fired = lost = False
            for i in range(m):
{moving}
        if lost:
            n = take_out(w, pieces, notes, recorded, n, k, limit, k0, k1, states)
            m = padded(n)
        if fired:
            full = note_spikes(w, notes, spikes, n, k, states, extremes)
        # A single lane has recorded all steps except its last.
        if k0 <= k < k1:
            record(w, notes, recorded, places, n, k - k0)
        if m0 <= k < m1:
            for i in range(m):
                w[i + {peak}] = w[i] if w[i] > w[i + {peak}] else w[i + {peak}]
        if extremes:
            for i in range(m):
                w[i + {low}] = w[i] if w[i] < w[i + {low}] else w[i + {low}]
                w[i + {high}] = w[i] if w[i] > w[i + {high}] else w[i + {high}]
        k += 1
    keep_extremes(w, notes, n, states)
    return k, n, full


kernel = njit(SIGNATURE, nogil=True, error_model="numpy", no_cfunc_wrapper=True, cache={cached})(run)
'''


def emit(program: Program, *, cached: bool) -> str:
    """Return the source of a module whose ``kernel`` runs `program`.

    With `cached`, Numba stores the machine code next to the file that contains the source.
    """
    # Instructions that do not depend on the lane run once per call, those that depend only on parameters once per lane,
    # and the others in every step.
    levels = _levels(program)
    by_level: dict[int, list[Instruction]] = {UNIFORM: [], FIXED: [], MOVING: []}
    for line in program.body:
        by_level[levels[line.name]].append(line)
    spikes, new = text_of(program.spikes), [text_of(v) for v in program.state]
    moving_reads = _names_read(by_level[MOVING]) | {spikes, *new}
    fixed_reads = _names_read(by_level[FIXED])
    # A parameter that neither loop reads needs no row.
    names = [f"p{i}" for i in range(len(program.parameters))]
    used = [name for name in names if name in moving_reads | fixed_reads]
    # Only values that the loop over time reads need a row.
    kept = [line for line in by_level[FIXED] if line.name in moving_reads]

    states = len(program.state)
    first = states + _ENGINE_ROWS
    rows = {name: first + i for i, name in enumerate([*used, *(line.name for line in kept)])}
    rows |= {f"s{i}": i for i in range(states)}
    parameters = tuple((program.parameters[int(name[1:])], rows[name]) for name in used)
    layout = Layout(states, parameters, first + len(used) + len(kept))
    rows["current"] = layout.row(CURRENT)

    fixed = [f"{name} = {_at(rows[name])}" for name in used if name in fixed_reads]
    fixed += assignments(by_level[FIXED])
    fixed += [f"{_at(rows[line.name])} = {_stored(line)}" for line in kept]

    loaded = [f"{name} = {_at(row)}" for name, row in rows.items() if name in moving_reads and name[0] != "x"]
    loaded += [f"{line.name} = {_loaded(line, rows[line.name])}" for line in kept]
    moved = [*assignments(by_level[MOVING]), f"spike = {spikes}"]
    # Negate the comparison, because it is False for nan and a lane whose state is nan must count as lost.
    lost = f"not (abs({finite_or_nan(new)}) <= limit)"
    spiked = f"{_at(layout.row(SPIKED))} = spike"
    # Write the state last, because a new entry may be the old value of another entry.
    moving = [*loaded, *moved, spiked, *(f"{_at(i)} = {name}" for i, name in enumerate(new))]
    moving += ["fired |= spike != 0.0", f"lost |= {lost}"]
    state = [f"s{i}" for i in range(states)]
    # Assign all entries in one statement, because no new value may be read instead of an old one.
    moved += [f"lost = {lost}", f"{', '.join(state)}, = {', '.join(f'float({x})' for x in new)},"]
    placed = [f"r{i} = places[{i}]" for i in range(states)]
    recorded = [line for i in range(states) for line in (f"if r{i} >= 0:", f"    recorded[r{i}, lane, k - k0] = s{i}")]
    stored = [spiked, *(f"{_at(i)} = {name}" for i, name in enumerate(state))]
    return _TEMPLATE.format(
        states=layout.states,
        parameters=repr(layout.parameters),
        rows=layout.rows,
        cached=cached,
        peak=layout.row(PEAK) * STRIDE,
        low=layout.row(LOW) * STRIDE,
        high=layout.row(HIGH) * STRIDE,
        uniform=indented(4, assignments(by_level[UNIFORM])),
        fixed=indented(12, fixed),
        moving=indented(16, moving),
        loaded=indented(4, loaded),
        moved=indented(8, moved),
        placed=indented(4, placed),
        recorded=indented(12, recorded),
        stored=indented(4, stored),
    )


def finite_or_nan(state: Sequence[str]) -> str:
    """Return an expression for the potential that is nan if another state variable is not finite.

    For a state variable x, x - x is 0 if x is finite and nan otherwise.
    """
    return " + ".join([state[0], *(f"({name} - {name})" for name in state[1:])])


def _levels(program: Program) -> dict[str, int]:
    """Return the level of each assignment, raised to MOVING if a row cannot store its value."""
    levels: dict[str, int] = {}
    for line in program.body:
        # A float64 row stores float64, float32 and booleans exactly, but not every int64.
        level = line.level
        if level == FIXED and (
            line.dtype not in _KEPT_EXACTLY or any(levels.get(name) == MOVING for name in line.reads)
        ):
            level = MOVING
        levels[line.name] = level
    return levels


def _names_read(lines: list[Instruction]) -> set[str]:
    return {name for line in lines for name in line.reads}


def _at(row: int) -> str:
    return f"w[i + {row * STRIDE}]" if row else "w[i]"


def _stored(line: Instruction) -> str:
    return f"1.0 if {line.name} else 0.0" if line.dtype == BOOL else line.name


def _loaded(line: Instruction, row: int) -> str:
    if line.dtype == BOOL:
        return f"{_at(row)} != 0.0"
    return f"np.float32({_at(row)})" if line.dtype == SINGLE else _at(row)


def indented(spaces: int, lines: list[str]) -> str:
    """Return lines as indented text, or ``pass`` if there are none."""
    return "\n".join(" " * spaces + line for line in lines or ["pass"])
