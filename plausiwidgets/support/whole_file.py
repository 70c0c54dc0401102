"""Replacement of files, either completely or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a text to a temporary file and rename it, so that an error leaves the existing file unchanged.

    A link stays a link, and a file keeps its permissions. A path that is not a regular file, such as a pipe, is written
    to directly. The message of an OSError contains `path` instead of the temporary file.
    """
    place = Path(os.path.realpath(path))
    existed = place.exists()
    if existed and not stat.S_ISREG(place.stat().st_mode):
        place.write_text(text, encoding="utf-8", newline="")
        return
    temporary = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, 0o600 if existed else 0o666)  # A private file must stay private.

    try:
        with open(temporary, "x", encoding="utf-8", newline="", opener=opener) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if existed:
            shutil.copymode(place, temporary)
        os.replace(temporary, place)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and error.errno is not None:
            # The user knows the path, but not the temporary file.
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
