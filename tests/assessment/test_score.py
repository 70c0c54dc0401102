"""The score of an assessment, its files, and the published table."""

import math
import re

import numpy as np
import pandas as pd
import pytest
import torch
from small_neurons import copy_of, good_step, make

import plausiwidgets as pw
from plausiwidgets import assessment
from plausiwidgets.assessment import packaged, read_csv, write_csv
from plausiwidgets.cli import main
from plausiwidgets.models.library import NAMES
from plausiwidgets.models.operation_count import operations_per_ms
from plausiwidgets.patterns.packaged import verified_defaults
from plausiwidgets.upkeep import rows, stale
from plausiwidgets.upkeep.stale import COMMAND

ROWS = [
    ("lif", "tonic_spiking", 0, "replicated", 0.9),
    ("lif", "tonic_bursting", 0, "rejected", math.nan),
    ("lif", "resonator", 0, "failed", math.nan),
    ("adex", "tonic_spiking", 0, "fragile", 0.4),
    ("adex", "tonic_spiking", 1, "replicated", 0.8),
    ("adex", "tonic_bursting", 0, "replicated", 0.6),
    ("adex", "tonic_bursting", 1, "rejected", math.nan),
    ("adex", "resonator", 0, "fragile", 0.1),
    ("adex", "resonator", 1, "rejected", math.nan),
]
TABLE = pd.DataFrame(ROWS, columns=["model", "pattern", "seed", "status", "robustness"])


def score(table=TABLE, **options):
    return pw.assessment.plausibility_score(table, measure=False, **options).set_index("model")


def test_a_pattern_counts_once_with_its_best_seed():
    found = score()
    assert list(found.index) == ["adex", "lif"]
    columns = ["patterns", "shown", "fragile", "not_found", "failed"]
    assert list(found.loc["adex", columns]) == [3, 2, 1, 0, 0]
    assert list(found.loc["lif", columns]) == [3, 1, 0, 1, 1]
    assert found.loc["adex", "robustness"] == pytest.approx(0.7) and found.loc["lif", "robustness"] == 0.9


def test_the_operation_count_is_for_the_models_time_step_and_ranges():
    found = score()
    adex = pw.models.get("adex")
    assert found.loc["adex", "operations_per_ms"] == operations_per_ms("adex")
    assert found.loc["adex", "dt"] == adex.dt and found.loc["adex", "free_parameters"] == 9
    measured = pw.assessment.plausibility_score(TABLE[TABLE["model"] == "lif"])
    assert 0.1 < measured["ns_per_ms"][0] < 1e5 and math.isnan(found.loc["lif", "ns_per_ms"])


def test_a_custom_model_has_an_operation_count_if_it_is_passed_and_can_be_compiled():
    def step(current, state, p, dt):
        return good_step(current + 0.0 * torch.lgamma(p.tau), state, p, dt)

    table = TABLE.assign(model=TABLE["model"].replace("lif", "mine"))
    for models in ({}, {"models": [make(step)]}):
        found = score(table, **models).loc["mine"]
        assert math.isnan(found["operations_per_ms"]) and found["shown"] == 1
    found = score(table, models=[copy_of("lif", "mine", title="Mine")]).loc["mine"]
    assert found["title"] == "Mine"
    assert found["operations_per_ms"] == pytest.approx(score().loc["lif", "operations_per_ms"])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (TABLE.drop(columns="status"), "must have the column 'status'"),
        (TABLE.iloc[:0], "at least one row"),
        (TABLE.assign(status="found"), "status.*'found'"),
        ([1, 2], r"table must be a DataFrame, got \[1, 2\]"),
    ],
)
def test_other_tables_are_refused(table, said):
    with pytest.raises((ValueError, TypeError), match=said):
        pw.assessment.plausibility_score(table)


# -- files -------------------------------------------------------------------------------------------


def test_a_table_is_unchanged_after_writing_and_reading(tmp_path):
    table = pw.assess(["lif"], ["tonic_spiking", "tonic_bursting"], budget=200)
    write_csv(table, tmp_path / "table.csv")
    back = read_csv(tmp_path / "table.csv")
    made = back.attrs["versions"]
    assert {n: v for n, v in made.items() if n != "date"} == table.attrs["versions"]
    assert pd.Timestamp(made["date"]) <= pd.Timestamp.now()
    assert "versions" not in table and "versions" not in back
    pd.testing.assert_frame_equal(back, table, check_dtype=False)
    pd.testing.assert_frame_equal(score(back), score(table))


