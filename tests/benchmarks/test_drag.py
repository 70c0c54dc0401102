"""One event of a slider in the kernel: judge, decimate, update the figure, serialize the message."""

import itertools

import pytest

import plausiwidgets as pw
from plausiwidgets.widgets.explorer.drag import Job
from plausiwidgets.widgets.explorer.search import Topic

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("letter", ["A", "C", "E", "G", "K", "P"])
@pytest.mark.parametrize("model", ["izhikevich", "adex"])
def test_drag(benchmark, model: str, letter: str) -> None:
    pattern = next(p for p in map(pw.patterns.get, pw.patterns.names()) if p.letter == letter)
    explorer = pw.Explorer(model, pattern)
    neuron = pw.models.get(model)
    preset = next((p for p in neuron.presets if p.pattern == pattern.key), None)
    if preset is not None:  # so that there is something to draw
        explorer.state = pw.widgets.State(model, pattern.key, preset.parameters, preset.dt)
    assert explorer.wait(120)
    topic = Topic(explorer._number, neuron, pattern, explorer._parameters.dt)
    values, count = explorer._parameters.values(), itertools.count(1)

    def drag() -> None:
        changed = values | {"amplitude": values["amplitude"] * (1.0 + 1e-3 * (next(count) % 50))}
        explorer._drag._work(Job(topic, changed, False))

    benchmark.group = "slider event"
    benchmark.extra_info.update(model=model, pattern=f"{letter} with figure and message")
    benchmark.pedantic(drag, rounds=100, warmup_rounds=5)
    explorer.close()
