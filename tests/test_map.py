"""The map of an assessment, its cells and explorers, and the panel that fills it in live."""

import re
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import ipywidgets as w
import pandas as pd
import pytest
from screen import find, widgets

import plausiwidgets as pw
from plausiwidgets.assessment import StudySnapshot
from plausiwidgets.widgets import AssessmentPanel, NotebookProgress
from plausiwidgets.widgets.map.cells import grid, grid_of_results
from plausiwidgets.widgets.map.map import CellMap

ROW = {"model": "lif", "pattern": "tonic_spiking", "seed": 0, "status": "replicated", "loss": 0.0, "evaluations": 64}
ROW |= {"found_after": 6, "robustness": 0.93, "broken": "", "parameters": {"tau_mem": 7.0, "amplitude": 40.0}}
MINE = replace(pw.patterns.get("tonic_spiking"), key="mine", letter="", title="My own")


def choice(shown: w.Widget) -> w.Dropdown:
    return find(shown, w.Dropdown, description="Cell")


def message(shown: w.Widget) -> str:
    line = next(x for x in widgets(shown) if choice(shown) in getattr(x, "children", ()))
    return line.children[1].value


def click(shown: w.Widget, column: int, row: int) -> None:
    """Click a cell, as plotly reports it."""
    for callback in shown.figure.data[0]._click_callbacks:
        callback(None, SimpleNamespace(xs=[column], ys=[row]), None)


def headline(panel: AssessmentPanel) -> str:
    return panel.children[0].children[-1].value


def enabled(panel: AssessmentPanel) -> list[str]:
    buttons = (x for x in widgets(panel.children[0]) if isinstance(x, w.Button))
    return [button.description for button in buttons if not button.disabled]


