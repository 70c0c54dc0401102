"""Codes of answers that students hand in from the page of an exercise.

The page writes a code that contains the model, the pattern, the parameters, the claim, the time and a checksum. It also
contains the name and the answer in words if they were typed. The functions of this module read a code and evaluate its
parameters.
"""

from __future__ import annotations

import base64
import math
import re
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from plausiwidgets.models.model import NeuronModel
from plausiwidgets.models.parameter import Parameter
from plausiwidgets.models.registry import get as get_model
from plausiwidgets.patterns import all_of, judge
from plausiwidgets.patterns import get as get_pattern
from plausiwidgets.patterns.all_of import Judged, judged
from plausiwidgets.patterns.verdict import OneVerdict
from plausiwidgets.support.arguments import checked, require, shown
from plausiwidgets.support.json_text import read_json
from plausiwidgets.support.lazy import frame
from plausiwidgets.support.names import unknown
from plausiwidgets.support.printed import number
from plausiwidgets.teaching.exercises import Exercise
from plausiwidgets.teaching.mysteries import mystery

if TYPE_CHECKING:
    import pandas as pd

PREFIX = "PW1"
"""Prefix of a code, whose number changes with the fields of the code."""

DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
"""Pattern of the element of a page that contains its data."""
CODE = re.compile(rf"{PREFIX}\.([A-Za-z0-9_-]+)\.([0-9a-f]{{8}})")
LONGEST = 8000
"""Maximum number of characters of a code."""
FINEST = 4.0
"""Maximum divisor of the time step of the model in a code that is evaluated without the page of its exercise."""
_TYPED = {".name": ("name", 60), ".words": ("answer in words", 300)}
"""Fields that a user types, with their names in errors and their maximum numbers of characters."""
_ABOUT = (".model", ".pattern", ".mystery")
_FIELDS = (*_ABOUT, ".dt", ".seconds", ".solved", *_TYPED)
"""Fields of a code in addition to the parameters, of which a code contains those that differ from their defaults."""


@dataclass(frozen=True)
class Answer:
    """Content of a code with the verdict on its parameters.

    Attributes
    ----------
    model : NeuronModel
        Model of the exercise.
    pattern : Pattern or AllOf
        Pattern of the exercise.
    seed : int or None
        Seed of a mystery, None for any other exercise.
    parameters : mapping of str to float
        All model and stimulus parameters.
    seconds : float
        Time in s from opening the page to the code, as measured by the page.
    verdict : Verdict
        Verdict at the time step of the code, without a verification.
    name : str
        Name that the user typed, otherwise empty. It is not verified.
    words : str
        Answer that the user typed, otherwise empty.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> answer = pw.teaching.read_code(
    ...     "PW1.Lm1vZGVsPWxpZiYucGF0dGVybj10b25pY19zcGlraW5nJi5zZWNvbmRzPTQxJi5zb2x2ZWQ9MQ.72a5ed9b"
    ... )
    >>> answer.solved, answer.seconds, answer.parameters["tau_mem"]
    (True, 41.0, 20.0)
    """

    model: NeuronModel
    pattern: Judged
    seed: int | None
    parameters: Mapping[str, float]
    seconds: float
    verdict: OneVerdict
    name: str = ""
    words: str = ""

    @property
    def solved(self) -> bool:
        """Whether every criterion is met."""
        return bool(self.verdict.accepted)


class _Asked(NamedTuple):
    """Exercise of a page, and the fields of its codes that identify the model and the pattern."""

    exercise: Exercise
    about: Mapping[str, str]


def _asked_on(page: str | Path) -> _Asked:
    """Return the exercise of a page.

    Raises
    ------
    ValueError
        If the file is not the page of an exercise.
    """
    path = Path(page)
    found = DATA.search(path.read_text(encoding="utf-8", errors="replace"))
    data: object = None
    with suppress(ValueError):
        data = read_json(found[1]) if found else None
    if not isinstance(data, dict) or not data.get("exercise"):
        raise ValueError(f"page must be the page of an exercise, from export_page(…, exercise=…), got {str(path)!r}.")
    asked = data["exercise"]
    start = asked.get("start") or data["patterns"][0]["sets"][0]
    exercise = Exercise(asked["question"], asked["free"], start=dict(start["values"]), dt=start["dt"])
    return _Asked(exercise, asked["about"])


