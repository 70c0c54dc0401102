"""The experiment with networks: networks side by side are networks alone, they learn, and the table is theirs."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

import plausiwidgets as pw
from plausiwidgets.assessment.table import read_csv
from plausiwidgets.support.python_file import PythonFile


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Layers of 48 neurons gain nothing from threads, which wait for each other where other tests run beside these."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def script(root):
    return PythonFile.read(root / "notebooks" / "plausibility_and_performance.py").run()


@pytest.fixture(scope="module")
def timing(script):
    return script["timing"]()


def test_only_the_time_of_a_spike_says_the_class(timing):
    samples, labels = timing.train
    assert samples.min() >= 0.0 and samples.max() < 40.0
    for dt in (0.25, 0.5):
        total = sum(timing.drive(samples, dt))  # each spike gives the same in all, as far as the sample goes
        late = 40.0 - samples
        whole = 1.0 / (1.0 - np.exp(-dt / 5.0))
        torch.testing.assert_close(total, whole * (1.0 - torch.exp(-late / 5.0)), rtol=0.2, atol=0.5)
    assert labels.unique().tolist() == list(range(10))


@pytest.mark.parametrize(("model", "group"), [("lif", "default"), ("adex", "default"), ("LIFCell", "norse")])
def test_an_input_of_one_is_the_least_with_which_a_neuron_fires_within_a_sample(script, model, group):
    kind = script["Kind"](model, group, model)
    layer = script["layer_of"]([kind], 1)
    fired = []
    for x in (0.95, 1.01):
        state, n = None, 0.0
        with torch.no_grad():
            for _ in range(round(40.0 / kind.dt)):
                z, state = layer(torch.full((1, 48), x), state)
                n += float(z.sum())
        fired.append(n)
    assert fired[0] == 0.0 < fired[1]


def test_networks_side_by_side_are_what_each_is_alone(script, timing):
    short = replace(timing, train=tuple(x[:128] for x in timing.train))
    kinds = [
        script["Kind"](name, "set", "lif", (values,))
        for name, values in {"fast": {"tau_mem": 5.0}, "slow": {"tau_mem": 30.0}}.items()
    ]

    def trained(which, seeds):
        networks = script["Networks"](script["layer_of"](which, 1), short, seeds, 0.01)
        networks.epoch(*short.train, seed=0)
        return [w.detach() for w in networks.weights]

    both, alone = trained(kinds, [3, 4]), trained(kinds[1:], [4])
    for ours, theirs in zip(both, alone, strict=True):
        torch.testing.assert_close(ours[1:], theirs)
    assert not torch.equal(both[0][0], both[0][1])


def test_networks_learn_spike_times_and_other_labels(script, timing):
    short = replace(timing, train=tuple(x[:600] for x in timing.train), test=tuple(x[:200] for x in timing.test))
    found = script["run"]([script["Kind"]("lsnn", "default", "lsnn")], short, 0.1, [0])
    assert (found["accuracy"] > 0.6).all(), "of ten classes"
    assert (found["relearned"] > 0.25).all()
    assert (found["spikes"] > 1.0).all()


@pytest.fixture(scope="module")
def table(root):
    return pd.read_csv(root / "notebooks" / "plausibility_and_performance.csv").fillna({"shown": "", "kept": ""})


def test_a_set_of_the_table_shows_the_pattern_for_which_it_is_known(table):
    sets = table[table["group"] == "set"].drop_duplicates("name")
    known = pw.assessment.packaged_table().query("status == 'replicated'")
    verified = {f"{row.model}: {row.pattern}": row.letter for row in known.itertuples()}
    published = {f"{m}: {preset.title}" for m in ("izhikevich", "adex") for preset in pw.models.get(m).presets}
    assert set(sets["name"]) <= set(verified) | published
    for row in sets.itertuples():
        assert verified.get(row.name, "") in row.shown, row.name
        assert set(row.kept) <= set(row.shown)
    assert sets.groupby("model").size().min() > 15


def test_at_the_step_of_many_networks_so_many_sets_are_accepted_as_the_notebook_says(root):
    text = (root / "notebooks" / "plausibility_and_performance.ipynb").read_text(encoding="utf-8")
    known = pw.assessment.packaged_table().query("status == 'replicated'")
    left = [
        sum(pw.judge(m, row.pattern, row.parameters, dt=1.0, verify=False).loss == 0.0 for row in part.itertuples())
        for m, part in known.groupby("model")
        if m in ("izhikevich", "adex")
    ]
    assert f"accepts {left[1]} of the 20 sets of `izhikevich` and {left[0]} of the 20 of `adex`" in text


@pytest.mark.slow
def test_the_evolved_neurons_show_their_stated_patterns(root):
    assessed = read_csv(root / "notebooks" / "evolved_neurons.csv")
    models = {model.key: model for model in pw.models.load(root / "notebooks" / "evolved_neurons.py")}
    assert assessed.groupby("model").size().to_dict() == dict.fromkeys(models, 20)
    shown = assessed[assessed["status"] == "replicated"]
    # Each neuron is compiled, which takes seconds.
    for row in shown.groupby("model").head(1).iloc[[0, -1]].itertuples():
        assert pw.judge(models[row.model], row.pattern, row.parameters).replicated
