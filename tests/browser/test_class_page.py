"""The teacher's view of an exercise: the codes of a class are read, judged again and shown, as in Python."""

from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import plausiwidgets as pw
from plausiwidgets.patterns.formatting import number
from tests.teaching.test_exercise import code_of

pytestmark = pytest.mark.browser


def codes_of_a_class(many: int) -> list[str]:
    """Return codes of different hands, some of which have solved it; the claims are true."""
    rng = np.random.default_rng(0)
    c, d = rng.uniform(-66.0, -45.0, many).round(2), rng.uniform(0.1, 8.0, many).round(3)
    solved = pw.judge("izhikevich", "tonic_bursting", {"c": c, "d": d}, verify=False).accepted
    return [
        code_of(_model="izhikevich", _pattern="tonic_bursting", c=str(c[k]), d=str(d[k]),
                _seconds=str(20 + k), _solved=str(int(solved[k])))
        for k in range(many)
    ]  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "dark")])
def test_sixty_codes_are_judged_as_in_python(open_page, tmp_path: Path, width: int, scheme: str) -> None:
    task = pw.teaching.Exercise("Make it burst.", free=["c", "d"])
    path = pw.export_page(
        "izhikevich", "tonic_bursting", {"c": -65.0, "d": 8.0}, path=tmp_path / "task.html", exercise=task
    )
    codes = codes_of_a_class(60)
    forged = code_of(_model="izhikevich", _pattern="tonic_bursting", c="-65", d="8", _seconds="1", _solved="1")
    codes += [forged, codes[5][:-3], codes[7].replace("PW1.", "PW1.QQ")]
    about = {"_model": "izhikevich", "_pattern": "tonic_bursting", "_solved": "0"}
    codes += [
        code_of(**about, c="-1e9", d="8", _seconds="1"), code_of(**about, c="-50", d="8", amplitude="14", _seconds="1"),
        code_of(**about, c="-50", d="8", _seconds="-5"), code_of(**about, c="-50", d="8", _seconds="1", _dt="0.1"),
        code_of(_model="lif", _pattern="tonic_spiking", _seconds="1", _solved="0"), codes[3],
    ]  # fmt: skip
    expected = pw.teaching.class_results(codes, page=path)
    assert expected["same_as"].tolist() == [-1] * 68 + [3]
    page = open_page(path, width=width, height=900, color_scheme=scheme).page
    page.get_by_role("link", name="For teachers").click()
    page.get_by_label("Codes, one on each line").fill("\n".join([*codes, ""]))
    page.get_by_role("button", name="Read the codes").click()
    solved = int(expected["solved"].sum())
    assert 5 < solved < 55
    page.get_by_text(f"69 codes: {solved} solved, {61 - solved} not yet, 8 refused.").wait_for()
    assert page.get_by_text("Identical codes: 69\u00a0=\u00a04.").is_visible()
    refused = page.locator(".refused li").all_inner_texts()
    sentences = expected["refused"][expected["refused"] != ""]
    assert refused == [f"Code {k + 1}: {text}." for k, text in sentences.items()]
    rows = page.locator("section[aria-label=Table] tbody tr")
    shown = [row.split("\t") for row in rows.all_inner_texts()]
    assert len(shown) == 61
    criteria = [name for name in expected if name.startswith("holds: ")]
    for row, (_, told) in zip(shown, expected[expected["refused"] == ""].iterrows(), strict=True):
        marks = ["✓" if told[name] else "✗" for name in ("solved", *criteria)]
        values = [number(told[name]) for name in ("c", "d")]
        assert [row[1], *row[7:]] == marks
        assert row[2] == f"{told['hold']} of {told['of']}"
        assert row[4:7] == [str(int(told["seconds"])), *values]
    assert page.locator(".tiles a.solved").count() == solved
    table = page.get_by_role("region", name="All answers")
    assert width < 1400 or table.evaluate("(table) => table.scrollWidth <= table.clientWidth")
    assert "61 answers in the plane of c (mV) and d (mV/ms)" in page.locator(".plane").get_attribute("aria-label")
    page.get_by_label("Value along y").select_option("time (s)")
    assert "and time (s)" in page.locator(".plane").get_attribute("aria-label")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
    page.get_by_role("link", name="To the exercise").click()
    page.get_by_role("button", name="Hand in").wait_for()


def test_the_codes_of_a_mystery(open_page, tmp_path: Path) -> None:
    hidden = pw.teaching.mystery("izhikevich", "rebound_spike", 7)
    path = pw.export_page(hidden.model, hidden.pattern, exercise=hidden, path=tmp_path / "mystery.html")
    about = {"_model": hidden.model.key, "_mystery": hidden.link.partition("=")[2], "_dt": str(hidden.dt)}
    hands = [(hidden.reveal(), "1"), (hidden.start, "0")]
    codes = [
        code_of(**about, **{name: repr(float(x)) for name, x in values.items() if name in hidden.model.parameters},
                _seconds="9", _solved=solved)
        for values, solved in hands
    ]  # fmt: skip
    assert pw.teaching.class_results(codes)["solved"].tolist() == [True, False]
    page = open_page(path, "#class").page
    page.get_by_label("Codes, one on each line").fill("\n".join(codes))
    page.get_by_role("button", name="Read the codes").click()
    page.get_by_text("2 codes: 1 solved, 1 not yet, 0 refused.").wait_for()
