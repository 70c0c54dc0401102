"""The chart in a real browser: no label of the packaged table covers another label or a point."""

import numpy as np
import pytest

from plausiwidgets.assessment import packaged_score
from plausiwidgets.widgets.figures.chart import WIDTH, draw

BOXES = """() => {
    const box = (node) => { const r = node.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
    return {
        labels: [...document.querySelectorAll('.textpoint text')].map((n) => [n.textContent, ...box(n)]),
        points: [...document.querySelectorAll('.scatterlayer .trace:last-child .points path')].map(box),
        edge: document.querySelector('.main-svg').getBoundingClientRect().right,
    };
}"""


@pytest.mark.browser
@pytest.mark.parametrize("with_2004", [False, True])
@pytest.mark.parametrize("width", [WIDTH, 1000])
def test_labels_cover_neither_each_other_nor_points(browser, tmp_path, width, with_2004):
    figure = draw(packaged_score())
    if with_2004:
        figure.update_traces(visible=True)
    path = tmp_path / "chart.html"
    figure.write_html(path, include_plotlyjs=True, config={"responsive": True})
    page = browser.new_page(viewport={"width": width + 16, "height": 700})
    page.goto(path.as_uri())
    page.locator(".textpoint text").last.wait_for(state="attached")
    page.wait_for_timeout(200)  # it takes the width of the page
    drawn = page.evaluate(BOXES)
    page.close()
    labels = drawn["labels"]
    assert len(drawn["points"]) == len(packaged_score())
    assert len(labels) >= 0.9 * len(drawn["points"])  # points side by side have no place for all names
    for i, (name, left, top, right, bottom) in enumerate(labels):
        assert right <= drawn["edge"], name
        for other, a, b, c, d in labels[i + 1 :]:
            assert not (left < c and a < right and top + 2 < d and b + 2 < bottom), (name, other)
        for a, b, c, d in drawn["points"]:
            x, y = np.mean([a, c]), np.mean([b, d])
            assert not (left < x < right and top < y < bottom), name
