"""The exported script of every built-in model on five patterns, run in a fresh process, against what the screen showed.

python -m pytest -n 0 -m benchmark -s tests/benchmarks/test_exported_scripts.py
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from plausiwidgets.widgets.explorer.parameters import ParameterPanel
from plausiwidgets.widgets.explorer.pickers import Pickers

import plausiwidgets as pw
from plausiwidgets.widgets.session.script import script

ALONE = 5
"""So many scripts are run in a process of their own; of a model the others share one."""

RUN = """
import json, pathlib, runpy, sys
out = {}
for path in sys.argv[2:]:
    v = runpy.run_path(path)["verdict"]
    spikes = {n: [x.hex() for x in t.spike_times[0].tolist()] for n, t in v.traces.items()}
    checks = {c.key: [repr(c.value), c.passed] for c in v.checks}
    out[path] = [v.status, v.failed_check, float(v.loss).hex(), checks, spikes]
pathlib.Path(sys.argv[1]).write_text(json.dumps(out))
"""


def seen(verdict):
    """Return what is compared, to the last digit, as JSON gives it back."""
    spikes = {name: [x.hex() for x in trace.spike_times[0].tolist()] for name, trace in verdict.traces.items()}
    checks = {check.key: [repr(check.value), check.passed] for check in verdict.checks}
    return [verdict.status, verdict.failed_check, float(verdict.loss).hex(), checks, spikes]


def patterns_of(number: int) -> list[str]:
    """Return five patterns for the model of this number: over all models each pattern comes five times."""
    keys = pw.patterns.names()
    return [keys[(number + 4 * k) % len(keys)] for k in range(5)]


def on_the_screen(explorer, model: str, pattern: str, drag: bool):
    """Pick model and pattern, drag a slider where asked, and return the script and the verdict that is shown."""
    explorer.show(model, pattern)
    explorer.panel(Pickers)._show.click()
    if drag:
        slider = list(explorer.panel(ParameterPanel).sliders.values())[-1]
        slider.value = slider.value + (7 if slider.value < 200 else -7)
    assert explorer.wait(120)
    response = explorer.session.response("yours")
    assert dict(response.selection.values) == dict(explorer.selection.values)
    return script(explorer.selection), response.verdict


@pytest.mark.benchmark
@pytest.mark.timeout(0)
def test_a_hundred_scripts_give_the_spikes_and_the_verdicts_of_the_screen(tmp_path: Path):
    explorer = pw.Explorer()
    expected: dict[str, list] = {}
    for number, model in enumerate(pw.models.names()):
        for k, pattern in enumerate(patterns_of(number)):
            text, verdict = on_the_screen(explorer, model, pattern, drag=k % 2 == 1)
            name = f"{model}-{pattern}.py"
            (tmp_path / name).write_text(text, encoding="utf-8")
            expected[name] = seen(verdict)
    explorer.close()
    groups = [[name] for name in list(expected)[:: len(expected) // ALONE]]
    alone = {name for (name,) in groups}
    groups += [
        [name for name in expected if name.startswith(f"{model}-") and name not in alone] for model in pw.models.names()
    ]
    found: dict[str, list] = {}
    for i, names in enumerate(groups):
        environment = {**os.environ, "PLOTLY_RENDERER": "json"}
        command = [sys.executable, "-c", RUN, f"out{i}.json", *names]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, (names, done.stderr[-2000:])
        found |= json.loads((tmp_path / f"out{i}.json").read_text())
    statuses = [expected[name][0] for name in expected]
    spikes = sum(len(times) for one in expected.values() for times in one[-1].values())
    print(f"{len(found)} scripts, {len(groups)} processes: {spikes} spikes;",
          ", ".join(f"{statuses.count(word)} {word}" for word in sorted(set(statuses))))  # fmt: skip
    assert len(found) == len(expected) == 5 * len(pw.models.names())
    assert {name: one for name, one in found.items() if one != expected[name]} == {}
