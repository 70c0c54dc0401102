"""The map of models at the gallery: known at once, assessed live, a table, and a CSV."""

import html
import io

import ipywidgets
import pandas as pd
import pytest
from screen import Screen, find, until, widgets

import plausiwidgets as pw
from plausiwidgets.analysis.known import published_statuses
from plausiwidgets.assessment import published_table
from plausiwidgets.assessment.table import read_csv
from plausiwidgets.widgets import AssessmentPanel
from plausiwidgets.widgets.explorer.gallery import GalleryPanel, GalleryView
from plausiwidgets.widgets.explorer.models import ModelsPanel
from plausiwidgets.widgets.explorer.searches import Searches
from plausiwidgets.widgets.map.cell_map import short
from plausiwidgets.widgets.map.models_assessment import ModelsAssessment
from plausiwidgets.widgets.session.selection import Selection

LIF = pw.models.get("lif")


@pytest.fixture
def explorer():
    opened = pw.Explorer("lif", "tonic_spiking", {})
    yield opened
    opened.close()


@pytest.fixture
def screen(explorer: pw.Explorer) -> Screen:
    return Screen(explorer)


def opened_map(explorer: pw.Explorer) -> ModelsAssessment:
    find(explorer, ipywidgets.ToggleButton, description="Map of models").value = True
    return find(explorer, ModelsAssessment)


def marks(panel: ModelsAssessment) -> dict[str, list[str]]:
    shown = panel.map
    keys = [column["key"] for column in shown.axes["columns"]]
    cells = {row["title"]: [shown.cells.get(f"{row['key']}/{key}") for key in keys] for row in shown.axes["rows"]}
    return {title: [shown.statuses[cell[0]][0] if cell else "" for cell in row] for title, row in cells.items()}


def own_lif(name: str) -> pw.NeuronModel:
    return pw.NeuronModel(
        name, LIF.step, list(LIF.parameters.values()), LIF.initial_state, LIF.current, LIF.rest, LIF.threshold
    )


def table_of(panel: ModelsAssessment) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(panel.csv()))


def test_what_is_known_fills_the_map_at_once(explorer: pw.Explorer) -> None:
    assert not [x for x in widgets(explorer) if isinstance(x, ModelsAssessment)]
    panel = opened_map(explorer)
    shown = marks(panel)
    assert list(shown) == [pw.models.get(name).title for name in pw.models.names()]
    table = published_table()
    for name in pw.models.names():
        of_model = table[table["model"] == name].set_index("pattern")["status"]
        signs = {"replicated": "✓", "fragile": "~", "rejected": "✗"}
        cannot = pw.models.get(name).cannot
        expected = ["∅" if key in cannot else signs[of_model[key]] for key in pw.patterns.names()]
        assert shown[pw.models.get(name).title] == expected
    assert "".join(column["letter"] for column in panel.map.axes["columns"]) == "ABCDEFGHIJKLMNOPQRST"


def test_a_cell_opens_in_the_explorer_and_the_map_goes_out_of_its_way(explorer: pw.Explorer, screen: Screen) -> None:
    panel = opened_map(explorer)
    assert panel.map.open_cell("adex", "integrator")
    assert explorer.wait(60)
    assert (explorer.selection.model.key, explorer.selection.pattern.key) == ("adex", "integrator")
    assert "shows it" in screen.badge
    assert explorer.panel(ModelsPanel).over.layout.display == "none"
    assert not isinstance(panel, AssessmentPanel), "it would open an explorer of its own"
    explorer.undo()
    assert explorer.selection.model is LIF
    assert opened_map(explorer) is panel


def test_chosen_models_are_the_rows_of_map_table_and_csv(explorer: pw.Explorer) -> None:
    panel = opened_map(explorer)
    panel.choose(["lif", "adex"])
    assert list(marks(panel)) == [LIF.title, pw.models.get("adex").title]
    assert find(panel, ipywidgets.Button, description="Assess 2 models")
    panel._kind.value = True
    assert panel.map.numbers
    table = published_table()
    of_lif = table[table["model"] == "lif"]
    row = of_lif.set_index("pattern").loc["integrator"]
    status, _, evaluations, robustness, lines = panel.map.cells["lif/integrator"]
    assert (status, evaluations) == ("replicated", short(row.evaluations)) and lines[0].startswith("shows it")
    assert robustness == f"{100 * row.robustness:.0f} %"
    saved = table_of(panel)
    assert saved["model"].tolist() == ["lif"] * 20 + ["adex"] * 20
    assert saved["pattern"].tolist() == 2 * pw.patterns.names()
    assert saved["status"].tolist()[:20] == of_lif["status"].tolist()
    panel.choose([])
    panel._kind.value = False
    assert not panel.map.numbers
    assert panel._start.disabled and marks(panel) == {} and table_of(panel).empty