@checked
def read_code(code: str, page: str | Path | None = None) -> Answer:
    """Read a code that was handed in from the page of an exercise, and evaluate its parameters.

    Parameters
    ----------
    code : str
        Code. Spaces and line breaks in it are ignored.
    page : str or Path, optional
        File of the exercise. The function then also raises an error for the code of a different exercise, and for a
        locked parameter that differs from its start. The same applies to a parameter outside the range of its slider,
        which a start may extend. For a mystery, the start and the locked parameters are checked without the file.

    Returns
    -------
    Answer

    Raises
    ------
    ValueError
        If the code is incomplete or was changed, so that its checksum does not match. If it contains a value that no
        page writes, such as a negative time, or claims a solution that the evaluation does not confirm. If the file is
        not the page of an exercise. The checksum is not a signature, because anybody can compute it for
        other values.
    OSError
        If the file of the exercise cannot be read.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> pw.teaching.read_code("PW1.abc")
    Traceback (most recent call last):
    ...
    ValueError: the code is incomplete; it must start with 'PW1.' and end with a period and 8 characters.
    """
    return _read(code, None if page is None else _asked_on(page))


def _code_in(line: str) -> str:
    """Return the code in a line of text, such as "Ada PW1.…".

    The line may contain additional spaces, because an email may have broken the code.
    """
    joined = "".join(line.split())
    match = CODE.search(line) or CODE.search(joined)
    return joined if match is None else match.group()


def unpacked_code(code: str) -> dict[str, str]:
    """Return the fields of a code without an evaluation.

    Raises
    ------
    ValueError
        If no page writes such a code.
    """
    text = "".join(code.split())
    match = CODE.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        raise ValueError(
            f"the code is incomplete; it must start with '{PREFIX}.' and end with a period and 8 characters."
        )
    packed, checksum = match.groups()
    try:
        payload = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        content = payload.decode("ascii")
    except ValueError:
        raise ValueError("the code is damaged. Copy it again.") from None
    if f"{zlib.crc32(payload):08x}" != checksum:
        raise ValueError("the code is damaged or was changed, because its checksum does not match. Copy it again.")
    fields = parse_qsl(content, keep_blank_values=True)
    given = dict(fields)
    if len(given) < len(fields) or not {".model", ".seconds", ".solved"} <= set(given):
        raise ValueError("the code is not from an exercise page, because fields are missing or duplicated.")
    return given


def _read(code: str, asked: _Asked | None) -> Answer:
    given = unpacked_code(_code_in(code))
    if asked is not None and {name: given[name] for name in _ABOUT if name in given} != asked.about:
        raise ValueError("the code belongs to a different exercise.")
    try:
        return _judged(given, None if asked is None else asked.exercise)
    except ValueError as error:
        raise ValueError(f"the code is invalid: {error}") from None


def _judged(given: Mapping[str, str], exercise: Exercise | None) -> Answer:
    model, seed = get_model(given[".model"]), None
    pattern: Judged | None = None
    if ".mystery" in given:
        parts = given[".mystery"].split(".")
        if len(parts) != 3 or not re.fullmatch(r"\d{1,9}", parts[2]):
            raise ValueError(f"its mystery must have the form model.pattern.seed, got {shown(given['.mystery'])}.")
        named = get_model(parts[0])
        if named is not model:
            raise ValueError(f"its mystery must have the model {model.title}, got {named.title}.")
        hidden = mystery(model, parts[1], int(parts[2]))
        pattern, seed = hidden.pattern, hidden.seed
        exercise = exercise or hidden
    if pattern is None:
        keys = given.get(".pattern", "").split("+")
        pattern = all_of(*keys) if len(keys) > 1 else judged(get_pattern(keys[0]), "evaluated")
    known = pattern.parameters(model)
    values = {}
    for name, text in given.items():
        if name in _FIELDS:
            continue
        if name not in known:
            raise unknown(model.title, "parameter", name, known)
        values[name] = float(known[name].check(_number(name, text)))
    if exercise is not None and exercise.start is not None:
        for name, parameter in known.items():
            free, start = name in exercise.free, exercise.start[name]
            _check_value(parameter, values.get(name, float(parameter.default)), start, is_free=free)
    dt = _number("its time step", given[".dt"]) if ".dt" in given else model.dt
    usual = [model.dt, *(preset.dt for preset in model.presets if preset.dt is not None)]
    if exercise is None and dt < min(usual) / FINEST:
        raise ValueError(
            f"its time step must be at least {number(min(usual) / FINEST)} ms, got {number(dt)} ms. For a smaller time "
            "step, pass the page of its exercise (page=…)."
        )
    if exercise is not None and exercise.dt is not None and exercise.dt != dt:
        raise ValueError(f"its time step must be {number(exercise.dt)} ms, as in its exercise, got {number(dt)} ms.")
    seconds = _number("its time", given[".seconds"])
    if not 0.0 <= seconds < math.inf:
        raise ValueError(f"its time must be finite and not negative, got {number(seconds)} s.")
    typed = {field: given.get(field, "") for field in _TYPED}
    for field, (what, longest) in _TYPED.items():
        if len(typed[field]) > longest or not typed[field].isprintable():
            raise ValueError(
                f"its {what} must have at most {longest} printable characters, got {shown(typed[field][:20])}."
            )
    verdict = judge(model, pattern, values, dt=dt, verify=False)
    if given[".solved"] == "1" and not verdict.accepted:
        met = sum(check.passed for check in verdict.criteria)
        raise ValueError(
            f"its values must meet all criteria of “{pattern.title}”, but they meet {met} of {len(verdict.criteria)}."
        )
    complete = MappingProxyType({name: float(value) for name, value in verdict.parameters.items()})
    return Answer(model, pattern, seed, complete, seconds, verdict, typed[".name"], typed[".words"])


