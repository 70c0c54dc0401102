"""`assess`: the rows of its table, interruption, progress and invalid input."""

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from optimization_fakes import same_table
from small_neurons import good_step, make
from waiting import until

import plausiwidgets as pw
from plausiwidgets.assessment import COLUMNS, start_assessment

SMALL = {"budget": 300, "popsize": 8}


def test_a_row_for_each_model_pattern_and_seed():
    table = pw.assess(["lif", "izhikevich"], ["tonic_spiking", "tonic_bursting"], seed=[0, 1], **SMALL)
    assert list(table.columns) == list(COLUMNS)
    assert len(table) == 8
    assert list(table["letter"][:2]) == ["A", "C"]
    assert table.attrs["complete"]


def test_seeds_may_come_in_any_collection_and_a_pattern_without_a_letter_has_none():
    own = replace(pw.patterns.get("tonic_spiking"), letter="")
    for seeds in ([0, 1], (0, 1), range(2), np.arange(2)):
        table = pw.assess("lif", own, seed=seeds, **SMALL)
        assert list(table["seed"]) == [0, 1] and list(table["letter"]) == ["", ""]


def test_rows_of_a_found_and_of_a_missed_pattern():
    table = pw.assess("lif_adapt", ["tonic_spiking", "tonic_bursting"], **SMALL)
    found, missing = table.iloc[0], table.iloc[1]
    assert found["status"] == "replicated"
    assert pw.judge("lif_adapt", "tonic_spiking", found["parameters"]).replicated
    assert found["found_after"] <= found["evaluations"]
    assert 0 <= found["robustness"] <= 1
    assert found["expected_random"] >= 1
    assert missing["status"] == "rejected"
    assert missing["summary"].startswith(f"not found after {missing['evaluations']} evaluations, smallest loss ")
    assert missing["unmet"]
    verdict = pw.judge("lif_adapt", "tonic_bursting", missing["parameters"], engine="compiled")
    assert missing["loss"] == verdict.loss
    assert set(missing["unmet"].split(", ")) == {c.title for c in verdict.criteria if not c.passed}
    assert math.isnan(missing["expected_random"])
    assert missing["expected_random_low"] > 1


def test_a_pattern_that_a_proof_rules_out_is_not_searched_and_its_row_has_the_reason(tmp_path):
    asked = {"models": "lif", "patterns": ["tonic_bursting", "tonic_spiking"], "store": tmp_path / "s.jsonl"}
    table = pw.assess(**asked)
    ruled_out, found = table.iloc[0], table.iloc[1]
    why = pw.models.get("lif").ruled_out["tonic_bursting"]
    assert (ruled_out["status"], ruled_out["stop_reason"], ruled_out["evaluations"]) == ("rejected", "finished", 0)
    assert ruled_out["summary"] == f"ruled out: {why}"
    assert ruled_out["parameters"] == {}
    assert math.isnan(ruled_out["loss"])
    assert found["status"] == "replicated"
    assert table.attrs["complete"]
    same_table(pw.assess(**asked), table)
    pw.assessment.write_csv(table, tmp_path / "t.csv")
    read = pw.assessment.read_csv(tmp_path / "t.csv")
    same_table(read.drop(columns="versions", errors="ignore"), table)
    assert pw.assessment.plausibility_score(table, measure=False)["not_found"].tolist() == [1]
    assert pw.assessment.estimate("lif", "tonic_bursting")["reason"].tolist() == [f"is not searched: {why}"]
    assert pw.optimize("lif", "tonic_bursting", budget=64).evaluations == 64  # asked for by itself, it is searched


def test_a_row_is_the_result_of_optimize():
    row = pw.assess("izhikevich", "rebound_burst", seed=3, budget=3000).iloc[0]
    result = pw.optimize("izhikevich", "rebound_burst", seed=3, budget=3000)
    assert row["status"] == result.status == "replicated"
    assert row["evaluations"] == result.evaluations
    # The set itself may have moved, to where it is more robust or nearer to the defaults, and still holds.
    assert pw.judge("izhikevich", "rebound_burst", row["parameters"]).replicated


def test_where_the_defaults_show_a_pattern_a_row_has_the_defaults():
    row = pw.assess("lif", "tonic_spiking").iloc[0]
    assert row["parameters"] == pw.models.get("lif").defaults() | {"amplitude": 20.0, "holding": 0.0}
    assert row["robustness"] == 1.0


def model_that_calls(name, function):
    """Return a model that calls a function of v in each step."""

    def step(current, state, p, dt):
        function(state[0])
        return good_step(current, state, p, dt)

    return make(step, key=name, dt=0.5)


def test_a_model_that_raises_leaves_the_other_rows():
    def give_up(v):
        if bool((v > -60.0).any()):
            raise ArithmeticError("the step gave up")

    model = model_that_calls("gives_up", give_up)
    with pytest.warns(UserWarning, match="hundreds of times"):
        table = pw.assess([model, "lif"], "tonic_spiking", **SMALL)
    assert list(table["status"]) == ["failed", "replicated"]
    assert "the step gave up" in table["error"][0]
    assert table["summary"][0].startswith("error: ")


