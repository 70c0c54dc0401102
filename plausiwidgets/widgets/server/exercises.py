"""Exercises that a server shows: they are handed in by one press, and the teacher's page fills as codes arrive."""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import Iterable
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from plausiwidgets.simulation.javascript.module import json_text

DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
CODE = re.compile(r"PW1\.[A-Za-z0-9_-]+\.[0-9a-f]{8}")
LONGEST = 8_000
"""Characters of a code."""
MOST = 2_000
"""Codes of an exercise."""
POLICY = "default-src 'none';"


class Exercise:
    """An exercise, from the file that `export_page(…, exercise=…)` has written.

    Codes are kept in a file beside it, so that they are there after a restart.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    name : str
        In its address.
    page : bytes
    secret : str
        Who knows it is the teacher.
    codes : list of str
        In the order of their arrival.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is no exercise.
    """

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        found = DATA.search(text)
        data: dict[str, Any] = {} if found is None else json.loads(found[1])
        if found is None or not data.get("exercise") or POLICY not in text:
            raise ValueError(f"{path} is no exercise: valid is a file of export_page(…, exercise=…)")
        data["hand"] = "codes"
        text = text[: found.start(1)] + json_text(data) + text[found.end(1) :]
        self.page = text.replace(POLICY, f"{POLICY} connect-src 'self';", 1).encode()
        self.name = re.sub(r"[^\w-]+", "_", path.stem, flags=re.ASCII)
        self.secret = token_urlsafe(12)
        self._file = path.with_suffix(".codes.txt")
        self.codes: list[str] = []
        if self._file.is_file():
            self.codes = [one for one in self._file.read_text(encoding="ascii").split() if CODE.fullmatch(one)][:MOST]

    def is_teacher(self, secret: str) -> bool:
        """Return whether somebody knows the secret."""
        return hmac.compare_digest(self.secret.encode(), secret.encode())

    def take(self, code: str, log: logging.Logger) -> str:
        """Keep a code; return why not, or an empty text."""
        if len(code) > LONGEST or not CODE.fullmatch(code):
            return "this is no code of an exercise"
        if code in self.codes:
            return ""
        if len(self.codes) >= MOST:
            return "no more codes are taken"
        self.codes.append(code)
        try:
            with self._file.open("a", encoding="ascii") as file:
                file.write(f"{code}\n")
        except OSError as error:
            log.warning("plausiwidgets: codes are kept in memory alone: %s", error)
        return ""

    def news(self, after: int) -> dict[str, Any]:
        """Return the codes that came after so many."""
        return {"codes": self.codes[after:], "count": len(self.codes)}


def by_name(paths: Iterable[Path]) -> dict[str, Exercise]:
    """Return the exercises of some files by the names in their addresses.

    Raises
    ------
    OSError, ValueError
        As of :class:`Exercise`, and where two have the same name.
    """
    found: dict[str, Exercise] = {}
    for path in paths:
        exercise = Exercise(path)
        if exercise.name in found:
            raise ValueError(f"two exercises have the same name in their address, {exercise.name}: rename a file")
        found[exercise.name] = exercise
    return found
