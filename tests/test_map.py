"""The map of an assessment, its cells and explorers, and the panel that fills it in live."""

import re
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

import plausiwidgets as pw
from plausiwidgets.assessment import StudySnapshot, UnitState
from plausiwidgets.widgets import AssessmentPanel, NotebookProgress, PlausibilityMap
from plausiwidgets.widgets.explorer.status import StatusLine
from plausiwidgets.widgets.map.assessing import Assessing
from plausiwidgets.widgets.map.map_cells import grid, grid_of_units

ROW = {"model": "lif", "pattern": "tonic_spiking", "seed": 0, "status": "replicated", "loss": 0.0, "evaluations": 64}
ROW |= {"found_after": 6, "robustness": 0.93, "broken": "", "parameters": {"tau_mem": 7.0, "amplitude": 40.0}}
MINE = replace(pw.patterns.get("tonic_spiking"), key="mine", letter="", title="My own")


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
    click = shown.figure.data[0]._click_callbacks[0]
    click(None, SimpleNamespace(xs=[0], ys=[0]), None)
    first = shown.explorer
    assert (first.state.model, first.state.pattern) == ("lif", "tonic_spiking")
    assert (first.state.parameters["tau_mem"], first.state.parameters["amplitude"]) == (7.0, 40.0)
    assert shown._choice.value == ("lif", "tonic_spiking")
    shown._choice.value = ("lif", "tonic_bursting")
    assert shown.explorer is first  # a figure is 5 MB, closed or not
    assert first.state.pattern == "tonic_bursting"
    assert shown._place.children == (first,)
    first.undo()
    assert first.state.pattern == "tonic_spiking"
    first.close()
    assert shown.open_cell("lif", "tonic_bursting") is not first
    with pytest.raises(ValueError, match="no cell"):
        shown.open_cell("adex", "tonic_bursting")
    shown.close()


def test_a_cell_whose_parameters_are_refused_says_why_and_the_explorer_stays(table):
    shown = pw.plausibility_map(table.assign(parameters=[ROW["parameters"], {"tau": 1.0}, {}]))
    explorer = shown.open_cell("lif", "tonic_spiking")
    before = explorer.state
    assert shown.open_cell("lif", "tonic_bursting") is None
    assert "tau_mem" in shown._status.value
    assert explorer.state == before
    shown.close()


def test_the_choice_opens_only_what_a_person_chose(table):
    opened = []
    cells = grid(table.to_dict("records"))
    shown = PlausibilityMap(cells, open_in=lambda model, pattern, values: opened.append((model.name, pattern)))
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
        shown._on_choice({"new": cell})
    stop.set()
    publisher.join(10)
    assert opened == chosen
    assert shown._choice.value == chosen[-1]
    shown.close()


def test_a_model_that_nobody_knows_says_what_to_do(table):
    shown = pw.plausibility_map(table.replace({"model": {"adex": "mine"}}))
    assert shown.open_cell("mine", "tonic_spiking") is None
    assert "register" in shown._status.value
    shown.close()


def test_patterns_of_ones_own_come_last_and_open(table):
    keys = ("mine", "yours", "tonic_spiking")
    table = pd.concat([table.replace({"pattern": {"tonic_spiking": key}}) for key in keys])
    shown = pw.plausibility_map(table, patterns=[MINE])
    assert list(shown.figure.layout.xaxis.ticktext) == ["A Tonic spiking", "C Tonic bursting", "My own", "yours"]
    assert "My own</b>" in shown.figure.data[0].hovertext[0][2]
    shown.figure.data[0]._click_callbacks[0](None, SimpleNamespace(xs=[2], ys=[0]), None)
    assert shown.explorer._pattern is MINE
    assert (shown.explorer.state.pattern, shown.explorer.state.parameters["tau_mem"]) == ("mine", 7.0)
    assert shown.explorer.wait()
    assert shown.open_cell("lif", "yours") is None
    assert "give it to the map" in shown._status.value
    shown.close()


def test_a_changed_pattern_is_not_taken_for_the_known_one_of_its_key(table):
    changed = replace(MINE, key="tonic_spiking")
    shown = pw.plausibility_map(table, patterns=[changed])
    assert list(shown.figure.layout.xaxis.ticktext) == ["My own", "C Tonic bursting"]
    assert shown.open_cell("lif", "tonic_spiking")._pattern is changed
    shown.close()


def test_a_panel_with_a_pattern_of_ones_own():
    opened = []
    asked = iter(["tonic_bursting", MINE])
    panel = AssessmentPanel("lif", asked, budget=300, open_in=lambda *cell: opened.append(cell[:2]))
    for _ in range(2):
        panel.start()
        assert panel.join(60)
        assert "✓ done: 2 of 2" in panel._parts.headline.value
    assert list(panel.map.figure.layout.xaxis.ticktext) == ["C Tonic bursting", "My own"]
    assert ", My own, seed 0: replicated" in panel._parts.lines.value
    panel.map.open_cell("lif", "mine")
    assert opened == [(pw.models.get("lif"), MINE)]
    panel.close()


