"""The map of an assessment: its cells, and the explorer that they open in."""

from dataclasses import replace

import pandas as pd
import pytest

import plausiwidgets as pw
from plausiwidgets.widgets.drawing.map_cells import grid

ROW = {"model": "lif", "pattern": "tonic_spiking", "seed": 0, "status": "replicated", "loss": 0.0, "evaluations": 64}
ROW |= {"found_after": 6, "robustness": 0.93, "unmet": "", "parameters": {"tau_mem": 7.0, "amplitude": 40.0}}
MINE = replace(pw.patterns.get("tonic_spiking"), key="mine", letter="", title="My own")


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [
        ROW,
        ROW
        | {
            "pattern": "tonic_bursting",
            "status": "rejected",
            "loss": 5.08,
            "found_after": None,
            "robustness": None,
            "unmet": "spikes, <gap>",
        },
        ROW | {"model": "adex", "status": "fragile", "parameters": {}},
    ]
    return pd.DataFrame(rows)


def cells(shown: pw.Explorer) -> dict:
    return shown._settings["table"]["cells"]


def titles(shown: pw.Explorer) -> list[str]:
    return [f"{column['letter']} {column['title']}".strip() for column in shown._settings["table"]["columns"]]


def test_a_cell_has_a_mark_and_a_description(table):
    shown = pw.plausibility_map(table)
    assert {key: cell["sign"] for key, cell in cells(shown).items()} == {
        "lif tonic_spiking": "✓",
        "lif tonic_bursting": "∅",
        "adex tonic_spiking": "~",
    }
    first, second, third = ("; ".join(cell["lines"]) for cell in cells(shown).values())
    assert first.startswith("verified, found after 6 evaluations") and "robustness 93 %" in first
    assert "distance" not in first
    assert second.startswith(
        f"ruled out: {pw.models.get('lif').ruled_out['tonic_bursting']}; not found after 64 evaluations"
    )
    assert "; loss 5.08" in second and "not met: spikes, <gap>" in second
    assert third.startswith("not robust, after 64 evaluations")
    assert titles(shown) == ["A Tonic spiking", "C Tonic bursting"]
    assert [row["name"] for row in shown._settings["table"]["rows"]] == ["lif", "adex"]


def test_several_seeds_show_the_share():
    rows = [ROW | {"seed": seed, "status": "replicated" if seed < 3 else "rejected"} for seed in range(5)]
    [cell] = grid(rows).cells.values()
    assert (cell.status, cell.share) == ("some", "3/5")
    assert "3 of 5 seeds" in cell.lines[0]
    assert cell.parameters == ROW["parameters"]


def test_a_table_read_back_from_its_csv(tmp_path):
    from plausiwidgets.assessment import write_csv

    full = pw.assess("lif", "tonic_spiking", budget=300)
    write_csv(full, tmp_path / "table.csv")
    found = grid(pd.read_csv(tmp_path / "table.csv").to_dict("records")).cells
    assert found == grid(full.to_dict("records")).cells


def test_a_map_opens_with_a_verified_cell_and_opening_a_cell_is_one_undo_step(table):
    shown = pw.plausibility_map(table)
    assert (shown.model.key, shown.pattern.key) == ("lif", "tonic_spiking")
    assert (shown.parameters["tau_mem"], shown.parameters["amplitude"]) == (7.0, 40.0)
    shown.open_cell("lif", "tonic_bursting")
    assert shown.pattern.key == "tonic_bursting"
    shown.undo()
    assert shown.pattern.key == "tonic_spiking"
    shown.open_cell("adex", "tonic_spiking")
    assert shown.parameters == pw.Explorer("adex", "tonic_spiking", {}).parameters, "no values are known"
    with pytest.raises(ValueError, match="no cell"):
        shown.open_cell("adex", "tonic_bursting")


def test_a_cell_with_invalid_parameters_shows_the_reason_and_the_selection_stays(table):
    shown = pw.plausibility_map(table.assign(parameters=[ROW["parameters"], {"tau": 1.0}, {}]))
    before = shown.selection
    with pytest.raises(ValueError, match="tau_mem"):
        shown.open_cell("lif", "tonic_bursting")
    assert shown.selection is before
    refused = cells(shown)["lif tonic_bursting"]
    assert refused["values"] is None and "tau_mem" in refused["lines"][-1]


def test_the_error_of_an_unregistered_model_has_advice(table):
    shown = pw.plausibility_map(table.replace({"model": {"adex": "mine"}}))
    with pytest.raises(ValueError, match=r"Register it with pw\.models\.register"):
        shown.open_cell("mine", "tonic_spiking")
    assert cells(shown)["mine tonic_spiking"]["values"] is None
    alone = pw.plausibility_map(pd.DataFrame([ROW | {"model": "mine"}]))
    assert alone.model.key == "izhikevich", "no cell can be opened"


def test_custom_patterns_come_last_and_open(table):
    keys = ("mine", "yours", "tonic_spiking")
    table = pd.concat([table.replace({"pattern": {"tonic_spiking": key}}) for key in keys])
    shown = pw.plausibility_map(table, patterns=[MINE])
    assert titles(shown) == ["A Tonic spiking", "C Tonic bursting", "My own", "yours"]
    shown.open_cell("lif", "mine")
    assert shown.pattern is MINE and shown.parameters["tau_mem"] == 7.0
    with pytest.raises(ValueError, match="pass it to the map"):
        shown.open_cell("lif", "yours")


def test_a_changed_pattern_is_not_taken_for_the_known_one_of_its_key(table):
    changed = replace(MINE, key="tonic_spiking")
    shown = pw.plausibility_map(table, patterns=[changed])
    assert titles(shown) == ["My own", "C Tonic bursting"]
    shown.open_cell("lif", "tonic_spiking")
    assert shown.pattern is changed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.drop(columns="status"), "status"),
        (lambda table: table.iloc[:0], "at least one row"),
        (lambda table: table.assign(status="good"), "good"),
    ],
)
def test_a_table_that_is_not_an_assessment_is_rejected(table, change, said):
    with pytest.raises(ValueError, match=said):
        pw.plausibility_map(change(table))
