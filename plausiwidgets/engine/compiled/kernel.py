"""From a program to the source of a kernel: the loop over time around a loop over lanes.

A kernel works on one block of lanes. All that its inner loop touches lies in one array, the
work space, in rows of ``STRIDE`` numbers at offsets that are constants in the source: LLVM then
sees that the rows do not overlap, and vectorizes. The inner loop has no branch; it notes the
spikes in a row and, in one flag, whether any lane fired or diverged. Only then are lanes looked
at one by one.
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
"""Most lanes of a block."""
PAD = 8
"""Blocks are padded to a multiple of this with copies of their first lane: full vectors only."""
STRIDE = WIDTH + 8
"""Numbers in a row. Not a power of two: rows must not fall on the same lines of the cache."""
CURRENT, BASE, SPIKED, PEAK, LOW, HIGH, TROUGH, RISE, LOWEST, HIGHEST = range(10)
"""Rows behind the state: injected current, holding current, spikes of the present step, largest potential of the peak
window so far; least and largest potential since the last spike, least one before that spike, smallest rise of a spike,
and least and largest potential up to the last spike."""
_ENGINE_ROWS = 10
RESULTS = 4
"""Rows behind all others, in the order of lanes: peak, lowest and highest potential, smallest rise."""

_KEPT_EXACTLY = (DOUBLE, SINGLE, BOOL)
"""Types that survive a row of float64."""


class KernelFunction(Protocol):
    """A compiled kernel: a dispatcher of Numba."""

    py_func: FunctionType

    def __call__(self, *arguments: object) -> tuple[int, int, bool]:
        """Run a block; return (next step, lanes that are left, whether a lane has no room for another spike)."""


@dataclass(frozen=True)
class Layout:
    """Rows of the work space: the state, what the engine needs, the model's parameters, constants.

    Attributes
    ----------
    states : int
        Number of state variables; they are the first rows.
    parameters : tuple of (str, int)
        The parameters that the step reads, each with its row.
    rows : int
        Number of rows.
    """

    states: int
    parameters: tuple[tuple[str, int], ...]
    rows: int

    def row(self, which: int) -> int:
        """Return a row of the engine, such as ``CURRENT``."""
        return self.states + which


_TEMPLATE = '''\
"""A kernel, made from the step of a neuron model."""

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
    """Advance a single lane, its state in registers, to its next spike, its loss or step `until`.

    Returns the last step made, and whether the lane fired or was lost in it.
    """
    i = 0
{uniform}
{loaded}
{placed}
    peak, low, high = w[{peak}], w[{low}], w[{high}]
    while True:
{moved}
        # In this order, LLVM takes the reset out of the path of all other steps: 12 in place of 15 ns.
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

    Returns the step reached, the lanes left, and whether a lane has no room.
    """
{uniform}
    # No literals: Numba would compile what is called anew for each of them.
    states, rows = np.int64(STATES), np.int64(ROWS)
    m = padded(n)
    if k == 0:
        fill_up(w, rows, n)
        for i in range(m):
{fixed}
    else:  # lanes that were given up, whatever their step would make of it
        n = take_out(w, pieces, notes, recorded, n, k, limit, k0, k1, states)
        m = padded(n)
    change = k
    full = False
    while k < stop and n > 0 and not full:
        if k >= change:
            change = renew_currents(k, dt, t0, w, pieces, table, notes, n, m, states)
        if n == 1:
            # What pads it is stale from here on: no lane comes back.
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
        # A lane alone has recorded all but its last step.
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

    With `cached`, Numba keeps the machine code beside the file that the source is written to.
    """
    # What depends on no lane is computed once for each call, what depends on parameters alone once for each lane, and
    # only the rest in every step.
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
    # Only what the loop over time reads must survive in a row.
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
    # A comparison with nan is False, so that its negation also finds a lane whose state is nan.
    lost = f"not (abs({finite_or_nan(new)}) <= limit)"
    spiked = f"{_at(layout.row(SPIKED))} = spike"
    # Written only after everything is read: an entry may be handed on to another.
    moving = [*loaded, *moved, spiked, *(f"{_at(i)} = {name}" for i, name in enumerate(new))]
    moving += ["fired |= spike != 0.0", f"lost |= {lost}"]
    state = [f"s{i}" for i in range(states)]
    # In one assignment, because no new value may be read in place of a former one.
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
    """Return the potential, or nan where another state variable is not finite: x - x is 0, else nan."""
    return " + ".join([state[0], *(f"({name} - {name})" for name in state[1:])])


def _levels(program: Program) -> dict[str, int]:
    """Return what each assignment depends on; MOVING also for what no row could keep."""
    levels: dict[str, int] = {}
    for line in program.body:
        # A row is float64, which holds float64, float32 and booleans exactly, but not every int64.
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
    return "\n".join(" " * spaces + line for line in lines or ["pass"])