def test_tables_that_are_none():
    for bad, said in [
        (None, "DataFrame"),
        (pd.DataFrame(), "no column 'model', 'pattern', 'status'"),
        (pd.DataFrame([ROW])[["model", "pattern"]], "no column 'status'"),
        (pd.DataFrame([ROW])[:0], "no rows"),
        (pd.DataFrame([ROW | {"status": "perhaps"}]), "unknown status"),
    ]:
        with pytest.raises(ValueError, match=re.escape(said)):
            pw.plausibility_map(bad)


def test_a_panel_fills_its_map_in():
    panel = AssessmentPanel("lif", ["tonic_spiking", "tonic_bursting"], budget=300)
    assert panel.study is None
    panel._start.click()
    assert panel.join(60)
    assert [list(row) for row in panel.map.figure.data[0].text] == [["✓", "✗"]]
    assert "✓ done: 2 of 2" in panel._parts.headline.value
    assert panel._parts.lines.value.count("<br>") == 1
    assert panel._parts.bar.value == 1.0
    assert not panel._start.disabled and panel._stop.disabled
    assert panel.study.table().attrs["complete"]
    panel.close()


def test_a_panel_is_live_and_stops():
    panel = AssessmentPanel("lif", ["tonic_bursting", "mixed_mode"], budget=10_000_000, start=True)
    end = time.monotonic() + 60
    while "▸" not in panel.map.figure.data[0].text[0]:
        assert time.monotonic() < end
        time.sleep(0.02)
    panel._stop.click()
    assert panel.join(10)
    assert "■ stopped" in panel._parts.headline.value
    assert not panel.study.table().attrs["complete"]
    panel.close()


def test_a_new_start_does_not_wait_and_the_old_study_says_nothing_any_more(monkeypatch):
    panel = AssessmentPanel("lif", ["tonic_bursting", "mixed_mode"], budget=10_000_000, start=True)
    old, watcher = panel.study, panel._thread
    monkeypatch.setattr(type(old), "stop", lambda self: None)  # one that does not end
    began = time.monotonic()
    new = panel.start()
    assert time.monotonic() - began < 5
    watcher.join(10)
    assert not watcher.is_alive()
    assert not old.snapshot().ended
    assert panel.study is new and panel._start.disabled
    monkeypatch.undo()
    old.stop()
    assert old.wait(10)
    assert not panel._stop.disabled
    panel.stop()
    assert panel.join(10)
    assert panel._stop.disabled and "■ stopped" in panel._parts.headline.value
    panel.close()


def test_a_model_has_one_panel_however_often_it_is_assessed():
    assessing = Assessing(lambda *cell: None, StatusLine())
    panels = []
    for name in ("lif", "lif", "adex", "lif"):
        assessing.show(pw.models.get(name))
        assessing._pressed()
        panels.append(assessing.panel)
        assert assessing._place.children == (assessing.panel,)
    assert panels[0] is panels[1] is panels[3] and panels[2] is not panels[0]
    assert panels[2].join(10)  # stopped when the other began
    assessing.close()


def test_units_that_wait_and_run():
    unit = SimpleNamespace(model="lif", pattern="mixed_mode", seed=0, state="waiting", status="", evaluations=0,
                           budget=300, loss=None, row=None)  # fmt: skip
    [cell] = grid_of_units([unit]).cells.values()
    assert cell.text == "·"
    unit.state, unit.evaluations = "running", 64
    [cell] = grid_of_units([unit]).cells.values()
    assert cell.text == "▸" and "64 of 300 evaluations" in cell.hover


def test_a_new_start_takes_over_the_store(tmp_path):
    asked, small = ["tonic_bursting", "mixed_mode"], {"budget": 10_000}
    panel = AssessmentPanel("lif", asked, store=tmp_path / "study.db", start=True, **small)
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
    assert lines.count("<br>") == 1 and ", mine, seed 0: replicated" in lines and "✗ " in lines
    progress = NotebookProgress()
    result = pw.optimize("lif", "tonic_bursting", budget=300, progress=progress)
    bar, headline = progress.view.children[0].children
    assert bar.value == 1.0 and f"{result.evaluations} of 300" in headline.value


def test_progress_in_a_notebook_tells_of_a_failure(monkeypatch):
    monkeypatch.setattr("IPython.display.display", lambda _: None)
    progress = NotebookProgress()
    begun = StudySnapshot("failed", (UnitState("<b>", "tonic_spiking", 0),), error="<i> gave up")
    progress.init(begun)
    assert "&lt;i&gt; gave up" in progress.view.children[0].children[1].value
    assert "<b>" not in progress.view.children[1].value


def test_progress_in_a_notebook_says_what_goes_on(monkeypatch):
    monkeypatch.setattr("IPython.display.display", lambda _: None)
    progress = NotebookProgress()
    unit = UnitState("lif", "mixed_mode", 0, "running", "rejected", 300, 600)
    progress.init(StudySnapshot("running", (unit,)))
    assert "searching, 300 of 600" in progress.view.children[1].value
    progress.close(StudySnapshot("running", (replace(unit, row={}),)))
    assert "goes on with what others left, 300 of 600" in progress.view.children[1].value
