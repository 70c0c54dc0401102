"""A recording in the explorer, by drag and drop and by the file chooser."""

import base64

import pytest
from paths import DATA

from tests.browser.test_explorer import NAMED, notebook

FILE = DATA / "regular_spiking.csv"
DROP = """([type, name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], name, { type: "text/csv" }));
    const at = document.querySelector(".pw-figure .pw-plot");
    for (const one of type) {
        at.dispatchEvent(new DragEvent(one, { dataTransfer: data, bubbles: true, cancelable: true }));
    }
}"""


def drop(page, name: str, content: bytes, types=("dragenter", "dragover", "drop")) -> None:
    page.evaluate(DROP, [list(types), name, base64.b64encode(content).decode()])


@pytest.fixture
def opened(open_notebook, tmp_path):
    opened = open_notebook(
        notebook(tmp_path, "import plausiwidgets as pw\nx = pw.Explorer('adex', 'tonic_spiking', {})\nx")
    )
    opened.wait_for_plot()
    opened.page.wait_for_function(f"() => ({NAMED})('yours').length > 50", timeout=120_000)
    return opened


def says(page, text: str) -> None:
    page.wait_for_function("text => document.querySelector('.pw-status').innerText.includes(text)", arg=text)


@pytest.mark.slow
def test_a_recording_is_dropped_on_the_figure_and_other_files_change_nothing(opened):
    page = opened.page
    drop(page, FILE.name, FILE.read_bytes(), ("dragenter", "dragover"))
    assert page.locator(".pw-figure.pw-drop .pw-drop-hint").is_visible()
    drop(page, "notes.csv", b"a,b\n1,2\n")
    says(page, "no column of potentials")
    assert not page.locator(".pw-drop-hint").count()
    drop(page, "large.csv", b"1" * 10_000_001)
    says(page, "large.csv has 10.0 MB, valid is: at most 10 MB")
    drop(page, FILE.name, FILE.read_bytes())
    page.wait_for_function("() => document.querySelector('.pw-checks')?.innerText.includes('coincidence')")
    page.locator(".pw-share > button").click()
    assert "not in the link" in page.locator(".pw-share-panel [role=status]").inner_text()
    page.locator(".pw-close").first.click()
    assert opened.errors == []


@pytest.mark.slow
def test_units_are_asked_for(opened):
    page = opened.page
    page.locator(".pw-strip button", has_text="Data").click()
    with page.expect_file_chooser() as chooser:
        page.locator(".pw-recording .pw-file").click()
    text = "\n".join(f"{0.0005 * i},{0.02 if i % 40 == 20 else -0.065}" for i in range(400))
    chooser.value.set_files({"name": "cell.csv", "mimeType": "text/csv", "buffer": f"t,v\n{text}\n".encode()})
    units = page.locator(".pw-units select")
    units.first.wait_for()
    assert [units.nth(i).input_value() for i in range(units.count())] == ["s", "V"]
    page.locator(".pw-units button", has_text="Show").click()
    page.wait_for_function("() => document.querySelector('.pw-look-for')?.innerText.includes('times of the target')")
    assert opened.errors == []
