"""The measurement of the onset in the app against that of Python."""

from dataclasses import fields, replace

import node
import numpy as np
import pytest

import plausiwidgets as pw
from plausiwidgets.engine.javascript.module import neuron_object, runtime
from plausiwidgets.patterns.onset.arrays import DEPTHS, Onsets
from plausiwidgets.patterns.onset.numbers import decimal_share, log10, slope
from plausiwidgets.patterns.onset.outcome import KINDS, UNCLEAR
from plausiwidgets.patterns.runner import Runner
from plausiwidgets.widgets.catalogue.described import BENCH

ONSET = """
function answer(cases) {
  return cases.map(({ neuron, bench, resets, values, top, depth }) => {
    const model = NEURONS[neuron];
    const own = new Map(values);
    const parameters = Object.fromEntries(model.parameters.map(([name]) => [name, own.get(name)]));
    const runner = new Runner(model, { settings: bench, resets }, parameters, own.get("holding"), model.dt);
    const running = runner.onset(top, depth, true);
    let step = running.next();
    while (!step.done) step = running.next();
    return bytes(given.names.map((name) => step.value[name]));
  });
}
"""
NAMES = [field.name for field in fields(Onsets) if field.name != "curve"]
WITHOUT_EXP = ("lif", "qif", "izhikevich", "rf", "fitzhugh_nagumo")


def sets_near_the_defaults(model, count, seed):
    """Return parameters and stimulus of class 1, some of them at the defaults of the model."""
    pattern, rng = pw.patterns.get("class_1_excitable"), np.random.default_rng(seed)
    values = {}
    for name, p in pattern.parameters(model).items():
        near = p.from_unit(np.clip(p.to_unit(p.default) + 0.15 * rng.normal(size=count), 0.0, 1.0))
        values[name] = np.where(np.arange(count) == 0, p.default, near if p.vary else p.default)
    return values


def in_both(tmp_path, names, count, depth, seed=3):
    """Return the arrays of Python and of the app for each neuron, shape [features, sets]."""
    cases, ours = [], {}
    for name in names:
        model = pw.models.get(name)
        values = sets_near_the_defaults(model, count, seed)
        runner = Runner(model, values, model.dt)
        onsets = runner.onset(values["amplitude"], depth, np.ones(count, bool))
        ours[name] = np.array([getattr(onsets, field) for field in NAMES])
        for i in range(count):
            cases.append(
                {
                    "neuron": name,
                    "bench": BENCH,
                    "resets": model.spike_level is None,
                    "values": [(n, float(x[i])) for n, x in values.items()],
                    "top": float(values["amplitude"][i]),
                    "depth": depth,
                }
            )
    neurons = ", ".join(f"{name}: {neuron_object(pw.models.get(name))}" for name in names)
    source = f"{node.imported('Runner', 'engine/runner')}\n{runtime()}\nconst NEURONS = {{ {neurons} }};\n"
    answers = node.run(
        tmp_path, source + ONSET.replace("cases.map", "given.cases.map"), {"cases": cases, "names": NAMES}
    )
    theirs = {name: np.stack(answers[k * count : (k + 1) * count], axis=1) for k, name in enumerate(names)}
    return ours, theirs


@pytest.mark.parametrize("depth", ["coarse", "search"])
def test_the_app_measures_the_onset_as_python_does_to_the_last_bit(tmp_path, depth):
    ours, theirs = in_both(tmp_path, WITHOUT_EXP, 4, depth)
    for name in WITHOUT_EXP:
        np.testing.assert_array_equal(theirs[name], ours[name], err_msg=name)
    kinds = np.concatenate([x[NAMES.index("kind")] for x in ours.values()])
    assert len(set(kinds)) >= 4


def test_the_app_measures_an_unclear_onset_again_as_python_does(tmp_path, monkeypatch):
    unclear, kind = KINDS.index(UNCLEAR), NAMES.index("kind")
    ours, theirs = in_both(tmp_path, ("izhikevich",), 12, "search", seed=1)
    np.testing.assert_array_equal(theirs["izhikevich"], ours["izhikevich"])
    monkeypatch.setitem(DEPTHS, "search", replace(DEPTHS["search"], deeper=None))
    once, _ = in_both(tmp_path, ("izhikevich",), 12, "search", seed=1)
    assert np.sum(ours["izhikevich"][kind] == unclear) < np.sum(once["izhikevich"][kind] == unclear)


def test_logarithms_and_lines_are_the_same_in_both_languages(tmp_path):
    rng = np.random.default_rng(0)
    x = np.exp(rng.normal(0.0, 20.0, 400))
    np.testing.assert_allclose(log10(x), np.log10(x), rtol=1e-14, atol=1e-15)
    lines = [(rng.normal(size=4).tolist(), rng.normal(size=4).tolist()) for _ in range(20)]
    source = f"""{node.imported("log10, decimalShare, slope", "engine/onset/numbers")}
    const answer = ({{ x, lines }}) => [
      bytes(Array.from(x, log10)), bytes([...Array(27).keys()].map(decimalShare)),
      bytes(lines.flatMap(([a, b]) => slope(a, b)))];"""
    logs, shares, slopes = node.run(tmp_path, source, {"x": x, "lines": lines})
    np.testing.assert_array_equal(logs, log10(x))
    np.testing.assert_array_equal(shares, [decimal_share(k) for k in range(27)])
    np.testing.assert_array_equal(slopes, np.ravel([slope(*line) for line in lines]))
    np.testing.assert_allclose(slopes[::2], [np.polyfit(*line, 1)[0] for line in lines], rtol=1e-9)
