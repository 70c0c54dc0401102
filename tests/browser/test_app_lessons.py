"""Exercises, the codes of a class, mysteries and lessons of the app in a file, in a real browser."""

import re
from pathlib import Path

import pytest
from paths import DOCS
from playwright.sync_api import expect

import plausiwidgets as pw
from tests.browser.notebooks import APP, becomes
from tests.browser.pages import JUDGED, findings

QUESTION = "Make the neuron fire groups of spikes."
LESSON = """# From spikes to bursts

## Bursts

<!-- card
pattern: tonic_bursting
free: c, d
until: does not hold
-->

Drag **c** down. [Begin at −55](#c=-55), or [lose it](#c=-65&a=0.1). A [far card](#card=3).

## Spikes

<!-- card -->

Any slider will do.

<details><summary>Answer</summary>

They all act.

</details>

## Another neuron

<!-- card
model: adex
pattern: tonic_spiking
until: b > 60
tool: phase plane
-->

Raise **b**.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lessons")


@pytest.fixture(scope="module")
def exercise(folder: Path) -> Path:
    task = pw.teaching.Exercise(QUESTION, free=["c", "d"], hints=["Where does a reset land?", "Above −55 mV."])
    return pw.export_page(
        "izhikevich", "tonic_bursting", {"c": -65.0, "d": 6.0}, path=folder / "burst.html", exercise=task, language="en"
    )


@pytest.fixture(scope="module")
def lesson(folder: Path) -> Path:
    return pw.export_page("izhikevich", path=folder / "lesson.html", lesson=LESSON)


@pytest.fixture
def opened(open_page):
    def open_one(path: Path, fragment: str = "", **options: object):
        page = open_page(path, fragment, **options).page
        page.wait_for_selector(JUDGED)
        return page

    return open_one


HANDED_IN = """async () => {
    [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Hand in').click();
    await Promise.resolve(); // drawn, before the next frame
    document.querySelector('[data-name=c]').focus();
    await new Promise((give) => requestAnimationFrame(() => setTimeout(give, 150)));
    return document.activeElement.dataset.name;
}"""


def drag(page, name: str, value: float, label: str = "Exact value of") -> None:
    """Set a slider by its box for exact numbers."""
    box = page.get_by_label(f"{label} {name}", exact=True)
    box.fill(str(value))
    box.press("Enter")


# ------------------------------------------------------------------ exercise


def test_an_exercise_shows_its_free_sliders_and_nothing_that_shows_the_way(opened, exercise):
    page = opened(exercise)
    assert page.locator(".pw-asked").inner_text() == QUESTION
    sliders = page.locator(".pw-app input[type=range]")
    assert [one.get_attribute("data-name") for one in sliders.all()] == ["c", "d"]
    page.wait_for_timeout(600)  # bars come at rest
    assert page.locator(".pw-bar").count() == 0
    text = page.locator(".pw-app").inner_text()
    assert not [words for words in ("Your turn", "search", "Show", "Next pattern") if words in text]
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_contain_text("tonic bursting")
    page.get_by_role("button", name="All 9 parameters (7 locked)").click()
    assert page.locator("[data-name=a]").is_disabled()
    assert page.get_by_label("Exact value of a", exact=True).is_disabled()
    assert findings(page) == []


def test_hints_are_opened_one_after_the_other_and_an_undone_exercise_can_be_handed_in(opened, exercise):
    page = opened(exercise)
    page.get_by_role("button", name="Hint (2 left)").click()
    page.get_by_role("button", name="Last hint").click()
    expect(page.locator(".pw-hint")).to_have_text(["Hint 1: Where does a reset land?", "Hint 2: Above −55 mV."])
    # Who goes on to a slider at once keeps the focus.
    assert page.evaluate(HANDED_IN) == "c"
    answer = pw.teaching.read_code(page.get_by_label("Code to hand in").input_value(), exercise)
    assert (answer.solved, answer.name, answer.parameters["c"]) == (False, "", -65.0)
    page.locator("[data-name=c]").press("ArrowRight")
    expect(page.get_by_label("Code to hand in")).to_have_count(0)  # it was of other values


def test_a_solved_exercise_gives_a_code_with_the_name_that_python_and_the_class_page_read(opened, open_page, exercise):
    page = opened(exercise)
    page.get_by_role("button", name="All 9 parameters").click()
    drag(page, "c", -300)
    expect(page.get_by_label("Exact value of c")).to_have_attribute("aria-invalid", "true")  # beyond its slider
    drag(page, "c", -50)
    drag(page, "d", 2)
    expect(page.locator(".pw-praise")).to_have_text("✓ Well done! Your neuron shows tonic bursting.")
    page.get_by_role("button", name="Hand in").click()
    code = page.get_by_label("Code to hand in")
    nameless = code.input_value()
    page.get_by_label("Your name (if your teacher requires it)").fill("Zoë Müller")
    expect(code).not_to_have_value(nameless)
    solved = code.input_value()
    assert findings(page) == []
    answer = pw.teaching.read_code(solved, exercise)
    assert (answer.solved, answer.name, answer.parameters["d"]) == (True, "Zoë Müller", 2.0)

    page.get_by_role("button", name="Back to the start").click()
    page.get_by_role("button", name="Hand in").click()
    begun = page.get_by_label("Code to hand in").input_value()
    codes = [solved, begun, solved, "PW1.torn"]
    table = pw.teaching.class_results(codes, exercise)
    teacher = open_page(exercise, "#class").page
    teacher.get_by_label("Codes, one per line").fill("\n".join(codes))
    teacher.get_by_role("button", name="Read the codes").click()
    teacher.wait_for_selector(".pw-tiles a")
    said = teacher.get_by_role("status").inner_text()
    assert said == "4 codes: 2 solved, 1 not yet solved, 1 invalid."
    assert table["error"][3].split(":")[0] in teacher.locator(".pw-invalid").inner_text()
    rows = [row.locator("td").all_inner_texts() for row in teacher.locator(".pw-answers tbody tr").all()]
    assert [(row[1], row[3]) for row in rows] == [
        (one.name, f"{one.met} of {one.criteria}") for one in table[:3].itertuples()
    ]
    assert rows[2][0] == "3\u00a0=\u00a01"
    assert findings(teacher) == []
    teacher.get_by_role("link", name="Open the exercise").click()
    teacher.wait_for_selector(".pw-question")


def test_a_link_to_an_exercise_moves_only_what_is_free(opened, exercise):
    page = opened(exercise, "#pattern=tonic_bursting&c=-52&a=0.1&dt=0.1")
    assert page.locator(".pw-row:has([data-name=c]) output").inner_text() == "−52 mV"
    page.locator("[data-name=c]").press("ArrowRight")
    expect(page).to_have_url(re.compile(r"&a=0\.02&(?!.*dt=)"))


def test_a_mystery_in_a_file_counts_points_and_its_code_is_read(opened, folder):
    hidden = pw.teaching.mystery("izhikevich", "tonic_bursting", seed=7)
    path = pw.export_page(hidden.model, hidden.pattern, path=folder / "mystery.html", exercise=hidden, language="de")
    page = opened(path)
    expect(page.locator("h1")).to_contain_text("Rätsel 7")
    assert re.search(r"\d+ von 100 Punkten", page.locator(".pw-answering").inner_text())
    assert "hidden neuron" not in page.locator(".pw-app").inner_text()
    page.locator(".pw-allbutton").click()
    for name, value in hidden.reveal().items():
        if name in hidden.free:
            drag(page, name, value, "Genauer Wert von")
    page.wait_for_selector(".pw-praise")
    page.get_by_role("button", name="Abgeben").click()
    answer = pw.teaching.read_code(page.get_by_label("Code zum Abgeben").input_value(), path)
    assert (answer.solved, answer.seed) == (True, 7)


# ------------------------------------------------------------------ lesson


def test_a_card_locks_goes_on_when_its_condition_is_met_and_says_when_it_was_left_again(opened, lesson):
    page = opened(lesson)
    assert page.title() == "From spikes to bursts"
    assert page.locator(".pw-lesson h2").inner_text() == "Bursts"
    assert [one.get_attribute("data-name") for one in page.locator("input[type=range]").all()] == ["c", "d"]
    state = page.locator(".pw-state")
    assert state.inner_text().startswith("Continue until")
    page.get_by_role("link", name="lose it").click()  # a is locked on this card, and stays
    expect(state).to_contain_text("✓ Done")
    assert "c=-65" in page.url and "a=0.02&" in page.url
    page.get_by_role("button", name="Undo").click()
    expect(state).to_contain_text("You reached this goal")
    assert findings(page) == []
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".pw-lesson h2")).to_have_text("Spikes")
    assert page.locator("input[type=range]").count() == 4


def test_a_card_shows_another_model_and_opens_its_tool_and_present_shows_it_large(opened, lesson):
    page = opened(lesson, "#card=3")
    expect(page.locator("h1")).to_contain_text("AdEx neuron")
    expect(page.locator(".pw-tool")).to_be_visible()
    assert page.locator("input[type=range]").first.get_attribute("data-name") == "b"  # in bold on the card
    page.get_by_role("button", name="Present").click()
    page.wait_for_function("() => parseFloat(getComputedStyle(document.querySelector('.pw-lesson h2')).fontSize) > 20")
    assert findings(page) == []
    page.get_by_label("Card").select_option("0")
    expect(page.locator("h1")).to_contain_text("tonic bursting")
    page.evaluate("location.hash = '#card=9'")
    expect(page.get_by_role("alert")).to_contain_text("The card in the link must be between 1 and 3.")


@pytest.mark.parametrize("name", ["lesson", "lesson_de"])
def test_present_shows_the_answers_of_every_card_without_scrolling(opened, folder, name):
    file = pw.export_page("izhikevich", path=folder / f"present_{name}.html", lesson=name)
    page = opened(file, width=1280, height=800)
    page.locator(".pw-larger").click()
    cards = page.locator(".pw-lessonhead option").count()
    for card in range(cards):
        page.locator(".pw-lessonhead select").select_option(str(card))
        ends = page.evaluate("""() => {
            const bottom = (one) => one.getBoundingClientRect().bottom;
            const answers = [...document.querySelectorAll('.pw-lesson summary')].map(bottom);
            return [Math.max(0, ...answers), document.querySelector('.pw-cardbuttons').getBoundingClientRect().top];
        }""")
        assert ends[0] < ends[1], (name, card)


def test_on_a_phone_a_card_is_solved_and_gone_on_from_below_the_figure(opened, lesson):
    page = opened(lesson, width=400, height=800, has_touch=True, is_mobile=True, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="lose it").click()
    onward = page.get_by_role("button", name="Next card")
    onward.click()
    expect(page.locator(".pw-lesson h2")).to_have_text("Spikes")
    expect(onward).to_have_count(0)
    assert findings(page) == []


def test_a_link_that_is_not_for_this_file_says_one_sentence_and_goes_on(opened, lesson):
    page = opened(lesson, "#mystery=lif.tonic_spiking.1")
    assert page.get_by_role("alert").inner_text().startswith("A mystery needs Python")
    page.evaluate("location.hash = '#model=izhikevich&pattern=tonic_spiking%2Brebound_spike'")
    expect(page.get_by_role("alert")).to_contain_text("which is not available here")
    expect(page.locator("h1")).to_contain_text("tonic bursting")


# ------------------------------------------------------------------ in JupyterLab


def test_a_link_to_a_notebook_opens_its_app_on_the_values_and_locks_of_the_link(open_cells, lab):
    link = "model=lif&pattern=tonic_spiking&v_reset=-70&lock=v_rest&zz=1"
    opened = open_cells(APP.format(""), run=False, until="")
    page = opened.page
    page.goto(f"{lab.server.url}/lab/tree/{opened.name}?{link}")  # as it is copied: without a workspace
    opened.wait_for_kernel()
    opened.run_all()
    page.wait_for_selector(JUDGED)
    expect(page.locator("h2.pw-sentence")).to_contain_text("leaky integrate-and-fire", timeout=30_000)
    expect(page.get_by_role("alert").filter(has_text="‘zz’")).to_be_visible()
    # What the page selects goes to the kernel after the picture.
    selected = "(app.model.key, app.parameters['v_reset'], app.selection.locked)"
    becomes(opened, selected, "('lif', -70.0, ('v_rest',))")


@pytest.mark.slow
def test_a_mystery_keeps_the_score_of_a_race_and_undo_leaves_it_whole(open_cells):
    opened = open_cells(APP.format('"lif", "tonic_spiking", mystery=3, language="en"'))
    page = opened.page
    scores = page.locator(".pw-score b")
    yours = int(scores.nth(0).inner_text())
    assert 0 <= yours < 100
    assert scores.nth(1).inner_text() == "–"
    page.get_by_role("button", name="Race the search").click()
    expect(scores.nth(1)).not_to_have_text("–", timeout=60_000)
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator(".pw-revealed tbody tr")).to_have_count(3)
    assert page.locator(".pw-from").count() == 3
    page.get_by_role("button", name="New mystery").click()
    expect(page.locator(".pw-revealed")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("h2.pw-sentence")).to_contain_text("Mystery 3")
    expect(page.locator(".pw-revealed tbody tr")).to_have_count(3)
    assert int(scores.nth(0).inner_text()) == yours


def test_a_lesson_opens_on_a_card_that_is_judged_in_steps(opened, folder):
    page = opened(
        pw.export_page("izhikevich", lesson=DOCS / "lesson_long.md", path=folder / "long.html", language="en"),
        "#card=4",
    )
    page.get_by_role("heading", name="11:00 Two classes of excitability").wait_for()
    expect(page.locator(".pw-chip")).to_contain_text(re.compile("Verified|Criteria met"))


ABOVE = """() => {
    const items = [...document.querySelectorAll('.pw-above > :not(ul), .pw-above > ul > li')];
    const all = items.map((item) => [item.textContent, item.getBoundingClientRect()]);
    const boxes = all.filter(([, box]) => box.width > 1);
    const row = document.querySelector('.pw-above').getBoundingClientRect();
    const shared = (a, b, low, high) => Math.min(a[high], b[high]) - Math.max(a[low], b[low]);
    const covers = (a, b) => shared(a, b, 'left', 'right') > 1 && shared(a, b, 'top', 'bottom') > 1;
    const outside = boxes.filter(([, box]) => box.left < row.left - 1 || box.right > row.right + 1);
    const covering = boxes.filter(([, a], k) => boxes.slice(0, k).some(([, b]) => covers(a, b)));
    return [...outside, ...covering].map(([text]) => text);
}"""
"""Returns the items of the row above the figure that are outside the row or cover another item."""


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_menu_of_sweeps_and_the_legend_fit_next_to_a_card(opened, folder, language):
    path = folder / f"row_{language}.html"
    pw.export_page("izhikevich", lesson=DOCS / "lesson_long.md", path=path, language=language)
    page = opened(path, "#card=4")
    page.locator(".pw-sweeps").wait_for()
    for width in (1280, 1366, 1400, 1440, 1600, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(200)
        assert page.evaluate(ABOVE) == [], width
