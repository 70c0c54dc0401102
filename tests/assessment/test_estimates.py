"""The estimate of a study: which models compile, why the others do not, and times that hold the truth."""

import time

import pytest
from paths import DATA

import plausiwidgets as pw
from plausiwidgets.assessment import ESTIMATE_COLUMNS, estimate, estimates

NEURONS = DATA / "slow_neurons.py"
SMALL = {"budget": 64, "popsize": 8}


@pytest.fixture(scope="module")
def table():
    return estimate(pw.models.load(NEURONS), "tonic_bursting", seed=[0, 1], **SMALL)


def test_an_estimate_lists_models_that_compile_and_reasons_of_the_others(table):
    assert list(table.columns) == list(ESTIMATE_COLUMNS)
    assert list(table["model"][~table["compiled"]]) == ["by_numpy", "special"]
    assert all(table["reason"][~table["compiled"]]) and not any(table["reason"][table["compiled"]])
    assert list(table["searches"]) == [2] * 5
    assert (table["candidates"] >= 32).all() and (table["low"] > 0).all() and (table["low"] <= table["high"]).all()
    assert set(table.attrs["compile"]) == set(table["model"])


def test_a_slow_pair_is_measured_on_its_first_generation(monkeypatch):
    monkeypatch.setattr(estimates, "MAX_SECONDS", 0.0)
    seen = []
    table = estimate("lif_adapt", ["class_1_excitable", "tonic_bursting"], progress=seen.append)
    assert list(table["candidates"]) == [32, 32] and (table["low"] > 0.0).all()
    assert [(one.done, one.of, one.each) for one in seen] == [(1, 2, "pairs"), (2, 2, "pairs"), (2, 2, "pairs")]


def test_a_slow_search_ends_within_a_generation_and_on_the_way_to_the_defaults(monkeypatch):
    monkeypatch.setattr(estimates, "MAX_SECONDS", 0.2)
    began = time.process_time()
    (slow,) = estimate("lif", "tonic_spiking", engine="torch").to_dict("records")
    assert slow["candidates"] == 32 and not slow["found"] and time.process_time() - began < 5.0

    def long(problem, found, seed, checkpoint):
        while True:
            checkpoint()

    monkeypatch.setattr(estimates, "shrink_to_defaults", long)
    (found,) = estimate("lif", "tonic_spiking", budget=1000).to_dict("records")
    assert found["found"] and found["high"] == pytest.approx(found["low"] * 1000 / found["candidates"])


def test_a_search_that_found_is_as_long_as_it_was_and_another_takes_its_budget_or_its_limit():
    (found,) = estimate("lif", "tonic_spiking", budget=1000).to_dict("records")
    assert found["found"] and found["low"] == found["high"]
    (vain,) = estimate("izhikevich", "bistability", budget=100_000).to_dict("records")
    assert not vain["found"] and vain["high"] == pytest.approx(vain["low"] * 100_000 / vain["candidates"])
    (limited,) = estimate("izhikevich", "bistability", budget=100_000, time_limit=1e-3).to_dict("records")
    assert limited["low"] == limited["high"] == 1e-3


def test_a_search_that_was_done_is_left_out_and_no_file_is_written(tmp_path):
    path = tmp_path / "s.jsonl"
    asked = {"models": "izhikevich", "patterns": ["tonic_bursting", "mixed_mode"], **SMALL}
    assert len(estimate(**asked, store=path)) == 2 and not path.exists()
    pw.assess(**asked, store=path)
    before = path.read_bytes()
    assert estimate(**asked, store=path)["high"].sum() == 0.0
    assert path.read_bytes() == before
