"""Files that are replaced whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a text file beside its place and then put it there, so that an error leaves the former file as it was.

    A link stays a link, and a file keeps its permissions. What is no regular file, such as a pipe, is written to.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    place = Path(os.path.realpath(path))
    existed = place.exists()
    if existed and not stat.S_ISREG(place.stat().st_mode):
        place.write_text(text, encoding="utf-8", newline="")
        return
    handle, beside = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".part", dir=place.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if existed:
            shutil.copymode(place, beside)
        else:
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(beside, 0o666 & ~mask)
        os.replace(beside, place)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise
