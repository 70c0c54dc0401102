"""Checks of untrusted ABF and NWB files, whose declared data must fit into the file and must not be in other files."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from plausiwidgets.support.arguments import bounded
from plausiwidgets.support.extras import load

MAX_ABF_SWEEPS = 10_000
_ABF1_LENGTHS = {10: 2, 16: 2, 48: 64}
"""Minimum size in bytes of samples, sweeps and tags, by the offset of their number in the header of ABF1."""
_ABF2_SWEEPS = 12
_ABF2_TABLES = (92, 108, 124, 156, 172, 220, 236, 252, 316)
"""Offsets of block, entry size and number of entries of each table that pyABF reads, in the header of ABF2."""
_ABF2_PLAIN = (236, 316)
"""Offsets of the tables whose entries are samples or pairs of numbers."""
_BLOCK, _LEAST_ENTRY = 512, 16


class OtherFileError(ValueError):
    """Error for a file whose data are in another file."""


def check_abf(path: Path, name: str) -> None:
    """Raise a ValueError if the header of an ABF file declares more data than the file contains.

    The reader pyABF would reserve memory for the declared data.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_BLOCK)
    if len(head) < _BLOCK:
        return
    if head.startswith(b"ABF "):
        for place, least in _ABF1_LENGTHS.items():
            _check_room(name, struct.unpack_from("<i", head, place)[0], least, size)
    elif head.startswith(b"ABF2"):
        bounded(name, "number of sweeps", struct.unpack_from("<I", head, _ABF2_SWEEPS)[0], size / 2)
        for place in _ABF2_TABLES:
            _, entry, count = struct.unpack_from("<IIi", head, place)
            _check_room(name, count, max(entry, 1 if place in _ABF2_PLAIN else _LEAST_ENTRY), size)


def _check_room(name: str, count: int, entry: int, size: int) -> None:
    if not 0 <= count <= size / entry:
        raise ValueError(
            f"{name} must be a complete ABF file, but its header declares more entries than the file contains."
        )


def check_abf_command(abf: Any, name: str) -> None:
    """Raise a ValueError for more sweeps or longer commands than an amplifier records."""
    sweeps = len(abf.sweepList)
    bounded(name, "number of sweeps", sweeps, MAX_ABF_SWEEPS)
    table = abf._epochPerDacSection if hasattr(abf, "_epochPerDacSection") else abf._headerV1
    durations = [max(x, 0) for x in table.lEpochInitDuration]
    longer = [max(x, 0) * (sweeps - 1) for x in table.lEpochDurationInc]
    most = 8.0 * abf.sweepPointCount + 1e6
    bounded(name, "number of samples of a command", float(sum(durations) + sum(longer)), most)


def has_command_file(abf: Any, channel: int) -> bool:
    """Return whether the command of a channel is in another file, which pyABF would open."""
    table = abf._dacSection if hasattr(abf, "_dacSection") else abf._headerV1
    return channel < len(table.nWaveformSource) and table.nWaveformSource[channel] == 2


def refuse_other_files(path: Path, name: str) -> None:
    """Raise an OtherFileError if an HDF5 file refers to data in other files.

    Such a file could read private files of a server.
    """
    h5py = load("h5py")
    with h5py.File(path, "r") as file:
        waiting, seen = [(file, "")], set()
        while waiting:
            group, where = waiting.pop()
            for key in group:
                place, link = f"{where}/{key}", group.get(key, getlink=True)
                is_other = isinstance(link, h5py.ExternalLink)
                if isinstance(link, h5py.HardLink):
                    found = group[key]
                    if isinstance(found, h5py.Dataset):
                        is_other = bool(found.external) or found.is_virtual
                    elif isinstance(found, h5py.Group) and (address := h5py.h5o.get_info(found.id).addr) not in seen:
                        seen.add(address)
                        waiting.append((found, place))
                if is_other:
                    raise OtherFileError(f"{name} must contain all of its data, but {place} is in another file.")
