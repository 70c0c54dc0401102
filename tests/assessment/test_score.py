"""The score of an assessment, its files, and the published table."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from small_neurons import copy_of

import plausiwidgets as pw
from plausiwidgets import assessment
from plausiwidgets.analysis import known
from plausiwidgets.assessment import published, read_csv, write_csv
from plausiwidgets.assessment.table import joined
from plausiwidgets.cli import main
from plausiwidgets.cli.named import models_named
from plausiwidgets.models.library import NAMES
from plausiwidgets.simulation.cost import operations_per_ms

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


def test_the_cost_is_that_of_the_models_own_step_and_box():
    found = score()
    adex = pw.models.get("adex")
    assert found.loc["adex", "operations_per_ms"] == operations_per_ms("adex")
    assert found.loc["adex", "dt"] == adex.dt and found.loc["adex", "free_parameters"] == 9
    measured = pw.assessment.plausibility_score(TABLE[TABLE["model"] == "lif"])
    assert 0.1 < measured["ns_per_ms"][0] < 1e5 and math.isnan(found.loc["lif", "ns_per_ms"])


def test_a_custom_model_has_a_cost_if_it_is_given():
    table = TABLE.assign(model=TABLE["model"].replace("lif", "mine"))
    assert math.isnan(score(table).loc["mine", "operations_per_ms"])
    found = score(table, models=[copy_of("lif", "mine", title="Mine")])
    assert found.loc["mine", "title"] == "Mine"
    assert found.loc["mine", "operations_per_ms"] == pytest.approx(score().loc["lif", "operations_per_ms"])


def test_a_model_that_cannot_be_compiled_has_no_cost():
    def step(current, state, p, dt):
        (v,) = state
        for _ in range(1 + int(v.mean() > 1e9)):
            v = v + dt * (current - v)
        fired = (v > 1.0).to(v.dtype)
        return fired, (v * (1.0 - fired),)

    branching = pw.NeuronModel(
        "branching", step, [], lambda p, held: (0.0,), pw.Parameter("current", 2.0, 0.0, 9.0), -1.0, 1.0, validate=False
    )
    table = TABLE.assign(model=TABLE["model"].replace("lif", "branching"))
    found = score(table, models=[branching])
    assert math.isnan(found.loc["branching", "operations_per_ms"]) and found.loc["branching", "shown"] == 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (TABLE.drop(columns="status"), "no column 'status'"),
        (TABLE.iloc[:0], "no rows"),
        (TABLE.assign(status="found"), "status.*'found'"),
        ([1, 2], r"table is \[1, 2\], valid is a DataFrame"),
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


def test_joined_tables_keep_the_versions_of_each(tmp_path):
    old = pw.assess("lif", ["tonic_spiking", "tonic_bursting"], budget=200)
    new = pw.assess("lif", "tonic_spiking", budget=200)
    old.attrs["versions"] = {"plausiwidgets": "0.1", "date": "2025-01-01"}
    both = joined([old, new])
    made = [old.attrs["versions"]] * 2 + [new.attrs["versions"]]
    assert list(both["versions"]) == made and joined([old, old]).attrs == old.attrs
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
        (lambda text: text.replace("model,", "neuron,", 1), "has no column 'model'"),
        (lambda text: text.replace(",200,", ",many,"), "row 1, column '.*': 'many' is not a number"),
        (lambda text: text.replace('"{""', '"(""'), "row 1, column 'parameters'.*is not JSON"),
        (lambda text: "", "is not a table of an assessment"),
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
def test_the_command_writes_table_and_score(tmp_path, capsys):
    csv, path = tmp_path / "zoo.csv", tmp_path / "score.csv"
    names = {"lif", "qif", "izhikevich"}
    words = ["assess", *names, "--patterns", "A", "--budget", "32", "--quiet", "--csv", str(csv), "--score", str(path)]
    assert main.main(words) == 0
    written = pd.read_csv(path)
    assert set(written["model"]) == names and set(written) == set(assessment.SCORE_COLUMNS)
    assert (written["operations_per_ms"] > 0).all() and (written["ns_per_ms"] > 0).all()
    assert set(read_csv(csv)["model"]) == names
    assert [model.key for model in models_named("all")] == pw.models.names()
    assert main.main([*words[:-1], str(csv)]) == 2
    assert "--csv and --score are the same file" in capsys.readouterr().err


def test_the_published_table_has_every_model_and_the_twenty_patterns():
    try:
        table, of_models = published.published_table(), published.published_score()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    twenty = {key for key in pw.patterns.names() if pw.patterns.registry.is_builtin(pw.patterns.get(key))}
    for model in NAMES:
        assert twenty <= set(table[table["model"] == model]["pattern"]), f"{model}: {known.COMMAND}"
    assert set(of_models["model"]) == set(table["model"])
    counted = score(table)
    assert dict(of_models.set_index("model")["shown"]) == dict(counted["shown"])
    for column in ("operations_per_ms", "robustness"):
        np.testing.assert_allclose(of_models.set_index("model")[column].sort_index(), counted[column].sort_index())
    seeds = {(row.model, row.pattern): row.seed for row in table.itertuples()}
    assert all(made["date"] for made in table["versions"])  # of several days
    assert {pair: seed for pair, seed in seeds.items() if seed} == published.OTHER_SEEDS
    usual = {pattern: pw.patterns.get(pattern).budget // 5 for pattern in twenty}
    others = {(row.model, row.pattern): row.budget for row in table.itertuples() if row.budget != usual[row.pattern]}
    assert others == published.BUDGETS
    for row in table[table["status"] == "replicated"].sample(5, random_state=0).itertuples():
        assert pw.judge(row.model, row.pattern, row.parameters).replicated, (row.model, row.pattern)


def test_the_pairs_that_the_documentation_calls_open_are_those_of_the_table(root):
    text = (root / "docs" / "explanation" / "verification.md").read_text(encoding="utf-8")
    part = text.partition("In the packaged table ")[2].partition("*Cannot*")[0]
    told = {m: " ".join(x.split()) for m, x in re.findall(r"`(\w+)` ((?:\(?[A-T]\)?\s*)+)[;.]", part)}
    table = published.published_table().query("status != 'replicated'")
    is_open = [row.pattern not in pw.models.get(row.model).cannot for row in table.itertuples()]
    left = {
        model: " ".join(row.letter if row.status == "rejected" else f"({row.letter})" for row in rows.itertuples())
        for model, rows in table[is_open].groupby("model")
    }
    assert told == left
    assert part.startswith(f"{sum(is_open)} of the 400 pairs")


def test_the_rows_of_other_seeds_take_the_place_of_theirs_and_the_score_follows(monkeypatch, tmp_path):
    before = published.data_file(published.TABLE).read_text(encoding="utf-8")
    path = tmp_path / published.TABLE
    path.write_text(before, encoding="utf-8")
    monkeypatch.setattr(published, "data_file", lambda name: path)
    monkeypatch.setattr(published, "OTHER_SEEDS", {("lif", "integrator"): 3})
    monkeypatch.setattr(published, "plausibility_score", lambda table: score(table.query("model == 'lif'")))
    published.finish_table()
    after = path.read_text(encoding="utf-8")
    changed = [new for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]
    assert [line.split(",")[:5] for line in changed] == [["lif", "L", "integrator", "3", "replicated"]]
    assert pd.read_csv(path.with_name(published.SCORE))["shown"].tolist() == [3]


def test_a_package_without_its_table_explains_how_to_make_it(monkeypatch, tmp_path):
    monkeypatch.setattr(known, "files", lambda name: tmp_path)
    with pytest.raises(FileNotFoundError, match=r"built without zoo\.csv.*plausiwidgets assess all --workers"):
        published.published_table()
