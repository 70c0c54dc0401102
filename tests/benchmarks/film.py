"""The pictures of the README: a film of the real app in Chromium, and the map of the packaged table.

``python tests/benchmarks/film.py docs`` writes explorer.gif and map.png, and with ``map`` as the second argument the
latter alone; it needs Playwright and Pillow. A frame is taken when the screen has settled, so that a slow machine makes
the same film.
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
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Browser, Page, sync_playwright

import plausiwidgets as pw
from plausiwidgets.analysis.known import TABLE, data_file
from plausiwidgets.assessment.published import published_table

SIZE = {"width": 1200, "height": 760}
QUERY = "model=izhikevich&pattern=rebound_spike"
SLIDER = "b1/ms"
"""Label of the slider that is moved, with its unit."""
SHOWN_MS, HELD_MS = 350, 1600
"""How long a frame of a movement is shown, and one to be read."""
COLORS = 64
FOCUS = """name => [...document.querySelectorAll('.pw-row')].map(row => {
    const label = row.querySelector('.pw-label')?.textContent.trim() ?? '';
    if (label === name) row.querySelector('.noUi-handle').focus();
    return label;
})"""
"""Focuses the handle of a slider, and gives the names of all."""
VERIFIED = "times => document.body.innerText.split('shows it (verified)').length > times"
"""Whether the screen says so of as many sets."""
_ADDRESS = re.compile(r"http://(?:localhost|127\.0\.0\.1):(\d+)/\S*")


def address(log: Path) -> str:
    """Return the address that the command prints, as soon as its server listens there."""
    for _ in range(1200):
        if found := _ADDRESS.search(log.read_text(errors="replace")):
            with suppress(OSError), socket.create_connection(("127.0.0.1", int(found[1])), 5):
                return found.group().replace("localhost", "127.0.0.1")
        time.sleep(0.1)
    raise RuntimeError(log.read_text(errors="replace"))


class Film:
    """Frames of a page with their durations."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[tuple[Image.Image, int]] = []

    def shoot(self, duration: int) -> None:
        """Add a frame when the screen has settled: three pictures in a row are the same."""
        same, last = 0, b""
        for _ in range(90):
            picture = self.page.screenshot()
            same, last = same + 1 if picture == last else 1, picture
            if same == 3:
                break
            self.page.wait_for_timeout(700)
        self.frames.append((Image.open(io.BytesIO(picture)).convert("RGB"), duration))

    def write(self, path: Path) -> None:
        """Write it as an animated GIF with one palette."""
        (width, height), last = self.frames[0][0].size, self.frames[-1][0]
        both = Image.new("RGB", (width, 2 * height))
        both.paste(self.frames[0][0], (0, 0))
        both.paste(last, (0, height))
        palette = both.quantize(COLORS)
        images = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame, _ in self.frames]
        durations = [duration for _, duration in self.frames]
        images[0].save(path, save_all=True, append_images=images[1:], duration=durations, loop=2, optimize=True)


def play(page: Page, film: Film) -> None:
    """Show a published set, move a slider until the pattern is lost, search, and take what was found."""
    page.get_by_role("button", name="Show me", exact=True).click()
    page.wait_for_function(VERIFIED, arg=1)
    film.shoot(HELD_MS)
    page.wait_for_selector(".pw-row .noUi-handle")
    found = page.evaluate(FOCUS, SLIDER)
    if SLIDER not in found:
        raise RuntimeError(f"no slider {SLIDER}: there are {found}")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
        film.shoot(SHOWN_MS)
    film.frames[-1] = (film.frames[-1][0], HELD_MS)
    page.get_by_role("button", name="Optimize").click()
    page.wait_for_function(VERIFIED, arg=2)  # the best set, and the line of the search
    film.shoot(HELD_MS)
    page.get_by_role("button", name="Use best").click()
    page.wait_for_function(VERIFIED, arg=3)
    film.shoot(2 * HELD_MS)


def draw_map(browser: Browser, path: Path) -> None:
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
    picture.quantize(COLORS).save(path, optimize=True, pnginfo=about)


def shoot(browser: Browser, folder: Path) -> None:
    """Make the film."""
    home = Path(tempfile.mkdtemp())
    log = home / "command.log"
    command = [sys.executable, "-m", "plausiwidgets.cli.main", "--app", "--no-browser", f"--folder={home / 'work'}"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        page = browser.new_page(viewport=SIZE)
        page.set_default_timeout(180_000)
        page.goto(f"{address(log)}?{QUERY}")
        page.wait_for_selector(".pw-plot-picture .plot-container", state="attached")
        film = Film(page)
        play(page, film)
        film.write(folder / "explorer.gif")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        shutil.rmtree(home, ignore_errors=True)


def main(folder: Path, what: Sequence[str]) -> None:
    """Make the pictures."""
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        draw_map(browser, folder / "map.png")
        if "map" not in what:
            shoot(browser, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