def test_the_csv_is_a_table_that_can_be_read_back_and_mapped(explorer: pw.Explorer, tmp_path) -> None:
    panel = opened_map(explorer)
    panel.choose(["lif"])
    (tmp_path / "models.csv").write_text(panel.csv(), encoding="utf-8")
    assert len(read_csv(tmp_path / "models.csv")) == 20


def test_an_assessment_replaces_the_rows_as_it_goes_on_and_fills_the_dots_of_the_gallery() -> None:
    own = own_lif("lif")  # of the same name as one of the package, whose results are not its own
    explorer = pw.Explorer(own, "tonic_spiking", {})
    gallery = find(explorer, GalleryView)
    assert gallery.found == {}
    panel = opened_map(explorer)
    assert marks(panel)[own.title] == [""] * 20, "nothing is known of it"
    panel.choose(["lif"])
    panel._settings = {"budget": 100, "seed": 0}
    dots = []
    gallery.observe(lambda change: dots.append(change["new"]), "found")
    panel.start().wait(120)
    assert panel.join(30)
    assert len(dots) > 1, "they come one after the other"
    table = panel.study.table().set_index("pattern")["status"]
    assert gallery.found == table.to_dict() and set(table) >= {"replicated", "rejected"}
    assert marks(panel)[own.title] == [{"replicated": "✓", "fragile": "~", "rejected": "✗"}[s] for s in table]
    saved = table_of(panel)
    assert saved["budget"].eq(100).all() and saved["status"].tolist() == table.tolist()
    panel.choose(pw.models.names())
    assert len(marks(panel)) == 20 and marks(panel)[own.title][0] == "✓"
    explorer.close()


def test_what_is_found_beats_what_was_not_and_never_the_other_way_round(explorer: pw.Explorer) -> None:
    gallery = find(explorer, GalleryView)
    assert gallery.found == published_statuses(LIF) | dict.fromkeys(LIF.cannot, "impossible")
    explorer.panel(GalleryPanel).assessed(LIF, "rebound_spike", "rejected")  # which is no news
    assert gallery.found["rebound_spike"] == "impossible"
    explorer.panel(GalleryPanel).assessed(LIF, "integrator", "rejected")  # with a small budget
    explorer.panel(GalleryPanel).assessed(LIF, "tonic_bursting", "fragile")
    assert gallery.found["integrator"] == "replicated" and gallery.found["tonic_bursting"] == "impossible"
    adapting = pw.models.get("lif_adapt")
    explorer.session.pick(Selection.of(adapting, "tonic_bursting"))
    assert gallery.found["tonic_bursting"] == "rejected"
    explorer.panel(GalleryPanel).assessed(adapting, "tonic_bursting", "fragile")
    assert gallery.found["tonic_bursting"] == "fragile"


def test_an_assessment_that_is_stopped_leaves_what_is_known(explorer: pw.Explorer) -> None:
    panel = opened_map(explorer)
    before = marks(panel)
    panel.choose(["lif"])
    study = panel.start()
    until(lambda: study.snapshot().running)
    panel.stop()
    assert panel.join(60)
    ended = [result.pattern for result in study.snapshot().results if result.reproducible]
    keys = pw.patterns.names()
    kept = [i for i, key in enumerate(keys) if key not in ended]
    assert kept and [marks(panel)[LIF.title][i] for i in kept] == [before[LIF.title][i] for i in kept]


@pytest.mark.parametrize(("count", "text"), [(32.0, "32"), (999.0, "999"), (3300.0, "3.3k"), (float("nan"), "")])
def test_counts_are_short(count: float, text: str) -> None:
    assert short(count) == text


def test_what_has_a_proof_against_it_says_so_in_map_and_search_line(explorer: pw.Explorer) -> None:
    panel = opened_map(explorer)
    signs = dict(zip(pw.patterns.names(), marks(panel)[LIF.title], strict=True))
    assert {key for key, sign in signs.items() if sign == "∅"} == set(LIF.cannot)
    argument = LIF.cannot["rebound_spike"]
    lines = panel.map.cells["lif/rebound_spike"][-1]
    assert lines[0] == f"cannot: {argument}" and lines[1].startswith("not found within")
    hint = explorer.panel(Searches)._panel.progress
    explorer.session.pick(Selection.of("lif", "rebound_spike"))
    assert html.escape(argument) in hint.value and "Optimize" not in hint.value
    before = explorer.session.selection
    find(explorer, ipywidgets.Button, description="Practise").click()
    assert explorer.session.selection is before, "there is nothing to practise"
    assert argument in explorer.messages.view.value
    explorer.session.pick(Selection.of("lif", "tonic_spiking"))
    assert "No parameters" not in hint.value and "Optimize" in hint.value
