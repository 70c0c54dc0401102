"""Updates of packaged results: a stored set that is still verified stays, and only other rows are searched again."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

import plausiwidgets as pw
from plausiwidgets.assessment.packaged import SCORE
from plausiwidgets.assessment.stored_repertoires import MOST_VERSATILE, REPERTOIRES, stored_neurons
from plausiwidgets.patterns import packaged
from plausiwidgets.patterns.packaged import TABLE, VERDICTS, verdict_rows
from plausiwidgets.upkeep import __main__ as upkeep
from plausiwidgets.upkeep import repertoires, table, verdicts
from plausiwidgets.upkeep.rows import repertoire_rows, table_rows
from plausiwidgets.upkeep.rows import verdicts as verdict_fingerprints

READERS = (
    "patterns.packaged",
    "assessment.stored_repertoires",
    "upkeep.table",
    "upkeep.verdicts",
    "upkeep.repertoires",
)
LIF, RF, ADEX = (pw.models.get(name) for name in ("lif", "rf", "adex"))
INTEGRATOR, BURSTING, LATENCY = (pw.patterns.get(key) for key in ("integrator", "tonic_bursting", "spike_latency"))


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Copies of the packaged results, which a test may change."""
    for name, home in (
        (TABLE, "patterns.packaged"),
        (VERDICTS, "patterns.packaged"),
        (SCORE, "upkeep.table"),
        (REPERTOIRES, "upkeep.repertoires"),
    ):
        module = import_module(f"plausiwidgets.{home}")
        (tmp_path / name).write_text(module.data_file(name).read_text(encoding="utf-8"), encoding="utf-8")
    for home in READERS:
        monkeypatch.setattr(import_module(f"plausiwidgets.{home}"), "data_file", lambda name: tmp_path / name)
    yield tmp_path
    packaged.read_again()


