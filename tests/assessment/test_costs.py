"""The estimate of a study: which models compile, why the others do not, and times that hold the truth."""

import json

import pytest
from paths import DATA

import plausiwidgets as pw
from plausiwidgets.assessment import ESTIMATE_COLUMNS, costs, estimate
from plausiwidgets.assessment.costs import AFTER, _Trial
from plausiwidgets.assessment.units import Unit
from plausiwidgets.cli import main

NEURONS = DATA / "slow_neurons.py"
SMALL = {"budget": 64, "popsize": 8}


@pytest.fixture(scope="module")
def table():
    return estimate(pw.models.load(NEURONS), "tonic_bursting", seed=[0, 1], **SMALL)


def test_it_says_which_models_compile_and_why_the_others_do_not(table):
    assert list(table.columns) == list(ESTIMATE_COLUMNS)
    assert list(table["model"][~table["compiled"]]) == ["by_numpy", "special"]
    assert all(table["reason"][~table["compiled"]]) and not any(table["reason"][table["compiled"]])
    assert list(table["searches"]) == [2] * 5
    assert (table["candidates"] >= 32).all() and (table["low"] > 0).all() and (table["low"] <= table["high"]).all()
    assert set(table.attrs["compile"]) == set(table["model"])


def test_models_that_are_not_compiled_take_longer(table):
    slow = table["candidate_ms"][~table["compiled"]].min()
    assert slow > 3 * table["candidate_ms"][table["compiled"]].min()


def test_the_range_of_a_search():
    unit = Unit("lif", "tonic_spiking", 0, 1000)
    assert _Trial(100, 2.0, 0.0).range(unit) == (2.0, 20.0)
    assert _Trial(32, 1.0, 3.0, True).range(unit) == (4.0, 4.0 + 3.0 * AFTER)
    assert _Trial(100, 2.0, 0.5).range(Unit("lif", "tonic_spiking", 0, 1000, time_limit=5.0)) == (2.5, 5.0)
    assert _Trial(without="fails: ValueError: no").range(unit) == (0.0, 0.0)


def test_a_slow_pair_is_measured_on_what_was_done_and_a_verification_is_made_to_its_end(monkeypatch):
    monkeypatch.setattr(costs, "MOST", 0.0)
    seen = []
    table = estimate("eif", ["class_1_excitable", "phasic_spiking"], progress=seen.append)
    assert list(table["candidates"]) == [32, 32] and (table["low"] > 0.0).all()
    assert [one.line() for one in seen] == [
        "0 of 2 begun, now eif, class_1_excitable",
        "1 of 2 begun, now eif, phasic_spiking",
        "2 of 2 begun",
    ]
    monkeypatch.setattr(costs, "MOST", 1.0)  # its verification alone takes longer
    made = []
    verify = costs._Timed.verify
    monkeypatch.setattr(costs._Timed, "verify", lambda self, *args: made.append(verify(self, *args)) or made[-1])
    (row,) = estimate("eif", "class_1_excitable").to_dict("records")
    assert row["found"] and len(made) == 1


def test_a_search_that_was_done_is_left_out_and_no_file_is_written(tmp_path):
    path = tmp_path / "s.jsonl"
    asked = {"models": "izhikevich", "patterns": ["tonic_bursting", "mixed_mode"], **SMALL}
    assert len(estimate(**asked, store=path)) == 2 and not path.exists()
    pw.assess(**asked, store=path)
    before = path.read_bytes()
    assert estimate(**asked, store=path)["high"].sum() == 0.0
    assert path.read_bytes() == before
    assert len(estimate(**asked, shard="1/2")) == 1


def test_the_command_prints_it(tmp_path, capsys):
    words = ["assess", f"{NEURONS}:linear", "lif", "--patterns", "C", "--budget", "64", "--dry-run"]
    assert main.main(words) == 0
    told = capsys.readouterr().out
    assert "linear: 1 search, " in told and "All: 2 searches, " in told and "in 0 of 2 pairs" in told
    assert main.main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][1]["model"] == "lif"
    (tmp_path / "s").write_text("no study")
    assert main.main([*words, "--store", str(tmp_path / "s")]) == 1
