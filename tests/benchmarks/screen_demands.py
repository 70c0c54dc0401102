"""Measure the demands on the first screen, in a standalone page and in JupyterLab, at six widths in light and dark.

``python -m tests.benchmarks.screen_demands`` needs Playwright with Chromium, and Pillow. It prints the measurements
that miss a demand, and writes all of them to ``screen_demands.json``. Contrast is measured on the pixels of
screenshots: the pixels near the colour of a line against the most frequent colour of the figure. Layout shifts are
those since the page was opened, in JupyterLab those of one second after the first verdict.
"""

import argparse
import io
import json
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import plausiwidgets as pw
from tests.browser.conftest import ARGUMENTS, find_chromium
from tests.browser.notebooks import notebook
from tests.browser.servers import start_lab

Measured = dict[str, float]

WINDOWS = ((1920, 1080), (1400, 900), (1366, 768), (1024, 768), (768, 1024), (400, 850))
JUDGED = ".pw-app[data-pw-judged=yes]"
NEAR = 30.0
"""Distance in RGB up to which a pixel has a colour."""
POTENTIAL = {"file": {1400: 0.40, 400: 0.12}, "lab": {1400: 0.28, 1366: 0.25}}
"""Smallest share of the potential and its spike rows in the height of the window."""

STATE = """() => {
    const app = document.querySelector('.pw-app');
    const boxOf = (one) => one.getBoundingClientRect();
    const isShown = (one) => {
        const { width, height, top, left } = boxOf(one);
        const isOther = one.closest('.pw-unseen, [aria-label=Undo], [aria-label=Redo]');
        return width > 0 && height > 0 && top < innerHeight && left < innerWidth && !isOther;
    };
    const controls = [...app.querySelectorAll('button, input, a')].filter((one) => !one.disabled && isShown(one));
    const texts = [...app.querySelectorAll('*')].filter((one) =>
        [...one.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim()));
    const looks = texts.map((one) => getComputedStyle(one));
    const figure = boxOf(app.querySelector('[data-pw-figure]'));
    const [, top] = app.querySelector('[data-pw-figure]').dataset.potential.split(' ').map(Number);
    const rows = [...app.querySelectorAll('.pw-spikerow')].map((one) => boxOf(one).bottom);
    const sliders = [...app.querySelectorAll('input[type=range]')].map(boxOf);
    const shift = (window.pwShifts ?? []).reduce((a, b) => a + b, 0);
    return {
        controls: controls.length,
        families: new Set(looks.map(({ fontFamily }) => fontFamily)).size,
        styles: new Set(looks.map(({ fontSize, fontWeight }) => `${fontSize} ${fontWeight}`)).size,
        potential: (Math.max(...rows) - figure.top - top) / innerHeight,
        track: Math.min(...sliders.map(({ width }) => width)),
        touch: Math.min(...sliders.map(({ height }) => height)),
        wider: document.documentElement.scrollWidth - innerWidth,
        shift,
    };
}"""
SHIFTS = """(buffered) => {
    window.pwShifts = [];
    new PerformanceObserver((list) => {
        for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.pwShifts.push(value);
    }).observe({ type: 'layout-shift', buffered });
}"""
COLOURS = """() => {
    const style = getComputedStyle(document.querySelector('.pw-app'));
    const canvas = document.createElement('canvas').getContext('2d');
    const rgb = (name) => {
        canvas.fillStyle = style.getPropertyValue(name);
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    return { target: rgb('--target'), yours: rgb('--blue'), bar: rgb('--bar') };
}"""


