"""The map of an assessment, its cells and explorers, and the panel that fills it in live."""

import re
import threading
import time
from dataclasses import replace

import ipywidgets as w
import pandas as pd
import pytest
from screen import find, widgets

import plausiwidgets as pw
from plausiwidgets.assessment import StudySnapshot
from plausiwidgets.widgets import AssessmentPanel, NotebookProgress
from plausiwidgets.widgets.map.cell_map import CellMap
from plausiwidgets.widgets.map.cells import grid, grid_of_results

ROW = {"model": "lif", "pattern": "tonic_spiking", "seed": 0, "status": "replicated", "loss": 0.0, "evaluations": 64}
ROW |= {"found_after": 6, "robustness": 0.93, "broken": "", "parameters": {"tau_mem": 7.0, "amplitude": 40.0}}
MINE = replace(pw.patterns.get("tonic_spiking"), key="mine", letter="", title="My own")


def click(shown: w.Widget, model: str, pattern: str) -> None:
    """Open a cell, as the page asks for it."""
    shown.map._on_message(shown.map, {"open": f"{model}/{pattern}"}, [])


def marks(shown: CellMap) -> list[list[str]]:
    """The marks of all cells, a list for each row."""
    cells = [[shown.cells.get(f"{row['key']}/{column['key']}") for column in shown.axes["columns"]]
             for row in shown.axes["rows"]]  # fmt: skip
    return [[shown.statuses[cell[0]][0] if cell else "" for cell in row] for row in cells]


def titles(shown: CellMap) -> list[str]:
    return [column["title"] for column in shown.axes["columns"]]


def told(shown: CellMap, model: str, pattern: str) -> str:
    return "; ".join(shown.cells[f"{model}/{pattern}"][4])


def headline(panel: AssessmentPanel) -> str:
    return panel._line.headline.value