def changed_lines(path: Path, before: str) -> list[str]:
    """Return the new lines of a file."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line not in before.splitlines()]


def put(row: dict[str, str], **cells: str) -> None:
    """Change cells of a row of the table, without another fingerprint."""
    table.write_rows({**table.stored_rows(), (row["model"], row["pattern"]): {**row, **cells}})


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[int, int | None]]]:
    """Replace searches by rows of the table with other cells, by seed; returns the list of searches."""
    asked: list[tuple[int, int | None]] = []

    def by_seed(**rows: dict[str, str]) -> list[tuple[int, int | None]]:
        def search(
            model: pw.NeuronModel, pattern: pw.Pattern, seed: int = 0, budget: int | None = None
        ) -> dict[str, str]:
            asked.append((seed, budget))
            row = table.stored_rows()[model.key, pattern.key]
            return {**row, "seed": str(seed), **rows[f"seed_{seed}"]}

        monkeypatch.setattr(table, "_found", search)
        return asked

    return by_seed


# ------------------------------------------------------------------ the table


def test_a_set_that_is_still_verified_only_gets_another_fingerprint(folder: Path) -> None:
    before = (folder / TABLE).read_text(encoding="utf-8")
    row = table.stored_rows()["lif", "integrator"]
    put(row, rules="old")
    assert [one.pattern for one in table_rows(LIF) if one.stored == "old"] == ["integrator"]
    assert table.update(LIF, INTEGRATOR) == ("replicated", False)
    after = {(one.pattern, one.stored) for one in table_rows(LIF)}
    today = {one.pattern: one.today for one in table_rows(LIF)}
    assert ("integrator", today["integrator"]) in after
    assert len(changed_lines(folder / TABLE, before)) <= 1


def test_a_pair_that_an_argument_rules_out_needs_no_search(folder: Path, found: Callable[..., list[object]]) -> None:
    searches = found()
    put(table.stored_rows()["lif", "tonic_bursting"], rules="old")
    assert table.update(LIF, BURSTING, search=False) == ("rejected", False)
    assert searches == [] and all(row.stored == row.today for row in table_rows(LIF) if row.pattern == "tonic_bursting")


def test_a_row_without_a_set_stays_until_it_is_searched(folder: Path, found: Callable[..., list[object]]) -> None:
    pattern = pw.patterns.get("phasic_bursting")
    row = table.stored_rows()["lif_adapt", "phasic_bursting"]
    put(row, rules="old")
    assert table.update(pw.models.get("lif_adapt"), pattern, search=False) == ("", False)
    assert table.stored_rows()["lif_adapt", "phasic_bursting"]["rules"] == "old"
    searches = found(seed_0={"summary": "searched"})
    assert table.update(pw.models.get("lif_adapt"), pattern) == ("rejected", True)
    assert len(searches) == 1 and table.stored_rows()["lif_adapt", "phasic_bursting"]["summary"] == "searched"


def test_a_set_that_is_no_longer_verified_is_searched_with_the_seed_that_found_it(
    folder: Path, found: Callable[..., list[object]]
) -> None:
    row = table.stored_rows()["lif", "integrator"]
    broken = json.dumps({**json.loads(row["parameters"]), "amplitude": 0.0})
    former = {**row, "seed": "3", "budget": "100000"}
    searches = found(seed_0={"status": "rejected"}, seed_3={"summary": "good"})
    assert table.searched(LIF, INTEGRATOR, former)["summary"] == "good"
    assert searches == [(3, 100_000)]
    put(row, parameters=broken)
    searches.clear()
    assert table.update(LIF, INTEGRATOR, search=False) == ("", False)
    assert table.update(LIF, INTEGRATOR) == ("rejected", True) and searches == [(0, 20_000), (0, None)]


def test_a_search_with_the_former_seed_that_is_not_good_leaves_the_row_of_seed_0(
    folder: Path, found: Callable[..., list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "is_good", lambda row: row["summary"] == "good")
    found(seed_0={"summary": "first"}, seed_3={"summary": "second"})
    former = {**table.stored_rows()["lif", "integrator"], "seed": "3", "summary": "good"}
    assert table.searched(LIF, INTEGRATOR, former)["summary"] == "first"


def test_another_seed_replaces_a_row_only_if_its_set_is_good(folder: Path, found: Callable[..., list[object]]) -> None:
    found(seed_3={"status": "rejected"}, seed_4={"summary": "fourth"})
    before = table.stored_rows()
    assert table.choose(LIF, INTEGRATOR, 3) == "rejected, the former row is kept" and table.stored_rows() == before
    assert table.choose(LIF, INTEGRATOR, 4) == "replicated"
    row = table.stored_rows()["lif", "integrator"]
    assert (row["seed"], row["summary"]) == ("4", "fourth")


def test_another_seed_requires_names_of_models_and_patterns(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        upkeep.main(["lif", "--seed", "1"])
    assert "--seed requires names of models and --patterns" in capsys.readouterr().err


def test_an_estimate_replaces_no_row(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(table, "choose", lambda *asked: pytest.fail("a row is replaced"))
    assert upkeep.main(["lif", "--patterns", "L", "--seed", "1", "--estimate"]) == 0
    assert "up to date" in capsys.readouterr().out


def test_a_new_row_takes_its_place_and_changes_no_other_row(folder: Path) -> None:
    before = (folder / TABLE).read_text(encoding="utf-8")
    rows = table.stored_rows()
    del rows["lif", "tonic_bursting"]
    table.write_rows(rows)
    assert len((folder / TABLE).read_text(encoding="utf-8").splitlines()) == len(before.splitlines()) - 1
    assert table.update(LIF, BURSTING) == ("rejected", True)
    after = (folder / TABLE).read_text(encoding="utf-8")
    places = [[line.split(",")[:3] for line in text.splitlines()] for text in (before, after)]
    assert places[0] == places[1]
    assert [line.split(",")[:3] for line in changed_lines(folder / TABLE, before)] == [["lif", "C", "tonic_bursting"]]


def test_the_score_of_one_model_changes_no_other_score(folder: Path) -> None:
    before = pd.read_csv(folder / SCORE).set_index("model")
    table.update_score(["lif"])
    after = pd.read_csv(folder / SCORE).set_index("model")
    pd.testing.assert_frame_equal(after.drop("lif"), before.drop("lif"))
    assert after.loc["lif", "shown"] == before.loc["lif", "shown"] and after.loc["lif", "ns_per_ms"] > 0


def test_no_set_of_the_table_passes_by_a_hair_where_another_seed_has_a_better_one() -> None:
    by_a_hair = [
        pair for pair, row in table.stored_rows().items() if row["status"] == "replicated" and not table.is_good(row)
    ]
    assert by_a_hair == [("morris_lecar", "phasic_spiking")]  # no seed has a good set: test_other_seeds.py


def test_a_burst_of_spikes_that_fade_to_a_plateau_is_not_good() -> None:
    faded = {
        "C": 1.48784,
        "g_K": 25.6326,
        "tau_R": 2.32406,
        "g_T": 2.42641,
        "tau_T": 15.0202,
        "g_H": 5.3605,
        "tau_H": 77.8396,
        "amplitude": 687.053,
        "holding": 1.30619,
        "width": 5.25218,
    }
    verdict = pw.judge("wilson", "rebound_burst", faded)
    assert [check.key for check in verdict.criteria if not check.passed] == ["whole"]
    row = {"model": "wilson", "pattern": "rebound_burst", "status": "replicated", "parameters": json.dumps(faded)}
    assert not table.is_good(row)
    whole = json.dumps(dict(pw.assessment.packaged_parameters("wilson", "rebound_burst")))
    assert table.is_good(row | {"parameters": whole})
    assert not table.is_good(row | {"parameters": whole, "status": "fragile"})


# ------------------------------------------------------------------ verdicts


def test_stale_verdicts_are_computed_again_and_a_missing_preset_is_removed(folder: Path) -> None:
    path = folder / VERDICTS
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "adex,tonic_spiking,Tonic spiking,replicated", "adex,tonic_spiking,Tonic spiking,rejected"
        ),
        encoding="utf-8",
    )
    with path.open("a", encoding="utf-8") as file:
        file.write("adex,tonic_spiking,Removed,replicated,,a-b-c\n")
    packaged.read_again()
    extra = [row for row in verdict_fingerprints(ADEX) if row.today == ""]
    assert [row.name for row in extra] == ["Removed"]
    tonic = pw.patterns.get("tonic_spiking")
    assert verdicts.update(ADEX, tonic, ["Tonic spiking", "Removed"]) == ["replicated"]
    rows = {row["set"]: row for row in verdict_rows() if (row["model"], row["pattern"]) == ("adex", "tonic_spiking")}
    assert rows["Tonic spiking"]["status"] == "replicated" and "Removed" not in rows


# ------------------------------------------------------------------ repertoires


def neuron(model: str, title: str) -> dict[str, object]:
    (line,) = (one for one in stored_neurons() if (one["model"], one["neuron"]) == (model, title))
    return line


def test_a_stimulus_that_still_shows_the_pattern_stays_and_another_is_searched(folder: Path) -> None:
    title = "Pulse pairs one period apart"
    line = neuron("rf", title)
    shown = line["patterns"]["resonator"]
    line["patterns"]["resonator"] = shown | {"rules": "old"}
    repertoires._write("rf", {MOST_VERSATILE: neuron("rf", MOST_VERSATILE), title: line})
    assert [(row.pattern, row.name) for row in repertoire_rows(RF) if row.stored == "old"] == [("resonator", title)]
    assert dict(repertoires.update(RF, title, ["resonator"])) == {"resonator": "replicated"}
    assert neuron("rf", title)["patterns"]["resonator"]["stimulus"] == shown["stimulus"]
    line["patterns"]["resonator"] = shown | {"stimulus": shown["stimulus"] | {"amplitude": 0.0}}
    repertoires._write("rf", {MOST_VERSATILE: neuron("rf", MOST_VERSATILE), title: line})
    assert dict(repertoires.update(RF, title, ["resonator"], search=False)) == {"resonator": ""}
    assert dict(repertoires.update(RF, title, ["resonator"])) == {"resonator": "replicated"}


def test_the_neurons_of_a_new_model_are_searched_and_those_of_other_models_stay(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quick(model: pw.NeuronModel, patterns: list[str], budget: int) -> pd.DataFrame:
        return pw.analysis.most_versatile(model, patterns, budget=1)

    monkeypatch.setattr(repertoires, "most_versatile", quick)
    before = [line for line in stored_neurons() if line["model"] != "lif"]
    repertoires._write("lif", {})
    assert {row.stored for row in repertoire_rows(LIF)} == {""}
    found = dict(repertoires.update(LIF, MOST_VERSATILE, ["integrator"]))
    assert len(found) == 20 and found["tonic_spiking"] == "replicated"
    assert {row.is_stale for row in repertoire_rows(LIF)} == {False}
    assert stored_neurons()[0]["model"] == "lif"
    assert [line for line in stored_neurons() if line["model"] != "lif"] == before


def test_a_published_neuron_that_shows_more_than_the_most_versatile_one_surpasses_it(folder: Path) -> None:
    assert not repertoires.is_surpassed(RF)
    best = neuron("rf", MOST_VERSATILE)
    for entry in best["patterns"].values():
        entry["status"] = "rejected"
    repertoires._write("rf", {MOST_VERSATILE: best, "Another": neuron("rf", "Pulse pairs one period apart")})
    assert repertoires.is_surpassed(RF)
