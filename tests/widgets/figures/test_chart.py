"""The chart of patterns shown against cost: a labelled point for each model, beside the numbers of 2004."""

import math

import numpy as np
import pandas as pd
import pytest

import plausiwidgets as pw
from plausiwidgets.assessment import SCORE_COLUMNS
from plausiwidgets.widgets.figures.chart import COMPARED_2004, NAME_2004, draw


def score():
    rng = np.random.default_rng(0)
    different = {
        "model": [f"model_{i}" for i in range(4)],
        "title": [f"Model of number {i}" for i in range(4)],
        "shown": rng.integers(0, 21, 4),
        "operations_per_ms": 10 ** rng.uniform(1.0, 4.0, 4),
    }
    same = {
        "patterns": 20,
        "fragile": 1,
        "unverified": 3,
        "not_found": 2,
        "failed": 0,
        "robustness": 0.8,
        "ns_per_ms": 12.0,
        "dt": 0.1,
    }
    return pd.DataFrame(different | same | {"free_parameters": 5}, columns=list(SCORE_COLUMNS))


def test_each_model_is_a_labelled_point_of_its_patterns_and_its_cost():
    figure = pw.plausibility_chart(score())
    points = figure.data[1]
    np.testing.assert_allclose(points.x, score()["operations_per_ms"])
    np.testing.assert_allclose(points.y, score()["shown"])
    assert list(points.text) == list(score()["title"])
    assert figure.layout.xaxis.type == "log"
    for told in ("operations per simulated ms", "12 ns per simulated ms", "1 not robust", "3 not verified"):
        assert told in points.customdata[0]


def test_an_assessment_is_scored_first():
    table = pw.assess(["lif"], ["tonic_spiking", "tonic_bursting"], budget=200)
    figure = pw.plausibility_chart(table)
    assert figure.data[1].y[0] == 1 and figure.layout.yaxis.title.text == "verified patterns (of 2)"
    assert figure.data[1].text[0] == "LIF", "a short label in place of the title"


def test_the_numbers_of_2004_can_be_switched_on_and_none_is_made_up():
    zoo = score().assign(model=["lif", "rf", "mine", "hodgkin_huxley"])
    theirs = draw(zoo).data[0]
    assert theirs.visible == "legendonly" and theirs.name == NAME_2004
    ends = [i for i, words in enumerate(theirs.text) if words]
    assert [theirs.x[i] for i in ends] == [5, 10, 1200], "a custom model has none"
    assert [theirs.marker.symbol[i] for i in ends] == ["diamond-open", "line-ns", "line-ns"]
    assert theirs.y[ends[0]] == 3 and theirs.y[ends[1]] == zoo["shown"][1]
    assert "3 of 20 patterns, by hand" in theirs.text[ends[0]] and "not given" in theirs.text[ends[1]]
    assert {name: m.shown for name, m in COMPARED_2004.items() if m.shown is not None} == {
        "lif": 3,
        "qif": 6,
        "izhikevich_2004": 20,
    }


def test_dark_and_light_have_their_own_colours():
    light, dark = (pw.plausibility_chart(score(), dark=dark) for dark in (False, True))
    assert dark.data[1].marker.color != light.data[1].marker.color
    assert dark.layout.template.layout.paper_bgcolor == "#111111"


def test_a_model_without_a_known_cost_is_named_and_not_drawn():
    table = score()
    table.loc[1, "operations_per_ms"] = math.nan
    chart = pw.plausibility_chart(table)
    assert len(chart.data[1].x) == 3
    assert table["title"][1] in chart.layout.annotations[0].text


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (score().drop(columns="dt"), "table must have the column 'dt'"),
        (score().iloc[:0], "at least one row"),
        (pd.DataFrame({"model": ["lif"]}), "must have the columns 'pattern', 'status'"),
        ("zoo.csv", "table must be a DataFrame, got 'zoo.csv'"),
    ],
)
def test_a_table_that_is_not_a_score_is_rejected(table, said):
    with pytest.raises((ValueError, TypeError), match=said):
        pw.plausibility_chart(table)
