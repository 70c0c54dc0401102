"""The chart of patterns shown against cost: a labelled point for each model, beside the numbers of 2004."""

import math

import numpy as np
import pandas as pd
import pytest

import plausiwidgets as pw
from plausiwidgets.assessment import SCORE_COLUMNS
from plausiwidgets.widgets.map.chart import COMPARED_2004, NAME_2004, draw
from plausiwidgets.widgets.map.labels import place


def score(n=4, seed=0):
    rng = np.random.default_rng(seed)
    rows = [
        {
            "model": f"model_{i}",
            "title": f"Model of number {i}",
            "patterns": 20,
            "shown": int(rng.integers(0, 21)),
            "fragile": 1,
            "not_found": 2,
            "failed": 0,
            "robustness": 0.8,
            "ns_per_ms": 12.0,
            "dt": 0.1,
            "operations_per_ms": float(10 ** rng.uniform(1.0, 4.0)),
            "free_parameters": 5,
        }
        for i in range(n)
    ]
    return pd.DataFrame(rows, columns=list(SCORE_COLUMNS))


def test_each_model_is_a_labelled_point_of_its_patterns_and_its_cost():
    chart = pw.plausibility_chart(score())
    points, labels = chart.figure.data[:2]
    np.testing.assert_allclose(points.x, score()["operations_per_ms"])
    np.testing.assert_allclose(points.y, score()["shown"])
    assert list(labels.text) == list(score()["title"])
    assert chart.figure.layout.xaxis.type == "log"
    assert "operations per ms" in points.text[0] and "12 ns per ms" in points.text[0] and "1 fragile" in points.text[0]
    chart.close()


def test_an_assessment_is_scored_first():
    table = pw.assess(["lif"], ["tonic_spiking", "tonic_bursting"], budget=200)
    chart = pw.plausibility_chart(table)
    assert chart.figure.data[0].y[0] == 1 and chart.figure.layout.yaxis.title.text == "patterns shown, of 2"
    chart.close()


def test_the_numbers_of_2004_can_be_switched_on_and_none_is_made_up():
    theirs = draw(score()).data[3:]
    assert {t.visible for t in theirs} == {"legendonly"} and {t.legendgroup for t in theirs} == {NAME_2004}
    assert [t.showlegend for t in theirs] == [None, False, False]
    costs = {m.name: m.operations for m in COMPARED_2004}
    assert costs["integrate-and-fire"] == 5 and costs["Izhikevich"] == 13 and costs["Hodgkin–Huxley"] == 1200
    given = {m.name: m.shown for m in COMPARED_2004 if m.shown is not None}
    assert given == {"integrate-and-fire": 3, "quadratic": 6, "Izhikevich": 20}
    below = [y for m, y in zip(COMPARED_2004, theirs[0].y, strict=True) if m.shown is None]
    assert max(below) < 0 and "not given" in theirs[0].text[1]


@pytest.mark.parametrize("seed", range(5))
def test_no_label_covers_another_or_a_point(seed):
    rng = np.random.default_rng(seed)
    points = list(zip(rng.uniform(0, 830, 30), rng.integers(0, 21, 30) * 22.0 + 20.0, strict=True))
    sizes = [(float(rng.uniform(30, 180)), 16.0) for _ in points]
    labels = place(points, sizes, (830.0, 490.0))
    boxes = [(x.x - w / 2, x.y - h / 2, x.x + w / 2, x.y + h / 2) for x, (w, h) in zip(labels, sizes, strict=True)]
    for i, (left, bottom, right, top) in enumerate(boxes):
        assert left >= -1 and bottom >= -1 and right <= 831 and top <= 491
        for j, (a, b, c, d) in enumerate(boxes):
            assert i == j or not (left < c and a < right and bottom < d and b < top), (i, j)
        for j, (x, y) in enumerate(points):
            assert i == j or not (left < x < right and bottom < y < top), (i, j)


def test_dark_and_light_have_their_own_colours():
    chart = pw.plausibility_chart(score())
    light = [t.to_plotly_json() for t in chart.figure.data]
    page = chart.children[0]
    page.dark = True
    dark = chart.figure.data
    assert dark[0].marker.color != light[0]["marker"]["color"]
    assert chart.figure.layout.template.layout.paper_bgcolor == "#111111"
    page.dark = False
    assert chart.figure.data[0].marker.color == light[0]["marker"]["color"]
    chart.close()


def test_a_model_without_a_known_cost_is_named_and_not_drawn():
    table = score()
    table.loc[1, "operations_per_ms"] = math.nan
    chart = pw.plausibility_chart(table)
    assert len(chart.figure.data[0].x) == 3
    assert table["title"][1] in chart.children[-1].value
    chart.close()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (score().drop(columns="dt"), "score has no column 'dt'"),
        (score().iloc[:0], "has no rows"),
        (pd.DataFrame({"model": ["lif"]}), "no column 'pattern', 'status'"),
        ("zoo.csv", "table is 'zoo.csv', valid is a DataFrame"),
    ],
)
def test_what_is_no_score_is_refused(table, said):
    with pytest.raises((ValueError, TypeError), match=said):
        pw.plausibility_chart(table)