def test_a_table_of_rows_with_different_versions_keeps_those_of_each(tmp_path):
    old = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], budget=200)
    new = pw.assess("lif", "tonic_spiking", budget=200)
    old.attrs["versions"] = {"plausiwidgets": "0.1", "date": "2025-01-01"}
    made = [old.attrs["versions"]] * 2 + [new.attrs["versions"]]
    both = pd.concat([old, new], ignore_index=True).assign(versions=made)
    write_csv(both, tmp_path / "both.csv")
    back = read_csv(tmp_path / "both.csv")
    assert [{"date": ""} | one | {"date": ""} for one in back["versions"]] == [one | {"date": ""} for one in made]
    assert back["versions"][0]["date"] == old.attrs["versions"]["date"]
    lost = pd.concat([old, new], ignore_index=True)  # pandas drops .attrs that differ
    write_csv(lost, tmp_path / "lost.csv")
    assert read_csv(tmp_path / "lost.csv").attrs["versions"] == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("model,", "neuron,", 1), "must have the column 'model'"),
        (lambda text: text.replace(",200,", ",many,"), "row 1, column '.*': the value must be a number, got 'many'"),
        (lambda text: text.replace('"{""', '"(""'), "row 1, column 'parameters': the value must be JSON"),
        (lambda text: "", "must be a table of an assessment"),
    ],
)
def test_errors_of_a_file_name_row_and_column(tmp_path, change, said):
    path = tmp_path / "table.csv"
    write_csv(pw.assess(["lif"], ["tonic_spiking"], budget=200), path)
    text = change(path.read_text())
    path.write_text(text)
    with pytest.raises(ValueError, match=said):
        read_csv(path)


@pytest.mark.slow
def test_the_command_writes_table_and_score(tmp_path):
    csv, path = tmp_path / "zoo.csv", tmp_path / "score.csv"
    words = ["assess", "lif", "qif", "--patterns", "A", "--budget", "32", "--quiet"]
    assert main.main([*words, "--csv", str(csv), "--score", str(path)]) == 0
    written = pd.read_csv(path)
    assert set(written["model"]) == set(read_csv(csv)["model"]) == {"lif", "qif"}
    assert set(written) == set(assessment.SCORE_COLUMNS)
    assert (written["operations_per_ms"] > 0).all() and (written["ns_per_ms"] > 0).all()


def test_the_packaged_table_has_every_model_and_the_twenty_patterns():
    table, of_models = packaged.packaged_table(), packaged.packaged_score()
    twenty = {key for key in pw.patterns.names() if pw.patterns.registry.is_builtin(pw.patterns.get(key))}
    unsearched = {(model, pattern) for data, model, pattern in stale.listed() if data == rows.TABLE}
    for model in NAMES:
        missing = twenty - set(table[table["model"] == model]["pattern"])
        assert {(model, pattern) for pattern in missing} <= unsearched, f"{COMMAND} {model}"
    assert set(of_models["model"]) == set(table["model"])
    counted = score(table)
    assert dict(of_models.set_index("model")["shown"]) == dict(counted["shown"])
    for column in ("operations_per_ms", "robustness"):
        np.testing.assert_allclose(of_models.set_index("model")[column].sort_index(), counted[column].sort_index())
    assert all(made["date"] for made in table["versions"])  # of several days
    usual = {pattern: pw.patterns.get(pattern).budget // 5 for pattern in twenty}
    others = table[(table["seed"] != 0) | (table["budget"] != table["pattern"].map(usual))]
    assert set(others["status"]) == {"replicated"}  # another search is in the table for what it found
    for row in table[table["status"] == "replicated"].sample(5, random_state=0).itertuples():
        assert pw.judge(row.model, row.pattern, row.parameters).replicated, (row.model, row.pattern)


def test_the_pairs_that_the_documentation_calls_open_are_those_of_the_table(root):
    text = (root / "docs" / "explanation" / "verification.md").read_text(encoding="utf-8")
    part = text.partition("In the packaged table ")[2].partition("*Cannot*")[0]
    told = {m: " ".join(x.split()) for m, x in re.findall(r"`(\w+)` ((?:\(?[A-T]\)?\s*)+)[;.]", part)}
    table = packaged.packaged_table().query("status != 'replicated'")
    is_open = [row.pattern not in pw.models.get(row.model).ruled_out for row in table.itertuples()]
    left = {
        model: " ".join(row.letter if row.status == "rejected" else f"({row.letter})" for row in rows.itertuples())
        for model, rows in table[is_open].groupby("model")
    }
    assert told == left
    assert part.startswith(f"{sum(is_open)} pairs")


def test_a_set_that_the_package_has_from_elsewhere_is_no_pair_that_the_table_has_not():
    """A published set, the defaults or a neuron's repertoire show it: the search is to be made with another seed."""
    table = packaged.packaged_table().query("status != 'replicated'")
    left = set(zip(table["model"], table["pattern"], strict=True))
    shown = pw.assessment.packaged_repertoires().query("status == 'replicated'")
    presets = {
        (model, preset.pattern)
        for model in NAMES
        for preset in pw.models.get(model).presets
        if (model, preset.pattern) in left
        and pw.judge(model, preset.pattern, preset.parameters, dt=preset.dt).replicated
    }
    elsewhere = set(zip(shown["model"], shown["pattern"], strict=True)) | verified_defaults() | presets
    # A stale pair awaits its search.
    awaiting = {(model, pattern) for data, model, pattern in stale.listed() if data == rows.TABLE}
    assert sorted(left & elsewhere - awaiting) == []