def luminance(colour: np.ndarray) -> float:
    """Return the relative luminance of a colour, as WCAG defines it."""
    share = colour / 255.0
    linear = np.where(share <= 0.03928, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(first: np.ndarray, second: np.ndarray) -> float:
    """Return the contrast of two colours."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def contrast_in(picture: bytes, colour: list[int]) -> float:
    """Return the contrast between the pixels near a colour and the most frequent colour. It is 0 if there are none."""
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).reshape(-1, 3)
    background = np.array(Counter(map(tuple, pixels.tolist())).most_common(1)[0][0], dtype=float)
    near = pixels[np.linalg.norm(pixels - np.array(colour, dtype=float), axis=1) < NEAR]
    return contrast(np.median(near, axis=0), background) if len(near) > 20 else 0.0


def tab_stops(page: Page) -> int:
    """Return how often the Tab key is pressed from the model to the first slider, without steps of earlier visits."""
    steps = page.locator(":is([aria-label=Undo], [aria-label=Redo]):not(:disabled)").count()
    page.locator(".pw-sentence button").first.focus()
    for count in range(1, 30):
        if page.evaluate("document.activeElement.type === 'range'"):
            return count - steps
        page.keyboard.press("Tab")
    return 30


def drag_to_end(page: Page) -> None:
    """Drag the first slider to its end, and do not release it: a step of undo would be kept for the next visit."""
    box = page.locator("input[type=range]").first.bounding_box()
    share = page.locator("input[type=range]").first.evaluate("({ value, max }) => value / max")
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 12 + share * (box["width"] - 24), y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 12, y, steps=4)
    page.wait_for_timeout(700)


def measure(page: Page, host: str) -> Measured:
    """Measure an app as it opens, then the contrast of the lines while a slider is dragged."""
    page.evaluate(SHIFTS, host == "file")
    page.locator(".pw-bar").first.wait_for()
    page.wait_for_timeout(1000)
    found: Measured = page.evaluate(STATE)
    colours = page.evaluate(COLOURS)
    track = page.locator(".pw-track", has=page.locator(".pw-bar")).first
    found["bar_contrast"] = contrast_in(track.screenshot(), colours["bar"])
    found["tab_stops"] = tab_stops(page)
    page.locator("input[type=range]").first.scroll_into_view_if_needed()
    drag_to_end(page)
    picture = page.locator("[data-pw-figure]").screenshot()
    for line in ("target", "yours"):
        found[f"{line}_contrast"] = contrast_in(picture, colours[line])
    return {name: round(float(value), 3) for name, value in found.items()}


def missed(host: str, width: int, found: Measured) -> list[str]:
    """Return the names of the measurements that miss their demand."""
    most = {"controls": 20, "families": 1, "styles": 8, "tab_stops": 8, "wider": 0, "shift": 0.05, "errors": 0}
    least = {"target_contrast": 3.0, "yours_contrast": 3.0, "bar_contrast": 3.0, "track": 250.0}
    least["potential"] = POTENTIAL[host].get(width, 0.0)
    least["touch"] = 44.0 if width == 400 else 0.0
    above = [name for name, limit in most.items() if found[name] > limit]
    return above + [name for name, limit in least.items() if found[name] < limit]


def visits(browser: Browser, host: str, url: str) -> dict[str, Measured]:
    """Measure a page in each window, light and dark."""
    results: dict[str, Measured] = {}
    for width, height in WINDOWS:
        for look in ("light", "dark"):
            touch = width == 400
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=look, has_touch=touch, is_mobile=touch
            )
            page, errors = context.new_page(), []
            page.on("pageerror", lambda error, errors=errors: errors.append(error))
            page.goto(url)
            page.wait_for_selector(JUDGED, timeout=120_000)
            if host == "lab":
                page.wait_for_function("() => window.jupyterapp?.shell.currentWidget")
                page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
                theme = f"JupyterLab {look.capitalize()}"
                page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
                page.wait_for_timeout(1500)
            results[f"{host} {width} {look}"] = measure(page, host) | {"errors": float(len(errors))}
            context.close()
    return results


def in_lab(browser: Browser, folder: Path) -> dict[str, Measured]:
    """Measure the app in JupyterLab, whose kernel runs the first cell once."""
    server = start_lab(folder)
    try:
        (server.log.parent / "work").mkdir(exist_ok=True)
        path = notebook(server.log.parent / "work", "import plausiwidgets as pw\npw.Explorer()")
        url = f"{server.url}/lab/tree/{path.name}"
        page = browser.new_page()
        page.goto(url)
        page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel")
        page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")
        page.wait_for_selector(JUDGED, timeout=180_000)
        page.evaluate("() => { window.jupyterapp.commands.execute('docmanager:save') }")
        page.wait_for_timeout(2000)
        page.close()
        return visits(browser, "lab", url)
    finally:
        server.stop()


def main() -> None:
    """Measure, print what misses a demand, and write the measurements. Those of the other host are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", nargs="+", choices=("file", "lab"), default=["file", "lab"])
    hosts = parser.parse_args().hosts
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        executable = find_chromium(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        path = pw.export_page("izhikevich", path=Path(home) / "app.html", language="en")
        results: dict[str, Measured] = {}
        if "file" in hosts:
            results |= visits(browser, "file", path.as_uri())
        if "lab" in hosts:
            results |= in_lab(browser, Path(home))
        browser.close()
    for place, found in results.items():
        host, width, _ = place.split()
        for name in missed(host, int(width), found):
            print(f"{place}: {name} is {found[name]}")
    output = Path(__file__).with_suffix(".json")
    before: dict[str, Measured] = json.loads(output.read_text(encoding="utf-8")) if output.exists() else {}
    output.write_text(json.dumps(before | results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
