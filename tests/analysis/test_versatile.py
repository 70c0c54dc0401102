"""The most versatile neuron of a model: one set of parameters, and every claim is one that the judge grants."""

import pytest

import plausiwidgets as pw
from plausiwidgets.assessment import packaged_parameters

ASKED = ["tonic_spiking", "phasic_spiking", "tonic_bursting", "mixed_mode", "rebound_spike", "rebound_burst"]


def test_one_neuron_shows_more_than_those_that_it_began_with() -> None:
    table = pw.analysis.most_versatile("izhikevich", ASKED, budget=320)
    own = table.attrs["parameters"]
    assert set(own) == set(pw.models.get("izhikevich").parameters) and table["pattern"].tolist() == ASKED
    for row in table.itertuples():
        assert pw.judge("izhikevich", row.pattern, own | row.stimulus).status == row.status
    shown = int((table["status"] == "replicated").sum())
    known = [packaged_parameters("izhikevich", pattern) for pattern in ASKED]
    # What the known sets show of these under the known stimuli.
    most = 0
    for one in known:
        neuron = {name: one[name] for name in own}
        stimuli = [{n: x for n, x in other.items() if n not in own} for other in known]
        most = max(
            most, sum(pw.judge("izhikevich", p, neuron | s).replicated for p, s in zip(ASKED, stimuli, strict=True))
        )
    assert shown > most >= 1
    assert shown >= 4


def test_the_same_seed_gives_the_same_neuron_and_bad_input_is_refused() -> None:
    asked = ["tonic_spiking", "integrator", "tonic_bursting"]
    one, again = (pw.analysis.most_versatile("lif", asked, budget=64, seed=2) for _ in range(2))
    assert one.drop(columns="seconds").equals(again.drop(columns="seconds"))
    assert one.attrs == again.attrs and one["status"].tolist() == ["replicated", "replicated", "rejected"]
    assert one["summary"][2].startswith("ruled out")
    with pytest.raises(ValueError, match="budget must be an integer ≥ 1, got 0"):
        pw.analysis.most_versatile("lif", budget=0)
    with pytest.raises(ValueError, match="empty list"):
        pw.analysis.most_versatile("lif", [])
