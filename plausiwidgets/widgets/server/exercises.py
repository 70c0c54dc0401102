"""Exercises of a server.

Students submit their codes with one click, and the teacher's page shows the codes as they arrive.
"""

from __future__ import annotations

import hmac
import logging
import re
from collections.abc import Iterable
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from plausiwidgets.engine.javascript.module import json_text
from plausiwidgets.support.json_text import read_json
from plausiwidgets.teaching.codes import DATA, unpacked_code
from plausiwidgets.texts import tr
from plausiwidgets.widgets.server.limits import Bucket

MAX_CODES = 2_000
"""Maximum number of codes of an exercise."""
RATE, BURST = 2.0, 200.0
"""Number of codes that an exercise accepts per second, and simultaneously from a large class at the end of a lesson."""
POLICY = "default-src 'none';"


class Exercise:
    """Exercise on a server, from a file that `export_page(…, exercise=…)` has written.

    The codes are stored in a file next to the page, so that a restart keeps them.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    name : str
        Name in the address of the exercise.
    page : bytes
    secret : str
        Secret in the address of the teacher's page.
    codes : list of str
        Codes in the order of their arrival.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If the file is not the page of an exercise.
    """

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        found = DATA.search(text)
        data: dict[str, Any] = {} if found is None else read_json(found[1])
        if found is None or not data.get("exercise") or POLICY not in text:
            raise ValueError(f"{path} must be the page of an exercise, from export_page(…, exercise=…).")
        data["hand"] = "codes"
        text = text[: found.start(1)] + json_text(data) + text[found.end(1) :]
        self.page = text.replace(POLICY, f"{POLICY} connect-src 'self';", 1).encode()
        self.name = re.sub(r"[^\w-]+", "_", path.stem, flags=re.ASCII)
        self.secret = token_urlsafe(12)
        self._bucket = Bucket(RATE, BURST)
        self._file = path.with_suffix(".codes.txt")
        self.codes: list[str] = []
        if self._file.is_file():
            kept = self._file.read_text(encoding="ascii", errors="replace").split()
            self.codes = [one for one in kept if is_code(one)][:MAX_CODES]

    def is_teacher(self, secret: str) -> bool:
        """Return whether a secret is the teacher's."""
        return hmac.compare_digest(self.secret.encode(), secret.encode())

    def take(self, code: str, log: logging.Logger) -> str:
        """Store a code, and return the reason if the code is rejected, else an empty string."""
        if not self._bucket.take():
            return tr("The server receives too many codes at the moment. Hand in your code again in a minute.")
        if not is_code(code):
            return tr("The code is incomplete or damaged. Copy it again.")
        code = "".join(code.split())
        if code in self.codes:
            return ""
        if len(self.codes) >= MAX_CODES:
            return tr("This exercise does not accept any more codes.")
        self.codes.append(code)
        try:
            with self._file.open("a", encoding="ascii") as file:
                file.write(f"{code}\n")
        except OSError as error:
            log.warning("plausiwidgets: codes are kept in memory only (%s).", error)
        return ""

    def news(self, after: int) -> dict[str, Any]:
        """Return the new codes after the first `after` codes, and the number of all codes."""
        return {"codes": self.codes[after:], "count": len(self.codes)}


def is_code(code: str) -> bool:
    """Return whether a text is a code of an exercise page, without a check of its claim."""
    try:
        unpacked_code(code)
    except ValueError:
        return False
    return True


def by_name(paths: Iterable[Path]) -> dict[str, Exercise]:
    """Return the exercises in some files, by the names in their addresses.

    Raises
    ------
    OSError, ValueError
        See :class:`Exercise`. Also if two exercises have the same name.
    """
    found: dict[str, Exercise] = {}
    for path in paths:
        exercise = Exercise(path)
        if exercise.name in found:
            raise ValueError(
                f"each exercise must have a different name in its address, got {exercise.name!r} twice. Rename a file."
            )
        found[exercise.name] = exercise
    return found
