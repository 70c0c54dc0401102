"""The table of messages between the app and its host, and the validation of messages.

A request is ``{kind, id, …fields}``, with at most one buffer. Its answers are ``{kind, id, state, …fields}``, each with
at most one buffer, which contains all arrays. The last answer has one of the states of :data:`FINAL`. If the request is
not valid or fails, the state is ``"failed"``, and ``error`` contains one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from plausiwidgets.engine.waveform import MAX_SEED
from plausiwidgets.patterns.status import WORDS
from plausiwidgets.support.arguments import shown
from plausiwidgets.support.names import unknown
from plausiwidgets.texts import tr
from plausiwidgets.widgets.handlers.types import (
    LONGEST_NAME,
    ByName,
    Choice,
    Data,
    Fields,
    Flag,
    ListOf,
    Measured,
    Nullable,
    Number,
    Optional,
    Pair,
    Record,
    Text,
    Whole,
    wrong_fields,
)

FINAL = ("done", "stopped", "superseded", "failed")
"""States of the last answer to a request."""
STATES = ("waiting", "running", "paused", *FINAL)
"""States of an answer."""

LONGEST_FILE = 10_000_000
"""Maximum size in bytes of a file that is sent to a kernel. A larger message would close the connection."""
LONGEST_TEXT = 1_000_000
"""Maximum number of characters of a current that is typed or read from a file."""
LONGEST_KEY = 400
"""Maximum number of characters of the key of a pattern, or of the joined key of several patterns."""
SENTENCE = 4_000
"""Maximum number of characters of a sentence."""
PAGE = 50_000_000
"""Maximum number of characters of a file in an answer."""


class Array(NamedTuple):
    """Array of an answer, with its type (f4, f8, i4, u4 or u1), its shape, and its meaning with the unit."""

    dtype: str
    shape: str
    text: str


@dataclass(frozen=True)
class Message:
    """Kind of message, which is a row of the table.

    Attributes
    ----------
    text : str
        Description of the request.
    home : str
        Module with the function that answers, which has the name of the message. Empty if the host itself answers.
    fields, answer : mapping of str to Type
        Fields of the request and of its answers.
    arrays : mapping of str to Array
        Arrays in the buffer of the answers.
    streams : bool
        Whether the host may send several answers.
    ends : str
        Message that ends the work early, ``"cancel"`` or ``"stop"``. Empty if the work is short.
    newest : bool
        Whether a newer request of this kind replaces an older request, which gets the state ``"superseded"``.
    buffer : int
        Maximum size of the buffer of the request in bytes. The request has no buffer if it is 0.
    """

    text: str
    home: str
    fields: Fields = field(default_factory=dict)
    answer: Fields = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)
    streams: bool = False
    ends: str = ""
    newest: bool = False
    buffer: int = 0


NAME, KEY, ID = Text(LONGEST_NAME, 1), Text(LONGEST_KEY, 1), Text(LONGEST_NAME, 1)

AGAIN = Optional(KEY)
"""Name of a pattern that an ended process created before. The new pattern gets the same name."""
VALUES = ByName(Number())
STATUS = Choice(tuple(WORDS))
PAIR: Fields = {"model": NAME, "pattern": KEY}
SET: Fields = {**PAIR, "values": VALUES, "dt": Number("ms", above=0.0)}
BOX: Fields = {"bounds": Optional(ByName(Pair())), "free": Optional(ListOf(Text()))}
"""Fields with the ranges and the free parameters.