def lines(panel: AssessmentPanel) -> str:
    return find(panel, w.Accordion).children[0].value


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [
        ROW,
        ROW | {"pattern": "tonic_bursting", "status": "rejected", "loss": 5.08, "found_after": None,
               "robustness": None, "broken": "spikes, <gap>"},
        ROW | {"model": "adex", "status": "fragile", "parameters": {}},
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_marks_colours_and_hover(table):
    shown = pw.plausibility_map(table)
    heat = shown.figure.data[0]
    assert [list(row) for row in heat.text] == [["✓", "✗"], ["~", ""]]
    codes = [code for row in heat.z for code in row]
    assert len(set(codes)) == 4 and codes[3] is None
    hover = heat.hovertext[0]
    assert "found after 6 evaluations" in hover[0] and "robustness 93 %" in hover[0] and "loss 0" in hover[0]
    assert "not found within 64 evaluations" in hover[1] and "loss 5.08" in hover[1]
    assert "still broken: spikes" in hover[1] and "&lt;gap&gt;" in hover[1]
    assert heat.hovertext[1][1] == "not assessed"
    assert list(shown.figure.layout.xaxis.ticktext) == ["A Tonic spiking", "C Tonic bursting"]
    assert len(shown.figure.layout.yaxis.ticktext) == 2
    shown.close()


def test_columns_stand_in_the_order_of_the_letters(table):
    assert grid(table[::-1].to_dict("records")).patterns == ("tonic_spiking", "tonic_bursting")


def test_several_seeds_show_the_share():
    rows = [ROW | {"seed": seed, "status": "replicated" if seed < 3 else "rejected"} for seed in range(5)]
    [cell] = grid(rows).cells.values()
    assert (cell.status, cell.text) == ("some", "✓<br>3/5")
    assert "3 of 5 seeds" in cell.hover
    assert cell.parameters == ROW["parameters"]


def test_a_table_read_back_from_its_csv(table, tmp_path):
    from plausiwidgets.assessment import write_csv

    full = pw.assess("lif", "tonic_spiking", budget=300)
    write_csv(full, tmp_path / "table.csv")
    cells = grid(pd.read_csv(tmp_path / "table.csv").to_dict("records")).cells
    assert cells == grid(full.to_dict("records")).cells


def test_a_click_opens_an_explorer_and_the_next_shows_its_cell_in_it(table):
    shown = pw.plausibility_map(table)
    assert shown.explorer is None
    click(shown, 0, 0)
    first = shown.explorer
    assert (first.selection.model.name, first.selection.pattern.key) == ("lif", "tonic_spiking")
    assert (first.selection.values["tau_mem"], first.selection.values["amplitude"]) == (7.0, 40.0)
    assert choice(shown).value == ("lif", "tonic_spiking")
    choice(shown).value = ("lif", "tonic_bursting")
    assert shown.explorer is first  # a figure is 5 MB, closed or not
    assert first.selection.pattern.key == "tonic_bursting"
    assert first in widgets(shown)
    first.undo()
    assert first.selection.pattern.key == "tonic_spiking"
    first.close()
    assert shown.open_cell("lif", "tonic_bursting")
    assert shown.explorer is not first
    with pytest.raises(ValueError, match="no cell"):
        shown.open_cell("adex", "tonic_bursting")
    shown.close()


def test_a_cell_whose_parameters_are_refused_says_why_and_the_explorer_stays(table):
    shown = pw.plausibility_map(table.assign(parameters=[ROW["parameters"], {"tau": 1.0}, {}]))
    assert shown.open_cell("lif", "tonic_spiking")
    before = shown.explorer.selection
    assert not shown.open_cell("lif", "tonic_bursting")
    assert "tau_mem" in message(shown)
    assert shown.explorer.selection == before
    shown.close()


def test_the_choice_opens_only_what_a_person_chose(table):
    opened = []
    cells = grid(table.to_dict("records"))
    shown = CellMap(cells, lambda model, pattern, values: opened.append((model.name, pattern)))
    others = grid(table[:2].to_dict("records"))
    stop = threading.Event()

    def publish():
        while not stop.is_set():
            shown.show(others)
            shown.show(cells)

    publisher = threading.Thread(target=publish)
    publisher.start()
    chosen = [("lif", "tonic_spiking"), ("lif", "tonic_bursting")] * 20
    for cell in chosen:
        choice(shown).value = cell
    stop.set()
    publisher.join(60)
    assert opened == chosen
    assert choice(shown).value == chosen[-1]
    shown.close()


def test_a_model_that_nobody_knows_says_what_to_do(table):
    shown = pw.plausibility_map(table.replace({"model": {"adex": "mine"}}))
    assert not shown.open_cell("mine", "tonic_spiking")
    assert "register" in message(shown)
    shown.close()


def test_patterns_of_ones_own_come_last_and_open(table):
    keys = ("mine", "yours", "tonic_spiking")
    table = pd.concat([table.replace({"pattern": {"tonic_spiking": key}}) for key in keys])
    shown = pw.plausibility_map(table, patterns=[MINE])
    assert list(shown.figure.layout.xaxis.ticktext) == ["A Tonic spiking", "C Tonic bursting", "My own", "yours"]
    assert "My own</b>" in shown.figure.data[0].hovertext[0][2]
    click(shown, 2, 0)
    assert shown.explorer.selection.pattern is MINE
    assert shown.explorer.selection.values["tau_mem"] == 7.0
    assert shown.explorer.wait()
    assert not shown.open_cell("lif", "yours")
    assert "give it to the map" in message(shown)
    shown.close()


def test_a_changed_pattern_is_not_taken_for_the_known_one_of_its_key(table):
    changed = replace(MINE, key="tonic_spiking")
    shown = pw.plausibility_map(table, patterns=[changed])
    assert list(shown.figure.layout.xaxis.ticktext) == ["My own", "C Tonic bursting"]
    assert shown.open_cell("lif", "tonic_spiking")
    assert shown.explorer.selection.pattern is changed
    shown.close()


def test_a_panel_with_a_pattern_of_ones_own():
    asked = iter(["tonic_bursting", MINE])
    panel = AssessmentPanel("lif", asked, budget=300)
    for _ in range(2):
        panel.start()
        assert panel.join(60)
        assert "✓ done: 2 of 2" in headline(panel)
    assert list(panel.map.figure.layout.xaxis.ticktext) == ["C Tonic bursting", "My own"]
    assert ", My own, seed 0: shows it (verified)" in lines(panel)
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
            pw.plausibility_map(bad)


def test_a_panel_fills_its_map_in():
    panel = AssessmentPanel("lif", ["tonic_spiking", "tonic_bursting"], budget=300)
    assert panel.study is None
    find(panel, w.Button, description="Assess").click()
    assert panel.join(60)
    assert [list(row) for row in panel.map.figure.data[0].text] == [["✓", "✗"]]
    assert "✓ done: 2 of 2" in headline(panel)
    assert lines(panel).count("<br>") == 1
    assert find(panel, w.FloatProgress).value == 1.0
    assert enabled(panel) == ["Assess"]
    assert panel.study.table().attrs["complete"]
    panel.close()


def test_a_panel_is_live_and_stops():
    panel = AssessmentPanel("lif", ["tonic_bursting", "mixed_mode"], budget=10_000_000, start=True)
    end = time.monotonic() + 60
    while "▸" not in panel.map.figure.data[0].text[0]:
        assert time.monotonic() < end
        time.sleep(0.02)
    find(panel, w.Button, description="Stop").click()
    assert panel.join(60)
    assert "■ stopped" in headline(panel)
    assert not panel.study.table().attrs["complete"]
    panel.close()


def test_a_new_start_does_not_wait_and_the_old_study_says_nothing_any_more(monkeypatch):
    panel = AssessmentPanel("lif", ["tonic_bursting", "mixed_mode"], budget=10_000_000, start=True)
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
    assert cell.text == "·"
    [cell] = grid_of_results([replace(waiting, reason="running", evaluations=64)]).cells.values()
    assert cell.text == "▸" and "64 of 300 evaluations" in cell.hover


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
    bar, headline = progress.view.children[0].children
    lines = progress.view.children[1].value
    assert shown == [progress.view]
    assert bar.value == 1.0 and "✓ done: 2 of 2" in headline.value
    assert lines.count("<br>") == 1 and ", mine, seed 0: shows it (verified)" in lines and "✗ " in lines
    progress = NotebookProgress()
    result = pw.optimize("lif", "tonic_bursting", budget=300, progress=progress)
    bar, headline = progress.view.children[0].children
    assert bar.value == 1.0 and f"{result.evaluations} of 300" in headline.value


def test_progress_in_a_notebook_tells_of_a_failure(monkeypatch):
    monkeypatch.setattr("IPython.display.display", lambda _: None)
    progress = NotebookProgress()
    waiting = pw.Result("<b>", "tonic_spiking", 0, 600)
    begun = StudySnapshot({waiting.key: waiting}, "failed", error="<i> gave up")
    progress.init(begun)
    assert "&lt;i&gt; gave up" in progress.view.children[0].children[1].value
    assert "<b>" not in progress.view.children[1].value


def test_progress_in_a_notebook_says_what_goes_on(monkeypatch):
    monkeypatch.setattr("IPython.display.display", lambda _: None)
    progress = NotebookProgress()
    waiting = pw.Result("lif", "mixed_mode", 0, 600)
    running = replace(waiting, reason="running", evaluations=300, loss=0.25)
    progress.init(StudySnapshot({waiting.key: waiting}, running=(running,)))
    assert "searching, 300 of 600 evaluations, loss 0.25" in progress.view.children[1].value
