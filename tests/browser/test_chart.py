"""The chart in a real browser: what is written there covers nothing else, in a light and a dark page."""

import numpy as np
import pandas as pd
import pytest

from plausiwidgets.assessment import SCORE_COLUMNS
from plausiwidgets.widgets.map.chart import COMPARED_2004, draw

# The zoo, with counts that crowd it.
MODELS = [
    ("LIF", 60, 3), ("LIF with adaptation", 150, 6), ("Quadratic integrate-and-fire", 200, 7), ("Exponential", 250, 7),
    ("Resonate-and-fire", 300, 9), ("Integrate-and-fire-or-burst", 600, 12), ("Adaptive exponential (AdEx)", 300, 18),
    ("AdEx, Norse's reset at the threshold", 330, 15), ("AdEx with refractory period", 400, 18), ("Izhikevich", 76, 19),
    ("Izhikevich, published order", 76, 20), ("Adaptive threshold", 140, 6), ("Mihalas–Niebur", 400, 19),
    ("FitzHugh–Nagumo", 800, 9), ("Hindmarsh–Rose", 2400, 13), ("Morris–Lecar", 1200, 10), ("Wilson", 1750, 14),
    ("Hodgkin–Huxley", 3800, 14), ("Connor–Stevens", 12500, 12), ("Wang–Buzsáki", 8000, 8),
]  # fmt: skip

BOXES = """() => {
    const box = (node) => { const r = node.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
    return {
        labels: [...document.querySelectorAll('.textpoint text')].map((n) => [n.textContent, ...box(n)]),
        points: [...document.querySelectorAll('.points path')].map(box),
    };
}"""


def scored():
    usual = dict(patterns=20, fragile=0, not_found=1, failed=0, robustness=0.8, ns_per_ms=10.0, dt=0.1)
    rows = [
        usual | {"model": title, "title": title, "shown": shown, "operations_per_ms": cost, "free_parameters": 7}
        for title, cost, shown in MODELS
    ]
    return pd.DataFrame(rows, columns=list(SCORE_COLUMNS))


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
def test_labels_cover_neither_each_other_nor_points(browser, tmp_path, dark):
    figure = draw(scored(), dark)
    figure.update_traces(visible=True)
    path = tmp_path / "chart.html"
    figure.write_html(path, include_plotlyjs=True)
    page = browser.new_page(viewport={"width": 1000, "height": 700})
    page.goto(path.as_uri())
    page.locator(".textpoint text").last.wait_for(state="attached")
    drawn = page.evaluate(BOXES)
    page.close()
    labels = [label for label in drawn["labels"] if label[0]]
    assert len(labels) == len(MODELS) + len(COMPARED_2004)
    for i, (name, left, top, right, bottom) in enumerate(labels):
        for other, a, b, c, d in labels[i + 1 :]:
            assert not (left < c and a < right and top + 2 < d and b + 2 < bottom), (name, other)
        for a, b, c, d in drawn["points"]:
            x, y = np.mean([a, c]), np.mean([b, d])
            assert not (left < x < right and top < y < bottom), name
