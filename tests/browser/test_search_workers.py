"""Searches of a page in real workers of the browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.pages import JUDGED

MODELS = ["izhikevich"]
SEARCHED = "#pattern=tonic_bursting&c=-66&d=7&amplitude=9"

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
FOUND = "() => reports.some(({ state }) => state === 'done')"


@pytest.fixture
def searching(browser, path: Path) -> Iterator[Callable[[str], Page]]:
    """Start a search on a page on which a script runs first."""
    contexts = []

    def start(script: str) -> Page:
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        page.add_init_script(f"{{{script}}}")
        page.goto(f"{path.as_uri()}{SEARCHED}")
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


def test_a_search_whose_workers_do_not_start_continues_on_the_page(searching):
    page = searching(FAILING)
    assert page.wait_for_selector(".pw-result").get_attribute("class").endswith(" unverified")