The default is those of the selection that the host shows, or the declared ones.
"""
POINTS = ListOf(Whole(2, 200), most=4, least=1)

CRITERION = Record(
    "HostCriterion",
    {
        "key": Text(200),
        "name": Text(SENTENCE),
        "unit": Text(),
        "value": Measured(),
        "low": Measured(),
        "high": Measured(),
        "passed": Flag(),
        "penalty": Measured(),
    },
)
VERDICT = Record(
    "HostVerdict",
    {
        "status": STATUS,
        "loss": Measured(),
        "diverged": Flag(),
        "failed_test": Text(SENTENCE),
        "engine": Text(),
        "criteria": ListOf(CRITERION),
        "parts": ByName(STATUS),
    },
)
SWEEP = Record("HostSweep", {"name": Text(SENTENCE), "t0": Number("ms"), "dt": Number("ms"), "states": ListOf(Text())})
SEARCH = Record(
    "SearchRecord",
    {
        "id": ID,
        **PAIR,
        "dt": Number("ms"),
        "evaluations": Whole(),
        "budget": Whole(),
        "loss": Measured(),
        "best": VALUES,
        "at_bounds": ListOf(Text()),
        "status": STATUS,
        "seconds": Number("s"),
        "sentence": Text(SENTENCE),
    },
)
AXIS = Record(
    "SearchAxis",
    {
        "name": Text(200),
        "low": Number(),
        "high": Number(),
        "scale": Text(),
        "linear_width": Nullable(Number()),
    },
)
ROW = Record(
    "AssessedRow",
    {
        **PAIR,
        "letter": Text(),
        "status": Choice((*WORDS, "unsearched")),
        "state": Choice(STATES),
        "loss": Measured(),
        "evaluations": Whole(),
        "robustness": Nullable(Number()),
        "parameters": VALUES,
        "ruled_out": Text(SENTENCE),
        "sentence": Text(SENTENCE),
    },
)
RECORDED = Record(
    "RecordedSweep",
    {
        "name": Text(SENTENCE),
        "numbers": ListOf(Whole()),
        "protocol": Text(SENTENCE),
        "begin": Number("ms"),
    },
)
COMPARED = Record(
    "ComparedCriterion",
    {
        "of": Text(),
        "sweep": Text(SENTENCE),
        "name": Text(SENTENCE),
        "text": Text(SENTENCE),
        "unit": Text(),
        "low": Measured(),
        "high": Measured(),
        "shaped": Flag(),
    },
)
FIRING = Record(
    "SpontaneousFiring",
    {
        "level": Number(),
        "count": Whole(),
        "sweeps": Whole(),
        "first": Text(SENTENCE),
        "time": Number("ms"),
        "rate": Number("Hz"),
    },
)
POINT = Record(
    "FixedPoint",
    {
        "x": Number(),
        "y": Number(),
        "kind": Text(),
        "text": Text(SENTENCE),
        "eigenvalues": Text(SENTENCE),
    },
)
LEVEL = Record("CurrentLevel", {"text": Text(SENTENCE), "points": ListOf(POINT), "nullclines": ListOf(Whole(), most=8)})
ONSET = Record(
    "OnsetPoint",
    {
        "kind": Text(SENTENCE),
        "current": Number(),
        "potential": Number(),
        "text": Text(SENTENCE),
    },
)
PROGRESS: Fields = {"done": Whole(), "total": Whole()}
TRACES = {
    "{k}.v": Array("f4", "[steps]", "potential of the k-th sweep in mV; nan once it diverged"),
    "{k}.current": Array("f4", "[steps]", "injected current, in the model's unit"),
    "{k}.spikes": Array("f8", "[spikes]", "times of its spikes in ms"),
}

TABLE: dict[str, Message] = {
    # -- selection and texts
    "describe": Message(
        "The description of a model and a pattern that the app does not have, such as custom ones. The first answer "
        "has the part that requires no simulation, the last answer has all of it. `why` is the reason if the neuron "
        "cannot be simulated on the page; otherwise it is empty.",
        "describe",
        PAIR,
        {"data": Data("an entry of the catalogue", "ModelData"), "why": Text(SENTENCE)},
        streams=True,
    ),
    "select": Message(
        "A change of the steps of undo, of the place `at` of the shown step, or of its ranges. `revision` is 1 higher "
        "than the revision that the page has changed. If the host has a later one, it drops the change, and its answer "
        "is `superseded`. The new steps are those from the first to the second place in `kept`, then `steps`.",
        "",
        {
            "revision": Whole(1),
            "kept": ListOf(Whole(), most=2, least=2),
            "at": Whole(),
            "steps": ListOf(Record("HistoryStep", SET)),
            **BOX,
            "locked": Optional(ListOf(Text())),
        },
    ),
    "texts": Message(
        "The translations of a language, by the English text.",
        "files",
        {"language": Text(8, 1)},
        {"texts": ByName(Text(SENTENCE), 10_000, SENTENCE)},
    ),
    "lesson": Message(
        "A lesson that the app offers. Each of its cards locks different values.",
        "files",
        {"name": Text(LONGEST_NAME, 1)},
        {"lesson": Data("an entry of the lessons of the catalogue", "LessonData")},
    ),
    "alive": Message("A test of the connection. The host answers immediately, even during other work.", ""),
    # -- evaluation
    "simulate": Message(
        "Simulate and evaluate at the time step, for a neuron that the app cannot simulate. `sweeps` are the sweeps "
        "whose traces are sent; if it is empty, all are. With `states`, the traces have every state variable, "
        "otherwise only the potential. During a loop in Python, an answer has the number of completed time steps and "
        "their total, or 0 if the total is not known. To cancel this request also ends the evaluation of the same set. "
        "`scale` is rest, threshold and peak; it is empty if they are not known.",
        "verdicts",
        {**SET, "sweeps": ListOf(Text(SENTENCE)), "states": Flag()},
        {**PROGRESS, "verdict": Nullable(VERDICT), "sweeps": ListOf(SWEEP), "scale": ListOf(Number(), most=3)},
        {
            **TRACES,
            "{k}.state.{state}": Array("f4", "[steps]", "a state variable in its unit, with `states`"),
        },
        streams=True,
        ends="cancel",
        newest=True,
    ),
    "verify": Message(
        "The verdict of Python, verified; first at the time step alone. While a server has not started the "
        "verification, `ahead` is the number of visitors ahead of this one, and there is no verdict.",
        "verdicts",
        SET,
        {"verdict": Optional(VERDICT), "ahead": Optional(Whole())},
        streams=True,
        ends="cancel",
        newest=True,
    ),
    "verify_candidate": Message(
        "The verified verdict of a set that a search of the page has found. It replaces no verification of the shown "
        "set. The page sends the next candidate when the answer is there.",
        "verdicts",
        SET,
        {"verdict": VERDICT},
        ends="cancel",
    ),
    # -- search
    "search": Message(
        "Search for the pattern; a running search is stopped. `begin`: start from the values, or from random points. "
        "`pace`: limit the evaluations per second to the pace of a user. Each answer has the new evaluations, and "
        "`from` is the number of the first of them. "
        "`space`: the free parameters and the limits of the search, in an answer that starts at its first evaluation. "
        "`spread`: factor on the linear widths of asinh scales in the coordinates of CMA-ES.",
        "searching",
        {
            **SET,
            **BOX,
            "begin": Choice(("values", "random")),
            "budget": Optional(Whole(1, 100_000_000)),
            "seed": Optional(Whole(0, 2**31 - 1)),
            "popsize": Optional(Whole(4, 512)),
            "pace": Optional(Flag()),
        },
        {
            "search": SEARCH,
            "from": Whole(),
            "space": Optional(ListOf(AXIS)),
            "spread": Optional(Number()),
        },
        {
            "loss": Array("f4", "[evaluations]", "loss of each new evaluation; 0 if every criterion is met"),
            "restarts": Array("i4", "[restarts]", "numbers of the evaluations, from 0, that began a restart so far"),
            "values": Array("f4", "[evaluations, space]", "values of the free parameters of the last new evaluations"),
            "mean": Array("f8", "[space]", "mean of CMA-ES in the unit cube of `space`; empty while it does not run"),
            "covariance": Array("f8", "[space, space]", "covariance matrix of CMA-ES there"),
            "population": Array("f4", "[members, space]", "values of a population; empty while CMA-ES runs"),
        },
        streams=True,
        ends="stop",
    ),
    "running": Message(
        "The ids of all searches. The host then sends each search with its own id, starting at its first evaluation.",
        "searching",
        answer={"searches": ListOf(ID)},
    ),
    "pause": Message("Pause a search.", "searching", {"of": ID}),
    "resume": Message("Resume a search.", "searching", {"of": ID}),
    "stop": Message("Stop a search, also one of another page; its best parameters are kept.", "searching", {"of": ID}),
    "cancel": Message("End the work of a request.", "", {"of": ID}),
    # -- tools
    "plane": Message(
        "The loss of the pattern in the plane of two parameters, on grids with increasing numbers of points per side. "
        "`all`: for each of all patterns.",
        "plane",
        {**SET, "bounds": ByName(Pair()), "x": Text(), "y": Text(), "all": Flag(), "points": POINTS},
        {"patterns": ListOf(KEY), "criteria": ListOf(Text(SENTENCE)), "solved": ListOf(KEY), "finer": Flag()},
        {
            "x": Array("f8", "[points]", "values along x"),
            "y": Array("f8", "[points]", "values along y"),
            "loss": Array("f4", "[y, x]", "loss; of several patterns [patterns, y, x]"),
            "unmet": Array(
                "u4",
                "[y, x]",
                "a bit for each criterion that is not met; of several patterns, a bit for "
                "each pattern that is not shown",
            ),
        },
        streams=True,
        ends="cancel",
        newest=True,
    ),
    "samples": Message(
        "Parameter sets that show the pattern, spread over the whole region within the ranges of the free parameters. "
        "Sets are sent as soon as they are found. The last answer has the final sets, which replace them.",
        "samples",
        {**SET, **BOX, "count": Whole(10, 5_000), "seed": Whole(0, 2**31 - 1)},
        {
            **PROGRESS,
            "names": ListOf(Text(200)),
            "evaluations": Whole(),
            "loss": Measured(),
            "volume": Nullable(Number()),
        },
        {"values": Array("f8", "[sets, names]", "new sets; measured features follow the values")},
        streams=True,
        ends="cancel",
        newest=True,
    ),
    "assess": Message(
        "Search each pattern (all if the list is empty) of each model. `rows` are those that are new or have changed.",
        "assessment",
        {
            "models": ListOf(NAME, least=1),
            "patterns": ListOf(KEY),
            "seed": Whole(0, 2**31 - 1),
            "budget": Optional(Whole(1, 100_000_000)),
        },
        {**PROGRESS, "rows": ListOf(ROW, most=100_000), "seconds": Number("s"), "csv": Text(PAGE)},
        streams=True,
        ends="cancel",
        newest=True,
    ),
    "repertoire": Message(
        "The patterns that this neuron can show: a search for a stimulus for each pattern, with the model's "
        "parameters fixed.",
        "assessment",
        {"model": NAME, "pattern": KEY, "values": VALUES, "dt": Number("ms", above=0.0)},
        {**PROGRESS, "rows": ListOf(ROW)},
        streams=True,
        ends="cancel",
        newest=True,
    ),
    "profiles": Message(
        "The loss along each parameter, one grid of `points` after the other.",
        "curves",
        {**SET, "bounds": ByName(Pair()), "points": POINTS},
        {"names": ListOf(Text()), "finer": Flag()},
        {
            "{name}.values": Array("f8", "[points]", "ascending, in its unit"),
            "{name}.loss": Array("f4", "[points]", "0 if all criteria are met at the time step"),
        },
        streams=True,
        ends="cancel",
        newest=True,
    ),
    "tolerance": Message(
        "The largest noise in the current at which the criteria are met in nine of ten runs, in words. `tau`: time "
        "constant of the noise. `seeds`: number of runs, each with a different noise.",
        "tolerance",
        {**SET, "tau": Number("ms", above=0.0), "seeds": Whole(1, 100)},
        {"text": Text(SENTENCE)},
        ends="cancel",
        newest=True,
    ),
    "rate": Message(
        "The firing rate over the current, from 0 to `most`.",
        "curves",
        {
            "model": NAME,
            "values": VALUES,
            "dt": Number("ms", above=0.0),
            "holding": Number(),
            "most": Number(),
            "points": Whole(2, 200),
        },
        {},
        {"current": Array("f4", "[points]", "in the model's unit"), "rate": Array("f4", "[points]", "in Hz")},
        ends="cancel",
        newest=True,
    ),
    "bifurcations": Message(
        "The onset of firing: the fixed points over the current, then also the firing. Without `currents`, the range "
        "is that of the model, extended to `holding`. The last answer has the bifurcations in `points`, and their "
        "meanings in `sentences`.",
        "curves",
        {
            "model": NAME,
            "values": VALUES,
            "dt": Number("ms", above=0.0),
            "holding": Number(),
            "currents": Optional(Pair()),
        },
        {"currents": Pair(), "onset": Text(SENTENCE), "sentences": ListOf(Text(SENTENCE)), "points": ListOf(ONSET)},
        {
            "stable": Array("f8", "[2, points]", "current and potential of the stable fixed points; nan in between"),
            "unstable": Array("f8", "[2, points]", "current and potential of the unstable fixed points"),
            "firing": Array(
                "f8", "[4, currents]", "current, lowest and highest potential, and rate in Hz of the firing neuron"
            ),
        },
        streams=True,
        ends="cancel",
        newest=True,
    ),
    "phase": Message(
        "The phase plane of two variables (of a neuron of one variable the phase line) and the trajectory of a sweep. "
        "`pair` is empty for the first two; the other variables are steady, or as at the time `now`; `ranges` are "
        "shown in any case.",
        "phase",
        {
            **SET,
            "sweep": Text(SENTENCE),
            "pair": ListOf(Text(), most=2),
            "others": Choice(("steady", "now")),
            "now": Number("ms"),
            "ranges": Optional(ListOf(Pair(), most=2)),
        },
        {
            "names": ListOf(Text()),
            "labels": ListOf(Text(SENTENCE)),
            "ranges": ListOf(Pair()),
            "levels": ListOf(LEVEL),
            "usual": Whole(),
            "variables": ListOf(Text()),
            "sentence": Text(SENTENCE),
        },
        {
            "{k}.{i}.{j}": Array("f4", "[points, 2]", "the j-th piece of the i-th nullcline at the k-th current"),
            "{k}.arrows": Array(
                "f4", "[arrows, 4]", "the field at the k-th current: places, and directions as shares of the ranges"
            ),
            "path": Array("f4", "[points, 4]", "time, x, y and level; a row of nan at each reset"),
        },
        ends="cancel",
        newest=True,
    ),
    "equations": Message(
        "The equations of a model as HTML, and the meaning of each name in them.",
        "files",
        {"model": NAME},
        {"html": Text(PAGE), "meanings": ByName(Text(SENTENCE)), "card": Text(PAGE)},
    ),
    # -- files
    "export": Message(
        "A file. `what` is a Python script of the selection, one line of Python, a page, or an exercise with the "
        "question `text`. It can also be a CSV file of the evaluations of the search `of`. Of `traces`, the answer has "
        "the arrays, which take less space than their text, and the page writes the CSV file.",
        "files",
        {
            "what": Choice(("script", "line", "page", "exercise", "traces", "search")),
            **SET,
            "free": ListOf(Text()),
            "text": Text(SENTENCE),
            "of": Text(),
        },
        {"name": Text(SENTENCE), "text": Text(PAGE), "sweeps": Optional(ListOf(SWEEP))},
        TRACES,
        ends="cancel",
    ),
    "recording": Message(
        "A recorded cell as a pattern, from the file in the buffer. Several files follow each other there, with their "
        "`names` and their `sizes` in bytes. If the file does not name its units, and none are "
        "chosen, the answer has the units to choose from, and no pattern. `compare` has the weights of the compared "
        "features, `sweeps` are the sweeps for fitting, and `holdout` those of the pattern `held_out`. `spontaneous`: "
        "whether the cell fires without a stimulus; by default, the recording decides. The answer has "
        "all sweeps and criteria of the file. Without `compare`, the features in `left_out` are not compared. "
        "`shaped` marks criteria that apply only to neurons without a reset. `firing` is the firing at the holding "
        "current of a cell that fires there in `count` of its `sweeps`, at first in the sweep `first` at `time`.",
        "recording",
        {
            "model": NAME,
            "name": Text(255),
            "units": ByName(Text()),
            "compare": Optional(ByName(Number(low=0.0, high=1.0))),
            "sweeps": Optional(ListOf(Whole())),
            "holdout": Optional(ListOf(Whole())),
            "names": Optional(ListOf(Text(255), most=100, least=1)),
            "sizes": Optional(ListOf(Whole(), most=100, least=1)),
            "spontaneous": Optional(Flag()),
            "junction_potential": Optional(Number("mV")),
            "series_resistance": Optional(Number("MΩ")),
            "again": AGAIN,
        },
        {
            "pattern": Text(LONGEST_KEY),
            "held_out": Text(LONGEST_KEY),
            "choices": ByName(ListOf(Text())),
            "columns": ByName(Text(SENTENCE)),
            "unit": Text(),
            "sweeps": ListOf(RECORDED),
            "criteria": ListOf(COMPARED, 10_000),
            "left_out": ListOf(Text()),
            "firing": Nullable(FIRING),
            "notes": ListOf(Text(SENTENCE)),
        },
        {
            "{k}.t": Array("f4", "[points]", "time in ms of the k-th sweep, on the scale of the file"),
            "{k}.v": Array("f4", "[points]", "recorded potential in mV; empty without a recording of it"),
            "{k}.current": Array("f4", "[points]", "recorded current in `unit`; empty without a recording of it"),
            "{k}.protocol": Array("f4", "[corners, 2]", "times and levels of the recovered current"),
            "{k}.spikes": Array("f8", "[spikes]", "times of the detected spikes in ms"),
        },
        buffer=LONGEST_FILE,
    ),
    "stimulus": Message(
        "A custom current as a pattern without criteria: a step, pulses, a ramp, noise, a chirp, or values with a time "
        "in ms and a current in each line. `number`: of pulses, or the seed of the noise. `lines`: interpolate between "
        "the values. `end`: the end of the last value, if it is not the default.",
        "files",
        {
            "shape": Choice(("step", "pulses", "ramp", "noise", "chirp", "values")),
            "number": Whole(0, MAX_SEED),
            "text": Text(LONGEST_TEXT),
            "lines": Flag(),
            "title": Text(255),
            "end": Optional(Number("ms")),
            "again": AGAIN,
        },
        {"pattern": Text(LONGEST_KEY)},
    ),
    "mystery": Message(
        "An exercise to find the hidden parameters of a neuron that shows the pattern; without a seed, a new one. The "
        "`pattern` of the reply matches the response of the hidden neuron.",
        "mystery",
        {**PAIR, "seed": Nullable(Whole(0, 2**31 - 1)), "again": AGAIN},
        {
            "pattern": Text(LONGEST_KEY),
            "seed": Whole(),
            "exercise": Data("the exercise without its hidden parameters", "Exercise"),
        },
    ),
    "reveal": Message("The hidden parameters of a mystery.", "mystery", {"pattern": KEY}, {"values": VALUES}),
    "plotly": Message(
        "The script of Plotly.",
        "files",
        {},
        {"version": Text()},
        {"script": Array("u1", "[bytes]", "compressed by gzip")},
    ),
}
"""All messages of the app, by their kind."""

MAKING = tuple(kind for kind, row in TABLE.items() if "again" in row.fields)
"""Kinds of requests that create a pattern. The page then refers to the pattern by its name."""


class RefusedError(ValueError):
    """Error of a message that is not valid.

    Attributes
    ----------
    identity : str
        Id of the message, or empty.
    """

    def __init__(self, identity: str, text: str) -> None:
        super().__init__(text)
        self.identity = identity


class RequestKind(NamedTuple):
    """Validated request with its kind, its id, its fields and the bytes of its buffer."""

    kind: str
    identity: str
    fields: dict[str, Any]
    data: bytes


def checked(message: object, buffers: object = ()) -> RequestKind:
    """Validate a message and return it as a request.

    Parameters
    ----------
    message : object
        Received object of any type.
    buffers : object
        List of the buffers of the message.

    Raises
    ------
    RefusedError
        If the message does not match the table. The error is one sentence.

    Examples
    --------
    >>> checked({"kind": "stop", "id": "a1", "of": "a0"}).fields
    {'of': 'a0'}
    >>> checked({"kind": "stop", "id": "a1", "of": 3})
    Traceback (most recent call last):
    plausiwidgets.widgets.handlers.messages.RefusedError: stop: of must be a text of 1 to 64 characters, got 3.
    """
    if not isinstance(message, Mapping):
        raise RefusedError("", f"a message must be an object, got {shown(message)}.")
    identity, kind = message.get("id"), message.get("kind")
    if not isinstance(identity, str) or not ID.fits(identity):
        raise RefusedError("", f"the id of a message must be {ID.words}, got {shown(identity)}.")
    if not isinstance(kind, str) or kind not in TABLE:
        raise RefusedError(identity, str(unknown("", "message", kind, TABLE)))
    row = TABLE[kind]
    fields = {name: value for name, value in message.items() if name not in ("id", "kind")}
    if wrong := wrong_fields(fields, row.fields):
        raise RefusedError(identity, f"{kind}: {wrong}")
    return RequestKind(kind, identity, fields, _buffer(identity, kind, row, buffers))


def _buffer(identity: str, kind: str, row: Message, buffers: object) -> bytes:
    several = list(buffers) if isinstance(buffers, (list, tuple)) else []
    wanted = 1 if row.buffer else 0
    if len(several) != wanted:
        raise RefusedError(identity, f"{kind}: the number of buffers must be {wanted}, got {len(several)}.")
    if not wanted:
        return b""
    try:
        view = memoryview(several[0])
    except TypeError:
        raise RefusedError(identity, f"{kind}: the buffer must be bytes, got {shown(several[0])}.") from None
    if view.nbytes > row.buffer:
        raise RefusedError(identity, f"{kind}: the buffer must have at most {row.buffer} bytes, got {view.nbytes}.")
    return view.tobytes()


def unsent(kind: str, identity: str, error: Exception) -> dict[str, object]:
    """Return the answer to a request whose result cannot be sent."""
    text = tr("The result could not be sent ({error}).", error=" ".join(str(error).split()).removesuffix("."))
    return {"kind": kind, "id": identity, "state": "failed", "error": text[:SENTENCE]}


def wrong_answer(answer: Mapping[str, Any], data: bytes | None) -> str:
    """Return an error for an answer that does not match the table, else an empty string."""
    kind = answer.get("kind")
    if kind == "error":
        return wrong_fields(
            {n: x for n, x in answer.items() if n != "kind"},
            {"id": Text(), "state": Choice(("failed",)), "error": Text(SENTENCE, 1)},
        )
    if kind not in TABLE:
        return f"unknown kind {kind!r}."
    row, state = TABLE[kind], answer.get("state")
    if state not in STATES:
        return f"{kind}: the state must be one of {', '.join(STATES)}, got {state!r}."
    rest = {name: value for name, value in answer.items() if name not in ("kind", "id", "state", "arrays")}
    if state in ("failed", "superseded") or (state == "stopped" and "search" not in rest):
        failure = {"error": Text(SENTENCE, 1)} if state == "failed" else {}
        known = {name: Optional(kind) for name, kind in row.answer.items()}
        return wrong_fields(rest, {**failure, **known})
    if wrong := wrong_fields(rest, row.answer):
        return f"{kind}: {wrong}"
    arrays = answer.get("arrays", {})
    end = max((start + count * SIZES[dtype] for dtype, start, count in arrays.values()), default=0)
    if end != len(data or b""):
        return f"{kind}: the buffer must have {end} bytes, as its arrays have, got {len(data or b'')}."
    return ""


SIZES = {"f4": 4, "f8": 8, "i4": 4, "u4": 4, "u1": 1}
"""Size in bytes of an entry of an array, by the type of the array."""
