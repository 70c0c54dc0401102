"""Messages of verdicts: simulate, and verify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plausiwidgets.optimization.control import gate
from plausiwidgets.patterns import Verdict
from plausiwidgets.patterns.judge import single
from plausiwidgets.simulation.lanes import Checkpoint
from plausiwidgets.widgets.answers.judging import judge_one, verdict_data
from plausiwidgets.widgets.answers.packing import Arrays
from plausiwidgets.widgets.session.worker import Priority

if TYPE_CHECKING:
    from plausiwidgets.widgets.answers.answers import Answers, Asked


def simulate(answers: Answers, asked: Asked) -> None:
    """Simulate and judge at the time step, before anything else."""
    selection = answers.selection(asked)
    names = [state.key for state in selection.model.states]
    record = tuple(names if asked["states"] else names[:1])

    def work(asked: Asked, checkpoint: Checkpoint) -> None:
        with gate.urgent():
            verdict = single(judge_one(selection, record, checkpoint))
            traces = verdict.traces
        sweeps: list[dict[str, Any]] = []
        arrays: Arrays = {}
        wanted = [name for name in traces if not asked["sweeps"] or name in asked["sweeps"]]
        for k, name in enumerate(wanted):
            trace = traces[name]
            dt = float(trace.t[1] - trace.t[0]) if trace.t.size > 1 else selection.dt
            sweeps.append({"name": name, "t0": float(trace.t[0]), "dt": dt, "states": list(record)})
            arrays |= {
                f"{k}.v": ("f4", trace.v[0]), f"{k}.current": ("f4", trace.current[0]),
                f"{k}.spikes": ("f8", trace.spike_times[0]),
            }  # fmt: skip
            arrays |= {f"{k}.{state}": ("f4", trace.states[state][0]) for state in record[1:]}
        asked.tell(arrays=arrays, verdict=verdict_data(verdict), sweeps=sweeps)

    answers.work(asked, Priority.DRAG, work)


def verify(answers: Answers, asked: Asked) -> None:
    """Tell the verdict at the time step, then the verified one."""
    selection = answers.selection(asked)

    def heard(verdict: Verdict | Exception | None, last: bool) -> None:
        if verdict is None:
            asked.tell("superseded")
        elif isinstance(verdict, Exception):
            asked.fail(verdict)
        else:
            asked.tell("done" if last else "running", verdict=verdict_data(verdict))

    answers.hold(asked)
    answers.judging.ask(selection, asked, heard)
