"""A worker process of the server, which answers the requests of several visitors in turns.

``python -m plausiwidgets.widgets.server.work`` is started by ``pool.py``. It reads frames from its standard input,
writes its answers to its standard output, and redirects the prints of a model's file to the standard error.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock
from typing import Any, BinaryIO

from plausiwidgets import models, patterns
from plausiwidgets.engine.threads import keep_priority, start_daemon
from plausiwidgets.optimization.control import waiting_at
from plausiwidgets.texts import speaking, tr
from plausiwidgets.widgets.catalogue.contents import listed
from plausiwidgets.widgets.handlers.messages import MAKING
from plausiwidgets.widgets.handlers.requests import Handlers
from plausiwidgets.widgets.handlers.selection import DEFAULT_MODEL, DEFAULT_PATTERN
from plausiwidgets.widgets.server import frames
from plausiwidgets.widgets.server.limits import Limits
from plausiwidgets.widgets.server.scheduler import Turn, Turns

REPORT = 1.0
"""Time in s between two reports to the server."""
Ahead = SimpleQueue[tuple[dict[str, Any], bytes, str] | None]
"""Requests of a visitor that wait for an answer, each with its buffer and language; None is the last."""
OOM = "500"
"""Value by which Linux prefers to end a worker if no memory is left."""
WARM = (DEFAULT_MODEL, DEFAULT_PATTERN)
"""Pair that is judged before the first request, so that the first answer is fast."""


class Work:
    """The work of a worker process.

    Parameters
    ----------
    out : BinaryIO
        Pipe to the server.
    limits : Limits
    """

    def __init__(self, out: BinaryIO, limits: Limits) -> None:
        self._out, self._limits = out, limits
        self._lock = Lock()
        self._turns = Turns()
        self._visitors: dict[int, tuple[Handlers, Turn]] = {}
        self._ahead: dict[int, Ahead] = {}
        self._left: dict[Turn, tuple[Handlers, float]] = {}  # closed visitors, until their work has ended

    def send(self, head: dict[str, Any], frame: bytes = b"") -> None:
        """Send to the server."""
        with self._lock:
            frames.write(self._out, frames.packed(head, frame))

    def do(self, order: dict[str, Any], data: bytes) -> None:
        """Carry out an order of the server."""
        number = order["visitor"]
        if order["do"] == "ask":
            self._ask(number, order["message"], data, order["language"])
        elif order["do"] == "away":
            if number in self._visitors:
                self._visitors[number][1].away = order["away"]
        elif number in self._visitors:
            answers, turn = self._visitors.pop(number)
            self._ahead.pop(number).put(None)
            answers.close()
            turn.leave()
            self._left[turn] = answers, time.monotonic()

    def _ask(self, number: int, message: dict[str, Any], data: bytes, language: str) -> None:
        if number not in self._visitors:
            answers, turn = self._visitors[number] = self._opened(number, language)
            ahead: Ahead = SimpleQueue()
            self._ahead[number] = ahead
            name = "plausiwidgets answers a visitor"
            start_daemon(lambda: self._answer(answers, turn, ahead), name, lambda: ahead.put(None))
        self._ahead[number].put((message, data, language))

    def _answer(self, answers: Handlers, turn: Turn, ahead: Ahead) -> None:
        """Answer the requests of a visitor on a thread, so that the start of one delays no other visitor."""
        with waiting_at(turn):
            while (request := ahead.get()) is not None:
                message, data, language = request
                answers.speak(language)
                with suppress(ValueError):  # for an unknown name, which the answer contains
                    self._limit(answers, message)
                answers.receive(message, [data] if data else [])

    def _opened(self, number: int, language: str) -> tuple[Handlers, Turn]:
        def send(answer: dict[str, Any], data: bytes | None) -> None:
            head = {"visitor": number, "id": answer["id"], "state": answer["state"], "is_text": data is None}
            text, size = _text(answer), len(data or b"")
            if max(size, len(text)) > self._limits.answer:
                answer, data = self._too_large(answer, max(size, len(text)), answers.worker.language), None
                head |= {"state": "failed", "is_text": True}
                text = _text(answer)
            elif answer["kind"] in MAKING and answer.get("pattern"):  # so that another process can make it again
                head["made"] = {"again": answer["pattern"]} | {k: answer[k] for k in ("seed",) if k in answer}
            self.send(head, text if data is None else frames.packed(answer, data))

        turn = self._turns.join()
        with waiting_at(turn), speaking(language):
            answers = Handlers(send)
        answers.searches.before, answers.searches.begun = turn.before, turn.begin
        turn.working, turn.begins = lambda: works(answers), lambda: begins(answers)
        return answers, turn

    def _too_large(self, answer: dict[str, Any], size: int, language: str) -> dict[str, Any]:
        """Return the answer that replaces one that would fill the memory of the server."""
        with speaking(language):
            text = tr(
                "The result has {size} MB, but this server sends at most {most} MB. Use a notebook for larger results.",
                size=f"{size / 1e6:.1f}",
                most=f"{self._limits.answer / 1e6:g}",
            )
        return {"kind": answer["kind"], "id": answer["id"], "state": "failed", "error": text}

    def _limit(self, answers: Handlers, message: dict[str, Any]) -> None:
        """Give a search without a budget the budget of its pattern, limited by the server."""
        if message["kind"] == "search" and not message.get("budget"):
            budget = getattr(answers.known.pattern(message["pattern"]), "budget", self._limits.budget)
            message["budget"] = min(budget, self._limits.budget)
        elif message["kind"] == "assess" and not message.get("budget"):
            keys = message["patterns"] or patterns.names()
            budgets = [getattr(answers.known.pattern(key), "budget", 1) for key in keys]
            if max(budgets) > self._limits.budget:
                message["budget"] = self._limits.budget

    def report(self) -> None:
        """Report to the server: memory, and the visitor whose work does not reach a checkpoint."""
        now = time.monotonic()
        late = self._turns.silent(self._limits.silence)
        # The main thread adds and removes visitors meanwhile, so this loop uses a copy.
        is_stuck = False
        for turn, (answers, at) in list(self._left.items()):
            if not works(answers):
                self._left.pop(turn)
            elif now - at > self._limits.silence:
                is_stuck = True
        visitors = [(number, turn) for number, (_, turn) in list(self._visitors.items())]
        stuck = [number for number, turn in visitors if turn in late]
        turns = [number for number, turn in visitors if self._turns.holds(turn)]
        self.send({"alive": True, "memory": memory(), "stuck": stuck, "is_stuck": is_stuck, "turns": turns})


def _text(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, separators=(",", ":"), allow_nan=False).encode()


def works(answers: Handlers) -> bool:
    """Return whether a visitor has running work."""
    return not answers.worker.join(0.0) or any(
        (snapshot := search.run.snapshot()).state != "paused" and not snapshot.ended
        for search in answers.searches.all()
    )


def begins(answers: Handlers) -> bool:
    """Return whether the newest search of a visitor has no evaluations yet."""
    newest = answers.searches.newest
    return newest is not None and not (snapshot := newest.run.snapshot()).ended and not snapshot.evaluations


def memory() -> int:
    """Return the resident memory of this process in bytes; 0 if the system does not report it."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def loaded(paths: list[str]) -> dict[str, Any]:
    """Register the models of files, and return them in the form of the catalogue."""
    found: dict[str, Any] = {}
    for path in paths:
        for model in models.load(path):
            found[model.key] = listed(model, dict.fromkeys(patterns.names(), "unsearched"))
    return found


def main() -> None:
    """Answer until the server has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server
    pipe_in = os.fdopen(os.dup(0), "rb")
    pipe_out = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    keep_priority()
    with suppress(OSError):  # if no memory is left, the system ends a worker, which is replaced
        Path("/proc/self/oom_score_adj").write_text(OOM)
    settings = json.loads(sys.argv[1])
    work = Work(pipe_out, Limits.of(settings["limits"]))
    try:
        found = loaded(settings["models"])
    except (ImportError, OSError, TypeError, ValueError) as error:
        work.send({"failed": str(error)})
        return
    from plausiwidgets.patterns import judge
    from plausiwidgets.support.quiet import imported

    imported("cma")
    judge(*WARM, verify=False)
    work.send({"ready": True, "models": found})
    over = Event()

    def reports() -> None:
        while not over.wait(REPORT):
            with suppress(OSError, ValueError):
                work.report()

    start_daemon(reports, "plausiwidgets reports", over.set)
    while (frame := frames.read(pipe_in)) is not None:
        try:
            work.do(*frames.unpacked(frame))
        except OSError:
            break
    os._exit(0)  # the server has ended, and nothing waits for running work


if __name__ == "__main__":
    main()
