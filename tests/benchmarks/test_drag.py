"""One event of a slider in the kernel: select, judge, decimate, update the figure, serialize the message."""

import itertools
import threading

import pytest
from plausiwidgets.widgets.session.session import Observer

import plausiwidgets as pw
from plausiwidgets.widgets import Response, Selection
from plausiwidgets.widgets.explorer import judging

pytestmark = pytest.mark.benchmark


class Drawn(Observer):
    """Told last, when the panels of the explorer have drawn."""

    def __init__(self) -> None:
        self.told = threading.Semaphore(0)

    def on_response(self, response: Response) -> None:
        self.told.release()


@pytest.mark.parametrize("letter", ["A", "C", "E", "G", "K", "P"])
@pytest.mark.parametrize("model", ["izhikevich", "adex"])
def test_drag(benchmark, monkeypatch, model: str, letter: str) -> None:
    pattern = next(p for p in map(pw.patterns.get, pw.patterns.names()) if p.letter == letter)
    preset = next((p for p in pw.models.get(model).presets if p.pattern == pattern.key), None)
    selection = Selection.of(model, pattern)
    if preset is not None:  # so that there is something to draw
        selection = selection.with_preset(preset)
    explorer = pw.Explorer(model, pattern)
    explorer.selection = selection
    assert explorer.wait(120)
    monkeypatch.setattr(judging, "REST", 60.0)  # a drag goes on
    monkeypatch.setattr(judging, "BREATH", 0.0)  # without a pause
    drawn = Drawn()
    explorer.session.attach(drawn)
    while drawn.told.acquire(blocking=False):  # of what there was
        pass
    amplitude, count = selection.values["amplitude"], itertools.count(1)

    def drag() -> None:
        explorer.session.change(selection.with_value("amplitude", amplitude * (1.0 + 1e-3 * (next(count) % 50))))
        assert drawn.told.acquire(timeout=30)

    benchmark.group = "slider event"
    benchmark.extra_info.update(model=model, pattern=f"{letter} with figure and message")
    benchmark.pedantic(drag, rounds=100, warmup_rounds=5)
    explorer.close()
