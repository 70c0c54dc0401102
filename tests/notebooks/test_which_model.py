"""The numbers in the texts of the notebook about models are those of the packaged results."""

import json

import pytest

import plausiwidgets as pw
from plausiwidgets.models.operation_count import operations_per_ms


@pytest.fixture(scope="module")
def cells(root) -> dict[str, str]:
    notebook = json.loads((root / "notebooks" / "which_model.ipynb").read_text(encoding="utf-8"))
    return {cell["id"]: " ".join("".join(cell["source"]).split()) for cell in notebook["cells"]}


@pytest.fixture(scope="module")
def score():
    return pw.assessment.packaged_score().set_index("model")


def test_the_summary_names_the_models_with_all_patterns_and_their_operations(cells, score):
    complete = set(score.index[score["shown"] == 20])
    assert "`izhikevich`, `izhikevich_2004`, `adex` and `wilson` show all twenty patterns" in cells["question"]
    assert complete == {"izhikevich", "izhikevich_2004", "adex", "wilson"}
    operations = {name: round(operations_per_ms(name)) for name in (*complete, "lif", "hodgkin_huxley")}
    assert (operations["izhikevich_2004"], operations["izhikevich"], operations["adex"]) == (76, 92, 290)
    assert operations["wilson"] == 1240
    assert (
        "need 76 to 92 operations per millisecond, AdEx needs 290, and Wilson's model needs 1240" in cells["question"]
    )
    assert (operations["hodgkin_huxley"], score.loc["hodgkin_huxley", "shown"]) == (2540, 17)
    assert "The Hodgkin–Huxley model needs 2540 and shows seventeen patterns" in cells["question"]
    assert (operations["lif"], score.loc["lif", "shown"]) == (240, 3)
    assert "it needs 240 operations for three patterns" in cells["question"]


def test_the_summary_states_the_evaluations_of_a_search(cells):
    assert "Each search had up to 20 000 evaluations" in cells["question"]
    table = pw.assessment.packaged_table()
    others = table[(table["seed"] != 0) | (table["budget"] > 20_000)]
    assert 0 < len(others) < 0.1 * len(table) and "Some rows have a different seed or budget" in cells["question"]