def _number(what: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{what} must be a number, got {shown(text)}.") from None


def _check_value(parameter: Parameter, value: float, start: float, *, is_free: bool) -> None:
    """Raise a ValueError for a parameter value that a user cannot choose on the page of the exercise."""
    name = parameter.key
    if value != start and not is_free:
        raise ValueError(f"{name} must be {number(start)}, because it is locked, got {number(value)}.")
    low, high = min(parameter.low, start), max(parameter.high, start)
    if not low <= value <= high:
        raise ValueError(
            f"{name} must be within the range of its slider, {number(low)} to {number(high)}, got {number(value)}."
        )


@checked
def class_results(codes: str | Iterable[str], page: str | Path | None = None) -> pd.DataFrame:
    """Return a table of the codes that a class has handed in, with a row for each code in their order.

    Parameters
    ----------
    codes : str or iterable of str
        Codes, or a text with a code in each line, such as ``Ada PW1.…``.
    page : str or Path, optional
        File of the exercise, as in :func:`read_code`.

    Returns
    -------
    pandas.DataFrame
        Columns:

        - ``solved``, ``met`` (number of criteria that are met), ``criteria`` (number of all criteria) and ``loss``
        - ``seconds``, ``model``, ``pattern`` and ``seed``
        - ``error``, the reason why the code is invalid, otherwise empty
        - ``same_as``, the row of an identical earlier code, otherwise -1
        - ``name`` and ``words`` as they were typed

        They are followed by a column for each parameter that differs between codes, and a column ``met: …`` for each
        criterion.

    Raises
    ------
    ValueError
        If the file is not the page of an exercise.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import plausiwidgets as pw
    >>> codes = ["PW1.Lm1vZGVsPWxpZiYucGF0dGVybj10b25pY19zcGlraW5nJi5zZWNvbmRzPTQxJi5zb2x2ZWQ9MQ.72a5ed9b", "PW1.abc"]
    >>> table = pw.teaching.class_results(codes)
    >>> table["solved"].tolist(), table["error"][1].split(";")[0]
    ([True, False], 'the code is incomplete')
    """
    import pandas as pd

    lines = codes.splitlines() if isinstance(codes, str) else list(codes)
    require("class_results", "codes", lines, Iterable[str])
    asked = None if page is None else _asked_on(page)
    rows: list[dict[str, object]] = []
    seen: dict[str, int] = {}
    values: list[dict[str, float]] = []
    for code in lines:
        if not code.strip():
            continue
        row: dict[str, object] = {"solved": False, "met": 0, "criteria": 0, "error": "", "name": "", "words": ""}
        first_row = seen.setdefault(_code_in(code), len(rows))
        row["same_as"] = first_row if first_row < len(rows) else -1
        try:
            answer = _read(code, asked)
        except ValueError as error:
            rows.append(row | {"error": str(error)})
            values.append({})
            continue
        checks = answer.verdict.criteria
        row |= {
            "solved": answer.solved,
            "met": sum(bool(c.passed) for c in checks),
            "criteria": len(checks),
            "loss": float(answer.verdict.loss),
            "seconds": answer.seconds,
            "model": answer.model.key,
            "pattern": answer.pattern.key,
            "seed": answer.seed,
            "name": answer.name,
            "words": answer.words,
        }
        rows.append(row | {f"met: {c.title}": bool(c.passed) for c in checks})
        values.append(dict(answer.parameters))
    first = [
        "solved",
        "met",
        "criteria",
        "loss",
        "seconds",
        "model",
        "pattern",
        "seed",
        "error",
        "same_as",
        "name",
        "words",
    ]
    table, numbers = pd.DataFrame(rows), pd.DataFrame(values)
    moved = [name for name in numbers if numbers[name].nunique() > 1]
    last = [name for name in table if name not in first]
    return frame(pd.concat([table.reindex(columns=first), numbers[moved], table[last]], axis=1))
