"""The objective curve as it is drawn where it has little room."""

import pytest

from plausiwidgets.widgets.explorer.loss_curve import LossCurve

CODE = LossCurve._esm
SHOW = """async ([code, rows]) => {
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    const el = document.body.firstElementChild;
    const data = new Float32Array(rows.flat());
    (await import(url)).default.render({ model: { get: () => new DataView(data.buffer), on() {} }, el });
    while (!el.querySelector("circle")) await new Promise(requestAnimationFrame);
    const svg = el.querySelector("svg").getBoundingClientRect();
    return [...el.querySelectorAll("text")].map(text => {
        const box = text.getBoundingClientRect();
        return [text.textContent, box.left >= svg.left && box.right <= svg.right + 1, box.bottom > svg.bottom - 8];
    });
}"""
"""Draws evaluations, best and current loss, restarts; returns each label, if it is whole, and if below the axis."""


@pytest.mark.parametrize(
    ("width", "rows", "losses", "evaluations"),
    [
        (136, [(1, 0, 0, 0)], {"0"}, ["0", "1"]),
        (250, [(1, 0, 0, 0)], {"0"}, ["0", "1"]),
        (136, [(1, 5, 5, 0), (60, 0.0004, 0.0004, 1)], {"0.1", "5e-4"}, ["0", "60"]),
        (136, [(1, 1200, 1200, 0), (19041, 3, 3, 9)], {"1000", "2"}, ["0", "19\u202f041"]),
    ],
)
def test_labels_are_whole_and_say_how_far_it_got(browser, width, rows, losses, evaluations) -> None:
    page = browser.new_page()
    page.set_content(f'<div style="width: {width}px; font: 12px sans-serif"></div>')
    labels = page.evaluate(SHOW, [CODE, rows])
    page.close()
    assert all(whole for _, whole, _ in labels)
    assert [text for text, _, below in labels if below] == evaluations
    assert losses <= {text for text, _, below in labels if not below}