def enabled(panel: AssessmentPanel) -> list[str]:
    buttons = (x for x in widgets(panel.children[0]) if isinstance(x, w.Button))
    return [button.description for button in buttons if not button.disabled]


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [
        ROW,
        ROW | {"pattern": "tonic_bursting", "status": "rejected", "loss": 5.08, "found_after": None,
               "robustness": None, "broken": "spikes, <gap>"},
        ROW | {"model": "adex", "status": "fragile", "parameters": {}},
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_marks_and_what_is_told_of_a_cell(table):
    shown = pw.assessment.plausibility_map(table).map
    assert marks(shown) == [["✓", "∅"], ["~", ""]]
    assert shown.cells["lif/tonic_spiking"][2:4] == ["64", "93 %"]
    first, second = told(shown, "lif", "tonic_spiking"), told(shown, "lif", "tonic_bursting")
    assert first.startswith("shows it (verified), found after 6 evaluations") and "robustness 93 %" in first
    assert "distance" not in first
    assert second.startswith(
        f"cannot: {pw.models.get('lif').cannot['tonic_bursting']}; not found within 64 evaluations"
    )
    assert "; distance 5.08" in second and "misses: spikes, <gap>" in second
    assert told(shown, "adex", "tonic_spiking").startswith("holds, but not robustly, within 64 evaluations")
    assert titles(shown) == ["A Tonic spiking", "C Tonic bursting"]
    assert [row["title"] for row in shown.axes["rows"]] == [pw.models.get(name).title for name in ("lif", "adex")]


def test_columns_stand_in_the_order_of_the_letters(table):
    assert list(grid(table[::-1].to_dict("records")).patterns) == ["tonic_spiking", "tonic_bursting"]


def test_only_cells_that_differ_are_sent_and_the_state_is_the_whole(table, monkeypatch):
    rows = table.to_dict("records")
    shown = CellMap(grid=grid(rows))
    sent = []
    monkeypatch.setattr(shown, "send", lambda content: sent.append(content))
    shown.show(grid(rows))
    assert sent == []
    shown.show(grid([rows[0], rows[1] | {"status": "replicated"}, rows[2]]))
    assert [list(message["cells"]) for message in sent] == [["lif/tonic_bursting"]]
    assert shown.get_state()["cells"]["lif/tonic_bursting"][0] == "replicated"
    shown.show(grid(rows[:2]))
    assert len(sent) == 1 and marks(shown) == [["✓", "∅"]], "other rows are sent as a whole"
    shown.close()


def test_several_seeds_show_the_share():
    rows = [ROW | {"seed": seed, "status": "replicated" if seed < 3 else "rejected"} for seed in range(5)]
    [cell] = grid(rows).cells.values()
    assert (cell.status, cell.share) == ("some", "3/5")
    assert "3 of 5 seeds" in cell.lines[0]
    assert cell.parameters == ROW["parameters"]


def test_a_table_read_back_from_its_csv(table, tmp_path):
    from plausiwidgets.assessment import write_csv

    full = pw.assess("lif", "tonic_spiking", budget=300)
    write_csv(full, tmp_path / "table.csv")
    cells = grid(pd.read_csv(tmp_path / "table.csv").to_dict("records")).cells
    assert cells == grid(full.to_dict("records")).cells


def test_a_click_opens_an_explorer_and_the_next_shows_its_cell_in_it(table):
    shown = pw.assessment.plausibility_map(table)
    assert shown.explorer is None
    click(shown, "lif", "tonic_spiking")
    first = shown.explorer
    assert (first.selection.model.key, first.selection.pattern.key) == ("lif", "tonic_spiking")
    assert (first.selection.values["tau_mem"], first.selection.values["amplitude"]) == (7.0, 40.0)
    assert shown.map.opened == "lif/tonic_spiking" and "Opened" in shown.map.message
    click(shown, "lif", "tonic_bursting")
    assert shown.explorer is first
    assert first.selection.pattern.key == "tonic_bursting"
    assert first in widgets(shown)
    first.undo()
    assert first.selection.pattern.key == "tonic_spiking"
    first.close()
    assert shown.map.open_cell("lif", "tonic_bursting")
    assert shown.explorer is not first
    with pytest.raises(ValueError, match="no cell"):
        shown.map.open_cell("adex", "tonic_bursting")
    shown.close()


def test_a_cell_whose_parameters_are_refused_says_why_and_the_explorer_stays(table):
    shown = pw.assessment.plausibility_map(table.assign(parameters=[ROW["parameters"], {"tau": 1.0}, {}]))
    assert shown.map.open_cell("lif", "tonic_spiking")
    before = shown.explorer.selection
    assert not shown.map.open_cell("lif", "tonic_bursting")
    assert "tau_mem" in shown.map.message
    assert shown.explorer.selection == before
    shown.close()


def test_what_is_no_cell_opens_nothing(table):
    opened = []
    shown = CellMap(lambda model, pattern, values: opened.append(values), grid(table.to_dict("records")))
    for asked in ([], ["lif/tonic_spiking"], {"lif": 1}, "lif", None, "adex/tonic_bursting", "lif/tonic_spiking/"):
        shown._on_message(shown, {"open": asked}, [])
    assert opened == []
    shown._on_message(shown, {"open": "lif/tonic_spiking"}, [])
    assert opened == [ROW["parameters"]]
    shown.close()


def test_a_map_without_an_explorer_is_only_looked_at(table):
    shown = CellMap(grid=grid(table.to_dict("records")))
    assert not shown.opens
    shown._on_message(shown, {"open": "lif/tonic_spiking"}, [])
    assert shown.opened == ""
    shown.close()


def test_a_model_that_nobody_knows_says_what_to_do(table):
    shown = pw.assessment.plausibility_map(table.replace({"model": {"adex": "mine"}}))
    assert not shown.map.open_cell("mine", "tonic_spiking")
    assert "register" in shown.map.message
    shown.close()


def test_patterns_of_ones_own_come_last_and_open(table):
    keys = ("mine", "yours", "tonic_spiking")
    table = pd.concat([table.replace({"pattern": {"tonic_spiking": key}}) for key in keys])
    shown = pw.assessment.plausibility_map(table, patterns=[MINE])
    assert titles(shown.map) == ["A Tonic spiking", "C Tonic bursting", "My own", "yours"]
    click(shown, "lif", "mine")
    assert shown.explorer.selection.pattern is MINE
    assert shown.explorer.selection.values["tau_mem"] == 7.0
    assert shown.explorer.wait()
    assert not shown.map.open_cell("lif", "yours")
    assert "give it to the map" in shown.map.message
    shown.close()


def test_a_changed_pattern_is_not_taken_for_the_known_one_of_its_key(table):
    changed = replace(MINE, key="tonic_spiking")
    shown = pw.assessment.plausibility_map(table, patterns=[changed])
    assert titles(shown.map) == ["My own", "C Tonic bursting"]
    assert shown.map.open_cell("lif", "tonic_spiking")
    assert shown.explorer.selection.pattern is changed
    shown.close()


def test_a_panel_with_a_pattern_of_ones_own():
    asked = iter(["tonic_bursting", MINE])
    panel = AssessmentPanel("lif", asked, budget=300)
    for _ in range(2):
        panel.start()
        assert panel.join(60)
        assert "✓ done: 2 of 2" in headline(panel)
    assert titles(panel.map) == ["C Tonic bursting", "My own"]
    assert told(panel.map, "lif", "mine").startswith("shows it (verified)")
    assert panel.map.open_cell("lif", "mine")
    assert (panel.explorer.selection.model, panel.explorer.selection.pattern) == (pw.models.get("lif"), MINE)
    panel.close()


def test_tables_that_are_none():
    for bad, said in [
        (None, "DataFrame"),
        (pd.DataFrame(), "no column 'model', 'pattern', 'status'"),
        (pd.DataFrame([ROW])[["model", "pattern"]], "no column 'status'"),
        (pd.DataFrame([ROW])[:0], "no rows"),
        (pd.DataFrame([ROW | {"status": "perhaps"}]), "unknown status"),
    ]:
        with pytest.raises((ValueError, TypeError), match=re.escape(said)):
            pw.assessment.plausibility_map(bad)


def test_a_panel_fills_its_map_in():
    panel = AssessmentPanel("lif", ["tonic_spiking", "tonic_bursting"], budget=300)
    assert panel.study is None
    find(panel, w.Button, description="Assess").click()
    assert panel.join(60)
    assert marks(panel.map) == [["✓", "∅"]]
    assert "✓ done: 2 of 2 · 1 ✓, 0 ~, 1 ✗" in headline(panel)
    assert find(panel, w.FloatProgress).value == 1.0
    assert enabled(panel) == ["Assess"]
    assert panel.study.table().attrs["complete"]
    panel.close()


def test_a_panel_is_live_and_stops():
    panel = AssessmentPanel("eif", ["phasic_spiking", "bistability"], budget=10_000_000, start=True)
    end = time.monotonic() + 60
    while "▸" not in marks(panel.map)[0]:
        assert time.monotonic() < end
        time.sleep(0.02)
    find(panel, w.Button, description="Stop").click()
    assert panel.join(60)
    assert "■ stopped" in headline(panel)
    assert not panel.study.table().attrs["complete"]
    panel.close()


def test_a_new_start_does_not_wait_and_the_old_study_says_nothing_any_more(monkeypatch):
    panel = AssessmentPanel("eif", ["phasic_spiking", "bistability"], budget=10_000_000, start=True)
    old = panel.study
    (watcher,) = (t for t in threading.enumerate() if t.name == "plausiwidgets publisher")
    monkeypatch.setattr(type(old), "stop", lambda self: None)  # one that does not end
    new = panel.start()
    watcher.join(60)
    assert not watcher.is_alive()
    assert not old.snapshot().ended
    assert panel.study is new and enabled(panel) == ["Stop"]
    monkeypatch.undo()
    old.stop()
    assert old.wait(60)
    assert enabled(panel) == ["Stop"]
    panel.stop()
    assert panel.join(60)
    assert enabled(panel) == ["Assess"] and "■ stopped" in headline(panel)
    panel.close()


def test_searches_that_wait_and_run():
    waiting = pw.Result("lif", "mixed_mode", 0, 300)
    [cell] = grid_of_results([waiting]).cells.values()
    assert (cell.status, cell.lines) == ("waiting", ("waiting",))
    [cell] = grid_of_results([replace(waiting, reason="running", evaluations=64)]).cells.values()
    assert cell.status == "running" and cell.lines == ("searching, 64 of 300 evaluations",)


def test_a_new_start_takes_over_the_store(tmp_path):
    asked, small = ["tonic_bursting", "mixed_mode"], {"budget": 10_000}
    panel = AssessmentPanel("lif", asked, store=tmp_path / "study.jsonl", start=True, **small)
    for _ in range(3):
        time.sleep(0.1)
        panel.start()
    table = panel.study.result(60)
    panel.close()
    alone = pw.assess("lif", asked, **small)
    assert table.drop(columns="seconds").equals(alone.drop(columns="seconds"))


def test_progress_in_a_notebook(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    progress = NotebookProgress()
    pw.assess("lif", [MINE, "tonic_bursting"], budget=300, popsize=8, progress=progress)
    head, cells = progress.view.children
    bar, line = head.children
    assert shown == [progress.view]
    assert bar.value == 1.0 and "✓ done: 2 of 2" in line.value
    assert titles(cells) == ["C Tonic bursting", "mine"] and marks(cells) == [["∅", "✓"]]
    progress = NotebookProgress()
    result = pw.optimize("lif", "tonic_bursting", budget=300, progress=progress)
    head, cells = progress.view.children
    bar, line = head.children
    assert bar.value == 1.0 and f"{result.evaluations} of 300" in line.value and cells.layout.display == "none"


def test_progress_in_a_notebook_tells_of_a_failure(monkeypatch):
    monkeypatch.setattr("IPython.display.display", lambda _: None)
    progress = NotebookProgress()
    waiting = pw.Result("<b>", "tonic_spiking", 0, 600)
    progress.init(StudySnapshot({waiting.id: waiting}, "failed", error="<i> gave up"))
    assert "&lt;i&gt; gave up" in progress.view.children[0].children[1].value
