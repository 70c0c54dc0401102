"""Files that are replaced whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a text file beside its place and then put it there, so that an error leaves the former file as it was.

    A link stays a link, and a file keeps its permissions. What is no regular file, such as a pipe, is written to.
    """
    place = Path(os.path.realpath(path))
    existed = place.exists()
    if existed and not stat.S_ISREG(place.stat().st_mode):
        place.write_text(text, encoding="utf-8", newline="")
        return
    beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, 0o600 if existed else 0o666)  # what was private is never open to others

    try:
        with open(beside, "x", encoding="utf-8", newline="", opener=opener) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if existed:
            shutil.copymode(place, beside)
        os.replace(beside, place)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
