"""The fixtures themselves, on an explorer."""

from tests.browser.notebooks import BURSTING


def test_dark_follows_jupyterlab_and_a_page_reports_its_errors(open_cells) -> None:
    opened = open_cells(BURSTING)
    opened.set_dark()
    opened.page.wait_for_selector(".pw-app.dark")
    assert opened.errors == []
    opened.page.evaluate("() => { console.error('as a test'); }")
    assert any("as a test" in error for error in opened.errors)
