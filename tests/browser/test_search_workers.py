"""Searches of a page in real workers of the browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import COMPILED, JUDGED

MODELS = ["izhikevich", "lif"]
SEARCHED = "#pattern=tonic_bursting&c=-66&d=7&amplitude=9"
ENDLESS = "#model=lif&pattern=tonic_bursting&tau_mem=14"  # an argument rules it out: a search uses its whole budget

WATCHED = """
    window.workers = 0;
    window.reports = [];
    const Own = Worker;
    window.Worker = class extends Own {
        constructor(...all) {
            super(...all);
            workers += 1;
            this.addEventListener('message', ({ data }) => reports.push({ ...data, rows: [...data.rows] }));
        }
    };
"""
WITH_CORES = "Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => %d });"
FAILING = """
    const Own = Worker;
    window.Worker = class extends Own {
        constructor() {
            super(URL.createObjectURL(new Blob(['throw new Error("This worker does not start.")'])));
        }
    };
"""
HIDDEN = """() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden', configurable: true });
    Object.defineProperty(document, 'hidden', { get: () => true, configurable: true });
    window.frames_held = [];
    const request = requestAnimationFrame;
    window.requestAnimationFrame = (act) => frames_held.push(act);
    window.comeBack = () => {
        window.requestAnimationFrame = request;
        delete document.visibilityState;
        delete document.hidden;
        frames_held.forEach(request);
        document.dispatchEvent(new Event('visibilitychange'));
    };
    document.dispatchEvent(new Event('visibilitychange'));
}"""
"""A tab in the background, which has no frames. The headless shell has no such tabs."""
COUNT = "Math.max(0, ...reports.map(({ evaluations }) => evaluations))"
FOUND = "() => reports.some(({ state }) => state === 'done')"


@pytest.fixture
def searching(browser, path: Path) -> Iterator[Callable[[str], Page]]:
    """Start a search on a page after a script."""
    contexts = []

    def start(script: str, fragment: str = SEARCHED) -> Page:
        contexts.append(browser.new_context())
        contexts[-1].set_default_timeout(60_000)
        page = contexts[-1].new_page()
        page.add_init_script(f"{{{script}}}")
        page.goto(f"{path.as_uri()}{fragment}")
        page.wait_for_selector(JUDGED)
        page.locator("[data-search]").click()
        return page

    yield start
    for context in contexts:
        context.close()


def test_one_worker_and_eight_workers_evaluate_the_same_sets(searching):
    found = []
    for cores, workers in ((1, 1), (16, 8)):
        page = searching(WATCHED + WITH_CORES % cores)
        page.wait_for_function(FOUND)
        assert page.evaluate("workers") == workers
        reports = page.evaluate("reports")
        found.append([x for report in reports for x in report["rows"]])
        assert reports[-1]["evaluations"] > 1
    assert found[0] == found[1]


def test_the_policy_of_a_file_allows_the_kernel_of_a_search(searching):
    assert searching("").evaluate(COMPILED)


def test_a_search_whose_workers_do_not_start_continues_on_the_page(searching):
    page = searching(FAILING)
    assert page.wait_for_selector(".pw-result").get_attribute("class").endswith(" unverified")


def test_a_search_continues_in_a_hidden_tab_and_its_curve_is_complete_afterwards(searching):
    page = searching(WATCHED, ENDLESS)
    page.wait_for_function(f"() => {COUNT} > 0")
    page.evaluate(HIDDEN)
    before = page.evaluate(COUNT)
    page.wait_for_function(f"() => {COUNT} > {before + 20}", polling=50)
    page.locator(".pw-drawer button", has_text="Stop").evaluate("button => button.click()")
    page.wait_for_function("() => reports.at(-1).state === 'stopped'", polling=50)
    page.evaluate("comeBack()")
    count = page.evaluate(COUNT)
    page.wait_for_function(f"() => document.querySelector('[data-dots]').dataset.dots === '{count}'")
    expect(page.locator(".pw-drawer")).to_contain_text(f"{count} evaluations")  # the curve catches up first


def test_a_reload_of_a_file_keeps_the_evaluations_and_the_sliders(searching):
    sliders = "[...document.querySelectorAll('input[type=range]')].map(({ value }) => value)"
    page = searching(WATCHED, ENDLESS)
    page.wait_for_function(f"() => {COUNT} > 20", polling=50)
    page.locator(".pw-drawer button", has_text="Pause").click()
    page.wait_for_function("() => reports.at(-1).state === 'paused'", polling=50)
    count, rows, values = page.evaluate(f"[{COUNT}, reports.flatMap(({{ rows }}) => rows), {sliders}]")
    page.reload()
    page.wait_for_function(f"() => window.reports && {COUNT} === {count}", polling=50)
    assert page.evaluate(f"[reports.flatMap(({{ rows }}) => rows), {sliders}]") == [rows, values]
    page.locator(".pw-drawer button", has_text="Resume").click()
    page.wait_for_function(f"() => {COUNT} > {count}", polling=50)
