"""Use the app at random in a notebook, on a server and in a file, and look for errors and for a screen that is frozen.

Run ``python -m tests.benchmarks.random_clicks OUTPUT [--hosts file server notebook] [--seeds 1 2 ...] [--seconds 20]
[--tools Atlas ...]``. Each seed opens an app, clicks, presses keys, drags and types on visible controls that are
enabled, and prints one JSON line. With ``--tools``, this happens once for each tool of *Explore*, which is opened
first. The seed chooses all actions, so the same seed repeats a run if replies arrive in the same order.

A run fails if the console of the page has an error, if a drag at the end does not change the figure, or if the app is
busy for a minute afterwards.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Error, Page, TimeoutError, sync_playwright

from plausiwidgets import export_page
from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.browser.notebooks import BURSTING, notebook
from tests.browser.pages import JUDGED, BrowserPage, FilePage, Lab, VisitorPage, open_tool
from tests.browser.servers import start_app, start_lab

HOSTS = ("file", "server", "notebook")
NOT_IN_FILE = (
    *("Sample solutions", "Onset of firing", "What else can this neuron do?"),
    *("Stimulus", "Recording", "Mystery"),
)
"""Tools that a file does not have."""
MODELS = ["izhikevich", "adex", "lif"]
BUSY_SECONDS = 60.0
KEYS = (
    *("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"),
    *("Enter", "Escape", "Tab", "Shift+Tab", " ", "Control+z", "Control+y", "Control+Shift+z", "a", "5", "-"),
)
NUMBERS = ("0", "-1", "1e3", "0.5", "-65", "", "nan", "1e999", "12,5")

CONTROLS = """() => {
    const selector = 'button, input:not([type=file]), select, summary, textarea, [role=button], [role=slider], '
        + '[role=spinbutton], [role=tab], [role=gridcell], [role=row], [tabindex="0"], canvas';
    const visible = [...document.querySelectorAll('.pw-app :is(' + selector + ')')].filter((one) => {
        const { width, height } = one.getBoundingClientRect();
        return !one.disabled && !one.closest('[inert]') && width > 0 && height > 0 && one.checkVisibility();
    });
    window.visibleControls = visible;
    return visible.length;
}"""
# The middle of a control, or null if something else is in front of it.
PLACE = """(k) => {
    const one = window.visibleControls[k];
    if (!one?.isConnected) return null;
    one.scrollIntoView({ block: 'nearest' });
    const { left, top, width, height } = one.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const front = document.elementFromPoint(x, y);
    if (!front || !(one.contains(front) || front.contains(one) || one.closest('label')?.contains(front))) return null;
    const name = one.getAttribute('aria-label') ?? one.textContent.trim().slice(0, 40);
    return { x, y, width, height, tag: one.tagName, kind: one.type ?? one.getAttribute('role') ?? '', name };
}"""
IN_APP = "() => Boolean(document.activeElement?.closest('.pw-app'))"
PICTURE = "() => document.querySelector('[data-pw-figure] canvas').toDataURL()"
SLIDERS = ".pw-app .pw-side input[type=range]:enabled"


class Visitor:
    """A user who acts at random."""

    def __init__(self, page: Page, seed: int) -> None:
        self._page = page
        self._random = random.Random(seed)
        self.actions: list[str] = []
        self._mouse = page.mouse
        self._keys = page.keyboard

    def act(self) -> None:
        """Do one action."""
        [action] = self._random.choices(
            [self._click, self._press, self._drag, self._type, self._roll], (50, 20, 20, 5, 5)
        )
        count = self._page.evaluate(CONTROLS)
        if not count:
            self._keys.press("Escape")
            return
        place = self._page.evaluate(PLACE, self._random.randrange(count))
        if place is not None:
            self.actions.append(f"{action.__name__[1:]} {place['tag']} {place['kind']} {place['name']}")
            action(place)
        self._page.wait_for_timeout(self._random.choice((0, 5, 20, 60)))

    def _click(self, place: dict) -> None:
        if place["tag"] == "SELECT":
            self._page.evaluate(
                """([k, share]) => {
                    const menu = document.elementsFromPoint(...k).find((one) => one.matches('select'));
                    if (!menu) return;
                    menu.selectedIndex = Math.floor(share * menu.options.length);
                    menu.dispatchEvent(new Event('change', { bubbles: true }));
                }""",
                [[place["x"], place["y"]], self._random.random()],
            )
        else:
            self._mouse.click(place["x"], place["y"], click_count=self._random.choice((1, 1, 1, 2)))

    def _press(self, place: dict) -> None:
        self._mouse.move(place["x"], place["y"])
        for _ in range(self._random.randrange(1, 6)):
            if not self._page.evaluate(IN_APP):
                return  # the key would be one for the notebook
            self._keys.press(self._random.choice(KEYS))

    def _drag(self, place: dict) -> None:
        x, y = place["x"], place["y"]
        self._mouse.move(x, y)
        self._mouse.down()
        for _ in range(self._random.randrange(1, 8)):
            x += self._random.uniform(-0.4, 0.4) * max(place["width"], 60)
            y += self._random.uniform(-0.4, 0.4) * place["height"]
            self._mouse.move(x, y)
        if self._random.random() < 0.1:
            self._keys.press("Escape")
        self._mouse.up()

    def _type(self, place: dict) -> None:
        if place["kind"] not in ("number", "text", "spinbutton"):
            return
        self._mouse.click(place["x"], place["y"])
        self._keys.press("Control+a")
        self._keys.type(self._random.choice(NUMBERS))
        self._keys.press(self._random.choice(("Enter", "Tab", "Escape")))

    def _roll(self, place: dict) -> None:
        self._mouse.move(place["x"], place["y"])
        self._mouse.wheel(0, self._random.choice((-300, -60, 60, 300)))


def leave_everything(page: Page) -> None:
    """Close what is open, and stop what is running."""
    for _ in range(4):
        page.keyboard.press("Escape")
        page.wait_for_timeout(50)
    stop = page.locator(".pw-app button", has_text="■")
    if stop.count() and stop.first.is_visible() and stop.first.is_enabled():
        stop.first.click()


def answers_a_drag(page: Page) -> bool:
    """Whether a key on one of the sliders changes the figure within five seconds."""
    sliders = page.locator(SLIDERS)
    for k in range(min(sliders.count(), 8)):
        before = page.evaluate(PICTURE)
        sliders.nth(k).focus()
        for key in ("PageUp", "PageUp", "PageDown", "ArrowLeft"):
            page.keyboard.press(key)
            with suppress(TimeoutError):
                page.wait_for_function(f"(before) => ({PICTURE})() !== before", arg=before, timeout=1250)
                return True
    return False


def is_calm(page: Page) -> bool:
    """Whether the app has evaluated the values, and nothing is busy, before the limit."""
    try:
        page.wait_for_selector(JUDGED, timeout=1000 * BUSY_SECONDS)
        page.wait_for_function(
            "() => !document.querySelector('.pw-app [aria-busy=true], .pw-app .pw-busy')", timeout=1000 * BUSY_SECONDS
        )
    except TimeoutError:
        return False
    return True


def run(opened: BrowserPage, seed: int, seconds: float) -> dict:
    """Use an opened app for some seconds, and return what was found."""
    page = opened.page
    dialogs: list[str] = []

    def dismiss(dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    visitor = Visitor(page, seed)
    end = time.monotonic() + seconds
    broken = ""
    try:
        while time.monotonic() < end:
            visitor.act()
        leave_everything(page)
        calm, answers = is_calm(page), answers_a_drag(page)
        calm = calm and is_calm(page)
    except Error as error:
        calm = answers = False
        broken = str(error).splitlines()[0]
    faults = [*opened.errors, *dialogs]
    faults += [f"the page does not respond: {broken}"] if broken else []
    faults += [] if answers or broken else ["a drag does not change the figure"]
    faults += [] if calm or broken else [f"the app is busy for {BUSY_SECONDS:g} s"]
    kinds = Counter(action.split()[0] for action in visitor.actions)
    return {"actions": len(visitor.actions), **kinds, "faults": faults, "last": visitor.actions[-12:] if faults else []}


@contextmanager
def hosted(name: str, browser, folder: Path) -> Iterator[Callable[[], BrowserPage]]:
    """Start a host. The function opens an app of it."""
    if name == "file":
        path = export_page(MODELS, path=folder / "neuron.html")
        yield lambda: FilePage(browser, path, "#pattern=tonic_bursting")
        return
    server = start_lab(folder) if name == "notebook" else start_app(folder, "--workers=1")
    try:
        if name == "server":
            yield lambda: VisitorPage(browser, server.url)
        else:
            lab = Lab(server, browser)
            yield lambda: lab.open(notebook(folder, BURSTING))
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--hosts", nargs="+", choices=HOSTS, default=HOSTS)
    parser.add_argument("--seeds", nargs="+", type=int, default=range(1, 16))
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--tools", nargs="+", default=[""], help="titles of tools that are opened before the actions")
    given = parser.parse_args()
    rows = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        chromium = find_chromium(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for name in given.hosts:
            place = Path(folder) / name
            place.mkdir()
            with hosted(name, browser, place) as open_app:
                tools = [tool for tool in given.tools if name != "file" or tool not in NOT_IN_FILE]
                for tool, seed in itertools.product(tools, given.seeds):
                    opened = open_app()
                    opened.page.wait_for_selector(JUDGED, timeout=180_000)
                    about = {"host": name, "seed": seed}
                    if tool:
                        open_tool(opened.page, tool).wait_for()
                        about["tool"] = tool
                    rows.append({**about, **run(opened, seed, given.seconds)})
                    print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
                    opened.close()
        browser.close()
    given.output.write_text("[\n" + ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows) + "\n]\n")


if __name__ == "__main__":
    main()
