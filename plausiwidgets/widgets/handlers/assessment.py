"""Assessments of several models or of one neuron, sent to the page row by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from plausiwidgets.analysis.repertoires import held_parameters, shown_patterns
from plausiwidgets.assessment import start_assessment
from plausiwidgets.assessment.table import csv_text
from plausiwidgets.engine.lanes import Checkpoint
from plausiwidgets.models.simulate import check_dt
from plausiwidgets.optimization import Result
from plausiwidgets.patterns import get as get_pattern
from plausiwidgets.patterns import names as pattern_names
from plausiwidgets.patterns.all_of import Judged, judged
from plausiwidgets.widgets.handlers.messages import SENTENCE
from plausiwidgets.widgets.handlers.packing import measured
from plausiwidgets.widgets.handlers.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.handlers.requests import Handlers, Request

INTERVAL = 0.2
"""Time in s between two answers."""


def assess(handlers: Handlers, request: Request) -> None:
    """Assess models in the background and send new and changed rows."""
    models = {name: handlers.known.model(name) for name in dict.fromkeys(request["models"])}
    patterns = {
        key: judged(handlers.known.pattern(key), "searched for")
        for key in dict.fromkeys(request["patterns"] or pattern_names())
    }
    study = start_assessment(
        list(models.values()), list(patterns.values()), seed=request["seed"], budget=request.fields.get("budget")
    )
    request.on_end.append(study.stop)
    called = {model.key: name for name, model in models.items()}
    keys = {pattern.key: key for key, pattern in patterns.items()}
    sent: dict[tuple[str, str], Result] = {}

    def work(request: Request, checkpoint: Checkpoint) -> None:
        snapshot = study.snapshot()
        rows = []
        for result in (*snapshot.results, *snapshot.running):
            key = result.model, result.pattern
            if sent.get(key) is not result:
                sent[key] = result
                rows.append(row(result, called[result.model], keys[result.pattern]))
        ended = snapshot.ended
        if ended and snapshot.state == "failed":
            raise RuntimeError(snapshot.error)
        if rows or ended:
            request.reply(
                "done" if ended else "running",
                rows=rows,
                done=snapshot.finished,
                total=len(snapshot.results),
                seconds=float(snapshot.seconds),
                csv=csv_text(study.table()) if ended else "",
            )
        if not ended:
            handlers.again(request, Priority.LATER, work, INTERVAL)

    handlers.work(request, Priority.LATER, work)


def repertoire(handlers: Handlers, request: Request) -> None:
    """Search for a stimulus for each pattern with the parameters of a neuron, one job per pattern."""
    model = handlers.known.model(request["model"])
    own = held_parameters(model, {n: x for n, x in request["values"].items() if n in model.parameters})
    dt = check_dt(model, request["dt"])
    shown = handlers.known.pattern(request["pattern"])
    patterns: dict[str, Judged] = {key: judged(get_pattern(key), "searched for") for key in pattern_names()}
    stimuli: dict[str, Mapping[str, float]] = {}
    if isinstance(shown, Judged):
        patterns.setdefault(request["pattern"], shown)
        if all(name in request["values"] for name in shown.stimulus_names):
            stimuli[shown.key] = {name: request["values"][name] for name in shown.stimulus_names}
    ahead = sorted(patterns, key=lambda key: key != request["pattern"])  # The shown pattern is searched first.
    total = len(ahead)

    def work(request: Request, checkpoint: Checkpoint) -> None:
        key = ahead[0]
        (result,) = shown_patterns(model, own, [patterns[key]], dt=dt, checkpoint=checkpoint, stimuli=stimuli)
        del ahead[0]
        rows = [row(result, request["model"], key)]
        request.reply("running" if ahead else "done", rows=rows, done=total - len(ahead), total=total)
        if ahead:
            handlers.again(request, Priority.IDLE, work)

    handlers.work(request, Priority.IDLE, work)


def row(result: Result, model: str, pattern: str) -> dict[str, object]:
    """Return a result as a row, with the page's names of the model and the pattern."""
    return {
        "model": model,
        "pattern": pattern,
        "letter": result.letter,
        "status": "unsearched" if result.unsearched else result.status,
        "state": result.state,
        "loss": measured(result.loss),
        "evaluations": result.evaluations,
        "robustness": result.robustness,
        "parameters": {name: float(x) for name, x in result.parameters.items()},
        "ruled_out": result.ruled_out,
        "sentence": result.summary[:SENTENCE],
    }
