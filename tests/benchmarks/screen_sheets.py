"""Write contact sheets of the figure: every pattern of five neuron models, with its spike rows.

``python -m tests.benchmarks.screen_sheets FOLDER`` needs Playwright with Chromium, and Pillow. Look at the sheets: a
figure that cannot be read is a fault. ``--dark`` shows the dark theme, and ``--width`` another width of the window.
"""

import argparse
import io
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Page, sync_playwright

import plausiwidgets as pw
from tests.browser.conftest import ARGUMENTS, find_chromium

MODELS = ("izhikevich", "adex", "hodgkin_huxley", "lif_adapt", "wilson")
COLUMNS = 4
TITLE = 22
"""Height in px of the title above a figure."""
JUDGED = ".pw-app[data-pw-judged=yes]"


def figures(page: Page, model: str) -> list[tuple[str, Image.Image]]:
    """Return a picture of each pattern with its title."""
    found = []
    for key in pw.patterns.names():
        page.evaluate("hash => { location.hash = hash }", f"model={model}&pattern={key}")
        page.wait_for_timeout(100)
        page.wait_for_selector(JUDGED)
        page.wait_for_timeout(300)
        picture = page.locator(".pw-figure").screenshot()
        title = f"{key}: {page.locator('.pw-app').get_attribute('data-pw-status')}"
        found.append((title, Image.open(io.BytesIO(picture)).convert("RGB")))
    return found


def sheet(pictures: list[tuple[str, Image.Image]]) -> Image.Image:
    """Return the pictures in columns, each below its title."""
    width, height = (max(getattr(picture, side) for _, picture in pictures) for side in ("width", "height"))
    rows = -(-len(pictures) // COLUMNS)
    whole = Image.new("RGB", (COLUMNS * (width + 4), rows * (height + TITLE)), "white")
    draw = ImageDraw.Draw(whole)
    for place, (title, picture) in enumerate(pictures):
        left, top = place % COLUMNS * (width + 4), place // COLUMNS * (height + TITLE)
        draw.text((left + 4, top + 4), title, "black")
        whole.paste(picture, (left, top + TITLE))
    return whole


def main() -> None:
    """Write one sheet for each model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--width", type=int, default=900)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        executable = find_chromium(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        for model in MODELS:
            path = pw.export_page(model, path=Path(home) / f"{model}.html", language="en")
            page = browser.new_page(
                viewport={"width": options.width, "height": 620},
                color_scheme="dark" if options.dark else "light",
                reduced_motion="reduce",
            )
            page.goto(path.as_uri())
            page.wait_for_selector(JUDGED)
            look = f"{options.width}{'_dark' if options.dark else ''}"
            sheet(figures(page, model)).save(options.folder / f"{model}_{look}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