def test_a_search_whose_time_limit_ends_before_its_first_evaluation_is_not_searched():
    slow = model_that_calls("slow", lambda v: time.sleep(0.001))
    table = pw.assess(slow, "tonic_spiking", engine="torch", time_limit=0.5, **SMALL)
    assert (table["status"][0], table["stop_reason"][0], table["error"][0]) == ("unsearched", "time", "")
    assert table["summary"][0] == "not searched; the time limit was reached"
    score = pw.assessment.plausibility_score(table, [slow], measure=False)
    assert (score["patterns"][0], score["not_found"][0]) == (0, 0)
    assert 0.5 < table["seconds"][0] < 30.0
    assert not table.attrs["complete"]


def test_pause_stop_and_snapshots():
    study = start_assessment("lif_adapt", ["tonic_spiking", "tonic_bursting", "phasic_bursting"], budget=100_000)
    until(lambda: any(result.evaluations for result in study.snapshot().running))
    study.pause()
    until(lambda: study.snapshot().state == "paused")
    time.sleep(0.5)  # does not count as working time
    study.resume()
    time.sleep(0.2)
    study.stop()
    table = study.result(60)
    assert not table.attrs["complete"]
    assert study.snapshot().state == "stopped"
    assert table["seconds"].sum() <= study.snapshot().seconds


def test_interrupt_returns_the_rows_so_far():
    def interrupt(snapshot):
        if snapshot.finished == 1 and snapshot.state == "running":
            raise KeyboardInterrupt

    table = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], progress=interrupt, **SMALL)
    assert list(table["pattern"]) == ["tonic_spiking"]
    assert not table.attrs["complete"]


@pytest.mark.parametrize("call", [1, 5])
@pytest.mark.filterwarnings("error")
def test_a_progress_that_raises_is_switched_off(call):
    told = []

    def broken(snapshot):
        told.append(snapshot)
        if len(told) == call:
            raise RuntimeError("no screen")

    asked = ["tonic_spiking", "tonic_bursting"]
    table = pw.assess("lif", asked, progress=broken, **SMALL)
    assert len(told) == call and table.attrs["progress_error"] == "RuntimeError: no screen"
    assert table.attrs["complete"]
    same_table(table, pw.assess("lif", asked, **SMALL))


@pytest.mark.parametrize("progress", ["text", "tqdm"])
def test_progress_on_a_terminal(progress, capsys):
    pytest.importorskip("tqdm")
    pw.assess("lif", ["tonic_spiking", "tonic_bursting"], progress=progress, **SMALL)
    shown = capsys.readouterr().err
    assert "2/2" in shown
    if progress == "text":
        assert "tonic_spiking, seed 0: verified" in shown


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"models": "lyf"}, "unknown model"),
        ({"models": []}, "must each contain at least one entry"),
        ({"models": ["lif", "lif"]}, "each model must be listed only once, got 'lif' twice"),
        ({"patterns": ["tonic"]}, "unknown pattern"),
        ({"seed": -1}, "seed must be an integer ≥ 0, got -1"),
        ({"seed": []}, "must each contain at least one entry"),
        ({"seed": [1, True]}, "an entry of seed must be an integer, got True"),
        ({"budget": 0}, "budget must be an integer ≥ 1, got 0"),
        ({"engine": "gpu"}, "unknown engine 'gpu'"),
        ({"time_limit": 0}, r"time_limit must be a finite number > 0 \(s\), got 0"),
        ({"store": ""}, "store must be None, the path of a file or a list of paths, got ''"),
        ({"store": ":memory:"}, "store must be None, the path of a file or a list of paths, got ':memory:'"),
    ],
)
def test_errors_name_the_value_and_the_accepted_values(arguments, text):
    with pytest.raises((ValueError, TypeError), match=text):
        pw.assess(**({"models": "lif", "patterns": ["tonic_spiking"]} | arguments))


def test_a_table_without_records_is_rejected():
    with pytest.raises(TypeError, match="make_table: an entry of results must be a Result, got 1"):
        pw.assessment.make_table(number for number in [1])


def test_a_search_is_that_of_optimize_and_moves_its_verified_set_towards_the_defaults():
    model, pattern = pw.models.get("izhikevich"), pw.patterns.get("tonic_bursting")
    alone = pw.optimize(model, pattern, seed=1, budget=1000)
    [row] = pw.assess(model, pattern, seed=1, budget=1000).itertuples()
    assert (row.status, row.evaluations, row.found_after, row.loss) == (
        alone.status,
        alone.evaluations,
        alone.found_after,
        alone.loss,
    )
    known = pattern.parameters(model)

    def distance(found):
        """Return how far a set is from the defaults, in widths of the sliders."""
        ends = {
            name: [float(p.transform(x)) for x in (found[name], p.default, p.low, p.high)] for name, p in known.items()
        }
        return sum(abs(value - default) / (high - low) for value, default, low, high in ends.values())

    assert distance(row.parameters) < distance(alone.parameters)
    assert pw.judge(model, pattern, row.parameters).replicated
