"""Time steps and processor seconds of an evaluation of classes 1 and 2, compiled and in JavaScript, for every neuron.

Usage: ``python tests/benchmarks/onset_cost.py [--output FILE] [--neurons NAME …] [--no-browser]``

The parameter sets are the packaged ones. The script counts the time steps of every simulation of an evaluation. Node
stands for a browser: it evaluates once coarsely, as after a key, and once accurately, as at rest. The script also runs
with older versions of the package, where ``--no-browser`` leaves out what they do not have.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

import node

import plausiwidgets as pw
from plausiwidgets.engine.choice.run_lanes import run_lanes
from plausiwidgets.engine.javascript.module import neuron_object, runtime
from plausiwidgets.patterns import runner
from plausiwidgets.patterns.evaluation import evaluate
from plausiwidgets.patterns.parameter_set import parameter_set
from plausiwidgets.widgets.catalogue.described import BENCH, Described

KEYS = ("class_1_excitable", "class_2_excitable")

JUDGE = """
const timed = (work) => {
  const before = process.cpuUsage();
  let step = work.next();
  while (!step.done) step = work.next();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1e6, step.value.loss];
};
function answer({ neuron, bench, resets, component, values, dt }) {
  const own = new Map(values);
  const model = NEURONS[neuron];
  const parameters = Object.fromEntries(model.parameters.map(([name]) => [name, own.get(name)]));
  return [true, false].map((isCoarse) => {
    const runner = new Runner(model, { settings: bench, resets }, parameters, own.get("holding") ?? 0, dt);
    return timed(judging(component.tape, component.criteria, runner, own, { hasLooks: false, isCoarse }));
  });
}
"""


def compiled(model, pattern, values, dt):
    """Return the time steps and the processor seconds of an evaluation."""
    steps = 0

    def counting(job, *rest):
        nonlocal steps
        steps += job.lanes * job.steps
        return run_lanes(job, *rest)

    arrays = {name: np.array([float(x)]) for name, x in values.items()}
    evaluate(model, pattern, arrays, dt)  # the first one loads the kernel
    with mock.patch.object(runner, "run_lanes", counting):
        began = time.process_time()
        verdict = evaluate(model, pattern, arrays, dt)
        return {
            "steps": steps,
            "seconds": round(time.process_time() - began, 3),
            "loss": round(float(verdict.loss[0]), 3),
        }


def in_node(model, pattern, values, dt):
    """Return the processor seconds of a coarse and of an accurate evaluation in Node."""
    source = f"{node.imported('Runner, judging', 'engine/runner', 'engine/judge')}\n{runtime()}\n"
    source += f"const NEURONS = {{ {model.key}: {neuron_object(model)} }};\n{JUDGE}"
    case = {"neuron": model.key, "bench": BENCH, "resets": model.spike_level is None, "dt": dt}
    case |= {"component": Described(model, None, None)._component("", pattern)}
    case |= {"values": [(name, float(x)) for name, x in values.items()]}
    with tempfile.TemporaryDirectory() as folder:
        (coarse, _), (accurate, loss) = node.run(Path(folder), source, case)
    return {"coarse": round(coarse, 3), "accurate": round(accurate, 3), "loss": round(loss, 3)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--neurons", nargs="*", default=pw.models.names())
    parser.add_argument("--no-browser", dest="browser", action="store_false")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"))
    given = parser.parse_args()
    commit = subprocess.run(
        ["git", "log", "-1", "--format=%h"], capture_output=True, text=True, check=False
    ).stdout.strip()
    rows = []
    for name in given.neurons:
        model = pw.models.get(name)
        for key in KEYS:
            pattern = pw.patterns.get(key)
            values, dt, _ = parameter_set(model, pattern)
            row = {"neuron": name, "pattern": pattern.letter, "compiled": compiled(model, pattern, values, dt)}
            if given.browser:
                row["JavaScript"] = in_node(model, pattern, values, dt)
            rows.append(row)
            print(row, flush=True)
    given.output.write_text(json.dumps({"commit": commit, "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
