"""The pictures of the documentation, made from the product: the app's screen, a film of it, and the map of the table.

``python docs/pictures.py`` makes all of them, ``python docs/pictures.py map film`` those that are named. It needs
Playwright with Chromium, and Pillow. A picture is taken when the screen has settled, so that a slow machine makes the
same ones.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Browser, Page, sync_playwright

import plausiwidgets as pw
from plausiwidgets.analysis.known import TABLE, data_file
from plausiwidgets.assessment.published import published_table

DOCS = Path(__file__).parent
STATIC = DOCS / "_static"
SCREEN = {"width": 1400, "height": 900}
PHONE = {"width": 400, "height": 800}
FILM = {"width": 1200, "height": 760}
SHOWN_MS, HELD_MS = 350, 1600
"""How long a frame of a movement is shown, and one to be read."""
COLORS = 64
QUALITY = 82
LIMIT = 100_000
"""Bytes that a picture may have."""
JUDGED = ".pw-app[data-pw-judged=yes]"
VERIFIED = ".pw-app[data-pw-status=holds] .pw-chip:has-text('It does')"

PARTS = {
    1: (".pw-sentence button:last-of-type", "right"),
    2: (".pw-chip", "right"),
    3: (".pw-legend", "left"),
    4: ("[data-pw-figure]", "in"),
    5: (".pw-row:nth-child(1)", "left"),
    6: (".pw-allbutton", "left"),
    7: (".pw-inside", "left"),
    8: (".pw-primary", "left"),
    9: (".pw-second", "left"),
    10: (".pw-end", "left"),
    11: (".pw-footer span", "right"),
}
"""The parts of the screen that the guide names, by their numbers there, and where beside them a number stands."""

NUMBERED = """parts => {
    for (const [number, [name, side]] of Object.entries(parts)) {
        const { left, right, top, height, width } = document.querySelector(name).getBoundingClientRect();
        const x = { left: left - 17, right: right + 20, in: left + 0.72 * width }[side];
        const dot = document.createElement('b');
        dot.textContent = number;
        dot.style.cssText = `position: fixed; left: ${x - 13}px; top: ${top + height / 2 - 13}px; width: 26px;
            height: 26px; border-radius: 13px; background: #b3470a; color: #fff; font: 700 15px/26px Arial, sans-serif;
            text-align: center; z-index: 99`;
        document.body.append(dot);
    }
}"""


# ------------------------------------------------------------------ the app


def address(log: Path) -> str:
    """Return the address that the command prints, as soon as its server listens there."""
    for _ in range(1200):
        if found := re.search(r"http://(?:localhost|127\.0\.0\.1):(\d+)/?\S*", log.read_text(errors="replace")):
            with suppress(OSError), socket.create_connection(("127.0.0.1", int(found[1])), 5):
                return found.group().replace("localhost", "127.0.0.1")
        time.sleep(0.1)
    raise RuntimeError(log.read_text(errors="replace"))


@contextmanager
def app() -> Iterator[str]:
    """Serve the app; yields its address."""
    home = Path(tempfile.mkdtemp())
    log = home / "command.log"
    command = [sys.executable, "-m", "plausiwidgets.cli.main", "--app", "--no-browser"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=home, start_new_session=True)
    try:
        yield address(log)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        shutil.rmtree(home, ignore_errors=True)


def opened(browser: Browser, url: str, size: dict[str, int] = SCREEN, **more: bool) -> Page:
    """Open an address, and wait until what it shows is judged."""
    context = browser.new_context(viewport=size, locale="en-GB", **more)
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector(JUDGED)
    return page


def press(page: Page, name: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=name).click()


def move(page: Page, slider: str, key: str, times: int) -> None:
    """Move a slider by keys."""
    page.locator(f"input[data-name={slider}]").focus()
    for _ in range(times):
        page.keyboard.press(key)


def settled(page: Page) -> bytes:
    """Return a picture of the window once three in a row are the same."""
    same, last = 0, b""
    for _ in range(90):
        picture = page.screenshot()
        same, last = same + 1 if picture == last else 1, picture
        if same == 3:
            return picture
        page.wait_for_timeout(400)
    return last


def keep(page: Page, name: str) -> None:
    """Store a picture of a page."""
    picture = Image.open(io.BytesIO(settled(page))).convert("RGB")
    path = STATIC / f"{name}.webp"
    picture.save(path, quality=QUALITY, method=6)
    if path.stat().st_size > LIMIT:
        raise RuntimeError(f"{path}: {path.stat().st_size} bytes, more than {LIMIT}")


# ------------------------------------------------------------------ pictures


def screen(browser: Browser) -> None:
    """Store the first screen, with the numbers of the guide; a slider that was moved too far; and a search."""
    with app() as url:
        page = opened(browser, f"{url}?model=izhikevich&pattern=tonic_bursting")
        page.wait_for_selector(VERIFIED)
        page.locator(".pw-bar").first.wait_for()
        page.evaluate(NUMBERED, {str(number): part for number, part in PARTS.items()})
        keep(page, "screen")
        page.goto("about:blank")
        page.goto(f"{url}?model=izhikevich&pattern=rebound_spike")
        page.wait_for_selector(VERIFIED)
        move(page, "b", "PageDown", 1)
        page.locator(".pw-chip", has_text="Not yet").wait_for()
        keep(page, "lost")
        move(page, "b", "PageDown", 4)
        press(page, "Let a search find it")
        page.get_by_text("Found, and verified").wait_for()
        keep(page, "search")


def tool(browser: Browser) -> None:
    """Store a tool beside the figure."""
    with tempfile.TemporaryDirectory() as folder:
        path = pw.export_page("izhikevich", "tonic_bursting", path=Path(folder) / "app.html", language="en")
        page = opened(browser, path.as_uri())
        press(page, "Explore")
        press(page, "Parameter plane")
        page.get_by_text("% of 1600 cells").wait_for()
        keep(page, "tool")


def teaching(browser: Browser) -> None:
    """Store a card of the lesson, and an exercise on a phone."""
    with tempfile.TemporaryDirectory() as folder:
        path = pw.export_page("izhikevich", lesson=DOCS / "lesson.md", path=Path(folder) / "lesson.html", language="en")
        page = opened(browser, f"{path.as_uri()}#card=6")
        keep(page, "card")
        task = pw.teaching.Exercise(
            "Make it fire steadily.", free=["tau_mem", "amplitude"], hints=["Is the current strong enough?"]
        )
        path = Path(folder) / "exercise.html"
        pw.export_page("lif", "tonic_spiking", {"amplitude": 5.0}, path=path, exercise=task, language="en")
        page = opened(browser, path.as_uri(), PHONE, has_touch=True, is_mobile=True)
        keep(page, "phone")


def draw_map(browser: Browser) -> None:
    """Write the map of models and patterns, as `plausiwidgets.plot` draws it."""
    figure = pw.plot(published_table())
    size = {"width": round(figure.layout.width), "height": round(figure.layout.height)}
    page = browser.new_page(viewport=size, device_scale_factor=2)
    with tempfile.TemporaryDirectory() as folder:
        html = Path(folder) / "map.html"
        figure.write_html(html, config={"staticPlot": True})
        page.goto(html.as_uri())
        page.wait_for_selector(".js-plotly-plot .main-svg text")
        picture = Image.open(io.BytesIO(page.locator(".js-plotly-plot").screenshot())).convert("RGB")
    about = PngInfo()
    about.add_text("Source", sha256(data_file(TABLE).read_bytes()).hexdigest())  # a test knows an old picture by it
    picture.quantize(COLORS).save(DOCS / "map.png", optimize=True, pnginfo=about)


# ------------------------------------------------------------------ film


def film(browser: Browser) -> None:
    """Move a slider until a rebound spike is lost, search, and take what was found."""
    frames: list[tuple[Image.Image, int]] = []

    def shoot(picture: bytes, duration: int) -> None:
        frames.append((Image.open(io.BytesIO(picture)).convert("RGB"), duration))

    with app() as url:
        page = opened(browser, f"{url}?model=izhikevich&pattern=rebound_spike", FILM)
        press(page, "Let a search find it")  # once before, so that nothing has to be compiled
        page.get_by_text("Your values hold already").wait_for()
        page.reload()
        page.wait_for_selector(VERIFIED)
        if page.get_by_role("button", name="Close").count():
            press(page, "Close")
        page.locator(".pw-bar").first.wait_for()
        shoot(settled(page), HELD_MS)
        for _ in range(6):
            move(page, "b", "ArrowLeft", 3)
            shoot(settled(page), SHOWN_MS)
        frames[-1] = (frames[-1][0], HELD_MS)
        press(page, "Let a search find it")
        page.get_by_role("button", name="Skip").wait_for()
        while page.get_by_role("button", name="Skip").count():  # an easy search is played
            shoot(page.screenshot(), SHOWN_MS)
            page.wait_for_timeout(450)
        page.get_by_text("Found, and verified").wait_for()
        shoot(settled(page), HELD_MS)
        press(page, "Take these values")
        page.wait_for_selector(VERIFIED)
        press(page, "Close")
        shoot(settled(page), 2 * HELD_MS)
    write_film(frames, DOCS / "explorer.gif")


def write_film(frames: Sequence[tuple[Image.Image, int]], path: Path) -> None:
    """Write frames with their durations as an animated GIF with one palette."""
    (width, height), middle = frames[0][0].size, frames[len(frames) // 2][0]
    shown = [frames[0][0], middle, frames[-2][0]]
    all_of = Image.new("RGB", (width, len(shown) * height))
    for place, frame in enumerate(shown):
        all_of.paste(frame, (0, place * height))
    palette = all_of.quantize(COLORS)
    images = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame, _ in frames]
    durations = [duration for _, duration in frames]
    images[0].save(path, save_all=True, append_images=images[1:], duration=durations, loop=2, optimize=True)


PICTURES: dict[str, Callable[[Browser], None]] = {
    "screen": screen, "tool": tool, "teaching": teaching, "map": draw_map, "film": film,
}  # fmt: skip


def main(names: Sequence[str]) -> None:
    """Make the pictures that are named, or all."""
    if unknown := set(names) - set(PICTURES):
        raise SystemExit(f"no picture {', '.join(sorted(unknown))}; valid are {', '.join(PICTURES)}")
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in names or PICTURES:
            PICTURES[name](browser)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
