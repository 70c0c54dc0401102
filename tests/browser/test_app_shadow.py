"""The widget in other front ends, next to a host that is not responding.

marimo has a shadow root, and VS Code and Colab have a frame that grows with the outputs.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

import plausiwidgets as pw
from plausiwidgets.widgets.explorer import HIDDEN
from tests.browser.pages import BrowserPage

RENDER = """async ({ esm, css, state, shadow }) => {
    const { default: made } = await import(URL.createObjectURL(new Blob([esm], { type: 'text/javascript' })));
    const heard = {};
    window.pwSent = [];
    // A front end may give another object to each function.
    const model = () => ({
        get: (name) => state[name],
        set() {},
        save_changes() {},
        on: (kind, hear) => { (heard[kind] ??= new Set()).add(hear); },
        off: (kind, hear) => heard[kind]?.delete(hear),
        send: (message) => { window.pwSent.push(message); },
    });
    window.pwTell = (...told) => { for (const hear of heard['msg:custom'] ?? []) hear(...told); };
    window.pwHeard = () => Object.values(heard).reduce((sum, all) => sum + all.size, 0);
    const widget = await made();
    const began = performance.now();
    const end = widget.initialize({ model: model() });
    window.pwTook = performance.now() - began;
    window.pwIsWaiting = end instanceof Promise;
    const closes = [0, 1].map((k) => {
        const place = document.createElement('div');
        const root = shadow ? place.attachShadow({ mode: 'open' }) : place;
        const style = document.createElement('style');
        const el = document.createElement('div');
        style.textContent = css;
        root.append(style, el);
        document.body.append(place);
        return widget.render({ model: model(), el });
    });
    window.pwClose = () => { for (const close of window.pwCloses) close(); end(); };
    window.pwCloses = await Promise.all(closes);
}"""


@contextmanager
def opened(browser) -> Iterator[tuple[BrowserPage, dict]]:
    """An empty page, and what a front end has of a widget."""
    explorer = pw.Explorer("izhikevich", "tonic_bursting")
    state = {name: value for name, value in explorer.get_state().items() if name not in ("layout",)}
    page = BrowserPage(browser)
    page.page.goto("about:blank")
    yield page, {"esm": str(explorer._esm), "css": str(explorer._css), "state": state}
    page.close()
    explorer.close()


@pytest.fixture
def shown(browser):
    """Two views of one widget, each in a shadow root."""
    with opened(browser) as (page, given):
        page.page.evaluate(RENDER, {**given, "shadow": True})
        yield page


def test_the_widget_runs_in_a_shadow_root_and_its_views_share_one_state(shown):
    page = shown.page
    page.locator(".pw-app[data-pw-judged=yes]").nth(1).wait_for()
    assert page.locator(".pw-app").count() == 2
    first, second = (page.locator(".pw-app").nth(k).locator("input[type=range]").first for k in range(2))
    before = second.get_attribute("aria-valuetext")
    second.focus()
    page.keyboard.press("ArrowLeft")
    expect(second).not_to_have_attribute("aria-valuetext", before)
    text = second.get_attribute("aria-valuetext")
    page.wait_for_function(
        """text => [...document.querySelectorAll('div')].every((one) => !one.shadowRoot
            || one.shadowRoot.querySelector('input[type=range]').getAttribute('aria-valuetext') === text)""",
        arg=text,
    )
    assert first.get_attribute("aria-valuetext") == text
    page.get_by_role("button", name="Share").first.click()
    page.get_by_role("dialog").first.wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").first.wait_for(state="detached")
    assert shown.errors == []


def test_the_module_that_anywidget_waits_for_is_small_and_nothing_is_awaited(shown):
    # anywidget drops all messages of the kernel if its module is not ready after two seconds.
    assert len(pw.Explorer._esm) < 2000
    assert shown.page.evaluate("() => window.pwIsWaiting") is False
    assert shown.page.evaluate("() => window.pwTook") < 100


def test_closing_takes_every_listener_with_it(shown):
    page = shown.page
    page.locator(".pw-app[data-pw-judged=yes]").nth(1).wait_for()
    assert page.evaluate("() => window.pwHeard()") > 0
    page.evaluate("() => window.pwClose()")
    assert page.evaluate("() => window.pwHeard()") == 0
    assert page.locator(".pw-app").count() == 0
    assert shown.errors == []


SELECTS = "() => window.pwSent.filter(({ kind }) => kind === 'select')"


def test_lost_messages_are_sent_again_when_the_host_answers(shown):
    page = shown.page
    page.locator(".pw-app[data-pw-judged=yes]").first.wait_for()
    page.locator(".pw-app input[type=range]").first.focus()
    page.keyboard.press("ArrowLeft")
    page.locator(".pw-notice", has_text="verification needs a running notebook").first.wait_for()
    page.evaluate("() => window.pwTell({ kind: 'alive', id: 'x', state: 'done' }, [])")
    page.wait_for_function(f"() => ({SELECTS})().length === 2")
    page.locator(".pw-notice").first.wait_for(state="detached")
    assert shown.errors == []


FRAME = """() => {
    const frame = document.createElement('iframe');
    frame.style.cssText = 'width: 1000px; height: 12000px';
    document.body.replaceChildren(frame);
}"""
STILLS = """markup => {
    document.body.dataset.vscodeThemeKind = 'vscode-dark';
    document.body.innerHTML = markup;
}"""


def test_in_a_frame_that_grows_the_app_has_a_share_of_the_screen_the_theme_and_no_still_picture_beside_it(browser):
    with opened(browser) as (page, given):
        page.page.evaluate(FRAME)
        frame = page.page.frames[1]
        own, other = given["state"]["_settings"]["id"], "another"
        stills = [f'{HIDDEN % {"id": one}}<div class="pw-still" data-of="{one}">{one}</div>' for one in (own, other)]
        frame.evaluate(STILLS, "".join(stills))
        frame.evaluate(RENDER, {**given, "shadow": False})
        app = frame.locator(".pw-app[data-pw-judged=yes]").first
        app.wait_for()
        least, height, screen = app.evaluate("one => [440, one.offsetHeight, window.screen.availHeight]")
        assert least <= height <= screen
        expect(frame.locator(".pw-still:visible")).to_have_text([other])
        expect(app).to_have_class(re.compile(r"\bdark\b"))
        frame.evaluate("document.body.dataset.vscodeThemeKind = 'vscode-high-contrast-light'")
        expect(app).not_to_have_class(re.compile(r"\bdark\b"))
        assert page.errors == []
